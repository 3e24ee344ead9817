"""Figures for machines that watch: `/metrics` in the text form of Prometheus.

Requests are counted over all processes of this machine, in files that they share; what stands in the database is
counted there when somebody asks. Only a caller that comes directly, from a private network, is answered.
"""

import ipaddress
import os
import time
from collections.abc import Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import pulse
from app.db import Database
from app.pulse import Pulse

requests = Counter("daylight_requests", "Requests answered", ["method", "route", "status"])
seconds = Histogram("daylight_request_seconds", "Time from a request to the end of its answer", ["route"])
streams = Gauge("daylight_streams", "Open pages that are told of news", multiprocess_mode="livesum")
STREAM = (b"content-type", b"text/event-stream; charset=utf-8")


class Metrics:
    """Pure ASGI, around the application."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app, self.database = app, database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == "/metrics":
            answer = await self._figures() if is_direct(scope) else PlainTextResponse("Not found", 404)
            await answer(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status, is_stream = time.perf_counter(), 500, False

        async def listen(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status, is_stream = message["status"], STREAM in message["headers"]
                if is_stream:
                    streams.inc()
            await send(message)

        try:
            await self.app(scope, receive, listen)
        finally:
            if is_stream:
                streams.dec()
            route = route_of(scope, status)
            requests.labels(scope["method"], route, status).inc()
            seconds.labels(route).observe(time.perf_counter() - began)

    async def _figures(self) -> Response:
        registry = CollectorRegistry()
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(REGISTRY)
        registry.register(Stored(await self.database.run(pulse.take, writes=False)))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class Stored:
    """What stands in the database."""

    def __init__(self, taken: Pulse) -> None:
        self.taken = taken

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self.taken._asdict().items():
            yield GaugeMetricFamily(f"daylight_{name}", pulse.MEANINGS[name], value)


def route_of(scope: Scope, status: int) -> str:
    """The pattern of the address; a page that was remembered, a static file and a wrong address have none."""
    route = getattr(scope.get("route"), "path", None)
    return route or ("static or remembered" if status < 400 else "unknown")  # noqa: PLR2004 - the class of errors


def is_direct(scope: Scope) -> bool:
    """Whether nobody passed the request on and it comes from this machine or its private network."""
    headers, client = Headers(scope=scope), scope.get("client")
    if client is None or "x-forwarded-for" in headers or "forwarded" in headers:
        return False
    try:
        return ipaddress.ip_address(client[0]).is_private
    except ValueError:
        return False
