"""Bots: made by an owner, a member of that room and of no other, gone with it."""

import time

import pytest
from flask import Flask

from app import access, identity, limits
from app.actions import accounts, bots, credentials, members, messages, rooms
from app.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from app.extensions import db
from app.models import Credential, Entry, User
from app.models.columns import hash_secret
from tests import stored
from tests.conftest import Garden, make_bot
from tests.databases import on_both
from tests.everything import nonce
from tests.people import Person
from tests.server.process import eventually


@on_both
def test_a_bot_is_a_member_by_an_entry_of_the_log_and_everybody_is_told(
    app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    ada.heard(), bob.heard(), mallory.heard()
    bot = make_bot(app, ada, garden.id)

    for person in (ada, bob):
        [(event, fact)] = person.heard()
        assert (event, fact["room_id"]) == ("member_joined", garden.id)
        assert fact["member"]["role"] == "member"
        assert fact["member"]["user"] == {
            "id": bot.id,
            "username": "echo",
            "display_name": "echo",
            "avatar_url": None,
            "bot": True,
        }
    assert mallory.heard() == []
    with app.app_context():
        entry = db.session.get_one(Entry, (garden.id, fact["seq"]))
        assert (entry.kind, entry.subject_id, entry.actor_id) == ("member_joined", bot.id, ada.id)
        assert access.membership(bot.user(), garden.id).room.member_count == 3


def test_its_token_is_kept_as_a_hash_and_lets_it_in(app: Flask, garden: Garden, ada: Person) -> None:
    bot = make_bot(app, ada, garden.id)

    assert bot.token.startswith("pt_")
    assert bot.token not in str(stored.rows(app))
    with app.app_context():
        [credential] = access.credentials(bot.user(), "token")
        assert credential.secret_hash == hash_secret(bot.token)
        assert identity.by_token(bot.token).user.id == bot.id


def test_it_talks_as_anybody_does(app: Flask, garden: Garden, ada: Person, bob: Person) -> None:
    bot = make_bot(app, ada, garden.id)
    socket = bot.connect(token=bot.token)
    bob.heard()
    bob.say(garden.id, "hello")

    assert [event for event, _ in socket.heard()] == ["message_posted"]
    [(_, fact)] = bob.heard()
    said = socket.ask("post_message", {"room_id": garden.id, "nonce": nonce(), "text": "hello"})
    assert said["data"]["message"]["author"]["bot"] is True
    history = bot.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"]
    assert [each["author"]["username"] for each in history] == ["echo", "bob"]
    assert fact["message"]["author"]["bot"] is False


@on_both
def test_a_member_an_outsider_and_a_bot_make_none(
    app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    bot = make_bot(app, ada, garden.id)
    bob.heard()
    before = stored.rows(app)
    with app.app_context():
        for person, refusal in ((bob, Forbidden), (mallory, NotFound), (bot, Forbidden)):
            with pytest.raises(refusal):
                bots.create(person.user(), garden.id, username="parrot")
            for change in (bots.renew_token, bots.revoke_token):
                with pytest.raises(refusal):
                    change(person.user(), garden.id, bot.id)
                db.session.rollback()
    assert stored.rows(app) == before
    assert bob.heard() == []
    assert make_bot(app, ada, garden.id, "parrot").id


@on_both
def test_a_name_that_looks_like_one_that_is_taken_is_refused(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    bob.heard()
    before = stored.rows(app)
    with app.app_context(), pytest.raises(Invalid) as refused:
        bots.create(ada.user(), garden.id, username="B0b")
    assert [each["path"] for each in refused.value.errors] == ["username"]
    assert stored.rows(app) == before
    assert bob.heard() == []


def test_two_who_choose_one_name_at_once_get_one_bot(
    app: Flask, garden: Garden, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either was there: the index of the database decides."""
    make_bot(app, ada, garden.id)
    before = stored.rows(app)
    monkeypatch.setattr(bots.names, "refuse_taken", lambda username: None)
    with app.app_context(), pytest.raises(Invalid):
        bots.create(ada.user(), garden.id, username="echo")
    assert stored.rows(app) == before


def test_a_room_has_so_many_bots(
    app: Flask, garden: Garden, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BOTS_PER_ROOM", 2)
    for name in ("one", "two"):
        make_bot(app, ada, garden.id, name)
    with app.app_context(), pytest.raises(Conflict):
        bots.create(ada.user(), garden.id, username="three")
    monkeypatch.setattr(limits, "BOTS_PER_ROOM", 3)
    monkeypatch.setattr(limits, "MEMBERS_PER_ROOM", 4)
    with app.app_context(), pytest.raises(Conflict):
        bots.create(ada.user(), garden.id, username="three")


def test_bots_are_not_made_without_end(make_app, ada_of) -> None:
    app = make_app(rate_limits="on")
    ada, room_id = ada_of(app)
    with app.app_context():
        for number in range(limits.MAKE_BOT.amount):
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(limits, "BOTS_PER_ROOM", 100)
                bots.create(ada.user(), room_id, username=f"bot{number}")
        with pytest.raises(RateLimited):
            bots.create(ada.user(), room_id, username="more")


@pytest.fixture
def ada_of():
    """Makes Ada and a room of hers in another application."""
    from tests.conftest import person

    def make(app: Flask) -> tuple[Person, str]:
        ada = person(app, "ada")
        with app.app_context():
            return ada, rooms.create(ada.user(), "The garden")[0].room_id

    return make


def test_another_token_ends_the_one_before_and_its_socket(app: Flask, garden: Garden, ada: Person) -> None:
    bot = make_bot(app, ada, garden.id)
    socket = bot.connect(token=bot.token)
    with app.app_context():
        _, secret = bots.renew_token(ada.user(), garden.id, bot.id)

    assert socket.heard("session_ended") == [("session_ended", {"reason": "revoked"})]
    assert not socket.connected
    assert not bot.connect(token=bot.token).connected
    assert bot.connect(token=secret).connected


def test_a_revoked_token_locks_it_out_and_it_stays_a_member(app: Flask, garden: Garden, ada: Person) -> None:
    bot = make_bot(app, ada, garden.id)
    socket = bot.connect(token=bot.token)
    ada.heard()
    with app.app_context():
        bots.revoke_token(ada.user(), garden.id, bot.id)
        assert access.membership(bot.user(), garden.id).role == "member"

    assert not socket.connected
    assert bot.api("GET", "/me").status_code == 401
    assert ada.heard() == []


def test_a_member_who_is_no_bot_keeps_their_tokens(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    assert bob.api("GET", "/me").status_code == 200
    with app.app_context():
        for change in (bots.renew_token, bots.revoke_token):
            with pytest.raises(NotFound):
                change(ada.user(), garden.id, bob.id)
            db.session.rollback()
    assert bob.api("GET", "/me").status_code == 200


def ends(app: Flask, bot: Person) -> None:
    """All is over for a bot: its token, and within two seconds its socket; its name is free."""
    socket = bot.connect(token=bot.token) if bot.api("GET", "/me").status_code == 200 else None
    assert socket is None or not socket.connected
    assert bot.api("GET", "/me").status_code == 401
    with app.app_context():
        assert not bot.user().is_active
        assert db.session.scalar(User.named("echo")) is None
        assert db.session.scalar(Credential.live_of(bot.user())) is None


@pytest.mark.parametrize("way", ["removed", "banned", "left", "room deleted", "owner gone"])
def test_out_of_its_room_it_is_nothing(
    app: Flask, make_room, ada: Person, bob: Person, mallory: Person, way: str
) -> None:
    others = [] if way == "owner gone" else [bob]
    room_id = make_room(ada, *others)
    bot = make_bot(app, ada, room_id)
    socket = bot.connect(token=bot.token)
    socket.ask("post_message", {"room_id": room_id, "nonce": nonce(), "text": "beep"})
    with app.app_context():
        if way in ("removed", "banned"):
            members.remove(ada.user(), room_id, bot.id, ban=way == "banned")
        elif way == "left":
            members.leave(bot.user(), room_id)
        elif way == "room deleted":
            rooms.delete(ada.user(), room_id)
        else:
            accounts.delete(ada.user(), ada.password, erase_messages=False, address="")

    def closed() -> bool:
        with app.app_context():
            credentials.follow()
        return not socket.connected

    started = time.monotonic()
    assert eventually(closed, 2)
    assert time.monotonic() - started < 2
    ends(app, bot)
    if others and way != "room deleted":
        [said] = bob.api("GET", f"/rooms/{room_id}/messages").get_json()["items"]
        assert (said["author"]["username"], said["author"]["bot"]) == ("echo", True)
        assert make_bot(app, ada, room_id).id != bot.id  # its name is free


def test_a_room_goes_to_no_bot(app: Flask, make_room, ada: Person, bob: Person) -> None:
    room_id = make_room(ada, bob)
    bot = make_bot(app, ada, room_id)
    with app.app_context():
        for role in ("owner", "moderator"):
            with pytest.raises(Conflict):
                members.set_role(ada.user(), room_id, bot.id, role)
            db.session.rollback()
        accounts.delete(ada.user(), ada.password, erase_messages=False, address="")
        assert access.membership(bob.user(), room_id).role == "owner"
        assert access.membership(bot.user(), room_id).role == "member"


def test_no_password_opens_a_bot(app: Flask, garden: Garden, ada: Person) -> None:
    bot = make_bot(app, ada, garden.id)
    with app.app_context():
        for password in ("", "echo", "correct horse battery"):
            with pytest.raises(Unauthenticated):
                accounts.authenticate("echo", password, address="192.0.2.1")
        with pytest.raises(Forbidden):
            accounts.reset_password(bot.user(), "a long enough password")
        with pytest.raises(Forbidden):
            accounts.change_password(bot.user(), "", "a long enough password", address="", keep=None)
        assert bot.user().password_hash == ""
        with pytest.raises(Unauthenticated):
            accounts.authenticate("echo", "a long enough password", address="192.0.2.1")


def test_a_bot_says_more_than_nothing_only_in_its_room(
    app: Flask, garden: Garden, make_room, ada: Person
) -> None:
    orchard = make_room(ada)
    bot = make_bot(app, ada, garden.id)
    with app.app_context():
        with pytest.raises(NotFound):
            messages.post(bot.user(), orchard, nonce=nonce(), text="let me in")
        assert messages.post(bot.user(), garden.id, nonce=nonce(), text="beep")[1] is False
