"""Settings that cannot be meant are refused at the start, in one line with the name of the setting."""

from pathlib import Path

import pytest

from app.__main__ import main
from app.config import Settings, settings

DATABASE = "Write sqlite:///file or postgresql://user:password@host/name."
ADDRESS = "Write only scheme and host, like https://ideas.example.org."
INBOX = "Write an address and a port, like 0.0.0.0:2525."
NEEDED = "DAYLIGHT_INBOX needs it: an answer by mail is sent to it."


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"DATABASE_URL": "/var/lib/daylight.sqlite3"}, DATABASE),
        ({"DATABASE_URL": "nonsense"}, DATABASE),
        ({"DATABASE_URL": "sqlite://daylight.sqlite3"}, DATABASE),
        ({"DATABASE_URL": "mysql://daylight@localhost/daylight"}, DATABASE),
        ({"DATABASE_URL": "postgresql://daylight:secret@localhost:port/daylight"}, DATABASE),
        ({"DATABASE_URL": "postgresql://daylight:secret@localhost:99999/daylight"}, DATABASE),
        ({"BASE_URL": "ideas.example.org"}, ADDRESS),
        ({"BASE_URL": "https://[::1"}, ADDRESS),
        ({"BASE_URL": "https://example.org/ideas"}, ADDRESS),
        ({"BASE_URL": "https://example.org:port"}, ADDRESS),
        ({"LANGUAGE": "xx"}, "Write a language, like en or pt_BR."),
        ({"LANGUAGE": ""}, "Write a language, like en or pt_BR."),
        ({"UPLOADS_URL": "/var/uploads"}, "Write s3://bucket/folder; empty means in the data folder."),
        ({"INBOX": "10.0.0.5", "REPLY_ADDRESS": "board@in.example.org"}, INBOX),
        ({"INBOX": "0.0.0.0:99999", "REPLY_ADDRESS": "board@in.example.org"}, INBOX),
        ({"REPLY_ADDRESS": "in.example.org", "INBOX": ":2525"}, "Write an address, like board@in.example.org."),
        ({"REPLY_ADDRESS": "", "INBOX": "0.0.0.0:2525"}, NEEDED),
        ({"LOG": "loud"}, "Input should be 'off', 'plain' or 'json'"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    for name, value in ({"DATA_DIR": str(tmp_path / "data")} | wrong).items():
        monkeypatch.setenv(f"DAYLIGHT_{name}", value)
    monkeypatch.setattr("sys.argv", ["app", "migrate"])
    settings.cache_clear()
    with pytest.raises(SystemExit) as refused:
        main()
    monkeypatch.undo()
    settings.cache_clear()
    assert refused.value.code == f"DAYLIGHT_{next(iter(wrong))}: {words}"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "right",
    [
        {"database_url": "sqlite:////var/lib/daylight.sqlite3"},
        {"database_url": "postgres://daylight:secret@[::1]:5432/daylight"},
        {"database_url": "postgresql:///daylight?host=/run/postgresql"},
        {"base_url": "https://ideas.example.org/"},
        {"base_url": "http://[::1]:8000"},
        {"language": "pt_BR"},
        {"uploads_url": "s3://bucket"},
        {"inbox": "[::]:2525", "reply_address": "board@in.example.org"},
        {"reply_address": "board@in.example.org"},
        {"inbox": ":2525", "reply_address": "board+mail@localhost"},
    ],
)
def test_what_can_be_meant_is_taken_as_it_is(right: dict[str, str]) -> None:
    assert Settings.model_validate(right).model_dump().items() >= right.items()
