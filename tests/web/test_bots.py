"""Bots on the members' page."""

import re

import pytest

from tests import stored
from tests.conftest import make_bot
from tests.web.visiting import words


def secret_in(page) -> str:
    """The token that a page shows."""
    [found] = re.findall(r'value="(pt_[^"]+)"', page.text)
    return found


def test_an_owner_makes_one_and_copies_its_token_which_is_shown_once(app, ada, bob, garden):
    bob.heard()
    answer = ada.post(f"{garden.path}/bots", username="echo")
    assert answer.status_code == 201
    assert [event for event, _ in bob.heard()] == ["member_joined"]
    made = make_api(app, secret_in(answer))
    assert made("GET", "/me").get_json()["username"] == "echo"
    again = ada.http.get(f"{garden.path}/members")
    assert "pt_" not in again.text
    assert "echo bot Member" in words(again)


def test_its_token_is_renewed_and_revoked(app, ada, garden):
    bot = make_bot(app, ada, garden.id)
    renewed = secret_in(ada.post(f"{garden.path}/bots/{bot.id}/token"))
    assert bot.api("GET", "/me").status_code == 401
    assert make_api(app, renewed)("GET", "/me").status_code == 200
    answer = ada.post(f"{garden.path}/bots/{bot.id}/token/revoke")
    assert (answer.status_code, answer.location) == (303, f"{garden.path}/members#bots")
    assert make_api(app, renewed)("GET", "/me").status_code == 401
    assert "That token is worth nothing now." in words(ada.http.get(f"{garden.path}/members"))


def test_a_member_is_offered_none_and_refused_and_an_outsider_gets_404(app, ada, bob, mallory, garden):
    bot = make_bot(app, ada, garden.id)
    assert "New bot" in words(ada.http.get(f"{garden.path}/members"))
    assert "New bot" not in words(bob.http.get(f"{garden.path}/members"))
    mallory.http.get("/")
    before = stored.rows(app)
    for person, status in ((bob, 403), (mallory, 404)):
        assert person.post(f"{garden.path}/bots", username="parrot").status_code == status
        assert person.post(f"{garden.path}/bots/{bot.id}/token").status_code == status
        assert person.post(f"{garden.path}/bots/{bot.id}/token/revoke").status_code == status
    assert stored.rows(app) == before


@pytest.mark.parametrize("name", ["", "ab", "x" * 33, "ada", "a\u202eb"])
def test_a_name_that_may_not_be_is_told_at_its_field(app, ada, garden, name):
    ada.http.get("/")
    before = stored.rows(app)
    answer = ada.post(f"{garden.path}/bots", username=name)
    assert answer.status_code == 422
    assert 'id="username-error"' in answer.text
    assert stored.rows(app) == before


def test_it_is_removed_like_any_member(app, ada, garden):
    bot = make_bot(app, ada, garden.id)
    assert ada.post(f"{garden.path}/members/{bot.id}/remove").status_code == 303
    assert bot.api("GET", "/me").status_code == 401
    assert "echo is gone for good." in words(ada.http.get(f"{garden.path}/members"))
    assert "echo" not in words(ada.http.get(f"{garden.path}/members"))


def make_api(app, token: str):
    """Asks the REST API with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    client = app.test_client(use_cookies=False)
    return lambda method, path: client.open(f"/api/v1{path}", method=method, headers=headers)
