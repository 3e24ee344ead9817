"""For machines that watch this one."""

from fastapi import Response
from fastapi.responses import PlainTextResponse

from app import schema
from app.web.kit import Db
from app.web.route import area as new_area
from app.words import _

NOT_KEPT = {"Cache-Control": "no-store"}
area = new_area()


@area.get("/healthz")
def health(session: Db) -> Response:
    """Ready when the database answers and its tables are those that this program needs."""
    if schema.is_too_old(session.connection()):
        return PlainTextResponse(_("Not ready: the database waits for “python -m app migrate”."), 503, NOT_KEPT)
    return PlainTextResponse("ok", headers=NOT_KEPT)
