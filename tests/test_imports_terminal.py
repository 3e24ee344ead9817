"""`python -m app import`: what it says, what it asks for, and that a kill costs nothing."""

import argparse
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app import db
from app.config import settings
from app.db import Database
from app.imports import running, terminal
from app.imports.batches import Import, State
from app.items import Item
from app.refusals import Refusal
from tests.fixtures.server import ROOT

ROWS = (
    "id,title,description,status\n1,Dark mode,My eyes hurt,Open\n2,Search,Slow,Closed\n3,Search,,Done\n3,Again,,Done\n"
)
Run = Callable[..., str]


@pytest.fixture
def run(database_url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command here and now; returns what it says."""
    parser = argparse.ArgumentParser()
    terminal.add_commands(parser, lambda: closing(Database(db.make_engine(database_url))))

    def command(*words: object) -> str:
        arguments = parser.parse_args([str(word) for word in words])
        arguments.run(arguments)
        return capsys.readouterr().out

    return command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "wishes.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def titles(url: str) -> list[str]:
    database = Database(db.make_engine(url))
    with database.session(writes=False) as session:
        found = list(session.exec(select(Item.title).order_by(Item.number)))
    database.close()
    return found


def test_a_dry_run_says_what_would_come_in_and_leaves_nothing(run: Run, database_url: str, file: Path) -> None:
    said = run("csv", file, "--dry-run")
    for words in ("Title             title", "not chosen yet", "New items             3", "line 5  Left out", "Odd"):
        assert words in said
    assert titles(database_url) == []
    assert run("list") == ""


def test_nothing_comes_in_without_a_yes(run: Run, database_url: str, file: Path) -> None:
    said = run("csv", file, "--status", "Closed=shipped")
    assert said.splitlines()[-1] == "Nothing was brought in. Add --yes to do it."
    assert titles(database_url) == []


def stored() -> set[Path]:
    return set((settings().data_dir / "imports").glob("*"))


@pytest.mark.parametrize(("answer", "count"), [("y", 3), ("", 0), ("n", 0), (EOFError, 0), (KeyboardInterrupt, 0)])
def test_a_person_at_a_terminal_is_asked(
    run: Run, database_url: str, file: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, count: int
) -> None:
    def answered(_question: str) -> str:
        if isinstance(answer, str):
            return answer
        raise answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answered)
    before = stored()
    run("csv", file, "--status", "Closed=shipped")
    assert len(titles(database_url)) == count
    assert stored() == before


def test_nothing_is_left_of_a_file_whoever_interrupts(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored()

    def interrupted(*_: object) -> None:
        (kept,) = stored() - before
        assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal, "_table", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("csv", file)
    assert stored() == before
    assert run("list") == ""


def test_whoever_interrupts_a_command_hears_nothing_of_the_program(tmp_path: Path) -> None:
    slow = tmp_path / "slow.csv"
    os.mkfifo(slow)
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "app", "import", "csv", str(slow)],
        cwd=ROOT, env=os.environ | {"DAYLIGHT_DATA_DIR": str(tmp_path)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    with slow.open("w"):  # which waits until the command reads
        process.send_signal(signal.SIGINT)
        assert process.communicate()[1] == b""
    assert process.returncode == 130


def test_a_file_comes_in_is_listed_and_undone(run: Run, database_url: str, file: Path) -> None:
    said = run("csv", file, "--status", "Closed=declined:as_designed", "--source", "Old", "--kind", "defect", "--yes")
    assert said.endswith("Done. To undo it: python -m app import undo 1\n")
    assert titles(database_url) == ["Dark mode", "Search", "Search"]
    assert "Old" in run("list")
    assert run("undo", 1).splitlines() == [
        "3 items came with it. 0 have votes or words since.", "Nothing was taken out. Add --yes to do it.",
    ]  # fmt: skip
    run("undo", 1, "--yes")
    assert titles(database_url) == []
    assert "Undone" in run("list")


def test_the_same_file_again_brings_nothing(run: Run, database_url: str, file: Path) -> None:
    for _time in range(2):
        said = run("csv", file, "--status", "Closed=shipped", "--yes")
    assert said.splitlines()[-1] == "There is nothing new to bring in."
    assert len(titles(database_url)) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--map", "wish=title"], "There is no field “wish”.\n--map FIELD=COLUMN; fields: title, body,"),
     (["--map", "title=", "--map", "body="], "choose the column that has it.\n--map FIELD=COLUMN; fields: title,"),
     (["--map", "votes=x"], "; columns: id, title, description, status"),
     ([], "Choose first where these stand here: “Closed”\n--status \"Closed=STATUS\"; statuses: new,"),
     (["--status", "Closed=x"], "choose one of those offered.\n--status \"WORDS=STATUS\"; statuses: new,"),
     (["--board", "x"], "Board: choose one of those offered.\n--board ADDRESS; addresses: general"),
     (["--encoding", "klingon"], "There is no encoding")],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_plain_words(
    run: Run, database_url: str, file: Path, options: list[str], words: str
) -> None:
    with pytest.raises(Refusal) as refused:
        run("csv", file, *options, "--yes")
    assert words in refused.value.words
    assert titles(database_url) == []
    assert "wishes.csv" not in run("list")


def test_a_file_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="No such file"):
        run("csv", tmp_path / "nowhere.csv")


@pytest.mark.thorough
def test_an_import_that_was_killed_goes_on(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("id,title\n" + "".join(f"{number},Item {number}\n" for number in range(2_000)))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DAYLIGHT_")}
    settings = {"DAYLIGHT_DATABASE_URL": database_url, "DAYLIGHT_DATA_DIR": os.environ["DAYLIGHT_DATA_DIR"]}
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "app", "import", "csv", str(path), "--yes"],
        cwd=ROOT, env=clean | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until and not titles(database_url):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < len(titles(database_url)) < 2_000
    assert finished(database_url).state is State.DONE
    assert titles(database_url) == [f"Item {number}" for number in range(2_000)]


def finished(url: str) -> Import:
    """The import that was killed, after background work found it, a minute later."""
    database = Database(db.make_engine(url))
    with database.session() as session:
        batch = session.exec(select(Import)).one()
        batch.leased_until = None
    while batch.is_at_work:
        running.work(database)
        with database.session(writes=False) as session:
            batch = session.exec(select(Import)).one()
    database.close()
    return batch
