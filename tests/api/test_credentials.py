"""Registering, signing devices in and out, by REST."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.actions import credentials
from app.extensions import db
from app.models import Credential, User
from app.models.columns import now
from tests import stored
from tests.conftest import PASSWORD, Garden
from tests.people import Person

CAROL = {"username": "carol", "password": "a long enough password"}


def ask(app: Flask, token: str, path: str = "/me", method: str = "GET", body: object = None) -> Any:
    """Ask with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().open("/api/v1" + path, method=method, json=body, headers=headers)


def test_registering_signs_the_device_in(app: Flask, http: FlaskClient) -> None:
    answer = http.post("/api/v1/users", json={**CAROL, "device_name": "Carol's phone"})
    issued = answer.get_json()

    assert answer.status_code == 201
    assert issued["user"]["username"] == "carol"
    assert (issued["name"], issued["scopes"]) == ("Carol's phone", ["read", "write"])
    assert issued["token"].startswith("pt_")
    assert ask(app, issued["token"]).get_json() == issued["user"]
    assert "Set-Cookie" not in answer.headers


def test_a_name_that_looks_like_one_that_is_taken_is_taken(
    app: Flask, http: FlaskClient, ada: Person
) -> None:
    before = stored.rows(app)
    answer = http.post("/api/v1/users", json={**CAROL, "username": "аdа"})  # Cyrillic

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert [each["path"] for each in answer.get_json()["errors"]] == ["username"]
    assert stored.rows(app) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "ab"},
        {"username": "x" * 33},
        {"username": "a\u202eb"},
        {"username": "carol\0"},
        {"username": "\ud800abc"},
        {"username": 7},
        {"username": None},
        {"password": "short"},
        {"password": "x" * 257},
        {"password": "qwertyuiop"},
        {"password": "carolcarol", "username": "carolcarol"},
        {"invite": "\ud800"},
        {"invite": "x" * 300},
        {"device_name": ""},
        {"device_name": "x" * 81},
    ],
    ids=ascii,
)
def test_what_is_not_acceptable_registers_nobody(
    app: Flask, http: FlaskClient, wrong: dict[str, Any]
) -> None:
    before = stored.rows(app)
    answer = http.post("/api/v1/users", json={**CAROL, **wrong})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["errors"]
    assert stored.rows(app) == before


def test_where_registration_is_closed_nobody_registers(make_app: Callable[..., Flask]) -> None:
    answer = make_app(registration="closed").test_client().post("/api/v1/users", json=CAROL)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")


def test_where_registration_needs_a_link_a_link_that_works_is_enough(
    make_app: Callable[..., Flask], garden: Garden
) -> None:
    http = make_app(registration="link").test_client()

    assert http.post("/api/v1/users", json=CAROL).status_code == 403
    assert http.post("/api/v1/users", json={**CAROL, "invite": "nothing"}).status_code == 403
    assert http.post("/api/v1/users", json={**CAROL, "invite": garden.token}).status_code == 201


def test_signing_in_gives_a_token_of_those_scopes(app: Flask, http: FlaskClient, ada: Person) -> None:
    body = {"username": "ADA", "password": PASSWORD, "device_name": "Script", "scopes": ["read"]}
    issued = http.post("/api/v1/tokens", json=body).get_json()

    assert issued["scopes"] == ["read"]
    assert issued["user"]["id"] == ada.id
    assert ask(app, issued["token"]).status_code == 200
    assert ask(app, issued["token"], "/rooms", "POST", {"title": "Mine"}).status_code == 403


def test_a_wrong_password_and_an_unknown_name_are_one_answer(http: FlaskClient, ada: Person) -> None:
    wrong = http.post("/api/v1/tokens", json={"username": "ada", "password": "not this one"})
    unknown = http.post("/api/v1/tokens", json={"username": "nobody", "password": "not this one"})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.data == unknown.data


def test_a_secret_is_shown_once(ada: Person) -> None:
    listed = ada.api("GET", "/tokens")

    assert len(listed.get_json()["items"]) == 1
    assert ada.token not in listed.get_data(as_text=True)
    assert "token" not in listed.get_json()["items"][0]


def test_tokens_and_sessions_are_listed_apart_and_the_one_that_asks_is_marked(ada: Person) -> None:
    ada.http.get("/account")
    by_token = {each["current"] for each in ada.api("GET", "/tokens").get_json()["items"]}
    assert by_token == {True}
    assert [each["current"] for each in ada.api("GET", "/sessions").get_json()["items"]] == [False]
    assert [each["current"] for each in ada.by_cookie("GET", "/sessions").get_json()["items"]] == [True]


def test_a_revoked_token_is_worth_nothing_and_its_sockets_are_closed(app: Flask, ada: Person) -> None:
    lost = ada.make_token("read", "write")
    socket = ada.connect(token=lost)
    other = ada.connect()
    current = {each["id"] for each in ask(app, lost, "/tokens").get_json()["items"] if each["current"]}

    assert ada.api("DELETE", f"/tokens/{current.pop()}").status_code == 204
    assert ("session_ended", {"reason": "revoked"}) in socket.heard()
    assert not socket.connected
    assert other.connected
    assert ask(app, lost).status_code == 401
    assert ada.api("GET", "/me").status_code == 200


def test_signing_out_ends_the_token_that_asks(app: Flask, ada: Person) -> None:
    reading = ada.make_token("read")
    socket = ada.connect(token=reading)

    assert ask(app, reading, "/tokens/current", "DELETE").status_code == 204
    assert ("session_ended", {"reason": "signed_out"}) in socket.heard()
    assert ask(app, reading).status_code == 401
    assert ada.api("GET", "/me").status_code == 200


def test_ending_the_sessions_keeps_the_one_that_asks_and_every_token(app: Flask, ada: Person) -> None:
    elsewhere = Person(app, ada.id, "ada", PASSWORD)
    assert elsewhere.by_cookie("GET", "/me").status_code == 200

    assert ada.by_cookie("DELETE", "/sessions").status_code == 204
    assert elsewhere.by_cookie("GET", "/me").status_code == 401
    assert ada.by_cookie("GET", "/me").status_code == 200
    assert ada.api("GET", "/me").status_code == 200


def test_a_session_is_ended_by_its_id(ada: Person) -> None:
    ada.http.get("/account")
    [session] = ada.api("GET", "/sessions").get_json()["items"]

    assert ada.api("GET", f"/sessions/{session['id']}").get_json() == session
    assert ada.api("DELETE", f"/sessions/{session['id']}").status_code == 204
    assert ada.by_cookie("GET", "/me").status_code == 401


NO_TOKEN = {
    "nothing": "",
    "no scheme": "pt_abc",
    "another scheme": "Basic YWRhOnBhc3N3b3Jk",
    "not ours": "Bearer abc",
    "jwt with alg none": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
    "10 kB": "Bearer pt_" + "x" * 10_000,
    "bare": "Bearer",
    "spaces": "Bearer   ",
    "another's prefix only": "Bearer pt_",
    "no text": "Bearer pt_\xff\xfe",
}


@pytest.mark.parametrize("offered", NO_TOKEN.values(), ids=NO_TOKEN.keys())
def test_what_is_no_token_gets_one_constant_answer_and_the_cookie_does_not_help(
    ada: Person, offered: str
) -> None:
    assert ada.by_cookie("GET", "/me").status_code == 200
    answer = ada.by_cookie("GET", "/me", headers={"Authorization": offered})

    assert answer.status_code == 401
    assert answer.get_json() == {
        "status": 401,
        "code": "unauthenticated",
        "title": "Sign in to do this.",
        "detail": "This token is not valid.",
    }


def test_a_session_is_no_token_and_a_token_is_no_session(app: Flask, ada: Person) -> None:
    with ada.http.session_transaction() as session:
        secret = session["_user_id"]
    assert ask(app, secret).status_code == 401
    assert ask(app, f"pt_{secret}").status_code == 401

    with ada.http.session_transaction() as session:
        session["_user_id"] = ada.token
    assert ada.http.get("/api/v1/me").status_code == 401
    assert ada.api("GET", "/me").status_code == 200


def test_the_scheme_is_read_in_any_case(app: Flask, ada: Person) -> None:
    headers = {"Authorization": f"bearer {ada.token}"}

    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 200


def test_an_expired_token_is_worth_nothing_and_its_socket_is_closed(app: Flask, ada: Person) -> None:
    token = ada.make_token("read", "write")
    with app.app_context():
        credential = db.session.scalars(Credential.by_secret(token, "token")).one()
        credential.expires_at = now() + timedelta(seconds=0.4)
        db.session.commit()
    socket = ada.connect(token=token)
    assert socket.connected and ask(app, token).status_code == 200

    time.sleep(0.5)
    with app.app_context():
        credentials.follow()
    assert ("session_ended", {"reason": "expired"}) in socket.heard()
    assert not socket.connected
    assert ask(app, token).status_code == 401


def test_what_another_process_ended_is_closed_here_too(app: Flask, ada: Person) -> None:
    token = ada.make_token("read", "write")
    socket = ada.connect(token=token)
    with app.app_context():
        db.session.scalars(Credential.by_secret(token, "token")).one().end("revoked")
        db.session.commit()
    assert socket.ask("heads", {"rooms": {}})["error"]["code"] == "unauthenticated"

    with app.app_context():
        credentials.follow()
    assert ("session_ended", {"reason": "revoked"}) in socket.heard()
    assert not socket.connected


def test_a_disabled_account_has_no_way_in(app: Flask, http: FlaskClient, ada: Person) -> None:
    assert ada.api("GET", "/me").status_code == 200
    assert ada.by_cookie("GET", "/me").status_code == 200
    with app.app_context():
        db.session.get_one(User, ada.id).disabled_at = now()
        db.session.commit()

    assert ada.api("GET", "/me").status_code == 401
    assert ada.by_cookie("GET", "/me").status_code == 401
    body = {"username": "ada", "password": PASSWORD}
    assert http.post("/api/v1/tokens", json=body).status_code == 401
