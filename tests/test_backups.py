"""Backups: what comes back is what was there, on either database, and what is not whole is refused before anything."""

import json
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, select

from app import backups, db, schema, search, status_changes
from app.backups import archive, rows
from app.comments import Comment
from app.db import Database
from app.items import Item
from app.people import Person, Role
from app.refusals import Refused
from app.search import Scope
from app.statuses import Status
from tests import factories
from tests.fixtures.content import fill
from tests.fixtures.database import ONLY_SQLITE, Databases
from tests.fixtures.server import ROOT
from tests.looking import numbers_visible_to

Lines = dict[str, list[bytes]]
KILLED_AMONG_FILES = """
import os, shutil, signal, sys
from pathlib import Path
from app import backups, db
from app.db import Database

def copy_a_part_of_the_second(content, file):
    file.write(content.read(100_000))
    file.flush()
    if file.name.endswith("screen.png"):
        os.kill(os.getpid(), signal.SIGKILL)
    copy(content, file)

copy, shutil.copyfileobj = shutil.copyfileobj, copy_a_part_of_the_second
url, backup, folder = sys.argv[1:]
backups.restore(Database(db.make_engine(url)), Path(backup), Path(folder))
"""
Alter = Callable[[dict[str, Any], dict[str, bytes]], None]


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Database]]:
    opened: list[Database] = []

    def database(url: str) -> Database:
        opened.append(Database(db.make_engine(url)))
        return opened[-1]

    yield database
    for each in opened:
        each.close()


@pytest.fixture
def board(own_database: Database) -> Database:
    return filled(own_database)


@pytest.fixture
def empty(databases: Databases, open_database: Callable[[str], Database]) -> Database:
    return open_database(databases.empty())


@pytest.fixture
def sqlite(tmp_path: Path, open_database: Callable[[str], Database]) -> Database:
    """An empty one, whatever kind the test is about."""
    return open_database(f"sqlite:///{tmp_path / 'another.sqlite3'}")


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good backup, for tests that spoil it; how it is checked has nothing to do with the database."""
    folder = tmp_path_factory.mktemp("backup")
    database = Database(db.make_engine(f"sqlite:///{folder / 'board.sqlite3'}"))
    schema.migrate(database)
    with database.session() as session:
        fill(session)
    backups.make(database, folder / "good.zip", folder / "data")
    database.close()
    return folder / "good.zip"


def filled(database: Database) -> Database:
    with database.session() as session:
        fill(session)
        tell_long_stories(session)
    return database


def tell_long_stories(session: Session) -> None:
    """An item that closed by itself and opened again; three that were merged into one another, the last one first."""
    ada = factories.person(session, "Ada Vogel")
    mira = factories.person(session, "Mira Vogel", role=Role.MAINTAINER)
    long_ago = db.now() - timedelta(days=60)
    asked = factories.item(session, ada, "It does not work", at=long_ago)
    factories.move(session, asked, mira, Status.NEEDS_INFO, at=long_ago, why="We cannot see it.",
                   checklist="The version\nThe log")  # fmt: skip
    for days in (12, 20):
        status_changes.follow_up(session, long_ago + timedelta(days=days))
    assert asked.status is Status.DECLINED
    factories.comment(session, asked, ada, "Here is what you asked for: ünïcode, 'quotes' and \\ too.\nOn two lines.")
    first, second, third = (factories.item(session, ada, f"Darker nights {number}") for number in (1, 2, 3))
    factories.move(session, first, mira, Status.DUPLICATE, duplicate_of=str(second.number))
    factories.move(session, second, mira, Status.DUPLICATE, duplicate_of=str(third.number))


def lines(database: Database) -> Lines:
    """Every row of every table, in the form that is the same for both databases."""
    with database.snapshot() as connection:
        return {
            table.name: sorted(map(rows.line, connection.execute(table.select()))) for table in rows.tables(connection)
        }


def is_untouched(database: Database) -> bool:
    return inspect(database.engine).get_table_names() == []


def altered(path: Path, copy: Path, alter: Alter) -> Path:
    """A copy of the backup of which the manifest or the parts were changed."""
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    alter(manifest, parts)
    with zipfile.ZipFile(copy, "w") as changed:
        for name, content in parts.items():
            changed.writestr(name, content)
        changed.writestr("manifest.json", json.dumps(manifest))
    return copy


def test_what_comes_back_is_what_was_there(board: Database, empty: Database, tmp_path: Path) -> None:
    files = [f"{folder}/2026/screen.png" for folder in ("imports", "uploads")]
    for file in files:
        (tmp_path / "data" / file).parent.mkdir(parents=True)
        (tmp_path / "data" / file).write_bytes(file.encode() * 90_000)
    before = lines(board)
    made = backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    assert made.tables == {name: len(rows) for name, rows in before.items()}
    backups.restore(empty, tmp_path / "one.zip", tmp_path / "again")
    assert lines(empty) == before
    assert lines(board) == before
    assert schema.is_current(empty)
    assert [(tmp_path / "again" / file).read_bytes() for file in files] == [file.encode() * 90_000 for file in files]


def test_people_write_while_it_is_made_and_it_holds_one_moment(
    board: Database, empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, put = lines(board), archive.Writer.put

    def put_when_somebody_has_written(writer: archive.Writer, *part: Any, **more: Any) -> None:
        with board.session() as session:
            factories.item(session, factories.person(session), "Meanwhile")
        put(writer, *part, **more)

    monkeypatch.setattr(archive.Writer, "put", put_when_somebody_has_written)
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    backups.restore(empty, tmp_path / "one.zip", tmp_path / "data")
    assert lines(empty) == before
    with board.session(writes=False) as session:
        assert len(session.exec(select(Item).where(Item.title == "Meanwhile")).all()) >= len(before)


def test_a_board_moves_to_the_other_database_and_back(
    board: Database, sqlite: Database, empty: Database, tmp_path: Path
) -> None:
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    backups.restore(sqlite, tmp_path / "one.zip", tmp_path / "data")
    backups.make(sqlite, tmp_path / "two.zip", tmp_path / "data")
    backups.restore(empty, tmp_path / "two.zip", tmp_path / "data")
    assert lines(sqlite) == lines(empty) == lines(board)


def test_a_restored_board_goes_on_and_keeps_the_rules_of_the_pipeline(
    board: Database, empty: Database, tmp_path: Path
) -> None:
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    backups.restore(empty, tmp_path / "one.zip", tmp_path / "data")
    with empty.session() as session:
        ada = session.exec(select(Person).where(Person.name == "Ada Lind")).one()
        number = session.exec(select(Item.number).where(Item.title == "Export to a spreadsheet")).one()
        assert search.find(session, "spreadsheet", Scope(numbers_visible_to(ada))) == [number]
        known = set(session.exec(select(Comment.id)))
        item = factories.item(session, ada, "The first one afterwards")
        assert factories.comment(session, item, ada).id not in known
    silently = Item.__table__.update().values(status="planned")  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="no_silent_move"), empty.session() as session:
        session.execute(silently)


def test_a_backup_of_an_older_daylight_is_brought_up_to_date(
    database_to_alter: Database, empty: Database, tmp_path: Path
) -> None:
    board = filled(database_to_alter)
    schema.migrate(board, schema.revisions()[0], back=True)
    counts = {name: len(rows) for name, rows in lines(board).items()}
    backups.make(board, tmp_path / "old.zip", tmp_path / "data")
    backups.restore(empty, tmp_path / "old.zip", tmp_path / "data")
    assert schema.is_current(empty)
    assert {name: len(rows) for name, rows in lines(empty).items() if name in counts} == counts


def test_a_restore_that_fails_leaves_nothing_behind(
    board: Database, empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "data" / "uploads" / "screen.png"
    file.parent.mkdir(parents=True)
    file.touch()
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")

    def run_out_of_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups.restoring, "_place", run_out_of_disk)
    with pytest.raises(OSError, match="No space left"):
        backups.restore(empty, tmp_path / "one.zip", tmp_path / "again")
    assert is_untouched(empty)
    assert not (tmp_path / "again").exists()


@ONLY_SQLITE
def test_a_backup_is_for_its_owner_only_and_replaces_no_file(board: Database, tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    backups.make(board, path, tmp_path / "data")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    with pytest.raises(Refused, match="already"):
        backups.make(board, path, tmp_path / "data")
    assert path.read_bytes() == content


@ONLY_SQLITE
def test_a_backup_that_fails_leaves_nothing_behind(
    board: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(Exception):
        pass

    def rglob(*_: object) -> Iterator[Path]:
        raise Full

    monkeypatch.setattr(Path, "rglob", rglob)
    with pytest.raises(Full):
        backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    assert list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".one*")) == []
    with pytest.raises(Refused, match="cannot be written: No such file or directory"):
        backups.make(board, tmp_path / "nowhere" / "one.zip", tmp_path / "data")


def test_only_an_empty_place_is_restored_into(board: Database, tmp_path: Path) -> None:
    before = lines(board)
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    with pytest.raises(Refused, match=r"not empty.* item \(\d+\)"):
        backups.restore(board, tmp_path / "one.zip", tmp_path / "data")
    assert lines(board) == before


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """An attached file in the data folder of a board."""
    file = tmp_path / "data" / "uploads" / "screen.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(range(256)) * 9000)
    return file


@ONLY_SQLITE
def test_a_board_with_files_moves_to_another_database_beside_them(
    board: Database, empty: Database, upload: Path, tmp_path: Path
) -> None:
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    before = upload.stat()
    backups.restore(empty, tmp_path / "one.zip", tmp_path / "data")
    assert lines(empty) == lines(board)
    assert upload.stat() == before


@ONLY_SQLITE
@pytest.mark.parametrize("name", ["screen.png", "mine.png"])
def test_files_are_not_mixed_with_others(
    board: Database, empty: Database, upload: Path, tmp_path: Path, name: str
) -> None:
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    upload.with_name(name).write_bytes(b"mine")
    with pytest.raises(Refused, match=rf"{name} is not that of this backup.* Move .*/uploads away"):
        backups.restore(empty, tmp_path / "one.zip", tmp_path / "data")
    assert is_untouched(empty)
    assert upload.with_name(name).read_bytes() == b"mine"


def test_a_restore_that_was_killed_can_be_done_again(
    board: Database, databases: Databases, open_database: Callable[[str], Database], upload: Path, tmp_path: Path
) -> None:
    upload.with_name("another.png").write_bytes(upload.read_bytes())
    backups.make(board, tmp_path / "one.zip", tmp_path / "data")
    url, again = databases.empty(), tmp_path / "again"
    killed = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", KILLED_AMONG_FILES, url, tmp_path / "one.zip", again], cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(list((again / "uploads").iterdir())) == 2
    database = open_database(url)
    backups.restore(database, tmp_path / "one.zip", again)
    assert lines(database) == lines(board)
    assert {path.name: path.read_bytes() for path in (again / "uploads").iterdir()} == {
        "another.png": upload.read_bytes(), "screen.png": upload.read_bytes(),
    }  # fmt: skip


def lose_a_part(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    del parts["tables/vote.jsonl"]


def add_a_part(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    parts["tables/more.jsonl"] = b"[]\n"


def change_a_vote(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    parts["tables/vote.jsonl"] = parts["tables/vote.jsonl"].replace(b"[1,", b"[2,", 1)


def lose_a_row(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    parts["tables/vote.jsonl"] = b"\n".join(parts["tables/vote.jsonl"].split(b"\n")[:-2]) + b"\n"


def count_wrongly(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["parts"]["tables/vote.jsonl"]["rows"] += 1


def lead_elsewhere(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    manifest["parts"]["files/uploads/../../evil"] = manifest["parts"]["tables/tag.jsonl"] | {"rows": None}
    parts["files/uploads/../../evil"] = parts["tables/tag.jsonl"]


def be_of_tomorrow(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest |= {"revision": "9999", "daylight": "99.0"}


def say_nothing(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest.clear()


ALTERATIONS = {
    lose_a_part: "its parts are not those that it names",
    add_a_part: "its parts are not those that it names",
    change_a_vote: "vote.jsonl” was changed",
    lose_a_row: "vote.jsonl” was changed",
    count_wrongly: "vote.jsonl” does not have the rows",
    lead_elsewhere: "a name that leads elsewhere",
    be_of_tomorrow: "made by Daylight 99.0, which is newer",
    say_nothing: "no backup of Daylight, or it is damaged",
}


@pytest.mark.parametrize(("alter", "words"), ALTERATIONS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_an_altered_backup_is_refused_before_anything(
    backup: Path, sqlite: Database, tmp_path: Path, alter: Alter, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        backups.restore(sqlite, altered(backup, tmp_path / "altered.zip", alter), tmp_path / "data")
    assert is_untouched(sqlite)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_a_truncated_backup_is_refused_before_anything(
    backup: Path, sqlite: Database, tmp_path: Path, share: float
) -> None:
    content = backup.read_bytes()
    (tmp_path / "half.zip").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Refused, match="no backup of Daylight, or it is damaged"):
        backups.restore(sqlite, tmp_path / "half.zip", tmp_path / "data")
    assert is_untouched(sqlite)


@pytest.mark.thorough
def test_whichever_byte_of_its_contents_list_is_wrong_a_backup_is_refused_in_words_or_whole(
    backup: Path, tmp_path: Path
) -> None:
    content = backup.read_bytes()
    for at in range(content.index(b"PK\x01\x02"), len(content)):
        (tmp_path / "wrong.zip").write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        with suppress(Refused), archive.opened(tmp_path / "wrong.zip"):
            pass


@pytest.mark.parametrize("at", range(5, 100, 10))
def test_a_backup_with_a_wrong_byte_is_refused_or_still_whole(
    backup: Path, sqlite: Database, tmp_path: Path, at: int
) -> None:
    """Some bytes of an archive mean nothing, such as the times of its parts: then everything comes back."""
    content = bytearray(backup.read_bytes())
    content[len(content) * at // 100] ^= 0x55
    (tmp_path / "wrong.zip").write_bytes(content)
    with archive.opened(backup) as (_zip, manifest):
        expected = manifest.tables
    try:
        backups.restore(sqlite, tmp_path / "wrong.zip", tmp_path / "data")
    except Refused:
        assert is_untouched(sqlite)
    else:
        assert {name: len(rows) for name, rows in lines(sqlite).items()} == expected


def test_what_is_no_backup_is_refused(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Daylight")
    with pytest.raises(Refused, match="no backup of Daylight"):
        backups.restore(sqlite, tmp_path / "letter.txt", tmp_path / "data")
    with pytest.raises(Refused, match="There is no file"):
        backups.restore(sqlite, tmp_path / "nothing.zip", tmp_path / "data")
    assert is_untouched(sqlite)


def test_an_empty_database_has_nothing_to_back_up(empty: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no Daylight in this database"):
        backups.make(empty, tmp_path / "one.zip", tmp_path / "data")
