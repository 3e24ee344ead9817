"""The commands as a host types them: what they refuse, and that they do nothing before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import site
from app.__main__ import parser
from tests.fixtures.server import ROOT, Server


def daylight(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the program, as a host does."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT, env=os.environ | {"DAYLIGHT_DATA_DIR": str(data_dir)} | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_database_lies_in_the_data_folder_whatever_its_name(tmp_path: Path) -> None:
    name = "with ? and # and % in it"
    assert daylight(tmp_path / name, "migrate").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "daylight.sqlite3").stat().st_size > 0


def test_a_backup_is_no_file_with_the_name_of_a_folder_that_is_missing(tmp_path: Path) -> None:
    daylight(tmp_path, "migrate")
    refused = daylight(tmp_path, "backup", f"{tmp_path}/backups/")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{tmp_path}/backups/daylight-2")
    assert refused.stderr.endswith("cannot be written: No such file or directory.\n")
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize(
    ("option", "words"),
    [("--port=99999", "write a number from 1 to 65535 instead of 99999"),
     ("--port=0", "write a number from 1 to 65535 instead of 0"),
     ("--workers=0", "write a number from 1 to 1000 instead of 0")],
)  # fmt: skip
def test_nobody_serves_elsewhere_than_was_said(option: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["serve", option])
    assert capsys.readouterr().err.splitlines()[-1].endswith(words)


@pytest.mark.server
def test_who_cannot_listen_leaves_the_owner_link_of_who_does(live_server: Server) -> None:
    with live_server.database() as database, database.session(writes=False) as session:
        before = site.the(session).owner_link_hash
    refused = daylight(live_server.data_dir, "serve", "--port", str(live_server.port))
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "Address already in use" in refused.stderr
    assert refused.stderr.endswith("Choose another --port or --host.\n")
    with live_server.database() as database, database.session(writes=False) as session:
        assert site.the(session).owner_link_hash == before
