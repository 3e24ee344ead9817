"""The instance itself: its name and look, whether it may be indexed, and the counter of item numbers."""

import re
import secrets
import uuid
import zlib

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col

from app import text
from app.words import _

ACCENT = "#3d4f9f"
DESCRIPTION_MOST = 300
_COLOUR = re.compile("#[0-9a-f]{6}")


class Site(SQLModel, table=True):
    """One row."""

    id: int = Field(default=1, primary_key=True)
    name: str = Field(default="Daylight", max_length=text.NAME_MOST)
    description: str = Field(default="", max_length=DESCRIPTION_MOST)
    accent: str = Field(default=ACCENT, max_length=7)
    logo: bytes | None = None
    logo_type: str | None = Field(default=None, max_length=40)
    is_indexed: bool = True
    owner_link_hash: str | None = Field(default=None, max_length=64)
    last_item_number: int = 0
    secret: str = Field(default_factory=lambda: secrets.token_urlsafe(32), max_length=64,
                        sa_column_kwargs={"server_default": ""})  # fmt: skip

    @property
    def has_own_accent(self) -> bool:
        return self.accent != ACCENT

    @property
    def look_path(self) -> str:
        """The style sheet of the accent; another accent is another address."""
        return f"/look.css?{self.accent.removeprefix('#')}"

    @property
    def logo_path(self) -> str:
        return f"/logo?{zlib.crc32(self.logo or b''):x}"

    def feed_id(self, name: str) -> str:
        """What something is called in feeds, for ever: also when the address changes. The secret tells boards apart."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.secret} {name}").urn


def the(session: Session) -> Site:
    return session.get_one(Site, 1)


def describe(session: Session, *, name: str, description: str, accent: str, is_indexed: bool) -> None:
    """Say what the site is called, what it is for, and how it looks. Raises Invalid."""
    check = text.Checks()
    name = check.line("name", name, label=_("Name"), most=text.NAME_MOST)
    description = check.line("description", description, label=_("Description"), most=DESCRIPTION_MOST, needed=False)
    accent = accent.strip().lower()
    if not _COLOUR.fullmatch(accent):
        check.wrong("accent", _("Accent colour: write a colour like %s.") % ACCENT)
    check.done()
    site = the(session)
    site.name, site.description, site.accent, site.is_indexed = name, description, accent, is_indexed
    session.add(site)


def set_logo(session: Session, picture: bytes | None) -> None:
    """Show a picture, as `pictures.logo` made it, beside the name, or none."""
    site = the(session)
    site.logo, site.logo_type = picture, "image/png" if picture else None
    session.add(site)


def next_item_numbers(session: Session, count: int = 1) -> range:
    """Reserve public numbers without gaps; others who post wait for this transaction."""
    last = session.execute(
        update(Site).values(last_item_number=Site.last_item_number + count).returning(col(Site.last_item_number))
    ).scalar_one()
    return range(last - count + 1, last + 1)
