"""My account."""

import pytest

from app import access
from app.actions import credentials
from tests import stored
from tests.web.test_home import say
from tests.web.visiting import PASSWORD, Visitor, words

NEW = "another horse entirely"


def session_ids(person) -> set[str]:
    """The ids of somebody's live sessions."""
    with person.app.app_context():
        return {each.id for each in access.credentials(person.user(), "session")}


def test_the_page_shows_who_i_am_and_where_i_am_signed_in(ada):
    page = words(ada.http.get("/account"))
    assert "@ada" in page
    assert "this one" in page


def test_a_stranger_is_sent_to_log_in(visitor):
    assert visitor.http.get("/account").location == "/login?next=/account"


class TestProfile:
    """The display name."""

    def test_others_see_the_new_name(self, ada, bob, garden):
        assert ada.post("/account/profile", display_name="Ada L.").status_code == 303
        assert "Ada L." in bob.http.get(garden.path).text
        assert "Your name is changed." in ada.http.get("/account").text

    @pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 41])
    def test_a_bad_one_is_told_at_its_field(self, app, ada, name):
        before = stored.rows(app)["users"]
        answer = ada.post("/account/profile", display_name=name)
        assert answer.status_code == 422
        assert 'id="display_name-error"' in answer.text
        assert stored.rows(app)["users"] == before

    def test_text_that_turns_around_what_follows_is_taken_out(self, ada):
        ada.post("/account/profile", display_name="Ada \u202egnp.exe")
        assert "\u202e" not in ada.http.get("/account").text


class TestPassword:
    """Changing it."""

    def test_the_new_one_works_and_everything_else_is_signed_out(self, app, ada):
        elsewhere = Visitor(app.test_client())
        elsewhere.log_in("ada")
        assert ada.api("GET", "/me").status_code in {200, 404}
        live = ada.connect()

        assert ada.post("/account/password", current=PASSWORD, password=NEW).status_code == 303

        assert ada.http.get("/account").status_code == 200
        assert not elsewhere.is_signed_in
        assert not live.connected
        assert ada.api("GET", "/me").status_code in {401, 404}
        assert Visitor(app.test_client()).log_in("ada", PASSWORD).status_code == 401
        assert Visitor(app.test_client()).log_in("ada", NEW).status_code == 303

    @pytest.mark.parametrize("current", ["", "not the password"])
    def test_without_the_current_one_nothing_changes(self, app, ada, current):
        ada.http.get("/")
        before = stored.rows(app)["users"]
        answer = ada.post("/account/password", current=current, password=NEW)
        assert answer.status_code == 403
        assert "That is not your current password." in answer.text
        assert 'id="current-error"' in answer.text
        assert stored.rows(app)["users"] == before

    def test_guessing_the_current_one_counts_as_failing_to_sign_in(self, ada):
        answers = [
            ada.post("/account/password", current="not the password", password=NEW).status_code
            for _ in range(6)
        ]
        assert answers == [403] * 5 + [429]

    @pytest.mark.parametrize("new", ["short", "x" * 257, "password12"])
    def test_a_bad_new_one_is_told_at_its_field(self, ada, new):
        answer = ada.post("/account/password", current=PASSWORD, password=new)
        assert answer.status_code == 422
        assert 'id="password-error"' in answer.text


class TestSessions:
    """Where I am signed in."""

    def test_ending_one_ends_exactly_that(self, app, ada):
        desk, phone = Visitor(app.test_client()), Visitor(app.test_client())
        desk.log_in("ada")
        ada.http.get("/account")
        before = session_ids(ada)
        phone.log_in("ada")
        (ended,) = session_ids(ada) - before
        assert ada.post(f"/account/sessions/{ended}/end").status_code == 303
        assert not phone.is_signed_in
        assert desk.is_signed_in
        assert ada.http.get("/account").status_code == 200

    def test_ending_the_others_leaves_this_one(self, app, ada):
        others = [Visitor(app.test_client()) for _ in range(2)]
        for other in others:
            other.log_in("ada")
        assert ada.post("/account/sessions/end-others").status_code == 303
        assert [other.is_signed_in for other in others] == [False, False]
        assert ada.http.get("/account").status_code == 200

    def test_ending_this_one_signs_out(self, ada):
        ada.http.get("/account")
        (mine,) = session_ids(ada)
        assert ada.post(f"/account/sessions/{mine}/end").location == "/"
        assert ada.http.get("/account").status_code == 303

    def test_somebody_else_s_session_is_nothing_of_mine(self, ada, mallory):
        ada.http.get("/account")
        (hers,) = session_ids(ada)
        for path in ("sessions/{}/end", "tokens/{}/revoke"):
            assert mallory.post(f"/account/{path.format(hers)}").status_code == 404
            assert mallory.post(f"/account/{path.format('nothing')}").status_code == 404
        assert ada.http.get("/account").status_code == 200


class TestTokens:
    """Keys for programs."""

    def test_the_secret_is_shown_once_and_works(self, app, ada):
        answer = ada.post("/account/tokens", name="Kitchen radio", scope="read write")
        assert answer.status_code == 201
        secret = answer.text.split('value="pt_')[1].split('"')[0]
        page = ada.http.get("/account").text
        assert "Kitchen radio" in page
        assert secret not in page
        assert ada.connect(token=f"pt_{secret}").connected

    def test_a_revoked_one_is_worth_nothing(self, app, ada):
        with app.app_context():
            token, secret = credentials.open_token(ada.user(), name="Lost phone", scopes=["read"])
        live = ada.connect(token=secret)
        assert live.connected
        assert ada.post(f"/account/tokens/{token.id}/revoke").status_code == 303
        assert not live.connected
        assert "Lost phone" not in ada.http.get("/account").text

    @pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x" * 81}, {"name": "ok", "scope": "admin"}])
    def test_junk_makes_none(self, app, ada, fields):
        ada.http.get("/account")
        before = stored.rows(app)["credentials"]
        assert ada.post("/account/tokens", **fields).status_code == 422
        assert stored.rows(app)["credentials"] == before

    def test_too_many_are_refused(self, ada, monkeypatch):
        monkeypatch.setattr("app.limits.TOKENS_PER_USER", 1)
        assert ada.post("/account/tokens", name="One", scope="read").status_code == 201
        assert ada.post("/account/tokens", name="Two", scope="read").status_code == 409


class TestDeletion:
    """The end of it."""

    def test_what_i_said_stays_under_a_deleted_member(self, app, ada, bob, garden):
        say(bob, garden.id, "I was here")
        assert bob.post("/account/delete", current=PASSWORD, messages="keep").location == "/"
        assert bob.http.get("/account").status_code == 303
        assert Visitor(app.test_client()).log_in("bob").status_code == 401
        assert "deleted member : I was here" in words(ada.http.get("/"))

    def test_or_it_goes(self, ada, bob, garden):
        say(bob, garden.id, "I was here")
        bob.post("/account/delete", current=PASSWORD, messages="erase")
        assert "I was here" not in ada.http.get("/").text
        assert "I was here" not in ada.http.get(garden.path).text

    def test_the_name_is_free_again(self, app, bob):
        bob.post("/account/delete", current=PASSWORD, messages="keep")
        assert Visitor(app.test_client()).register("bob").status_code == 303

    @pytest.mark.parametrize("fields", [{"current": "not the password"}, {"current": ""}])
    def test_not_without_the_password(self, app, bob, fields):
        bob.http.get("/account")
        before = stored.rows(app)["users"]
        answer = bob.post("/account/delete", messages="keep", **fields)
        assert answer.status_code == 403
        assert 'id="delete-current-error"' in answer.text
        assert stored.rows(app)["users"] == before

    def test_not_with_a_choice_that_there_is_not(self, app, bob):
        bob.http.get("/account")
        before = stored.rows(app)["users"]
        assert bob.post("/account/delete", current=PASSWORD, messages="sell").status_code == 422
        assert stored.rows(app)["users"] == before
