"""A board with everything on it, for tests that look at every page.

What people wrote is Greek, so that a test can tell it from the words of the program.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from sqlmodel import Session, col, select

from app import (
    attachments,
    boards,
    comments,
    db,
    defect_questions,
    edits,
    hiding,
    outbox,
    seals,
    sign_in,
    site,
    status_changes,
    tags,
    tokens,
    webhooks,
)
from app.boards import Access
from app.db import Database
from app.imports.batches import Import, State
from app.imports.csv_files import preparing
from app.items import Item
from app.outbox import Mail
from app.people import Person, Role
from app.sign_in import Plan
from app.status_changes import proposals
from app.statuses import Kind, Status
from tests import factories
from tests.pictures import drawn

WORDS = "Κάθε πρωί ψάχνω το ίδιο πράγμα, **δύο φορές**.\n\n1. ανοίγω\n2. `ψάχνω`\n\n> το είπα"
CSV = """id,title,status,created,category,votes
1,Σκούρο θέμα,σε αναμονή,03/04/2026,Άλλο,7
2,Ήχος,έγινε,05/04/2026,,0
"""
POSTED = {
    "new": (Kind.IDEA, "member", "Ζητώ σκούρο θέμα"),
    "acknowledged": (Kind.IDEA, "other", "Ήχος όταν τελειώνει"),
    "needs_info": (Kind.DEFECT, "member", "Η εξαγωγή σταματά στη μέση"),
    "planned": (Kind.IDEA, "member", "Συντομεύσεις πληκτρολογίου"),
    "in_progress": (Kind.IDEA, "other", "Χάρτης με τα δρομολόγια"),
    "shipped": (Kind.DEFECT, "member", "Λάθος ώρα στη λίστα"),
    "declined": (Kind.DEFECT, "other", "Ένας πύραυλος"),
    "duplicate": (Kind.IDEA, "other", "Σκούρο θέμα για τη νύχτα"),
    "hidden": (Kind.IDEA, "other", "Διαφήμιση"),
}
MOVED = {
    "acknowledged": {},
    "needs_info": {"why": "Δεν το βλέπουμε εδώ.", "checklist": "Έκδοση\nΑρχείο"},
    "planned": {"target": "2027-Q1"},
    "in_progress": {"target": "2027-02"},
    "shipped": {"shipped_in": "4", "shipped_link": "https://example.org/4"},
    "declined": {"workaround": "Πάρτε το τρένο."},
    "duplicate": {},
}


@dataclass
class Scene:
    """Who is on the board, with the keys that open their sessions, and what places are called in addresses."""

    people: dict[str, Person] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def before_anybody(session: Session, link: Callable[[Session, str], str | None]) -> Scene:
    """Nothing is there yet but the link for the first owner, and what every board begins with."""
    board = session.exec(boards.EVERY).all()[0]
    site.the(session).name = board.name = "Πίνακας"
    return Scene(places={"welcome": (link(session, "") or "").rpartition("/")[2]})


def fill(database: Database) -> Scene:
    scene = Scene()
    with database.session() as session:
        _people(session, scene)
        _items(session, scene)
        _talk(session, scene)
        _signing_in(session, scene)
    _imports(database, scene)
    return scene


def _people(session: Session, scene: Scene) -> None:
    cast = {
        "member": ("Άννα Λύρα", Role.MEMBER), "other": ("Βασίλης Ρήγας", Role.MEMBER),
        "advocate": ("Γεωργία Μελά", Role.ADVOCATE), "maintainer": ("Δάφνη Κρίνου", Role.MAINTAINER),
        "owner": ("Έλλη Σταύρου", Role.OWNER),
    }  # fmt: skip
    for key, (name, role) in cast.items():
        title = "Ιδρύτρια" if role.rank >= Role.MAINTAINER.rank else ""
        person = Person(name=name, email=f"{key}@example.org", role=role, title=title)
        session.add(person)
        session.flush()
        scene.people[key] = person
        scene.keys[key] = sign_in.open_session(session, person, "Φυλλομετρητής")
    token, _secret = tokens.make(session, scene.people["member"], "Αναφορά", ["read"], "90")
    scene.places["token"] = str(token.id)
    scene.places["seal"] = seals.of(session, scene.people["member"], seals.For.MAILS)
    scene.places["cases"] = seals.of(session, scene.people["other"], seals.For.CASES)
    mobile = factories.board(session, "kinito", name="Κινητό", description="Ό,τι αφορά το κινητό.", position=1)
    defect_questions.put(session, mobile, scene.people["owner"], [("Ποιο κινητό;", "Διαφέρουν μεταξύ τους.")])
    factories.board(session, "mesa", name="Μέσα", access=Access.MEMBERS, position=2)
    scene.places["person"] = str(scene.people["other"].id)
    for name in ("Αναζήτηση", "Ταχύτητα"):
        scene.places["tag"] = quote(tags.add(session, scene.people["owner"], name).slug)
    hook = webhooks.add(session, scene.people["owner"], "https://hooks.example.org/", list(webhooks.OFFERED))
    delivery = webhooks.test(session, hook)
    mail = outbox.put(session, "gone@example.org", "Νέα", "Νέα.")
    mail.trouble = delivery.trouble = "Δεν απαντά."
    session.flush()
    scene.places |= {"webhook": str(hook.id), "delivery": str(delivery.id), "mail": str(mail.id)}


def _items(session: Session, scene: Scene) -> None:
    """An item in each status, and one that is hidden; the oldest waits for three weeks."""
    for days, (name, (kind, reporter, title)) in zip(range(21, 0, -2), POSTED.items(), strict=False):
        details = {"expected": "Μία φορά.", "steps": "1. ανοίγω", "version": "4"} if kind is Kind.DEFECT else {}
        at = db.now() - timedelta(days=days)
        item = factories.item(session, scene.people[reporter], title, kind=kind, body=WORDS, at=at, **details)
        scene.places[name] = str(item.number)
    for name, fields in MOVED.items():
        asked = fields | ({"duplicate_of": scene.places["new"]} if name == "duplicate" else {})
        factories.move(session, _item(session, scene, name), scene.people["maintainer"], Status(name),
                       "Το είδαμε και *συμφωνούμε*.", **asked)  # fmt: skip
    hiding.hide(session, _item(session, scene, "hidden"), scene.people["maintainer"], "Δεν αφορά τον πίνακα.")


def _item(session: Session, scene: Scene, name: str) -> Item:
    return session.get_one(Item, int(scene.places[name]))


def _talk(session: Session, scene: Scene) -> None:
    """Comments of every sort, words that were corrected, a target that moved, tags and a proposal."""
    member, other, advocate, mira = (scene.people[key] for key in ("member", "other", "advocate", "maintainer"))
    item = _item(session, scene, "planned")
    edited = factories.comment(session, item, member, "Κι εγώ.")
    comments.edit(session, edited, member, "Κι εγώ το θέλω.")
    factories.comment(session, item, mira, "Ξεκινά τον χειμώνα.", official=True)
    hidden = factories.comment(session, item, other, "Διαφήμιση.")
    comments.hide(session, hidden, mira, "Δεν αφορά το αίτημα.")
    log = factories.attach(session, item, member, "αρχείο.log", "Σταμάτησε.\n".encode() * 1200, edited)
    seen = factories.attach(session, item, member, "οθόνη.png", drawn())
    gone = factories.attach(session, item, member, "λάθος.log", b"x")
    attachments.remove(session, gone, member)
    told = factories.comment(session, item, advocate, "Να το δούμε μαζί;")
    own = factories.comment(session, item, mira, "Θα το πούμε εδώ.")
    status_changes.move_target(session, item, mira, "2027-Q2", "Θέλει *χρόνο*.")
    change = session.exec(
        select(status_changes.StatusChange).where(status_changes.StatusChange.item_number == item.number)
    ).one()
    status_changes.correct(session, change, mira, "Το είδαμε και το θέλουμε.")
    tags.put(session, item.number, advocate, [tag.slug for tag in tags.every(session)])
    item = _item(session, scene, "acknowledged")
    proposal = proposals.propose(session, item, advocate, scene.places["new"], "Ίδια.")
    scene.places |= {"proposal": str(proposal.id)} | {
        "comment": str(edited.id),
        "edit": str(session.exec(select(edits.Edit.id).where(edits.Edit.subject_id == edited.id)).one()),
        "told": str(told.id),
        "own": str(own.id),
        "log": log.key,
        "picture": seen.key,
        "change": str(change.id),
    }


def _signing_in(session: Session, scene: Scene) -> None:
    """Somebody new was about to vote; somebody known wants another address."""
    plan = Plan("/", f"/items/{scene.places['new']}/comments", "body=%CE%9A%CE%B9+%CE%B5%CE%B3%CF%8E.")
    scene.places["handle"] = sign_in.begin(session, "new@example.org", name="Ζωή", network="tour", plan=plan)
    session.flush()
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    scene.places["link"] = re.findall(r"/link/([\w-]+)", mail.body)[0]
    scene.places["address"] = sign_in.begin_change(session, scene.people["member"], "later@example.org", network="tour")


def _imports(database: Database, scene: Scene) -> None:
    """One that waits to begin, and the same one at other stages."""
    owner = scene.people["owner"]
    prepared = preparing.prepare(database, io.BytesIO(CSV.encode()), "Παλιά.csv", by_id=owner.key)
    scene.places["import"] = str(prepared.id)
    with database.session() as session:
        for state in (State.RUNNING, State.DONE, State.UNDONE):
            ended = {"finished_at": None if state is State.RUNNING else db.now(), "state": state}
            other = Import(**prepared.model_dump(exclude={"id"}) | ended)
            session.add(other)
            session.flush()
            scene.places[f"import_{state}"] = str(other.id)
