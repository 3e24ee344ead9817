"""A backup that is made while people write, and what comes back from it."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from app import db
from app.db import Database
from tests.fixtures.mail import free_port
from tests.fixtures.server import ROOT
from tests.server.conftest import Starter
from tests.server.crowd import OVERTAKEN, SEE_OTHER, Board, Crowd, there, verify

pytestmark = pytest.mark.server


def daylight(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the program, as a host does."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT, env=os.environ | {"DAYLIGHT_DATA_DIR": str(data_dir)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def found_in(url: str) -> dict[str, Counter[tuple[object, ...]]]:
    database = Database(db.make_engine(url))
    with database.session(writes=False) as session:
        found = there(session)
    database.close()
    return found


def test_a_backup_made_while_people_write_comes_back_as_one_moment(
    quick: Starter, board: Board, tmp_path: Path
) -> None:
    file, elsewhere = tmp_path / "backup.zip", tmp_path / "elsewhere"
    server = quick()
    with Crowd(board, server.port) as crowd:
        crowd.wait_for(20)
        began = time.monotonic()
        backed_up = daylight(tmp_path, "backup", str(file))
        ended = time.monotonic()
        crowd.wait_for(20)
    assert (backed_up.returncode, backed_up.stdout.split(":")[0]) == (0, "Backed up"), backed_up.stderr
    assert {*crowd.statuses} <= {SEE_OTHER, OVERTAKEN}
    assert [told for told in crowd.told if began < told.began and told.ended < ended] != []

    restored = daylight(elsewhere, "restore", str(file))
    assert (restored.returncode, restored.stdout.split(":")[0]) == (0, "Restored"), restored.stderr
    url = f"sqlite:///{elsewhere / 'daylight.sqlite3'}"
    before = [told.act for told in crowd.told if told.status == SEE_OTHER and told.ended < began]
    after = [told.act for told in crowd.told if told.began > ended]
    assert len(before) >= 20
    verify(url, before)
    found = found_in(url)
    assert [act for act in after if found[act.kind][act.what]] == []


def test_a_program_that_is_older_than_its_database_does_not_start(board: Board, tmp_path: Path) -> None:
    database = Database(db.make_engine(board.url))
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    refused = daylight(tmp_path, "serve", "--port", str(free_port()))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "This database was made by a newer Daylight. Install that version, or restore a backup.\n"
