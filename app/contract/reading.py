"""The documents as a person reads them: entries with a name, sentences, and tables of fields."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from app.contract.comparing import Document
from app.contract.examples import example
from app.contract.schemas import Schema, name

BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "{} characters or more",
    "maxLength": "at most {} characters",
    "x-min-length": "{} characters or more, as cleaned",
    "x-max-length": "at most {} characters, as cleaned",
    "maxItems": "at most {} of them",
    "maxProperties": "at most {} of them",
    "pattern": "{}",
    "default": "{} when it is not sent",
}


class Piece(NamedTuple):
    """Some of a type's name; `schema` is what it links to, if anything."""

    text: str
    schema: str = ""


class Field(NamedTuple):
    """One field of an object, or one parameter."""

    name: str
    kind: list[Piece]
    needed: bool
    says: str


class Part(NamedTuple):
    """What is sent, or what comes back: a title, and a type or fields."""

    title: str
    says: str = ""
    kind: list[Piece] = []
    fields: list[Field] = []
    example: str = ""


class Entry(NamedTuple):
    """One thing that can be looked up. `anchor` is its place on the page."""

    anchor: str
    label: str  # what kind of thing it is: GET, request, fact
    name: str
    summary: str
    says: str
    parts: list[Part]


class Section(NamedTuple):
    """Entries that belong together."""

    anchor: str
    title: str
    entries: list[Entry]


def rest(document: Document) -> list[Section]:
    """The OpenAPI document: operations by noun, then the schemas."""
    nouns: dict[str, list[Entry]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            [noun] = operation["tags"]
            nouns.setdefault(noun, []).append(_operation(document, method.upper(), path, operation))
    sections = [Section(f"section-{noun}", noun.capitalize(), entries) for noun, entries in nouns.items()]
    return [*sections, _schemas(document)]


def live(document: Document) -> list[Section]:
    """The AsyncAPI document: connecting, requests, facts, then the schemas."""
    entries: dict[str, list[Entry]] = {
        "Connecting": [],
        "Requests": [],
        "Logged facts": [],
        "Passing facts": [],
    }
    for event, operation in document["operations"].items():
        message = document["components"]["messages"][event]
        if event == "connect":
            entries["Connecting"].append(_event(document, event, "packet", operation, message))
        elif operation["action"] == "receive":
            entries["Requests"].append(_event(document, event, "request", operation, message))
        else:
            [tag] = message["tags"]
            kind = f"{tag['name'].capitalize()} facts"
            entries[kind].append(_event(document, event, "fact", operation, message))
    sections = [
        Section(f"section-{title.split()[0].lower()}", title, each) for title, each in entries.items()
    ]
    return [*sections, _schemas(document)]


def _operation(document: Document, method: str, path: str, operation: Schema) -> Entry:
    parts = []
    for place, title in (("path", "In the path"), ("query", "After the question mark")):
        found = [each for each in operation["parameters"] if each["in"] == place]
        if found:
            parts.append(
                Part(title, fields=[_field(each["name"], each["schema"], each["required"]) for each in found])
            )
    if "requestBody" in operation:
        parts.append(
            _part(document, "Body", operation["requestBody"]["content"]["application/json"]["schema"])
        )
    for status, response in operation["responses"].items():
        if "$ref" not in response:
            content = response.get("content", {}).get("application/json")
            title = f"Answer, {status}"
            parts.append(_part(document, title, content["schema"]) if content else Part(title, "No body."))
    parts.append(Part("Refusals", fields=_refusals(document, operation)))
    scopes = [scope for each in operation["security"] for scope in each["token"]]
    who = f"A token needs the scope {scopes[0]}." if scopes else "Public: no token is needed."
    says = operation["description"].removeprefix(f"{operation['summary']}.").strip()
    return Entry(operation["operationId"], method, path, operation["summary"], f"{says} {who}".strip(), parts)


def _refusals(document: Document, operation: Schema) -> list[Field]:
    found = []
    for status, response in operation["responses"].items():
        if "$ref" in response:
            refusal = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
            code, _, says = refusal["description"].partition(": ")
            found.append(Field(status, [Piece(code.strip("`"))], True, says))
    return found


def _event(document: Document, event: str, label: str, operation: Schema, message: Schema) -> Entry:
    title = {"packet": "auth", "request": "Payload", "fact": "What is told"}[label]
    parts = [_part(document, title, message["payload"])]
    if label == "request":
        ack = document["components"]["messages"][f"{event}_ack"]["payload"]
        [done, _] = document["components"]["schemas"][name(ack)]["oneOf"]
        parts.append(_part(document, "Acknowledged with, in data", done["properties"]["data"]))
    if label == "packet":
        refused = document["components"]["messages"]["connect_error"]
        parts.append(_part(document, "CONNECT_ERROR", refused["payload"]))
    says = message.get("description") or operation.get("description", "")
    return Entry(event, label, event, message["summary"].removesuffix("."), says, parts)


def _schemas(document: Document) -> Section:
    entries = [
        Entry(
            f"schema-{called}", "type", called, "", schema.get("description", ""), [_whole(document, schema)]
        )
        for called, schema in document["components"]["schemas"].items()
    ]
    return Section("section-types", "Types", entries)


def _whole(document: Document, schema: Schema) -> Part:
    """A schema under its own name: its fields, or what it is instead."""
    if "properties" in schema:
        return Part("Fields", _bounds(schema), kind=_parents(schema), fields=list(_fields(schema)))
    return Part("Is", kind=pieces(schema))


def _parents(schema: Schema) -> list[Piece]:
    return [Piece("all of "), *pieces({"allOf": schema["allOf"]})] if "allOf" in schema else []


def _part(document: Document, title: str, schema: Schema) -> Part:
    """A place where a schema is used: named, with its fields at hand and an example."""
    found = document["components"]["schemas"].get(name(schema), schema)
    shown = json.dumps(example(document, schema), indent=2, ensure_ascii=False)
    return Part(title, kind=pieces(schema), fields=list(_fields(found)), example=shown)


def _fields(schema: Schema) -> Iterator[Field]:
    needed = schema.get("required", [])
    for called, field in schema.get("properties", {}).items():
        yield _field(called, field, called in needed)


def _field(called: str, schema: Schema, needed: bool) -> Field:
    says = [schema.get("description", ""), _bounds(schema)]
    return Field(called, pieces(schema), needed, " ".join(filter(None, says)))


def _bounds(schema: Schema) -> str:
    inner = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    whole = {**(inner[0] if len(inner) == 1 else {}), **schema}
    told = [
        words.format(whole[key] if isinstance(whole[key], str) else json.dumps(whole[key]))
        for key, words in BOUNDS.items()
        if key in whole and whole[key] is not None
    ]
    return f"{'; '.join(told)}." if told else ""


def pieces(schema: Schema) -> list[Piece]:
    """The name of a schema's type, with links to those that have a place of their own."""
    if "$ref" in schema:
        return [Piece(name(schema), name(schema))]
    for keyword, sign in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if keyword in schema:
            joined = [[*pieces(each), Piece(sign)] for each in schema[keyword]]
            return [piece for each in joined for piece in each][:-1]
    if "const" in schema:
        return [Piece(json.dumps(schema["const"]))]
    if "enum" in schema:
        return [Piece(" or ".join(map(json.dumps, schema["enum"])))]
    if schema.get("type") == "array":
        return [Piece("list of "), *pieces(schema.get("items", {}))]
    rest = schema.get("additionalProperties")
    if schema.get("type") == "object" and isinstance(rest, dict):
        return [Piece("object of "), *pieces(rest)]
    return [Piece(str(schema.get("type", "anything")))]
