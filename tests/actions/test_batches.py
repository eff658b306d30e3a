"""What is said in one turn: stored as one by one would, or left to be asked one by one."""

import threading
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from app import limits, log, presence
from app.actions import batches, members, messages, rooms
from app.actions.batches import Draft
from app.extensions import db
from app.models import Entry, Kind, Membership, Message, Room
from app.models.columns import now
from tests.databases import on_both, on_postgresql
from tests.everything import nonce


def draft(who, room_id: str, text: str = "hello", sent: str = "") -> Draft:
    let_in_by = presence.socket(who.socket.sid).credential_id
    return Draft(who.socket.sid, who.id, let_in_by, room_id, sent or nonce(), text)


def stored_seqs(room_id: str) -> list[int]:
    return list(db.session.scalars(sa.select(Entry.seq).where(Entry.room_id == room_id).order_by(Entry.seq)))


@pytest.fixture
def listening(garden, ada, bob, mallory):
    for who in (ada, bob, mallory):
        assert who.socket.connected
        who.heard()
    return garden


@on_both
def test_all_of_a_turn_is_stored_in_order_and_told_once(app, listening, ada, bob, mallory) -> None:
    with app.app_context():
        facts = batches.post(
            [draft(ada, listening.id, "1"), draft(bob, listening.id, "2"), draft(ada, listening.id, "3")]
        )
        assert [fact["seq"] for fact in facts] == [3, 4, 5]
        assert stored_seqs(listening.id) == [1, 2, 3, 4, 5]
    heard = [fact for _, fact in bob.heard("message_posted")]
    assert heard == facts == [fact for _, fact in ada.heard("message_posted")]
    assert mallory.heard() == []
    assert bob.ask("sync", {"rooms": {listening.id: 2}})["data"]["rooms"][0]["entries"] == facts


@on_both
def test_who_was_renamed_meanwhile_is_told_by_the_new_name(app, listening, ada, bob) -> None:
    with app.app_context():
        old = ada.user()
        db.session.execute(sa.text("UPDATE users SET display_name = 'Countess'"))
        db.session.commit()
        assert old.display_name != "Countess", "what this session holds is from before"
        messages.post(old, listening.id, nonce=nonce(), text="by itself")
        assert all(batches.post([draft(ada, listening.id, "in a batch")]))
    names = [fact["message"]["author"]["display_name"] for _, fact in bob.heard("message_posted")]
    assert names == ["Countess", "Countess"]


def test_an_outsider_among_them_is_left_and_the_others_go_through(app, listening, ada, mallory) -> None:
    with app.app_context():
        facts = batches.post(
            [draft(ada, listening.id), draft(mallory, listening.id), draft(ada, listening.id)]
        )
        assert [fact and fact["seq"] for fact in facts] == [3, None, 4]
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.author_id == mallory.id)) == 0


def test_a_nonce_that_was_used_leaves_the_whole_turn_and_stores_nothing(app, listening, ada, bob) -> None:
    sent = nonce()
    assert ada.say(listening.id, nonce=sent)["ok"]
    bob.heard()
    with app.app_context():
        assert batches.post([draft(bob, listening.id), draft(ada, listening.id, sent=sent)]) == [None, None]
        assert stored_seqs(listening.id) == [1, 2, 3]
    assert bob.heard() == []
    with app.app_context():
        twice = nonce()
        assert batches.post([draft(ada, listening.id, sent=twice)] * 2) == [None, None]
        assert messages.post(ada.user(), listening.id, nonce=twice, text="hello")[1] is False


@on_both
def test_where_another_process_spoke_just_before_members_speak_and_nobody_else(
    app, listening, ada, bob, mallory
) -> None:
    with app.app_context():
        room = log.lock(listening.id)
        log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=ada.user())
        db.session.commit()  # and this process was not told
        facts = batches.post(
            [draft(mallory, listening.id), draft(bob, listening.id), draft(ada, listening.id)]
        )
        assert [fact and fact["seq"] for fact in facts] == [None, 4, 5]


@on_both
def test_what_a_socket_says_after_what_is_left_is_left_too_in_whatever_room(app, listening, ada, bob) -> None:
    with app.app_context():
        other_id = rooms.create(bob.user(), "The orchard")[0].room_id
        drafts = [draft(bob, "never-was"), draft(bob, other_id), draft(ada, listening.id)]
        assert [fact is not None for fact in batches.post(drafts)] == [False, False, True]
        assert stored_seqs(other_id) == [1]


@on_postgresql
def test_a_room_that_another_process_holds_for_a_moment_is_waited_for(app, listening, ada, bob) -> None:
    with app.app_context():
        other_id = rooms.create(bob.user(), "The orchard")[0].room_id
    holding = psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""))
    holding.execute("SELECT 1 FROM rooms WHERE id = %s FOR UPDATE", [listening.id])
    with app.app_context():
        drafts = [draft(ada, listening.id), draft(bob, other_id), draft(bob, listening.id)]
        assert [fact is not None for fact in batches.post(drafts)] == [False, True, False]
        release = threading.Timer(0.02, holding.rollback)
        release.start()
        assert [fact["seq"] for fact in batches.post(drafts[::2])] == [3, 4]
        release.join()
    holding.close()


def test_who_was_removed_by_another_process_says_nothing_though_the_socket_still_listens(
    app, listening, ada, bob
) -> None:
    """I10: this process has not read the removal yet, so who listens proves nothing."""
    with app.app_context():
        room = log.lock(listening.id)
        db.session.get_one(Membership, (room.id, bob.id)).ended_at = now()
        log.append(room, Kind.MEMBER_REMOVED, subject_id=bob.id, actor=ada.user())
        db.session.commit()
        assert batches.post([draft(bob, listening.id)]) == [None]


def test_a_room_that_is_no_more_and_one_that_never_was_are_left(app, listening, ada) -> None:
    with app.app_context():
        rooms.delete(ada.user(), listening.id)
        assert batches.post([draft(ada, listening.id), draft(ada, "never-was")]) == [None, None]


def test_a_member_who_left_in_this_process_is_left(app, listening, ada, bob) -> None:
    with app.app_context():
        sent = draft(bob, listening.id)
        members.leave(bob.user(), listening.id)
        assert batches.post([sent]) == [None]
        assert batches.post([draft(ada, listening.id)])[0]["seq"] == 4


def test_who_says_more_than_the_limit_allows_is_left_whole_and_nobody_else(make_app) -> None:
    from tests.conftest import person

    app = make_app(rate_limits="on")
    ada, bob = person(app, "ada"), person(app, "bob")
    with app.app_context():
        room_id = rooms.create(ada.user(), "The garden")[0].room_id
        other_id = rooms.create(ada.user(), "The orchard")[0].room_id
        bobs_id = rooms.create(bob.user(), "The meadow")[0].room_id
    assert ada.socket.connected and bob.socket.connected
    with app.app_context():
        most = limits.SEND_BURST.amount
        said = [draft(ada, room_id, str(n)) for n in range(most + 1)]
        facts = batches.post([*said, draft(ada, other_id, "after it"), draft(bob, bobs_id)])
        assert [fact is not None for fact in facts] == [False] * (most + 2) + [True]
        assert stored_seqs(other_id) == [1]
        assert all(batches.post(said[:most])), "nothing was counted of what was left"
        assert batches.post(said[most:]) == [None]


@on_both
@pytest.mark.parametrize("rule", [{"slow_seconds": 5}, {"muted_until": now() + timedelta(hours=1)}])
def test_a_room_where_not_everybody_may_just_speak_is_left_and_others_go_through(
    app, listening, ada, bob, rule
) -> None:
    with app.app_context():
        other_id = rooms.create(ada.user(), "The orchard")[0].room_id
        db.session.execute(sa.update(Room).where(Room.id == listening.id).values(rule))
        db.session.commit()
        facts = batches.post([draft(bob, listening.id), draft(ada, other_id)])
        assert [fact and fact["room_id"] for fact in facts] == [None, other_id]
        over = {"slow_seconds": 0, "muted_until": now() - timedelta(seconds=1)}
        db.session.execute(sa.update(Room).where(Room.id == listening.id).values(over))
        db.session.commit()
        assert batches.post([draft(bob, listening.id)])[0]["room_id"] == listening.id


@on_both
def test_what_is_stored_is_what_one_by_one_stores(app, listening, ada) -> None:
    with app.app_context():
        batches.post([draft(ada, listening.id, "grüß dich 🌱")])
        messages.post(ada.user(), listening.id, nonce=nonce(), text="grüß dich 🌱")
        db.session.expire_all()
        for model in (Message, Entry):
            query = sa.select(model.__table__).where(model.room_id == listening.id, model.seq > 2)
            first, second = (row._asdict() for row in db.session.execute(query.order_by(model.seq)))
            changing = {"id", "seq", "nonce", "subject_id", "created_at", "at"}
            assert {k: v for k, v in first.items() if k not in changing} == {
                k: v for k, v in second.items() if k not in changing
            }
            for name in ("created_at", "at"):
                if name in first:
                    assert second[name] - first[name] < timedelta(minutes=1)
