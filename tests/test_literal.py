"""What is sent is a value, whatever language it looks like: the database never reads it, and nothing breaks by it."""

from typing import Any

import pytest
from flask import Flask

from app.sockets.chat import Chat
from tests import stored
from tests.attacks import SQL, TEMPLATES
from tests.conftest import Garden
from tests.people import Person
from tests.requests import BODIES, ROUTES, Ids, body, name, path
from tests.standing import all_there, asking

LITERAL = (*SQL, *TEMPLATES)
IDS = LITERAL[::3]  # many routes, each of which reads an id alike
PLACES = [route for route in ROUTES if "{" in route.path]


@pytest.mark.parametrize("route", PLACES, ids=name)
def test_no_id_in_a_path_is_read_by_the_database(
    route: Any, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    """Each id that a route names is tried in its turn, beside others that are right."""
    there = all_there(app, garden, ada, bob)
    who = asking(route.path, ada, bob)
    assert who.token
    before = stored.rows(app)
    for named in [each for each in vars(there) if f"{{{each}}}" in route.path]:
        for attack in IDS:
            ids = Ids(
                **{**vars(there), named: attack.replace("/", "%2F").replace("?", "%3F").replace("#", "%23")}
            )
            answer = who.api(route.method, path(route, ids), body(route, there))
            assert 400 <= answer.status_code < 500, (named, attack, answer.get_json())
    assert stored.rows(app) == before


@pytest.mark.parametrize("event", Chat.requests)
def test_no_id_in_a_request_is_read_by_the_database(
    event: str, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    there = all_there(app, garden, ada, bob)
    right = BODIES[Chat.requests[event].reads](there)
    before = stored.rows(app)
    for named in [each for each, value in right.items() if isinstance(value, str) and each != "text"]:
        for attack in IDS:
            answer = ada.ask(event, {**right, named: attack})
            assert answer["error"]["code"] in {"invalid", "not_found"}, (named, attack)
    assert stored.rows(app) == before


@pytest.mark.parametrize("where", ["cursor", "before", "after", "around", "limit"])
def test_no_place_in_a_list_is_read_by_the_database(garden: Garden, ada: Person, where: str) -> None:
    for attack in LITERAL:
        answer = ada.api("GET", f"/rooms/{garden.id}/messages", query_string={where: attack})
        assert answer.status_code == 422, (where, attack)


def test_what_looks_like_a_statement_is_kept_and_shown_letter_by_letter(garden: Garden, ada: Person) -> None:
    for text in LITERAL:
        said = ada.say(garden.id, text)["data"]["message"]
        assert said["text"] == text
        assert ada.api("PATCH", f"/rooms/{garden.id}", {"title": text}).get_json()["title"] == text
        assert ada.api("PATCH", "/me", {"display_name": text}).get_json()["display_name"] == text
        link = ada.api("POST", f"/rooms/{garden.id}/invites", {"label": text}).get_json()
        assert link["label"] == text
    said = ada.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"]
    assert [each["text"] for each in reversed(said)] == list(LITERAL)
    links = ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
    assert {each["label"] for each in links} >= set(LITERAL)
