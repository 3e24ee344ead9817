"""How a person wants to hear of what happens: at once, in a digest, of their own items only, or not by mail."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from app.words import N_, _

DIGEST_AT = time(7, tzinfo=UTC)


class Hear(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    OWN = "own"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        return _(LABELS[self])

    def due_at(self, at: datetime, *, is_own: bool, is_urgent: bool) -> datetime | None:
        """When a mail about what happened is due; None for never. Digests leave in the morning, weekly on Mondays."""
        if self is Hear.NOTHING or (self is Hear.OWN and not is_own):
            return None
        if is_urgent or self in {Hear.AT_ONCE, Hear.OWN}:
            return at
        morning = datetime.combine(at.date(), DIGEST_AT)
        morning += timedelta(days=1) if morning <= at else timedelta()
        return morning if self is Hear.DAILY else morning + timedelta(days=-morning.weekday() % 7)


LABELS = {
    Hear.AT_ONCE: N_("At once"),
    Hear.DAILY: N_("Once a day, together"),
    Hear.WEEKLY: N_("Once a week, together, on Monday"),
    Hear.OWN: N_("At once, but only about items I posted"),
    Hear.NOTHING: N_("No mails"),
}
