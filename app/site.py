"""The instance itself: its name and look, whether it may be indexed, and the counter of item numbers."""

import re
import secrets
import uuid
import zlib
from datetime import date

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from app import text
from app.words import _

ACCENT = "#3d4f9f"
DESCRIPTION_MOST = 300
FRAMERS_MOST = 2000
_COLOUR = re.compile("#[0-9a-f]{6}")
_SITE = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")


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
    rota_begins_on: date | None = None
    secret: str = Field(default_factory=lambda: secrets.token_urlsafe(32), max_length=64,
                        sa_column_kwargs={"server_default": ""})  # fmt: skip
    framers: str = Field(default="", max_length=FRAMERS_MOST)
    is_framed_by_all: bool = False

    @property
    def frame_ancestors(self) -> str:
        """Which sites may frame a widget, as a policy says it: besides our own the listed ones, or all."""
        return "*" if self.is_framed_by_all else f"'self' {self.framers}".rstrip()

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


def lock(session: Session) -> Site:
    """The site as it is now, until the transaction ends."""
    return session.exec(select(Site).with_for_update().execution_options(populate_existing=True)).one()


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


def let_frame(session: Session, *, framers: str, by_all: bool) -> None:
    """Say which sites may frame a widget. Raises Invalid."""
    check = text.Checks()
    framers = check.line("framers", framers.lower(), label=_("Sites"), most=FRAMERS_MOST, needed=False)
    for odd in [each for each in framers.split() if not _SITE.fullmatch(each.rstrip("/"))][:1]:
        check.wrong("framers", _("Sites: “%s” is none. Write each like https://www.example.org.") % odd[:60])
    check.done()
    site = the(session)
    site.framers, site.is_framed_by_all = " ".join(each.rstrip("/") for each in framers.split()), by_all
    session.add(site)


def next_item_numbers(session: Session, count: int = 1) -> range:
    """Reserve public numbers without gaps; others who post wait for this transaction."""
    last = session.execute(
        update(Site).values(last_item_number=Site.last_item_number + count).returning(col(Site.last_item_number))
    ).scalar_one()
    return range(last - count + 1, last + 1)
