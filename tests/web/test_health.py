"""For whoever watches the server."""

from app.errors import Unavailable
from app.extensions import db, limiter


def test_a_living_process_says_so(http):
    assert http.get("/healthz").get_json() == {"status": "ok"}


def test_a_server_that_can_serve_is_ready(http):
    answer = http.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready", "reasons": []})


def test_a_server_without_its_stores_is_alive_and_not_ready_and_says_why(http, monkeypatch):
    def gone(*args: object, **kwargs: object) -> None:
        raise Unavailable

    monkeypatch.setattr(db.session, "execute", gone)
    monkeypatch.setattr(limiter, "answers", lambda: False)
    answer = http.get("/readyz")
    assert answer.status_code == 503
    said = answer.get_json()
    assert said["status"] == "unready"
    assert [reason.split(" does not")[0] for reason in said["reasons"]] == [
        "The database",
        "The store of limits",
    ]
    assert http.get("/healthz").status_code == 200
