"""How pages refuse: generic text, a request id, no version and no cause."""

import re

import pytest
from flask import Flask

import config
from app.errors import (
    ChatError,
    Conflict,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    RateLimited,
    TooLarge,
    Unavailable,
)
from tests.web.visiting import words


@pytest.fixture
def breaking(app: Flask) -> Flask:
    """An application with a page that breaks, as one in production would."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/breaks")
    def breaks() -> str:
        raise RuntimeError("the secret cause")

    return app


def has_nothing_telling(text: str) -> None:
    place = str(config.ROOT)
    for telling in ("Traceback", "secret cause", "Werkzeug", "Python/", "Flask", "eventlet", place, ".py"):
        assert telling not in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/rooms/nothing", 404),
        ("POST", "/", 405),
        ("DELETE", "/account", 405),
        ("GET", "/logout", 405),
        ("GET", "/breaks", 500),
        ("GET", "/console", 404),
        ("GET", "/%00", 404),
        ("GET", "/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/static/../config.py", 404),
        ("GET", "/static/%2e%2e/config.py", 404),
    ],
)
def test_what_fails_is_told_in_general_words_with_a_request_id(breaking, ada, method, path, status):
    answer = ada.http.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    has_nothing_telling(answer.text)
    has_nothing_telling(str(answer.headers))
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_body_that_is_too_large_is_413(ada):
    answer = ada.http.post("/rooms/new", data={"title": "x" * 70_000})
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_the_page_of_a_broken_server_asks_nobody_who_is_there(breaking, ada, monkeypatch):
    assert "Log out" not in ada.http.get("/breaks").text
    assert "Log out" in ada.http.get("/nothing").text


def test_a_wrong_method_names_the_right_ones(ada):
    assert ada.http.get("/logout").headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    "error", [Conflict, Forbidden, Internal, Invalid, NotFound, RateLimited, TooLarge, Unavailable]
)
def test_every_refusal_has_a_page(app, http, error: type[ChatError]):
    @app.get("/refuses")
    def refuses() -> str:
        raise error("", retry_after=1.5)

    answer = http.get("/refuses")
    assert answer.status_code == error.status
    assert answer.headers["Retry-After"] == "2"
    assert "Try again in 2 seconds." in words(answer)


def test_the_sentence_of_a_refusal_is_shown_and_not_as_markup(app, http):
    @app.get("/refuses")
    def refuses() -> str:
        raise Conflict("Too many <b>rooms</b>.")

    assert "Too many &lt;b&gt;rooms&lt;/b&gt;." in http.get("/refuses").text


def test_a_form_without_its_token_is_told_to_reload(ada):
    answer = ada.http.post("/rooms/new", data={"title": "x"})
    assert answer.status_code == 400
    assert "reload" in words(answer)


def test_a_request_id_is_new_each_time(http):
    ids = {re.search(r"mention <code>(\w+)", http.get("/nothing").text)[1] for _ in range(3)}
    assert len(ids) == 3
