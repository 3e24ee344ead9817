"""People: oneself, and for maintainers everybody with an account."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, Field

from app import people
from app.people import Role
from app.tokens import Scope
from app.web.api import route, shapes
from app.web.kit import Db, Maintainer, Member

PAGE = 50

areas = route.areas("People")


class Person(BaseModel):
    id: int = Field(examples=[3])
    name: str = Field(examples=["Mira Okafor"])
    title: str = Field(description="Stands beside the name in public.", examples=["CTO"])
    role: Role
    email: str | None = Field(examples=["mira@example.org"])
    joined_at: datetime


class Me(Person):
    scopes: list[Scope] = Field(description="What this token may be used for.")


class People(BaseModel):
    """A page of people as they joined."""

    people: list[Person]
    next: int | None = Field(description="What to ask for as `after` to go on; null at the end.")


@areas.reading.get("/me")
def who_am_i(request: Request, person: Member) -> Me:
    """Read for whom this token speaks, and what for."""
    scopes = [scope for scope in Scope if scope in request.state.bearer.scopes]
    return Me(**_fields(person), scopes=scopes)


@areas.moderating.get("/people")
def list_people(
    session: Db, _maintainer: Maintainer,
    q: Annotated[shapes.Text, Query(description="A part of the name or the address.")] = "",
    after: Annotated[int, Query(ge=0, lt=2**31, description="The id after which to go on.")] = 0,
) -> People:  # fmt: skip
    """Read who has an account, fifty at a time; for maintainers."""
    found = people.members(session, q, after=after, most=PAGE + 1)
    page = [Person(**_fields(person)) for person in found[:PAGE]]
    return People(people=page, next=page[-1].id if len(found) > PAGE else None)


def _fields(person: people.Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in Person.model_fields}
