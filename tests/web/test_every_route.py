"""What holds for every route there is. The list is read from the application: a new route is in it by itself."""

import re
import uuid
from pathlib import Path

import flask
from flask import Flask
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from app import create_app
from app.actions import credentials
from app.models import Credential
from tests import stored
from tests.conftest import settings_for
from tests.web.visiting import words

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
KEPT = {"static", "styles.show"}
# Routes that change nothing for who is signed in by a cookie, since they take none: whoever asks brings a password.
WITHOUT_COOKIE = {"POST /api/v1/users", "POST /api/v1/tokens"}


def all_rules() -> list[Rule]:
    """Every rule of the application."""
    app = create_app(settings_for(Path("only-the-map-is-read.db")))
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


RULES = all_rules()


def filled(rule: Rule, garden) -> str:
    """A path of this rule, to a room that is there where it is about one."""
    return re.sub(r"<[^>]*?(\w+)>", lambda found: garden.id if found[1] == "room_id" else "x", rule.rule)


def unsafe_methods(rule: Rule) -> list[str]:
    return [method for method in UNSAFE if method in (rule.methods or ())]


CHANGING = [
    (rule, method)
    for rule in RULES
    for method in unsafe_methods(rule)
    if f"{method} {rule.rule}" not in WITHOUT_COOKIE
]


def token_of_another_session(app: Flask) -> str:
    """A CSRF token, well signed, and not of the session that sends it."""
    with app.test_request_context():
        flask.session["csrf_token"] = uuid.uuid4().hex
        return str(generate_csrf())


def test_there_are_routes_that_change_something():
    assert len(CHANGING) > 15


def test_nothing_is_changed_without_the_csrf_token_of_this_session(app, ada, garden):
    ada.http.get("/")
    before = stored.rows(app)
    foreign = token_of_another_session(app)
    attempts = [
        {"data": {"title": "Mine"}},
        {"data": {"csrf_token": foreign}, "headers": {"X-CSRFToken": foreign}},
        {"data": {"csrf_token": "x"}, "headers": {"X-CSRFToken": "x"}},
        {"data": '{"title": "Mine"}', "content_type": "text/plain"},
        {"json": {"title": "Mine"}},
    ]
    answered = {
        f"{method} {rule.rule}": [
            ada.http.open(filled(rule, garden), method=method, **attempt).status_code for attempt in attempts
        ]
        for rule, method in CHANGING
    }
    assert answered == dict.fromkeys(answered, [400] * len(attempts))
    assert stored.rows(app) == before


def test_nothing_is_changed_by_a_browser_whose_session_ended(app, ada, garden):
    """With the cookie and the CSRF token that were right a moment ago."""
    ada.http.get("/")
    token = ada.csrf()
    headers = {"X-CSRFToken": token}
    with app.app_context():
        credentials.end_others(ada.user(), Credential(id="none of these"))
    before = stored.rows(app)
    for rule, method in CHANGING:
        if rule.rule in {"/login", "/register"}:
            continue  # for who isn't signed in
        answer = ada.http.open(
            filled(rule, garden), method=method, data={"csrf_token": token, "title": "Mine"}, headers=headers
        )
        if rule.rule.startswith("/api/"):
            assert answer.status_code in {400, 401}, rule.rule
        else:
            assert answer.status_code in {303, 400, 401, 404}, rule.rule
            assert answer.location is None or answer.location.startswith(("/login", "/")), rule.rule
    assert stored.rows(app) == before


def test_no_route_asks_for_another_token_than_that_of_this_session(ada, mallory, garden):
    """The positive twin for each route: with it, nothing is said of a token any longer."""
    for rule, method in sorted(CHANGING, key=lambda each: each[0].rule == "/logout"):
        fields = {"csrf_token": mallory.csrf()}
        headers = {"X-CSRFToken": mallory.csrf()}
        answer = mallory.http.open(filled(rule, garden), method=method, data=fields, headers=headers)
        assert "CSRF" not in answer.text and "reload" not in words(answer), rule.rule


def test_the_token_of_this_session_is_what_was_missing(ada, garden):
    assert ada.post(f"{garden.path}/settings", title="The orchard").status_code == 303
    assert ada.post("/rooms/new", title="The attic").status_code == 303


def test_nothing_is_changed_by_a_get(app, ada, garden):
    ada.http.get("/")
    before = stored.rows(app)
    for rule, _ in CHANGING:
        assert ada.http.get(filled(rule, garden)).status_code in {200, 303, 404, 405}
    assert stored.rows(app) == before


def missing_protection(headers: Headers, *, may_be_kept: bool) -> list[str]:
    """What the headers of an answer lack."""
    policy = headers["Content-Security-Policy"]
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    parts = ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'")
    lacking = [name for name, value in wanted.items() if headers.get(name) != value]
    lacking += [part for part in parts if part not in policy]
    lacking += ["unsafe"] if "unsafe" in policy else []
    lacking += ["Server"] if "Server" in headers else []
    lacking += [] if may_be_kept or "no-store" in headers["Cache-Control"] else ["no-store"]
    return lacking


def test_every_answer_carries_the_headers_that_keep_a_browser_safe(ada, garden):
    lacking = {}
    for rule in RULES:
        path = "/static/css/app.css" if rule.endpoint == "static" else filled(rule, garden)
        method = "GET" if "GET" in rule.methods else unsafe_methods(rule)[0]
        with ada.http.open(path, method=method) as answer:
            lacking[rule.rule] = missing_protection(answer.headers, may_be_kept=rule.endpoint in KEPT)
    for path in ("/nothing", "/static/nothing", "/socket.io/", "/socket.io/?EIO=4&transport=polling&j=0"):
        lacking[path] = missing_protection(ada.http.get(path).headers, may_be_kept=False)
    assert {path: names for path, names in lacking.items() if names} == {}


def test_no_other_origin_is_let_in(ada, garden):
    origin = {"Origin": "https://evil.example"}
    asked = {
        **origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    for rule in RULES:
        path = filled(rule, garden)
        for answer in (ada.http.options(path, headers=asked), ada.http.get(path, headers=origin)):
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], path


def test_over_https_browsers_are_told_to_stay_there(make_app):
    client = make_app().test_client()
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers
    assert "Strict-Transport-Security" not in client.get("/").headers
