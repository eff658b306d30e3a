"""TypeScript types of the whole contract, made of the two documents."""

import json
from collections.abc import Iterator
from typing import Any

from app.contract.comparing import Document
from app.contract.schemas import Schema

HEAD = """\
/** The contract of Parlor, version 1, as TypeScript types. Made by `make types` from the code: not to be edited. */
"""


def typescript(rest: Document, live: Document) -> str:
    """The text of parlor.d.ts: every schema by its name, then the tables of requests, facts and routes."""
    schemas = {**rest["components"]["schemas"], **live["components"]["schemas"]}
    parts = [HEAD, *(_declaration(name, schema) for name, schema in sorted(schemas.items()))]
    parts.append(
        _table(
            "Requests", "What is asked on the socket: what is sent, the `data` of its ack.", _requests(live)
        )
    )
    parts.append(_table("Facts", "What is told on the socket, by event.", _facts(live)))
    parts.append(_table("Routes", "REST, under /api/v1: what is sent, and the answer.", _routes(rest)))
    return "\n".join(parts)


def _declaration(name: str, schema: Schema) -> str:
    comment = _comment(schema.get("description", ""), "")
    if schema.get("type") == "object" and schema.get("properties") and "allOf" not in schema:
        return f"{comment}export interface {name} {_object(schema)}\n"
    return f"{comment}export type {name} = {_type(schema)};\n"


def _table(name: str, says: str, rows: Iterator[tuple[str, str]]) -> str:
    lines = "".join(f"  {_key(key)}: {value};\n" for key, value in rows)
    return f"{_comment(says, '')}export interface {name} {{\n{lines}}}\n"


def _requests(live: Document) -> Iterator[tuple[str, str]]:
    for event, operation in live["operations"].items():
        if operation["action"] == "receive" and "x-scope" in operation:
            sent = _type(live["components"]["messages"][event]["payload"])
            ack = live["components"]["messages"][f"{event}_ack"]["payload"]["$ref"].rpartition("/")[2]
            done = live["components"]["schemas"][ack]["oneOf"][0]["properties"]["data"]
            yield event, f"{{ sent: {sent}; data: {_type(done)} }}"


def _facts(live: Document) -> Iterator[tuple[str, str]]:
    for event, operation in live["operations"].items():
        if operation["action"] == "send":
            yield event, _type(live["components"]["messages"][event]["payload"])


def _routes(rest: Document) -> Iterator[tuple[str, str]]:
    for path, methods in rest["paths"].items():
        for method, operation in methods.items():
            answer = next(iter(operation["responses"].values()))
            row = {
                "query": _query(operation["parameters"]),
                "body": _content(operation.get("requestBody", {})),
                "answer": _content(answer),
            }
            told = "; ".join(f"{key}: {value}" for key, value in row.items() if value)
            yield f"{method.upper()} {path}", f"{{ {told} }}" if told else "{}"


def _query(parameters: list[Schema]) -> str:
    fields = [
        f"{each['name']}{'' if each['required'] else '?'}: {_type(each['schema'])}"
        for each in parameters
        if each["in"] == "query"
    ]
    return f"{{ {'; '.join(fields)} }}" if fields else ""


def _content(part: Schema) -> str:
    for content in part.get("content", {}).values():
        return _type(content["schema"])
    return ""


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "allOf" in schema:
        rest = {key: each for key, each in schema.items() if key != "allOf"}
        return " & ".join([*map(_type, schema["allOf"]), *([_type(rest)] if "properties" in rest else [])])
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return " | ".join(dict.fromkeys(map(_type, schema[keyword])))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    return _plain(schema)


def _plain(schema: Schema) -> str:
    match schema.get("type"):
        case "array":
            inner = _type(schema["items"]) if "items" in schema else "unknown"
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case "object":
            return _object(schema, inline=True)
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as kind:
            return str(kind)
    return "unknown"


def _object(schema: Schema, *, inline: bool = False) -> str:
    needed = schema.get("required", [])
    fields = [
        (each, f"{_key(name)}{'' if name in needed or 'const' in each else '?'}: {_type(each)};")
        for name, each in schema.get("properties", {}).items()
    ]
    if not fields:
        rest = schema.get("additionalProperties", True)
        return f"Record<string, {_type(rest) if isinstance(rest, dict) else 'unknown'}>"
    if inline:
        return f"{{ {' '.join(line for _, line in fields).removesuffix(';')} }}"
    lines = "".join(f"{_comment(each.get('description', ''), '  ')}  {line}\n" for each, line in fields)
    return f"{{\n{lines}}}"


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _comment(text: Any, indent: str) -> str:
    return f"{indent}/** {' '.join(str(text).split())} */\n" if text else ""
