"""The application: mounts the areas and the static files, and maps refusals to pages."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from app import db, heap, serving, tables, work  # noqa: F401 - loads every table
from app.config import settings
from app.db import Database
from app.live import Lookout
from app.web import areas, inbox, pages
from app.web.api import problems
from app.web.api.rations import Rations
from app.web.assets import Assets
from app.web.guard import BodyLimit, Guard
from app.web.logs import RequestLog
from app.web.memory import Memory
from app.web.packing import Packing
from app.web.route import BODY_MOST
from app.web.sharing import FRAMES_MOST, LISTS_MOST, Pieces, Recollections
from app.web.streams import Streams

RARELY = 10_000, 20, 50  # things made for one request are many, and nearly all go without the collector
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


class Guarded(FastAPI):
    """The guard stands around all else, also around what the framework answers to a fault and to too large a body.

    What the framework would put in between besides serves handlers that it calls itself. Of ours, those of the API and
    those outside of a transaction are called so, and their routes bring it along.
    """

    def build_middleware_stack(self) -> ASGIApp:
        refusing = ExceptionMiddleware(self.router, problems.HANDLERS)
        failing = ServerErrorMiddleware(BodyLimit(Packing(refusing), BODY_MOST), problems.broken)
        return problems.InProblems(Guard(failing))


def create_app(database: Database | None = None) -> FastAPI:
    """The whole program as one ASGI application; without a database given, the configured one."""
    database = database or Database(db.make_engine(settings().effective_database_url))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with work.in_background(app.state.database), inbox.listening(app.state.database):
            yield {serving.STREAMS: app.state.streams}
            end = work.end_in_time()
        app.state.database.close()
        end.cancel()

    app = Guarded(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, telemetry=NO_TELEMETRY)
    app.state.database = database
    app.state.assets = Assets()
    app.state.drawn, app.state.pieces, app.state.rations = pages.drawings(), Pieces(), Rations()
    app.state.recollections, app.state.lists = Recollections(), Recollections(LISTS_MOST)
    app.state.frames_of_visitors = Recollections(FRAMES_MOST)
    app.state.streams, app.state.lookout = Streams(), Lookout(database)
    app.state.directory = areas.directory()
    app.router.routes.append(app.state.directory)
    assets: ASGIApp = app.state.assets
    app.mount("/static", assets)
    return app


def served() -> ASGIApp:
    """The application as each process of `serve` runs it: pages remembered, requests logged and counted if wanted."""
    heap.be_sparing()
    serving.end_with_parent()
    app = create_app()
    gc.collect()
    gc.freeze()  # what is there now stays, and the collector need not look through it again and again
    gc.set_threshold(*RARELY)
    gc.enable()
    database = app.state.database
    remembering: ASGIApp = Memory(app, database)
    if settings().metrics == "on":
        from app.web.metrics import Metrics  # noqa: PLC0415 - the library finds out when it loads how to count

        remembering = Metrics(remembering, database)
    return remembering if settings().log == "off" else RequestLog(remembering)
