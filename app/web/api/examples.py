"""Examples of bodies and answers, put together from those of their fields, so that none can be forgotten or get old."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

PLAIN = {"date-time": "2026-05-03T10:00:00Z", "date": "2027-05-03", "string": "", "integer": 1, "boolean": True,
         "number": 1.0, "null": None}  # fmt: skip


def of(schema: Schema, named: Mapping[str, Schema], *, is_body: bool = False) -> Any:
    """What stands for this schema; of a body that somebody sends only what is needed, or else what says something."""
    schema = resolved(schema, named)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {
            name: of(field, named) for name, field in schema["properties"].items() if _is_told(schema, name, is_body)
        }
    if "items" in schema:
        return [of(schema["items"], named)]
    return {} if schema.get("type") == "object" else PLAIN[schema.get("format", schema.get("type", "null"))]


def resolved(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    """The schema itself, for one that only names it or also allows nothing; what is told beside the name stays."""
    while True:
        beside = {name: value for name, value in schema.items() if name not in {"$ref", "anyOf"}}
        if "$ref" in schema:
            schema = {**named[schema["$ref"].rpartition("/")[2]], **beside}
        elif "anyOf" in schema:
            schema = {**next(each for each in schema["anyOf"] if each.get("type") != "null"), **beside}
        else:
            return schema


def _is_told(schema: Schema, name: str, is_body: bool) -> bool:
    needed = schema.get("required", [])
    return not is_body or name in needed or (not needed and "examples" in schema["properties"][name])
