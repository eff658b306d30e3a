"""What somebody who means harm does to a server, as fast as one process can: `python -m benchmarks.attacks NAME …`.

Each attack goes on until its time is over, begins anew when it is cut off, and counts what it did. One line of JSON on
standard output.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from tests.server import raw
from tests.server.raw import CONTINUATION, TEXT, Line, packed

SILENT_CONNECTIONS = 400
SLOW_READERS = 5
BIG_SENDERS = 3
FRAGMENTS = 600
FRAGMENT_BYTES = 100_000
HEAD_START_SECONDS = 1.0  # of those who talk: they are in when it begins
CALM_SECONDS = 0.05  # before it comes again after having been cut off


class Victim(NamedTuple):
    """Whom it is done to, who does it, and until when (of time.monotonic)."""

    port: int
    tokens: list[str]
    until: float

    @property
    def is_over(self) -> bool:
        """Has it gone on for long enough?"""
        return time.monotonic() > self.until


def requests(victim: Victim) -> Counter[str]:
    """Small requests by a member, without waiting for answers."""
    return _stream(victim, packed(TEXT, b'42/chat,1["heads",{"rooms":{}}]') * 200, 1, "requests", 200)


def small_frames(victim: Victim) -> Counter[str]:
    """The smallest frames by a member: Engine.IO's pong, which is no request and asks for nothing."""
    return _stream(victim, packed(TEXT, b"3") * 4000, 1, "frames", 4000)


def big_frames(victim: Victim) -> Counter[str]:
    """Three members who send frames of the greatest length, which must be unmasked and read as JSON."""
    payload = b'42/chat,1["heads",{"rooms":{},"x":"' + b"a" * 65_000 + b'"}]'
    return _stream(victim, packed(TEXT, payload), BIG_SENDERS, "frames", 1)


def too_big_frames(victim: Victim) -> Counter[str]:
    """Frames of a megabyte, by somebody who isn't signed in."""
    return _unsigned(victim, [packed(TEXT, b"a" * 1_000_000)])


def fragments(victim: Victim) -> Counter[str]:
    """A message that never ends, by somebody who isn't signed in: fragments of 100 kB, and of one byte."""
    first = [packed(TEXT, b"a" * FRAGMENT_BYTES, fin=False)]
    more = [packed(CONTINUATION, b"a" * FRAGMENT_BYTES, fin=False)] * FRAGMENTS
    tiny = [packed(TEXT, b"a", fin=False), packed(CONTINUATION, b"a", fin=False) * FRAGMENTS]
    return _unsigned(victim, first + more, tiny)


def hixie(victim: Victim) -> Counter[str]:
    """The handshake of before RFC 6455, and bytes without an end after it."""
    done: Counter[str] = Counter()
    old = {
        "Upgrade": "WebSocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key1": "4 @1  46546xW%0l 1 5",
        "Sec-WebSocket-Key2": "12998 5 Y3 1  .P00",
    }
    while not victim.is_over:
        with raw.connect(victim.port) as line, contextlib.suppress(OSError):
            line.sendall(raw.head(victim.port, "GET", raw.SOCKET_IO, old) + b"^n:ds[4U")
            done[f"answered {raw.answer(line).status}"] += 1
            for _ in range(16):
                line.sendall(b"\0" + b"a" * 65_535)
        time.sleep(CALM_SECONDS / 5)
    return done


def slow_readers(victim: Victim) -> Counter[str]:
    """Five members who stop reading, while the room goes on."""
    with contextlib.ExitStack() as stack:
        lines = [
            stack.enter_context(Line(victim.port, buffer=4096).join(token))
            for token in victim.tokens[:SLOW_READERS]
        ]
        time.sleep(max(0.0, victim.until - time.monotonic()))
        return Counter({"cut off": sum(map(_is_cut, lines)), "readers": len(lines)})


def descriptors(victim: Victim) -> Counter[str]:
    """Connections that say nothing, until the server has no file left for another; then more of them."""
    done: Counter[str] = Counter()
    with contextlib.ExitStack() as stack:
        while not victim.is_over:
            if done["connections"] < SILENT_CONNECTIONS:
                with contextlib.suppress(OSError):
                    stack.enter_context(raw.connect(victim.port))
                    done["connections"] += 1
            else:
                time.sleep(0.1)
    return done


def _stream(victim: Victim, blob: bytes, senders: int, name: str, count: int) -> Counter[str]:
    """Write this over and over on the lines of so many members, throw answers away, come back when cut off."""
    done: Counter[str] = Counter()
    lines: dict[socket.socket, int] = {}
    tokens = iter(victim.tokens * 1000)
    while not victim.is_over:
        while len(lines) < senders:
            line = _let_in(victim.port, next(tokens))
            if line is None:  # not for a while
                done["refused"] += 1
                time.sleep(CALM_SECONDS)
                break
            lines[line] = 0
        readable, writable, _ = select.select(lines, lines, [], 0.05)
        for line in {*readable, *writable}:
            try:
                if line in readable and _ends(line.recv(1 << 20)):
                    raise ConnectionResetError
                if line in writable:
                    lines[line] += line.send(blob[lines[line] % len(blob) :])
            except BlockingIOError:
                continue
            except OSError:
                done["cut off"] += 1
                done[name] += lines.pop(line) * count // len(blob)
                line.close()
                time.sleep(CALM_SECONDS)
    done[name] += sum(lines.values()) * count // len(blob)
    for line in lines:
        line.close()
    return done


def _let_in(port: int, token: str) -> socket.socket | None:
    """A socket that doesn't block; None for who is refused."""
    try:
        line = Line(port)
    except (AssertionError, OSError):
        return None
    try:
        line.join(token)
    except (AssertionError, OSError):
        line._socket.close()
        return None
    line._socket.setblocking(False)
    return line._socket


def _ends(data: bytes) -> bool:
    """Whether the server closed the line, or said that it listens to it no longer."""
    return not data or b"41/chat," in data


def _unsigned(victim: Victim, *streams: list[bytes]) -> Counter[str]:
    """Open a WebSocket, send one of these streams until the server ends it, and open the next."""
    done: Counter[str] = Counter()
    while not victim.is_over:
        for stream in streams:
            try:
                with Line(victim.port) as line:
                    for piece in stream:
                        line._socket.sendall(piece)
                        done["sent kB"] += len(piece) // 1000
                    done[f"closed {line.ending(2)}"] += 1
            except (OSError, AssertionError):
                done["cut off"] += 1
            time.sleep(CALM_SECONDS)
    return done


def _is_cut(line: Line) -> bool:
    """Whether the server has ended this line. What it had sent before is thrown away."""
    line._socket.settimeout(1.0)
    try:
        while line._socket.recv(1 << 20):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


ATTACKS: dict[str, Callable[[Victim], Counter[str]]] = {
    attack.__name__: attack
    for attack in (
        *(requests, small_frames, big_frames, too_big_frames),
        *(fragments, hixie, slow_readers, descriptors),
    )
}


def main() -> None:
    """Do one of them."""
    arguments = argparse.ArgumentParser(description="Do a server of one's own harm.")
    arguments.add_argument("name", choices=ATTACKS)
    arguments.add_argument("port", type=int)
    arguments.add_argument("seconds", type=float)
    arguments.add_argument("tokens", nargs="+")
    asked = arguments.parse_args()
    os.nice(10)  # who is watched from the same core must not wait for us
    time.sleep(HEAD_START_SECONDS)
    print(json.dumps(ATTACKS[asked.name](Victim(asked.port, asked.tokens, time.monotonic() + asked.seconds))))


if __name__ == "__main__":
    main()
