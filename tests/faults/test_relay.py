"""The relay does to a connection what it says, and nothing else."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.relay import BAD, Relay, Way
from tests.server.process import eventually

TEXT = bytes(range(256)) * 40


class _Echo(socketserver.BaseRequestHandler):
    """Says what it hears, and "end" when there is nothing more to hear."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.request.recv(65536):
                self.request.sendall(data)
            self.request.sendall(b"end")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of somebody who says what they hear."""
    with _Server(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def relay(echo: int) -> Iterator[Relay]:
    with Relay(echo) as running:
        yield running


@contextlib.contextmanager
def line(relay: Relay) -> Iterator[socket.socket]:
    with contextlib.closing(socket.create_connection(("127.0.0.1", relay.port), 20)) as made:
        made.settimeout(20)
        yield made


def read(made: socket.socket, length: int) -> bytes:
    """So many bytes, or fewer when it ends before."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while len(found) < length and (data := made.recv(length - len(found))):
            found += data
    return found


@pytest.mark.parametrize(
    "way",
    [Way(), Way(slice=100), Way(delay=0.01, jitter=0.01), Way(throttle=200_000)],
    ids=["pass", "slice", "delay", "throttle"],
)
def test_what_is_carried_arrives_whole_and_its_end_too(relay: Relay, way: Way) -> None:
    relay.ways = [way]
    with line(relay) as made:
        made.sendall(TEXT)
        assert read(made, len(TEXT)) == TEXT
        made.shutdown(socket.SHUT_WR)
        assert read(made, 10) == b"end"
    assert eventually(lambda: not relay.links)


@pytest.mark.parametrize(("way", "seconds"), [(Way(delay=0.15), 0.3), (Way(throttle=20_000), 0.5)])
def test_delay_and_throttle_take_their_time(relay: Relay, way: Way, seconds: float) -> None:
    relay.ways = [way]
    with line(relay) as made:
        began = time.monotonic()
        made.sendall(TEXT[:5_120])
        read(made, 5_120)
        assert time.monotonic() - began >= seconds * 0.95


def test_a_reset_comes_after_its_bytes_and_is_a_reset(relay: Relay) -> None:
    relay.ways = [Way(reset_at=1_000)]
    with line(relay) as made:
        with pytest.raises(ConnectionError):
            made.sendall(TEXT[:600])
            while made.recv(1_000):
                pass
            raise AssertionError("it ended politely")
    assert relay.resets == 1


def test_a_half_closed_line_is_still_heard(relay: Relay) -> None:
    relay.ways = [Way(half_close_at=500)]
    with line(relay) as made:
        made.sendall(TEXT[:600])
        assert read(made, 603) == TEXT[:600] + b"end"


@pytest.mark.parametrize("stall", ["up", "down", "both"])
def test_a_stalled_line_stays_open_and_carries_nothing(relay: Relay, stall: str) -> None:
    with line(relay) as made:
        made.sendall(b"before")
        assert read(made, 6) == b"before"
        relay.take(stall)
        time.sleep(0.3)
        made.sendall(b"after")
        made.settimeout(0.5)
        with pytest.raises(TimeoutError):
            made.recv(10)
        assert len(relay.links) == 1


def test_a_blackhole_takes_connections_and_reaches_nobody(relay: Relay) -> None:
    relay.ways = [Way(blackhole=True)]
    with line(relay) as made:
        made.sendall(b"hello")
        made.settimeout(0.4)
        with pytest.raises(TimeoutError):
            made.recv(10)
        relay.heal()
        with contextlib.suppress(ConnectionError):
            assert made.recv(10) == b""
    with line(relay) as made:
        made.sendall(b"hello")
        assert read(made, 5) == b"hello"


def test_healing_cuts_who_has_it_bad_and_nobody_else(relay: Relay) -> None:
    with line(relay) as good:
        good.sendall(b"one")
        assert read(good, 3) == b"one"
        relay.ways = [Way(stall="both")]
        with line(relay) as bad:
            assert eventually(lambda: len(relay.links) == 2)
            relay.heal()
            assert read(bad, 1) == b""
        good.sendall(b"two")
        assert read(good, 3) == b"two"


def test_the_seed_decides_who_gets_what(echo: int) -> None:
    def ways(seed: int) -> list[Way]:
        with Relay(echo, seed, BAD) as relay:
            given = []
            for number in range(12):
                with line(relay):
                    assert eventually(lambda n=number: relay.made == n + 1)
                    given += [link.way for link in relay.links]
                    relay.reset_all()
                    assert eventually(lambda: not relay.links)
            return given

    assert ways(7) == ways(7) != ways(8)


def test_without_a_server_the_client_hears_the_end(echo: int) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        nobody = probe.getsockname()[1]
    with Relay(nobody) as relay, line(relay) as made:
        assert read(made, 1) == b""
