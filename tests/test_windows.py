"""What was said before somebody's time stays unseen, by every way of reading. Carol comes by a link that shows less."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from app.api.routes import Route
from tests import requests
from tests.conftest import Garden, person
from tests.people import Person
from tests.requests import BODIES, EVENTS, ROUTES, Ids, name

Said = dict[str, object]

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
    "mentions' page": lambda who, garden, old: who.http.get("/mentions").text,
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
    if way not in {"rooms", "room", "home", "mentions", "mentions' page", "pages"}:
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


def links(garden: Garden, who: Person) -> list[str]:
    """The tokens of the room's links that somebody is shown, by every way that shows any."""
    items = who.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
    page = who.http.get(f"{garden.path}/invites").text
    assert sorted(set(re.findall(r"/join/([\w-]+)", page))) == sorted(each["token"] for each in items)
    opening = set(re.findall(r"/join/([\w-]+)", who.http.get(garden.path).text))
    assert opening <= {each["token"] for each in items}
    for each in items:
        assert who.http.get(f"{garden.path}/invites/{each['id']}/qr.svg").status_code == 200
    return [each["token"] for each in items]


@pytest.mark.parametrize("history", ["all", "recent"])
def test_who_sees_less_hands_on_no_more_to_anybody_and_not_to_themselves(
    history: str, app: Flask, garden: Garden, ada: Person, bob: Person, carol: Person, old: Old
) -> None:
    wide = ada.api("POST", f"/rooms/{garden.id}/invites", {"history": "all"}).get_json()
    assert wide["token"] in links(garden, ada) and wide["token"] in links(garden, bob)
    assert len(links(garden, carol)) == 1  # the one that she came by
    assert carol.http.get(f"{garden.path}/invites/{wide['id']}/qr.svg").status_code == 404
    assert carol.http.get(f"{garden.path}/qr.svg").status_code == 200

    mine = link(garden, carol, history)
    assert mine in links(garden, carol)
    dave = person(app, "dave")
    for who in (dave, carol):
        carol.api("DELETE", f"/rooms/{garden.id}/members/me")
        assert who.api("POST", f"/join/{mine}").status_code == 200
        assert SECRET not in text(who.api("GET", f"/rooms/{garden.id}/messages"))


def test_who_is_shown_no_link_is_told_why_and_makes_one(garden: Garden, ada: Person, carol: Person) -> None:
    said(ada, garden, SECRET)
    narrow = ada.api("POST", f"/rooms/{garden.id}/invites", {"history": "none"}).get_json()
    assert carol.api("POST", f"/join/{narrow['token']}").status_code == 200
    ada.api("DELETE", f"/invites/{narrow['id']}")
    page = carol.http.get(f"{garden.path}/invites").text
    assert "No link for you to hand on" in page and "nobody sees more" in page
    assert "No link for you" not in ada.http.get(f"{garden.path}/invites").text
    mine = link(garden, carol, "all")
    assert f"/join/{mine}" in carol.http.get(f"{garden.path}/invites").text


def test_who_came_by_a_link_that_shows_the_last_ones_hands_that_on(
    garden: Garden, ada: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.limits.RECENT_MESSAGES", 2)
    for number in range(3):
        said(ada, garden, f"number {number}")
    recent = link(garden, ada, "recent")
    assert carol.api("POST", f"/join/{recent}").status_code == 200
    assert links(garden, carol) == [recent]


def test_who_looks_after_the_room_looks_after_all_its_links(
    garden: Garden, ada: Person, carol: Person, old: Old
) -> None:
    ada.api("PATCH", f"/rooms/{garden.id}/members/{carol.id}", {"role": "moderator"})
    assert links(garden, carol) == links(garden, ada)


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


# ---- every read there is: the lists come from the program's own tables, so that a new one is among them by itself


@dataclass(frozen=True)
class Past:
    """A room whose old secret somebody shall not see by any way: Carol, who was in it when the secret was said,
    answered it, left, came back by a link that shows nothing, and is an owner by now.
    """

    garden: Garden
    secret: Said
    mine: Said  # Carol's answer to it, of before as well
    answer: Said  # Ada's answer to it, after Carol came back
    reports: tuple[str, ...]  # of the secret, and of Ada's answer

    def ids(self) -> Iterator[Ids]:
        """What requests may name: of messages and reports, each there is."""
        reports = dict(zip((self.secret["id"], self.answer["id"]), self.reports, strict=True))
        for said in (self.secret, self.mine, self.answer):
            report = reports.get(said["id"], self.reports[0])
            yield Ids(room_id=self.garden.id, message_id=str(said["id"]), report_id=report, token="none")

    def queries(self, route: Route) -> list[dict[str, object]]:
        """A query for each place in the room that a route can be asked about."""
        places = [
            int(str(self.secret["seq"])),
            int(str(self.answer["seq"])),
            int(str(self.answer["seq"])) + 1,
        ]
        fields = set(route.query.model_fields) & {"before", "after", "around", "cursor"}
        if route.path != "/rooms/{room_id}/messages":
            return [{}]
        cursors = [{"cursor": f"{way}:{place}"} for way in ("before", "after") for place in places]
        return [{}, *cursors, *({name: place} for name in fields - {"cursor"} for place in (0, *places))]


@pytest.fixture
def past(garden: Garden, ada: Person, bob: Person, carol: Person) -> Past:
    """All of it."""
    assert carol.api("POST", f"/join/{garden.token}").status_code == 200
    secret = said(ada, garden, f"@carol @bob {SECRET}")
    where = f"/messages/{secret['id']}"
    assert ada.api("PATCH", where, {"text": f"@carol @bob {SECRET}, again"}).status_code == 200
    mine = said(carol, garden, "I know, @ada", str(secret["id"]))
    for message in (secret, mine):
        assert ada.api("PUT", f"/messages/{message['id']}/pin").status_code == 200
        assert ada.api("PUT", f"/messages/{message['id']}/reactions/👍").status_code == 200
    assert carol.api("DELETE", f"/rooms/{garden.id}/members/me").status_code == 204
    assert carol.api("POST", f"/join/{link(garden, ada, 'none')}").status_code == 200
    answer = said(ada, garden, "@carol @bob as I said", str(secret["id"]))
    assert ada.api("PUT", f"/messages/{answer['id']}/pin").status_code == 200
    for message in (secret, answer):
        assert bob.api("POST", f"/messages/{message['id']}/report", {}).status_code == 201
    reports = ada.api("GET", f"/rooms/{garden.id}/reports").get_json()["items"]
    role = ada.api("PATCH", f"/rooms/{garden.id}/members/{carol.id}", {"role": "owner"})
    assert role.status_code == 200
    return Past(garden, secret, mine, answer, tuple(each["id"] for each in reports))


def shown_by(route: Route, who: Person, past: Past) -> bool:
    """Whether a route shows somebody the secret, whatever of the room it is asked about."""
    found = False
    for ids in past.ids():
        for query in past.queries(route):
            answer = who.api(
                route.method, requests.path(route, ids), requests.body(route, ids), query_string=query
            )
            assert answer.status_code < 500
            found = found or SECRET in answer.get_data(as_text=True)
    return found


# The routes that show the secret to those who were there all the time. One that is missing here, or here for nothing,
# fails its test: so nobody adds a read without thinking of this.
SHOWING = {
    "GET /rooms",
    "GET /rooms/{room_id}",
    "PATCH /rooms/{room_id}",
    "PATCH /rooms/{room_id}/me",
    "GET /rooms/{room_id}/messages",
    "GET /rooms/{room_id}/pins",
    "GET /rooms/{room_id}/reports",
    "PATCH /messages/{message_id}",
    "PATCH /reports/{report_id}",
    "GET /mentions",
    "GET /messages/{message_id}/versions",
    "PUT /messages/{message_id}/pin",
    "DELETE /messages/{message_id}/pin",
    "PUT /messages/{message_id}/reactions/{emoji}",
    "DELETE /messages/{message_id}/reactions/{emoji}",
    "POST /sync",
}


def test_no_route_that_reads_shows_what_is_from_before(ada: Person, carol: Person, past: Past) -> None:
    reading = [each for each in ROUTES if each.method == "GET"]
    assert [name(each) for each in reading if shown_by(each, carol, past)] == []
    showing = {name(each) for each in reading if shown_by(each, ada, past)}
    assert showing == {each for each in SHOWING if each.startswith("GET ")}


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.method != "GET" and each.answers is not None], ids=name
)
def test_no_route_that_changes_something_shows_what_is_from_before(
    route: Route, ada: Person, carol: Person, past: Past
) -> None:
    assert not shown_by(route, carol, past)
    assert shown_by(route, ada, past) == (name(route) in SHOWING)


def asked_for(event: str, ids: Ids, past: Past) -> dict[str, object]:
    """What is sent with a request of the socket, so that as much as possible comes back."""
    sent = BODIES[EVENTS[event].reads](ids)
    if event == "sync":
        return {"rooms": {past.garden.id: 1}}
    return {**sent, "reply_to": None} if event == "post_message" else sent


SHOWING_EVENTS = {"sync", "set_reaction", "set_pin"}


@pytest.mark.parametrize("event", EVENTS)
def test_no_request_of_the_socket_shows_what_is_from_before(
    event: str, ada: Person, carol: Person, past: Past
) -> None:
    shown = {
        who.username: any(SECRET in str(who.ask(event, asked_for(event, ids, past))) for ids in past.ids())
        for who in (carol, ada)
    }
    assert shown == {"carol": False, "ada": event in SHOWING_EVENTS}


SHOWING_PAGES = {"rooms.show", "moderation.show_reports", "mentions.index"}


def pages(app: Flask, past: Past) -> dict[str, str]:
    """Every page of the site, filled in with what is there."""
    named = {"room_id": past.garden.id, "report_id": past.reports[0], "message_id": str(past.secret["id"])}
    return {
        str(rule.endpoint): re.sub(r"<[^>]*?(\w+)>", lambda found: named.get(found[1], "none"), rule.rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/static", "/styles"))
    }


def test_no_page_shows_what_is_from_before(
    app: Flask, ada: Person, bob: Person, carol: Person, past: Past
) -> None:
    places = {**pages(app, past), "permalink": f"{past.garden.path}?m={past.secret['seq']}"}

    def shown(who: Person) -> set[str]:
        return {each for each, where in places.items() if SECRET in who.http.get(where).text}

    assert shown(carol) == set()
    assert shown(ada) | shown(bob) == SHOWING_PAGES | {"permalink"}


def test_a_late_retry_shows_nothing_of_what_it_answered(
    garden: Garden, ada: Person, bob: Person, carol: Person, past: Past
) -> None:
    """Also to somebody who isn't in the room any more: only what they said themselves comes back."""
    again = {"nonce": past.mine["nonce"], "text": "I know, @ada", "reply_to": past.secret["id"]}
    back = carol.api("POST", f"/rooms/{garden.id}/messages", again)
    assert (back.status_code, back.get_json()["message"]["text"]) == (200, "I know, @ada")
    assert SECRET not in back.text
    assert carol.api("DELETE", f"/rooms/{garden.id}/members/me").status_code == 204
    outside = carol.api("POST", f"/rooms/{garden.id}/messages", again)
    assert SECRET not in outside.text
    assert SECRET not in str(carol.ask("post_message", {"room_id": garden.id, **again}))


def test_a_report_of_what_is_from_before_is_not_there(
    garden: Garden, ada: Person, carol: Person, past: Past
) -> None:
    old, new = past.reports
    seen = carol.api("GET", f"/rooms/{garden.id}/reports").get_json()["items"]
    assert [(each["id"], each["message"]["reply_to"]) for each in seen] == [(new, None)]
    for outcome in ("dismissed", "message_deleted", "author_removed"):
        refused = carol.api("PATCH", f"/reports/{old}", {"outcome": outcome})
        unknown = carol.api("PATCH", "/reports/nothing", {"outcome": outcome})
        assert (refused.status_code, refused.data) == (404, unknown.data)
    assert ada.api("PATCH", f"/reports/{old}", {"outcome": "dismissed"}).status_code == 200


def test_who_may_not_see_a_message_is_not_told_of_its_report(
    garden: Garden, ada: Person, bob: Person, carol: Person, past: Past
) -> None:
    other = said(bob, garden, "and this one?")
    ada.heard(), carol.heard()
    for message, hears in ((past.mine, False), (other, True)):
        assert ada.api("POST", f"/messages/{message['id']}/report", {}).status_code == 201
        assert bool(carol.heard("report_changed")) is hears
        assert ada.heard("report_changed")


def test_what_is_from_before_is_neither_unread_nor_a_mention(carol: Person, past: Past) -> None:
    """However far back Carol sets it. The old secret named her when she was there to see it."""
    back = carol.ask("set_read", {"room_id": past.garden.id, "seq": 0, "back": True})["data"]
    assert (back["read_seq"], back["unread"], back["mentions"]) == (0, 1, 1)
