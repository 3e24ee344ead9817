"""For owners: the keys with which products sign who wants to vote or post inside them. Without one this is off."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Response

from app import products
from app.refusals import Invalid, Refusal, Refused
from app.web import kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/products"

area = new_area()


@dataclass
class KeyForm:
    product: str = ""
    public_key: str = ""


@area.get(PATH)
def show_keys(request: Request, session: Db, _owner: Owner) -> Response:
    return _page(request, session, KeyForm())


@area.post(PATH)
def add_key(request: Request, session: Db, owner: Owner, form: Annotated[KeyForm, typed(KeyForm)]) -> Response:
    """The only page that ever shows the secret."""
    try:
        key, secret = products.add_key(session, owner, form.product, form.public_key)
    except (Invalid, Refused) as refusal:
        return _page(request, session, form, refusal)
    return _page(request, session, KeyForm(), made=key, secret=secret)


@area.post(f"{PATH}/{{key:int}}/removal")
def remove_key(session: Db, owner: Owner, key: int, _form: Pressed) -> Response:
    products.remove_key(session, owner, key)
    return kit.see_other(PATH, _("The key is gone. Nothing that it signed is taken any more."))


def _page(request: Request, session: Db, form: KeyForm, refusal: Refusal | None = None, **more: Any) -> Response:
    shown = {"made": None, "secret": "", "keys": products.keys(session), **more}
    return pages.form(request, "settings/products.html", refusal, "product", form=form, **shown)
