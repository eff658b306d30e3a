"""What is secret is planted everywhere it may pass, and looked for in all that the server printed (BC3, BS12, BZ14)."""

import contextlib
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.clients.people import Account, Browser, Room
from tests.server import raw
from tests.server.process import Server
from tests.server.raw import Line

Said = dict[str, str]


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """A server that logs all it ever would."""
    with Server(folder, LOG_LEVEL="DEBUG", RATE_LIMITS="off") as running:
        yield running


@pytest.fixture
def said() -> Said:
    """The canaries, by what they are."""
    return {}


@pytest.fixture
def canary(said: Said) -> Callable[[str], str]:
    """One more word that nobody else says."""

    def plant(what: str) -> str:
        said[what] = f"canary-{secrets.token_hex(8)}"
        return said[what]

    return plant


def found(server: Server, said: Said) -> list[str]:
    """Which of these are in the log, by what they are."""
    log = server.log()
    return [what for what, word in said.items() if word in log]


def sign_up(server: Server, password: str) -> tuple[Account, Browser]:
    """Somebody with a token and a browser."""
    body = {"username": "ada", "password": password, "device_name": "Test"}
    made = requests.post(f"{server.url}/api/v1/users", json=body, timeout=10).json()
    ada = Account(server.url, "ada", made["user"]["id"], made["token"])
    return ada, Browser(server.url).log_in(ada, password)


def talk(ada: Account, browser: Browser, room: Room, canary: Callable[[str], str]) -> str:
    """Say something by every entrance, read it, and send what cannot be read; the id of the connection that polls."""
    port = int(ada.url.rsplit(":", 1)[1])
    ada.say(room, canary("text by REST"))
    with Line(port).join(ada.token) as line:
        for number, junk in enumerate(("", "\x00", "x" * 5000)):
            nonce = f"00000000-0000-4000-8000-{number:012}"
            text = canary(f"text by socket {number}") + junk
            line.call("post_message", {"room_id": room.id, "nonce": nonce, "text": text}, number)
        line.call("sync", {"rooms": {}, canary("unknown field"): 1}, 9)
        line.say('42/chat,10["post_message",{"text":"' + canary("broken JSON"))
        line.acknowledged(10)
        line.say(f"4{canary('no packet')}")
        assert line.ending() is not None
    url = f"{ada.url}/socket.io/?EIO=4&transport=polling"
    sid = json.loads(requests.get(url, timeout=5).text[1:])["sid"]
    auth = json.dumps({"token": ada.token})
    requests.post(f"{url}&sid={sid}", data=f"40/chat,{auth}", timeout=5)
    wrong = json.dumps({"token": "pt_" + canary("wrong token")})
    with Line(port) as line:
        line.message()
        line.say(f"40/chat,{wrong}")
        assert str(line.message()).startswith("44/chat")
    assert browser.http.get(f"{ada.url}/rooms/{room.id}", timeout=5).ok
    ada.rest("POST", f"/rooms/{room.id}/messages", {"text": canary("refused text"), "nonce": "none"})
    return str(sid)


def wander(ada: Account, browser: Browser, room: Room, canary: Callable[[str], str]) -> None:
    """Knock at doors with secrets in hand, also at wrong doors, and with them written on the envelope."""
    host, port = ada.url, int(ada.url.rsplit(":", 1)[1])
    for path in ("/join/{}", "/api/v1/join/{}", "/join/{}/", "/join/{}/qr.svg", "/join//{}", "//join/{}"):
        for token in (room.invite, canary(f"dead link at {path}")):
            raw.ask(port, "GET", path.format(token))
    for path in ("/JOIN/{}", "/Join/{}", "/join%2f{}", "/jo%69n/{}", "/login?next=/join/{}", "/x/join/{}?{}"):
        raw.ask(port, "GET", path.format(*[canary(f"mistyped {path}")] * 2))
    browser.http.post(
        f"{host}/join", {"csrf_token": browser.csrf("/rooms/new"), "link": room.invite}, timeout=5
    )
    for name in ("token", "access_token", "password", "sid"):
        raw.ask(port, "GET", f"/healthz?{name}={canary('query ' + name)}")
        raw.ask(port, "GET", f"/socket.io/?EIO=4&transport=polling&{name}={canary('socket query ' + name)}")
    for header in ("Cookie", "Authorization", "X-CSRFToken", "Referer", "User-Agent"):
        raw.ask(port, "GET", "/nowhere", {header: f"parlor={canary(header)}"})
    raw.ask(port, "GET", "/api/v1/me", {"Authorization": f"Bearer pt_{canary('bearer')}"})
    fields = {"csrf_token": Browser(host).csrf(), "username": "ada", "password": canary("wrong password")}
    requests.post(f"{host}/login", fields, timeout=5)
    requests.post(
        f"{host}/api/v1/tokens", json={"username": "ada", "password": canary("API password")}, timeout=5
    )


def test_nothing_that_is_secret_is_in_the_log(
    server: Server, said: Said, canary: Callable[[str], str]
) -> None:
    ada, browser = sign_up(server, canary("password"))
    room = ada.make_room(canary("title"))
    ada.rest("PATCH", "/me", {"display_name": canary("display name")})
    said["connection"] = talk(ada, browser, room, canary)
    wander(ada, browser, room, canary)
    csrf = browser.csrf("/rooms/new")
    assert ada.rest("DELETE", "/tokens/current").ok
    said |= {
        "bearer token": ada.token,
        "invite": room.invite,
        "cookie": browser.http.cookies["parlor"],
        "CSRF token": csrf,
    }
    requests.get(f"{server.url}/seen-this-canary", timeout=5)
    assert "/seen-this-canary" in server.log(), "the log says who asked for what"
    assert "/join/[redacted]" in server.log()
    assert found(server, said) == []


@contextlib.contextmanager
def broken(server: Server, table: str) -> Iterator[None]:
    """Somebody took a table away while the server runs: its statements fail, and it says so with a traceback."""
    with contextlib.closing(sqlite3.connect(server.database, timeout=10)) as database:
        database.execute(f"ALTER TABLE {table} RENAME TO taken_{table}")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE taken_{table} RENAME TO {table}")


def test_nothing_that_is_secret_is_in_a_traceback(
    server: Server, said: Said, canary: Callable[[str], str]
) -> None:
    """A failed statement is logged with its cause, and without what was to be stored or looked for."""
    ada, _ = sign_up(server, canary("password"))
    room = ada.make_room()
    with broken(server, "messages"), Line(server.port).join(ada.token) as line:
        nonce = "00000000-0000-4000-8000-000000000001"
        body = {"nonce": nonce, "text": canary("text by REST")}
        assert ada.rest("POST", f"/rooms/{room.id}/messages", body).status_code == 500
        answer = line.call("post_message", {**body, "room_id": room.id, "text": canary("text by socket")})
        assert answer["ok"] is False
    with broken(server, "invites"):
        for path in ("/join/", "/api/v1/join/"):
            assert requests.get(server.url + path + canary(f"link at {path}"), timeout=5).status_code == 500
    with broken(server, "users"):
        body = {"username": "carol", "password": canary("new password")}
        assert requests.post(f"{server.url}/api/v1/users", json=body, timeout=5).status_code == 500
    assert len(re.findall(r"no such table: (messages|invites|users)", server.log())) >= 3
    assert found(server, {**said, "bearer token": ada.token}) == []
    assert ada.say(room, "mended")["text"] == "mended"
