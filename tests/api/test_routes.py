"""What holds for every route of the API, whichever they are: the table is walked."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from app import limits
from app.api.routes import Route
from app.errors import Problem
from tests import requests, standing, stored
from tests.conftest import Garden
from tests.people import Person
from tests.requests import Ids

PRIVATE = [each for each in requests.ROUTES if not each.public]
UNSAFE = [each for each in PRIVATE if each.method != "GET"]
PROBLEM = TypeAdapter(Problem)
TAKING = [each for each in requests.ROUTES if each.takes is not requests.inputs.Nothing]


def every(routes: list[Route]) -> pytest.MarkDecorator:
    """One test for each of these routes."""
    return pytest.mark.parametrize("route", routes, ids=requests.name)


@pytest.fixture
def ids(app: Flask, garden: Garden, ada: Person, bob: Person) -> Ids:
    """What is there, for any route that names something; Bob's own token and browser among it."""
    return standing.all_there(app, garden, ada, bob)


def asked(person: Person, route: Route, ids: Ids, **options: Any) -> Any:
    """A route's own request, by this person's token."""
    return person.api(route.method, requests.path(route, ids), requests.body(route, ids), **options)


def own(route: Route, ids: Ids, person: Person) -> Ids:
    """The same, with the id of a browser or a token of this person's."""
    person.http.get("/account")
    listed = "/sessions" if "/sessions" in route.path else "/tokens"
    mine = person.api("GET", listed).get_json()["items"]
    return Ids(**{**vars(ids), "credential_id": mine[-1]["id"]})


@every(requests.ROUTES)
def test_a_route_answers_what_it_says(route: Route, ids: Ids, ada: Person, bob: Person) -> None:
    person = standing.asking(route.path, ada, bob)
    answer = asked(person, route, own(route, ids, person))

    assert answer.status_code in route.statuses, answer.data
    assert answer.headers["Cache-Control"] == "no-store"
    if route.answers is None:
        assert answer.data == b""
    else:
        assert answer.mimetype == "application/json"
        TypeAdapter(route.answers).validate_json(answer.data, strict=True, extra="forbid")


@every(requests.ROUTES)
def test_a_route_has_a_sentence_and_models_that_can_be_drawn_as_schemas(route: Route) -> None:
    assert (requests.TABLE[route].__doc__ or "").strip().endswith(".")
    assert route.takes.model_json_schema()["additionalProperties"] is False
    assert route.query.model_json_schema()["additionalProperties"] is False
    if route.answers is not None:
        assert TypeAdapter(route.answers).json_schema(mode="serialization")["type"] == "object"


def test_a_route_is_for_those_who_prove_who_they_are(
    ids: Ids, app: Flask, http: FlaskClient, subtests: pytest.Subtests
) -> None:
    for route in PRIVATE:
        with subtests.test(requests.name(route)):
            before = stored.rows(app)
            answer = http.open(
                "/api/v1" + requests.path(route, ids), method=route.method, json=requests.body(route, ids)
            )

            assert answer.status_code == 401
            assert answer.mimetype == "application/problem+json"
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.get_json()["code"] == "unauthenticated"
            PROBLEM.validate_json(answer.data, strict=True, extra="forbid")
            assert stored.rows(app) == before


def test_a_token_that_may_only_read_changes_nothing(
    ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests
) -> None:
    reading = {"Authorization": f"Bearer {ada.make_token('read')}"}
    assert ada.api("GET", "/me", headers=reading).status_code == 200
    before = stored.rows(app)
    for route in [each for each in PRIVATE if each.needs == "write"]:
        with subtests.test(requests.name(route)):
            answer = asked(ada, route, ids, headers=reading)

            assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
            assert stored.rows(app) == before


def test_a_token_that_may_only_write_reads_nothing(
    ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests
) -> None:
    writing = {"Authorization": f"Bearer {ada.make_token('write')}"}
    before = stored.rows(app)
    for route in [each for each in PRIVATE if each.needs == "read"]:
        with subtests.test(requests.name(route)):
            answer = asked(ada, route, ids, headers=writing)

            assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
            assert stored.rows(app) == before


@pytest.mark.parametrize("csrf", ["none", "another's", "nonsense"])
def test_a_cookie_changes_nothing_without_its_csrf_token(
    csrf: str, ids: Ids, app: Flask, ada: Person, bob: Person, subtests: pytest.Subtests
) -> None:
    headers = {"none": {}, "another's": {"X-CSRFToken": bob.csrf()}, "nonsense": {"X-CSRFToken": "x"}}[csrf]
    ada.http.get("/account")
    before = stored.rows(app)
    for route in UNSAFE:
        with subtests.test(requests.name(route)):
            answer = ada.http.open(
                "/api/v1" + requests.path(route, ids),
                method=route.method,
                json=requests.body(route, ids),
                headers=headers,
            )

            assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid")
            assert "CSRF" in answer.get_json()["detail"]
            assert stored.rows(app) == before


def test_looking_changes_nothing(ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests) -> None:
    assert ada.token
    readable = {each.path for each in requests.ROUTES if each.method == "GET"}
    before = stored.rows(app)
    for route in requests.ROUTES:
        with subtests.test(requests.name(route)):
            answer = ada.api("GET", requests.path(route, ids))

            assert answer.status_code in ((200, 404) if route.path in readable else (405, 404)), answer.data
            assert stored.rows(app) == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_json_is_not_read_that_does_not_say_it_is(
    kind: str, ids: Ids, app: Flask, ada: Person, bob: Person, subtests: pytest.Subtests
) -> None:
    assert bob.token
    for route in TAKING:
        with subtests.test(requests.name(route)):
            who = standing.asking(route.path, ada, bob)
            text = json.dumps(requests.body(route, ids))
            before = stored.rows(app)
            answer = sent(who, route, ids, text, kind=kind)

            assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid")
            assert stored.rows(app) == before
            assert sent(who, route, ids, text).status_code in route.statuses


def test_a_field_that_is_not_known_is_refused(
    ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests
) -> None:
    for route in TAKING:
        with subtests.test(requests.name(route)):
            extra = {
                "sender": ada.id,
                "user_id": ada.id,
                "seq": 1,
                "ts": 0,
                "is_admin": True,
                "created_at": "2001-01-01",
            }
            before = stored.rows(app)
            answer = sent(ada, route, ids, json.dumps({**(requests.body(route, ids) or {}), **extra}))

            assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
            PROBLEM.validate_json(answer.data, strict=True, extra="forbid")
            assert "sender" in {each["path"] for each in answer.get_json()["errors"]}
            assert stored.rows(app) == before


def test_a_route_that_takes_nothing_refuses_something(
    ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests
) -> None:
    for route in [each for each in requests.ROUTES if each not in TAKING]:
        with subtests.test(requests.name(route)):
            before = stored.rows(app)
            answer = sent(ada, route, ids, '{"force": true}')

            assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
            assert stored.rows(app) == before


def test_a_parameter_that_is_not_known_is_refused(
    ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests
) -> None:
    for route in requests.ROUTES:
        with subtests.test(requests.name(route)):
            before = stored.rows(app)
            answer = asked(ada, route, ids, query_string={"as": "ada"})

            assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
            assert stored.rows(app) == before


def test_a_secret_in_the_address_is_refused_without_looking_at_it(
    ids: Ids, app: Flask, ada: Person, capfd: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    for route in requests.ROUTES:
        with subtests.test(requests.name(route)):
            token = ada.token
            before = stored.rows(app)
            client = app.test_client(use_cookies=False)
            for parameter in ("token", "access_token"):
                answer = client.open(
                    f"/api/v1{requests.path(route, ids)}?{parameter}={token}",
                    method=route.method,
                    json=requests.body(route, ids),
                )
                assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
                assert answer.get_json()["code"] == "invalid"
            assert stored.rows(app) == before
            assert token not in "".join(capfd.readouterr())


UNREADABLE = [
    "",
    "hello",
    "[]",
    '"text"',
    "null",
    "{",
    '{"text": "a", "text": "b"}',
    '{"seq": NaN}',
    '{"seq": Infinity}',
    '{"seq": 1e999}',
    '{"seq": 9007199254740992}',
    '{"seq": -9007199254740992}',
    '{"seq": ' + "9" * 5000 + "}",
    "[" * 30_000,
    '{"a": ' * 10 + "1" + "}" * 10,
    "{" + ", ".join(f'"{number}": 1' for number in range(257)) + "}",
    '{"text": "\udcff"}',
    "\ufeff{}",
]


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: ascii(text[:30]))
def test_what_is_not_strict_json_is_not_read(text: str, ids: Ids, app: Flask, ada: Person) -> None:
    route = next(each for each in TAKING if each.takes is requests.inputs.ReadUpTo)
    before = stored.rows(app)
    answer = sent(ada, route, ids, text.encode("utf-8", "surrogateescape"))

    assert answer.get_json()["code"] == "invalid"
    assert answer.status_code == (422 if text == "" else 400)
    assert stored.rows(app) == before
    assert sent(ada, route, ids, '{"seq": 1}').status_code == 200


def test_json_in_another_encoding_is_not_read(ids: Ids, ada: Person) -> None:
    route = next(each for each in TAKING if each.takes is requests.inputs.ReadUpTo)

    assert sent(ada, route, ids, '{"seq": 1}'.encode("utf-16")).status_code == 400
    assert sent(ada, route, ids, '{"seq": 1}', kind="application/json; charset=utf-8").status_code == 200


def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(ids: Ids, ada: Person) -> None:
    route = next(each for each in TAKING if each.takes is requests.inputs.ReadUpTo)
    text = '{"seq": 1}'.ljust(limits.JSON_BYTES)

    assert sent(ada, route, ids, text).status_code == 200
    answer = sent(ada, route, ids, text + " ")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert sent(ada, route, ids, " " * 3_000_000).status_code == 413


def test_no_other_site_is_told_that_it_may_read(
    ids: Ids, app: Flask, ada: Person, subtests: pytest.Subtests
) -> None:
    for route in requests.ROUTES:
        with subtests.test(requests.name(route)):
            elsewhere = {"Origin": "https://evil.example", "Access-Control-Request-Method": route.method}
            flight = ada.http.open("/api/v1" + requests.path(route, ids), method="OPTIONS", headers=elsewhere)
            simple = ada.http.open("/api/v1" + requests.path(route, ids), method="GET", headers=elsewhere)

            for answer in (flight, simple):
                assert not [each for each, _ in answer.headers if each.startswith("Access-Control-")]


JUNK = ["%00", "..", "%2e%2e", "%C0%AE", "%F0%9F%98%80", "x" * 41, "x" * 3000, "'--"]


@pytest.mark.parametrize("junk", JUNK, ids=lambda text: text[:8])
def test_what_cannot_be_an_id_is_nowhere(junk: str, ids: Ids, ada: Person, subtests: pytest.Subtests) -> None:
    for route in [each for each in requests.ROUTES if "{" in each.path]:
        with subtests.test(requests.name(route)):
            name = route.path.partition("{")[2].partition("}")[0]
            place = requests.filled(route.path.replace("{" + name + "}", junk, 1), ids)
            answer = ada.api(route.method, place, requests.body(route, ids))

            assert answer.status_code in (404, 405), answer.data
            assert answer.mimetype == "application/problem+json"


def sent(person: Person, route: Route, ids: Ids, text: str | bytes, *, kind: str = "application/json") -> Any:
    """Send this text to a route, as it is."""
    headers = {"Authorization": f"Bearer {person.token}", **({"Content-Type": kind} if kind else {})}
    return person.app.test_client(use_cookies=False).open(
        "/api/v1" + requests.path(route, ids), method=route.method, data=text, headers=headers
    )
