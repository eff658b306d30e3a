"""Members by REST: who is there, roles, removing, leaving."""

import pytest
from flask import Flask

from tests import stored
from tests.api.test_rooms import say
from tests.conftest import Garden
from tests.people import Person


def at(garden: Garden, person: Person | None = None, query: str = "") -> str:
    """The path of a room's members, or of one of them."""
    return f"/rooms/{garden.id}/members" + (f"/{person.id}{query}" if person else query)


def test_members_are_listed_by_name_with_who_is_here(garden: Garden, ada: Person, bob: Person) -> None:
    assert bob.socket.connected
    page = ada.api("GET", at(garden)).get_json()

    assert page["next"] is None
    assert [(each["user"]["username"], each["role"], each["online"]) for each in page["items"]] == [
        ("ada", "owner", False),
        ("bob", "member", True),
    ]


def test_nothing_of_a_person_is_shown_but_what_others_may_know(
    garden: Garden, ada: Person, bob: Person
) -> None:
    bob.http.get("/account")
    text = ada.api("GET", at(garden)).get_data(as_text=True) + bob.api("GET", "/me").get_data(as_text=True)
    [_, person] = ada.api("GET", at(garden)).get_json()["items"]

    assert set(person) == {"user", "role", "joined_at", "online", "muted_until"}
    assert set(person["user"]) == {"id", "username", "display_name", "avatar_url", "bot"}
    for secret in ("argon2", "hash", "pt_", "127.0.0.1", bob.token, "password"):
        assert secret not in text


def test_an_owner_gives_a_role_and_everybody_hears_it(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    bob.heard(), mallory.heard()
    changed = ada.api("PATCH", at(garden, bob), {"role": "moderator"}).get_json()

    assert changed["role"] == "moderator"
    [(event, fact)] = bob.heard()
    assert (event, fact["member"]["role"]) == ("member_changed", "moderator")
    assert mallory.heard() == []


def test_a_member_does_nothing_that_is_an_owners(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    assert bob.token
    bob.heard()
    before = stored.rows(app)
    for method, path, body in (
        ("PATCH", at(garden, bob), {"role": "owner"}),
        ("PATCH", at(garden, ada), {"role": "member"}),
        ("DELETE", at(garden, ada), None),
        ("DELETE", at(garden, bob), None),
        ("POST", f"/rooms/{garden.id}/invites/rotate", None),
        ("PATCH", f"/rooms/{garden.id}", {"title": "Mine"}),
        ("DELETE", f"/rooms/{garden.id}", None),
    ):
        answer = bob.api(method, path, body)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden"), path
    assert stored.rows(app) == before
    assert bob.heard() == []


@pytest.mark.parametrize("role", ["", "admin", "Owner", None, 1, ["owner"]], ids=ascii)
def test_a_role_that_is_none_is_refused(
    app: Flask, garden: Garden, ada: Person, bob: Person, role: object
) -> None:
    assert ada.token
    before = stored.rows(app)

    assert ada.api("PATCH", at(garden, bob), {"role": role}).status_code == 422
    assert stored.rows(app) == before


def test_a_demoted_owner_is_refused_at_once(garden: Garden, ada: Person, bob: Person) -> None:
    assert ada.api("PATCH", at(garden, bob), {"role": "owner"}).status_code == 200
    assert bob.api("PATCH", f"/rooms/{garden.id}", {"title": "Both"}).status_code == 200
    assert ada.api("PATCH", at(garden, bob), {"role": "member"}).status_code == 200

    assert bob.api("PATCH", f"/rooms/{garden.id}", {"title": "Mine"}).status_code == 403
    assert bob.api("DELETE", at(garden, ada)).status_code == 403


def test_a_removed_member_is_out_everywhere(garden: Garden, ada: Person, bob: Person) -> None:
    said = say(bob, garden, "before")
    assert bob.api("GET", f"/rooms/{garden.id}").status_code == 200
    bob.heard(), ada.heard()
    assert ada.api("DELETE", at(garden, bob)).status_code == 204
    assert bob.heard() == [("room_removed", {"room_id": garden.id, "reason": "removed"})]
    [(event, fact)] = ada.heard()
    assert (event, fact["by"]["username"], fact["banned"]) == ("member_removed", "ada", False)
    say(ada, garden, "after")

    assert bob.heard() == []
    for path in ("", "/messages", "/members", "/invites"):
        assert bob.api("GET", f"/rooms/{garden.id}{path}").status_code == 404
        assert bob.by_cookie("GET", f"/rooms/{garden.id}{path}").status_code == 404
    assert bob.http.get(garden.path).status_code == 404
    assert bob.api("PUT", f"/rooms/{garden.id}/read", {"seq": said["seq"]}).status_code == 404
    assert bob.ask("set_typing", {"room_id": garden.id, "typing": True})["error"]["code"] == "not_found"
    assert bob.ask("sync", {"rooms": {garden.id: 0}})["data"]["removed"] == [garden.id]
    assert bob.api("POST", "/sync", {"rooms": {garden.id: 0}}).get_json()["removed"] == [garden.id]


def test_a_removed_member_comes_back_by_a_new_link_only(garden: Garden, ada: Person, bob: Person) -> None:
    ada.api("DELETE", at(garden, bob))

    assert bob.api("POST", f"/join/{garden.token}").status_code == 404
    fresh = ada.api("POST", f"/rooms/{garden.id}/invites/rotate").get_json()
    assert bob.api("POST", f"/join/{garden.token}").status_code == 404
    assert bob.api("POST", f"/join/{fresh['token']}").status_code == 200


def test_a_banned_member_comes_back_by_no_link(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    ada.heard()
    assert ada.api("DELETE", at(garden, bob, "?ban=true")).status_code == 204
    assert [fact["banned"] for _, fact in ada.heard("member_removed")] == [True]
    fresh = ada.api("POST", f"/rooms/{garden.id}/invites/rotate").get_json()

    assert bob.api("POST", f"/join/{fresh['token']}").status_code == 404
    assert mallory.api("POST", f"/join/{fresh['token']}").status_code == 200


def test_a_ban_that_is_neither_yes_nor_no_removes_nobody(garden: Garden, ada: Person, bob: Person) -> None:
    assert ada.api("DELETE", at(garden, bob, "?ban=maybe")).status_code == 422
    assert bob.api("GET", f"/rooms/{garden.id}").status_code == 200


def test_who_leaves_is_out_and_those_who_stay_hear_it(garden: Garden, ada: Person, bob: Person) -> None:
    ada.heard(), bob.heard()
    assert bob.api("DELETE", at(garden, query="/me")).status_code == 204

    assert [event for event, _ in ada.heard()] == ["member_left"]
    assert bob.heard() == [("room_removed", {"room_id": garden.id, "reason": "left"})]
    assert bob.api("GET", f"/rooms/{garden.id}").status_code == 404
    assert bob.api("POST", f"/join/{garden.token}").status_code == 200


def test_a_room_is_never_without_an_owner(app: Flask, garden: Garden, ada: Person, bob: Person) -> None:
    assert ada.token
    before = stored.rows(app)
    for method, path, body in (
        ("DELETE", at(garden, query="/me"), None),
        ("PATCH", at(garden, ada), {"role": "member"}),
    ):
        answer = ada.api(method, path, body)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    assert ada.api("DELETE", at(garden, ada)).status_code == 403
    assert stored.rows(app) == before

    ada.api("PATCH", at(garden, bob), {"role": "owner"})
    assert ada.api("DELETE", at(garden, query="/me")).status_code == 204


def test_who_is_in_no_room_here_is_no_member(garden: Garden, ada: Person, mallory: Person) -> None:
    assert ada.api("DELETE", at(garden, mallory)).status_code == 404
    assert ada.api("PATCH", at(garden, mallory), {"role": "owner"}).status_code == 404
