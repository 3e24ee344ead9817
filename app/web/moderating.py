"""For maintainers: putting a whole item out of sight, with the reason in public, and bringing it back."""

from typing import Annotated

from fastapi import Request, Response

from app import hiding
from app.items import Item
from app.refusals import Invalid, Refusal
from app.web import kit, pages
from app.web.forms import HidingForm, Pressed, typed
from app.web.kit import Db, ItemInPath, Maintainer
from app.web.route import area as new_area
from app.words import _

area = new_area()


@area.get("/items/{number:int}/hiding")
def ask_why(request: Request, _person: Maintainer, item: ItemInPath) -> Response:
    return _page(request, item)


@area.post("/items/{number:int}/hiding")
def hide(
    request: Request, session: Db, person: Maintainer, item: ItemInPath, form: Annotated[HidingForm, typed(HidingForm)]
) -> Response:
    try:
        hiding.hide(session, item, person, form.because)
    except Invalid as refusal:
        return _page(request, item, form.because, refusal)
    return kit.see_other(item.path, _("The item is hidden. Your reason stands in its place."))


def _page(request: Request, item: Item, because: str = "", refusal: Refusal | None = None) -> Response:
    return pages.form(request, "items/hide.html", refusal, item=item, because=because)


@area.post("/items/{number:int}/hiding/withdrawal")
def show_again(session: Db, person: Maintainer, item: ItemInPath, _form: Pressed) -> Response:
    hiding.show(session, item, person)
    return kit.see_other(item.path, _("The item shows again."))
