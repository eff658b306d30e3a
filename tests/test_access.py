"""Who may reach what: a room is found through one's own membership, and an outsider learns nothing."""

import pytest

from app import access, conversation, limits
from app.actions import invites, members, messages
from app.errors import Forbidden, NotFound, RateLimited, Unavailable
from app.extensions import limiter
from app.models import Role
from tests.conftest import person
from tests.databases import on_both
from tests.everything import nonce

READS = [
    access.membership,
    access.members,
    access.history,
    access.invites,
    access.current_invite,
    lambda user, room_id: access.moderated(user, room_id, least=Role.MEMBER),
]


@pytest.mark.parametrize("read", READS)
def test_an_outsider_and_a_stranger_to_a_room_that_never_was_get_the_same(
    app, garden, ada, mallory, read
) -> None:
    with app.app_context():
        assert read(ada.user(), garden.id) is not None
        answers = []
        for room_id in (garden.id, "never-was"):
            with pytest.raises(NotFound) as refused:
                read(mallory.user(), room_id)
            answers.append(refused.value.problem())
        assert answers[0] == answers[1]
        assert "detail" not in answers[0]


@pytest.mark.parametrize("read", READS)
def test_who_was_removed_is_an_outsider_at_once(app, garden, ada, bob, read) -> None:
    """BZ5."""
    with app.app_context():
        read(bob.user(), garden.id) if read is not READS[-1] else None
        members.remove(ada.user(), garden.id, bob.id, ban=False)
        with pytest.raises(NotFound):
            read(bob.user(), garden.id)


def test_a_role_is_enough_or_not(app, garden, ada, bob) -> None:
    with app.app_context():
        assert access.moderated(ada.user(), garden.id, least=Role.OWNER).role == "owner"
        with pytest.raises(Forbidden):
            access.moderated(bob.user(), garden.id, least=Role.MODERATOR)
        assert access.moderated(bob.user(), garden.id, least=Role.MEMBER).user_id == bob.id


@pytest.fixture
def ten(app, garden, ada) -> list[int]:
    """The seqs of ten messages."""
    with app.app_context():
        return [messages.post(ada.user(), garden.id, nonce=nonce(), text=str(n))[0].seq for n in range(10)]


@on_both
def test_history_goes_both_ways_and_around(app, garden, bob, ten) -> None:
    assert ten == list(range(3, 13))

    def seqs(**query: int) -> list[int]:
        with app.app_context():
            return [said.seq for said in access.history(bob.user(), garden.id, **query)]

    assert seqs() == ten[::-1]
    assert seqs(limit=3) == [12, 11, 10]
    assert seqs(before=6) == [5, 4, 3]
    assert seqs(before=6, limit=2) == [5, 4]
    assert seqs(after=10) == [11, 12]
    assert seqs(after=0, limit=2) == [3, 4]
    assert seqs(around=7, limit=4) == [6, 7, 8, 9]
    assert seqs(around=3, limit=4) == [3, 4, 5]
    assert seqs(before=0) == []
    assert seqs(after=2**53 - 1) == []
    assert seqs(before=2**53 - 1, limit=1) == [12]


def test_rooms_are_in_the_order_in_which_something_was_said(app, garden, ada, bob, make_room) -> None:
    second = make_room(ada, bob)
    ada.say(garden.id)
    ada.say(second)
    with app.app_context():
        assert [each.room_id for each in access.rooms(bob.user())] == [second, garden.id]
    ada.say(garden.id)
    with app.app_context():
        assert [each.room_id for each in access.rooms(bob.user())] == [garden.id, second]
        assert access.last_messages(access.rooms(bob.user()))[garden.id].author_id == ada.id
        assert access.last_messages([]) == {}
        assert conversation.unread([]) == {}


@on_both
def test_unread_is_told_for_every_room_at_once(app, garden, ada, bob, make_room) -> None:
    second = make_room(ada, bob)
    ada.say(garden.id), ada.say(garden.id), bob.say(garden.id)
    with app.app_context():
        unread = conversation.unread(access.rooms(bob.user()))
        assert {room: each[:2] for room, each in unread.items()} == {garden.id: (2, 0), second: (0, 0)}


def test_members_are_in_the_order_of_their_names(app, garden, ada) -> None:
    zoe, carl = person(app, "zoe"), person(app, "Carl")
    with app.app_context():
        for each in (zoe, carl):
            invites.accept(each.user(), garden.token)
        assert [each.user.username for each in access.members(ada.user(), garden.id)] == [
            "ada",
            "bob",
            "Carl",
            "zoe",
        ]


def test_a_store_of_limits_out_of_reach_denies(make_app, monkeypatch) -> None:
    """I18."""
    make_app(rate_limits="on")
    rule = limits.Rule("some", 1, 60)
    access.within(rule, "somebody")
    with pytest.raises(RateLimited) as refused:
        access.within(rule, "somebody")
    assert 0 < refused.value.retry_after <= 60
    access.within(rule, "somebody else")

    def away(*_):
        raise ConnectionError("redis is away")

    monkeypatch.setattr(limiter, "spend", away)
    with pytest.raises(Unavailable):
        access.within(rule, "a third")


def test_a_server_says_why_it_is_not_ready(app, monkeypatch) -> None:
    with app.app_context():
        assert access.unready() == []
        monkeypatch.setattr(limiter, "answers", lambda: False)
        assert len(access.unready()) == 1
