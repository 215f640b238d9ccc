"""Messages are defined in Rust; what Python takes and gives, and what TypeScript hears, is the same."""

import json
import re
from pathlib import Path

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
PLUGIN = Path(__file__).parents[2] / "rust" / "tauri-plugin"
# What the plugin's commands and its channel give.
ANSWERS = {"OpenedWorkspace", "Progress", "IndexReport", "Hit", "VersionSummary", "Refusal"}


def typescript_definitions(text):
    """Return the JSON schemas of a file of interfaces and types."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    interfaces = re.findall(r"^export interface (\w+) \{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    types = re.findall(r"^export type (\w+) =(.*?);", text, re.MULTILINE | re.DOTALL)
    return {name: typescript_interface(body) for name, body in interfaces} | {
        name: typescript_schema(options) for name, options in types
    }


def typescript_interface(body):
    fields = re.findall(r"^\s+(\w+): (.+);$", body, re.MULTILINE)
    assert len(fields) == body.count(";"), body
    return {"type": "object", "properties": {name: typescript_schema(kind) for name, kind in fields}}


def typescript_schema(text):
    options = [option.strip() for option in text.split("|") if option.strip()]
    if len(options) > 1:
        return {"anyOf": [typescript_schema(option) for option in options]}
    (kind,) = options
    if kind.endswith("[]"):
        return {"type": "array", "items": typescript_schema(kind.removesuffix("[]"))}
    if record := re.fullmatch(r"Record<string, (.+)>", kind):
        return {"type": "object", "additionalProperties": typescript_schema(record[1])}
    if kind.startswith('"'):
        return {"const": kind.strip('"')}
    return {"type": kind} if kind in {"string", "number", "boolean", "null"} else {"$ref": f"#/$defs/{kind}"}


TYPESCRIPT = typescript_definitions((PLUGIN / "guest-js" / "messages.ts").read_text())


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


@pytest.mark.parametrize("name", sorted(ANSWERS | TYPESCRIPT.keys() - {"ErrorCode"}))
def test_a_window_hears_what_the_host_sends(name):
    # JavaScript has one kind of number.
    definitions = json.loads(json.dumps(SCHEMA["$defs"]).replace('"integer"', '"number"'))
    rust = shape({"$ref": f"#/$defs/{name}"}, definitions, required=False)
    assert shape({"$ref": f"#/$defs/{name}"}, TYPESCRIPT, required=False) == rust


def test_a_window_can_ask_each_command():
    bindings = (PLUGIN / "guest-js" / "index.ts").read_text()
    asked = set(re.findall(r'\b(?:ask|of)\("(\w+)"', bindings))
    listed = (PLUGIN / "build.rs").read_text().split("COMMANDS", 1)[1].split(";")[0]
    assert asked == set(re.findall(r'"(\w+)"', listed))


def test_the_comparison_sees_a_difference():
    one = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    other = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]}
    assert shape(one, {}, required=True) != shape(other, {}, required=True)
    assert shape(one, {}, required=True) != shape({**one, "required": []}, {}, required=True)
