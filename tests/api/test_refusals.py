"""How the API refuses what no action saw: always with a Problem."""

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from tests.conftest import Garden
from tests.people import Person


def test_a_path_that_leads_nowhere_is_a_problem(http: FlaskClient) -> None:
    for path in ("/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v1/rooms/", "/api/v1/server/x"):
        answer = http.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert answer.get_json() == {"status": 404, "code": "not_found", "title": "There is nothing here."}


def test_a_page_that_leads_nowhere_is_a_page(http: FlaskClient) -> None:
    for path in ("/nowhere", "/api", "/api/v10"):
        assert http.get(path).mimetype == "text/html"


def test_a_method_that_a_path_does_not_have_is_a_problem_that_names_those_it_has(http: FlaskClient) -> None:
    answer = http.delete("/api/v1/server")

    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert (answer.get_json()["status"], answer.get_json()["code"]) == (405, "invalid")
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


def test_what_breaks_says_nothing_but_where_to_find_it(app: Flask, http: FlaskClient) -> None:
    assert http.get("/api/v1/server").status_code == 200
    del app.config["SETTINGS"]
    answer = http.get("/api/v1/server")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.get_json()["code"] == "internal"
    assert answer.headers["X-Request-Id"] in answer.get_json()["detail"]
    assert "SETTINGS" not in answer.get_data(as_text=True)


def test_a_busy_database_is_unavailable_for_a_moment(app: Flask, ada: Person) -> None:
    token = ada.token
    with app.app_context():
        pool, engine = db.engine.pool, db.engine
    pool._timeout = 0.05
    with engine.connect() as held:
        held.execute(sa.text("SELECT 1"))
        answer = ada.api("GET", "/rooms")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.get_json()["retry_after"] > 0
    assert token not in answer.get_data(as_text=True)
    assert ada.api("GET", "/rooms").status_code == 200


def test_a_refusal_for_now_says_in_whole_seconds_when_to_come_back(
    make_app: object, garden: Garden, ada: Person
) -> None:
    app = make_app(rate_limits="on")  # type: ignore[operator]
    client = app.test_client()
    answers = [client.get(f"/api/v1/join/{garden.token}") for _ in range(61)]

    assert {each.status_code for each in answers[:60]} == {200}
    assert (answers[60].status_code, answers[60].get_json()["code"]) == (429, "rate_limited")
    assert 0 < answers[60].get_json()["retry_after"] <= int(answers[60].headers["Retry-After"]) <= 61
