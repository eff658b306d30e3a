"""Links: exact in their uses, closed to whom they should be, the same refusal for all that don't open."""

import threading
from datetime import timedelta

import pytest

from app import access, limits
from app.actions import invites, members, rooms
from app.errors import Conflict, Forbidden, NotFound, RateLimited
from app.extensions import db
from app.models import Invite, Membership, Role, Room
from app.models.columns import now
from tests.conftest import person
from tests.databases import on_both, on_postgresql
from tests.processes import run_processes
from tests.together import run_together


def accept(app, someone, token: str) -> Membership:
    with app.app_context():
        return invites.accept(someone.user(), token)


def test_a_link_lets_somebody_in_and_remembers_that_it_did(app, garden, ada, mallory) -> None:
    ada.heard()
    membership = accept(app, mallory, garden.token)
    with app.app_context():
        link = access.invite_by_token(garden.token)
        assert (membership.invite_id, link.uses) == (link.id, 2)
        assert db.session.get_one(Room, garden.id).member_count == 3
    assert [fact["member"]["user"]["username"] for _, fact in ada.heard("member_joined")] == ["mallory"]
    assert mallory.say(garden.id)["ok"]


def test_accepting_again_is_fine_and_no_use(app, garden, bob) -> None:
    again = accept(app, bob, garden.token)
    assert again.room_id == garden.id
    with app.app_context():
        assert access.invite_by_token(garden.token).uses == 1
        assert db.session.get_one(Room, garden.id).member_count == 2


def test_a_link_for_one_answers_its_own_user_again_and_nobody_else(app, garden, ada, mallory) -> None:
    carol = person(app, "carol")
    with app.app_context():
        token = invites.create(ada.user(), garden.id, max_uses=1).token
    assert accept(app, mallory, token).user_id == mallory.id
    assert accept(app, mallory, token).user_id == mallory.id
    with pytest.raises(NotFound):
        accept(app, carol, token)


@pytest.mark.parametrize("why", ["unknown", "expired", "revoked", "used up", "room deleted"])
def test_every_link_that_opens_nothing_is_refused_alike(app, garden, ada, mallory, why) -> None:
    token = garden.token
    assert accept(app, person(app, "carol"), token)  # it opens until now
    with app.app_context():
        link = access.invite_by_token(token)
        db.begin_write()
        if why == "expired":
            link.expires_at = now() - timedelta(milliseconds=1)
        elif why == "revoked":
            link.revoked_at = now()
        elif why == "used up":
            link.max_uses = link.uses
        elif why == "room deleted":
            link.room.deleted_at = now()
        db.session.commit()
    with pytest.raises(NotFound) as refused:
        accept(app, mallory, token if why != "unknown" else "x" * 32)
    assert refused.value.problem() == NotFound().problem()


def test_expiry_is_when_it_says(app, garden, ada, mallory) -> None:
    with app.app_context():
        link = invites.create(ada.user(), garden.id, expires_in=60)
        assert timedelta(seconds=58) < link.expires_at - now() <= timedelta(seconds=60)
    assert accept(app, mallory, link.token)


@on_both
def test_a_link_for_five_lets_five_of_fifty_in(app, garden, ada) -> None:
    crowd = [person(app, f"guest{number}") for number in range(50)]
    with app.app_context():
        token = invites.create(ada.user(), garden.id, max_uses=5).token
    barrier, came = threading.Barrier(10), []

    def come(some) -> None:
        barrier.wait()
        for each in some:
            with app.app_context():
                try:
                    came.append(invites.accept(each.user(), token).user_id)
                except NotFound:
                    pass

    run_together([lambda some=crowd[start::10]: come(some) for start in range(10)])
    assert len(came) == 5
    with app.app_context():
        assert db.session.get_one(Room, garden.id).member_count == 7
        assert db.session.scalars(Invite.by_token(token)).one().uses == 5


@on_both
def test_a_link_for_five_lets_five_of_fifty_in_from_two_processes(app, garden, ada) -> None:
    crowd = [person(app, f"guest{number}").id for number in range(50)]
    with app.app_context():
        token = invites.create(ada.user(), garden.id, max_uses=5).token
    url = app.config["SETTINGS"].database_url.get_secret_value()
    answers = run_processes("tests.accepting", [[url, token, *crowd[::2]], [url, token, *crowd[1::2]]])
    assert sorted(answers) == ["in"] * 5 + ["refused"] * 45
    with app.app_context():
        assert db.session.get_one(Room, garden.id).member_count == 7
        assert db.session.scalars(Invite.by_token(token)).one().uses == 5


def test_who_was_removed_needs_a_link_that_was_made_after(app, garden, ada, bob) -> None:
    """BZ6. Even one made in the same millisecond: the log decides, not the clock."""
    with app.app_context():
        older = invites.create(ada.user(), garden.id).token
        members.remove(ada.user(), garden.id, bob.id, ban=False)
        newer = invites.create(ada.user(), garden.id).token
    for token in (garden.token, older):
        with pytest.raises(NotFound):
            accept(app, bob, token)
    membership = accept(app, bob, newer)
    assert (membership.ended_at, membership.removed_seq, membership.role) == (None, None, "member")
    with app.app_context():
        assert membership.invite_id == access.invite_by_token(newer).id


def test_who_was_removed_may_come_by_the_rotated_link(app, garden, ada, bob) -> None:
    with app.app_context():
        members.remove(ada.user(), garden.id, bob.id, ban=False)
        token = invites.rotate(ada.user(), garden.id).token
    assert accept(app, bob, token)
    assert bob.say(garden.id)["ok"]


def test_who_was_banned_comes_by_no_link(app, garden, ada, bob) -> None:
    with app.app_context():
        members.remove(ada.user(), garden.id, bob.id, ban=True)
        token = invites.rotate(ada.user(), garden.id).token
    with pytest.raises(NotFound):
        accept(app, bob, token)


def test_who_left_may_come_back_by_the_old_link_and_starts_reading_there(app, garden, ada, bob) -> None:
    with app.app_context():
        members.leave(bob.user(), garden.id)
    ada.say(garden.id)
    assert accept(app, bob, garden.token).read_seq == 5
    [room] = bob.ask("sync", {"rooms": {}})["data"]["rooms"]
    assert (room["room"]["unread"], room["room"]["member_count"]) == (0, 2)


def test_a_full_room_takes_nobody_more(app, garden, mallory, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MEMBERS_PER_ROOM", 2)
    with pytest.raises(Conflict):
        accept(app, mallory, garden.token)
    monkeypatch.setattr(limits, "MEMBERS_PER_ROOM", 3)
    assert accept(app, mallory, garden.token)


def test_who_is_in_too_many_rooms_comes_into_no_more(app, garden, mallory, monkeypatch) -> None:
    monkeypatch.setattr(limits, "ROOMS_PER_USER", 0)
    with pytest.raises(Conflict):
        accept(app, mallory, garden.token)


def test_rotating_closes_every_link_and_moves_no_room(app, garden, ada, mallory) -> None:
    with app.app_context():
        other = invites.create(ada.user(), garden.id).token
        fresh = invites.rotate(ada.user(), garden.id)
        assert fresh.room_id == garden.id
        assert [each.id for each in access.invites(ada.user(), garden.id) if each.is_live] == [fresh.id]
    for token in (garden.token, other):
        with pytest.raises(NotFound):
            accept(app, mallory, token)
    assert accept(app, mallory, fresh.token)


def test_any_member_makes_links_and_revokes_their_own(app, garden, ada, bob, mallory) -> None:
    with app.app_context():
        bobs = invites.create(bob.user(), garden.id, label="for Carol")
        adas = invites.create(ada.user(), garden.id)
        invites.revoke(bob.user(), bobs.id)
        invites.revoke(bob.user(), bobs.id)
        with pytest.raises(Forbidden):
            invites.revoke(bob.user(), adas.id)
        with pytest.raises(Forbidden):
            invites.rotate(bob.user(), garden.id)
        with pytest.raises(NotFound):
            invites.revoke(mallory.user(), adas.id)
        with pytest.raises(NotFound):
            invites.revoke(mallory.user(), "no-such-invite")
        with pytest.raises(NotFound):
            invites.create(mallory.user(), garden.id)
        with pytest.raises(NotFound):
            invites.rotate(mallory.user(), garden.id)
        members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
        invites.revoke(bob.user(), adas.id)
        assert [each.is_live for each in access.invites(ada.user(), garden.id)] == [False, False, True]


def test_a_room_has_so_many_links_and_no_more(app, garden, ada, monkeypatch) -> None:
    monkeypatch.setattr(limits, "INVITES_PER_ROOM", 2)
    with app.app_context():
        invites.create(ada.user(), garden.id)
        with pytest.raises(Conflict):
            invites.create(ada.user(), garden.id)


def test_links_are_not_tried_out_faster_than_ten_a_minute(make_app) -> None:
    app = make_app(rate_limits="on")
    mallory = person(app, "mallory")
    with app.app_context():
        for _ in range(10):
            with pytest.raises(NotFound):
                invites.accept(mallory.user(), "guess")
        with pytest.raises(RateLimited):
            invites.accept(mallory.user(), "guess")


@on_postgresql
def test_joining_and_removing_raced_leaves_no_member_behind(app, garden, ada, bob) -> None:
    """BZ8: whoever wins, the row, the counter and the log agree."""
    for _ in range(10):
        with app.app_context():
            token = invites.rotate(ada.user(), garden.id).token

        def come(token=token) -> None:
            with app.app_context():
                try:
                    invites.accept(bob.user(), token)
                except NotFound:
                    pass

        def go() -> None:
            with app.app_context():
                try:
                    members.remove(ada.user(), garden.id, bob.id, ban=False)
                except NotFound:
                    pass

        run_together([come, go])
    with app.app_context():
        inside = {each.user_id for each in db.session.scalars(Membership.in_room(garden.id))}
        assert db.session.get_one(Room, garden.id).member_count == len(inside)
        rooms.rename(ada.user(), garden.id, "Still here")
