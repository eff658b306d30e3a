"""How many, how slow, how much: what one address, one slow client or one flood can take (BW19, H8, H11)."""

import contextlib
import json
import resource
import selectors
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from app import limits
from tests.server import raw
from tests.server.conftest import PASSWORD, register
from tests.server.process import ROOT, Server, eventually
from tests.server.raw import Line

SPARE = 500  # connections beside the sockets: docs/operating.md
POLLING = "/socket.io/?EIO=4&transport=polling"


@contextlib.contextmanager
def opened(server: Server, amount: int) -> Iterator[list[Line]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Line(server.port)) for _ in range(amount)]


@contextlib.contextmanager
def let_in(server: Server, tokens: list[str]) -> Iterator[list[Line]]:
    with opened(server, len(tokens)) as lines:
        yield [line.join(token) for line, token in zip(lines, tokens, strict=True)]


def refused(server: Server, token: str) -> tuple[object, ...] | None:
    """Why one more socket of this token is not let in; None when it is."""
    with Line(server.port) as line:
        line.message()
        line.say("40/chat," + json.dumps({"token": token}))
        said = str(line.message())
        if said.startswith("40/chat,"):
            return None
        problem = json.loads(said.removeprefix("44/chat,"))["data"]
        return problem["status"], problem["code"], problem["retry_after"]


def refusal(server: Server) -> raw.Answer:
    return raw.ask(server.port, "GET", "/socket.io/?EIO=4&transport=websocket", raw.upgrade(server.port))


class TestSockets:
    def test_one_address_gets_its_share_and_no_more(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS_PER_ADDRESS="5") as server:
            with opened(server, 5):
                answer = refusal(server)
                assert (answer.status, answer.headers["retry-after"]) == (429, "5")
                assert requests.get(f"{server.url}/healthz", timeout=2).status_code == 200
            assert eventually(lambda: refusal(server).status == 101), "places are given back"

    def test_all_together_get_what_is_set(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS="5") as server, opened(server, 5):
            answer = refusal(server)
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            assert raw.ask(server.port, "GET", POLLING).status == 503
            assert requests.get(f"{server.url}/healthz", timeout=2).status_code == 200

    def test_polling_counts_as_well(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS_PER_ADDRESS="2") as server:
            assert [raw.ask(server.port, "GET", POLLING).status for _ in range(3)] == [200, 200, 429]


class TestPeople:
    """BS13, as one who connects is told it. What is open stays open."""

    def test_a_session_has_five_sockets_and_a_sixth_is_refused(self, server: Server, token: str) -> None:
        with let_in(server, [token] * limits.SOCKETS_PER_SESSION) as lines:
            assert refused(server, token) == (429, "rate_limited", 30)
            assert all(line.call("heads", {"rooms": {}})["ok"] for line in lines)
        assert eventually(lambda: refused(server, token) is None), "places are given back"

    def test_a_person_has_twenty_sockets_and_a_twenty_first_is_refused(self, server: Server) -> None:
        tokens = [register(server, "everywhere")]
        body = {"username": "everywhere", "password": PASSWORD}
        for _ in range(4):
            tokens.append(requests.post(f"{server.url}/api/v1/tokens", json=body, timeout=10).json()["token"])
        assert limits.SOCKETS_PER_USER == 4 * limits.SOCKETS_PER_SESSION
        with let_in(server, tokens[:4] * limits.SOCKETS_PER_SESSION) as lines:
            assert refused(server, tokens[4]) == (429, "rate_limited", 30)
            assert all(line.call("heads", {"rooms": {}})["ok"] for line in lines)
            assert refused(server, register(server, "another")) is None, "another person comes in"
        assert eventually(lambda: refused(server, tokens[4]) is None)


class TestConnections:
    def test_a_thousand_silent_connections_keep_nobody_out(self, server: Server) -> None:
        with contextlib.ExitStack() as stack:
            for _ in range(1_000):
                stack.enter_context(raw.connect(server.port))
            assert requests.get(f"{server.url}/healthz", timeout=5).status_code == 200

    def test_too_many_are_turned_away_and_the_server_goes_on(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS="1") as server, contextlib.ExitStack() as stack:
            lines = [stack.enter_context(begun(server)) for _ in range(1 + SPARE)]
            assert turned_away(server)
            lines[0].sendall(b"\r\n")
            assert raw.answer(lines[0]).status == 200, "who is in is served"
            assert turned_away(server), "and keeps the place"
            stack.close()
            assert eventually(lambda: answers(server))

    def test_silent_ones_are_too_many_as_well_after_a_second(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS="1") as server, contextlib.ExitStack() as stack:
            lines = [stack.enter_context(raw.connect(server.port)) for _ in range(1 + SPARE + 50)]
            assert eventually(lambda: len(readable(lines)) == 50), "accepted in no order"
            assert {raw.answer(line).status for line in readable(lines)} == {503}
            assert turned_away(server)

    def test_sockets_take_places_as_well_and_find_none_where_there_is_none(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS="51", MAX_SOCKETS_PER_ADDRESS="51") as server:
            with opened(server, 50), contextlib.ExitStack() as stack:
                for _ in range(1 + SPARE):
                    stack.enter_context(begun(server))
                assert turned_away(server)
                assert (refusal(server).status, refusal(server).headers["retry-after"]) == (503, "5")
                stack.close()
                assert eventually(lambda: answers(server))
                assert refusal(server).status == 101
            with contextlib.ExitStack() as stack:  # what sockets gave back is there again
                assert eventually(lambda: refusal(server).status == 101)
                for _ in range(50 + SPARE):
                    stack.enter_context(begun(server))
                assert eventually(lambda: answers(server))

    def test_running_out_of_files_does_not_end_the_process(self, folder: Path) -> None:
        with Server(folder, MAX_SOCKETS="50") as server, contextlib.ExitStack() as stack:
            open_now = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
            limit = (open_now + 20, open_now + 20)
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limit)
            for _ in range(60):
                stack.enter_context(raw.connect(server.port))
            assert eventually(lambda: "no more files can be opened" in server.log())
            stack.close()
            assert eventually(lambda: answers(server), 10)
            assert server.alive

    def test_a_limit_on_files_that_is_too_low_is_told_at_the_start(self, folder: Path) -> None:
        shell = f"ulimit -n 512; exec {ROOT / '.venv/bin/python'} {ROOT / 'wsgi.py'}"
        server = Server(folder, command=["/bin/sh", "-c", shell])
        assert "This process may open 512 files, and MAX_SOCKETS needs" in server.refuses()


class TestSlowness:
    def test_what_trickles_is_cut(self, server: Server) -> None:
        """A header, a body and a handshake, each sent byte by byte, side by side."""
        header = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
        body = raw.head(server.port, "POST", "/login", {"Content-Length": "1000"})
        upgrade = raw.head(
            server.port, "GET", "/socket.io/?EIO=4&transport=websocket", raw.upgrade(server.port)
        )
        with ThreadPoolExecutor() as pool:
            took = pool.map(lambda start: trickled(server, start), (header, body, upgrade[:-2]))
            assert max(took) < 22

    def test_who_does_not_read_is_cut_loose_and_costs_little(self, folder: Path) -> None:
        with Server(folder, RATE_LIMITS="off") as server:
            owner, deaf = register(server, "owner"), register(server, "deaf")
            room = garden(server, owner, deaf)
            with Line(server.port, buffer=4096).join(deaf) as slow, Line(server.port).join(owner) as line:
                slow.call("sync", {"rooms": {}})
                line.call("sync", {"rooms": {}})
                before = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
                for number in range(2_000):
                    post(line, room, number)
                after = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
                assert (after - before) * 4096 < 40_000_000
                assert line.call("heads", {"rooms": {}}, number=99_999)["ok"] is True
                assert gone(slow)


def answers(server: Server) -> bool:
    try:
        return requests.get(f"{server.url}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def readable(lines: list[socket.socket]) -> list[socket.socket]:
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(0)]  # type: ignore[misc]


def begun(server: Server) -> socket.socket:
    """A connection that the server has to hold: all of a request but its end has been sent."""
    line = raw.connect(server.port)
    line.sendall(raw.head(server.port, "GET", "/healthz", {})[:-2])
    return line


def turned_away(server: Server) -> bool:
    """Whether a whole request gets its 503 at once, and then an end that is no reset."""
    started = time.monotonic()
    with raw.connect(server.port) as line:
        line.sendall(raw.head(server.port, "GET", "/healthz", {}))
        answer = raw.answer(line)
        assert line.recv(1) == b""
    assert time.monotonic() - started < 2
    return (answer.status, answer.headers.get("retry-after")) == (503, "5")


def trickled(server: Server, start: bytes) -> float:
    """Send this, and then a byte a second; after how many seconds the server ends it."""
    with raw.connect(server.port) as line:
        started = time.monotonic()
        line.sendall(start)
        line.settimeout(1.0)
        for _ in range(60):
            try:
                if line.recv(4096) == b"":
                    break
            except TimeoutError:
                pass
            except OSError:
                break
            try:
                line.sendall(b"x")
            except OSError:
                break
        return time.monotonic() - started


def garden(server: Server, owner: str, member: str) -> str:
    """A room with both in it."""
    mine, theirs = ({"Authorization": f"Bearer {token}"} for token in (owner, member))
    made = requests.post(
        f"{server.url}/api/v1/rooms", json={"title": "Garden"}, headers=mine, timeout=5
    ).json()
    path = f"{server.url}/api/v1/join/{made['invite']['token']}"
    assert requests.post(path, headers=theirs, timeout=5).status_code == 200
    return str(made["room"]["id"])


def post(line: Line, room: str, number: int) -> None:
    body = {"room_id": room, "nonce": f"0192f0c1-2345-7abc-8def-{number:012d}", "text": "x" * 3900}
    answer = line.call("post_message", body, number=number, seconds=15)
    assert answer["ok"] is True, json.dumps(answer)


def gone(line: Line) -> bool:
    """Whether the server closed this connection, however much still lies in the kernel's buffers."""
    line._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    deadline = time.monotonic() + 15
    line._socket.settimeout(1)
    while time.monotonic() < deadline:
        try:
            if line._socket.recv(1 << 20) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False
