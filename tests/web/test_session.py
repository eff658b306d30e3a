"""Registering, signing in, signing out."""

import re

import pytest
from pydantic import SecretStr

from app import limits
from app.errors import Unavailable
from app.web import session as module
from tests.web.visiting import PASSWORD, Visitor, token_in, words


def test_registering_signs_in_and_lands_at_home(visitor):
    answer = visitor.register("carol")
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.is_signed_in
    assert "No rooms yet" in visitor.open("/").text


def test_logging_in_lands_at_home(visitor, ada):
    answer = visitor.log_in("ada")
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.is_signed_in


def test_a_name_is_found_however_it_is_written(visitor, ada):
    assert visitor.log_in("ADA").status_code == 303


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        ("ab", PASSWORD, "Use 3 to 32 characters."),
        ("a" * 33, PASSWORD, "Use 3 to 32 characters."),
        ("a b c", PASSWORD, "Use letters, digits"),
        ("carol", "short", "Use 10 to 256 characters."),
        ("carol", "x" * 257, "Use 10 to 256 characters."),
        ("carol", "password12", "one of the most used"),
        ("carolcarol", "carolcarol", "must not be the username"),
        ("", "", "Use 3 to 32 characters."),
    ],
)
def test_a_bad_name_or_password_is_told_at_its_field_and_nothing_is_kept(visitor, username, password, said):
    answer = visitor.register(username, password)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "autofocus" in answer.text
    assert not visitor.is_signed_in
    assert password == "" or password not in answer.text.replace(f'value="{username}"', "")


def test_a_taken_name_is_told_at_its_field(visitor, ada):
    answer = visitor.register("аda")  # with a Cyrillic a
    assert answer.status_code == 422
    assert 'id="username-error"' in answer.text
    assert 'aria-describedby="username-hint username-error"' in answer.text


def test_an_unknown_name_and_a_wrong_password_get_the_same_bytes(app, ada):
    def tried(username: str) -> tuple[int, str]:
        answer = Visitor(app.test_client()).log_in(username, "not the password")
        text = re.sub(r'(csrf_token" value=|mention <code>)[^>]*>', "", answer.text)
        return answer.status_code, text

    assert tried("ada") == tried("nobody at all")
    assert tried("ada")[0] == 401


def test_logging_in_in_vain_leaves_one_signed_out_and_the_right_password_still_works(visitor, ada):
    answer = visitor.log_in("ada", "not the password")
    assert answer.status_code == 401
    assert "don’t belong together" in answer.text
    assert not visitor.is_signed_in
    assert visitor.log_in("ada").status_code == 303


def test_too_many_failures_are_429_with_the_time_to_wait(ada):
    visitor = Visitor(ada.app.test_client())
    for _ in range(5):
        assert visitor.log_in("ada", "not the password").status_code == 401
    answer = visitor.log_in("ada")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many failed attempts" in words(answer)
    assert not visitor.is_signed_in


@pytest.mark.parametrize("path", ["/register", "/login"])
def test_a_server_that_is_too_busy_to_hash_says_so(visitor, monkeypatch, path):
    def busy(*args: object, **kwargs: object) -> None:
        raise Unavailable(retry_after=1.2)

    for verb in ("register", "authenticate"):
        monkeypatch.setattr(module.accounts, verb, busy)
    answer = visitor.send(path, username="carol", password=PASSWORD)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "Not just now" in answer.text


def test_registering_too_often_is_429(make_app, monkeypatch):
    monkeypatch.setattr(limits, "REGISTER", limits.REGISTER._replace(amount=5))
    visitor = Visitor(make_app(rate_limits="on").test_client())
    answers = []
    for number in range(6):
        answers.append(visitor.register(f"guest-{number}").status_code)
        if visitor.is_signed_in:
            visitor.send("/logout", form_at="/")
    assert answers == [303] * 5 + [429]


@pytest.mark.parametrize("path", ["/register", "/login"])
def test_whoever_is_signed_in_already_is_sent_home(ada, path):
    assert ada.http.get(path).location == "/"
    assert ada.post(path, username="x", password="y").location in {"/", None}


def test_keep_me_signed_in_outlives_the_browser_and_nothing_else_does(visitor, another_visitor, ada):
    kept = visitor.log_in("ada", remember="y").headers["Set-Cookie"]
    brief = another_visitor.log_in("ada").headers["Set-Cookie"]
    assert "Expires=" in kept
    assert "Expires=" not in brief


def test_logging_out_ends_the_session_and_has_the_browser_forget(visitor, ada):
    visitor.log_in("ada")
    answer = visitor.send("/logout", form_at="/")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not visitor.is_signed_in


def test_a_copied_cookie_is_worth_nothing_after_logging_out(app, visitor, ada):
    visitor.log_in("ada")
    copied = visitor.http.get_cookie("parlor").value
    thief = app.test_client()
    thief.set_cookie("parlor", copied)
    assert thief.get("/account").status_code == 200

    visitor.send("/logout", form_at="/")

    thief.set_cookie("parlor", copied)
    assert thief.get("/account").status_code == 303


def test_a_session_that_was_planted_before_is_not_the_one_after_signing_in(app, visitor, ada):
    visitor.open("/login")
    planted = visitor.http.get_cookie("parlor").value
    visitor.log_in("ada")
    assert visitor.http.get_cookie("parlor").value != planted
    thief = app.test_client()
    thief.set_cookie("parlor", planted)
    assert thief.get("/account").status_code == 303


def test_a_csrf_token_that_was_planted_before_changes_nothing_after_signing_in(visitor, ada):
    visitor.open("/login")
    planted = token_in(visitor.http.get("/login"))
    visitor.log_in("ada")
    assert visitor.http.post("/rooms/new", data={"csrf_token": planted, "title": "Theirs"}).status_code == 400
    assert visitor.send("/rooms/new", title="Mine").status_code == 303


def test_signing_in_again_ends_the_session_of_before(app, ada, bob):
    """Whose it was: a planted cookie of somebody's, or a copied one of one's own."""
    bob.http.get("/account")
    before = bob.http.get_cookie("parlor").value
    fields = {"csrf_token": bob.csrf(), "username": "ada", "password": PASSWORD}
    assert bob.http.post("/login", data={**fields, "password": "not hers at all"}).status_code == 401
    assert signed_in_with(app, before), "a failed attempt ends nothing"
    assert bob.http.post("/login", data=fields).status_code == 303
    assert not signed_in_with(app, before)
    assert signed_in_with(app, bob.http.get_cookie("parlor").value)


def signed_in_with(app, cookie: str) -> bool:
    client = app.test_client()
    client.set_cookie("parlor", cookie)
    return client.get("/account").status_code == 200


def test_signing_in_over_somebody_else_s_session_makes_a_new_one(visitor, ada, bob):
    visitor.log_in("ada")
    first = visitor.http.get_cookie("parlor").value
    visitor.send("/logout", form_at="/")
    visitor.log_in("bob")
    assert visitor.http.get_cookie("parlor").value != first
    assert "Account of bob" in words(visitor.open("/"))


def test_a_cookie_signed_with_another_key_is_nobody_s(app, make_app, ada):
    other = make_app(secret_key=SecretStr("another-key-of-thirty-two-bytes-and-more"))
    forger = Visitor(other.test_client())
    forger.log_in("ada")
    forged = forger.http.get_cookie("parlor").value
    client = app.test_client()
    client.set_cookie("parlor", forged)
    assert client.get("/account").status_code == 303


def test_a_leaked_key_alone_opens_nothing(app, ada):
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "made-up"
        session["_fresh"] = True
    assert client.get("/account").status_code == 303


def test_the_cookie_of_production_is_fit_for_it(make_app, ada):
    client = make_app(
        environment="production", rate_limits="on", public_url="https://chat.example.org"
    ).test_client()
    page = client.get("/login", base_url="https://chat.example.org")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-parlor=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


class TestRegistration:
    """REGISTRATION=open | link | closed."""

    def test_closed_says_so_and_takes_nobody(self, make_app):
        visitor = Visitor(make_app(registration="closed").test_client())
        assert "Register" not in words(visitor.open("/")).replace("Registration", "")
        page = visitor.http.get("/register")
        assert page.status_code == 403
        assert "Registration is closed" in page.text
        assert (
            visitor.send("/register", form_at="/login", username="carol", password=PASSWORD).status_code
            == 403
        )
        assert not visitor.is_signed_in

    def test_link_takes_nobody_without_one(self, make_app):
        visitor = Visitor(make_app(registration="link").test_client())
        page = visitor.http.get("/register")
        assert page.status_code == 403
        assert "starts with the link" in page.text
        assert (
            visitor.send("/register", form_at="/login", username="carol", password=PASSWORD).status_code
            == 403
        )

    def test_link_takes_who_came_by_a_valid_one(self, make_app, garden):
        visitor = Visitor(make_app(registration="link").test_client())
        visitor.open(f"/join/{garden.token}")
        assert visitor.register("carol").location == f"/rooms/{garden.id}"

    def test_link_does_not_take_who_came_by_one_that_ended_meanwhile(self, make_app, ada, garden):
        visitor = Visitor(make_app(registration="link").test_client())
        visitor.open(f"/join/{garden.token}")
        ada.post(f"{garden.path}/invites/rotate")
        answer = visitor.send("/register", form_at="/login", username="carol", password=PASSWORD)
        assert answer.status_code == 403
        assert not visitor.is_signed_in


@pytest.mark.parametrize("name", ["admin", "root", "administrator", "parlor"])
@pytest.mark.parametrize("password", ["admin", "password", "changeme", ""])
def test_a_fresh_install_has_no_account_to_guess(visitor, name, password):
    assert visitor.log_in(name, password).status_code == 401
