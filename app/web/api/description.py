"""What the API says of itself: an OpenAPI document, made of the handlers the first time that somebody asks for it."""

import json
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from app import repeats
from app.config import settings
from app.tokens import Scope
from app.web.api import bearer, examples, problems, route
from app.web.route import area as new_area

PATH = f"{route.PREFIX}/openapi.json"
TITLE: dict[str, Any] = {
    "title": "Daylight API",
    "version": "1",
    "description": (
        "Everything that people do on this board, for programs: the same rules, the same words. Reading what is "
        "public needs nothing. For the rest send `Authorization: Bearer` with a token that you make under "
        "`/me/tokens`; cookies count for nothing here. Times are UTC. A refusal is a problem as RFC 9457 describes it "
        "and names the field. A query parameter or a field that is not known is refused."
    ),
}

REPEATABLE = {
    "name": repeats.HEADER, "in": "header", "required": False,
    "description": "A word of your own. For a day the same request with it is not done again, but answered the same.",
    "schema": {"type": "string", "minLength": 1, "maxLength": repeats.KEY_MOST, "pattern": "^[!-~]+$"},
    "example": "5c3f8a52",
}  # fmt: skip
OPEN = [{bearer.SCHEME.scheme_name: [Scope.READ]}]  # what a token for reading opens shows in part without one

area: APIRouter = new_area()


@area.get(PATH)
def describe(request: Request) -> Response:
    return Response(json.dumps(of(request.app)), media_type="application/json")


def of(app: FastAPI) -> dict[str, Any]:
    """The document; the same dictionary for all who ask."""
    if not app.openapi_schema:
        servers: list[dict[str, Any]] = [{"url": settings().effective_base_url}]
        document = get_openapi(**TITLE, routes=app.state.directory.routes, servers=servers)
        _tell_problems(document)
        _show_examples(document)
        app.openapi_schema = document
    return app.openapi_schema


def _tell_problems(document: dict[str, Any]) -> None:
    """Every address may answer with a problem, in one form; the framework would tell of one of its own."""
    schemas = document["components"]["schemas"]
    own = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= own.pop("$defs") | {"Problem": own}
    schema = {"$ref": "#/components/schemas/Problem"}
    told = {"description": "Why it was not done.", "content": {problems.MEDIA_TYPE: {"schema": schema}}}
    document["components"]["responses"] = {"Problem": told}
    for path in document["paths"].values():
        for method, operation in path.items():
            if method == "post":
                operation.setdefault("parameters", []).append(REPEATABLE)
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
            if operation["security"] == OPEN:
                operation["security"].insert(0, {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _show_examples(document: dict[str, Any]) -> None:
    """An example of every body and of every answer."""
    named = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["example"] = examples.of(content["schema"], named, is_body=True)
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    content["example"] = examples.of(content["schema"], named)
