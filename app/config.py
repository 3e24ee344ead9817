"""Settings from `DAYLIGHT_*` environment variables, each with a sentence."""

from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL


class Settings(BaseSettings):
    """What a host may set. Nothing here is needed for a first run."""

    model_config = SettingsConfigDict(env_prefix="DAYLIGHT_", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder for the SQLite database, saved mails and uploads.")
    database_url: str = Field(
        "",
        description="Database address, `sqlite:///file` or `postgresql://...`; empty means a file in the data folder.",
    )
    base_url: str = Field(
        "", description="Public address of the board, used in mails, feeds and links; empty means the address served."
    )
    smtp_url: str = Field(
        "",
        description="Mail server, `smtp://user:password@host:587` (STARTTLS when offered) or `smtps://...`; "
        "empty saves each mail as a file.",
    )
    mail_from: str = Field("", description="Sender of mails; empty means `daylight@` and the host of the base URL.")
    inbox: str = Field(
        "", description="Where to listen for mails, like `0.0.0.0:2525`; empty means that nobody can answer by mail."
    )
    reply_address: str = Field(
        "",
        description="Address for answers by mail, like `board@in.example.org`; its host's mail must come to the inbox.",
    )
    uploads_url: str = Field(
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
    language: str = Field("en", description="Language of the pages and mails; English ships.")

    @property
    def effective_database_url(self) -> str:
        file = URL.create("sqlite", database=str(self.data_dir / "daylight.sqlite3"))  # whatever the name of the folder
        return self.database_url or file.render_as_string()

    @property
    def effective_base_url(self) -> str:
        return (self.base_url or self.served_at or "http://localhost:8000").rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.effective_base_url.startswith("https://")

    @property
    def sender(self) -> str:
        host = urlsplit(self.effective_base_url).hostname or "localhost"
        return self.mail_from or f"daylight@{f'[{host}]' if ':' in host else host}"


@cache
def settings() -> Settings:
    return Settings()
