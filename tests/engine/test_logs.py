"""Log lines: no secret gets in, and nobody forges one."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from app.engine import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, as production writes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure(level="INFO", as_json=True)
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def last(lines: io.StringIO) -> dict[str, object]:
    line: dict[str, object] = json.loads(lines.getvalue().splitlines()[-1])
    return line


def test_a_line_is_one_json_object_with_time_and_level(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger("parlor.test").info("something happened", room="r1")
    line = last(lines)
    assert (line["event"], line["level"], line["room"]) == ("something happened", "info", "r1")
    assert str(line["at"]).endswith("Z")


def test_a_librarys_line_is_one_too(lines: io.StringIO) -> None:
    logging.getLogger("engineio.server").error("Invalid session %s", "x")
    assert last(lines)["event"] == "Invalid session [redacted]"


@pytest.mark.parametrize(
    "path",
    [
        "/join/sEcReT-tOkEn",
        "/api/v1/join/sEcReT-tOkEn",
        "/join/sEcReT-tOkEn/qr.svg",
        "/join//sEcReT-tOkEn",
        "/JOIN/sEcReT-tOkEn",
    ],
)
def test_an_invites_token_is_not_logged(lines: io.StringIO, path: str) -> None:
    structlog.stdlib.get_logger().info("request", path=path)
    logging.getLogger("werkzeug").error("GET %s failed", path)
    assert "sEcReT" not in lines.getvalue()
    assert re.search("/join/+.redacted.", lines.getvalue(), re.IGNORECASE)


@pytest.mark.parametrize("key", ["password", "token", "Authorization", "Cookie", "csrf", "text"])
def test_what_is_secret_by_its_name_is_not_logged(lines: io.StringIO, key: str) -> None:
    structlog.stdlib.get_logger().info("asked", **{key: "hunter2", "name": "ada"})
    assert "hunter2" not in lines.getvalue()
    assert last(lines)["name"] == "ada"


def test_a_bearer_token_is_not_logged_wherever_it_stands(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger().info("header was Bearer pt_AbCdEfGhIjKlMnOpQrStUv")
    assert "AbCdEfGh" not in lines.getvalue()


def test_control_characters_forge_no_line(lines: io.StringIO) -> None:
    logging.getLogger("engineio.server").error("Invalid session %s", 'a\r\n{"event":"forged"}\x1b[2J\u2028')
    text = lines.getvalue()
    assert len(text.splitlines()) == 1
    assert "\x1b" not in str(last(lines)["event"])
    assert "\\r\\n" in str(last(lines)["event"])


def test_a_traceback_is_kept_whole(lines: io.StringIO) -> None:
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        logging.getLogger("app.test").exception("it failed")
    assert "RuntimeError: boom" in str(last(lines)["exception"])
