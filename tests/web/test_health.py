"""For whoever watches the server."""

import pytest
from pydantic import SecretStr

from app import metrics
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


TOKEN = "a token that an operator made"


@pytest.mark.parametrize(
    "offered", ["", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x"]
)
def test_metrics_are_not_there_for_who_has_not_their_token(make_app, offered):
    http = make_app(metrics_token=SecretStr(TOKEN)).test_client()
    assert http.get("/metrics", headers={"Authorization": offered}).status_code == 404


@pytest.mark.parametrize("offered", ["", "Bearer", "Bearer "])
def test_without_a_token_set_nobody_finds_metrics(http, offered):
    assert http.get("/metrics", headers={"Authorization": offered}).status_code == 404


def test_metrics_are_not_for_people_whatever_they_own(ada, garden):
    assert ada.http.get("/metrics").status_code == 404


def test_who_has_the_token_reads_every_metric_as_prometheus_does(make_app):
    http = make_app(metrics_token=SecretStr(TOKEN)).test_client()
    answer = http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    assert answer.text == metrics.text()
    samples = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert samples["parlor_sockets"] == samples["parlor_blind"] == samples["parlor_load_level"] == "0"
    assert 'parlor_shed_total{what="sends"}' in samples
    assert "parlor_hub_late_seconds_p95" in samples
    for line in samples.values():
        float(line)
