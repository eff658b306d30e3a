"""Exactly one object each way, whatever happens in between; and the traps of the stock libraries."""

import gc
import weakref

import flask
import pytest

from app import dispatch, identity, limits, presence
from app.channels import NAMESPACE
from app.extensions import db, socketio
from app.sockets.chat import Chat
from tests.conftest import person
from tests.people import Person, Socket
from tests.stored import rows


def packets(socket: Socket, text: str) -> list:
    """Send one raw packet; every packet that came back."""
    sent: list = []
    stock = socketio.server._send_packet
    socketio.server._send_packet = lambda sid, packet: (sent.append(packet), stock(sid, packet))
    try:
        socketio.server._handle_eio_message(socket.client.eio_sid, text)
    finally:
        socketio.server._send_packet = stock
    return sent


def in_nothing(socket_id: str) -> bool:
    """Is this id in no channel, no list and no room's ear?"""
    rooms = socketio.server.manager.rooms.get(NAMESPACE, {})
    return (
        presence.socket(socket_id) is None
        and not any(socket_id in (members or ()) for members in rooms.values())
        and not any(socket_id in reader.sids for reader in dispatch._readers.values())
    )


# ---- coming


@pytest.mark.parametrize(
    "auth",
    [
        None,
        {},
        {"token": "pt_" + "x" * 43},
        {"token": "x"},
        {"token": ""},
        {"token": 7},
        {"token": None},
        {"token": ["pt_x"]},
        {"token": {"a": "b"}},
        {"csrf": "x"},
        "pt_text",
        [1],
        True,
        7,
        {"token": "pt_" + "x" * 10_000},
        {"token": "pt_\ud800"},
    ],
    ids=lambda sent: ascii(sent)[:40],
)
def test_whatever_proves_nothing_is_refused_and_leaves_nothing_behind(app, garden, ada, bob, auth) -> None:
    assert bob.socket.connected
    before = {
        channel: set(members or ()) for channel, members in socketio.server.manager.rooms[NAMESPACE].items()
    }
    intruder = Socket(app, auth)
    assert not intruder.connected
    ada.say(garden.id, "between us")
    assert intruder.heard() == []
    after = socketio.server.manager.rooms[NAMESPACE]
    assert set(after) - set(before) <= {
        f"user:{ada.id}",
        f"room:{garden.id}",
        ada.socket.sid,
    }


def test_a_token_lets_in_and_nothing_is_said_before_sync(app, garden, ada) -> None:
    """Nothing is emitted inside the connect handler: it would leave before CONNECT."""
    socket = Socket(app, {"token": ada.token, "v": "1"})
    assert socket.connected
    assert socket.heard() == []


def test_a_cookie_lets_in_with_its_csrf_token_only(app, ada, bob) -> None:
    assert Socket(app, {"csrf": ada.csrf()}, flask_client=ada.http).connected
    for auth in ({}, {"csrf": ""}, {"csrf": "forged"}, {"csrf": None}, {"csrf": bob.csrf()}, None):
        assert not Socket(app, auth, flask_client=ada.http).connected


def test_an_offered_token_is_the_whole_answer(app, ada, bob) -> None:
    """The cookie and its CSRF token are no way back from a bad token."""
    assert not Socket(app, {"token": "pt_bad", "csrf": ada.csrf()}, flask_client=ada.http).connected
    mixed = Socket(app, {"token": bob.token, "csrf": ada.csrf()}, flask_client=ada.http)
    assert mixed.ask("sync", {"rooms": {}})["data"]["me"]["id"] == bob.id


def test_without_an_origin_a_cookie_is_worth_nothing_and_a_token_is(app, ada, monkeypatch) -> None:
    monkeypatch.setattr("tests.people.ORIGIN", {})
    assert not Socket(app, {"csrf": ada.csrf()}, flask_client=ada.http).connected
    assert Socket(app, {"token": ada.token}).connected


def test_an_unknown_version_is_told_so(app, ada) -> None:
    assert not Socket(app, {"token": ada.token, "v": "2"}).connected
    assert Socket(app, {"token": ada.token, "v": "1"}).connected


@pytest.mark.parametrize(
    "error", [TypeError("no auth, please"), ValueError("?"), KeyError("x"), OSError("gone")]
)
@pytest.mark.parametrize("where", ["before", "after"])
def test_whatever_the_connect_handler_raises_denies_and_is_not_tried_again(
    app, garden, ada, bob, monkeypatch, error, where
) -> None:
    calls, stock = [], Chat.arrive

    def arrive(self, auth) -> None:
        calls.append(flask.request.sid)
        if where == "after":
            stock(self, auth)
        raise error

    token = bob.token
    monkeypatch.setattr(Chat, "arrive", arrive)
    refused = Socket(app, {"token": token})
    assert not refused.connected
    assert len(calls) == 1
    assert in_nothing(calls[0])
    monkeypatch.undo()
    ada.say(garden.id, "between us")
    assert refused.heard() == []
    assert Socket(app, {"token": token}).connected


def test_a_refusal_is_an_object_with_a_problem(app, ada) -> None:
    seen: list = []
    stock = socketio.server._handle_connect

    def spy(eio_sid, namespace, data):
        mocked = socketio.server._send_packet
        socketio.server._send_packet = lambda sid, packet: (seen.append(packet.data), mocked(sid, packet))
        stock(eio_sid, namespace, data)

    socketio.server._handle_connect = spy
    try:
        assert not Socket(app, {"token": "pt_bad"}).connected
    finally:
        socketio.server._handle_connect = stock
    [refusal] = seen
    assert set(refusal) == {"message", "data"}
    assert (refusal["data"]["code"], refusal["data"]["status"]) == ("unauthenticated", 401)


# ---- asking


@pytest.mark.parametrize(
    "sent",
    [
        "not an object",
        7,
        None,
        True,
        [],
        [{"rooms": {}}],
        {"rooms": []},
        {"rooms": {"x": "1"}},
        {"rooms": {"x": -1}},
        {"rooms": {"x": True}},
        {"rooms": {"x": 1.0}},
        {"rooms": {"x": 2**53}},
        {"rooms": {"": 1}},
        {"rooms": {"x" * 41: 1}},
        {"rooms": {}, "more": 1},
        {},
    ],
    ids=lambda sent: ascii(sent)[:40],
)
def test_what_cannot_be_read_is_invalid_and_the_socket_lives(app, garden, ada, sent) -> None:
    before = rows(app) if ada.socket.connected else None
    error = ada.ask("sync", sent)["error"]
    assert error["code"] == "invalid"
    assert error["status"] in {400, 422}
    assert rows(app) == before
    assert ada.ask("sync", {"rooms": {}})["ok"]


@pytest.mark.parametrize(
    "event", ["nonsense", "on_sync", "arrive", "depart", "trigger_event", "__init__", "", "sync "]
)
def test_an_unknown_event_is_acknowledged_as_invalid(app, ada, event) -> None:
    assert ada.ask(event, {})["error"]["code"] == "invalid"


def test_not_exactly_one_object_is_invalid(app, ada) -> None:
    for several in ((), ({"rooms": {}}, {"rooms": {}})):
        client = ada.socket.client
        answer = client.emit("sync", *several, namespace=NAMESPACE, callback=True)
        assert answer["error"]["code"] == "invalid"


@pytest.mark.parametrize("event", ["connect", "disconnect"])
def test_an_event_that_a_client_names_like_coming_or_going_runs_no_handler(
    app, garden, ada, bob, monkeypatch, event
) -> None:
    socket = ada.connect()
    calls = []
    monkeypatch.setattr(Chat, "arrive", lambda self, auth: calls.append("arrive"))
    monkeypatch.setattr(Chat, "depart", lambda self, sid: calls.append("depart"))
    handler = socketio.server.namespace_handlers[NAMESPACE]
    for arguments in ((), ({},), ({"token": bob.token},), ({}, {"token": bob.token})):
        answer = handler.trigger_event(event, socket.sid, *arguments)
        assert answer["error"]["code"] in {"invalid", "rate_limited"}
    assert calls == []
    assert presence.is_online(ada.id)
    assert presence.socket(socket.sid).user_id == ada.id


def test_without_an_ack_the_request_is_still_done(app, garden, ada, bob) -> None:
    assert bob.socket.connected
    sent = {"room_id": garden.id, "nonce": "3c5b4c2e-0000-4000-8000-000000000001", "text": "hello"}
    ada.socket.client.emit("post_message", sent, namespace=NAMESPACE)
    assert len(bob.heard("message_posted")) == 1


def test_nobody_is_ever_asked_for_an_acknowledgement(app, garden, ada, bob) -> None:
    """So however many are left unanswered, nothing is kept for them."""
    assert bob.socket.connected
    for number in range(20):
        assert ada.say(garden.id, f"number {number}")["ok"]
    heard = [each for each in bob.socket.client.queue if each["name"] == "message_posted"]
    assert len(heard) == 20
    assert socketio.server.manager.callbacks == {}


def test_an_error_of_ours_is_internal_says_nothing_of_its_cause_and_is_logged(
    app, garden, ada, monkeypatch, caplog
) -> None:
    assert ada.socket.connected

    def broken(*_, **__):
        raise ZeroDivisionError("a secret cause")

    monkeypatch.setattr("app.actions.attendance.heads", broken)
    answer = ada.ask("heads", {"rooms": {}})
    assert answer["error"]["code"] == "internal"
    assert "secret" not in str(answer)
    assert "a secret cause" in caplog.text
    monkeypatch.undo()
    assert ada.ask("heads", {"rooms": {}})["ok"]


def test_a_token_that_may_only_read_reads_and_writes_nothing(app, garden, ada) -> None:
    """BS14."""
    reader = ada.connect(token=ada.make_token("read"))
    before = rows(app)
    for event, sent in (
        (
            "post_message",
            {"room_id": garden.id, "nonce": "3c5b4c2e-0000-4000-8000-000000000001", "text": "x"},
        ),
        ("set_read", {"room_id": garden.id, "seq": 1}),
        ("set_typing", {"room_id": garden.id, "typing": True}),
    ):
        assert reader.ask(event, sent)["error"]["code"] == "forbidden"
    assert rows(app) == before
    assert reader.ask("sync", {"rooms": {}})["ok"]
    assert reader.ask("heads", {"rooms": {}})["ok"]
    assert not ada.connect(token=ada.make_token("write")).connected


@pytest.mark.parametrize("event", ["post_message", "set_read", "set_typing"])
def test_an_outsider_is_answered_as_if_there_were_no_room(app, garden, mallory, event) -> None:
    """BZ1, over the socket."""
    more = {
        "post_message": {"nonce": "3c5b4c2e-0000-4000-8000-000000000001", "text": "x"},
        "set_read": {"seq": 1},
        "set_typing": {"typing": True},
    }[event]
    there = mallory.ask(event, {"room_id": garden.id, **more})
    assert there == mallory.ask(event, {"room_id": "no-such-room", **more})
    assert there["error"]["code"] == "not_found"


@pytest.fixture
def hasty(make_app) -> Person:
    """Ada, where limits are on."""
    return person(make_app(rate_limits="on"), "ada")


def test_who_asks_too_fast_is_told_to_wait_and_lives_on(hasty) -> None:
    answers = [hasty.ask("heads", {"rooms": {}}) for _ in range(limits.SOCKET_BURST.amount + 3)]
    assert all(each["ok"] for each in answers[: limits.SOCKET_BURST.amount])
    for refused in answers[limits.SOCKET_BURST.amount :]:
        assert refused["error"]["code"] == "rate_limited"
        assert refused["error"]["retry_after"] > 0
    assert hasty.socket.connected


def test_who_does_not_stop_is_cut(hasty, monkeypatch) -> None:
    monkeypatch.setattr(limits, "SOCKET_ABUSE", limits.Rule("socket-abuse", 3, 60))
    socket = hasty.socket
    for _ in range(limits.SOCKET_BURST.amount + 4):
        if socket.connected:
            socket.ask("heads", {"rooms": {}})
    assert not socket.connected
    assert not presence.sids_of_user(hasty.id)


def test_going_needs_neither_a_person_nor_the_database(app, garden, ada, bob) -> None:
    """It runs inside whatever noticed: maybe somebody else's request, in the middle of their transaction."""
    socket = bob.connect()
    sid = socket.sid
    with app.app_context():
        db.begin_write()
        ada.user().display_name = "Half changed"
        db.session.flush()
        socketio.server.namespace_handlers[NAMESPACE].depart(sid)
        db.session.rollback()
        assert ada.user().display_name == "ada"
    assert in_nothing_but_the_library(sid)


def in_nothing_but_the_library(sid: str) -> bool:
    return presence.socket(sid) is None and not any(sid in each.sids for each in dispatch._readers.values())


def test_a_line_that_breaks_leaves_nothing_behind(app, garden, bob) -> None:
    socket = bob.connect()
    sid = socket.sid
    assert not in_nothing(sid)
    socketio.server._handle_eio_disconnect(socket.client.eio_sid, "transport close")
    assert in_nothing(sid)


def test_requests_of_one_socket_are_answered_in_order(app) -> None:
    assert socketio.server.async_handlers is False


def test_what_a_socket_was_let_in_by_is_its_own(app, ada, bob) -> None:
    one, two = ada.connect(), bob.connect()
    assert one.ask("sync", {"rooms": {}})["data"]["me"]["id"] == ada.id
    assert two.ask("sync", {"rooms": {}})["data"]["me"]["id"] == bob.id
    assert one.ask("sync", {"rooms": {}})["data"]["me"]["id"] == ada.id
    assert identity.TOKEN_PREFIX == "pt_"


@pytest.mark.parametrize("event", ["heads", "nothing_like_it"])
def test_what_was_sent_is_let_go_at_once_and_waits_for_no_collector(
    garden, ada: Person, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    assert ada.socket.connected
    kept: list[weakref.ref[flask.Request]] = []
    stock = identity.of_socket

    def noting() -> object:
        kept.append(weakref.ref(flask.request._get_current_object()))  # type: ignore[attr-defined]
        return stock()

    monkeypatch.setattr(identity, "of_socket", noting)
    gc.disable()
    try:
        assert not ada.ask(event, {"rooms": {}, "unknown": "x" * 60_000})["ok"]
        assert [each() for each in kept] == [None]
    finally:
        gc.enable()
