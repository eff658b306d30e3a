"""Changing what was said: the limits exact, the version that counts, nothing left of what was deleted."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import emoji
import pytest
import sqlalchemy as sa

from app import limits
from app.actions import members, messages, pins, reactions
from app.errors import Conflict, Forbidden, RateLimited
from app.extensions import db
from app.models import EarlierVersion, Mention, Message, Reaction
from app.models.columns import now
from tests.conftest import person
from tests.databases import on_both
from tests.everything import nonce
from tests.together import run_together

EMOJI = [
    signs for signs, each in emoji.EMOJI_DATA.items() if each["status"] == emoji.STATUS["fully_qualified"]
]


@pytest.fixture
def said(app, garden, ada) -> str:
    """The id of a message of Ada's."""
    with app.app_context():
        return messages.post(ada.user(), garden.id, nonce=nonce(), text="hello")[0].id


@pytest.fixture
def inside(app) -> Iterator[None]:
    """Inside of the application, for tests that only act."""
    with app.app_context():
        yield


def age(message_id: str, seconds: float) -> None:
    """Make a message older."""
    db.begin_write()
    aged = {"created_at": now() - timedelta(seconds=seconds)}
    db.session.execute(sa.update(Message).where(Message.id == message_id).values(aged))
    db.session.commit()
    db.session.expire_all()


# ---- editing


def test_an_edit_is_possible_for_a_day_and_a_deletion_for_ever(inside, ada, said) -> None:
    """BV11."""
    age(said, limits.EDIT_SECONDS - 30)
    assert messages.edit(ada.user(), said, text="still").text == "still"
    age(said, limits.EDIT_SECONDS + 1)
    with pytest.raises(Conflict):
        messages.edit(ada.user(), said, text="too late")
    db.session.rollback()
    assert messages.delete(ada.user(), said).deleted_at is not None


def test_an_edit_of_a_text_that_was_edited_since_is_a_conflict(inside, ada, said) -> None:
    """BV11."""
    assert messages.edit(ada.user(), said, text="second", version=1).version == 2
    for version in (1, 3):
        with pytest.raises(Conflict):
            messages.edit(ada.user(), said, text="third", version=version)
        db.session.rollback()
    assert messages.edit(ada.user(), said, text="third", version=2).version == 3
    assert messages.edit(ada.user(), said, text="fourth").version == 4


def test_a_reaction_since_is_no_conflict(inside, ada, bob, said) -> None:
    reactions.put(bob.user(), said, "👍", on=True)
    assert messages.edit(ada.user(), said, text="second", version=1).version == 3
    with pytest.raises(Conflict):
        messages.edit(ada.user(), said, text="third", version=2)


def test_an_edit_that_was_done_already_is_answered_again_whatever_version_it_names(inside, ada, said) -> None:
    first = messages.edit(ada.user(), said, text="second", version=1)
    again = messages.edit(ada.user(), said, text="second", version=1)
    assert (again.version, again.edited_at) == (first.version, first.edited_at)


def test_a_tombstone_is_not_edited_answered_with_emoji_or_pinned(inside, ada, said) -> None:
    """BV11."""
    messages.delete(ada.user(), said)
    refused: list[Callable[[], Any]] = [
        lambda: messages.edit(ada.user(), said, text="back"),
        lambda: reactions.put(ada.user(), said, "👍", on=True),
        lambda: pins.put(ada.user(), said, on=True),
    ]
    for change in refused:
        with pytest.raises(Conflict):
            change()
        db.session.rollback()
    assert reactions.put(ada.user(), said, "👍", on=False).version == 2
    assert pins.put(ada.user(), said, on=False).version == 2


def test_a_message_is_edited_so_often_and_no_more(inside, ada, said, monkeypatch) -> None:
    monkeypatch.setattr(limits, "EDITS_PER_MESSAGE", 3)
    for number in range(3):
        messages.edit(ada.user(), said, text=f"text {number}")
    with pytest.raises(Conflict):
        messages.edit(ada.user(), said, text="one more")


def test_a_retry_of_what_was_edited_is_answered_with_what_it_says_now(app, garden, ada) -> None:
    sent = nonce()
    first = ada.say(garden.id, "first", nonce=sent)["data"]["message"]
    ada.ask("edit_message", {"message_id": first["id"], "text": "second"})
    again = ada.say(garden.id, "first", nonce=sent)["data"]
    assert (again["duplicate"], again["message"]["text"]) == (True, "second")
    assert ada.say(garden.id, "second", nonce=sent)["error"]["code"] == "conflict"


@on_both
def test_of_two_edits_at_once_of_one_version_one_is_a_conflict(app, ada, said) -> None:
    answers: list[str] = []

    def edit(text: str) -> None:
        with app.app_context():
            try:
                answers.append(messages.edit(ada.user(), said, text=text, version=1).text)
            except Conflict:
                answers.append("conflict")

    run_together([lambda: edit("one"), lambda: edit("two")])
    assert sorted(answers) in (["conflict", "one"], ["conflict", "two"])


# ---- deleting


@on_both
def test_nothing_of_what_was_deleted_is_left_in_any_table(inside, app, garden, ada, bob) -> None:
    message, _ = messages.post(ada.user(), garden.id, nonce=nonce(), text="@bob look")
    answer, _ = messages.post(bob.user(), garden.id, nonce=nonce(), text="@ada why?", reply_to=message.id)
    for each in (message, answer):
        reactions.put(bob.user(), each.id, "👍", on=True)
        pins.put(ada.user(), each.id, on=True)
    messages.edit(ada.user(), message.id, text="@bob look again")
    messages.delete(ada.user(), message.id)
    messages.erase_all(bob.user())

    for table in (EarlierVersion, Mention, Reaction):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    for each in db.session.scalars(sa.select(Message)):
        assert (each.text, each.digest, each.reply_to_id, each.pinned_seq) == ("", "", None, None)


# ---- reacting


@on_both
def test_reactions_are_counted_together_in_the_order_in_which_they_came(inside, ada, bob, said) -> None:
    from app import payloads

    for who, sign in ((bob, "🎉"), (ada, "👍"), (ada, "🎉"), (bob, "👍🏽")):
        message = reactions.put(who.user(), said, sign, on=True)
    assert payloads.message(message)["reactions"] == [
        {"emoji": "🎉", "count": 2, "user_ids": [bob.id, ada.id]},
        {"emoji": "👍", "count": 1, "user_ids": [ada.id]},
        {"emoji": "👍🏽", "count": 1, "user_ids": [bob.id]},
    ]
    message = reactions.put(bob.user(), said, "🎉", on=False)
    assert [each["emoji"] for each in payloads.message(message)["reactions"]] == ["👍", "🎉", "👍🏽"]


def test_so_many_different_emoji_and_no_more(inside, ada, bob, said) -> None:
    for sign in EMOJI[: limits.REACTIONS_PER_MESSAGE]:
        reactions.put(ada.user(), said, sign, on=True)
    with pytest.raises(Conflict):
        reactions.put(bob.user(), said, EMOJI[limits.REACTIONS_PER_MESSAGE], on=True)
    db.session.rollback()
    reactions.put(bob.user(), said, EMOJI[0], on=True)  # one that is there already
    reactions.put(ada.user(), said, EMOJI[1], on=False)
    assert reactions.put(bob.user(), said, EMOJI[limits.REACTIONS_PER_MESSAGE], on=True)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("👍🏿", "👍🏿"),
        ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
        ("👩🏽‍🤝‍👩🏿", "👩🏽‍🤝‍👩🏿"),
        ("🏳️‍🌈", "🏳️‍🌈"),
        ("🇨🇭", "🇨🇭"),
        ("1️⃣", "1️⃣"),
        ("\u2764", "\u2764\ufe0f"),  # however it is written, it is one emoji
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_an_emoji_is_kept_in_one_way(garden, ada, said, sent: str, kept: str) -> None:
    message = ada.ask("set_reaction", {"message_id": said, "emoji": sent, "on": True})["data"]["message"]
    assert [each["emoji"] for each in message["reactions"]] == [kept]
    message = ada.ask("set_reaction", {"message_id": said, "emoji": kept, "on": False})["data"]["message"]
    assert message["reactions"] == []


def test_every_emoji_fits_where_it_is_kept() -> None:
    assert len(EMOJI) > 3_000
    assert max(map(len, EMOJI)) <= limits.EMOJI_MAX


# ---- pinning


def test_a_room_has_so_many_pins_and_no_more(inside, garden, ada, bob) -> None:
    ids = [
        messages.post(bob.user(), garden.id, nonce=nonce(), text=str(number))[0].id
        for number in range(limits.PINS_PER_ROOM + 1)
    ]
    for message_id in ids[:-1]:
        pins.put(ada.user(), message_id, on=True)
    with pytest.raises(Conflict):
        pins.put(ada.user(), ids[-1], on=True)
    db.session.rollback()
    messages.delete(bob.user(), ids[0])  # a tombstone is no pin
    assert pins.put(ada.user(), ids[-1], on=True).pinned_seq is not None


# ---- all of them


@pytest.mark.parametrize("how", ["react", "answer", "pin"])
def test_what_another_process_did_is_told_whole_when_the_log_is_read(
    app, garden, ada, bob, said, how: str, monkeypatch
) -> None:
    from app import dispatch

    assert bob.socket.connected
    bob.heard()
    monkeypatch.setattr(dispatch, "tell", lambda *_: None)
    data = {"message_id": said, "on": True}
    if how == "react":
        message = ada.ask("set_reaction", {**data, "emoji": "👍"})["data"]["message"]
    elif how == "pin":
        message = ada.ask("set_pin", data)["data"]["message"]
    else:
        asked = {"room_id": garden.id, "nonce": nonce(), "text": "@bob yes", "reply_to": said}
        message = ada.ask("post_message", asked)["data"]["message"]
    assert bob.heard() == []
    with app.app_context():
        dispatch.sweep()
    assert [fact["message"] for _, fact in bob.heard()] == [message]


def test_who_is_muted_edits_and_reacts_no_more_and_may_take_back(inside, garden, ada, bob) -> None:
    mine, _ = messages.post(bob.user(), garden.id, nonce=nonce(), text="hm")
    members.mute(ada.user(), garden.id, bob.id, seconds=60)
    for change in (
        lambda: messages.edit(bob.user(), mine.id, text="hm!"),
        lambda: reactions.put(bob.user(), mine.id, "👍", on=True),
    ):
        with pytest.raises(Forbidden):
            change()
        db.session.rollback()
    assert messages.delete(bob.user(), mine.id).deleted_at is not None


def test_changes_are_counted_together(make_app) -> None:
    app = make_app(rate_limits="on")
    ada = person(app, "ada")
    from app.actions import rooms

    with app.app_context():
        room_id = rooms.create(ada.user(), "The garden")[0].room_id
        message, _ = messages.post(ada.user(), room_id, nonce=nonce(), text="hello")
        on = itertools.cycle([True, False])
        for _ in range(limits.CHANGE_BURST.amount - 1):
            reactions.put(ada.user(), message.id, "👍", on=next(on))
        messages.edit(ada.user(), message.id, text="hello again")
        for refused in (
            lambda: messages.edit(ada.user(), message.id, text="and again"),
            lambda: messages.delete(ada.user(), message.id),
            lambda: pins.put(ada.user(), message.id, on=True),
        ):
            with pytest.raises(RateLimited):
                refused()
