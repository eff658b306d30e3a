"""What is sent is taken or refused as the published schema says, whoever of the two is asked.

A schema cannot say all: that a text can be seen, that it is short enough once it is tidied, that a password isn't one
of the most used. So what the schema refuses is refused, and what is refused although the schema takes it is refused
for the value of a text, never for its shape. A whole number written as 1.0 is left out: JSON Schema takes it for 1.
"""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app import contract, inputs
from app.errors import TooLarge
from tests import requests

MODELS = [each for each in requests.BODIES if each is not inputs.Nothing]
# Refusals of a value, which only code can tell; all others are of a shape, which the schema can.
OF_VALUE = {"value_error"}
EDGES: list[Any] = [
    None, True, False, 0, 1, -1, 59, 60, 2, 101, 10**6, 2**53 - 1, 2**53, 1.5, "", " ", "x", "é", "\t", "a\n", "1",
    "x" * 9, "x" * 10, "x" * 40, "x" * 41, "x" * 257, "x" * 1025, "x" * 4001, "owner", "everything", "keep", "👍",
    "8c5b4c2e-0000-4000-8000-000000000001", "{8c5b4c2e000040008000000000000001}", "0x5b4c2e000040008000000000000001",
    [], ["read"], ["read", "write"], ["read", "read", "read"], [""], [None], {}, {"x": 1}, {"": 1}, {"x" * 41: 1},
    {"é": 1}, {"x": -1}, {"x": "x"}, {"x": None}, {str(number): 0 for number in range(201)},
]  # fmt: skip


@cache
def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The published schema of a model, with all that it refers to."""
    for document in (contract.openapi(), contract.asyncapi()):
        if model.__name__ in document["components"]["schemas"]:
            published = document["components"]["schemas"][model.__name__]
            return {**published, "components": {"schemas": document["components"]["schemas"]}}
    raise AssertionError(f"{model.__name__} is not published")


@cache
def published(model: type[BaseModel]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema(model))


def compare(model: type[BaseModel], sent: Any) -> None:
    """Both take it; both refuse it; or the code refuses the value of a text."""
    fits = published(model).is_valid(sent)
    try:
        model.model_validate(sent)
    except TooLarge:
        return
    except ValidationError as refused:
        of_shape = [each for each in refused.errors() if each["type"] not in OF_VALUE]
        assert not (fits and of_shape), (sent, of_shape)
    else:
        assert fits, (sent, [each.message for each in published(model).iter_errors(sent)])


def changed(example: dict[str, Any], names: list[str]) -> Iterator[dict[str, Any]]:
    """A request that is fine, one without a field, with each field at each edge, and with one too many."""
    yield example
    yield {**example, "extra": 1}
    for name in names:
        yield {key: each for key, each in example.items() if key != name}
        for edge in EDGES:
            yield {**copy.deepcopy(example), name: edge}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_at_its_edges_is_taken_as_the_schema_says(model: type[BaseModel]) -> None:
    example = requests.BODIES[model](requests.Ids())
    assert published(model).is_valid(example)
    for sent in changed(example, list(model.model_fields)):
        compare(model, sent)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=50)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=41), inner, max_size=3)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_anything_in_any_field_is_taken_as_the_schema_says(model: type[BaseModel]) -> None:
    example = requests.BODIES[model](requests.Ids())

    @settings(max_examples=25, deadline=None, database=None)
    @given(st.sampled_from(list(model.model_fields)), JSON)
    def try_it(name: str, value: Any) -> None:
        compare(model, {**example, name: value})

    try_it()


AUTH = st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=9), st.integers(), st.none()))


@given(
    st.one_of(
        st.none(),
        st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=9), st.integers(), st.none())),
    )
)
@settings(max_examples=100, deadline=None, database=None)
def test_auth_is_taken_as_the_schema_says(sent: Any) -> None:
    validator = jsonschema_rs.validator_for(contract.asyncapi()["components"]["schemas"]["Auth"])
    fits = sent is None or validator.is_valid(sent)
    try:
        inputs.auth(sent)
    except inputs.Unreadable:
        assert not fits
    else:
        assert fits


def test_a_shape_that_only_one_of_them_refuses_is_found() -> None:
    class Wider(BaseModel):
        """Takes what its schema refuses: a text for a number."""

        seq: int

    document = {"type": "object", "properties": {"seq": {"type": "integer"}}}
    wider = jsonschema_rs.validator_for(document)
    assert Wider.model_validate({"seq": "1"}).seq == 1
    assert not wider.is_valid({"seq": "1"})
    with pytest.raises(AssertionError, match="is not published"):
        compare(Wider, {"seq": "1"})
