"""For owners: who is who, which role and title a person has, and who gave it to them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from app import db, people, roles
from app.people import Person, Role
from app.refusals import Invalid, NotFound, Refusal, Refused
from app.web import kit, pages
from app.web.forms import typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/people"
PAGE = 50
QUERY_MOST = 254

area = new_area()


@dataclass
class RoleForm:
    role: str = ""
    title: str = ""


async def _person(session: Db, _owner: Owner, id_: int) -> Person:
    person = session.get(Person, id_)
    if person is None or person.email is None:
        raise NotFound(_("There is no such person."))
    return person


PersonInPath = Annotated[Person, Depends(_person)]


@area.get(PATH)
def show_people(request: Request, session: Db, _owner: Owner, q: str = "", after: str = "") -> Response:
    start = db.row_id(after)
    found = people.members(session, q.replace("\0", " ").strip()[:QUERY_MOST], after=start, most=PAGE + 1)
    return pages.page(
        request, "settings/people.html", team=people.team(session), found=found[:PAGE], query=q,
        next=found[PAGE - 1].id if len(found) > PAGE else None, start=start, changes=roles.changes(session),
    )  # fmt: skip


@area.get(f"{PATH}/{{id_:int}}")
def show_person(request: Request, person: PersonInPath) -> Response:
    return _one(request, person, RoleForm(person.role, person.title))


@area.post(f"{PATH}/{{id_:int}}")
def appoint(
    request: Request, session: Db, owner: Owner, person: PersonInPath, form: Annotated[RoleForm, typed(RoleForm)]
) -> Response:
    try:
        roles.appoint(session, person, owner, role=form.role, title=form.title)
    except (Invalid, Refused) as refusal:
        return _one(request, person, form, refusal)
    said = _("%(who)s: %(role)s.") % {"who": person.byline, "role": person.role.label}
    return kit.see_other(PATH, said)


def _one(request: Request, person: Person, form: RoleForm, refusal: Refusal | None = None) -> Response:
    changes = roles.changes(request.state.session, person.id)
    shown = {"person": person, "form": form, "roles": list(Role), "changes": changes}
    return pages.form(request, "settings/person.html", refusal, "role", **shown)
