"""Accounts: names that look alike are one, guessing ends, the owner is never locked out, and going is whole."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import access, limits
from app.actions import accounts, credentials, invites, members, passwords
from app.errors import Conflict, Forbidden, Invalid, RateLimited, Unauthenticated
from app.extensions import db
from app.models import Attempt, Membership, Message, Room, User
from app.models.columns import now
from tests.conftest import PASSWORD
from tests.everything import HERE, NEW_PASSWORD

ELSEWHERE = "198.51.100.7"


def register(name: str, password: str = "a long enough password", **how) -> User:
    how = {"invited_by_link": None, "address": HERE, "registration": "open", **how}
    return accounts.register(name, password, **how)


def fail(username: str, *, address: str = HERE) -> None:
    with pytest.raises(Unauthenticated):
        accounts.authenticate(username, "not the password", address=address)


@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    """Every password comparison, by the stored hash."""
    seen: list[str] = []
    stock = passwords._hasher

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(stored)
            return stock.verify(stored, password)

        def hash(self, password: str) -> str:
            return stock.hash(password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    return seen


# ---- register


def test_who_registers_can_sign_in_and_nobody_else_by_their_name(app) -> None:
    with app.app_context():
        user = register("carol")
        assert accounts.authenticate("carol", "a long enough password", address=HERE).id == user.id
        assert accounts.authenticate("CAROL", "a long enough password", address=HERE).id == user.id
        fail("carol")
        assert "a long enough password" not in user.password_hash
        assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "аdmin", "ad\u200bmin", "ＡＤＭＩＮ", "adm1n", "admIn", "admln"]
)
def test_a_name_that_looks_like_one_that_is_there_is_taken(app, name) -> None:
    with app.app_context():
        register("admin")
        with pytest.raises(Invalid) as refused:
            register(name)
        assert refused.value.errors[0]["path"] == "username"
        assert register("adele")


def test_a_name_taken_while_the_password_was_hashed_is_refused_alike(app, monkeypatch) -> None:
    with app.app_context():
        stock = passwords.make

        def slow(password: str) -> str:
            monkeypatch.setattr(passwords, "make", stock)
            register("Carol")
            return stock(password)

        monkeypatch.setattr(passwords, "make", slow)
        with pytest.raises(Invalid) as refused:
            register("carol")
        assert refused.value.errors[0]["path"] == "username"
        assert len(db.session.scalars(User.everyone()).all()) == 1


def test_the_password_is_not_the_name(app) -> None:
    with app.app_context():
        for password in ("carolus-magnus", "CAROLUS-MAGNUS", "carolus-rnagnus"):
            with pytest.raises(Invalid) as refused:
                register("carolus-magnus", password)
            assert refused.value.errors[0]["path"] == "password"
        assert db.session.scalars(User.everyone()).all() == []


def test_closed_is_closed_and_by_link_is_by_a_link_that_opens(app, garden, ada) -> None:
    with app.app_context():
        with pytest.raises(Forbidden):
            register("carol", registration="closed", invited_by_link=garden.token)
        for token in (None, "no-such-token"):
            with pytest.raises(Forbidden):
                register("carol", registration="link", invited_by_link=token)
        assert register("carol", registration="link", invited_by_link=garden.token)
        invites.rotate(ada.user(), garden.id)
        with pytest.raises(Forbidden):
            register("dave", registration="link", invited_by_link=garden.token)


def test_an_address_registers_so_many_and_no_more(make_app, monkeypatch) -> None:
    app = make_app(rate_limits="on")
    monkeypatch.setattr(limits, "REGISTER", limits.Rule("register", 2, 3600))
    monkeypatch.setattr(passwords, "make", lambda password: "hash")
    with app.app_context():
        register("one11"), register("two22")
        with pytest.raises(RateLimited):
            register("three33")
        assert register("three33", address=ELSEWHERE)


def test_a_fresh_install_has_nobody(app) -> None:
    """BA17: no default account, whatever its password."""
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 0
        for name in ("admin", "root", "parlor", "test"):
            with pytest.raises(Unauthenticated):
                accounts.authenticate(name, name, address=HERE)


# ---- sign in


def test_unknown_names_disabled_accounts_and_wrong_passwords_are_one_answer_after_one_comparison(
    app, ada, bob, hashes
) -> None:
    with app.app_context():
        accounts.disable(bob.user())
        answers = []
        for name, password in (("ada", "wrong"), ("nobody", "wrong"), ("bob", PASSWORD)):
            hashes.clear()
            with pytest.raises(Unauthenticated) as refused:
                accounts.authenticate(name, password, address=HERE)
            answers.append((refused.value.problem(), len(hashes)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1] == 1


def test_the_hash_of_nobody_costs_what_everybodys_costs(app) -> None:
    with app.app_context():
        assert passwords._NOBODY.split("$")[:4] == passwords.make("x").split("$")[:4]


def test_a_comparison_with_nobody_is_never_right(app) -> None:
    with app.app_context():
        assert passwords.matches(None, "nobody has this password") is False
        assert passwords.matches("", "") is False
        assert passwords.matches(passwords.make("right"), "right") is True


@pytest.fixture
def quick(monkeypatch) -> None:
    """Comparisons by equality with the one password of the cast: limits are counted, not hashing."""
    monkeypatch.setattr(passwords, "_verify", lambda stored, password: password == PASSWORD)


def test_the_sixth_failure_for_one_name_from_one_address_waits_the_right_password_too(
    app, ada, quick
) -> None:
    with app.app_context():
        for _ in range(4):
            fail("ada")
        assert accounts.authenticate("ada", PASSWORD, address=HERE).id == ada.id
        fail("ada")
        for password in ("wrong again", PASSWORD):
            with pytest.raises(RateLimited) as refused:
                accounts.authenticate("ada", password, address=HERE)
            assert 0 < refused.value.retry_after <= 900
        assert accounts.authenticate("ada", PASSWORD, address=ELSEWHERE).id == ada.id


def test_looking_alike_does_not_give_more_tries(app, ada, quick) -> None:
    with app.app_context():
        for name in ("ada", "Ada", "ADA", "аda", "ａda"):
            fail(name)
        with pytest.raises(RateLimited):
            accounts.authenticate("ada", PASSWORD, address=HERE)


def test_one_address_tries_twenty_names_and_no_more(app, ada, quick) -> None:
    """BA4: spraying."""
    with app.app_context():
        for number in range(20):
            fail(f"guess{number:02}x")
        with pytest.raises(RateLimited):
            accounts.authenticate("ada", PASSWORD, address=HERE)
        assert accounts.authenticate("ada", PASSWORD, address=ELSEWHERE).id == ada.id


def test_an_attack_from_everywhere_slows_and_never_locks(app, ada, quick, monkeypatch) -> None:
    """BA5."""
    slept: list[float] = []
    monkeypatch.setattr(accounts.time, "sleep", slept.append)
    with app.app_context():
        for number in range(100):
            fail("ada", address=f"203.0.113.{number}")
        assert slept == []
        assert accounts.authenticate("ada", PASSWORD, address=ELSEWHERE).id == ada.id
        assert slept == [limits.GUESSED_ACCOUNT_WAIT_SECONDS]
        accounts.authenticate("ada", PASSWORD, address=ELSEWHERE)


def test_failures_are_counted_by_all_processes_and_after_a_restart(app, make_app, ada, quick) -> None:
    """BA7."""
    with app.app_context():
        for _ in range(3):
            fail("ada")
    restarted = make_app()
    with restarted.app_context():
        for _ in range(2):
            fail("ada")
        with pytest.raises(RateLimited):
            accounts.authenticate("ada", PASSWORD, address=HERE)


def test_failures_are_forgotten_after_their_time(app, ada, quick) -> None:
    with app.app_context():
        for _ in range(5):
            fail("ada")
        db.begin_write()
        db.session.execute(sa.update(Attempt).values(at=now() - timedelta(seconds=901)))
        db.session.commit()
        assert accounts.authenticate("ada", PASSWORD, address=HERE)
        accounts.forget_old_attempts()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 15
        db.begin_write()
        db.session.execute(sa.update(Attempt).values(at=now() - timedelta(seconds=3601)))
        db.session.commit()
        accounts.forget_old_attempts()


def test_what_is_kept_of_failures_names_nobody(app, ada, quick) -> None:
    with app.app_context():
        fail("ada")
        kept = " ".join(each.key for each in db.session.scalars(sa.select(Attempt)))
    assert "ada" not in kept
    assert HERE not in kept


# ---- change


def test_a_wrong_current_password_changes_nothing_and_counts(app, ada, quick) -> None:
    """BA16."""
    with app.app_context():
        before = ada.user().password_hash
        for _ in range(5):
            with pytest.raises(Forbidden):
                accounts.change_password(ada.user(), "wrong", NEW_PASSWORD, address=HERE, keep=None)
        with pytest.raises(RateLimited):
            accounts.change_password(ada.user(), PASSWORD, NEW_PASSWORD, address=HERE, keep=None)
        assert ada.user().password_hash == before


def test_a_changed_password_opens_and_the_old_one_does_not(app, ada) -> None:
    with app.app_context():
        accounts.change_password(ada.user(), PASSWORD, NEW_PASSWORD, address=HERE, keep=None)
        assert accounts.authenticate("ada", NEW_PASSWORD, address=HERE)
        with pytest.raises(Unauthenticated):
            accounts.authenticate("ada", PASSWORD, address=HERE)


def test_two_changes_at_once_are_one(app, ada, monkeypatch) -> None:
    with app.app_context():
        stock = passwords.make

        def slow(password: str) -> str:
            monkeypatch.setattr(passwords, "make", stock)
            with app.app_context():
                accounts.reset_password(ada.user(), "set by the operator")
            return stock(password)

        monkeypatch.setattr(passwords, "make", slow)
        with pytest.raises(Conflict):
            accounts.change_password(ada.user(), PASSWORD, NEW_PASSWORD, address=HERE, keep=None)
        assert accounts.authenticate("ada", "set by the operator", address=HERE)


def test_a_session_is_not_opened_by_a_password_that_was_just_changed(app, ada) -> None:
    with app.app_context():
        proven = accounts.authenticate("ada", PASSWORD, address=HERE)
        with app.app_context():
            accounts.reset_password(ada.user(), NEW_PASSWORD)
        with pytest.raises(Unauthenticated):
            credentials.open_session(proven, remember=False, user_agent="")
        db.session.rollback()
        again = accounts.authenticate("ada", NEW_PASSWORD, address=HERE)
        assert credentials.open_session(again, remember=False, user_agent="")


def test_a_new_name_is_told_in_every_room_of_ones_own_and_nowhere_else(
    app, garden, ada, bob, make_room
) -> None:
    shared, adas = make_room(bob, ada), make_room(ada)
    assert ada.socket.connected
    with app.app_context():
        accounts.set_display_name(bob.user(), "Robert")
        accounts.set_display_name(bob.user(), "Robert")
    told = [fact for _, fact in ada.heard("member_changed")]
    assert {fact["room_id"] for fact in told} == {garden.id, shared}
    assert {fact["member"]["user"]["display_name"] for fact in told} == {"Robert"}
    assert len(told) == 2
    assert adas not in {fact["room_id"] for fact in told}
    with app.app_context():
        assert bob.user().display_name == "Robert"


# ---- go


def seqs_are_whole(room_id: str) -> bool:
    from app.models import Entry

    found = list(db.session.scalars(sa.select(Entry.seq).where(Entry.room_id == room_id).order_by(Entry.seq)))
    return found == list(range(1, len(found) + 1))


def test_who_goes_and_leaves_what_they_said_is_a_deleted_member(app, garden, ada, bob) -> None:
    bob.say(garden.id, "remember me")
    assert ada.socket.connected
    ada.heard()
    with app.app_context():
        accounts.delete(bob.user(), PASSWORD, erase_messages=False, address=HERE)
        [said] = access.history(ada.user(), garden.id)
        assert said.text == "remember me"
    [(name, fact)] = ada.heard()
    assert (name, fact["member"]["user"]["id"]) == ("member_left", bob.id)
    [entry] = [
        e for e in ada.ask("sync", {"rooms": {garden.id: 2}})["data"]["rooms"][0]["entries"] if "message" in e
    ]
    assert (entry["message"]["author"], entry["message"]["text"]) == (None, "remember me")


def test_who_goes_and_takes_it_all_leaves_tombstones_in_rooms_left_too(
    app, garden, ada, bob, make_room
) -> None:
    left = make_room(ada, bob)
    for room_id in (garden.id, left):
        bob.say(room_id, "forget me")
    with app.app_context():
        members.leave(bob.user(), left)
        accounts.delete(bob.user(), PASSWORD, erase_messages=True, address=HERE)
        assert set(db.session.scalars(sa.select(Message.text))) == {""}
        assert seqs_are_whole(garden.id)
        assert seqs_are_whole(left)


def test_a_deleted_account_opens_nothing_and_its_name_is_free(app, garden, bob) -> None:
    token, browser = bob.token, bob.http
    with app.app_context():
        accounts.delete(bob.user(), PASSWORD, erase_messages=False, address=HERE)
        with pytest.raises(Unauthenticated):
            accounts.authenticate("bob", PASSWORD, address=HERE)
        gone = bob.user()
        assert (gone.username, gone.password_hash, gone.is_active) == ("deleted member", "", False)
        assert register("bob").id != bob.id
    assert bob.api("GET", "/me").status_code == 401
    assert browser.get("/").status_code in {200, 302, 303}
    assert token


def test_no_room_stays_without_an_owner(app, garden, ada, bob, make_room) -> None:
    """BZ7, by deleting the account."""
    alone = make_room(ada)
    with app.app_context():
        accounts.delete(ada.user(), PASSWORD, erase_messages=False, address=HERE)
        assert [each.user_id for each in db.session.scalars(Membership.owners(garden.id))] == [bob.id]
        assert db.session.get_one(Room, alone).deleted_at is not None
        assert db.session.get_one(Room, garden.id).member_count == 1


def test_a_wrong_password_deletes_nothing(app, garden, bob) -> None:
    with app.app_context():
        with pytest.raises(Forbidden):
            accounts.delete(bob.user(), "wrong", erase_messages=True, address=HERE)
        assert bob.user().is_active
        assert access.membership(bob.user(), garden.id)


def test_a_disabled_account_can_do_nothing_until_it_is_enabled(app, garden, bob) -> None:
    assert bob.api("GET", "/me").status_code == 200
    with app.app_context():
        accounts.disable(bob.user())
        with pytest.raises(Unauthenticated):
            accounts.authenticate("bob", PASSWORD, address=HERE)
    assert bob.api("GET", "/me").status_code == 401
    with app.app_context():
        accounts.enable(bob.user())
        assert accounts.authenticate("bob", PASSWORD, address=HERE)
    assert bob.api("GET", "/me").status_code == 401  # what ended stays ended
