"""The OpenAPI document is one, and says of every route what the code does."""

import copy
import json

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from app import contract
from app.api import TABLE
from app.api.routes import Route
from app.errors import ChatError
from tests import requests
from tests.contract import raising

every_route = pytest.mark.parametrize("route", requests.ROUTES, ids=requests.name)
DOCUMENT = contract.openapi()


def test_the_document_is_openapi_and_another_is_found_out() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()

    broken = copy.deepcopy(dict(DOCUMENT))
    broken["paths"]["/me"]["get"]["responses"] = {}
    with pytest.raises(OpenAPIValidationError):
        OpenAPIV31SpecValidator(broken).validate()


def test_the_document_is_for_everybody(http: FlaskClient) -> None:
    answer = http.get("/api/v1/openapi.json")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert json.loads(answer.data) == json.loads(json.dumps(DOCUMENT))


def test_the_document_has_the_routes_of_the_table_and_no_others() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in TABLE}


def test_no_two_operations_or_schemas_share_a_name() -> None:
    operations = [each["operationId"] for methods in DOCUMENT["paths"].values() for each in methods.values()]
    assert len(operations) == len(set(operations))
    assert [name for name in DOCUMENT["components"]["schemas"] if not name.isalnum()] == []


@every_route
def test_everything_about_a_route_is_described(route: Route) -> None:
    operation = DOCUMENT["paths"][route.path][route.method.lower()]

    assert operation["summary"]
    assert operation["security"] == ([] if route.public else [{"token": [route.needs]}])
    described = {each["name"] for each in operation["parameters"]}
    assert described == {*route.names, *route.query.model_fields}
    assert ("requestBody" in operation) == (route.takes is not requests.inputs.Nothing)
    statuses = {*map(str, route.statuses), *(str(each.status) for each in route.refusals)}
    assert set(operation["responses"]) == statuses
    if route.answers is not None:
        schema = operation["responses"][str(route.statuses[0])]["content"]["application/json"]["schema"]
        assert schema == {"additionalProperties": True, "type": "object"} or "$ref" in schema


@every_route
def test_a_route_declares_exactly_what_its_code_can_refuse(route: Route) -> None:
    """`refuses` of the route holds what doesn't follow from the rest of it: see Route.refusals."""
    raised = set(raising.refusals(TABLE[route]))
    implied = Route(route.method, route.path, public=route.public).refusals

    assert names(raised - route.refusals) == [], "add this to refuses=(…)"
    assert names(set(route.refuses) - raised) == [], "remove this from refuses=(…)"
    assert names(set(route.refuses) & implied) == [], "this goes without saying"


def names(kinds: set[type[ChatError]]) -> list[str]:
    return sorted(each.__name__ for each in kinds)


def test_what_a_function_raises_is_found_behind_what_it_calls() -> None:
    code = raising.Code(
        {
            "app.api.rooms": "from app.actions import rooms\ndef show(): return rooms.look(1)",
            "app.actions.rooms": "from app import access\ndef look(x):\n  if x: access.within(1)\n  return later()\n"
            "def later(): raise errors.Gone\ndef never(): raise Conflict",
            "app.access": "from app.errors import RateLimited\ndef within(rule): raise RateLimited(retry_after=1)",
        }
    )
    assert code.raised("app.api.rooms.show") == {"RateLimited"}
    assert code.raised("app.access.within") == {"RateLimited"}
    assert code.raised("app.access.nothing") == frozenset()
