"""The two ways out, ENGINE=fast and ENGINE=stock, side by side: the same in the same order, and nothing left over."""

import contextlib
import json
import os
import re
import socket
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask

from app.extensions import socketio
from tests.server import raw
from tests.server.conftest import register
from tests.server.process import ROOT, Server, eventually
from tests.server.raw import CLOSE, PING, TEXT, Line

ENGINES = ("stock", "fast")
SLOW = [sys.executable, str(ROOT / "tests/server/slow.py")]
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<=\"sid\":\")[^\"]+|(?<=\"epoch\":\")[^\"]+"
)
TIME = re.compile(r"[0-9]{4}-[0-9-]+T[0-9:.]+Z")
POLLING = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture(scope="module", params=ENGINES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of either kind, with pages that count."""
    folder = tmp_path_factory.mktemp(request.param)
    with counting(folder, request.param) as running:
        yield running


def counting(folder: Path, engine: str) -> Server:
    return Server(folder, command=SLOW, ENGINE=engine, RATE_LIMITS="off", MAX_SOCKETS_PER_ADDRESS="2000")


class People:
    """Ada and Bob, in the garden."""

    def __init__(self, server: Server, suffix: str = "") -> None:
        self.server = server
        self.ada, self.bob = register(server, f"ada{suffix}"), register(server, f"bob{suffix}")
        made = self.ask("POST", "/rooms", self.ada, {"title": "Garden"})
        self.garden = made["room"]["id"]
        self.ask("POST", f"/join/{made['invite']['token']}", self.bob)

    def ask(self, method: str, path: str, token: str, body: object = None) -> dict[str, dict[str, str]]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.request(
            method, f"{self.server.url}/api/v1{path}", json=body, headers=headers, timeout=10
        )
        assert answer.ok, answer.text
        return dict(answer.json()) if answer.content else {}

    def message(self, number: int, text: str = "hello") -> dict[str, str]:
        """What is posted."""
        return {"room_id": self.garden, "nonce": nonce(number), "text": text}

    def words(self, number: int) -> dict[str, str]:
        """What is posted over REST, where the address names the room."""
        return {"nonce": nonce(number), "text": "hello"}

    def post(self, number: int, text: str = "hello") -> str:
        """The request, as a packet."""
        asked = ["post_message", self.message(number, text)]
        return f"42/chat,{number}" + json.dumps(asked, separators=(",", ":"))


@pytest.fixture
def people(server: Server) -> People:
    return People(server, f"{time.monotonic_ns()}"[-9:])


def nonce(number: int) -> str:
    return f"0192f0c1-2345-7abc-8def-{number:012d}"


def sync(line: Line) -> Line:
    assert line.call("sync", {"rooms": {}}, number=0)["ok"] is True
    return line


def heard(line: Line, seconds: float = 0.7) -> list[str]:
    """Everything that came until it was quiet for so long."""
    said = []
    with contextlib.suppress(TimeoutError):
        while (text := line.message(seconds)) is not None:
            said.append(text)
    return said


def facts(said: list[str], event: str = "message_posted") -> list[int]:
    """The seqs of these facts, in the order they came."""
    start = f'42/chat,["{event}",'
    return [json.loads(each[len("42/chat,") :])[1]["seq"] for each in said if each.startswith(start)]


def timeless(said: list[str]) -> list[str]:
    """With a name, in the order of their first coming, for each id and time."""
    names: dict[str, str] = {}
    # Who came and went is told once a second, whenever that is.
    lasting = [each for each in said if '42/chat,["presence_changed"' not in each]
    same = [TIME.sub("#time", each) for each in lasting]  # two may be one, on a fast machine
    return [CHANGING.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), each) for each in same]


def frames(line: Line, seconds: float = 0.7) -> list[str]:
    """Every frame that came until it was quiet for so long, with its opcode."""
    came = []
    with contextlib.suppress(TimeoutError):
        while (frame := line.hear(seconds))[0] != -1:
            came.append(f"{frame[0]} {frame[1].decode()}")
    return came


def told_until_answered(line: Line, packet: str) -> list[str]:
    """Say it; every frame up to its answer, or up to a silence where it asks for none."""
    line.say(packet)
    numbered = re.match(r"42/chat,(\d+)", packet)
    if numbered is None:
        return frames(line)
    came = [""]
    while not came[-1].startswith(f"1 43/chat,{numbered[1]}["):
        opcode, payload = line.hear()
        came.append(f"{opcode} {payload.decode()}")
    return came[1:]


def asked(number: int, event: str, data: dict[str, object]) -> str:
    """A request, as a packet."""
    return f"42/chat,{number}" + json.dumps([event, data], separators=(",", ":"))


def scenario(server: Server) -> list[list[str]]:
    """What Ada and Bob heard of a conversation, each by a WebSocket, and Bob once more by polling."""
    people = People(server)
    here = polled(server, people.bob)
    with Line(server.port) as ada, Line(server.port) as bob:
        everything: list[list[str]] = [[], []]
        for line, token, said in ((ada, people.ada, everything[0]), (bob, people.bob, everything[1])):
            said.append(str(line.message())[:5])
            line.say("40/chat," + json.dumps({"token": token}))
            said.append(str(line.message()))
            line.say('42/chat,0["sync",{"rooms":{}}]')
            said.append(str(line.message())[:20])
        heard(ada), heard(bob)
        first = people.ask("POST", f"/rooms/{people.garden}/messages", people.ada, people.words(100))
        message = {"message_id": first["message"]["id"]}
        room: dict[str, object] = {"room_id": people.garden}
        steps: list[tuple[Line, str]] = [
            (ada, people.post(1)),
            (bob, people.post(2, "grüß dich 🌱")),
            (ada, people.post(1)),
            (ada, people.post(1, "another text")),
            (bob, people.post(3, "")),
            (bob, asked(4, "set_typing", {**room, "typing": True})),
            (ada, asked(5, "set_read", {**room, "seq": 3})),
            (ada, '42/chat,6["unknown",{}]'),
            (ada, '42/chat,7["post_message",NaN]'),
            (ada, '42/chat,8["post_message",{},{}]'),
            (bob, asked(9, "heads", {"rooms": {people.garden: 1}})),
            (bob, people.post(10, "x" * 3_000)),
            (ada, asked(11, "edit_message", {**message, "text": "changed", "version": 1})),
            (ada, asked(12, "edit_message", {**message, "text": "once more", "version": 1})),
            (bob, asked(13, "set_reaction", {**message, "emoji": "👋", "on": True})),
            (ada, asked(14, "set_pin", {**message, "on": True})),
            (bob, asked(15, "delete_message", message)),
            (ada, asked(16, "delete_message", message)),
            (bob, asked(17, "sync", {"rooms": {people.garden: 1}})),
            (bob, "40/elsewhere,{}"),
            (bob, "40/chat,{}"),
            (bob, '42/chat,["heads",{"rooms":{}}]'),
        ]
        for line, packet in steps:
            everything[line is bob] += told_until_answered(line, packet)
        by_polling = got(server, here)
        people.ask("PATCH", f"/rooms/{people.garden}", people.ada, {"title": "Orchard"})
        people.ask("DELETE", f"/rooms/{people.garden}/members/me", people.bob)
        everything[0] += told_until_answered(ada, people.post(18))
        people.ask("DELETE", "/tokens/current", people.bob)
        ada.frame(PING, b"there?")
        time.sleep(0.1)
        ada.say("x")  # and that is the end of it
        everything[0] += frames(ada)
        everything[1] += frames(bob)
    return [timeless(said) for said in (*everything, by_polling)]


def test_both_ways_say_the_same_to_the_byte_and_in_order(tmp_path: Path) -> None:
    said = {}
    for engine in ENGINES:
        folder = tmp_path / engine
        folder.mkdir()
        with Server(folder, ENGINE=engine, RATE_LIMITS="off") as server:
            said[engine] = scenario(server)
    assert said["fast"] == said["stock"]
    assert min(map(len, said["fast"])) > 10
    assert said["fast"][1][-1] == "1 41/chat,", "to the end of Bob's session"


MANAGERS = {"fast": "app.engine.delivery", "stock": "socketio.manager"}


def test_each_way_is_what_it_is_called(server: Server) -> None:
    """Else the two would be compared with themselves."""
    assert requests.get(f"{server.url}/engine", timeout=5).text == MANAGERS[server.environment["ENGINE"]]


def test_a_run_of_the_tests_tries_the_engine_that_it_names(app: Flask, tmp_path: Path) -> None:
    """ENGINE=stock reaches what is made in this process and what is started beside it: `make test-stock`."""
    wanted = MANAGERS[os.environ.get("ENGINE") or "fast"]
    assert type(socketio.server.manager).__module__ == wanted
    with Server(tmp_path, command=SLOW) as server:
        assert requests.get(f"{server.url}/engine", timeout=5).text == wanted


class TestOrder:
    def test_requests_sent_at_once_are_answered_in_order_whatever_they_are(
        self, server: Server, people: People
    ) -> None:
        with Line(server.port).join(people.ada) as ada, Line(server.port).join(people.bob) as bob:
            sync(ada), sync(bob), heard(ada), heard(bob)
            heads = '["heads",{"rooms":{}}]'
            wanted = [people.post(number) for number in range(1, 31)]
            wanted[7] = people.post(1, "a nonce that was used")  # a conflict: left by the batch
            wanted[11] = f"42/chat,12{heads}"
            wanted[15] = '42/chat,16["post_message",NaN]'
            wanted[16] = '42/chat,17["post_message",{},{}]'
            ada.write(b"".join(raw.packed(TEXT, each.encode()) for each in wanted))
            said = heard(ada, 1.5)
            answers = [each for each in said if each.startswith("43/chat,")]
            numbers = [int(re.match(r"43/chat,(\d+)", each)[1]) for each in answers]  # type: ignore[index]
            assert numbers == [int(re.match(r"42/chat,(\d+)", each)[1]) for each in wanted]  # type: ignore[index]
            refused = [n for n, each in zip(numbers, answers, strict=True) if '"ok":false' in each]
            assert refused == [1, 16, 17]
            posted = facts(said)
            assert posted == sorted(posted)
            assert len(posted) == 26
            assert facts(heard(bob)) == posted

    def test_a_client_that_goes_over_to_websocket_misses_nothing(
        self, server: Server, people: People
    ) -> None:
        with Line(server.port).join(people.ada) as ada:
            sync(ada)
            sid = json.loads(raw.ask(server.port, "GET", POLLING).body[1:])["sid"]
            here = f"{POLLING}&sid={sid}"
            poll(server, here, "40/chat," + json.dumps({"token": people.bob}))
            poll(server, here, '42/chat,0["sync",{"rooms":{}}]')
            said = got(server, here)
            for number in range(1, 6):
                ada.call("post_message", people.message(number), number)
            with upgraded(server, sid) as line:
                line.say("2probe")
                assert line.message() == "3probe"
                for number in range(6, 11):
                    ada.call("post_message", people.message(number), number)
                line.say("5")
                for number in range(11, 16):
                    ada.say(people.post(number))
                said += heard(line)
            seqs = facts(said)
            assert seqs == list(range(seqs[0], seqs[0] + 15))

    def test_who_polls_hears_what_everybody_hears(self, server: Server, people: People) -> None:
        with Line(server.port).join(people.ada) as ada:
            sync(ada)
            here = polled(server, people.bob)
            got(server, here)
            ada.write(b"".join(raw.packed(TEXT, people.post(number).encode()) for number in range(1, 13)))
            mine = facts(heard(ada))
            assert len(mine) == 12
            assert facts(got(server, here)) == mine


def polled(server: Server, token: str) -> str:
    """Where somebody polls, who was let in and is told facts."""
    sid = json.loads(raw.ask(server.port, "GET", POLLING).body[1:])["sid"]
    here = f"{POLLING}&sid={sid}"
    poll(server, here, "40/chat," + json.dumps({"token": token}))
    poll(server, here, '42/chat,0["sync",{"rooms":{}}]')
    return here


def poll(server: Server, where: str, packet: str) -> None:
    assert (
        raw.ask(server.port, "POST", where, {"Content-Length": str(len(packet))}, packet.encode()).status
        == 200
    )


def got(server: Server, where: str) -> list[str]:
    """Everything that waits for who polls; asks until something asked last is answered."""
    poll(server, where, '42/chat,999["heads",{"rooms":{}}]')
    said: list[str] = []
    while not any(each.startswith("43/chat,999") for each in said):
        said += raw.ask(server.port, "GET", where).body.decode().split("\x1e")
    return said


@contextlib.contextmanager
def upgraded(server: Server, sid: str) -> Iterator[Line]:
    """A WebSocket for a connection that polls."""
    line = Line.__new__(Line)
    line.port = server.port
    line._socket = raw.connect(server.port)
    target = f"/socket.io/?EIO=4&transport=websocket&sid={sid}"
    line._socket.sendall(raw.head(server.port, "GET", target, raw.upgrade(server.port)))
    line.opening = raw.answer(line._socket)
    line._buffer = line.opening.body
    with line:
        yield line


class TestNothingIsLeft:
    def counts(self, server: Server) -> dict[str, int]:
        counted = dict(requests.get(f"{server.url}/counts", timeout=5).json())
        if server.environment["ENGINE"] == "stock":
            del counted["green threads"]  # the libraries' next ping sleeps on, 20 s for each that is gone
        return counted

    def test_five_hundred_that_are_torn_off_leave_nothing(self, server: Server, people: People) -> None:
        with Line(server.port).join(people.ada) as ada:  # and one that stays
            sync(ada)
            files = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
            before = self.counts(server)
            for number in range(500):
                line = Line(server.port)
                if number % 2:
                    line.message()
                    line.say("40/chat," + json.dumps({"token": people.bob}))
                if number % 4 == 3:
                    line.message()
                line._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                line._socket.close()  # a reset
            assert eventually(lambda: self.counts(server) == before, 10), (before, self.counts(server))
            assert eventually(lambda: len(list(Path(f"/proc/{server.pid}/fd").iterdir())) <= files + 1), (
                "files stay open"
            )
            assert ada.call("heads", {"rooms": {}}, number=1)["ok"] is True

    @pytest.mark.parametrize("opcode", [CLOSE, PING])
    def test_who_breaks_off_in_the_middle_is_gone(self, server: Server, people: People, opcode: int) -> None:
        before = self.counts(server)
        with Line(server.port).join(people.bob) as bob:
            bob.write(raw.packed(opcode, struct.pack("!H", 1000)) + raw.packed(TEXT, b"42/cha")[:-2])
        assert eventually(lambda: self.counts(server) == before), (before, self.counts(server))


def test_a_reader_who_stops_keeps_nobody_waiting(server: Server, people: People) -> None:
    with (
        Line(server.port, buffer=4096).join(people.bob) as deaf,
        Line(server.port).join(people.ada) as ada,
        Line(server.port).join(people.bob) as bob,
    ):
        sync(deaf), sync(ada), sync(bob)
        before, worst = memory(server), 0.0
        for number in range(1, 1_500):
            started = time.monotonic()
            ada.say(people.post(number, "x" * 3_000))
            assert ada.acknowledged(number)["ok"] is True
            worst = max(worst, time.monotonic() - started)
        assert worst < 1.0
        said = heard(bob)
        assert len(facts(said)) == 1_499
        assert ended(deaf), "it was cut"
        assert memory(server) - before < 40_000_000


def memory(server: Server) -> int:
    """Resident bytes of the server."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * 4096


def ended(line: Line) -> bool:
    with contextlib.suppress(TimeoutError):
        while line.hear(3)[0] != -1:
            pass
        return True
    return False
