"""The code with which other sites show an item or the board, each form with a preview; and who may frame it."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Response

from app import embeds, listing, site
from app.embeds import Excerpt
from app.refusals import Invalid, NotFound, Refusal
from app.statuses import Kind
from app.web import guard, kit, pages
from app.web.forms import typed
from app.web.kit import Db, ItemInPath, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/embeds"
LIMITS = (1, 3, embeds.LIMIT, 10, embeds.LIMIT_MOST)

area = new_area()


@dataclass
class FramersForm:
    framers: str = ""
    by_all: str = ""


@area.get("/items/{number:int}/embed")
def show_code_of_item(request: Request, session: Db, item: ItemInPath) -> Response:
    widget = embeds.find(session, item.number)
    if widget is None:
        raise NotFound(_("Only what is public can be shown elsewhere."))
    return _page(request, "embeds/item_code.html", item=item)


@area.get(PATH)
def show_embeds(request: Request, session: Db, _owner: Owner) -> Response:
    the = site.the(session)
    return _settings(
        request, session, FramersForm("\n".join(the.framers.split()), "yes" if the.is_framed_by_all else "")
    )


@area.post(PATH)
def save_framers(
    request: Request, session: Db, _owner: Owner, form: Annotated[FramersForm, typed(FramersForm)]
) -> Response:
    try:
        site.let_frame(session, framers=form.framers, by_all=bool(form.by_all))
    except Invalid as refusal:
        return _settings(request, session, form, refusal)
    return kit.see_other(PATH, _("The settings are saved."))


def _settings(request: Request, session: Db, form: FramersForm, refusal: Invalid | None = None) -> Response:
    asked = dict(request.query_params) | {"sections": ",".join(request.query_params.getlist("sections"))}
    return _page(
        request, "settings/embeds.html", refusal, form=form, excerpt=Excerpt.asked(asked),
        offered=embeds.OFFERED, limits=[(count, count) for count in LIMITS],
        kinds=[("", _("Ideas and defects")), *((kind, kind.plural) for kind in Kind)],
        tags=[("", _("Any")), *((tag.slug, tag.name) for tag in listing.tags_in_use(session, None))],
    )  # fmt: skip


def _page(request: Request, template: str, refusal: Refusal | None = None, **shown: Any) -> Response:
    framed = site.the(request.state.session).frame_ancestors != "'self'"
    script = request.app.state.assets.widget
    response = pages.form(request, template, refusal, script=script, is_framed_elsewhere=framed, **shown)
    response.headers["Content-Security-Policy"] = guard.SHOWING_WIDGETS
    return response
