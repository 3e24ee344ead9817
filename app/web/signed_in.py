"""The cookie of a browser in which somebody is signed in."""

import re

from fastapi import Request, Response
from sqlmodel import Session

from app import sign_in
from app.people import Person
from app.web import kit
from app.words import _

LASTS = 400 * 86400  # seconds, the longest that browsers allow; the session itself ends sooner when it is not used

# The first whose sign stands in what the browser says of itself; many say that they are others too.
BROWSERS = {"Edge": "Edg", "Opera": "OPR/", "Firefox": "Firefox|FxiOS", "Chrome": "Chrom|CriOS", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "macOS": "Mac OS",
           "ChromeOS": "CrOS", "Linux": "Linux"}  # fmt: skip


def start(request: Request, session: Session, person: Person) -> str:
    """Sign a person in in this browser; returns the secret, which `keep` gives to it."""
    earlier = request.cookies.get(kit.session_cookie(), "")
    return sign_in.open_session(session, person, browser_of(request), instead_of=earlier)


def keep(response: Response, key: str) -> None:
    kit.set_cookie(response, kit.session_cookie(), key, lasts=LASTS)


def drop(response: Response) -> None:
    kit.set_cookie(response, kit.session_cookie(), "", lasts=0)


def browser_of(request: Request) -> str:
    """Firefox on Linux."""
    says = request.headers.get("user-agent", "")
    browser, system = _named(BROWSERS, says), _named(SYSTEMS, says)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser")


def _named(names: dict[str, str], says: str) -> str:
    return next((name for name, sign in names.items() if re.search(sign, says)), "")
