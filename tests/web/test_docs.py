"""The rendered contract: everything that the documents say is on the pages, for everybody."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import contract
from app.api import TABLE
from app.contract import reading
from app.contract.examples import example
from app.payloads import LOGGED, PASSING
from app.sockets.chat import Chat

PAGES = ("/docs/api", "/docs/socket")


@pytest.fixture
def text(http: FlaskClient, request: pytest.FixtureRequest) -> str:
    """A page, as nobody who is signed in sees it."""
    answer = http.get(request.param)
    assert answer.status_code == 200
    return answer.text


page = pytest.mark.parametrize("text", PAGES, indirect=True)


@pytest.mark.parametrize("text", ["/docs/api"], indirect=True)
def test_every_route_is_on_the_page(text: str) -> None:
    shown = re.findall(r'entry__label--\w+">(\w+)</span>\s*<code class="entry__name">([^<]+)</code>', text)
    assert {(method, path) for method, path in shown if method != "type"} == {
        (route.method, route.path) for route in TABLE
    }
    assert "application/json" not in text  # what is the same everywhere is not said everywhere


@pytest.mark.parametrize("text", ["/docs/socket"], indirect=True)
def test_every_request_and_fact_is_on_the_page(text: str) -> None:
    shown = re.findall(r'entry__label--(\w+)">\w+</span>\s*<code class="entry__name">([^<]+)</code>', text)
    assert {name for kind, name in shown if kind == "request"} == set(Chat.requests)
    assert {name for kind, name in shown if kind == "fact"} == {*LOGGED, *PASSING}


@page
def test_every_link_on_the_page_leads_to_a_place_on_it(text: str) -> None:
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))
    inside = set(re.findall(r'href="#([^"]+)"', text))
    assert "schema-Message" in inside
    assert inside <= set(places)


@page
def test_nothing_inline_is_on_the_page(text: str) -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", text)


def test_the_pages_are_linked_where_one_looks_for_them(app: Flask, http: FlaskClient, ada) -> None:
    for looking, place in ((http, "/"), (ada.http, "/account")):
        shown = looking.get(place).text
        assert all(f'href="{each}"' in shown for each in PAGES), place


def test_an_example_is_what_its_schema_allows() -> None:
    """Of everything that has one: jsonschema says so."""
    import jsonschema_rs

    for document in (contract.openapi(), contract.asyncapi()):
        for name, schema in document["components"]["schemas"].items():
            validator = jsonschema_rs.validator_for({**schema, "components": document["components"]})
            shown = example(document, {"$ref": f"#/components/schemas/{name}"}, depth=9)
            if "pattern" not in str(schema):
                assert [each.message for each in validator.iter_errors(shown)] == [], name


def test_how_a_type_is_named() -> None:
    schema = {"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/User"}}, {"type": "null"}]}
    assert reading.pieces(schema) == [
        reading.Piece("list of "),
        reading.Piece("User", "User"),
        reading.Piece(" or "),
        reading.Piece("null"),
    ]
