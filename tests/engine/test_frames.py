"""Frames as bytes: what is cut out of what came, whatever pieces it came in. Close codes are tried in tests/server."""

import os
import struct
import timeit
from collections.abc import Callable
from typing import Any

import pytest
from eventlet import websocket

from app import limits
from app.engine import frames, wire
from app.engine.frames import BINARY, CLOSE, CONTINUATION, PING, TEXT, Broken, Parser
from tests.server.raw import packed


def taken(parser: Parser, data: bytes) -> list[tuple[int, bytes]]:
    """What a parser makes of one more piece."""
    parser.feed(data)
    found = []
    while (message := parser.next()) is not None:
        found.append(message)
    return found


class TestParser:
    sent = packed(TEXT, "grüß dich".encode()) + packed(PING, b"?") + packed(BINARY, b"\xff" * 300)
    meant = [(TEXT, "grüß dich".encode()), (PING, b"?"), (BINARY, b"\xff" * 300)]

    def test_what_came_at_once_is_taken_in_order(self) -> None:
        assert taken(Parser(), self.sent) == self.meant

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
    def test_what_came_in_pieces_is_the_same(self, size: int) -> None:
        parser = Parser()
        pieces = (self.sent[at : at + size] for at in range(0, len(self.sent), size))
        assert [message for piece in pieces for message in taken(parser, piece)] == self.meant

    def test_fragments_are_put_together_around_what_stands_between(self) -> None:
        start = packed(TEXT, b"one ", fin=False)
        rest = packed(PING, b"?") + packed(CONTINUATION, b"two ", fin=False) + packed(CONTINUATION, b"three")
        assert taken(Parser(), start + rest) == [(PING, b"?"), (TEXT, b"one two three")]

    def test_a_letter_may_be_cut_by_a_fragment(self) -> None:
        parts = packed(TEXT, b"\xc3", fin=False) + packed(CONTINUATION, b"\xbc")
        assert taken(Parser(), parts) == [(TEXT, "ü".encode())]

    def test_a_message_at_the_limit_is_taken(self) -> None:
        assert taken(Parser(), packed(TEXT, b"x" * limits.FRAME_BYTES)) == [(TEXT, b"x" * limits.FRAME_BYTES)]

    def test_what_came_before_the_breach_is_taken(self) -> None:
        parser = Parser()
        parser.feed(packed(TEXT, b"fine") + packed(3, b""))
        assert parser.next() == (TEXT, b"fine")
        with pytest.raises(Broken):
            parser.next()

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (packed(TEXT, b"x", masked=False), 1002),
            (packed(TEXT, b"x", rsv=4), 1002),
            (packed(5, b"x"), 1002),
            (packed(PING, b"x", fin=False), 1002),
            (packed(PING, b"x" * 126), 1002),
            (packed(CONTINUATION, b"x"), 1002),
            (packed(TEXT, b"x", fin=False) + packed(TEXT, b"x"), 1002),
            (packed(CLOSE, b"x"), 1002),
            (packed(CLOSE, struct.pack("!H", 1006)), 1002),
            (packed(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
            (packed(TEXT, b"\xff"), 1007),
            (packed(TEXT, b"\xc3", fin=False) + packed(CONTINUATION, b"("), 1007),
            (packed(TEXT, b"x" * (limits.FRAME_BYTES + 1)), 1009),
            (packed(TEXT, b"x" * limits.FRAME_BYTES, fin=False) + packed(CONTINUATION, b"x"), 1009),
            (packed(TEXT, b"x", fin=False) + packed(CONTINUATION, b"x", fin=False) * limits.FRAGMENTS, 1009),
        ],
        ids=range(15),
    )
    def test_what_breaks_the_rules_is_told_by_its_code(self, data: bytes, code: int) -> None:
        with pytest.raises(Broken) as caught:
            taken(Parser(), data)
        assert caught.value.code == code

    def test_too_big_is_known_before_it_came(self) -> None:
        parser = Parser()
        parser.feed(packed(TEXT, b"x" * (limits.FRAME_BYTES + 1))[:14])
        with pytest.raises(Broken):
            parser.next()

    def test_an_idle_parser_keeps_nothing(self) -> None:
        parser = Parser()
        taken(parser, packed(TEXT, b"x" * 10_000))
        assert parser._data == b""


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_eventlet_makes_of_it(size: int) -> None:
    line = websocket.RFC6455WebSocket(None, {})
    assert frames.text("x" * size) == line._pack_message("x" * size)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 4096])
def test_unmasking_gives_what_eventlet_gives(size: int) -> None:
    data, key = os.urandom(size), os.urandom(4)
    assert frames.unmask(data, key) == websocket.RFC6455WebSocket._apply_mask(data, tuple(key))


def test_unmasking_a_large_frame_takes_a_fraction_of_eventlets_time() -> None:
    """H4: 64 KiB, byte by byte, hold everybody up for 20 ms."""
    data, key = os.urandom(limits.FRAME_BYTES), os.urandom(4)

    def fastest(unmask: Callable[[bytes, Any], bytes], mask: Any) -> float:
        return min(timeit.repeat(lambda: unmask(data, mask), number=1, repeat=10))

    theirs = fastest(websocket.RFC6455WebSocket._apply_mask, tuple(key))
    assert fastest(frames.unmask, key) < theirs / 10
    assert fastest(wire.unmask, tuple(key)) < theirs / 10
