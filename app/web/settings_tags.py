"""For owners: the tags that the team may put on items."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from app import tags
from app.refusals import Invalid
from app.tags import Tag
from app.web import kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/tags"

area = new_area()


@dataclass
class TagForm:
    name: str = ""


@dataclass
class MergeForm:
    into: str = ""


async def _tag(session: Db, _owner: Owner, slug: str) -> Tag:
    return tags.find(session, slug)


TagInPath = Annotated[Tag, Depends(_tag)]


@area.get(PATH)
def show_tags(request: Request, _owner: Owner) -> Response:
    return _list(request, "")


@area.post(PATH)
def add_tag(request: Request, session: Db, owner: Owner, form: Annotated[TagForm, typed(TagForm)]) -> Response:
    try:
        tag = tags.add(session, owner, form.name)
    except Invalid as refusal:
        return _list(request, form.name, refusal)
    return kit.see_other(PATH, _("The tag “%s” is there.") % tag.name)


@area.get(f"{PATH}/{{slug}}")
def show_tag(request: Request, tag: TagInPath) -> Response:
    return _one(request, tag, tag.name)


@area.post(f"{PATH}/{{slug}}")
def rename_tag(
    request: Request, session: Db, owner: Owner, tag: TagInPath, form: Annotated[TagForm, typed(TagForm)]
) -> Response:
    try:
        tags.rename(session, tag, owner, form.name)
    except Invalid as refusal:
        return _one(request, tag, form.name, refusal)
    return kit.see_other(PATH, _("The tag is called “%s” now.") % tag.name)


@area.post(f"{PATH}/{{slug}}/merge")
def merge_tag(
    request: Request, session: Db, owner: Owner, tag: TagInPath, form: Annotated[MergeForm, typed(MergeForm)]
) -> Response:
    try:
        other = tags.merge(session, tag, owner, form.into)
    except Invalid as refusal:
        return _one(request, tag, tag.name, refusal)
    return kit.see_other(PATH, _("“%(one)s” is merged into “%(other)s”.") % {"one": tag.name, "other": other.name})


@area.post(f"{PATH}/{{slug}}/removal")
def remove_tag(session: Db, owner: Owner, tag: TagInPath, _form: Pressed) -> Response:
    tags.remove(session, tag, owner)
    return kit.see_other(PATH, _("The tag “%s” is gone.") % tag.name)


def _list(request: Request, name: str, refusal: Invalid | None = None) -> Response:
    session = request.state.session
    shown = {"tags": tags.every(session), "counts": tags.counts(session), "name": name}
    return pages.form(request, "settings/tags.html", refusal, **shown)


def _one(request: Request, tag: Tag, name: str, refusal: Invalid | None = None) -> Response:
    session = request.state.session
    others = [other for other in tags.every(session) if other.id != tag.id]
    held = tags.counts(session).get(tag.id or 0, 0)
    return pages.form(request, "settings/tag.html", refusal, tag=tag, others=others, name=name, held=held)
