"""A breaking change is found, and an addition is none: pairs made by hand."""

import copy
from typing import Any

import pytest

from app.contract import comparing
from app.contract.narrowing import Narrowing

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
NULL = {"type": "null"}


def sentence(value: object) -> str:
    """What a case is called by."""
    return value if isinstance(value, str) else ""


def record(*required: str, **fields: object) -> dict[str, Any]:
    """What leaves: open."""
    return {"type": "object", "properties": fields, "required": list(required)}


def asked(*required: str, **fields: object) -> dict[str, Any]:
    """What is sent: closed."""
    return {**record(*required, **fields), "additionalProperties": False}


def found(
    old: dict[str, Any], new: dict[str, Any], *, incoming: bool, **components: dict[str, Any]
) -> list[str]:
    document = {"components": {"schemas": components}}
    return list(Narrowing(document, document, incoming).breaks(old, new, "it"))


BREAKS_WHAT_IS_SENT = [
    (asked(a=TEXT, b=TEXT), asked(a=TEXT), "it.b is gone"),
    (asked(a=TEXT), asked(renamed=TEXT), "it.a is gone"),
    (asked(a=TEXT), asked("a", a=TEXT), "it.a is needed now"),
    (asked(), asked("a", a=TEXT), "it.a is needed now"),
    (asked(a=TEXT), asked(a=NUMBER), "it.a: was string, is integer"),
    (asked(a={"anyOf": [TEXT, NULL]}), asked(a=TEXT), "it.a: null is no longer taken"),
    (TEXT, {**TEXT, "maxLength": 9}, "it: maxLength none does not fit into 9"),
    ({**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}, "it: maxLength 9 does not fit into 8"),
    ({**TEXT, "x-max-length": 9}, {**TEXT, "x-max-length": 8}, "it: x-max-length 9 does not fit into 8"),
    ({**NUMBER, "minimum": 0}, {**NUMBER, "minimum": 1}, "it: minimum 0 does not fit into 1"),
    (TEXT, {**TEXT, "minLength": 1}, "it: minLength none does not fit into 1"),
    (TEXT, {**TEXT, "pattern": "^a$"}, "it: pattern is another"),
    ({**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a"]}, "it: 'b' is gone"),
    (TEXT, {**TEXT, "enum": ["a"]}, "it: may only be one of ['a'] now"),
    ({**NUMBER, "default": 50}, {**NUMBER, "default": 20}, "it: means 20 when it is not sent, meant 50"),
    (record(a=TEXT), asked(a=TEXT), "it: additionalProperties is another"),
    (
        {"type": "object", "additionalProperties": NUMBER},
        {"type": "object", "additionalProperties": {**NUMBER, "maximum": 3}},
        "it.*: maximum none does not fit into 3",
    ),
    (
        {"type": "object", "propertyNames": {"maxLength": 40}},
        {"type": "object", "propertyNames": {"maxLength": 36}},
        "it.(name): maxLength 40 does not fit into 36",
    ),
    ({"type": "array", "items": TEXT}, {"type": "array", "items": NUMBER}, "it[]: was string, is integer"),
]
ADDS_TO_WHAT_IS_SENT = [
    (asked(a=TEXT), asked(a=TEXT, b=TEXT)),
    (asked("a", a=TEXT), asked(a=TEXT)),
    (asked(a=TEXT), asked(a={"anyOf": [TEXT, NULL]})),
    ({**TEXT, "maxLength": 8}, {**TEXT, "maxLength": 9}),
    ({**TEXT, "maxLength": 8, "pattern": "^a$"}, TEXT),
    ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}),
    ({**TEXT, "const": "a"}, {**TEXT, "enum": ["a", "b"]}),
    ({**TEXT, "enum": ["a"]}, TEXT),
    (asked(a=TEXT), record(a=TEXT)),
    ({**TEXT, "description": "old words"}, {**TEXT, "description": "new words"}),
    (NUMBER, {"type": "number"}),
]
BREAKS_WHAT_LEAVES = [
    (record("a", "b", a=TEXT, b=TEXT), record("a", a=TEXT), "it.b is gone"),
    (record("a", a=TEXT), record("renamed", renamed=TEXT), "it.a is gone"),
    (record("a", a=TEXT), record(a=TEXT), "it.a may be absent now"),
    (record(a=TEXT), record(a=NUMBER), "it.a: was string, is integer"),
    (record(a=TEXT), record(a={"anyOf": [TEXT, NULL]}), "it.a: null is new among the answers"),
    ({**TEXT, "maxLength": 40}, {**TEXT, "maxLength": 50}, "it: maxLength 50 does not fit into 40"),
    ({**TEXT, "maxLength": 40}, TEXT, "it: maxLength none does not fit into 40"),
    ({**TEXT, "pattern": "^a$"}, TEXT, "it: pattern is another"),
    ({**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a"]}, "it: 'b' is gone"),
    ({**TEXT, "enum": ["a"]}, TEXT, "it: may be anything now"),
    (NUMBER, {"type": "number"}, "it: was integer, is number"),
]
ADDS_TO_WHAT_LEAVES = [
    (record("a", a=TEXT), record("a", "b", a=TEXT, b=TEXT)),
    (record(a=TEXT), record("a", a=TEXT)),
    ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}),
    (TEXT, {**TEXT, "maxLength": 3}),
    ({"type": "number"}, NUMBER),
]


@pytest.mark.parametrize(("old", "new", "why"), BREAKS_WHAT_IS_SENT, ids=sentence)
def test_what_is_no_longer_taken_breaks(old: dict[str, Any], new: dict[str, Any], why: str) -> None:
    assert found(old, new, incoming=True) == [why]
    assert found(old, copy.deepcopy(old), incoming=True) == []


@pytest.mark.parametrize(("old", "new"), ADDS_TO_WHAT_IS_SENT)
def test_taking_more_breaks_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert found(old, new, incoming=True) == []


@pytest.mark.parametrize(("old", "new", "why"), BREAKS_WHAT_LEAVES, ids=sentence)
def test_what_is_no_longer_what_it_was_breaks(old: dict[str, Any], new: dict[str, Any], why: str) -> None:
    assert found(old, new, incoming=False) == [why]
    assert found(old, copy.deepcopy(old), incoming=False) == []


@pytest.mark.parametrize(("old", "new"), ADDS_TO_WHAT_LEAVES)
def test_saying_more_breaks_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert found(old, new, incoming=False) == []


def fact(event: str, **fields: object) -> dict[str, Any]:
    return record("type", *fields, type={"const": event}, **fields)


def test_one_more_kind_of_fact_is_an_addition_and_one_less_is_not() -> None:
    two = {"oneOf": [fact("posted", message=TEXT), fact("left", member=TEXT)]}
    three = {"oneOf": [*two["oneOf"], fact("joined", member=TEXT)]}

    assert found(two, three, incoming=False) == []
    assert found(three, two, incoming=False) == ["it: joined is gone or changed"]
    changed = {"oneOf": [fact("posted", message=NUMBER), fact("left", member=TEXT)]}
    assert found(two, changed, incoming=False) == ["it.message: was string, is integer"]


def test_what_a_schema_refers_to_counts_even_when_it_holds_itself() -> None:
    old = {"Tree": record("name", name=TEXT, inner={"$ref": "#/components/schemas/Tree"})}
    new = {"Tree": record("name", name=NUMBER, inner={"$ref": "#/components/schemas/Tree"})}
    tree = {"$ref": "#/components/schemas/Tree"}
    before, after = ({"components": {"schemas": each}} for each in (old, new))

    assert list(Narrowing(before, before, False).breaks(tree, tree, "it")) == []
    assert list(Narrowing(before, after, False).breaks(tree, tree, "it")) == [
        "it.name: was string, is integer"
    ]


REST: dict[str, Any] = {
    "openapi": "3.1.1",
    "paths": {
        "/rooms": {
            "post": {
                "security": [{"token": ["write"]}],
                "parameters": [{"in": "query", "name": "limit", "required": False, "schema": NUMBER}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": asked("a", a=TEXT)}},
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": record("id", id=TEXT)}}},
                    "409": {"$ref": "#/components/responses/Conflict"},
                },
            }
        }
    },
    "components": {
        "schemas": {},
        "responses": {
            "Conflict": {
                "content": {"application/problem+json": {"schema": record(code={"const": "conflict"})}}
            },
            "Gone": {"content": {"application/problem+json": {"schema": record(code={"const": "gone"})}}},
        },
    },
}
LIVE: dict[str, Any] = {
    "asyncapi": "3.0.0",
    "operations": {
        "post": {
            "action": "receive",
            "x-scope": "write",
            "messages": [{"$ref": "#/channels/chat/messages/post"}],
            "reply": {"messages": [{"$ref": "#/channels/chat/messages/post_ack"}]},
        },
        "posted": {"action": "send", "messages": [{"$ref": "#/channels/chat/messages/posted"}]},
    },
    "components": {
        "messages": {
            "post": {"payload": asked("text", text=TEXT)},
            "post_ack": {"payload": record("ok", ok={"const": True})},
            "posted": {"payload": record("text", text=TEXT)},
        }
    },
}


def changed(document: dict[str, Any], place: str, value: object) -> dict[str, Any]:
    """The document with another value at a place, `a > b > c`; without it for None."""
    document = copy.deepcopy(document)
    *steps, last = place.split(" > ")
    inside: Any = document
    for step in steps:
        inside = inside[int(step) if isinstance(inside, list) else step]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return document


POST = "paths > /rooms > post"
BREAKS_REST = [
    ("paths > /rooms", None, "POST /rooms is gone"),
    (f"{POST} > security", [{"token": ["admin"]}], "POST /rooms: needs"),
    (f"{POST} > parameters", [], "POST /rooms ?limit is gone"),
    (f"{POST} > parameters > 0 > required", True, "POST /rooms ?limit is needed now"),
    (f"{POST} > parameters > 0 > schema", TEXT, "POST /rooms ?limit: was integer, is string"),
    (f"{POST} > requestBody", None, "POST /rooms: no body is taken now"),
    (
        f"{POST} > requestBody > content > application/json > schema > properties > a",
        NUMBER,
        "POST /rooms.a: was",
    ),
    (f"{POST} > responses > 201", None, "POST /rooms → 201 is gone"),
    (f"{POST} > responses > 201", {}, "POST /rooms → 201: has a body or has none"),
    (
        f"{POST} > responses > 201 > content > application/json > schema > properties > id",
        NUMBER,
        "POST /rooms → 201.id",
    ),
    (f"{POST} > responses > 409", None, "POST /rooms → 409 is gone"),
    (
        f"{POST} > responses > 409 > $ref",
        "#/components/responses/Gone",
        "POST /rooms → 409.code: 'conflict' is gone",
    ),
]
ADDS_TO_REST = [
    ("paths > /tokens", {}),
    (f"{POST} > security", []),
    (f"{POST} > responses > 429", {"$ref": "#/components/responses/Gone"}),
    (f"{POST} > requestBody > required", False),
]
BREAKS_LIVE = [
    ("operations > post", None, "post is gone"),
    ("operations > posted", None, "posted is gone"),
    ("operations > post > x-scope", "admin", "post: another scope"),
    ("operations > post > action", "send", "post: another scope or direction"),
    ("components > messages > post_ack", None, "post_ack is gone"),
    ("components > messages > post > payload > properties > text", NUMBER, "post.text: was string"),
    (
        "components > messages > post_ack > payload > properties > ok > const",
        False,
        "post_ack.ok: True is gone",
    ),
    ("components > messages > posted > payload > properties > text", NUMBER, "posted.text: was string"),
]
ADDS_TO_LIVE = [
    ("operations > edit", LIVE["operations"]["post"]),
    ("components > messages > posted > payload > properties > more", TEXT),
    ("components > messages > post > payload > properties > more", TEXT),
]


@pytest.mark.parametrize(
    ("document", "place", "value", "why"),
    [*((REST, *each) for each in BREAKS_REST), *((LIVE, *each) for each in BREAKS_LIVE)],
    ids=sentence,
)
def test_a_break_is_found_wherever_it_is(
    document: dict[str, Any], place: str, value: object, why: str
) -> None:
    [broken] = comparing.breaks(document, changed(document, place, value))
    assert broken.startswith(why)


@pytest.mark.parametrize(
    ("document", "place", "value"),
    [*((REST, *each) for each in ADDS_TO_REST), *((LIVE, *each) for each in ADDS_TO_LIVE)],
    ids=sentence,
)
def test_an_addition_is_no_break(document: dict[str, Any], place: str, value: object) -> None:
    assert comparing.breaks(document, changed(document, place, value)) == []
    assert comparing.breaks(document, document) == []
