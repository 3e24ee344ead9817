"""For owners: the programs that hear of what happens on the board, and how each message went."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from app import webhooks
from app.refusals import NotFound, Refusal
from app.web import kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.webhooks import Delivery, Webhook
from app.words import _

PATH = "/settings/webhooks"
SHOWN_MOST = 50

area = new_area()


@dataclass
class WebhookForm:
    url: str = ""
    happenings: list[str] = field(default_factory=list)


async def _webhook(session: Db, _owner: Owner, key: int) -> Webhook:
    return webhooks.find(session, key)


WebhookInPath = Annotated[Webhook, Depends(_webhook)]


async def _delivery(session: Db, webhook: WebhookInPath, delivery: int) -> Delivery:
    found = session.get(Delivery, delivery)
    if found is None or found.webhook_id != webhook.id:
        raise NotFound(_("There is no such delivery."))
    return found


DeliveryInPath = Annotated[Delivery, Depends(_delivery)]


@area.get(PATH)
def show_webhooks(request: Request, _owner: Owner) -> Response:
    return _list(request, WebhookForm(happenings=list(webhooks.OFFERED)))


@area.post(PATH)
def add_webhook(
    request: Request, session: Db, owner: Owner, form: Annotated[WebhookForm, typed(WebhookForm)]
) -> Response:
    try:
        webhook = webhooks.add(session, owner, form.url, form.happenings)
    except Refusal as refusal:
        return _list(request, form, refusal)
    return kit.see_other(webhook.path, _("The webhook is there. Its secret proves to the receiver that it is us."))


@area.get(f"{PATH}/{{key:int}}")
def show_webhook(request: Request, webhook: WebhookInPath) -> Response:
    return _one(request, webhook, WebhookForm(webhook.url, webhook.happenings))


@area.post(f"{PATH}/{{key:int}}")
def change_webhook(
    request: Request, session: Db, owner: Owner, webhook: WebhookInPath,
    form: Annotated[WebhookForm, typed(WebhookForm)],
) -> Response:  # fmt: skip
    try:
        webhooks.change(session, webhook, owner, form.url, form.happenings)
    except Refusal as refusal:
        return _one(request, webhook, form, refusal)
    return kit.see_other(webhook.path, _("The webhook is saved."))


@area.post(f"{PATH}/{{key:int}}/test")
def send_test(session: Db, webhook: WebhookInPath, _form: Pressed) -> Response:
    webhooks.test(session, webhook)
    return kit.see_other(f"{webhook.path}#deliveries", _("A test is on its way. Reload to see how it went."))


@area.post(f"{PATH}/{{key:int}}/rotation")
def rotate_secret(session: Db, owner: Owner, webhook: WebhookInPath, _form: Pressed) -> Response:
    webhooks.rotate(session, webhook, owner)
    return kit.see_other(webhook.path, _("There is a new secret. For 24 hours, the earlier one signs as well."))


@area.post(f"{PATH}/{{key:int}}/pause")
def pause_webhook(session: Db, owner: Owner, webhook: WebhookInPath, _form: Pressed) -> Response:
    webhooks.pause(session, webhook, owner)
    return kit.see_other(webhook.path, _("The webhook is paused."))


@area.post(f"{PATH}/{{key:int}}/pause/withdrawal")
def resume_webhook(session: Db, owner: Owner, webhook: WebhookInPath, _form: Pressed) -> Response:
    webhooks.resume(session, webhook, owner)
    return kit.see_other(webhook.path, _("The webhook hears of what happens again."))


@area.post(f"{PATH}/{{key:int}}/removal")
def remove_webhook(session: Db, owner: Owner, webhook: WebhookInPath, _form: Pressed) -> Response:
    webhooks.remove(session, webhook, owner)
    return kit.see_other(PATH, _("The webhook is gone."))


@area.post(f"{PATH}/{{key:int}}/deliveries/{{delivery:int}}/again")
def deliver_again(session: Db, webhook: WebhookInPath, delivery: DeliveryInPath, _form: Pressed) -> Response:
    webhooks.again(session, delivery)
    return kit.see_other(f"{webhook.path}#deliveries", _("The same message is on its way once more."))


def _list(request: Request, form: WebhookForm, refusal: Refusal | None = None) -> Response:
    return _page(request, "settings/webhooks.html", form, refusal, webhooks=webhooks.every(request.state.session))


def _one(request: Request, webhook: Webhook, form: WebhookForm, refusal: Refusal | None = None) -> Response:
    log = webhooks.deliveries(request.state.session, webhook, SHOWN_MOST)
    return _page(request, "settings/webhook.html", form, refusal, webhook=webhook, deliveries=log)


def _page(request: Request, template: str, form: WebhookForm, refusal: Refusal | None, **context: object) -> Response:
    return pages.form(request, template, refusal, "url", form=form, offered=webhooks.OFFERED, **context)
