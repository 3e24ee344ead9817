"""Every page of the product, as it is for those who come there: what all pages must keep is tested on each of these."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from httpx import Response

from app import first_run
from app.db import Database
from app.web import kit
from tests import scene
from tests.asking import Browser
from tests.scene import Scene

HOME = "http://localhost"


@dataclass(frozen=True)
class Stop:
    """A page: where it is, who looks, and, if it answers a form, what was sent."""

    name: str
    path: str
    who: str = ""
    form: Mapping[str, str] | None = None
    status: int = 200

    def address(self, scene: Scene) -> str:
        return self.path.format_map(scene.places)

    def sent(self, scene: Scene) -> dict[str, str] | None:
        """The form as it is sent, or None where a page is only read."""
        return (
            None if self.form is None else {name: value.format_map(scene.places) for name, value in self.form.items()}
        )


BEFORE_ANYBODY = [
    Stop("board, empty", "/"),
    Stop("welcome", "/welcome/{welcome}"),
    Stop("welcome, refused", "/welcome/{welcome}", form={"name": "", "email": "x", "site_name": ""}, status=422),
]

STOPS = [
    Stop("board", "/"),
    Stop("board of a member", "/?sort=votes", "member"),
    Stop("board of an owner", "/?sort=waiting", "owner"),
    Stop("board, filtered", "/?kind=idea&status=planned&board=general&tag={tag}"),
    Stop("search", "/?q=%CF%83%CE%BA%CE%BF%CF%8D%CF%81%CE%BF"),
    Stop("search, nothing found", "/?q=%CF%88%CF%88%CF%88"),
    Stop("roadmap", "/roadmap"),
    Stop("roadmap of a maintainer", "/roadmap", "maintainer"),
    Stop("changelog", "/changelog"),
    Stop("openness", "/openness"),
    Stop("openness, for the team", "/openness", "maintainer"),
    Stop("item, new", "/items/{new}"),
    Stop("item, new, of its reporter", "/items/{new}", "member"),
    Stop("item, new, for an advocate", "/items/{acknowledged}", "advocate"),
    Stop("item, question", "/items/{needs_info}"),
    Stop("item, question to answer", "/items/{needs_info}", "member"),
    Stop("item, planned", "/items/{planned}"),
    Stop("item, planned, with the forms of the team", "/items/{planned}", "maintainer"),
    Stop("item, proposed to be merged", "/items/{acknowledged}", "maintainer"),
    Stop("item, in progress", "/items/{in_progress}", "other"),
    Stop("item, shipped", "/items/{shipped}"),
    Stop("item, declined", "/items/{declined}"),
    Stop("item, duplicate", "/items/{duplicate}"),
    Stop("item, duplicate, to be parted", "/items/{duplicate}", "maintainer"),
    Stop("item, hidden", "/items/{hidden}"),
    Stop("item, hidden, for a maintainer", "/items/{hidden}", "maintainer"),
    Stop("earlier words of a comment", "/items/{planned}/edits/{edit}"),
    Stop("item, move refused", "/items/{new}/status-changes", "maintainer", {"to": "declined", "explanation": ""}, 422),
    Stop("item, target refused", "/items/{planned}/target-moves", "maintainer", {"target": "x", "cause": ""}, 422),
    Stop("item, proposal refused", "/items/{new}/merge-proposals", "advocate", {"duplicate_of": "x", "words": ""}, 422),
    Stop("item, tags refused", "/items/{new}/tags", "advocate", {"tags": "none"}, 422),
    Stop("item, board refused", "/items/{new}/board", "maintainer", {"board": "none"}, 422),
    Stop("item, comment refused", "/items/{new}/comments", "member", {"body": ""}, 422),
    Stop("new item", "/items/new"),
    Stop("new item, defect, with similar ones", "/items/new?kind=defect&title=%CF%83%CE%BA%CE%BF%CF%8D%CF%81%CE%BF"),
    Stop("new defect on a board that asks", "/items/new?kind=defect&board=kinito", "member"),
    Stop("new item, refused", "/items", "member", {"kind": "defect", "board": "general", "title": ""}, 422),
    Stop("new item, previewed", "/items/new", "member",
         {"kind": "defect", "title": "Ω", "body": "*ψ*", "expected": "ψ", "show": "preview"}),
    Stop("similar items", "/items/similar?title=%CF%83%CE%BA%CE%BF%CF%8D%CF%81%CE%BF", "other"),
    Stop("looking an item up", "/items/lookup?q=%CF%83%CE%BA%CE%BF%CF%8D%CF%81%CE%BF", "advocate"),
    Stop("code to embed an item", "/items/{planned}/embed"),
    Stop("widget", "/embed/items/{planned}"),
    Stop("widget, nobody answered", "/embed/items/{new}?theme=dark"),
    Stop("widget, duplicate", "/embed/items/{duplicate}"),
    Stop("widget, not public", "/embed/items/{hidden}", status=404),
    Stop("widget of the board", "/embed/board?sections=new,planned,shipped,declined"),
    Stop("editing an item", "/items/{needs_info}/edit", "member"),
    Stop("editing an item, refused", "/items/{new}/edit", "member", {"title": ""}, 422),
    Stop("hiding an item", "/items/{new}/hiding", "maintainer"),
    Stop("hiding an item, refused", "/items/{new}/hiding", "maintainer", {"because": ""}, 422),
    Stop("editing a comment", "/items/{planned}/comments/{comment}/edit", "member"),
    Stop("editing a comment, refused", "/items/{planned}/comments/{comment}/edit", "member", {"body": ""}, 422),
    Stop("hiding a comment", "/items/{planned}/comments/{told}/hiding", "maintainer"),
    Stop("hiding a comment, refused", "/items/{planned}/comments/{told}/hiding", "maintainer", {"because": ""}, 422),
    Stop("correcting an explanation", "/status-changes/{change}/correction", "maintainer"),
    Stop("correcting, refused", "/status-changes/{change}/correction", "maintainer", {"explanation": ""}, 422),
    Stop("a text attached", "/attachments/{log}/preview"),
    Stop("removing a file", "/attachments/{picture}/removal", "member"),
    Stop("sign-in", "/sign-in"),
    Stop("sign-in on the way to a vote", "/items/{new}/vote", form={}, status=401),
    Stop("sign-in, refused", "/sign-in", form={"email": "x"}, status=422),
    Stop("code", "/sign-in/{handle}"),
    Stop("code, wrong", "/sign-in/{handle}", form={"code": "x"}, status=422),
    Stop("link of a mail", "/sign-in/{handle}/link/{link}"),
    Stop("my cases", "/me", "member"),
    Stop("my cases, none", "/me?show=posted", "owner"),
    Stop("profile", "/me/profile", "maintainer"),
    Stop("profile, name refused", "/me/profile", "member", {"name": ""}, 422),
    Stop("profile, address refused", "/me/address", "member", {"email": "x"}, 422),
    Stop("profile, choice refused", "/me/hearing", "member", {"hears": "x"}, 422),
    Stop("cases at a private address", "/cases/{cases}"),
    Stop("mails to stop", "/mail/{seal}"),
    Stop("mails about an item to stop", "/mail/{seal}/items/{new}"),
    Stop("mails about an item stopped", "/mail/{seal}/items/{new}", form={}),
    Stop("mails stopped", "/mail/{seal}", form={}),
    Stop("private address revoked", "/cases/{cases}/revocation", form={}),
    Stop("new address", "/me/address/{address}", "member"),
    Stop("new address, wrong code", "/me/address/{address}", "member", {"code": "x"}, 422),
    Stop("documentation of the API", "/docs"),
    Stop("tokens", "/me/tokens", "member"),
    Stop("tokens, one made", "/me/tokens", "maintainer", {"name": "Αναφορά", "scopes": "read", "days": "30"}),
    Stop("tokens, refused", "/me/tokens", "member", {"name": "", "days": "1"}, 422),
    Stop("deletion", "/me/deletion", "member"),
    Stop("deletion, refused", "/me/deletion", "member", {"email": "x"}, 422),
    Stop("triage", "/triage", "maintainer"),
    *(
        Stop(f"triage, {section}", f"/triage?show={section}", "maintainer")
        for section in ("unanswered", "answered", "questions", "targets", "reviews", "merges")
    ),
    Stop("triage, refused", "/triage/status-changes", "maintainer",
         {"to": "needs_info", "explanation": "", "chosen": "{new}-new"}, 422),
    Stop("settings", "/settings", "owner"),
    Stop("settings, refused", "/settings", "owner", {"name": "", "accent": "#334455"}, 422),
    Stop("boards", "/settings/boards", "owner"),
    Stop("one board, with its questions", "/settings/boards/kinito", "owner"),
    Stop("board, no why", "/settings/boards/kinito/defect-questions", "owner", {"question": "Ω", "why": ""}, 422),
    Stop("boards, refused", "/settings/boards", "owner", {"name": ""}, 422),
    Stop("one board", "/settings/boards/general", "owner"),
    Stop("one board, refused", "/settings/boards/kinito", "owner", {"name": "", "access": "x"}, 422),
    Stop("one board, not removed", "/settings/boards/general/removal", "owner", {}, 409),
    Stop("people", "/settings/people", "owner"),
    Stop("people, looked for", "/settings/people?q=%CE%86%CE%BD%CE%BD%CE%B1", "owner"),
    Stop("one person", "/settings/people/{person}", "owner"),
    Stop("one person, refused", "/settings/people/{person}", "owner", {"role": "x"}, 422),
    Stop("tags", "/settings/tags", "owner"),
    Stop("tags, refused", "/settings/tags", "owner", {"name": ""}, 422),
    Stop("one tag", "/settings/tags/{tag}", "owner"),
    Stop("one tag, refused", "/settings/tags/{tag}/merge", "owner", {"into": ""}, 422),
    Stop("rota", "/settings/rota", "owner"),
    Stop("rota, refused", "/settings/rota", "owner", {"order": "x"}, 422),
    Stop("mail", "/settings/mail", "owner"),
    Stop("webhooks", "/settings/webhooks", "owner"),
    Stop("webhooks, refused", "/settings/webhooks", "owner", {"url": "ftp://x.org"}, 422),
    Stop("one webhook", "/settings/webhooks/{webhook}", "owner"),
    Stop("one webhook, refused", "/settings/webhooks/{webhook}", "owner", {"url": ""}, 422),
    Stop("embeds", "/settings/embeds?sections=new&sections=shipped&kind=defect&limit=3", "owner"),
    Stop("embeds, refused", "/settings/embeds", "owner", {"framers": "x"}, 422),
    Stop("imports", "/settings/import", "owner"),
    Stop("imports, refused", "/settings/import", "owner", {"encoding": "x"}, 422),
    Stop("import, mapping", "/settings/import/{import}", "owner"),
    Stop("import, mapping refused", "/settings/import/{import}", "owner", {"kind": "x"}, 422),
    Stop("import, running", "/settings/import/{import_running}", "owner"),
    Stop("import, done", "/settings/import/{import_done}", "owner"),
    Stop("import, undone", "/settings/import/{import_undone}", "owner"),
    Stop("products", "/settings/products", "owner"),
    Stop("products, a key set", "/settings/products", "owner", {"product": "Ώρες"}),
    Stop("products, refused", "/settings/products", "owner", {"product": "", "public_key": "ψ"}, 422),
    Stop("samples", "/settings/samples", "owner"),
    Stop("nothing there", "/nowhere", status=404),
    Stop("a form's address without a form", "/items/{new}/vote", status=405),
    Stop("a form with a field too many", "/items/{new}/vote", "member", {"x": "y"}, 422),
]  # fmt: skip

NO_PAGES = {
    "/attachments/{key}",
    "/card.png", "/changelog.{form}", "/embed/board.svg", "/embed/daylight.css", "/embed/daylight.js",
    "/embed/frame.js",
    "/embed/identify.js", "/embed/items/{number:int}.svg", "/embed/items/{number:int}/badge.json", "/embed/{name}.js",
    "/feed.{form}",
    "/healthz", "/items/{number:int}/card.png", "/items/{number:int}/feed.{form}", "/items/{number:int}/live", "/logo",
    "/look.css", "/me/dossier.json", "/metrics", "/oembed", "/robots.txt", "/sitemap-{page}.xml", "/sitemap.xml",
}  # fmt: skip


def walk(app: FastAPI, database: Database) -> Iterator[tuple[Stop, Response]]:
    """Go past every page, first of a board that has no owner yet, then of the full one."""
    with database.session() as session:
        empty = scene.before_anybody(session, first_run.owner_link)
    yield from _past(app, empty, BEFORE_ANYBODY)
    yield from _past(app, scene.fill(database), STOPS)


def _past(app: FastAPI, scene: Scene, stops: list[Stop]) -> Iterator[tuple[Stop, Response]]:
    for stop in stops:
        browser = Browser(app, base_url=HOME, follow_redirects=False)
        if stop.who:
            browser.cookies.set(kit.session_cookie(), scene.keys[stop.who])
        address = stop.address(scene)
        sent = stop.sent(scene)
        answer = browser.get(address) if sent is None else browser.post(address, data=sent)
        assert answer.status_code == stop.status, f"{stop.name}: {answer.status_code}\n{answer.text}"
        yield stop, answer
