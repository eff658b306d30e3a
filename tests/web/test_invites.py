"""The page behind a link, and the page on which members look after links."""

import re

import pytest

from app import access
from app.actions import invites, members
from app.extensions import db
from tests import stored
from tests.web.visiting import PASSWORD, Visitor, words


def is_member(person, room_id: str) -> bool:
    """Does the room's page open for them?"""
    return person.http.get(f"/rooms/{room_id}").status_code == 200


def current_token(person, room_id: str) -> str:
    with person.app.app_context():
        return access.current_invite(person.user(), room_id).token


class TestLooking:
    """GET /join/<token>."""

    def test_the_page_says_honestly_what_one_is_about_to_join(self, mallory, garden):
        page = words(mallory.http.get(f"/join/{garden.token}"))
        assert "ada invites you to The garden 2 members" in page
        assert "Join room" in page

    def test_a_stranger_is_offered_both_ways_and_not_the_button(self, visitor, garden):
        page = visitor.open(f"/join/{garden.token}").text
        assert page.count(">Register</a>") == 1
        assert page.count(">Log in</a>") == 1
        assert "Join room" not in page

    def test_a_member_goes_straight_to_the_room(self, bob, garden):
        assert bob.http.get(f"/join/{garden.token}").location == garden.path

    @pytest.mark.parametrize(
        "headers", [{}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "Slackbot-LinkExpanding"}]
    )
    def test_looking_changes_nothing(self, app, mallory, garden, headers):
        mallory.http.get("/")
        before = stored.rows(app)
        assert mallory.http.get(f"/join/{garden.token}", headers=headers).status_code == 200
        assert mallory.http.head(f"/join/{garden.token}", headers=headers).status_code == 200
        assert Visitor(app.test_client()).open(f"/join/{garden.token}").status_code == 200
        assert stored.rows(app) == before
        assert not is_member(mallory, garden.id)

    def test_every_link_that_opens_nothing_gets_the_same_page(self, app, ada, garden):
        with app.app_context():
            used_up = invites.create(ada.user(), garden.id, max_uses=1)
            revoked = invites.create(ada.user(), garden.id)
            invites.revoke(ada.user(), revoked.id)
            expired = invites.create(ada.user(), garden.id, expires_in=60)
            expired.expires_at = expired.created_at
            db.session.commit()
            tokens = [used_up.token, revoked.token, expired.token]
        Visitor(app.test_client()).open(f"/join/{tokens[0]}")
        friend = Visitor(app.test_client())
        friend.open(f"/join/{tokens[0]}")
        assert friend.register("friend").location == garden.path

        answers = [
            Visitor(app.test_client()).http.get(f"/join/{token}")
            for token in [*tokens, "neverwas", "x" * 500, "%00", "../../etc/passwd"]
        ]
        assert {answer.status_code for answer in answers} == {404}
        pages = {re.sub(r"mention <code>[^<]*", "", answer.text) for answer in answers[:4]}
        assert len(pages) == 1
        assert "leads nowhere" in pages.pop()

    def test_guessing_links_is_slowed_down(self, make_app):
        visitor = Visitor(make_app(rate_limits="on").test_client())
        answers = [visitor.open(f"/join/guess-{number:04}").status_code for number in range(61)]
        assert answers == [404] * 60 + [429]


class TestJoining:
    """POST /join/<token>, and the ways to it through registering and logging in."""

    def test_joining_lands_in_the_room(self, mallory, bob, garden):
        bob.socket.heard()
        answer = mallory.post(f"/join/{garden.token}")
        assert (answer.status_code, answer.location) == (303, garden.path)
        assert is_member(mallory, garden.id)
        assert [event for event, _ in bob.heard("member_joined")] == ["member_joined"]

    def test_joining_twice_is_fine_and_tells_nobody(self, ada, bob, garden):
        ada.socket.heard()
        assert bob.post(f"/join/{garden.token}").location == garden.path
        assert ada.heard("member_joined") == []

    def test_registering_on_the_way_lands_in_the_room(self, visitor, garden):
        visitor.open(f"/join/{garden.token}")
        page = visitor.open("/register")
        assert "You’ll land in The garden" in words(page)
        assert visitor.register("carol").location == garden.path
        assert visitor.open(garden.path).status_code == 200

    def test_logging_in_on_the_way_lands_in_the_room(self, visitor, mallory, garden):
        visitor.open(f"/join/{garden.token}")
        assert "You’ll land in The garden" in words(visitor.open("/login"))
        assert visitor.log_in("mallory").location == garden.path

    def test_the_link_survives_failed_attempts_at_both(self, visitor, mallory, garden):
        visitor.open(f"/join/{garden.token}")
        assert visitor.log_in("mallory", "not the password").status_code == 401
        assert visitor.register("ab", "short").status_code == 422
        assert visitor.register("mallory").status_code == 422
        assert visitor.log_in("nobody", "not the password").status_code == 401
        assert visitor.log_in("mallory").location == garden.path
        assert visitor.open(garden.path).status_code == 200

    def test_posting_while_signed_out_leads_there_through_signing_in(self, visitor, mallory, garden):
        answer = visitor.send(f"/join/{garden.token}", form_at="/login")
        assert (answer.status_code, answer.location) == (303, "/login")
        assert visitor.log_in("mallory").location == garden.path

    def test_a_link_that_ends_meanwhile_leads_to_the_page_that_says_so(self, visitor, ada, garden):
        visitor.open(f"/join/{garden.token}")
        ada.post(f"{garden.path}/invites/rotate")
        answer = visitor.register("carol")
        assert answer.location == f"/join/{garden.token}"
        assert "leads nowhere" in visitor.open(answer.location).text
        assert visitor.is_signed_in

    def test_the_link_is_used_once_only(self, visitor, garden):
        visitor.open(f"/join/{garden.token}")
        visitor.register("carol")
        visitor.send(f"{garden.path}/leave", form_at=f"{garden.path}/settings")
        visitor.send("/logout", form_at="/")
        assert visitor.log_in("carol").location == "/"

    def test_the_member_already_who_logs_in_by_the_link_lands_in_the_room(self, visitor, bob, garden):
        visitor.open(f"/join/{garden.token}")
        assert visitor.log_in("bob").location == garden.path

    def test_a_removed_member_is_not_let_in_by_the_link_of_before(self, app, ada, bob, garden):
        with app.app_context():
            members.remove(ada.user(), garden.id, bob.id, ban=False)
        assert bob.post(f"/join/{garden.token}").status_code == 404
        assert not is_member(bob, garden.id)

        ada.post(f"{garden.path}/invites/rotate")
        assert bob.post(f"/join/{current_token(ada, garden.id)}").status_code == 303

    def test_a_banned_member_is_let_in_by_no_link(self, app, ada, bob, garden):
        with app.app_context():
            members.remove(ada.user(), garden.id, bob.id, ban=True)
        ada.post(f"{garden.path}/invites/rotate")
        assert bob.post(f"/join/{current_token(ada, garden.id)}").status_code == 404

    def test_a_full_room_says_so(self, mallory, garden, monkeypatch):
        monkeypatch.setattr("app.limits.MEMBERS_PER_ROOM", 2)
        answer = mallory.post(f"/join/{garden.token}")
        assert answer.status_code == 409
        assert "full" in words(answer)


class TestLinks:
    """/rooms/<id>/invites."""

    def test_members_see_the_links_and_can_copy_them(self, bob, garden):
        page = bob.http.get(f"{garden.path}/invites").text
        assert f'value="http://localhost/join/{garden.token}"' in page
        assert "Copy link" in page

    def test_links_are_made_of_the_public_address_where_one_is_set(self, make_app, garden, ada):
        app = make_app(public_url="https://chat.example.org")
        visitor = Visitor(app.test_client())
        visitor.log_in("ada")
        page = visitor.http.get(f"{garden.path}/invites")
        assert f"https://chat.example.org/join/{garden.token}" in page.text
        assert "localhost/join" not in page.text

    def test_a_member_makes_a_link_with_bounds_and_who_has_it_comes_in(self, app, bob, mallory, garden):
        answer = bob.post(f"{garden.path}/invites", label="For the choir", expires_in="3600", max_uses="1")
        assert answer.status_code == 303
        page = bob.http.get(f"{garden.path}/invites")
        assert "For the choir" in page.text
        assert "The new link is ready." in page.text
        token = current_token(bob, garden.id)
        assert token != garden.token
        assert mallory.post(f"/join/{token}").location == garden.path
        assert Visitor(app.test_client()).http.get(f"/join/{token}").status_code == 404

    @pytest.mark.parametrize(
        "fields",
        [{"expires_in": "soon"}, {"max_uses": "0"}, {"max_uses": "-1"}, {"label": "x" * 81}, {"label": "\0"}],
    )
    def test_junk_makes_no_link(self, app, bob, garden, fields):
        before = stored.rows(app)["invites"]
        assert bob.post(f"{garden.path}/invites", **fields).status_code == 422
        assert stored.rows(app)["invites"] == before

    def test_rotating_closes_every_link_and_makes_a_new_one_in_the_same_room(self, ada, bob, mallory, garden):
        answer = ada.post(f"{garden.path}/invites/rotate")
        assert answer.location == f"{garden.path}/invites"
        assert mallory.http.get(f"/join/{garden.token}").status_code == 404
        assert mallory.post(f"/join/{current_token(ada, garden.id)}").location == garden.path
        assert is_member(bob, garden.id)

    def test_a_member_may_not_rotate(self, app, bob, garden):
        before = stored.rows(app)["invites"]
        assert bob.post(f"{garden.path}/invites/rotate").status_code == 403
        assert stored.rows(app)["invites"] == before

    def test_whoever_made_a_link_may_close_it_and_other_members_may_not(self, app, ada, bob, garden):
        with app.app_context():
            hers, his = access.current_invite(ada.user(), garden.id), invites.create(bob.user(), garden.id)
            hers_id, his_id = hers.id, his.id
        assert bob.post(f"{garden.path}/invites/{hers_id}/revoke").status_code == 403
        assert bob.post(f"{garden.path}/invites/{his_id}/revoke").status_code == 303
        assert ada.post(f"{garden.path}/invites/{hers_id}/revoke").status_code == 303
        assert "No link works right now" in bob.http.get(f"{garden.path}/invites").text

    def test_a_link_of_another_room_is_not_closed_through_mine(self, app, mallory, ada, garden):
        with app.app_context():
            link_id = access.current_invite(ada.user(), garden.id).id
        mine = mallory.post("/rooms/new", title="Mine").location
        assert mallory.post(f"{mine}/invites/{link_id}/revoke").status_code == 404
        assert ada.http.get(f"/join/{garden.token}").status_code == 303

    def test_the_code_to_point_a_phone_at_is_for_members(self, bob, mallory, garden):
        picture = bob.http.get(f"{garden.path}/qr.svg")
        assert picture.mimetype == "image/svg+xml"
        assert picture.data.startswith(b"<svg")
        assert b"<script" not in picture.data
        assert b"style=" not in picture.data
        assert mallory.http.get(f"{garden.path}/qr.svg").status_code == 404

    def test_each_link_that_works_has_its_code(self, app, ada, bob, mallory, garden):
        bob.post(f"{garden.path}/invites", label="Choir", expires_in="", max_uses="")
        page = bob.http.get(f"{garden.path}/invites").text
        codes = re.findall(rf'src="({garden.path}/invites/[\w-]+/qr\.svg)"', page)
        pictures = [bob.http.get(each) for each in codes]
        assert [each.mimetype for each in pictures] == ["image/svg+xml"] * 2
        assert pictures[0].data != pictures[1].data
        assert mallory.http.get(codes[0]).status_code == 404
        assert bob.post(codes[0].replace("/qr.svg", "/revoke")).status_code == 303
        assert bob.http.get(codes[0]).status_code == 404
        assert bob.http.get(codes[1]).status_code == 200

    def test_links_that_ended_are_listed_with_why(self, app, ada, bob, mallory, garden):
        with app.app_context():
            revoked = invites.create(ada.user(), garden.id, label="Mistake")
            invites.revoke(ada.user(), revoked.id)
            expired = invites.create(ada.user(), garden.id, label="Winter", expires_in=60)
            expired.expires_at = expired.created_at
            db.session.commit()
            used_up = invites.create(ada.user(), garden.id, label="Single", max_uses=1).token
        mallory.post(f"/join/{used_up}")
        page = words(bob.http.get(f"{garden.path}/invites"))
        assert "3 links that lead nowhere" in page
        for each in ("Single Used up", "Winter Expired", "Mistake Closed"):
            assert each in page

    def test_without_a_link_there_is_no_code(self, app, ada, garden):
        with app.app_context():
            link_id = access.current_invite(ada.user(), garden.id).id
        ada.post(f"{garden.path}/invites/{link_id}/revoke")
        assert ada.http.get(f"{garden.path}/qr.svg").status_code == 404
        assert ada.http.get(garden.path).status_code == 200


def test_the_password_is_not_asked_for_again(visitor, garden):
    visitor.register("carol", PASSWORD)
    visitor.open(f"/join/{garden.token}")
    assert visitor.send(f"/join/{garden.token}").location == garden.path
