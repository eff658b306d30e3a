"""What all tests are watched for is found."""

import flask

from app.errors import Conflict
from tests import requests
from tests.contract import watching


def test_an_answer_that_is_not_declared_is_found() -> None:
    [me] = [each for each in requests.ROUTES if requests.name(each) == "GET /me"]
    assert watching.undeclared(me, 401, {"code": "unauthenticated"}) == []
    assert watching.undeclared(me, Conflict.status, {"code": "conflict"}) != []
    assert watching.undeclared(me, 401, {"code": "forbidden"}) != []
    assert watching.undeclared(me, 201, {}) != []
    assert watching.undeclared(me, 200, {"id": 7}) != []


def test_every_answer_of_the_api_is_looked_at(app: flask.Flask, ada) -> None:
    found = watching.watch(app)
    assert ada.api("GET", "/me").status_code == 200
    assert found == []
    assert set(watching.routes()) <= set(app.view_functions)


def test_a_fact_and_an_acknowledgement_of_another_shape_are_found() -> None:
    assert watching.unlike("heads", {"ok": True, "data": {"behind": {}}}, acknowledged=True) == []
    assert watching.unlike("heads", {"ok": True, "data": {}}, acknowledged=True) != []
    assert watching.unlike("nothing", {"ok": False}, acknowledged=True) == []
    assert watching.unlike("session_ended", {"reason": "revoked"}) == []
    assert watching.unlike("session_ended", {"reason": "boredom"}) != []
    assert watching.unlike("never_heard_of", {}) == ["never_heard_of is no fact"]
