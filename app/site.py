"""The instance itself: its name and look, whether it may be indexed, and the counter of item numbers."""

import zlib

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col

ACCENT = "#3d4f9f"


class Site(SQLModel, table=True):
    """One row."""

    id: int = Field(default=1, primary_key=True)
    name: str = Field(default="Daylight", max_length=80)
    description: str = Field(default="", max_length=300)
    accent: str = Field(default=ACCENT, max_length=7)
    logo: bytes | None = None
    logo_type: str | None = Field(default=None, max_length=40)
    is_indexed: bool = True
    owner_link_hash: str | None = Field(default=None, max_length=64)
    last_item_number: int = 0

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


def the(session: Session) -> Site:
    return session.get_one(Site, 1)


def next_item_numbers(session: Session, count: int = 1) -> range:
    """Reserve public numbers without gaps; others who post wait for this transaction."""
    last = session.execute(
        update(Site).values(last_item_number=Site.last_item_number + count).returning(col(Site.last_item_number))
    ).scalar_one()
    return range(last - count + 1, last + 1)
