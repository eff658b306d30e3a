"""Paths that are written so that they lead elsewhere (BV15): nothing is there, and nothing of the machine comes out."""

import pytest

from tests.server import raw
from tests.server.process import Server

UP = (
    "..",
    "%2e%2e",
    "%2E%2e",
    ".%2e",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "..;",
    "..%00",
    "..\\",
    "..%5c",
    "%uff0e%uff0e",
)


@pytest.mark.parametrize("up", UP)
def test_nothing_outside_of_what_is_served_is_ever_sent(server: Server, up: str) -> None:
    for target in (
        f"/static/{up}/wsgi.py",
        f"/static/css/{up}/{up}/{up}/wsgi.py",
        f"/static/{up}%2f{up}%2fwsgi.py",
        f"/static//{up}/wsgi.py",
        f"/{up}/{up}/etc/passwd",
        f"/socket.io/{up}/wsgi.py",
        f"/api/v1/{up}/{up}/wsgi.py",
    ):
        answer = raw.ask(server.port, "GET", target)
        assert answer.status in (301, 308, 400, 404), (target, answer.status)
        assert b"import" not in answer.body and b"root:" not in answer.body


@pytest.mark.parametrize(
    "sign", ["%00", "%ff", "%c0%80", "%ed%a0%80", "%0d%0aX-Injected:%20yes", "%u0000", "%"]
)
def test_a_path_that_is_no_text_is_the_path_of_nothing(server: Server, sign: str) -> None:
    for target in (
        f"/{sign}",
        f"/rooms/{sign}",
        f"/join/{sign}",
        f"/static/{sign}",
        f"/static/css/app.css{sign}",
        f"/api/v1/rooms/{sign}",
        f"/api/v1/join/a{sign}b",
        f"/login{sign}",
    ):
        answer = raw.ask(server.port, "GET", target)
        assert answer.status in (303, 400, 401, 404), (target, answer.status)
        assert "x-injected" not in answer.headers
        assert answer.headers.get("location", "/login") == "/login"
