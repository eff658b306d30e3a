"""The AsyncAPI document is one, and has every request, answer and fact of the code."""

import ast
import copy
import json
from collections.abc import Mapping
from functools import cache

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

import config
from app import contract, payloads
from app.contract.asyncapi import answered
from app.contract.schemas import camel
from app.models import Kind
from app.sockets.chat import Chat

SPECIFICATION = config.ROOT / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
DOCUMENT = contract.asyncapi()
SCHEMAS = DOCUMENT["components"]["schemas"]


@cache
def specification() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(SPECIFICATION.read_text()))


def test_the_document_is_asyncapi_and_another_is_found_out() -> None:
    assert [each.message for each in specification().iter_errors(dict(DOCUMENT))] == []

    broken = copy.deepcopy(dict(DOCUMENT))
    broken["operations"]["sync"]["action"] = "ask"
    assert not specification().is_valid(broken)


def test_every_reference_leads_somewhere() -> None:
    """What AsyncAPI's own schema doesn't look at."""

    def follow(value: object) -> None:
        for each in (
            value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        ):
            follow(each)
        if isinstance(value, Mapping) and isinstance(value.get("$ref"), str):
            place: object = DOCUMENT
            for step in value["$ref"].removeprefix("#/").split("/"):
                assert isinstance(place, Mapping) and step in place, value["$ref"]
                place = place[step]

    follow(DOCUMENT)


def test_the_document_is_for_everybody(http: FlaskClient) -> None:
    answer = http.get("/api/v1/asyncapi.json")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert json.loads(answer.data) == json.loads(json.dumps(DOCUMENT))


def test_no_two_schemas_share_a_name() -> None:
    assert [name for name in SCHEMAS if not name.isalnum()] == []


@pytest.mark.parametrize("event", Chat.requests)
def test_a_request_has_a_sentence_a_schema_and_one_for_its_answer(event: str) -> None:
    operation = DOCUMENT["operations"][event]
    assert (operation["action"], operation["summary"] != "") == ("receive", True)
    payload = DOCUMENT["components"]["messages"][event]["payload"]
    assert SCHEMAS[payload["$ref"].rpartition("/")[2]]["additionalProperties"] is False

    assert hasattr(answered(Chat.requests[event]), "__annotations__"), (
        "annotate the answer with its TypedDict"
    )
    done, refused = SCHEMAS[f"{camel(event)}Ack"]["oneOf"]
    assert "$ref" in done["properties"]["data"]
    assert refused["properties"]["error"] == {"$ref": "#/components/schemas/Problem"}


def test_every_kind_of_entry_is_told_as_a_fact_with_a_type() -> None:
    assert set(payloads.LOGGED) == set(Kind)


def test_every_fact_that_is_emitted_has_a_type() -> None:
    """What `events` names when it emits, read from its text; logged facts are named by their kind."""
    tree = ast.parse((config.ROOT / "app/events.py").read_text())
    emitted = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if call.func.id in {"_emit", "_everywhere"} and isinstance(call.args[0], ast.Constant)
    }
    assert "typing_changed" in emitted
    assert emitted == set(payloads.PASSING)


@pytest.mark.parametrize("event", [*payloads.LOGGED, *payloads.PASSING])
def test_a_fact_is_described(event: str) -> None:
    assert DOCUMENT["operations"][event]["action"] == "send"
    assert DOCUMENT["operations"][event]["summary"].endswith(".")
    assert SCHEMAS[camel(event)]["type"] == "object"
