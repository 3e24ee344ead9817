"""Settings from `DAYLIGHT_*` environment variables, each with a sentence."""

import re
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {"sqlite", "postgresql", "postgresql+psycopg", "postgres"}


def _is_database(value: str) -> bool:
    url = make_url(value)
    is_somewhere = bool(url.database) if url.drivername == "sqlite" else url.port is None or 0 < url.port < 2**16
    return url.drivername in DRIVERS and is_somewhere


def _is_whole_host(value: str) -> bool:
    parts = urlsplit(value)
    is_more = parts.path.strip("/") or parts.query or parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not is_more


def _is_listened_on(value: str) -> bool:
    parts = urlsplit(f"//{value}")
    return bool(parts.port) and parts.netloc == value


def _is_bucket(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme == "s3" and bool(parts.netloc)


def _is_email(value: str) -> bool:
    return re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", value) is not None


def _is_language(value: str) -> bool:
    return bool(Locale.parse(value))


def _if(is_right: Callable[[str], bool], words: str, *, may_be_empty: bool = True) -> AfterValidator:
    """Takes what is right. Else the start fails, and a host is told in words what would be."""

    def checked(value: str) -> str:
        try:
            if (may_be_empty and not value) or is_right(value):
                return value
        except (ValueError, ArgumentError, UnknownLocaleError):
            pass
        raise PydanticCustomError("setting", words)

    return AfterValidator(checked)


DatabaseUrl = Annotated[str, _if(_is_database, "Write sqlite:///file or postgresql://user:password@host/name.")]
HostUrl = Annotated[str, _if(_is_whole_host, "Write only scheme and host, like https://ideas.example.org.")]
ListenedOn = Annotated[str, _if(_is_listened_on, "Write an address and a port, like 0.0.0.0:2525.")]
Email = Annotated[str, _if(_is_email, "Write an address, like board@in.example.org.")]
BucketUrl = Annotated[str, _if(_is_bucket, "Write s3://bucket/folder; empty means in the data folder.")]
Language = Annotated[str, _if(_is_language, "Write a language, like en or pt_BR.", may_be_empty=False)]


class Settings(BaseSettings):
    """What a host may set. Nothing here is needed for a first run."""

    model_config = SettingsConfigDict(env_prefix="DAYLIGHT_", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder for the SQLite database, saved mails and uploads.")
    database_url: DatabaseUrl = Field(
        "",
        description="Database address, `sqlite:///file` or `postgresql://...`; empty means a file in the data folder.",
    )
    base_url: HostUrl = Field(
        "", description="Public address of the board, used in mails, feeds and links; empty means the address served."
    )
    smtp_url: str = Field(
        "",
        description="Mail server, `smtp://user:password@host:587` (STARTTLS when offered) or `smtps://...`; "
        "empty saves each mail as a file.",
    )
    mail_from: str = Field("", description="Sender of mails; empty means `daylight@` and the host of the base URL.")
    inbox: ListenedOn = Field(
        "", description="Where to listen for mails, like `0.0.0.0:2525`; empty means that nobody can answer by mail."
    )
    reply_address: Email = Field(
        "", validate_default=True,
        description="Address for answers by mail, like `board@in.example.org`; its host's mail must come to the inbox.",
    )  # fmt: skip
    uploads_url: BucketUrl = Field(
        "",
        description="Where attached files are stored: `s3://bucket/folder` at a service that speaks S3, which the "
        "usual `AWS_*` variables name; empty means in the data folder.",
    )
    private_networks: Literal["off", "on"] = Field(
        "off",
        description="Whether webhooks may go to private networks, `on` or `off`; public addresses they always may.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1,::1", description="Addresses, separated by commas, whose `X-Forwarded-*` headers are believed."
    )
    log: Literal["off", "plain", "json"] = Field(
        "off", description="One line on the console for each request, `plain` or `json`; trouble is always told."
    )
    metrics: Literal["off", "on"] = Field(
        "off",
        description="Figures for Prometheus at `/metrics`, for callers that come directly from a private network.",
    )
    heartbeat: float = Field(
        20, gt=0,
        description="Seconds between signs of life on the streams of open pages; fewer than a proxy waits in silence.",
    )  # fmt: skip
    served_at: str = Field(
        "", description="Set by `serve`: the address it listens on, used while there is no base URL."
    )
    language: Language = Field("en", description="Language of the pages and mails; English ships.")

    @field_validator("reply_address")
    @classmethod
    def _is_there_for_the_inbox(cls, value: str, others: ValidationInfo) -> str:
        """The other way round the inbox may be on another machine."""
        if others.data.get("inbox") and not value:
            raise PydanticCustomError("setting", "DAYLIGHT_INBOX needs it: an answer by mail is sent to it.")
        return value

    @property
    def effective_database_url(self) -> str:
        file = URL.create("sqlite", database=str(self.data_dir / "daylight.sqlite3"))  # whatever the name of the folder
        return self.database_url or file.render_as_string()

    @cached_property
    def effective_base_url(self) -> str:
        return (self.base_url or self.served_at or "http://localhost:8000").rstrip("/")

    @cached_property
    def is_https(self) -> bool:
        return self.effective_base_url.startswith("https://")

    @property
    def sender(self) -> str:
        host = urlsplit(self.effective_base_url).hostname or "localhost"
        return self.mail_from or f"daylight@{f'[{host}]' if ':' in host else host}"


@cache
def settings() -> Settings:
    return Settings()
