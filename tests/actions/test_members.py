"""Who leaves, who is removed, who may; and no room without an owner."""

import pytest

from app import access
from app.actions import members
from app.errors import Conflict, Forbidden, NotFound
from app.extensions import db
from app.models import Role, Room
from tests.conftest import person
from tests.databases import on_both
from tests.together import run_together


def roles(app, room_id: str) -> dict[str, str]:
    from app.models import Membership

    with app.app_context():
        found = db.session.scalars(Membership.in_room(room_id))
        return {each.user.username: each.role for each in found}


def test_who_leaves_is_out_and_those_who_stay_are_told(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    with app.app_context():
        members.leave(bob.user(), garden.id)
        with pytest.raises(NotFound):
            access.membership(bob.user(), garden.id)
        with pytest.raises(NotFound):
            members.leave(bob.user(), garden.id)
        assert db.session.get_one(Room, garden.id).member_count == 1
    [(name, fact)] = ada.heard()
    assert (name, fact["member"]["user"]["username"], fact["seq"]) == ("member_left", "bob", 3)


def test_the_last_owner_cannot_leave_and_one_of_two_can(app, garden, ada, bob) -> None:
    with app.app_context():
        with pytest.raises(Conflict):
            members.leave(ada.user(), garden.id)
        members.set_role(ada.user(), garden.id, bob.id, Role.OWNER)
        members.leave(ada.user(), garden.id)
    assert roles(app, garden.id) == {"bob": "owner"}


def test_the_last_owner_cannot_step_down_and_one_of_two_can(app, garden, ada, bob) -> None:
    with app.app_context():
        with pytest.raises(Conflict):
            members.set_role(ada.user(), garden.id, ada.id, Role.MEMBER)
        members.set_role(ada.user(), garden.id, bob.id, Role.OWNER)
        members.set_role(ada.user(), garden.id, ada.id, Role.MEMBER)
    assert roles(app, garden.id) == {"ada": "member", "bob": "owner"}


@on_both
def test_two_owners_who_leave_at_once_leave_one_behind(app, garden, ada, bob) -> None:
    with app.app_context():
        members.set_role(ada.user(), garden.id, bob.id, Role.OWNER)
    refused = []

    def leave(who) -> None:
        with app.app_context():
            try:
                members.leave(who.user(), garden.id)
            except Conflict:
                refused.append(who.username)

    run_together([lambda: leave(ada), lambda: leave(bob)])
    assert len(refused) == 1
    assert roles(app, garden.id) == {refused[0]: "owner"}


def test_removing_tells_by_whom_and_the_removed_why(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    assert bob.socket.connected
    with app.app_context():
        members.remove(ada.user(), garden.id, bob.id, ban=True)
    [(name, fact)] = ada.heard()
    assert name == "member_removed"
    assert (fact["member"]["user"]["id"], fact["by"]["id"], fact["banned"]) == (bob.id, ada.id, True)
    assert bob.heard() == [("room_removed", {"room_id": garden.id, "reason": "banned"})]


@pytest.mark.parametrize("actor", ["member", "moderator", "owner"])
@pytest.mark.parametrize("target", ["member", "moderator", "owner"])
def test_only_who_outranks_somebody_removes_them(app, garden, ada, bob, mallory, actor, target) -> None:
    from app.actions import invites

    with app.app_context():
        invites.accept(mallory.user(), garden.token)
        members.set_role(ada.user(), garden.id, bob.id, Role(actor))
        members.set_role(ada.user(), garden.id, mallory.id, Role(target))
        ranks = ["member", "moderator", "owner"]
        if ranks.index(actor) > ranks.index(target):
            members.remove(bob.user(), garden.id, mallory.id, ban=False)
            assert "mallory" not in roles(app, garden.id)
        else:
            with pytest.raises(Forbidden):
                members.remove(bob.user(), garden.id, mallory.id, ban=False)
            db.session.rollback()
            assert "mallory" in roles(app, garden.id)


def test_nobody_removes_themselves(app, garden, ada) -> None:
    with app.app_context(), pytest.raises(Forbidden):
        members.remove(ada.user(), garden.id, ada.id, ban=False)


def test_roles_are_given_by_owners_only(app, garden, ada, bob, mallory) -> None:
    with app.app_context():
        with pytest.raises(Forbidden):
            members.set_role(bob.user(), garden.id, bob.id, Role.OWNER)
        with pytest.raises(NotFound):
            members.set_role(mallory.user(), garden.id, bob.id, Role.OWNER)
        with pytest.raises(NotFound):
            members.set_role(ada.user(), garden.id, mallory.id, Role.OWNER)
        members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
        with pytest.raises(Forbidden):
            members.set_role(bob.user(), garden.id, bob.id, Role.OWNER)


def test_a_new_role_is_told_once(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    with app.app_context():
        members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
        members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
    [(name, fact)] = ada.heard()
    assert (name, fact["member"]["role"]) == ("member_changed", "moderator")


def test_an_owner_is_one_no_longer_the_moment_they_stepped_down(app, garden, ada, bob) -> None:
    """BZ4: the role is read under the lock, not from what the caller had in hand."""
    with app.app_context():
        ada_as_read_before = ada.user()
        access.membership(ada_as_read_before, garden.id)
        db.session.commit()
        with app.app_context():
            members.set_role(ada.user(), garden.id, bob.id, Role.OWNER)
            members.set_role(bob.user(), garden.id, ada.id, Role.MEMBER)
        with pytest.raises(Forbidden):
            members.remove(ada_as_read_before, garden.id, bob.id, ban=False)


def test_who_goes_for_good_hands_each_room_to_the_next_in_rank_then_in_time(app, ada, bob, make_room) -> None:
    carol = person(app, "carol")
    by_time, by_rank, alone = make_room(ada, bob, carol), make_room(ada, bob, carol), make_room(ada)
    with app.app_context():
        members.set_role(ada.user(), by_rank, carol.id, Role.MODERATOR)
        members.leave_everything(ada.user())
        assert db.session.get_one(Room, alone).deleted_at is not None
    assert roles(app, by_time) == {"bob": "owner", "carol": "member"}
    assert roles(app, by_rank) == {"bob": "member", "carol": "owner"}


def test_a_disabled_account_is_made_no_owner_and_can_step_down(app, garden, ada, bob) -> None:
    from app.actions import accounts

    with app.app_context():
        accounts.disable(bob.user())
        for give in (
            lambda: members.set_role(ada.user(), garden.id, bob.id, Role.OWNER),
            lambda: members.hand_over(ada.user(), garden.id, bob.id),
        ):
            with pytest.raises(Conflict, match="cannot look after"):
                give()
        accounts.enable(bob.user())
        members.set_role(ada.user(), garden.id, bob.id, Role.OWNER)
        accounts.disable(bob.user())
        members.set_role(ada.user(), garden.id, bob.id, Role.MEMBER)
    assert roles(app, garden.id) == {"ada": "owner", "bob": "member"}


def test_a_disabled_account_inherits_last(app, ada, bob, make_room) -> None:
    from app.actions import accounts

    carol = person(app, "carol")
    room_id = make_room(ada, bob, carol)
    with app.app_context():
        accounts.disable(bob.user())
        members.leave_everything(ada.user())
    assert roles(app, room_id) == {"bob": "member", "carol": "owner"}
