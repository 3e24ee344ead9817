"""The rota: who answers this week, from Monday to Sunday in UTC, named in public."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from app import people, site, text
from app.people import Person, Role
from app.words import _

SHOWN = 8  # weeks


class Turn(SQLModel, table=True):
    """A place in the order in which people of the team answer, a week each."""

    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    person_id: int = Field(foreign_key="person.id", index=True)


def candidates(session: Session) -> list[Person]:
    """Who may take turns: those who can answer."""
    return [person for person in people.team(session) if person.has_role(Role.MAINTAINER)]


def order(session: Session) -> list[Person]:
    """Who takes turns; whoever can no longer answer has fallen out."""
    can_answer = col(Person.role).in_([Role.MAINTAINER, Role.OWNER]), col(Person.email).is_not(None)
    turns = select(Person).join(Turn, col(Turn.person_id) == Person.id).where(*can_answer)
    return list(session.exec(turns.order_by(col(Turn.place))))


def arrange(session: Session, person: Person, ids: Collection[str], today: date) -> None:
    """Let these people take turns, the first of them in this week. Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    chosen = list(dict.fromkeys(each for each in ids if each))
    check = text.Checks()
    team = {str(each.id) for each in candidates(session)}
    for each in chosen:
        check.choice("order", each, team, label=_("Order"))
    check.done()
    session.execute(delete(Turn))
    session.add_all(Turn(place=place, person_id=int(each)) for place, each in enumerate(chosen))
    the = site.the(session)
    the.rota_begins_on = monday(today)
    session.add(the)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def named(session: Session, today: date) -> str:
    """Whose week it is, as the board names them; empty without a rota."""
    return "".join(person.byline for _monday, person in coming(session, today, 1))


def coming(session: Session, today: date, most: int = SHOWN) -> list[tuple[date, Person]]:
    """The coming weeks by their Monday, beginning with this one, and who answers in each."""
    turns = order(session)
    begins_on = site.the(session).rota_begins_on if turns else None
    if begins_on is None:
        return []
    first = monday(today)
    past = (first - begins_on).days // 7
    return [(first + timedelta(weeks=ahead), turns[(past + ahead) % len(turns)]) for ahead in range(most)]
