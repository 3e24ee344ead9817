"""Answers are packed where it is worth it, for those who can unpack them, and say so to caches."""

import asyncio
import gzip
from typing import Any

import pytest

from app.web.assets import Assets
from app.web.packing import LEAST, Packing
from tests.asking import Browser

LONG = b"<p>The same words again.</p>" * 100


def sent(parts: list[bytes], kind: str, takes: str, **headers: str) -> tuple[dict[str, str], list[bytes]]:
    """Headers and bodies as they leave."""
    messages: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        given = {"content-type": kind, "content-length": str(sum(map(len, parts))), **headers}
        raw = [(name.encode(), value.encode()) for name, value in given.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        for at, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": at < len(parts)})

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", takes.encode())]}
    asyncio.run(Packing(app)(scope, None, send))  # type: ignore[arg-type]
    start, *bodies = messages
    return {name.decode(): value.decode() for name, value in start["headers"]}, [each["body"] for each in bodies]


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "application/atom+xml", "application/json", "image/svg+xml"]
)
def test_text_is_packed(kind: str) -> None:
    headers, (body,) = sent([LONG], kind, "br, gzip")
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert headers["content-length"] == str(len(body))
    assert (gzip.decompress(body), len(body) < len(LONG) / 5) == (LONG, True)


@pytest.mark.parametrize("taken", ["gzip;q=0.9", "br;q=1.0, GZIP ; q=0.001", "deflate,gzip"])
def test_a_weight_asks_for_it_all_the_same(taken: str) -> None:
    assert sent([LONG], "text/html", taken)[0]["content-encoding"] == "gzip"


@pytest.mark.parametrize("taken", ["identity", "", "*", "gzip;q=0", "br, gzip ; Q=0.000", "gzipped"])
def test_who_cannot_unpack_it_gets_it_as_it_is_and_caches_hear_that_it_differs(taken: str) -> None:
    headers, bodies = sent([LONG], "text/html", taken)
    assert (bodies, headers["vary"], "content-encoding" in headers) == ([LONG], "Accept-Encoding", False)


@pytest.mark.parametrize(
    ("parts", "kind", "headers"),
    [
        ([LONG[: LEAST - 1]], "text/html", {}),
        ([LONG], "image/png", {}),
        ([LONG], "text/event-stream", {}),
        ([LONG], "text/css", {"content-encoding": "gzip"}),
        ([LONG, LONG], "text/html", {}),
    ],
)
def test_the_rest_passes_as_it_is(parts: list[bytes], kind: str, headers: dict[str, str]) -> None:
    answered, bodies = sent(parts, kind, "gzip", **headers)
    assert (bodies, answered.get("content-encoding")) == (parts, headers.get("content-encoding"))


@pytest.mark.parametrize(
    ("takes", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=0.9", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("identity", None),
        ("abrupt", None),
    ],
)
def test_what_is_static_leaves_as_small_as_the_reader_takes_it(takes: str, encoding: str | None) -> None:
    assets = Assets()
    path = assets.path("css/daylight.css")
    answer = Browser(assets).get(path.removeprefix("/static"), headers={"Accept-Encoding": takes})
    assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (encoding, "Accept-Encoding")
    assert answer.content == assets.files["css/daylight.css"]
