"""The address: the base URL, what stands before the program, and whether it answers."""

import ipaddress
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from app.config import settings
from app.doctor import machine
from app.doctor.findings import Finding, fail, ok, warn
from app.words import _

if TYPE_CHECKING:
    import httpx


def base_url() -> Iterator[Finding]:
    given = settings().base_url
    if not given:
        yield warn(
            _("DAYLIGHT_BASE_URL is not set, so links in mails lead to %s.") % settings().effective_base_url,
            _("Set it to the public address, like https://ideas.example.org"),
        )
        return
    parts = urlsplit(given)
    if parts.scheme == "http" and not is_loopback(parts):
        yield warn(
            _("%s is not encrypted: whoever listens on the way can act as the people who sign in.") % given,
            _("Put a proxy with https before it, and change DAYLIGHT_BASE_URL to https://"),
        )
    else:
        yield ok(_("Links lead to %s.") % given)


def is_loopback(parts: SplitResult) -> bool:
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def proxies() -> Iterator[Finding]:
    trusted = [name.strip() for name in settings().trusted_proxies.split(",") if name.strip()]
    if "*" in trusted:
        yield warn(
            _("X-Forwarded-For is believed from everybody, so everybody can pretend to come from anywhere."),
            _("Fine only if nobody but the proxy can reach the port; else name the proxy in DAYLIGHT_TRUSTED_PROXIES."),
        )
    elif wrong := [name for name in trusted if not is_network(name)]:
        yield fail(
            _("DAYLIGHT_TRUSTED_PROXIES holds what is no address: %s.") % ", ".join(wrong),
            _("Write addresses or networks, like 10.0.0.5 or 10.0.0.0/24; names are not looked up."),
        )
    elif not trusted and settings().is_https:
        yield warn(
            _("No proxy is trusted, so all people seem to come from the proxy and share its limits."),
            _("Set DAYLIGHT_TRUSTED_PROXIES to the address of the proxy."),
        )
    else:
        yield ok(
            _("X-Forwarded-For and X-Forwarded-Proto are believed from: %s.") % (", ".join(trusted) or _("nobody"))
        )


def is_network(name: str) -> bool:
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return True


def running(url: str) -> Iterator[Finding]:
    """Ask the running program, by the name that people use."""
    import httpx  # noqa: PLC0415 - it takes long to load, and every command would wait for it

    url = (url if "://" in url else f"http://{url}").rstrip("/")
    host = urlsplit(settings().base_url or url).netloc
    with httpx.Client(timeout=10, headers={"Host": host}, trust_env=False) as client:
        try:
            health = client.get(f"{url}/healthz")
        except httpx.HTTPError as trouble:
            yield fail(
                _("%(url)s does not answer: %(trouble)s") % {"url": url, "trouble": trouble}, _("Start Daylight.")
            )
            return
        yield _health(url, health)
        yield _page(url, client.get(f"{url}/"), host)
    if "date" in health.headers:
        ahead = parsedate_to_datetime(health.headers["date"]).timestamp() - time.time()
        yield from machine.skew(ahead, url)


def _health(url: str, answer: "httpx.Response") -> Finding:
    if answer.status_code == HTTPStatus.OK and answer.text == "ok":
        return ok(_("%s is ready.") % url)
    words = _("%(url)s answers %(code)s: %(text)s") % {
        "url": url,
        "code": answer.status_code,
        "text": answer.text[:200],
    }
    return fail(words, _("Look at what the proxy sends there, and at the log of Daylight."))


def _page(url: str, answer: "httpx.Response", host: str) -> Finding:
    if answer.status_code == HTTPStatus.BAD_REQUEST:
        return fail(
            _("Daylight is not asked by its own name: it does not know the host %s.") % host,
            _("Let the proxy pass the Host header on (nginx: proxy_set_header Host $host), or set DAYLIGHT_BASE_URL."),
        )
    if answer.status_code != HTTPStatus.OK:
        return fail(_("The board at %(url)s answers %(code)s.") % {"url": url, "code": answer.status_code},
                    _("Look at the log of Daylight."))  # fmt: skip
    return ok(_("The board answers by its name, %s.") % host)
