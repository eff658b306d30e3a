"""Reporting a message to the moderators, and what they answer."""

import pytest
from flask import Flask

from tests import stored
from tests.conftest import Garden
from tests.people import Person


def refusals(answer: object) -> tuple[int, str]:
    """How it was refused."""
    return answer.status_code, answer.get_json()["code"]  # type: ignore[attr-defined]


@pytest.fixture
def rude(garden: Garden, ada: Person, bob: Person, mallory: Person) -> str:
    """The id of what Mallory, let in, said."""
    mallory.api("POST", f"/join/{garden.token}")
    return str(mallory.say(garden.id, "you all smell")["data"]["message"]["id"])


def reports(garden: Garden, who: Person) -> list[dict[str, object]]:
    """Those that wait for an answer."""
    return list(who.api("GET", f"/rooms/{garden.id}/reports").get_json()["items"])


def test_a_report_reaches_those_who_look_after_the_room_and_nobody_else(
    garden: Garden, ada: Person, bob: Person, mallory: Person, rude: str
) -> None:
    ada.heard(), bob.heard(), mallory.heard()
    made = bob.api("POST", f"/messages/{rude}/report", {"reason": "This is no way to talk."})
    assert made.status_code == 201
    assert [(event, fact["open"]) for event, fact in ada.heard()] == [("report_changed", True)]
    assert bob.heard() == [] and mallory.heard() == []
    [report] = reports(garden, ada)
    assert (report["reason"], report["reporter"]["username"], report["message"]["text"]) == (
        "This is no way to talk.",
        "bob",
        "you all smell",
    )
    again = bob.api("POST", f"/messages/{rude}/report", {"reason": "And again."})
    assert (again.status_code, again.get_json()) == (200, made.get_json())
    assert ada.heard() == []
    assert len(reports(garden, ada)) == 1


@pytest.mark.parametrize("outcome", ["dismissed", "message_deleted", "author_removed"])
def test_an_answer_is_carried_out_and_ends_every_report_of_it(
    outcome: str, garden: Garden, ada: Person, bob: Person, mallory: Person, rude: str
) -> None:
    bob.api("POST", f"/messages/{rude}/report", {})
    [report] = reports(garden, ada)
    closed = ada.api("PATCH", f"/reports/{report['id']}", {"outcome": outcome})
    assert (closed.status_code, closed.get_json()["outcome"]) == (200, outcome)
    assert reports(garden, ada) == []
    deleted = [each["deleted_at"] for each in history(garden, bob) if each["id"] == rude]
    assert (deleted != [None]) == (outcome == "message_deleted")
    gone = mallory.api("GET", f"/rooms/{garden.id}").status_code == 404
    assert gone == (outcome == "author_removed")
    other = ada.api("PATCH", f"/reports/{report['id']}", {"outcome": "dismissed"})
    assert other.get_json()["outcome"] == outcome


def history(garden: Garden, who: Person) -> list[dict[str, object]]:
    """What was said."""
    return list(who.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"])


def test_an_author_who_is_not_below_is_not_removed(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    said = ada.say(garden.id, "I am the law")["data"]["message"]["id"]
    ada.api("PATCH", f"/rooms/{garden.id}/members/{bob.id}", {"role": "moderator"})
    bob.api("POST", f"/messages/{said}/report", {})
    [report] = reports(garden, bob)
    before = stored.rows(app)
    refused = bob.api("PATCH", f"/reports/{report['id']}", {"outcome": "author_removed"})
    assert refusals(refused) == (403, "forbidden")
    assert stored.rows(app) == before


def test_reports_are_the_moderators(
    app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person, rude: str
) -> None:
    bob.api("POST", f"/messages/{rude}/report", {})
    [report] = reports(garden, ada)
    assert mallory.token
    before = stored.rows(app)
    for method, path, body in (
        ("GET", f"/rooms/{garden.id}/reports", None),
        ("PATCH", f"/reports/{report['id']}", {"outcome": "dismissed"}),
    ):
        assert refusals(mallory.api(method, path, body)) == (403, "forbidden")
    for outcome in ("", "banned", None, 1):
        assert ada.api("PATCH", f"/reports/{report['id']}", {"outcome": outcome}).status_code == 422
    assert stored.rows(app) == before


def test_what_is_ones_own_or_deleted_or_elsewhere_is_not_reported(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    said = bob.say(garden.id)["data"]["message"]["id"]
    assert refusals(bob.api("POST", f"/messages/{said}/report", {})) == (409, "conflict")
    assert refusals(mallory.api("POST", f"/messages/{said}/report", {})) == (404, "not_found")
    assert ada.api("POST", f"/messages/{said}/report", {"reason": "x" * 501}).status_code == 422
    bob.api("DELETE", f"/messages/{said}")
    assert refusals(ada.api("POST", f"/messages/{said}/report", {})) == (409, "conflict")
