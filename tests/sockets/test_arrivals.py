"""Those who come in one turn of the hub: let in together, or left to be decided one by one."""

import pytest

from app import dispatch, limits, presence, proofs
from app.channels import NAMESPACE, user_channel
from app.extensions import db, socketio
from app.models import Credential
from app.models.columns import now
from app.sockets import arrivals


@pytest.fixture
def at_the_door():
    """A new sid, as the engine gives one before it asks."""
    made: list[str] = []

    def come() -> str:
        sid = socketio.server.manager.pre_connect(f"line {len(made)}", NAMESPACE)
        made.append(sid)
        return str(sid)

    yield come
    for sid in made:
        dispatch.forget(sid)
        presence.depart(sid)
        socketio.server.manager.disconnect(sid, NAMESPACE, ignore_queue=True)


def welcomed(app, *asks) -> list[bool]:
    with app.app_context():
        return [notes is not None for notes in arrivals.welcome(list(asks))]


def test_each_hears_their_own_rooms_and_nobody_elses(app, garden, ada, mallory, at_the_door) -> None:
    first, second = at_the_door(), at_the_door()
    tokens = ada.make_token("read"), mallory.make_token("read", "write")
    assert welcomed(app, (first, {"token": tokens[0]}), (second, {"token": tokens[1], "v": "1"})) == [
        True,
        True,
    ]
    assert (presence.socket(first).user_id, presence.socket(second).user_id) == (ada.id, mallory.id)
    assert dispatch.listeners(garden.id) == {first}
    rooms = socketio.server.manager.rooms[NAMESPACE]
    assert set(rooms[user_channel(ada.id)]) == {first}
    assert set(rooms[user_channel(mallory.id)]) == {second}


def test_what_proves_nothing_is_left_and_the_others_come_in(app, garden, ada, bob, at_the_door) -> None:
    good, ended, expired, narrow = (bob.make_token(scope) for scope in ("read", "read", "read", "write"))
    with app.app_context():
        db.begin_write()
        for secret, change in ((ended, "ended_at"), (expired, "expires_at")):
            setattr(db.session.scalar(Credential.by_secret(secret, "token")), change, now())
        db.session.commit()
    junk = [None, {}, "x", [good], {"token": 1}, {"token": "pt_" + "x" * 200}, {"token": "pt_unknown"}]
    junk += [
        {"token": good, "more": "1"},
        {"token": good, "v": "2"},
        {"token": good, "v": ["1"]},
        {"csrf": good},
    ]
    junk += [{"token": secret} for secret in (ended, expired, narrow)]
    asks = [(at_the_door(), auth) for auth in [*junk, {"token": good}]]
    assert welcomed(app, *asks) == [False] * len(junk) + [True]
    assert presence.sids_of_user(bob.id) == (asks[-1][0],)


def test_who_is_disabled_is_left(app, garden, bob, at_the_door) -> None:
    token = bob.make_token("read")
    ask = at_the_door(), {"token": token}
    with app.app_context():
        db.begin_write()
        bob.user().disabled_at = now()
        db.session.commit()
    assert welcomed(app, ask) == [False]
    with app.app_context():
        db.begin_write()
        bob.user().disabled_at = None
        db.session.commit()
    assert welcomed(app, ask) == [True]


def test_more_than_one_session_may_have_are_left(app, garden, ada, at_the_door) -> None:
    token = ada.make_token("read")
    asks = [(at_the_door(), {"token": token}) for _ in range(limits.SOCKETS_PER_SESSION + 1)]
    assert welcomed(app, *asks) == [True] * limits.SOCKETS_PER_SESSION + [False]
    assert len(presence.sids_of_user(ada.id)) == limits.SOCKETS_PER_SESSION


def test_who_left_meanwhile_hears_nothing(app, garden, ada, bob, at_the_door, monkeypatch) -> None:
    """A removal that was told after membership was read: nobody is let in by what was read before it."""
    monkeypatch.setattr(dispatch, "hear", lambda sid, heads: False)
    sid = at_the_door()
    assert welcomed(app, (sid, {"token": bob.make_token("read")})) == [False]
    assert presence.socket(sid) is None


def test_the_use_of_tokens_is_noted_once_a_minute(app, ada, at_the_door) -> None:
    token = ada.make_token("read")

    def used():
        with app.app_context():
            return db.session.scalar(Credential.by_secret(token, "token")).last_used_at

    with app.app_context():
        db.begin_write()
        db.session.scalar(Credential.by_secret(token, "token")).last_used_at -= 2 * proofs.LAST_USED
        db.session.commit()
    before = used()
    assert welcomed(app, (at_the_door(), {"token": token})) == [True]
    noted = used()
    assert noted - before >= proofs.LAST_USED
    assert welcomed(app, (at_the_door(), {"token": token})) == [True]
    assert used() == noted
