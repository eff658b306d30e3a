"""Who is asking: what proves it, what doesn't, and one answer for all that doesn't."""

import uuid

import pytest
from flask import Flask

from app import identity
from app.actions import credentials
from app.errors import Unauthenticated
from app.extensions import db
from app.models import Credential
from app.models.columns import now
from tests.people import Person


def by_header(app: Flask, value: str, client=None):
    client = client or app.test_client(use_cookies=False)
    return client.get("/api/v1/me", headers={"Authorization": value})


def test_a_token_is_its_owner(app, ada, bob) -> None:
    for who in (ada, bob):
        assert by_header(app, f"Bearer {who.token}").get_json()["id"] == who.id


@pytest.mark.parametrize(
    "offered",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer pt_",
        "Bearer " + "x" * 10_000,
        "Bearer pt_" + "x" * 43,
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
        "Basic YWRhOnB3",
        "Token pt_x",
        "bearer\tpt_x",
    ],
    ids=lambda offered: offered[:24],
)
def test_whatever_is_no_token_is_one_answer(app, ada, offered) -> None:
    """BS9. With a cookie beside it, too: what is offered is the whole answer."""
    reference = by_header(app, "Bearer pt_nothing")
    for client in (None, ada.http):
        answer = by_header(app, offered, client)
        assert answer.status_code == 401
        assert answer.get_data() == reference.get_data()
    assert ada.http.get("/api/v1/me").status_code == 200


def test_a_sessions_secret_is_no_token_and_a_token_no_session(app, ada) -> None:
    with app.app_context():
        _, secret = credentials.open_session(ada.user(), remember=False, user_agent="")
    assert by_header(app, f"Bearer {secret}").status_code == 401
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = ada.token
        session["_fresh"] = True
    assert client.get("/api/v1/me").status_code == 401


def test_a_cookie_signed_with_the_right_key_and_an_unknown_secret_is_nobody(app, ada) -> None:
    """BS8: a leaked key alone opens nothing."""
    client = app.test_client()
    for forged in (ada.id, "ada", uuid.uuid4().hex, "", None, 7, ["x"]):
        with client.session_transaction() as session:
            session["_user_id"] = forged
        assert client.get("/api/v1/me").status_code == 401


def test_a_cookie_signed_with_another_key_is_nobody(app, make_app, ada) -> None:
    from pydantic import SecretStr

    other = make_app(secret_key=SecretStr("another-key-of-more-than-thirty-two-bytes-entirely"))
    foreign = Person(other, ada.id, "ada", "")
    assert foreign.http.get("/api/v1/me").status_code == 200
    client = app.test_client()
    for cookie in foreign.http._cookies.values():
        client.set_cookie(cookie.key, cookie.value)
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("why", ["revoked", "expired", "disabled"])
def test_what_ended_proves_nothing_any_longer(app, ada, why) -> None:
    assert by_header(app, f"Bearer {ada.token}").status_code == 200
    with app.app_context():
        db.begin_write()
        [credential] = db.session.query(Credential).filter_by(kind="token")
        if why == "revoked":
            credential.end("revoked")
        elif why == "expired":
            credential.expires_at = now()
        else:
            credential.user.disabled_at = now()
        db.session.commit()
    assert by_header(app, f"Bearer {ada.token}").status_code == 401


def test_a_cookie_changes_nothing_without_its_csrf_token(app, ada) -> None:
    rename = {"json": {"display_name": "Countess"}}
    assert ada.http.patch("/api/v1/me", **rename).status_code == 400
    assert ada.http.patch("/api/v1/me", **rename, headers={"X-CSRFToken": "forged"}).status_code == 400
    assert ada.http.patch("/api/v1/me", **rename, headers={"X-CSRFToken": ada.csrf()}).status_code == 200


def test_use_is_noted_at_most_once_a_minute(app, ada) -> None:
    token = ada.token
    with app.app_context():
        db.begin_write()
        [credential] = db.session.query(Credential).filter_by(kind="token")
        credential.last_used_at = now() - identity.LAST_USED * 2
        db.session.commit()
        stale = credential.last_used_at
    by_header(app, f"Bearer {token}")
    with app.app_context():
        [noted] = (each.last_used_at for each in db.session.query(Credential).filter_by(kind="token"))
    by_header(app, f"Bearer {token}")
    with app.app_context():
        [again] = (each.last_used_at for each in db.session.query(Credential).filter_by(kind="token"))
    assert stale < noted == again


def test_nobody_is_nobody(app) -> None:
    with app.test_request_context(), pytest.raises(Unauthenticated):
        identity.acting_user()
    with app.app_context():
        for secret in ("", "pt_", "x", "pt_" + "x" * 200, "pt_\ud800"):
            with pytest.raises(Unauthenticated):
                identity.by_token(secret)
