"""`python -m tests.bench`: build boards, serve them, drive them, print one table of ratios.

python -m tests.bench                              everything: three sizes, both databases (about 20 minutes)
python -m tests.bench --sizes 1000 --databases sqlite --json figures.json
"""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app import db, schema
from app.db import Database
from tests.bench import boards, growth, measures
from tests.bench.hello import commits_a_second
from tests.bench.load import Figures, Server, drive, serving
from tests.fixtures.database import postgresql_server

BESIDE = 2  # seconds for which the bare minimum is driven beside each thing
CACHE = Path(__file__).parents[2] / "build" / "bench"


@dataclass
class Run:
    """What one run of the benchmarks found."""

    hello: Server
    folder: Path
    rows: list[dict[str, object]] = field(default_factory=list)

    def hellos(self) -> float:
        """Bare answers a second at this moment: a shared machine is a different one some minutes later."""
        return drive(self.hello, "/", seconds=BESIDE).per_second

    def commits(self) -> float:
        """Bare durable commits a second at this moment."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            return commits_a_second(Path(place) / "bare.sqlite3", BESIDE)

    def add(self, database: str, size: int, name: str, figures: Figures, against: float) -> None:
        row = {
            "database": database,
            "items": size,
            "what": name,
            "ratio": round(figures.per_second / against, 3),
            "against": round(against),
            **asdict(figures),
        }
        self.rows.append(row)
        print(line(row), flush=True)

    def note(self, database: str, size: int, name: str, value: float, unit: str) -> None:
        row = {"database": database, "items": size, "what": name, "value": round(value, 2), "unit": unit}
        self.rows.append(row)
        print(f"{database:<11}{size:>8,}  {name:<44}{value:>11,.2f} {unit}", flush=True)


def line(row: dict[str, object]) -> str:
    return (
        f"{row['database']:<11}{row['items']:>8,}  {row['what']:<44}{row['ratio']:>8.3f}{row['per_second']:>10,.0f}/s"
        f"{row['p50_ms']:>9.2f}{row['p95_ms']:>9.2f}{row['p99_ms']:>9.2f} ms{row['cpu_us']:>9,.0f} us"
        f"{row['failed']:>6} failed{row['against']:>8,}/s"
    )


def main() -> None:
    options = arguments()
    os.environ["DAYLIGHT_LOG"] = "off"
    folder = Path(tempfile.mkdtemp(prefix="daylight-bench-"))
    try:
        with serving(["uvicorn", "--log-level", "error", "--no-access-log", "tests.bench.hello:app"], {}, "/") as hello:
            run = Run(hello, folder)
            print(f"hello {run.hellos():,.0f}/s; bare durable commits {run.commits():,.0f}/s", flush=True)
            print(
                f"{'':<21}{'what':<44}{'ratio':>8}{'':>12}{'p50':>9}{'p95':>9}{'p99':>12}{'processor':>12}{'against':>14}"
            )
            for kind in options.databases:
                for size in options.sizes:
                    with board(kind, size, folder) as url:
                        measures.measure(run, kind, size, url, folder, options.seconds)
            if "sqlite" in options.databases and len(options.sizes) > 1:
                grow(run, min(options.sizes), max(options.sizes))
        if options.json:
            Path(options.json).write_text(json.dumps(run.rows, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def grow(run: Run, *sizes: int) -> None:
    with ExitStack() as both:
        urls = [both.enter_context(board("sqlite", size, run.folder)) for size in sizes]
        few, many = (
            both.enter_context(growth.served(size, url, run.folder)) for size, url in zip(sizes, urls, strict=True)
        )
        growth.measure(run, few, many)
        growth.measure_activity(run, many)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="numbers of items")
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=4, help="how long each thing is driven")
    parser.add_argument("--json", help="file for the figures")
    return parser.parse_args()


@contextmanager
def board(kind: str, size: int, folder: Path) -> Iterator[str]:
    """The address of a database with a board of this size, made for this run; SQLite ones are built once and copied."""
    if kind == "postgresql":
        place = folder / f"pg{size}"
        place.mkdir()
        with postgresql_server(place) as url:
            _build(url, size)
            _make_usual(url)
            yield url
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    edition = f"{schema.revisions()[-1]}-{boards.EDITION}"  # a server that migrates keeps more in memory
    built = CACHE / f"{size}-{edition}.sqlite3"
    if not built.exists():
        for of_before in CACHE.glob(f"{size}[-.]*"):
            of_before.unlink()
        making = CACHE / f"{size}.being-made"  # one that was broken off is not taken for a board
        _build(f"sqlite:///{making}", size)
        making.rename(built)
    copied = shutil.copyfile(built, folder / f"{size}.sqlite3")
    os.sync()  # no start has to wait until hundreds of megabytes are on the disk
    yield f"sqlite:///{copied}"


def _make_usual(url: str) -> None:
    """The server that tests start forgets what it has when the power goes; here it has to wait for the disk.

    And it knows its tables already, as one does that has run for a while: not for the first time in a measurement.
    """
    engine = db.make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("alter system reset all")
        connection.exec_driver_sql("select pg_reload_conf()")
        connection.exec_driver_sql("vacuum analyze")
    engine.dispose()


def _build(url: str, size: int) -> None:
    database = Database(db.make_engine(url))
    boards.build(database, size)
    database.close()


if __name__ == "__main__":
    main()
