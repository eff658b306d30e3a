"""Who came by a link, putting them out together and letting them back, and knocking; asked as programs ask."""

from datetime import timedelta

import pytest
from flask import Flask

from app.models import purge as purges
from app.models.columns import now
from tests import stored
from tests.conftest import Garden, person
from tests.people import Person


def made(garden: Garden, who: Person, **bounds: object) -> dict[str, str]:
    """One more link."""
    answer = who.api("POST", f"/rooms/{garden.id}/invites", bounds)
    assert answer.status_code == 201, answer.data
    return dict(answer.get_json())


def joins(link: dict[str, str], *people: Person) -> None:
    """Let these come by a link."""
    for who in people:
        assert who.api("POST", f"/join/{link['token']}").status_code == 200


def refusals(answer: object) -> tuple[int, str]:
    """How it was refused."""
    return answer.status_code, answer.get_json()["code"]  # type: ignore[attr-defined]


def inside(garden: Garden, ada: Person) -> list[str]:
    """Who is in the room."""
    found = ada.api("GET", f"/rooms/{garden.id}/members").get_json()["items"]
    return [each["user"]["username"] for each in found]


@pytest.fixture
def crowd(app: Flask) -> list[Person]:
    """Three who come by a link that got about."""
    return [person(app, name) for name in ("carol", "dave", "erin")]


class TestPurges:
    """Everybody out who came by one link, and back."""

    def test_it_is_seen_before_done_to_all_and_undone_exactly(
        self, garden: Garden, ada: Person, bob: Person, crowd: list[Person]
    ) -> None:
        link = made(garden, ada, label="for the fair")
        joins(link, *crowd)
        carol, dave, erin = crowd
        said = carol.say(garden.id)["data"]["message"]["seq"]
        dave.api("PUT", f"/rooms/{garden.id}/read", {"seq": said})
        read = [each.api("GET", f"/rooms/{garden.id}").get_json()["read_seq"] for each in crowd]
        came = ada.api("GET", f"/invites/{link['id']}/members").get_json()["items"]
        assert sorted(each["user"]["username"] for each in came) == ["carol", "dave", "erin"]
        for each in (*crowd, bob):
            each.heard()

        done = ada.api("POST", f"/invites/{link['id']}/purge", {}).get_json()
        assert done["count"] == 3
        assert inside(garden, ada) == ["ada", "bob"]
        assert [event for event, _ in bob.heard()] == ["member_removed"] * 3
        for each in crowd:
            assert each.heard("room_removed") == [
                ("room_removed", {"room_id": garden.id, "reason": "removed"})
            ]
            assert each.api("POST", f"/join/{link['token']}").status_code == 404
            assert each.api("GET", f"/rooms/{garden.id}").status_code == 404

        assert ada.api("POST", f"/purges/{done['id']}/undo").get_json() == {"count": 3}
        assert inside(garden, ada) == ["ada", "bob", "carol", "dave", "erin"]
        assert read == [each.api("GET", f"/rooms/{garden.id}").get_json()["read_seq"] for each in crowd]
        assert [fact["room"]["id"] for _, fact in carol.heard("room_added")] == [garden.id]
        assert [event for event, _ in bob.heard()] == ["member_joined"] * 3
        assert erin.say(garden.id)["ok"]
        assert refusals(ada.api("POST", f"/purges/{done['id']}/undo")) == (409, "conflict")
        assert garden.id and bob.api("GET", f"/join/{link['token']}").status_code == 404

    def test_since_when_and_whom_one_outranks(
        self, garden: Garden, ada: Person, bob: Person, crowd: list[Person]
    ) -> None:
        link = made(garden, ada)
        joins(link, *crowd)
        for who, role in ((bob, "moderator"), (crowd[0], "moderator")):
            ada.api("PATCH", f"/rooms/{garden.id}/members/{who.id}", {"role": role})
        later = (now() + timedelta(minutes=1)).isoformat()
        assert bob.api("POST", f"/invites/{link['id']}/purge", {"since": later}).get_json()["count"] == 0
        earlier = (now() - timedelta(minutes=1)).isoformat()
        done = bob.api("POST", f"/invites/{link['id']}/purge", {"since": earlier}).get_json()
        assert done["count"] == 2
        assert inside(garden, ada) == ["ada", "bob", "carol"]

    def test_who_was_banned_or_came_back_since_is_left_as_they_are(
        self, garden: Garden, ada: Person, crowd: list[Person]
    ) -> None:
        link = made(garden, ada)
        joins(link, *crowd)
        carol, dave, _ = crowd
        done = ada.api("POST", f"/invites/{link['id']}/purge", {}).get_json()
        other = made(garden, ada, history="none")
        joins(other, carol, dave)
        ada.api("DELETE", f"/rooms/{garden.id}/members/{dave.id}?ban=true")
        assert ada.api("POST", f"/purges/{done['id']}/undo").get_json() == {"count": 1}
        assert inside(garden, ada) == ["ada", "bob", "carol", "erin"]
        came = ada.api("GET", f"/invites/{other['id']}/members").get_json()["items"]
        assert sorted(each["user"]["username"] for each in came) == ["carol", "dave"]

    def test_a_moderator_is_let_back_as_one(self, garden: Garden, ada: Person, crowd: list[Person]) -> None:
        link = made(garden, ada)
        joins(link, crowd[0])
        ada.api("PATCH", f"/rooms/{garden.id}/members/{crowd[0].id}", {"role": "moderator"})
        done = ada.api("POST", f"/invites/{link['id']}/purge", {}).get_json()
        ada.api("POST", f"/purges/{done['id']}/undo")
        assert crowd[0].api("GET", f"/rooms/{garden.id}").get_json()["role"] == "moderator"

    def test_after_ten_minutes_it_stands(
        self, garden: Garden, ada: Person, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = made(garden, ada)
        joins(link, *crowd)
        done = ada.api("POST", f"/invites/{link['id']}/purge", {}).get_json()
        monkeypatch.setattr(purges, "now", lambda: now() + timedelta(seconds=601))
        assert refusals(ada.api("POST", f"/purges/{done['id']}/undo")) == (409, "conflict")
        assert inside(garden, ada) == ["ada", "bob"]

    def test_it_is_the_moderators(
        self, app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person, crowd: list[Person]
    ) -> None:
        link = made(garden, bob)
        joins(link, *crowd)
        gone = ada.api("POST", f"/invites/{made(garden, ada)['id']}/purge", {}).get_json()
        assert bob.token and mallory.token
        before = stored.rows(app)
        for method, path in (
            ("GET", f"/invites/{link['id']}/members"),
            ("POST", f"/invites/{link['id']}/purge"),
            ("POST", f"/purges/{gone['id']}/undo"),
        ):
            assert refusals(bob.api(method, path)) == (403, "forbidden")
            assert refusals(mallory.api(method, path)) == (404, "not_found")
        for since in ("yesterday", 5, "2026-11-22", "2026-11-22T10:00:00"):
            answer = ada.api("POST", f"/invites/{link['id']}/purge", {"since": since})
            assert answer.status_code == 422, since
        assert stored.rows(app) == before


class TestKnocking:
    """A link that asks first."""

    def test_who_knocks_waits_and_is_let_in(
        self, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        link = made(garden, ada, asks_first=True, max_uses=1)
        assert mallory.api("GET", f"/join/{link['token']}").get_json()["asks_first"]
        ada.heard(), bob.heard(), mallory.heard()
        asked = mallory.api("POST", f"/join/{link['token']}")
        assert (asked.status_code, asked.get_json()["knock"]["state"]) == (202, "waiting")
        [(event, fact)] = ada.heard()
        assert (event, fact["knock"]["user"]["username"]) == ("knock_changed", "mallory")
        assert bob.heard() == [] and mallory.heard() == []
        assert mallory.api("GET", f"/rooms/{garden.id}").status_code == 404
        assert mallory.api("POST", f"/join/{link['token']}").status_code == 202
        assert ada.heard() == []

        [knock] = ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"]
        let_in = ada.api("POST", f"/knocks/{knock['id']}/approve")
        assert (let_in.status_code, let_in.get_json()["user"]["username"]) == (200, "mallory")
        assert [event for event, _ in bob.heard()] == ["member_joined"]
        assert "room_added" in [event for event, _ in mallory.heard()]
        assert ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"] == []
        assert ada.api("POST", f"/knocks/{knock['id']}/approve").status_code == 200
        assert mallory.say(garden.id)["ok"]

    def test_who_is_turned_away_needs_a_newer_link(
        self, garden: Garden, ada: Person, mallory: Person
    ) -> None:
        link = made(garden, ada, asks_first=True)
        knock = mallory.api("POST", f"/join/{link['token']}").get_json()["knock"]
        ada.heard()
        assert ada.api("POST", f"/knocks/{knock['id']}/deny").status_code == 204
        assert ada.api("POST", f"/knocks/{knock['id']}/deny").status_code == 204
        assert [fact["knock"]["state"] for _, fact in ada.heard()] == ["denied"]
        assert mallory.api("POST", f"/join/{link['token']}").status_code == 404
        assert refusals(ada.api("POST", f"/knocks/{knock['id']}/approve")) == (409, "conflict")
        newer = made(garden, ada, asks_first=True)
        assert mallory.api("POST", f"/join/{newer['token']}").status_code == 202

    def test_a_link_that_ended_meanwhile_lets_nobody_in(
        self, app: Flask, garden: Garden, ada: Person, mallory: Person, crowd: list[Person]
    ) -> None:
        link = made(garden, ada, asks_first=True, max_uses=1)
        first, second = [
            each.api("POST", f"/join/{link['token']}").get_json()["knock"]["id"] for each in crowd[:2]
        ]
        assert ada.api("POST", f"/knocks/{first}/approve").status_code == 200
        assert refusals(ada.api("POST", f"/knocks/{second}/approve")) == (409, "conflict")
        assert inside(garden, ada) == ["ada", "bob", "carol"]

    @pytest.mark.parametrize("way", ["close", "rotate", "purge"])
    def test_who_waits_by_a_link_that_is_closed_waits_no_more_and_may_knock_by_another(
        self, way: str, garden: Garden, ada: Person, mallory: Person
    ) -> None:
        link = made(garden, ada, asks_first=True)
        mallory.api("POST", f"/join/{link['token']}")
        method, path = {
            "close": ("DELETE", f"/invites/{link['id']}"),
            "rotate": ("POST", f"/rooms/{garden.id}/invites/rotate"),
            "purge": ("POST", f"/invites/{link['id']}/purge"),
        }[way]
        assert ada.api(method, path, {} if way == "purge" else None).status_code in {200, 201, 204}
        assert ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"] == []
        assert "Not this time" in mallory.http.get(f"/join/{link['token']}/waiting").text
        ada.heard()
        newer = made(garden, ada, asks_first=True)
        assert mallory.api("POST", f"/join/{newer['token']}").status_code == 202
        assert "knock_changed" in [event for event, _ in ada.heard()]
        [knock] = ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"]
        assert ada.api("POST", f"/knocks/{knock['id']}/approve").status_code == 200

    def test_the_door_is_the_moderators(
        self, app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person, crowd: list[Person]
    ) -> None:
        link = made(garden, ada, asks_first=True)
        knock = crowd[0].api("POST", f"/join/{link['token']}").get_json()["knock"]["id"]
        assert bob.token and mallory.token
        before = stored.rows(app)
        for method, path in (
            ("GET", f"/rooms/{garden.id}/knocks"),
            ("POST", f"/knocks/{knock}/approve"),
            ("POST", f"/knocks/{knock}/deny"),
        ):
            assert refusals(bob.api(method, path)) == (403, "forbidden")
            assert refusals(mallory.api(method, path)) == (404, "not_found")
            assert refusals(crowd[0].api(method, path)) == (404, "not_found")
        assert stored.rows(app) == before

    def test_who_knocks_again_by_another_link_waits_there_and_is_let_in_by_that_one(
        self, garden: Garden, ada: Person, mallory: Person
    ) -> None:
        first = made(garden, ada, asks_first=True)
        mallory.api("POST", f"/join/{first['token']}")
        second = made(garden, ada, asks_first=True, label="At the gate")
        assert mallory.api("POST", f"/join/{second['token']}").status_code == 202
        for link in (first, second):
            assert "You knocked" in mallory.http.get(f"/join/{link['token']}/waiting").text
        ada.api("DELETE", f"/invites/{first['id']}")
        [knock] = ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"]
        assert knock["link"] == "At the gate"
        assert ada.api("POST", f"/knocks/{knock['id']}/approve").status_code == 200

    @pytest.mark.parametrize("way", ["another link", "undo"])
    def test_who_came_in_by_another_way_waits_no_more(
        self, way: str, garden: Garden, ada: Person, mallory: Person
    ) -> None:
        open_link = made(garden, ada)
        if way == "undo":
            joins(open_link, mallory)
            purge = ada.api("POST", f"/invites/{open_link['id']}/purge", {}).get_json()
        mallory.api("POST", f"/join/{made(garden, ada, asks_first=True)['token']}")
        [knock] = ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"]
        ada.heard()
        if way == "undo":
            assert ada.api("POST", f"/purges/{purge['id']}/undo").status_code == 200
        else:
            joins(open_link, mallory)
        told = [fact["knock"]["state"] for event, fact in ada.heard() if event == "knock_changed"]
        assert told == ["approved"]
        assert ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"] == []
        assert ada.api("POST", f"/knocks/{knock['id']}/deny").status_code == 204
        assert mallory.say(garden.id)["ok"]

    def test_whose_account_is_gone_waits_no_more(self, garden: Garden, ada: Person, mallory: Person) -> None:
        knock = mallory.api("POST", f"/join/{made(garden, ada, asks_first=True)['token']}").get_json()[
            "knock"
        ]
        gone = mallory.api("DELETE", "/me", {"current": mallory.password, "messages": "keep"})
        assert gone.status_code == 204, gone.data
        assert ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"] == []
        assert refusals(ada.api("POST", f"/knocks/{knock['id']}/approve")) == (409, "conflict")
        assert inside(garden, ada) == ["ada", "bob"]

    def test_who_was_banned_does_not_even_knock(self, garden: Garden, ada: Person, bob: Person) -> None:
        ada.api("DELETE", f"/rooms/{garden.id}/members/{bob.id}?ban=true")
        link = made(garden, ada, asks_first=True)
        nothing = bob.api("POST", "/join/no-such-link")
        answer = bob.api("POST", f"/join/{link['token']}")
        assert (answer.status_code, answer.data) == (404, nothing.data)


def test_what_is_done_with_links_is_in_the_rooms_history(garden: Garden, ada: Person, bob: Person) -> None:
    link = made(garden, bob, label="for Carol")
    bob.heard()
    ada.api("DELETE", f"/invites/{link['id']}")
    ada.api("POST", f"/rooms/{garden.id}/invites/rotate")
    assert [(event, fact["room"]) for event, fact in bob.heard()] == [("room_changed", {})] * 2
    done = ada.api("GET", f"/rooms/{garden.id}/audit").get_json()["items"]
    assert [(each["actor"]["username"], each["detail"]["did"]) for each in done[:3]] == [
        ("ada", "links_replaced"),
        ("ada", "link_closed"),
        ("bob", "link_made"),
    ]
