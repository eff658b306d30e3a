"""How the stock clients come in: by default options, by WebSocket only, by polling only; refused, they are told why."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.clients import people
from tests.clients.node import Node
from tests.clients.people import Account, Browser, Room
from tests.server.process import Server

StartNode = Callable[..., Node]


def upgrade(said: dict[str, Any]) -> bool:
    """Is the client on a WebSocket now? It may be so before it is let in."""
    return said.get("event") in {"upgrade", "connect"} and said["transport"] == "websocket"


@pytest.mark.parametrize(
    ("options", "first", "upgraded"),
    [
        ({}, "polling", True),
        ({"transports": ["websocket"]}, "websocket", False),
        ({"transports": ["polling"]}, "polling", False),
        ({"transports": ["websocket", "polling"]}, "websocket", False),
    ],
    ids=["by default", "websocket", "polling", "as the page does"],
)
def test_the_official_client_connects_and_talks(
    url: str, ada: Account, garden: Room, node: StartNode, options: Any, first: str, upgraded: bool
) -> None:
    client = node("official.mjs")
    client.tell(do="open", url=url, options={"auth": {"token": ada.token}, **options})
    assert client.hear("open")["transport"] == first
    if upgraded:
        assert client.until(upgrade)["transport"] == "websocket"
    else:
        client.hear("connect")
    ask = {"room_id": garden.id, "nonce": str(uuid.uuid4()), "text": "hello"}
    client.tell(do="emit", event="post_message", payloads=[ask])
    heard = [
        client.until(lambda said: "answer" in said or said.get("event") == "message_posted") for _ in "12"
    ]
    [answer] = [said["answer"] for said in heard if "answer" in said]
    [fact] = [said["fact"] for said in heard if said.get("event") == "message_posted"]
    assert answer["ok"] and answer["data"]["message"]["id"] == fact["message"]["id"]
    assert fact["message"]["nonce"] == ask["nonce"]


@pytest.mark.parametrize(
    "transports", [None, ["websocket"], ["polling"]], ids=["default", "websocket", "polling"]
)
def test_the_python_client_connects_and_talks(url: str, ada: Account, garden: Room, transports: Any) -> None:
    client = socketio.Client(reconnection=False)
    client.connect(url, namespaces="/chat", auth={"token": ada.token}, transports=transports, wait_timeout=10)
    ask = {"room_id": garden.id, "nonce": str(uuid.uuid4()), "text": "hello"}
    answer = client.call("post_message", ask, namespace="/chat", timeout=10)
    assert answer["ok"] and answer["data"]["message"]["text"] == "hello"
    assert client.transport() == ("polling" if transports == ["polling"] else "websocket")
    client.eio.disconnect(abort=True)


def test_a_browsers_cookie_and_csrf_token_let_the_official_client_in(
    url: str, ada: Account, node: StartNode
) -> None:
    browser = Browser(url).log_in(ada)
    headers = {"Cookie": browser.cookie, "Origin": url}
    client = node("official.mjs")
    auth = {"csrf": browser.csrf("/rooms/new")}
    client.tell(do="open", url=url, options={"auth": auth, "extraHeaders": headers})
    client.hear("connect")


@pytest.mark.parametrize(
    "auth", [{}, {"token": "pt_wrong"}, {"csrf": "wrong"}], ids=["none", "wrong", "csrf"]
)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_the_official_client_is_refused_with_an_object(
    url: str, node: StartNode, auth: dict[str, str], transport: str
) -> None:
    client = node("official.mjs")
    client.tell(do="open", url=url, options={"auth": auth, "transports": [transport]})
    refusal = client.hear("connect_error")
    assert refusal["data"]["code"] == "unauthenticated" and refusal["data"]["status"] == 401
    assert refusal["message"] == refusal["data"]["title"]


@pytest.mark.parametrize("namespace", ["/", "/nope"])
def test_the_official_client_is_refused_in_other_namespaces_at_once(
    url: str, ada: Account, node: StartNode, namespace: str
) -> None:
    client = node("official.mjs")
    started = time.monotonic()
    client.tell(do="open", url=url, namespace=namespace, options={"auth": {"token": ada.token}})
    assert client.hear("connect_error")["message"]
    assert time.monotonic() - started < 3


def test_the_python_client_is_refused_with_an_object(url: str) -> None:
    client, refusals = socketio.Client(reconnection=False), []
    client.on("connect_error", refusals.append, namespace="/chat")
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(url, namespaces="/chat", auth={"token": "pt_wrong"}, wait_timeout=10)
    assert refusals[0]["data"]["code"] == "unauthenticated"


def test_a_server_that_ends_says_so_and_the_official_client_comes_back_by_itself(
    tmp_path: Path, node: StartNode
) -> None:
    with Server(tmp_path, RATE_LIMITS="off") as server:
        ada = people.register(server.url, "ada")
        room = ada.make_room()
        client = node("official.mjs")
        options = {"auth": {"token": ada.token}, "reconnectionDelay": 300, "reconnectionDelayMax": 500}
        client.tell(do="open", url=server.url, options=options)
        client.until(upgrade)
        with ada.line() as line:
            assert server.stop() == 0
            goodbye = line.hear("session_ended")
            assert goodbye["reason"] == "server_closing" and goodbye["retry_after"] > 0
            assert line.rest() == []  # TCP ends: neither a Socket.IO DISCONNECT nor anything else is said
        assert client.hear("session_ended")["fact"]["reason"] == "server_closing"
        assert client.hear("disconnect")["reason"] in {"transport close", "transport error"}
        server.start()
        client.hear("connect")
        ada.say(room, "back again")
        assert client.hear("message_posted")["fact"]["message"]["text"] == "back again"


def test_an_upgrade_works_under_flask_run(tmp_path: Path, node: StartNode) -> None:
    """With another event loop underneath, every upgrade would be answered 500."""
    command = [sys.executable, "-m", "flask", "run"]
    with Server(tmp_path, command=command, RATE_LIMITS="off", FLASK_APP="wsgi") as server:
        ada = people.register(server.url, "ada")
        client = node("official.mjs")
        client.tell(do="open", url=server.url, options={"auth": {"token": ada.token}})
        assert client.hear("open")["transport"] == "polling"
        client.until(upgrade)
