"""What the repository keeps of the contract: types that are fresh, and a release that nothing breaks."""

import json

import pytest

from app import contract
from app.contract import typescript
from tools import contract as tool


def test_the_types_are_those_of_the_code() -> None:
    assert tool.TYPES.read_text() == tool.types(), "run `make types`"


def test_nothing_breaks_the_clients_of_the_last_release() -> None:
    """Where this fails, clients that work today stop working: add beside what is there instead (CONTRACT section 9)."""
    assert tool.breaks() == []


@pytest.mark.parametrize("name", tool.DOCUMENTS)
def test_a_field_that_was_released_may_not_go(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "RELEASED", tmp_path)
    assert tool.release(even_when_it_breaks=False) == 0
    assert tool.breaks() == []

    released = json.loads((tmp_path / name).read_text())
    released["components"]["schemas"]["Message"]["properties"]["gone"] = {"type": "string"}
    (tmp_path / name).write_text(tool.text(released))
    assert any(each.endswith(".message.gone is gone") for each in tool.breaks())
    assert tool.release(even_when_it_breaks=False) == 1
    assert json.loads((tmp_path / name).read_text()) == released
    assert tool.release(even_when_it_breaks=True) == 0
    assert tool.breaks() == []


def test_every_schema_request_fact_and_route_has_a_type() -> None:
    text = typescript.typescript(contract.openapi(), contract.asyncapi())
    for document in (contract.openapi(), contract.asyncapi()):
        for name in document["components"]["schemas"]:
            assert f"export interface {name} {{" in text or f"export type {name} = " in text
    assert "  post_message: { sent: PostMessage; data: Posted };\n" in text
    assert "  message_posted: MessagePosted;\n" in text
    assert '  "POST /rooms": { body: NewRoom; answer: Founded };\n' in text


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "(string | null)[]"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/User"}}, "User[]"),
        ({"enum": ["a", 'b"c'], "type": "string"}, '"a" | "b\\"c"'),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Record<string, number>"),
        ({"type": "object", "properties": {"ok": {"const": True}}, "required": ["ok"]}, "{ ok: true }"),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}}, "{ a?: boolean }"),
        (
            {
                "allOf": [{"$ref": "#/components/schemas/Fact"}],
                "properties": {"type": {"const": "posted"}},
                "type": "object",
            },
            'Fact & { type: "posted" }',
        ),
        ({}, "unknown"),
    ],
)
def test_how_a_schema_is_written_as_a_type(schema, written: str) -> None:
    document = {"components": {"schemas": {"It": schema}}, "paths": {}, "operations": {}}
    assert f"= {written};" in typescript.typescript(document, document) or f"It {written}" in " ".join(
        typescript.typescript(document, document).replace(";\n}", " }").split()
    )
