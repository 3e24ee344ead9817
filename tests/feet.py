"""What stands below the mails about an item."""

from sqlmodel import Session

from app import seals
from app.items import Item
from app.people import Person

HOME = "http://localhost:8000"


def foot(session: Session, person: Person, item: Item) -> str:
    paths = seals.paths(session, person)
    return (
        "All of your cases, to read without signing in. "
        "Whoever has this address can read them, so do not pass it on:\n"
        f"<{HOME}{paths['cases_path']}>\n\n"
        f"No more mails about this item:\n<{HOME}{paths['mail_path']}/items/{item.number}>\n\n"
        f"Fewer mails, or none at all:\n<{HOME}{paths['mail_path']}>\n"
    )
