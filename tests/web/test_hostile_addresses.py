"""Hostile strings and numbers in every part of an address: no page breaks, and none takes them for its own."""

from collections.abc import Mapping
from urllib.parse import quote

import pytest

from tests import naughty
from tests.fixtures.hostile import Stranger

pytestmark = [pytest.mark.scene, pytest.mark.thorough]

BOARD = "/?q={}&sort={}&kind={}&status={}&after={}"
SEARCHES = {
    "/items/similar?title={}": "member",
    "/items/new?title={}&kind={}&board={}": "",
    "/items/lookup?q={}": "advocate",
    "/settings/people?q={}&after={}": "owner",
}
ADDRESSES = {
    "/?board={}": "",
    "/?tag={}": "",
    "/triage?show={}&board={}&after={}": "maintainer",
    "/me?show={}&page={}": "member",
    "/sign-in?next={}": "",
    "/look.css?{}": "",
    "/{}": "",
    "/items/{}": "",
    "/items/{}/card.png": "",
    "/items/{}/feed.json": "",
    "/items/{{planned}}/edits/{}": "",
    "/items/{{planned}}/feed.atom?after={}": "",
    "/feed.{}": "",
    "/feed.atom?q={}": "",
    "/feed.atom?board={}&sort=votes&after={}": "",
    "/changelog.atom?after={}": "",
    "/changelog?after={}": "",
    "/items/{{planned}}/comments/{}/edit": "maintainer",
    "/status-changes/{}/correction": "maintainer",
    "/settings/boards/{}": "owner",
    "/settings/tags/{}": "owner",
    "/settings/people/{}": "owner",
    "/settings/import/{}": "owner",
    "/sign-in/{}": "",
    "/sign-in/{{handle}}/link/{}": "",
    "/me/address/{}": "member",
    "/welcome/{}": "",
    "/sitemap-{}.xml": "",
    "/static/{}": "",
}
NUMBERS = ["\0", "0", "-1", "2147483648", "9223372036854775808", "9" * 5000, "1e3", "١٢", "1_0", " 1", "\udcff", "%"]


def failures(stranger: Stranger, addresses: Mapping[str, str], strings: list[str]) -> list[str]:
    """The addresses at which the program breaks, or at which a string becomes part of the page."""
    odd = []
    for address, who in addresses.items():
        for at, string in enumerate(strings):
            page = stranger.get(address.replace("{}", quote(string, safe="", errors="surrogateescape")), who)
            trouble = [page.status_code] if page.status_code >= 500 else []
            trouble += naughty.frame(page.text)[1] if at % 5 == 0 else []  # reading a page costs more than drawing it
            odd += [f"{address}: {each} for {string[:80]!r}" for each in trouble]
    return odd


def test_a_search_takes_any_string(stranger: Stranger) -> None:
    every = 1 if stranger.is_on_sqlite else 10
    assert failures(stranger, {BOARD: ""}, naughty.strings()[::every]) == []
    assert failures(stranger, SEARCHES, naughty.strings()[:: 5 * every]) == []


def test_an_address_takes_any_string(stranger: Stranger) -> None:
    assert failures(stranger, ADDRESSES, naughty.strings()[::20]) == []


def test_an_address_takes_any_number(stranger: Stranger) -> None:
    odd = failures(stranger, {BOARD: ""} | SEARCHES | ADDRESSES, NUMBERS)
    assert not odd, "\n".join(odd)
