"""Requests without end: right ones, ones at every bound, and junk, made from the models that the server reads by.

Nothing is listed by hand but what junk looks like. Bounds come from the models' schemas and from `limits`; a right
request is the one of tests/requests.py. The same seed makes the same requests.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from app import limits
from tests import requests
from tests.requests import Ids, unknown

Sent = tuple[object, ...]  # the arguments of one event

# Every number that text may run into, and those beside it.
LENGTHS = sorted(
    {
        length + near
        for name, length in vars(limits).items()
        if name.isupper() and type(length) is int and 0 < length <= limits.MESSAGE_MAX_BYTES
        for near in (-1, 0, 1)
    }
)
SIGNS = ["x", " ", "é", "😀", "\u200b", "\u202e", "\u0316", "\n", "0", "/"]
TEXTS = [
    "",
    " ",
    "\0",
    "\ud800",
    "\udfff\ud800",
    "a\u0316\u0317",
    "\u202eevil",
    "'; DROP TABLE users; --",
    "%s{0}{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "__proto__",
    "../../etc/passwd",
    "1e999",
    "null",
    "👩‍👩‍👧‍👦",
    "👍",
    "Ω" * 40,
    "x" * 41,
    "-1",
    "pt_",
]
NUMBERS: list[object] = [
    0, 1, -1, 2, 50, 199, 200, 201, limits.INTEGER_MAX - 1, limits.INTEGER_MAX, limits.INTEGER_MAX + 1,
    -limits.INTEGER_MAX, 2**63 - 1, 2**63, 2**64, 10**40, 0.5, 1.0, -0.0, 1e308, float("inf"), float("nan"),
]  # fmt: skip
PLAIN: list[object] = [None, True, False, [], {}, [[]], [{}], {"": None}, {"$ref": "#"}, [None], [0, "0"]]


class Requests:
    """What may come for one event: `next` makes one after the other. `ids` names what is there right now."""

    def __init__(self, model: type[BaseModel], seed: int, ids: Callable[[], Ids]) -> None:
        self.random = random.Random(f"{model.__name__} {seed}")
        self.ids = ids
        self.right = requests.BODIES[model]
        self.schema = model.model_json_schema()
        self.fields: Mapping[str, Any] = self.schema["properties"]
        self._ways: list[tuple[int, Callable[[], Sent]]] = [
            (2, lambda: (self.valid(),)),
            (26, self._one_at_a_bound),
            (36, self._one_is_junk),
            (18, self._several_are_junk),
            (4, self._one_lacks),
            (4, self._one_too_many),
            (7, lambda: (self.junk(),)),
            (3, self._not_one_object),
        ]

    def next(self) -> Sent:
        """One more."""
        weights, ways = zip(*self._ways, strict=True)
        return self.random.choices(ways, weights)[0]()

    def valid(self) -> dict[str, Any]:
        """One that may be granted, with all that it may name."""
        return self.right(self.ids())

    def junk(self, depth: int = 2) -> object:
        """Any value that JSON has, and some that it hasn't."""
        kind = self.random.random()
        if kind < 0.3:
            return self.random.choice(PLAIN)
        if kind < 0.5:
            return self.random.choice(NUMBERS)
        if kind < 0.85 or not depth:
            return self.text()
        if kind < 0.92:
            return [self.junk(depth - 1) for _ in range(self.random.randrange(4))]
        return {self.text()[:100]: self.junk(depth - 1) for _ in range(self.random.randrange(4))}

    def text(self) -> str:
        """Text of any sign, and now and then of a length where something ends."""
        kind = self.random.random()
        if kind < 0.6:
            return self.random.choice(TEXTS)
        if kind < 0.9:
            some = range(self.random.randrange(1, 12))
            return "".join(chr(self.random.randrange(0x300 if kind < 0.8 else 0x11_0000)) for _ in some)
        length = self.random.choice(LENGTHS if kind > 0.985 else LENGTHS[: len(LENGTHS) // 2])
        return self.random.choice(SIGNS) * length

    def _one_at_a_bound(self) -> Sent:
        name = self.random.choice(list(self.fields))
        return ({**self.valid(), name: self.random.choice(list(self._bounds(self.fields[name])))},)

    def _one_is_junk(self) -> Sent:
        return ({**self.valid(), self.random.choice(list(self.fields)): self.junk()},)

    def _several_are_junk(self) -> Sent:
        names = self.random.sample(list(self.fields), self.random.randrange(1, len(self.fields) + 1))
        return ({**self.valid(), **{name: self.junk() for name in names}},)

    def _one_lacks(self) -> Sent:
        body = self.valid()
        body.pop(self.random.choice(list(body)), None)
        return (body,)

    def _one_too_many(self) -> Sent:
        return (
            {**self.valid(), self.random.choice([self.text()[:100], "user_id", "seq", "at"]): self.junk()},
        )

    def _not_one_object(self) -> Sent:
        return self.random.choice([(), (self.valid(), self.valid()), (self.valid(), None), ([self.valid()],)])

    def _bounds(self, schema: Mapping[str, Any]) -> Iterator[object]:
        """Values at the bounds that a schema names, on both sides of each."""
        for each in schema.get("anyOf", []):
            yield from self._bounds(each)
        if "$ref" in schema:
            yield from self._bounds(self.schema["$defs"][schema["$ref"].rpartition("/")[2]])
        yield from schema.get("enum", [])
        kind = schema.get("type")
        if kind == "integer":
            for bound in (schema.get("minimum", 0), schema.get("maximum", limits.INTEGER_MAX)):
                yield from (bound - 1, bound, bound + 1)
        elif kind == "boolean":
            yield from (True, False, 0, 1, "true")
        elif kind == "object":
            most = schema.get("maxProperties", 1)
            yield from ({}, {unknown(): 0}, {self.ids().room_id: 1}, {self.text()[:100]: 0})
            if self.random.random() < 0.05:
                yield from ({unknown(): 0 for _ in range(most + near)} for near in (0, 1))
        elif kind == "array":
            most = schema.get("maxItems", 1)
            yield from ([unknown()] * (most + near) for near in (0, 1))
        yield from self._text_bounds(schema)

    def _text_bounds(self, schema: Mapping[str, Any]) -> Iterator[object]:
        if schema.get("type", "string") != "string":
            return
        sign = self.random.choice(SIGNS)
        for bound in (schema.get("minLength", 1), min(schema.get("maxLength", limits.ID_MAX), 4_000)):
            yield from (sign * max(0, bound + near) for near in (-1, 0, 1))
        yield from (unknown(), self.text())


def fits_a_packet(sent: object, depth: int = limits.JSON_DEPTH - 2) -> bool:
    """May this be sent at all? Else the line is cut before the request is looked at."""
    try:
        small = len(json.dumps(sent, allow_nan=False)) < limits.FRAME_BYTES // 2
    except ValueError:
        return False
    return small and _is_plain(sent, depth)


def _is_plain(value: object, depth: int) -> bool:
    if isinstance(value, dict | list):
        inner = list(value.values()) if isinstance(value, dict) else value
        return (
            depth > 0 and len(value) <= limits.JSON_KEYS and all(_is_plain(each, depth - 1) for each in inner)
        )
    if isinstance(value, int | float):
        return abs(value) <= limits.INTEGER_MAX
    return not isinstance(value, str) or not any("\ud800" <= sign <= "\udfff" for sign in value)
