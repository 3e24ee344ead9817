"""The documentation for people, drawn from the OpenAPI document: what can be asked, with what, and what is answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fastapi import Request, Response

from app.config import settings
from app.web import pages
from app.web.api import description, examples
from app.web.api.examples import Schema
from app.web.route import area as new_area

area = new_area()


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    kind: str
    about: str
    is_needed: bool


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked. `scope` is what a token must be made for, `is_open` whether it works without."""

    tag: str
    method: str
    path: str
    about: str
    scope: str
    is_open: bool
    fields: list[Field]
    body: str
    answer: str

    @property
    def anchor(self) -> str:
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


@area.get("/docs")
def document(request: Request) -> Response:
    told = list(_operations(description.of(request.app)))
    sections = [(tag, list(group)) for tag, group in groupby(told, key=lambda operation: operation.tag)]
    return pages.page(request, "api/documentation.html", sections=sections, base=settings().effective_base_url,
                    description_path=description.PATH)  # fmt: skip


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """All that can be asked, by what it is about, in the order in which that comes first."""
    named = document["components"]["schemas"]
    every = [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]
    tags = list(dict.fromkeys(each["tags"][0] for _path, _method, each in every))
    for path, method, each in sorted(every, key=lambda one: tags.index(one[2]["tags"][0])):
        body = each.get("requestBody", {}).get("content", {}).get("application/json", {})
        yield Operation(
            tag=each["tags"][0], method=method.upper(), path=path, about=each["description"],
            scope=each["security"][-1]["token"][0], is_open={} in each["security"],
            fields=[*_parameters(each, named), *_fields(body, named)], body=_shown(body), answer=_answer(each),
        )  # fmt: skip


def _parameters(operation: Mapping[str, Any], named: Mapping[str, Schema]) -> Iterator[Field]:
    for each in operation.get("parameters", []):
        yield Field(each["name"], _kind(each["schema"], named), each.get("description", ""), each["required"])


def _fields(content: Mapping[str, Any], named: Mapping[str, Schema]) -> Iterator[Field]:
    """The fields of a body."""
    schema = examples.resolved(content["schema"], named) if content else {}
    for name, field in schema.get("properties", {}).items():
        yield Field(name, _kind(field, named), field.get("description", ""), name in schema.get("required", []))


def _kind(schema: Schema, named: Mapping[str, Schema]) -> str:
    """What a field takes, in a word or two."""
    schema = examples.resolved(schema, named)
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "items" in schema:
        return f"[{_kind(schema['items'], named)}]"
    if "properties" in schema:
        return f"{{{', '.join(schema['properties'])}}}"
    most = f" ≤ {schema['maxLength']}" if "maxLength" in schema else ""
    return f"{schema.get('format', schema.get('type', ''))}{most}"


def _answer(operation: Mapping[str, Any]) -> str:
    good = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    return _shown(good.get("content", {}).get("application/json", {}))


def _shown(content: Mapping[str, Any]) -> str:
    return json.dumps(content["example"], indent=2, ensure_ascii=False) if "example" in content else ""
