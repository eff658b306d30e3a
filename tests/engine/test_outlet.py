"""The way out: nothing is lost or mixed up, nobody waits, and who reads slowly owes only so much."""

import socket
from collections.abc import Iterator

import eventlet
import pytest

from app import limits
from app.engine import outlet
from app.engine.outlet import Buffer, Outlet


class End:
    """The reader's side, which reads when told to, and what the outlet said when it gave up."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.theirs.setblocking(False)
        self.ours = ours
        self.reasons: list[str] = []
        self.outlet = Outlet(ours, self.reasons.append)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                data += self.theirs.recv(size - len(data))
            except BlockingIOError:
                eventlet.sleep(0.001)
        return data


@pytest.fixture
def end() -> Iterator[End]:
    made = End()
    yield made
    made.outlet.close()
    made.ours.close()
    made.theirs.close()


def fill(end: End) -> int:
    """Write until something is owed; how many bytes went in."""
    written = 0
    while end.outlet.owes_nothing:
        end.outlet.write([b"x" * 1000])
        written += 1000
    return written


def marked(data: bytes, *, packets: int = 1, passing: bool = False) -> Buffer:
    made = Buffer(data)
    made.packets, made.passing = packets, passing
    return made


def test_what_the_reader_has_room_for_leaves_at_once(end: End) -> None:
    end.outlet.write([b"one ", b"two"])
    assert end.outlet.owes_nothing
    assert end.theirs.recv(100) == b"one two"


def test_what_is_owed_comes_whole_and_in_order(end: End) -> None:
    written = fill(end)
    letters = [bytes([65 + number % 26]) * 700 for number in range(200)]
    for each in letters:
        end.outlet.write([each])
    assert end.read(written + 140_000) == b"x" * written + b"".join(letters)
    eventlet.sleep(0)
    assert end.outlet.owes_nothing
    assert end.outlet.owed == (0, 0)
    end.outlet.write([b"again"])
    assert end.theirs.recv(100) == b"again"


def test_up_to_the_bound_is_owed_and_one_more_ends_it(end: End) -> None:
    fill(end)
    while end.outlet.owed[0] < limits.QUEUE_PACKETS:
        end.outlet.write([b"y"])
    assert end.reasons == []
    end.outlet.write([b"y"])
    assert end.reasons == [outlet.TOO_SLOW]
    assert end.outlet.owed == (0, 0), "what was owed is freed at once"


def test_bytes_are_bounded_as_well(end: End) -> None:
    fill(end)
    for _ in range(limits.QUEUE_BYTES // 100_000):
        end.outlet.write([b"y" * 100_000])
    assert end.reasons == []
    end.outlet.write([b"y" * 100_000])
    assert end.reasons == [outlet.TOO_SLOW]


def test_packets_that_leave_together_are_counted_each(end: End) -> None:
    fill(end)
    end.outlet.write([marked(b"y" * 300, packets=300)])
    assert end.reasons == []
    end.outlet.write([marked(b"y" * 300, packets=300)])
    assert end.reasons == [outlet.TOO_SLOW]


def test_from_half_of_the_bound_on_passing_facts_are_left_out(end: End) -> None:
    written = fill(end)
    end.outlet.write([b"a", marked(b"?", passing=True), b"b"])
    end.outlet.write([marked(b"c" * 300, packets=300)])
    end.outlet.write([marked(b"?", passing=True), b"d"])
    assert end.read(written + 303) == b"x" * written + b"ab" + b"c" * 300 + b"d"
    eventlet.sleep(0)
    end.outlet.write([marked(b"!", passing=True)])
    assert end.theirs.recv(100) == b"!", "who caught up hears them again"


def test_a_connection_that_is_gone_is_told_once(end: End) -> None:
    end.theirs.close()
    end.outlet.write([b"x"])
    end.outlet.write([b"x"])
    assert end.reasons == [outlet.GONE]
