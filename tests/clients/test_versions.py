"""Real clients as they are installed: each connects by default and by WebSocket only, talks, and hears why it may not.

JavaScript's of three versions, Python's for threads and for asyncio. Chromium's is the page itself (tests/browser).
"""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import socketio

from app.sockets.chat import Chat
from tests.clients.node import Node
from tests.clients.people import Account, Room
from tests.requests import Ids
from tests.sockets.generating import Requests, fits_a_packet

StartNode = Callable[..., Node]
VERSIONS = ["socket.io-client", "socket.io-client-4.0", "socket.io-client-3.1"]
TRANSPORTS: list[dict[str, Any]] = [{}, {"transports": ["websocket"]}]
CUTS = 40  # how many of each request go over the wire: what they are answered is tried in tests/sockets


def message(room: Room, text: str) -> dict[str, Any]:
    return {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": text}


@pytest.mark.parametrize("options", TRANSPORTS, ids=["by default", "websocket"])
@pytest.mark.parametrize("package", VERSIONS)
def test_each_version_of_the_javascript_client_talks(
    url: str, ada: Account, garden: Room, node: StartNode, package: str, options: dict[str, Any]
) -> None:
    client = node("official.mjs", package)
    client.tell(do="open", url=url, options={"auth": {"token": ada.token, "v": "1"}, **options})
    client.hear("connect", 60)
    client.tell(do="emit", event="post_message", payloads=[message(garden, "hello")])
    heard = [
        client.until(lambda said: "answer" in said or said.get("event") == "message_posted", 60) for _ in "12"
    ]
    [answer] = [said["answer"] for said in heard if "answer" in said]
    [fact] = [said["fact"] for said in heard if "fact" in said]
    assert answer["ok"] and answer["data"]["message"]["id"] == fact["message"]["id"]


@pytest.mark.parametrize("package", VERSIONS)
def test_each_version_of_the_javascript_client_is_refused_with_a_reason(
    url: str, ada: Account, node: StartNode, package: str
) -> None:
    wrong = node("official.mjs", package)
    wrong.tell(do="open", url=url, options={"auth": {"token": "pt_wrong"}})
    assert wrong.hear("connect_error", 60)["data"]["code"] == "unauthenticated"
    elsewhere = node("official.mjs", package)
    elsewhere.tell(do="open", url=url, namespace="/", options={"auth": {"token": ada.token}})
    assert elsewhere.hear("connect_error", 60)["message"]


@pytest.mark.parametrize("transports", [None, ["websocket"]], ids=["default", "websocket"])
def test_pythons_client_for_asyncio_talks(
    url: str, ada: Account, garden: Room, transports: list[str] | None
) -> None:
    async def talk() -> tuple[Any, Any]:
        client = socketio.AsyncClient(reconnection=False)
        heard: asyncio.Queue[Any] = asyncio.Queue()
        client.on("message_posted", heard.put, namespace="/chat")
        auth = {"token": ada.token, "v": "1"}
        await client.connect(url, namespaces="/chat", auth=auth, transports=transports, wait_timeout=60)
        answer = await client.call("post_message", message(garden, "hello"), namespace="/chat", timeout=60)
        fact = await asyncio.wait_for(heard.get(), 60)
        await client.disconnect()
        return answer, fact

    answer, fact = asyncio.run(talk())
    assert answer["ok"] and answer["data"]["message"]["id"] == fact["message"]["id"]


def test_pythons_client_for_asyncio_is_refused_with_a_reason(url: str, ada: Account) -> None:
    async def refused(namespace: str, token: str) -> Any:
        client = socketio.AsyncClient(reconnection=False)
        told: asyncio.Queue[Any] = asyncio.Queue()
        client.on("connect_error", told.put, namespace=namespace)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(url, namespaces=namespace, auth={"token": token}, wait_timeout=60)
        return await asyncio.wait_for(told.get(), 60)

    assert asyncio.run(refused("/chat", "pt_wrong"))["data"]["code"] == "unauthenticated"
    assert asyncio.run(refused("/nope", ada.token))["message"]


@pytest.mark.parametrize("namespace", ["/", "/nope"])
def test_pythons_client_is_refused_in_other_namespaces(url: str, ada: Account, namespace: str) -> None:
    client, told = socketio.Client(reconnection=False), threading.Event()
    client.on("connect_error", lambda reason: told.set() if reason["message"] else None, namespace=namespace)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(url, namespaces=namespace, auth={"token": ada.token}, wait_timeout=60)
    assert told.wait(60)


@pytest.mark.parametrize("event", Chat.requests)
def test_whatever_is_sent_over_the_wire_is_answered_and_the_line_lives(
    ada: Account, bob: Account, garden: Room, event: str
) -> None:
    """Some of what tests/sockets tries ten thousand times in process, through the real reading of packets."""
    said = ada.say(garden, "something to change")
    ids = Ids(room_id=garden.id, user_id=bob.id, message_id=said["id"])
    requests = Requests(Chat.requests[event].reads, 1, lambda: ids)
    made = (requests.next() for _ in range(10 * CUTS))
    sent = [each for each in made if fits_a_packet(each)][:CUTS]
    with ada.line() as line:
        for each in sent:
            answer = line.ask(event, *each)
            told = f"{json.dumps(each)[:500]} was answered {json.dumps(answer)[:500]}"
            assert set(answer) in ({"ok", "data"}, {"ok", "error"}), told
            assert answer["ok"] or answer["error"]["code"] != "internal", told
        assert len(sent) == CUTS
        assert line.ask("heads", {"rooms": {}}) == {"ok": True, "data": {"behind": {}}}
