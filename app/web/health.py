"""For machines that watch this one."""

from fastapi import Response
from sqlmodel import text

from app.web.kit import Db
from app.web.route import area as new_area

area = new_area()


@area.get("/healthz")
def health(session: Db) -> Response:
    """Ready when the database answers."""
    session.execute(text("select 1"))
    return Response("ok", media_type="text/plain", headers={"Cache-Control": "no-store"})
