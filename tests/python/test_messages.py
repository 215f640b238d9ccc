"""Messages are defined in Rust; what Python takes and gives is the same."""

import json

import pytest
from pydantic import TypeAdapter

from sapwood import _core, messages

SCHEMA = json.loads(_core.message_schema())
REQUESTS = ["Request", "TrainRequest", "EmbedRequest", "AnalyzeRequest", "Item"]
REPLIES = [
    "Pong",
    "Trained",
    "Embedded",
    "Analyzed",
    "Failure",
    "Vector",
    "Analysis",
    "Bug",
    "LineScore",
    "Import",
    "Event",
]


def shape(schema, definitions, *, required):
    """What a schema allows, without words, defaults and widths of numbers."""
    if "$ref" in schema:
        return shape(definitions[schema["$ref"].rpartition("/")[2]], definitions, required=required)
    for alternatives in ("anyOf", "oneOf"):
        if alternatives in schema:
            return flattened({shape(option, definitions, required=required) for option in schema[alternatives]})
    if isinstance(schema.get("type"), list):
        options = [{**schema, "type": kind} for kind in schema["type"]]
        return flattened({shape(option, definitions, required=required) for option in options})
    if "const" in schema or "enum" in schema:
        return flattened({("const", value) for value in schema.get("enum", [schema.get("const")])})
    return plain(schema, definitions, required=required)


def plain(schema, definitions, *, required):
    kind = schema.get("type", "any")
    if kind == "array":
        return ("array", shape(schema["items"], definitions, required=required))
    if kind != "object":
        return kind
    if "properties" not in schema and isinstance(schema.get("additionalProperties"), dict):
        return ("map", shape(schema["additionalProperties"], definitions, required=required))
    if "properties" not in schema and schema.get("additionalProperties") is True:
        return ("map", "any")
    fields = {
        (name, shape(field, definitions, required=required), required and name in schema.get("required", []))
        for name, field in schema.get("properties", {}).items()
    }
    return ("object", frozenset(fields))


def flattened(options):
    """A set of alternatives, without sets in it."""
    flat = set()
    for option in options:
        flat |= option if isinstance(option, frozenset) else {option}
    return next(iter(flat)) if len(flat) == 1 else frozenset(flat)


def python_schema(name):
    made = TypeAdapter(getattr(messages, name)).json_schema()
    return made, made.get("$defs", {})


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_taken_as_the_host_sends_them(name):
    schema, definitions = python_schema(name)
    rust = shape({"$ref": f"#/$defs/{name}"}, SCHEMA["$defs"], required=True)
    assert shape(schema, definitions, required=True) == rust


@pytest.mark.parametrize("name", REPLIES)
def test_replies_are_what_the_host_reads(name):
    schema, definitions = python_schema(name)
    rust = shape({"$ref": f"#/$defs/{name}"}, SCHEMA["$defs"], required=False)
    assert shape(schema, definitions, required=False) == rust


def test_the_comparison_sees_a_difference():
    one = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    other = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]}
    assert shape(one, {}, required=True) != shape(other, {}, required=True)
    assert shape(one, {}, required=True) != shape({**one, "required": []}, {}, required=True)
