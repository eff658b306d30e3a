"""Every trap of the stock libraries that breaks clients (contract, section 10), sprung on the real server."""

from __future__ import annotations

import json
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
import socketio
import websocket

from tests.clients.node import Node
from tests.clients.people import Account, Browser, Line, Room

StartNode = Callable[..., Node]


def message(room: Room, text: str) -> dict[str, Any]:
    return {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": text}


# ---- who is let in

BAD_AUTH: list[object] = [
    None,
    {},
    [],
    "pt_text",
    7,
    True,
    {"token": 7},
    {"token": None},
    {"token": ["pt_x"]},
    {"token": {"token": "x"}},
    {"token": ""},
    {"token": "pt_wrong"},
    {"token": "pt_" + "x" * 50_000},
    {"token": "pt_\u0000"},
    {"csrf": "wrong"},
    {"token": "pt_wrong", "csrf": "wrong"},
    {"token": "pt_wrong", "v": "2"},
]


@pytest.mark.parametrize("auth", BAD_AUTH, ids=lambda auth: json.dumps(auth)[:30])
def test_whatever_is_wrong_with_auth_refuses_with_an_object_and_hears_nothing(
    url: str, ada: Account, garden: Room, auth: object
) -> None:
    """A handler's error default that returned a value, or a TypeError tried again without auth, would let in."""
    with Line.open(url) as line:
        line.send(f"40/chat,{json.dumps(auth)}" if auth is not None else "40/chat,")
        answer = line.next()
        assert answer.startswith("44/chat,{"), answer
        problem = json.loads(answer[len("44/chat,") :])
        assert problem["message"] and problem["data"]["code"] in {
            "invalid",
            "unauthenticated",
            "unsupported_version",
        }
        ada.say(garden, "nobody else hears this")
        line.socket.settimeout(0.3)
        with pytest.raises(websocket.WebSocketTimeoutException):
            line.next()


@pytest.mark.parametrize("auth", [None, [], "text", {"csrf": 7}, {}, {"csrf": "wrong"}], ids=json.dumps)
def test_a_cookie_without_its_csrf_token_refuses_even_after_a_second_call(
    url: str, bob: Account, auth: object
) -> None:
    browser = Browser(url).log_in(bob)
    with Line.open(url, origin=url, cookie=browser.cookie) as line:
        answer = line.connect(auth) if auth is not None else (line.send("40/chat,"), line.next())[1]
        assert answer.startswith("44/chat,{"), answer


def test_a_token_of_another_kind_is_refused(url: str, ada: Account, garden: Room) -> None:
    """The token of a link is not the token of a device, nor is a session's cookie."""
    browser = Browser(url).log_in(ada)
    for other in (garden.invite, f"pt_{garden.invite}", next(iter(browser.http.cookies)).value or ""):
        with Line.open(url) as line:
            assert line.connect({"token": other}).startswith("44/chat,{")


def test_a_wrong_token_is_refused_even_beside_a_good_cookie(url: str, ada: Account) -> None:
    browser = Browser(url).log_in(ada)
    with Line.open(url, origin=url, cookie=browser.cookie) as line:
        assert line.connect({"token": "pt_wrong", "csrf": browser.csrf("/rooms/new")}).startswith("44/chat,{")


def test_the_same_cookie_with_its_csrf_token_is_let_in(url: str, ada: Account) -> None:
    browser = Browser(url).log_in(ada)
    with Line.open(url, origin=url, cookie=browser.cookie) as line:
        assert line.connect({"csrf": browser.csrf("/rooms/new")}).startswith("40/chat,{")
        assert line.ask("sync", {"rooms": {}})["data"]["me"]["id"] == ada.id


def test_a_token_that_was_ended_is_refused(url: str, ada: Account) -> None:
    assert ada.rest("DELETE", "/tokens/current").ok
    with Line.open(url) as line:
        assert '"unauthenticated"' in line.connect({"token": ada.token})


@pytest.mark.parametrize("origin", ["ws", "wss", "http", "https"])
def test_the_same_place_is_the_same_under_each_scheme_that_clients_write(
    url: str, ada: Account, origin: str
) -> None:
    """The Swift client says `ws://host`, and behind TLS `wss://host`, where a browser says http and https."""
    browser = Browser(url).log_in(ada)
    said = url.replace("http", origin, 1)
    if origin in {"ws", "http"}:
        with Line.open(url, origin=said, cookie=browser.cookie) as line:
            assert line.connect({"csrf": browser.csrf("/rooms/new")}).startswith("40/chat,{")
    else:  # this server has no TLS: the secure place is another one
        with pytest.raises(websocket.WebSocketBadStatusException), Line.open(url, origin=said):
            pass


# ---- namespaces and events


@pytest.mark.parametrize("namespace", ["", "/nope", "/Chat", "/chat/x", "/*"])
def test_other_namespaces_are_refused_at_once_with_an_object(url: str, ada: Account, namespace: str) -> None:
    """The Java client hangs silently on a refusal that is a bare string."""
    with Line.open(url) as line:
        started = time.monotonic()
        line.send(f"40{namespace},{json.dumps({'token': ada.token})}" if namespace else "40")
        answer = line.next()
        assert time.monotonic() - started < 1
        prefix = f"44{namespace}," if namespace else "44"
        assert answer.startswith(prefix)
        refusal = json.loads(answer[len(prefix) :])
        assert isinstance(refusal, dict) and refusal["message"]
        assert line.connect({"token": ada.token}).startswith("40/chat,")


@pytest.mark.parametrize("event", ["nope", "subscribe", "__proto__", "on_sync", "trigger_event", "arrive"])
def test_an_unknown_event_is_acknowledged(ada: Account, event: str) -> None:
    with ada.line() as line:
        answer = line.ask(event, {})
        assert answer["ok"] is False and answer["error"]["code"] == "invalid"
        assert line.ask("sync", {"rooms": {}})["ok"]


@pytest.mark.parametrize("event", ["connect", "disconnect", "connect_error", "message", "*"])
def test_events_named_as_handlers_are_refused_and_run_none(
    ada: Account, bob: Account, garden: Room, event: str
) -> None:
    with ada.line() as line, bob.line() as other:
        answer = line.ask(event, {"token": "pt_wrong"})
        assert answer["ok"] is False and answer["error"]["code"] == "invalid"
        other.ask("post_message", message(garden, "still there?"))
        assert line.hear("message_posted")["message"]["text"] == "still there?"


@pytest.mark.parametrize("sent", [[], [{}, {}], [1], ["{}"], [None], [[]]], ids=json.dumps)
def test_a_request_that_is_not_one_object_is_acknowledged(ada: Account, sent: list[object]) -> None:
    with ada.line() as line:
        answer = line.ask("heads", *sent)
        assert answer["ok"] is False and answer["error"]["code"] == "invalid"
        assert line.ask("heads", {"rooms": {}}) == {"ok": True, "data": {"behind": {}}}


# ---- order and speed


def test_what_one_socket_sends_cuts_nobody_else(
    url: str, ada: Account, bob: Account, garden: Room, node: StartNode
) -> None:
    """Official clients leave a line on which something comes that they cannot parse (BW18)."""
    client = node("official.mjs")
    client.tell(do="open", url=url, options={"auth": {"token": bob.token}})
    client.hear("connect")
    with ada.line() as line:
        for junk in (
            "NaN",
            "-Infinity",
            "1e400",
            '"\\ud800"',
            '"\\u0000"',
            "9" * 4301,
            '"x","text":"y"',
            "[" * 9,
        ):
            line.send(
                f'42/chat,7["post_message",{{"room_id":"{garden.id}","nonce":"{uuid.uuid4()}","text":{junk}}}]'
            )
        for seq in ("NaN", "1e400"):
            line.send(f'42/chat,8["set_read",{{"room_id":"{garden.id}","seq":{seq}}}]')
        assert line.ask("heads", {"rooms": {}})["ok"]
    ada.say(garden, "after all of it")
    fact = client.hear("message_posted")["fact"]
    assert fact["message"]["text"] == "after all of it"
    assert "disconnect" not in {each.get("event") for each in client.said}


def test_the_requests_of_one_connection_are_handled_in_their_order(ada: Account, garden: Room) -> None:
    """With a green thread for each event, they overtake each other."""
    with ada.line() as line:
        numbers = [line.begin("post_message", message(garden, f"number {index}")) for index in range(500)]
        answers: list[int] = []
        while len(answers) < len(numbers):
            packet = line.next()
            if packet.startswith("43/chat,"):
                number, answer = packet[len("43/chat,") :].split("[", 1)
                assert json.loads("[" + answer)[0]["ok"]
                answers.append(int(number))
    assert answers == numbers
    assert [said["text"] for said in ada.history(garden)] == [f"number {index}" for index in range(500)]


def test_an_answer_after_a_broadcast_does_not_wait_for_the_network(
    ada: Account, bob: Account, garden: Room
) -> None:
    """Without TCP_NODELAY the second of two small packets waits 40 ms for the first one's confirmation. What is
    measured is that wait, so that a busy machine makes no difference."""
    waited, took = [], []
    with ada.line() as line, bob.line():
        for index in range(40):
            started = time.perf_counter()
            number = line.begin("post_message", message(garden, f"quick {index}"))
            heard: dict[str, float] = {}
            while len(heard) < 2:
                packet = line.next()
                if packet.startswith('42/chat,["message_posted"'):
                    heard["fact"] = time.perf_counter()
                elif packet.startswith(f"43/chat,{number}["):
                    heard["answer"] = time.perf_counter()
            waited.append(abs(heard["answer"] - heard["fact"]))
            took.append(max(heard.values()) - started)
    assert statistics.median(waited) < 0.020, sorted(waited)
    assert min(took) < 0.020, sorted(took)


def test_forty_messages_written_offline_all_arrive_by_polling(
    url: str, ada: Account, garden: Room, node: StartNode
) -> None:
    """The stock server drops a POST of more than 16 packets, and answers it with 200."""
    client = node("official.mjs")
    options = {"transports": ["polling"], "auth": {"token": ada.token}, "autoConnect": False}
    client.tell(do="open", url=url, options=options)
    texts = [f"offline {index}" for index in range(40)]
    client.tell(do="emit", event="post_message", payloads=[message(garden, text) for text in texts])
    client.tell(do="connect")
    for index in range(40):
        said = client.until(lambda said: "answer" in said)
        assert said["index"] == index and said["answer"]["ok"] and said["transport"] == "polling"
    assert [said["text"] for said in ada.history(garden)] == texts


def test_python_by_polling_sends_forty_in_a_row(url: str, ada: Account, garden: Room) -> None:
    client = socketio.Client(reconnection=False)
    client.connect(
        url, namespaces="/chat", auth={"token": ada.token}, transports=["polling"], wait_timeout=10
    )
    answers: list[Any] = []
    done = threading.Event()

    def answered(answer: Any) -> None:
        answers.append(answer["ok"])
        if len(answers) == 40:
            done.set()

    for index in range(40):
        client.emit("post_message", message(garden, f"p{index}"), namespace="/chat", callback=answered)
    assert done.wait(15) and all(answers)
    client.eio.disconnect(
        abort=True
    )  # politely, the library sometimes forgets to say so, and waits for a ping
    assert [said["text"] for said in ada.history(garden)] == [f"p{index}" for index in range(40)]


# ---- what is on the wire


def test_the_ping_interval_is_whole_seconds(url: str) -> None:
    """A fraction is advertised as 0, and the Swift client divides by it."""
    with Line.open(url) as line:
        for name in ("pingInterval", "pingTimeout"):
            value = line.opening[name]
            assert isinstance(value, int) and value >= 1000 and value % 1000 == 0
    polled = requests.get(f"{url}/socket.io/?EIO=4&transport=polling", timeout=10)
    assert json.loads(polled.text[1:])["pingInterval"] == value * 2


def test_nothing_is_told_before_the_socket_is_let_in(ada: Account, bob: Account, garden: Room) -> None:
    """The Swift client drops what comes before CONNECT's answer."""
    stop = threading.Event()

    def talk() -> None:
        with bob.line() as line:
            while not stop.is_set():
                line.ask("post_message", message(garden, "all the time"))

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        for _ in range(15):
            with Line.open(ada.url) as line:
                assert line.connect({"token": ada.token}).startswith("40/chat,{")
                assert line.ask("sync", {"rooms": {}})["ok"]
    finally:
        stop.set()
        talking.join()


BINARY = [
    '451-/chat,["post_message",{"_placeholder":true,"num":0}]',
    '451-/chat,7["post_message",{"_placeholder":true,"num":0}]',
    '450-/chat,["post_message",{}]',
    '459999999999-/chat,["post_message",{"_placeholder":true,"num":0}]',
    '461-/chat,7[{"_placeholder":true,"num":0}]',
]


@pytest.mark.parametrize("packet", BINARY)
def test_binary_packets_close_the_socket(ada: Account, packet: str) -> None:
    """Stock, a half sent attachment makes a socket deaf while it stays open, and memory grow."""
    with ada.line() as line:
        line.send(packet)
        assert line.ended()


def test_a_binary_frame_closes_the_socket(ada: Account) -> None:
    with ada.line() as line:
        line.socket.send_binary(b"\x04anything")
        assert line.ended()


def test_binary_by_polling_closes_the_connection(url: str) -> None:
    query = "/socket.io/?EIO=4&transport=polling"
    opened = json.loads(requests.get(url + query, timeout=10).text[1:])
    place = f"{url}{query}&sid={opened['sid']}"
    assert requests.post(place, data=BINARY[0], timeout=10).status_code == 400
    assert requests.get(place, timeout=10).status_code == 400


def test_the_official_clients_bytes_are_refused_and_it_is_cut(url: str, ada: Account, garden: Room) -> None:
    client = socketio.Client(reconnection=False)
    client.connect(
        url, namespaces="/chat", auth={"token": ada.token}, transports=["websocket"], wait_timeout=10
    )
    lost = threading.Event()
    client.on("disconnect", lambda *_: lost.set(), namespace="/chat")
    client.emit("post_message", {**message(garden, "x"), "text": b"bytes"}, namespace="/chat")
    assert lost.wait(5)
    client.disconnect()
    assert ada.history(garden) == []


# ---- the end


def test_an_ended_session_hears_why_and_then_a_socketio_disconnect(url: str, ada: Account) -> None:
    """A polite WebSocket close is noticed by Android after 45 s."""
    with ada.line() as line:
        started = time.monotonic()
        assert ada.rest("DELETE", "/tokens/current").ok
        assert line.hear("session_ended")["reason"] in {"revoked", "signed_out"}
        assert line.next() == "41/chat,"
        assert time.monotonic() - started < 2


def test_signing_out_in_the_browser_ends_its_sockets(url: str, ada: Account) -> None:
    browser = Browser(url).log_in(ada)
    with Line.open(url, origin=url, cookie=browser.cookie) as line:
        assert line.connect({"csrf": browser.csrf("/rooms/new")}).startswith("40/chat,")
        browser.http.post(f"{url}/logout", {"csrf_token": browser.csrf("/rooms/new")}, timeout=10)
        assert line.hear("session_ended") == {"reason": "signed_out"}
        assert line.next() == "41/chat,"


def test_the_official_client_hears_the_servers_disconnect_and_stays_away(
    url: str, ada: Account, node: StartNode
) -> None:
    client = node("official.mjs")
    client.tell(do="open", url=url, options={"transports": ["websocket"], "auth": {"token": ada.token}})
    client.hear("connect")
    assert ada.rest("DELETE", "/tokens/current").ok
    assert client.hear("session_ended")["fact"]["reason"] in {"revoked", "signed_out"}
    assert client.hear("disconnect")["reason"] == "io server disconnect"
