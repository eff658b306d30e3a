"""Sessions and tokens: what ends is worth nothing at once, and its sockets hear so and are closed."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import access, dispatch, limits, presence
from app.actions import accounts, credentials
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Credential
from app.models.columns import now
from tests.conftest import PASSWORD
from tests.everything import HERE, NEW_PASSWORD
from tests.people import Person, Socket


def open_two(ada: Person) -> tuple[Socket, Socket]:
    """Two sockets of Ada's, each by a token of its own."""
    return ada.connect(token=ada.make_token("read", "write")), ada.connect(
        token=ada.make_token("read", "write")
    )


def credential_of(socket: Socket) -> str:
    found = presence.socket(socket.sid)
    assert found is not None
    return found.credential_id


def test_an_ended_tokens_socket_hears_it_last_and_is_closed_and_the_others_stay(app, garden, ada) -> None:
    ending, staying = open_two(ada)
    sid = ending.sid
    with app.app_context():
        credentials.end(ada.user(), credential_of(ending), "token")
    assert ending.heard()[-1:] == [("session_ended", {"reason": "revoked"})]
    assert not ending.connected
    assert sid not in dispatch.listeners(garden.id)
    assert presence.socket(sid) is None
    assert staying.connected
    assert staying.heard("session_ended") == []
    assert staying.ask("heads", {"rooms": {}})["ok"]


def test_nothing_is_heard_after_the_end(app, garden, ada, bob) -> None:
    ending, _ = open_two(ada)
    with app.app_context():
        credentials.end(ada.user(), credential_of(ending), "token")
    ending.heard()
    bob.say(garden.id)
    assert ending.heard() == []


def test_signing_out_says_so(app, garden, ada) -> None:
    ending, staying = open_two(ada)
    with app.app_context():
        credentials.sign_out(db.session.get_one(Credential, credential_of(ending)))
    assert ending.heard("session_ended") == [("session_ended", {"reason": "signed_out"})]
    assert staying.connected


def test_what_another_process_ended_is_followed(app, garden, ada) -> None:
    ending, staying = open_two(ada)
    with app.app_context():
        db.begin_write()
        db.session.get_one(Credential, credential_of(ending)).end("revoked")
        db.session.commit()
        assert ending.connected
        credentials.follow()
        credentials.follow()
    assert ending.heard("session_ended") == [("session_ended", {"reason": "revoked"})]
    assert not ending.connected
    assert staying.connected


def test_what_ended_while_the_database_was_out_of_reach_is_followed_too(
    app, garden, ada, monkeypatch
) -> None:
    """An hour's outage: the last look that worked was before it."""
    ending, staying = open_two(ada)
    monkeypatch.setattr(credentials, "_looked_at", now() - timedelta(hours=1))
    with app.app_context():
        db.begin_write()
        row = db.session.get_one(Credential, credential_of(ending))
        row.end("revoked")
        row.ended_at = now() - timedelta(minutes=50)
        db.session.commit()
        credentials.follow()
        assert now() - credentials._looked_at < timedelta(seconds=5)
    assert not ending.connected
    assert staying.connected


def test_a_look_that_failed_is_not_counted(app, garden, ada, monkeypatch) -> None:
    ada.connect()
    before = credentials._looked_at
    with app.app_context():
        monkeypatch.setattr(db.session, "execute", lambda *_: (_ for _ in ()).throw(OSError("away")))
        with pytest.raises(OSError, match="away"):
            credentials.follow()
    assert credentials._looked_at == before


def test_the_next_request_of_what_ended_is_refused_before_anybody_follows(app, garden, ada) -> None:
    """I11: a row decides on every request."""
    ending, staying = open_two(ada)
    with app.app_context():
        db.begin_write()
        db.session.get_one(Credential, credential_of(ending)).end("revoked")
        db.session.commit()
    assert ending.ask("heads", {"rooms": {}})["error"]["code"] == "unauthenticated"
    assert staying.ask("heads", {"rooms": {}})["ok"]


def test_a_token_past_its_time_is_closed_and_refused(app, garden, ada) -> None:
    """BS10."""
    ending, staying = open_two(ada)
    with app.app_context():
        db.begin_write()
        db.session.get_one(Credential, credential_of(ending)).expires_at = now() - timedelta(seconds=1)
        db.session.commit()
    assert ending.ask("heads", {"rooms": {}})["error"]["code"] == "unauthenticated"
    old = presence.socket(ending.sid)
    presence._sockets[ending.sid] = presence.Socket(old.sid, old.user_id, old.credential_id, time.time() - 1)
    with app.app_context():
        credentials.follow()
    assert ending.heard("session_ended") == [("session_ended", {"reason": "expired"})]
    assert not ending.connected
    assert staying.connected


def test_a_changed_password_ends_all_but_the_one_that_changed_it(app, garden, ada) -> None:
    changing, other = open_two(ada)
    browser = ada.http
    assert browser.get("/account").status_code == 200
    with app.app_context():
        keep = db.session.get_one(Credential, credential_of(changing))
        accounts.change_password(ada.user(), PASSWORD, NEW_PASSWORD, address=HERE, keep=keep)
    assert changing.connected
    assert changing.ask("heads", {"rooms": {}})["ok"]
    assert not other.connected
    assert other.heard("session_ended") == [("session_ended", {"reason": "revoked"})]
    assert browser.get("/account").status_code in {302, 303}


@pytest.mark.parametrize("how", ["disabled", "deleted", "reset"])
def test_when_an_account_is_closed_everything_of_it_is(app, garden, ada, bob, how) -> None:
    """BS4, BA14."""
    one, two = open_two(bob)
    adas = ada.connect()
    browser = bob.http
    with app.app_context():
        if how == "disabled":
            accounts.disable(bob.user())
        elif how == "deleted":
            accounts.delete(bob.user(), PASSWORD, erase_messages=False, address=HERE)
        else:
            accounts.reset_password(bob.user(), NEW_PASSWORD)
    assert not one.connected
    assert not two.connected
    assert one.heard()[-1][0] == "session_ended"
    assert browser.get("/account").status_code in {302, 303}
    assert adas.connected


def test_one_ends_only_ones_own(app, ada, bob) -> None:
    """BS5."""
    bobs = bob.connect()
    with app.app_context():
        for kind in ("token", "session"):
            with pytest.raises(NotFound):
                credentials.end(ada.user(), credential_of(bobs), kind)
        with pytest.raises(NotFound):
            credentials.end(bob.user(), credential_of(bobs), "session")
    assert bobs.connected
    with app.app_context():
        credentials.end(bob.user(), credential_of(bobs), "token")
    assert not bobs.connected


def test_ending_the_other_sessions_keeps_this_one_and_the_tokens(app, ada) -> None:
    socket = ada.connect()
    with app.app_context():
        keep, _ = credentials.open_session(ada.user(), remember=False, user_agent="this one")
        for number in range(3):
            credentials.open_session(ada.user(), remember=True, user_agent=f"browser {number}")
        credentials.end_others(ada.user(), keep)
        assert [each.id for each in access.credentials(ada.user(), "session")] == [keep.id]
        assert len(access.credentials(ada.user(), "token")) == 1
    assert socket.connected


def test_ending_twice_keeps_the_first_reason(app, ada) -> None:
    with app.app_context():
        credential, _ = credentials.open_session(ada.user(), remember=False, user_agent="")
        credentials.sign_out(credential)
        first = credential.ended_at
        credentials.sign_out(credential)
        credential.end("revoked")
        assert (credential.end_reason, credential.ended_at) == ("signed_out", first)


def test_a_secret_is_shown_once_and_stored_as_a_hash(app, ada) -> None:
    """BS15."""
    with app.app_context():
        secrets = {credentials.open_session(ada.user(), remember=False, user_agent="")[1] for _ in range(50)}
        token = credentials.open_token(ada.user(), name="Telephone", scopes=["write", "read", "read"])
        stored = set(db.session.scalars(sa.select(Credential.secret_hash)))
    assert len(secrets) == 50
    assert min(map(len, secrets)) >= 43
    assert not stored & secrets
    assert token[1].startswith("pt_")
    assert token[0].scopes == "read write"


def test_how_long_sessions_last(app, ada) -> None:
    with app.app_context():
        for remember, seconds in ((False, limits.SESSION_SECONDS), (True, limits.REMEMBERED_SESSION_SECONDS)):
            credential, _ = credentials.open_session(ada.user(), remember=remember, user_agent="")
            assert abs((credential.expires_at - now()).total_seconds() - seconds) < 5


def test_a_person_has_so_many_tokens_and_no_more(app, ada, monkeypatch) -> None:
    monkeypatch.setattr(limits, "TOKENS_PER_USER", 2)
    with app.app_context():
        for _ in range(2):
            credentials.open_token(ada.user(), name="Telephone", scopes=["read"])
        with pytest.raises(Conflict):
            credentials.open_token(ada.user(), name="Telephone", scopes=["read"])
