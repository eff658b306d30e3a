"""Who means harm over an open socket: nobody waits, nothing grows, and it is out at once (H2, H6, H9, H10, BW13)."""

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app import limits
from tests.server import raw
from tests.server.process import ROOT, Server, eventually
from tests.server.raw import BINARY, CONTINUATION, PING, TEXT, Line

POLLING = "/socket.io/?EIO=4&transport=polling"
ROOMS: dict[str, object] = {"rooms": {}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that counts, and whose limits on how often something is asked are off."""
    command = [sys.executable, str(ROOT / "tests/server/slow.py")]
    folder = tmp_path_factory.mktemp("hostile")
    with Server(folder, command=command, RATE_LIMITS="off", MAX_SOCKETS_PER_ADDRESS="500") as running:
        yield running


def counts(server: Server) -> dict[str, int]:
    """Connections, and who of them was let in."""
    counted = requests.get(f"{server.url}/counts", timeout=5).json()
    return {name: counted[name] for name in ("connections", "sids", "environs", "by address")}


def memory(server: Server) -> int:
    """Resident bytes of the server."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * 4096


class Polling:
    """A connection that polls."""

    def __init__(self, server: Server, token: str = "") -> None:
        self._port = server.port
        self.sid = str(json.loads(raw.ask(server.port, "GET", POLLING).body[1:])["sid"])
        self._place = f"{POLLING}&sid={self.sid}"
        if token:
            assert self.post(b"40/chat," + json.dumps({"token": token}).encode()) == 200
            assert self.get().body.startswith(b"40/chat,{")

    def post(self, body: bytes) -> int:
        """The status."""
        return raw.ask(self._port, "POST", self._place, {"Content-Length": str(len(body))}, body).status

    def get(self) -> raw.Answer:
        """What is due."""
        return raw.ask(self._port, "GET", self._place)

    def asks(self) -> bool:
        """Whether a request is answered."""
        return self.post(b'42/chat,9["heads",{"rooms":{}}]') == 200 and b"43/chat,9[" in self.get().body


class TestOutAtOnce:
    """H10: whoever breaks the protocol is out of everything within a second, where the stock library takes 45."""

    @pytest.mark.parametrize(
        ("opcode", "payload"), [(TEXT, b"x"), (TEXT, b""), (TEXT, b'450-["x"]'), (BINARY, b"\0"), (3, b"")]
    )
    def test_by_websocket(self, server: Server, token: str, opcode: int, payload: bytes) -> None:
        before = counts(server)
        with Line(server.port).join(token) as line:
            assert counts(server)["sids"] == before["sids"] + 1
            line.frame(opcode, payload)
            assert eventually(lambda: counts(server) == before, 1), counts(server)

    @pytest.mark.parametrize(
        "body", [b"", b"x", b"4", b"4\xff", b"b4AAAA", b'450-["x"]', b"3\x1e7", b"2", b"\0", b"0{}"]
    )
    def test_by_polling(self, server: Server, token: str, body: bytes) -> None:
        before = counts(server)
        polling = Polling(server, token)
        assert polling.asks()
        assert polling.post(body) == 400
        assert eventually(lambda: counts(server) == before, 1), counts(server)
        assert polling.get().status == 400


class TestGoingOver:
    """The moment between polling and WebSocket, in which a stranger's frames are read by another parser."""

    @pytest.mark.parametrize("said", ["2probe", ""], ids=["after the probe", "before it"])
    @pytest.mark.parametrize(
        ("opcode", "payload", "options"),
        [
            (CONTINUATION, b"x", {}),
            (TEXT, b"2probe", {"rsv": 4}),
            (TEXT, b"2probe", {"rsv": 1}),
            (TEXT, b"2probe", {"masked": False}),
            (PING, b"x" * 126, {}),
            (3, b"", {}),
            (TEXT, b"\xff\xfe", {}),
            (TEXT, b"x" * (limits.FRAME_BYTES + 1), {}),
            (BINARY, b"2probe", {}),
            (TEXT, b"7", {}),
        ],
        ids=range(10),
    )
    def test_whatever_is_not_the_next_word_ends_the_line_and_polling_goes_on(
        self, server: Server, token: str, said: str, opcode: int, payload: bytes, options: dict[str, object]
    ) -> None:
        polling = Polling(server, token)
        with Line(server.port, target=f"/socket.io/?EIO=4&transport=websocket&sid={polling.sid}") as line:
            if said:
                line.say(said)
                assert line.message() == "3probe"
            line.frame(opcode, payload, **options)  # type: ignore[arg-type]
            assert line.ending() is not None
        if said:
            assert polling.get().body == b"6", "which ends a poll that waits"
        assert polling.asks()
        assert polling.post(b"1") == 200

    def test_endless_pieces_cost_no_memory(self, server: Server, token: str) -> None:
        polling = Polling(server, token)
        before = memory(server)
        with Line(server.port, target=f"/socket.io/?EIO=4&transport=websocket&sid={polling.sid}") as line:
            line.frame(TEXT, b"2", fin=False)
            piece = raw.packed(CONTINUATION, b"x" * 32_000, fin=False)
            for _ in range(600):
                line.write(piece)
            assert line.ending() in (1009, 0)
        assert memory(server) - before < 4_000_000


class TestFloods:
    """H6: a turn of the hub for everybody else."""

    @pytest.mark.parametrize(
        "frame",
        [
            raw.packed(TEXT, b'42/chat,["heads",{"rooms":{}}]'),
            raw.packed(TEXT, b'42/chat,1["nothing",{}]'),
            raw.packed(TEXT, b"3"),
            raw.packed(PING, b"x" * 125),
        ],
        ids=["requests", "refusals", "pongs", "pings"],
    )
    def test_who_sends_as_fast_as_it_can_and_reads_nothing_keeps_nobody_waiting(
        self, server: Server, token: str, frame: bytes
    ) -> None:
        before = memory(server)
        with Line(server.port).join(token) as line, flooded(server, token, frame * 500):
            took = [timed(line, number) for number in range(1, 31)]
        assert sorted(took)[26] < 0.25, took
        assert max(took) < 1, took
        assert memory(server) - before < 16_000_000


def timed(line: Line, number: int) -> float:
    """How long somebody else waits for an answer."""
    time.sleep(0.05)
    started = time.monotonic()
    assert line.call("heads", ROOMS, number, seconds=20)["ok"] is True
    return time.monotonic() - started


@contextlib.contextmanager
def flooded(server: Server, token: str, data: bytes) -> Iterator[None]:
    """Somebody sends this again and again, on a new line when the last was cut."""
    over = threading.Event()

    def flood() -> None:
        while not over.is_set():
            # Its earlier lines may not be counted out yet: then it is not let in, and tries again.
            with Line(server.port, buffer=4096) as line, contextlib.suppress(OSError, AssertionError):
                line.join(token)._socket.settimeout(1)
                while not over.is_set():
                    line._socket.sendall(data)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_who_polls_and_never_connects_is_closed_after_ten_seconds(server: Server, token: str) -> None:
    """H9, and its twin."""
    stranger, member = Polling(server), Polling(server, token)
    began = time.monotonic()
    assert eventually(lambda: stranger.post(b"3") == 400, 20, every=0.2)
    assert 9 < time.monotonic() - began < 13
    assert member.asks()


def test_where_only_websocket_is_allowed_there_is_no_polling(folder: Path) -> None:
    """H2."""
    with Server(folder, TRANSPORTS="websocket") as server, Line(server.port):
        assert raw.ask(server.port, "GET", POLLING).status == 400
        assert raw.ask(server.port, "POST", POLLING).status == 400
