"""Who isn't in a room learns nothing of it, does nothing to it, and cannot even tell that it exists.

The routes and requests come from the program's own tables: a new one is tried here without being named.
"""

import json
import re

import pytest
from flask import Flask

from app.api.routes import Route
from tests import requests, standing, stored
from tests.conftest import Garden
from tests.people import Person
from tests.requests import Ids

NAMING = [each for each in requests.ROUTES if "{" in each.path and "{token}" not in each.path]
NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def ids(app: Flask, garden: Garden, ada: Person, bob: Person) -> Ids:
    """What is Ada's: her room and all that is in it, her token and her browser, and Bob in the room."""
    return standing.all_there(app, garden, ada, bob)


def with_credential(route: Route, ids: Ids, ada: Person) -> Ids:
    """The same, with the id of one of Ada's browsers or tokens, as the route wants it."""
    ada.http.get("/account")
    [*_, oldest] = ada.by_cookie("GET", "/sessions" if "/sessions" in route.path else "/tokens").get_json()[
        "items"
    ]
    return Ids(**{**vars(ids), "credential_id": oldest["id"]})


def everybody(*people: Person) -> list[object]:
    """Everything that these heard since they were last asked."""
    return [each for person in people for each in person.heard()]


@pytest.mark.parametrize("entrance", ["api", "by_cookie"])
@pytest.mark.parametrize("route", NAMING, ids=requests.name)
def test_a_route_answers_an_outsider_as_if_nothing_were_there(
    route: Route, entrance: str, ids: Ids, app: Flask, ada: Person, bob: Person, mallory: Person
) -> None:
    ids = with_credential(route, ids, ada)
    nothing = Ids()
    ask = getattr(mallory, entrance)
    ask("GET", "/me")
    everybody(ada, bob, mallory)
    before = stored.rows(app)

    refused = ask(route.method, requests.path(route, ids), requests.body(route, ids))
    unknown = ask(route.method, requests.path(route, nothing), requests.body(route, nothing))

    assert refused.status_code == unknown.status_code == 404
    assert refused.data == unknown.data
    assert refused.get_json()["code"] == "not_found"
    assert header_names(refused) == header_names(unknown)
    assert stored.rows(app) == before
    assert everybody(ada, bob, mallory) == []

    member = standing.asking(route.path, ada, bob)
    answered = getattr(member, entrance)(route.method, requests.path(route, ids), requests.body(route, ids))
    assert answered.status_code in route.statuses, answered.data


def header_names(answer: object) -> list[tuple[str, str]]:
    """The headers of an answer, but for the request's own number."""
    return [each for each in answer.headers if each[0] != "X-Request-Id"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", requests.EVENTS)
def test_a_request_answers_an_outsider_as_if_nothing_were_there(
    event: str, ids: Ids, app: Flask, ada: Person, bob: Person, mallory: Person
) -> None:
    nothing = Ids()
    example = requests.BODIES[requests.EVENTS[event].reads]
    mallory.ask("sync", {"rooms": {}})
    everybody(ada, bob, mallory)
    before = stored.rows(app)

    refused = mallory.ask(event, example(ids))
    unknown = mallory.ask(event, example(nothing))

    assert shown(refused, ids) == shown(unknown, nothing)
    assert "garden" not in json.dumps(refused)
    if not refused["ok"]:
        assert refused["error"] == {
            "status": 404,
            "code": "not_found",
            "title": "There is nothing here.",
        }
    assert stored.rows(app) == before
    assert everybody(ada, bob, mallory) == []

    answered = ada.ask(event, example(ids))
    assert answered["ok"]
    assert shown(answered, ids) != shown(refused, ids)


def shown(answer: object, ids: Ids) -> str:
    """An answer byte for byte, but for the ids that were asked for and the time of day."""
    return NOW.sub("now", ids.hidden(json.dumps(answer)))


def test_every_request_with_a_room_is_refused_but_those_that_only_compare(
    garden: Garden, mallory: Person
) -> None:
    ids = Ids(room_id=garden.id)
    taken = {
        event
        for event in requests.EVENTS
        if mallory.ask(event, requests.BODIES[requests.EVENTS[event].reads](ids))["ok"]
    }

    assert taken == {"sync", "heads"}


def test_an_outsider_hears_nothing_of_what_is_said(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    everybody(ada, bob, mallory)
    ada.ask("post_message", {"room_id": garden.id, "nonce": Ids().nonce, "text": "among us"})

    assert [event for event, _ in bob.heard()] == ["message_posted"]
    assert mallory.heard() == []
