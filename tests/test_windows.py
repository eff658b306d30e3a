"""What was said before somebody's time stays unseen, by every way of reading. Carol comes by a link that shows less."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import Garden, person
from tests.people import Person

SECRET = "the old secret"


def link(garden: Garden, ada: Person, history: str) -> str:
    """A link that shows newcomers so much."""
    made = ada.api("POST", f"/rooms/{garden.id}/invites", {"history": history}).get_json()
    assert made["history"] == history
    return str(made["token"])


def said(who: Person, garden: Garden, text: str, reply_to: str | None = None) -> dict[str, object]:
    """Say something; the message."""
    body = {"nonce": str(uuid.uuid4()), "text": text, "reply_to": reply_to}
    answer = who.api("POST", f"/rooms/{garden.id}/messages", body)
    assert answer.status_code in {200, 201}, answer.data
    return dict(answer.get_json()["message"])


@pytest.fixture
def carol(app: Flask) -> Person:
    """Somebody new."""
    return person(app, "carol")


class Old:
    """A secret of before, an answer to it from before, and one from after Carol came."""

    def __init__(self, garden: Garden, ada: Person, carol: Person) -> None:
        self.secret = said(ada, garden, SECRET)
        ada.api("PUT", f"/messages/{self.secret['id']}/pin")
        assert carol.api("POST", f"/join/{link(garden, ada, 'none')}").status_code == 200
        self.answer = said(ada, garden, "@carol as I said", str(self.secret["id"]))
        ada.api("PUT", f"/messages/{self.answer['id']}/pin")


@pytest.fixture
def old(garden: Garden, ada: Person, carol: Person) -> Old:
    """All of it."""
    return Old(garden, ada, carol)


WAYS: dict[str, Callable[[Person, Garden, Old], str]] = {
    "history": lambda who, garden, old: text(who.api("GET", f"/rooms/{garden.id}/messages")),
    "before": lambda who, garden, old: (
        text(who.api("GET", f"/rooms/{garden.id}/messages?before={old.answer['seq']}"))
        + text(who.api("GET", f"/rooms/{garden.id}/messages?before={int(str(old.answer['seq'])) + 1}"))
    ),
    "after": lambda who, garden, old: text(who.api("GET", f"/rooms/{garden.id}/messages?after=0")),
    "around": lambda who, garden, old: text(
        who.api("GET", f"/rooms/{garden.id}/messages?around={old.secret['seq']}")
    ),
    "pages": lambda who, garden, old: text(who.api("GET", f"/rooms/{garden.id}/messages?limit=1")),
    "catch-up": lambda who, garden, old: str(who.ask("sync", {"rooms": {garden.id: 1}})),
    "catch-up by REST": lambda who, garden, old: text(who.api("POST", "/sync", {"rooms": {garden.id: 1}})),
    "rooms": lambda who, garden, old: text(who.api("GET", "/rooms")),
    "room": lambda who, garden, old: text(who.api("GET", f"/rooms/{garden.id}")),
    "page": lambda who, garden, old: who.http.get(garden.path).text,
    "permalink": lambda who, garden, old: who.http.get(f"{garden.path}?m={old.secret['seq']}").text,
    "home": lambda who, garden, old: who.http.get("/").text,
    "pins": lambda who, garden, old: text(who.api("GET", f"/rooms/{garden.id}/pins")),
    "mentions": lambda who, garden, old: text(who.api("GET", "/mentions")),
    "reacting": lambda who, garden, old: text(who.api("PUT", f"/messages/{old.answer['id']}/reactions/👍")),
}


def text(answer: object) -> str:
    """What was answered, which was no refusal."""
    assert answer.status_code == 200, answer.data  # type: ignore[attr-defined]
    return str(answer.get_data(as_text=True))  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_from_before_is_read_and_members_of_before_read_it(
    way: str, garden: Garden, ada: Person, bob: Person, carol: Person, old: Old
) -> None:
    assert SECRET not in WAYS[way](carol, garden, old)
    if way not in {"rooms", "room", "home", "mentions", "pages"}:
        assert SECRET in WAYS[way](bob, garden, old)


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("GET", "/versions", None),
        ("PUT", "/pin", None),
        ("PUT", "/reactions/👍", None),
        ("PATCH", "", {"text": "mine"}),
        ("DELETE", "", None),
        ("POST", "/report", {}),
    ],
    ids=str,
)
def test_a_message_from_before_is_not_there(
    method: str, rest: str, body: object, garden: Garden, carol: Person, old: Old
) -> None:
    refused = carol.api(method, f"/messages/{old.secret['id']}{rest}", body)
    unknown = carol.api(method, f"/messages/nothing{rest}", body)
    assert (refused.status_code, refused.data) == (404, unknown.data)


def test_nobody_answers_what_they_may_not_see(garden: Garden, carol: Person, old: Old) -> None:
    body = {"nonce": "0" * 32, "text": "what was it?", "reply_to": old.secret["id"]}
    refused = carol.api("POST", f"/rooms/{garden.id}/messages", body)
    unknown = carol.api("POST", f"/rooms/{garden.id}/messages", {**body, "reply_to": "nothing"})
    assert (refused.status_code, refused.data) == (unknown.status_code, unknown.data)


def test_what_becomes_of_it_is_heard_live_by_those_who_may(
    garden: Garden, ada: Person, bob: Person, carol: Person, old: Old
) -> None:
    carol.heard(), bob.heard()
    where = f"/messages/{old.secret['id']}"
    ada.api("PATCH", where, {"text": f"{SECRET}, again"})
    ada.api("PUT", f"{where}/reactions/👍")
    said(ada, garden, "once more", str(old.secret["id"]))
    ada.api("DELETE", where)

    heard, full = carol.heard(), bob.heard()
    assert SECRET in str(full) and SECRET not in str(heard)
    assert [fact["seq"] for _, fact in heard] == [fact["seq"] for _, fact in full]
    assert [event for event, _ in full] == [
        "message_edited",
        "message_reacted",
        "message_posted",
        "message_deleted",
    ]
    told = [(event, fact.get("room"), (fact.get("message") or {}).get("text")) for event, fact in heard]
    nothing = ("room_changed", {}, None)
    assert told == [nothing, nothing, ("message_posted", None, "once more"), nothing]
    [missed] = carol.ask("sync", {"rooms": {garden.id: heard[0][1]["seq"] - 1}})["data"]["rooms"]
    assert missed["entries"] == [fact for _, fact in heard]


def test_a_link_shows_the_last_fifty_and_all_that_comes(
    garden: Garden, ada: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.limits.RECENT_MESSAGES", 5)
    for number in range(8):
        said(ada, garden, f"number {number}")
    assert carol.api("POST", f"/join/{link(garden, ada, 'recent')}").status_code == 200
    said(ada, garden, "number 8")
    seen = carol.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"]
    assert [each["text"] for each in seen] == [f"number {number}" for number in range(8, 2, -1)]


def test_a_link_shows_all_where_nothing_else_is_said_or_less_was_said(
    garden: Garden, ada: Person, bob: Person, carol: Person
) -> None:
    said(ada, garden, SECRET)
    assert carol.api("POST", f"/join/{link(garden, ada, 'recent')}").status_code == 200
    for who in (bob, carol):
        assert SECRET in text(who.api("GET", f"/rooms/{garden.id}/messages"))


def test_nothing_of_before_is_unread_however_far_back_one_sets_it(
    garden: Garden, carol: Person, old: Old
) -> None:
    carol.api("PUT", f"/rooms/{garden.id}/read", {"seq": 0})
    assert carol.api("GET", f"/rooms/{garden.id}").get_json()["unread"] == 1


@pytest.mark.parametrize("history", ["", "some", None, 50], ids=str)
def test_a_window_that_is_none_makes_no_link(garden: Garden, ada: Person, history: object) -> None:
    assert ada.api("POST", f"/rooms/{garden.id}/invites", {"history": history}).status_code == 422


def test_every_route_that_draws_messages_is_walked_here() -> None:
    """A new way of reading has to be added above."""
    from app import payloads
    from tests.requests import ROUTES

    drawing = {
        re.sub(r"\{.*?\}", "", each.path)
        for each in ROUTES
        if each.method == "GET"
        and "Message" in repr(each.answers) + repr(getattr(each.answers, "__args__", ""))
    }
    assert payloads.Message is not None
    assert drawing == {"/rooms//messages", "/rooms//pins", "/mentions"}
