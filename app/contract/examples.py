"""Values that schemas allow, to be shown."""

from typing import Any

from app.contract.comparing import Document
from app.contract.schemas import Schema, name

ID = "0193c8f0-6d7e-7c3a-9a51-2f0c5a7e1b42"
TIME = "2026-11-22T15:01:49.450Z"
DEPTH = 4  # deeper is told by the types themselves


def example(document: Document, schema: Schema, depth: int = DEPTH) -> Any:
    """A value that a schema allows, as small as it shows what there is; empty below `depth`."""
    if "$ref" in schema:
        return example(document, document["components"]["schemas"][name(schema)], depth)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return example(document, schema[keyword][0], depth)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [""])[0])
    match schema.get("type"):
        case "object":
            return _object(document, schema, depth)
        case "array":
            return (
                [example(document, schema["items"], depth - 1)]
                if depth > 1 and schema.get("maxItems") != 0
                else []
            )
        case "integer" | "number":
            return schema.get("default") or max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
    return _text(schema)


def _object(document: Document, schema: Schema, depth: int) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for part in schema.get("allOf", []):
        drawn |= example(document, part, depth)
    if depth > 0:
        drawn |= {
            name: example(document, field, depth - 1) for name, field in schema.get("properties", {}).items()
        }
        rest = schema.get("additionalProperties")
        if isinstance(rest, dict) and not drawn:
            drawn[ID] = example(document, rest, depth - 1)
    return drawn


def _text(schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return TIME
    return ID if schema.get("maxLength", 0) >= len(ID) else "…"
