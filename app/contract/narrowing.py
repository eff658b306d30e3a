"""Does a schema still say what an earlier one said? For the keywords that our schemas are made of.

What comes in must still be taken: no field gone, none newly needed, no bound tighter. What goes out must still be
what it was: no field gone or sometimes absent, no other type, no bound wider. More fields, more values of an enum and
more kinds of a record are additions: clients ignore what they don't know.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.contract.schemas import Schema

UPPER = ("maximum", "maxLength", "maxItems", "maxProperties", "x-max-length")
LOWER = ("minimum", "minLength", "minItems", "minProperties", "x-min-length")
UNION = ("anyOf", "oneOf")
KINDS_OF = {"number": {"number", "integer"}}


@dataclass(frozen=True)
class Narrowing:
    """Compares schemas of an earlier document with those of a later one; `incoming` for what clients send."""

    earlier: Mapping[str, Any]
    later: Mapping[str, Any]
    incoming: bool
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def breaks(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        """What a client would stumble over, a sentence each, beginning with the place."""
        pair = str(old), str(new)
        if pair in self._seen:  # a schema that holds itself
            return
        self._seen.add(pair)
        olds, news = _alternatives(self.earlier, old), _alternatives(self.later, new)
        if len(olds) == len(news) == 1:
            yield from self._alternative(olds[0], news[0], where)
            return
        yield from self._union(olds, news, where)

    def _union(self, olds: list[Schema], news: list[Schema], where: str) -> Iterator[str]:
        by_tag = {_tag(each): each for each in news}
        for old in olds:
            tag = _tag(old)
            if tag and tag in by_tag:
                yield from self._alternative(old, by_tag[tag], where)
            elif not any(self._is_fine(old, new) for new in news):
                yield f"{where}: {_name(old)} is {'no longer taken' if self.incoming else 'gone or changed'}"
        if self.incoming:
            return
        several = sum(map(_is_record, olds)) > 1
        for new in news:
            # One more kind of record is an addition, where there are several kinds.
            if not (several and _is_record(new)) and not any(self._is_fine(old, new) for old in olds):
                yield f"{where}: {_name(new)} is new among the answers"

    def _is_fine(self, old: Schema, new: Schema) -> bool:
        apart = Narrowing(self.earlier, self.later, self.incoming, set(self._seen))
        return not any(apart._alternative(old, new, ""))

    def _alternative(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        wide, narrow = (new, old) if self.incoming else (old, new)
        if "type" in wide and narrow.get("type") not in KINDS_OF.get(wide["type"], {wide["type"]}):
            yield f"{where}: was {old.get('type', 'anything')}, is {new.get('type', 'anything')}"
            return
        yield from self._values(old, new, where)
        yield from _bounds(wide, narrow, where)
        if self.incoming and old.get("default") != new.get("default"):
            yield f"{where}: means {new.get('default')!r} when it is not sent, meant {old.get('default')!r}"
        yield from self._fields(old, new, where)
        yield from self._rest(old, new, where)
        if "items" in old and "items" in new:
            yield from self.breaks(old["items"], new["items"], f"{where}[]")

    def _values(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        before, after = _enum(old), _enum(new)
        if before is None and after is None:
            return
        if after is None:
            if not self.incoming:
                yield f"{where}: may be anything now"
        elif before is None:
            if self.incoming:
                yield f"{where}: may only be one of {after} now"
        else:
            yield from (f"{where}: {each!r} is gone" for each in before if each not in after)

    def _fields(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = old.get("required", []), new.get("required", [])
        for name, schema in before.items():
            if name not in after:
                yield f"{where}.{name} is gone"
            else:
                yield from self.breaks(schema, after[name], f"{where}.{name}")
        if self.incoming:
            yield from (f"{where}.{name} is needed now" for name in needed_after if name not in needed_before)
        else:
            left = [name for name in needed_before if name in after and name not in needed_after]
            yield from (f"{where}.{name} may be absent now" for name in left)

    def _rest(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        """Fields that are not named, and the names that those may have."""
        wide, narrow = (new, old) if self.incoming else (old, new)
        for keyword, step in (("additionalProperties", "*"), ("propertyNames", "(name)")):
            taken, given = wide.get(keyword, True), narrow.get(keyword, True)
            if isinstance(taken, dict) and isinstance(given, dict):
                yield from self.breaks(old[keyword], new[keyword], f"{where}.{step}")
            elif taken is not True and given not in (False, taken):
                yield f"{where}: {keyword} is another"


def _bounds(wide: Schema, narrow: Schema, where: str) -> Iterator[str]:
    """Every bound of what takes must hold for what is given to it."""
    for keyword in UPPER:
        if keyword in wide and not narrow.get(keyword, float("inf")) <= wide[keyword]:
            yield f"{where}: {keyword} {narrow.get(keyword, 'none')} does not fit into {wide[keyword]}"
    for keyword in LOWER:
        if wide.get(keyword, 0) and not narrow.get(keyword, float("-inf")) >= wide[keyword]:
            yield f"{where}: {keyword} {narrow.get(keyword, 'none')} does not fit into {wide[keyword]}"
    for keyword in ("pattern", "format"):
        if keyword in wide and wide[keyword] != narrow.get(keyword):
            yield f"{where}: {keyword} is another"


def _alternatives(document: Mapping[str, Any], schema: Schema) -> list[Schema]:
    """What a schema allows: itself, or each of its alternatives; without references and `allOf`."""
    schema = _flat(document, schema)
    for keyword in UNION:
        if keyword in schema:
            found = [each for one in schema[keyword] for each in _alternatives(document, one)]
            default = {"default": schema["default"]} if "default" in schema else {}
            return [{**each, **default} for each in found]
    return [schema]


def _flat(document: Mapping[str, Any], schema: Schema) -> Schema:
    if "$ref" in schema:
        place: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        return _flat(document, {**place, **{key: each for key, each in schema.items() if key != "$ref"}})
    merged = {key: each for key, each in schema.items() if key != "allOf"}
    for part in schema.get("allOf", []):
        flat = _flat(document, part)
        merged = {
            **flat,
            **merged,
            "properties": {**flat.get("properties", {}), **merged.get("properties", {})},
            "required": sorted({*flat.get("required", []), *merged.get("required", [])}),
        }
    return merged


def _enum(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _is_record(schema: Schema) -> bool:
    return schema.get("type") == "object"


def _tag(schema: Schema) -> tuple[tuple[str, str], ...]:
    """What tells a kind of record from the others: its fields that are constant."""
    fields = schema.get("properties", {}).items()
    return tuple(sorted((name, str(each["const"])) for name, each in fields if "const" in each))


def _name(schema: Schema) -> str:
    kind = schema.get("properties", {}).get("type", {}).get("const")
    return str(kind or schema.get("const") or schema.get("enum") or schema.get("type") or "anything")
