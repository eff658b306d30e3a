"""What is sent over an open socket: what is read, what is answered, what ends it (BW10-18, BW21, CONTRACT 10)."""

import contextlib
import json
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import socketio

from app import limits
from tests.server import raw
from tests.server.process import Server, eventually
from tests.server.raw import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Line

WHOLE = limits.FRAME_BYTES
ROOMS: dict[str, object] = {"rooms": {}}


@pytest.fixture
def line(server: Server, token: str) -> Iterator[Line]:
    """A WebSocket that is connected to /chat."""
    with Line(server.port).join(token) as joined:
        yield joined


def still_serves(server: Server) -> bool:
    return requests.get(f"{server.url}/healthz", timeout=2).status_code == 200


def memory(server: Server) -> int:
    """Resident bytes of the server."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * 4096


class TestSize:
    """BW10."""

    def padded(self, size: int) -> bytes:
        start, end = b'42/chat,7["sync",{"rooms":{},"x":"', b'"}]'
        return start + b"x" * (size - len(start) - len(end)) + end

    def test_a_message_at_the_limit_is_answered(self, line: Line) -> None:
        line.frame(TEXT, self.padded(WHOLE))
        assert line.acknowledged(7)["error"]["code"] == "invalid"

    @pytest.mark.parametrize("size", [WHOLE + 1, WHOLE * 2, 2_000_000])
    def test_one_byte_more_closes_with_1009(self, server: Server, line: Line, size: int) -> None:
        line.frame(TEXT, self.padded(size))
        assert line.ending() == 1009
        assert still_serves(server)

    def test_a_message_in_64_pieces_is_answered(self, line: Line) -> None:
        text = b'42/chat,7["sync",{"rooms":{}}]'.ljust(64)
        for i in range(64):
            line.frame(CONTINUATION if i else TEXT, text[i : i + 1], fin=i == 63)
        assert line.acknowledged(7)["ok"] is True

    def test_a_65th_piece_closes_with_1009(self, line: Line) -> None:
        for i in range(65):
            line.frame(CONTINUATION if i else TEXT, b"x", fin=False)
        assert line.ending() == 1009

    def test_pieces_are_counted_together(self, line: Line) -> None:
        line.frame(TEXT, b"x" * (WHOLE - 1), fin=False)
        line.frame(CONTINUATION, b"xx", fin=False)
        assert line.ending() == 1009

    def test_endless_pieces_cost_no_memory(self, server: Server) -> None:
        before = memory(server)
        with Line(server.port) as unknown:  # not even signed in
            piece = raw.packed(CONTINUATION, b"x" * 32_000, fin=False)
            unknown.frame(TEXT, b"x", fin=False)
            for _ in range(600):
                unknown.write(piece)
            assert unknown.ending() in (1009, 0)
        assert memory(server) - before < 4_000_000
        assert still_serves(server)

    def test_large_binary_frames_of_strangers_are_cut_on_the_first(self, server: Server) -> None:
        with contextlib.ExitStack() as stack:
            lines = [stack.enter_context(Line(server.port)) for _ in range(10)]
            for each in lines:
                each.frame(BINARY, b"\0" * 1_000_000)
            assert [each.ending() for each in lines] == [1009] * 10
        started = time.monotonic()
        assert still_serves(server)
        assert time.monotonic() - started < 1


class TestFrames:
    """BW11, BW12."""

    def test_a_control_frame_may_stand_between_pieces(self, line: Line) -> None:
        line.frame(TEXT, b'42/chat,7["sync",', fin=False)
        line.frame(PING, b"there?")
        line.frame(CONTINUATION, b'{"rooms":{}}]')
        assert line.hear() == (PONG, b"there?")
        assert line.acknowledged(7)["ok"] is True

    @pytest.mark.parametrize(
        ("frames", "codes"),
        [
            ([(CONTINUATION, b"x", {})], {1002}),
            ([(TEXT, b"x", {"fin": False}), (TEXT, b"y", {})], {1002}),
            ([(PING, b"x", {"fin": False})], {1002}),
            ([(PING, b"x" * 126, {})], {1002}),
            ([(CLOSE, b"x" * 126, {})], {1002}),
            ([(TEXT, b"x", {"rsv": 4})], {1002}),
            ([(TEXT, b"x", {"rsv": 2})], {1002}),
            ([(TEXT, b"x", {"rsv": 1})], {1002}),
            ([(3, b"x", {})], {1002}),
            ([(7, b"x", {})], {1002}),
            ([(11, b"x", {})], {1002}),
            ([(15, b"x", {})], {1002}),
            ([(TEXT, b"x", {"masked": False})], {1002}),
            ([(CLOSE, struct.pack("!H", 999), {})], {1002}),
            ([(CLOSE, struct.pack("!H", 1005), {})], {1002}),
            ([(CLOSE, b"x", {})], {1002}),
            ([(CLOSE, struct.pack("!H", 1000) + b"\xff\xfe", {})], {1002, 1007}),
            ([(TEXT, b"\xff\xfe\xfd", {})], {1007}),
            ([(TEXT, b"4\xc3", {"fin": False}), (CONTINUATION, b"\x28", {})], {1007}),
        ],
        ids=range(19),
    )
    def test_what_breaks_the_protocol_closes_with_its_code(
        self, server: Server, line: Line, frames: list[tuple[int, bytes, dict[str, object]]], codes: set[int]
    ) -> None:
        for opcode, payload, options in frames:
            line.frame(opcode, payload, **options)  # type: ignore[arg-type]
        assert line.ending() in codes
        assert still_serves(server)

    def test_a_polite_close_is_answered(self, line: Line) -> None:
        line.frame(CLOSE, struct.pack("!H", 1000))
        assert line.ending() in (1000, 0)


class TestEnginePackets:
    """BW13, BW14. That whoever was cut is out of everything at once is told in test_hostile.py."""

    @pytest.mark.parametrize(
        "packet", ["", "x", "7", "9", "٣", "0{}", "2", "5", "b4AAAA", "4", "4x", "47", "4٢"]
    )
    def test_what_is_no_packet_ends_the_line_at_once(self, server: Server, token: str, packet: str) -> None:
        with Line(server.port).join(token) as line:
            started = time.monotonic()
            line.say(packet)
            assert line.ending(3) is not None
            assert time.monotonic() - started < 2

    @pytest.mark.parametrize(
        "packet",
        ['451-/chat,["x",{"_placeholder":true,"num":0}]', '450-["x"]', "461-/chat,1[]", "44/chat,{}"],
    )
    def test_binary_packets_end_the_line(self, line: Line, packet: str) -> None:
        line.say(packet)
        assert line.ending(3) is not None

    def test_binary_messages_end_the_line(self, line: Line) -> None:
        line.frame(BINARY, b"\x00\x01")
        assert line.ending(3) is not None

    def test_a_flood_of_pongs_is_nothing(self, server: Server, line: Line) -> None:
        line.write(raw.packed(TEXT, b"3") * 10_000)
        assert line.call("sync", ROOMS, seconds=15)["ok"] is True
        assert still_serves(server)

    def test_who_never_connects_is_closed_after_ten_seconds(self, server: Server) -> None:
        with Line(server.port) as line:
            started = time.monotonic()
            assert line.ending(20) is not None
            assert 9 < time.monotonic() - started < 13

    def test_who_connected_stays(self, line: Line) -> None:
        with pytest.raises(TimeoutError):
            line.ending(13)


class TestNamespaces:
    @pytest.mark.parametrize("namespace", ["/", "/admin", "/chats", "/chat/"])
    def test_others_are_refused_at_once_with_an_object(
        self, server: Server, token: str, namespace: str
    ) -> None:
        with Line(server.port) as line:
            line.message()
            prefix = "" if namespace == "/" else f"{namespace},"
            line.say(f"40{prefix}" + json.dumps({"token": token}))
            said = line.message()
            assert said is not None and said.startswith(f"44{prefix}")
            assert json.loads(said.removeprefix(f"44{prefix}")) == {"message": "Unable to connect"}

    @pytest.mark.parametrize(
        "auth", ['"str"', "[1]", "true", "7", '{"token":7}', '{"token":null}', "{}", "", "{"]
    )
    def test_auth_that_is_none_is_refused_with_an_object(self, server: Server, auth: str) -> None:
        with Line(server.port) as line:
            line.message()
            line.say(f"40/chat,{auth}")
            said = line.message()
            assert said is not None and said.startswith("44/chat,{"), said
            problem = json.loads(said.removeprefix("44/chat,"))
            assert problem["data"]["code"] in ("invalid", "unauthenticated")


class TestEvents:
    """BW16, BW18, BW22."""

    @pytest.mark.parametrize(
        "name", ["connect", "disconnect", "connect_error", "*", "__proto__", "n" * 10_000, "unknown", ""]
    )
    def test_a_name_that_is_no_request_is_answered_and_runs_nothing(self, line: Line, name: str) -> None:
        answer = line.call(name, {}, number=3)
        assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
        assert line.call("sync", ROOMS, number=4)["ok"] is True, "the socket is as it was"

    @pytest.mark.parametrize(
        "data",
        [
            "[" * 25_000 + "]" * 25_000,
            "[" * (WHOLE - 20),
            "9" * 4301,
            "1e400",
            "NaN",
            "-Infinity",
            '{"rooms":{},"rooms":{}}',
            '{"rooms":{"r":9007199254740992}}',
            '{"rooms":{"\\ud800":1}}',
            '{"rooms":{"\\u0000":1}}',
            '\ufeff{"rooms":{}}',
            '{"rooms":',
        ],
        ids=range(12),
    )
    def test_what_cannot_be_read_is_answered_and_the_socket_lives(self, line: Line, data: str) -> None:
        line.frame(TEXT, f'42/chat,5["sync",{data}]'.encode("utf-8", "surrogatepass"))
        answer = line.acknowledged(5)
        assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
        assert line.call("sync", ROOMS, number=6)["ok"] is True

    def test_acknowledgements_of_what_was_never_asked_are_nothing(self, server: Server, line: Line) -> None:
        """BW25: Parlor asks for none, so there is no table of who owes which."""
        before = memory(server)
        line.write(b"".join(raw.packed(TEXT, f'43/chat,{number}["x"]'.encode()) for number in range(10_000)))
        assert line.call("sync", ROOMS, seconds=15)["ok"] is True
        assert memory(server) - before < 4_000_000

    def test_who_only_sends_what_cannot_be_read_is_closed(self, line: Line) -> None:
        for number in range(25):
            line.say(f'42/chat,{number}["sync",NaN]')
        assert line.ending() is not None

    def test_the_requests_of_one_connection_are_handled_in_order(self, line: Line) -> None:
        for number in range(10):
            line.say(f'42/chat,{number}["heads",{{"rooms":{{}}}}]')
        heard = [line.message() for _ in range(10)]
        assert [str(each).partition("[")[0] for each in heard] == [
            f"43/chat,{number}" for number in range(10)
        ]


class TestTraps:
    """CONTRACT section 10, where a raw line or the Python client shows it; the rest is in clients/."""

    def test_an_answer_after_a_broadcast_does_not_wait_for_the_network(
        self, server: Server, make_token: Callable[[], str]
    ) -> None:
        token = make_token()
        room = requests.post(
            f"{server.url}/api/v1/rooms",
            json={"title": "Garden"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        ).json()["room"]["id"]
        with Line(server.port).join(token) as line:
            line.call("sync", ROOMS)
            took = []
            for number in range(10, 19):
                body = {"room_id": room, "nonce": f"0192f0c1-2345-7abc-8def-0123456789{number}", "text": "hi"}
                started = time.monotonic()
                assert line.call("post_message", body, number=number)["ok"] is True
                took.append(time.monotonic() - started)
            assert sorted(took)[4] < 0.03, "Nagle's algorithm makes this 44 ms"

    def test_forty_requests_sent_by_one_poll_are_all_answered(self, server: Server, token: str) -> None:
        client = socketio.Client()
        client.connect(server.url, transports=["polling"], namespaces=["/chat"], auth={"token": token})
        answers: list[object] = []
        try:
            for _ in range(40):
                client.emit("heads", {"rooms": {}}, namespace="/chat", callback=answers.append)
            assert eventually(lambda: len(answers) == 40, 10), f"{len(answers)} of 40"
        finally:
            client.disconnect()

    def test_no_poll_is_answered_with_more_than_every_client_takes(self, server: Server, token: str) -> None:
        """python-engineio's clients drop an answer of more than 16 packets, and everything in it."""
        polling = "/socket.io/?EIO=4&transport=polling"
        sid = json.loads(raw.ask(server.port, "GET", polling).body[1:])["sid"]
        polling += f"&sid={sid}"
        requested = [f'42/chat,{number}["heads",{{"rooms":{{}}}}]' for number in range(40)]
        for body in ("40/chat," + json.dumps({"token": token}), "\x1e".join(requested)):
            length = {"Content-Length": str(len(body))}
            assert raw.ask(server.port, "POST", polling, length, body.encode()).status == 200
        heard: list[str] = []
        while not any(packet.startswith("43/chat,39[") for packet in heard):
            packets = raw.ask(server.port, "GET", polling).body.decode().split("\x1e")
            assert len(packets) <= 16
            heard += packets
        assert [packet.partition("[")[0] for packet in heard[1:]] == [f"43/chat,{n}" for n in range(40)]

    def test_a_client_begins_by_polling_and_goes_over_to_websocket(self, server: Server, token: str) -> None:
        client = socketio.Client()
        client.connect(server.url, namespaces=["/chat"], auth={"token": token})
        try:
            assert eventually(lambda: client.transport() == "websocket")
            assert client.call("sync", ROOMS, namespace="/chat")["ok"] is True
        finally:
            client.disconnect()

    def test_pings_are_whole_seconds(self, server: Server) -> None:
        with Line(server.port) as line:
            opening = json.loads(str(line.message())[1:])
        assert (opening["pingInterval"], opening["pingTimeout"]) == (20_000, 10_000)
        assert opening["maxPayload"] == WHOLE
