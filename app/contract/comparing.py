"""Does a document of the contract still hold what an earlier one promised? Additions are no break."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.contract.narrowing import Narrowing
from app.contract.schemas import Schema

Document = Mapping[str, Any]


def breaks(earlier: Document, later: Document) -> list[str]:
    """What clients of the earlier document would stumble over; empty when the later one only adds.

    Both are OpenAPI, or both AsyncAPI. A sentence each.
    """
    return list((_rest if "openapi" in earlier else _live)(earlier, later))


def _rest(earlier: Document, later: Document) -> Iterator[str]:
    coming, going = Narrowing(earlier, later, incoming=True), Narrowing(earlier, later, incoming=False)
    for path, methods in earlier["paths"].items():
        for method, old in methods.items():
            where = f"{method.upper()} {path}"
            new = later["paths"].get(path, {}).get(method)
            if new is None:
                yield f"{where} is gone"
                continue
            yield from _access(old, new, where)
            yield from _parameters(old, new, where, coming)
            yield from _body(old, new, where, coming)
            yield from _responses(earlier, later, old, new, where, going)


def _access(old: Schema, new: Schema, where: str) -> Iterator[str]:
    if new["security"] not in (old["security"], []):
        yield f"{where}: needs {new['security']} now, needed {old['security'] or 'nothing'}"


def _parameters(old: Schema, new: Schema, where: str, coming: Narrowing) -> Iterator[str]:
    before = {(each["in"], each["name"]): each for each in old["parameters"]}
    after = {(each["in"], each["name"]): each for each in new["parameters"]}
    for key, each in before.items():
        place = f"{where} ?{key[1]}"
        if key not in after:
            yield f"{place} is gone"
        else:
            yield from coming.breaks(each["schema"], after[key]["schema"], place)
    for key, each in after.items():
        if each["required"] and not before.get(key, {}).get("required"):
            yield f"{where} ?{key[1]} is needed now"


def _body(old: Schema, new: Schema, where: str, coming: Narrowing) -> Iterator[str]:
    before, after = old.get("requestBody"), new.get("requestBody")
    if before is None:
        if after is not None and after["required"]:
            yield f"{where}: a body is needed now"
    elif after is None:
        yield f"{where}: no body is taken now"
    else:
        if after["required"] and not before["required"]:
            yield f"{where}: a body is needed now"
        yield from coming.breaks(_content(before), _content(after), where)


def _responses(
    earlier: Document, later: Document, old: Schema, new: Schema, where: str, going: Narrowing
) -> Iterator[str]:
    for status, answer in old["responses"].items():
        place = f"{where} → {status}"
        if status not in new["responses"]:
            yield f"{place} is gone"
            continue
        before = _response(earlier, answer)
        after = _response(later, new["responses"][status])
        if ("content" in before) != ("content" in after):
            yield f"{place}: has a body or has none, and it was the other way"
        elif "content" in before:
            yield from going.breaks(_content(before), _content(after), place)


def _response(document: Document, response: Schema) -> Schema:
    """A response, where it is written out."""
    if "$ref" not in response:
        return response
    found: Schema = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return found


def _content(part: Schema) -> Schema:
    """The schema of the one kind of content that a body has."""
    [content] = part["content"].values()
    schema: Schema = content["schema"]
    return schema


def _live(earlier: Document, later: Document) -> Iterator[str]:
    coming, going = Narrowing(earlier, later, incoming=True), Narrowing(earlier, later, incoming=False)
    for name, old in earlier["operations"].items():
        if name not in later["operations"]:
            yield f"{name} is gone"
            continue
        new = later["operations"][name]
        if (old["action"], old.get("x-scope")) != (new["action"], new.get("x-scope")):
            yield f"{name}: another scope or direction"
        way = coming if old["action"] == "receive" else going
        yield from _message(earlier, later, name, way)
        if "reply" in old:
            [reply] = old["reply"]["messages"]
            yield from _message(earlier, later, reply["$ref"].rpartition("/")[2], going)


def _message(earlier: Document, later: Document, name: str, way: Narrowing) -> Iterator[str]:
    if name not in later["components"]["messages"]:
        yield f"{name} is gone"
        return
    before, after = (each["components"]["messages"][name]["payload"] for each in (earlier, later))
    yield from way.breaks(before, after, name)
