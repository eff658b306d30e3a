"""Who is in a room, and what an owner or a moderator may do about it."""

import pytest

from app import access
from app.actions import members
from tests import stored
from tests.web.visiting import words


def role_of(person, room_id: str) -> str:
    with person.app.app_context():
        return access.membership(person.user(), room_id).role


def test_a_member_sees_everybody_and_is_offered_nothing_to_do(bob, garden):
    page = words(bob.http.get(f"{garden.path}/members"))
    assert "ada Owner" in page
    assert "bob you Member" in page
    assert "Remove" not in page


def test_who_is_here_is_said(ada, bob, garden):
    assert bob.connect().connected
    assert "bob Member, here now" in words(ada.http.get(f"{garden.path}/members"))


def test_an_outsider_gets_404(app, mallory, bob, garden):
    mallory.http.get("/")
    before = stored.rows(app)
    assert mallory.http.get(f"{garden.path}/members").status_code == 404
    assert mallory.post(f"{garden.path}/members/{bob.id}/remove").status_code == 404
    assert mallory.post(f"{garden.path}/members/{mallory.id}/role", role="owner").status_code == 404
    assert stored.rows(app) == before


def test_an_owner_gives_roles_and_everybody_is_told(ada, bob, garden):
    bob.socket.heard()
    assert ada.post(f"{garden.path}/members/{bob.id}/role", role="moderator").status_code == 303
    assert role_of(bob, garden.id) == "moderator"
    assert [fact["member"]["role"] for _, fact in bob.heard("member_changed")] == ["moderator"]
    assert "bob is now a moderator." in words(ada.http.get(f"{garden.path}/members"))


def test_the_last_owner_can_hand_the_room_over_and_then_leave(ada, bob, garden):
    assert ada.post(f"{garden.path}/members/{ada.id}/role", role="member").status_code == 409
    ada.post(f"{garden.path}/members/{bob.id}/role", role="owner")
    assert ada.post(f"{garden.path}/leave").location == "/"
    assert role_of(bob, garden.id) == "owner"


@pytest.mark.parametrize("role", ["", "king", "Owner"])
def test_a_role_that_there_is_not_is_refused(ada, bob, garden, role):
    assert ada.post(f"{garden.path}/members/{bob.id}/role", role=role).status_code == 422
    assert role_of(bob, garden.id) == "member"


def test_a_member_may_change_nobody(app, ada, bob, garden):
    bob.http.get("/")
    before = stored.rows(app)
    assert bob.post(f"{garden.path}/members/{bob.id}/role", role="owner").status_code == 403
    assert bob.post(f"{garden.path}/members/{ada.id}/remove").status_code == 403
    assert stored.rows(app) == before


def test_an_owner_puts_somebody_out_and_the_old_link_stays_closed_to_them(ada, bob, garden):
    assert bob.socket.connected
    assert ada.post(f"{garden.path}/members/{bob.id}/remove").status_code == 303
    assert bob.http.get(garden.path).status_code == 404
    assert bob.post(f"/join/{garden.token}").status_code == 404
    assert [fact["reason"] for _, fact in bob.heard("room_removed")] == ["removed"]


def test_a_banned_one_is_let_in_by_no_link(ada, bob, garden):
    ada.post(f"{garden.path}/members/{bob.id}/remove", ban="y")
    ada.post(f"{garden.path}/invites/rotate")
    with ada.app.app_context():
        token = access.current_invite(ada.user(), garden.id).token
    assert bob.post(f"/join/{token}").status_code == 404


def test_a_moderator_puts_members_out_and_not_the_owner(app, ada, bob, mallory, garden):
    mallory.post(f"/join/{garden.token}")
    with app.app_context():
        members.set_role(ada.user(), garden.id, bob.id, "moderator")
    assert bob.post(f"{garden.path}/members/{ada.id}/remove").status_code == 403
    assert bob.post(f"{garden.path}/members/{mallory.id}/remove").status_code == 303
    assert mallory.http.get(garden.path).status_code == 404


def test_somebody_who_is_not_in_the_room_is_not_found(ada, mallory, garden):
    assert ada.post(f"{garden.path}/members/{mallory.id}/remove").status_code == 404
    assert ada.post(f"{garden.path}/members/nobody/role", role="owner").status_code == 404
