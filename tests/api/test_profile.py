"""Me, by REST."""

import pytest
from flask import Flask

from tests import stored
from tests.conftest import PASSWORD, Garden
from tests.people import Person


def test_i_am_who_others_see(ada: Person) -> None:
    assert ada.api("GET", "/me").get_json() == {
        "id": ada.id,
        "username": "ada",
        "display_name": "ada",
        "avatar_url": None,
        "bot": False,
    }


def test_a_display_name_is_kept_as_it_is_read(ada: Person) -> None:
    changed = ada.api("PATCH", "/me", {"display_name": "  Ada   of\tLovelace "}).get_json()

    assert changed["display_name"] == "Ada of Lovelace"
    assert ada.by_cookie("GET", "/me").get_json() == changed


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 41, "a\0b", "\ud800", 7, None, ["ada"]], ids=ascii)
def test_a_display_name_that_cannot_be_shown_is_refused(app: Flask, ada: Person, name: object) -> None:
    before = stored.rows(app) if ada.token else {}
    answer = ada.api("PATCH", "/me", {"display_name": name})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert stored.rows(app) == before


NEW = "another horse, another battery"


@pytest.mark.parametrize("door", ["api", "by_cookie"])
def test_another_password_ends_everything_but_what_asked_for_it(
    app: Flask, ada: Person, bob: Person, door: str
) -> None:
    lost, heard_by_bob = ada.connect(), bob.connect()
    ask = getattr(ada, door)
    answer = ask("PUT", "/me/password", {"current": PASSWORD, "password": NEW})

    assert (answer.status_code, answer.data) == (204, b"")
    assert ask("GET", "/me").status_code == 200
    assert lost.heard("session_ended") == [("session_ended", {"reason": "revoked"})]
    assert not lost.connected
    assert heard_by_bob.connected and heard_by_bob.heard() == []
    assert [sign_in(app, password) for password in (PASSWORD, NEW)] == [401, 201]


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"current": "not my password", "password": NEW}, 403, "current"),
        ({"current": PASSWORD, "password": "short"}, 422, "password"),
        ({"current": PASSWORD, "password": "1234567890"}, 422, "password"),
        ({"current": PASSWORD}, 422, "password"),
        ({"password": NEW}, 422, "current"),
        ({"current": 7, "password": NEW}, 422, "current"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_password_that_may_not_be_is_told_at_its_field(
    app: Flask, ada: Person, body: dict[str, object], status: int, path: str
) -> None:
    before = stored.rows(app, but="attempts") if ada.token else {}
    answer = ada.api("PUT", "/me/password", body)

    assert answer.status_code == status
    assert [each["path"] for each in answer.get_json()["errors"]] == [path]
    assert stored.rows(app, but="attempts") == before
    assert sign_in(app, PASSWORD) == 201


@pytest.mark.parametrize("messages", ["keep", "erase"])
@pytest.mark.parametrize("door", ["api", "by_cookie"])
def test_an_account_is_deleted_with_or_without_what_was_said(
    app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person, door: str, messages: str
) -> None:
    bob.say(garden.id, "good-bye")
    bobs = bob.socket
    assert bob.api("GET", "/me").status_code == 200
    ada.heard(), mallory.heard()
    answer = getattr(bob, door)("DELETE", "/me", {"current": PASSWORD, "messages": messages})

    assert (answer.status_code, answer.data) == (204, b"")
    assert not bobs.connected
    assert bob.api("GET", "/me").status_code == 401
    [said] = ada.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"]
    assert said["author"] is None
    assert said["text"] == ("good-bye" if messages == "keep" else "")
    told = [event for event, _ in ada.heard()]
    assert told == ["member_left"] + ["message_deleted"] * (messages == "erase")
    assert mallory.heard() == []


def test_an_account_is_not_deleted_without_its_password(app: Flask, garden: Garden, ada: Person) -> None:
    before = stored.rows(app, but="attempts") if ada.token else {}
    refused = ada.api("DELETE", "/me", {"current": "not my password"})
    junk = [ada.api("DELETE", "/me", body) for body in ({}, {"current": PASSWORD, "messages": "burn"})]

    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")
    assert [each.status_code for each in junk] == [422, 422]
    assert stored.rows(app, but="attempts") == before
    assert ada.api("GET", "/me").status_code == 200


def test_guesses_at_a_password_count_together_with_failed_sign_ins(app: Flask, ada: Person) -> None:
    wrong = {"current": "not my password"}
    tried = [ada.api("PUT", "/me/password", {**wrong, "password": NEW}).status_code for _ in "123"]
    tried += [ada.api("DELETE", "/me", wrong).status_code for _ in "12"]

    assert tried == [403] * 5
    assert ada.api("DELETE", "/me", {"current": PASSWORD}).status_code == 429
    assert sign_in(app, PASSWORD) == 429


def sign_in(app: Flask, password: str) -> int:
    """Ada, by name and password, from the same address as everybody; the status."""
    body = {"username": "ada", "password": password}
    return app.test_client().post("/api/v1/tokens", json=body).status_code
