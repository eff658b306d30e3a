"""A chat server of a hundred lines that speaks as the plain peers do, and is wrong on purpose when told to be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import sqlite3
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
EVERY = 5  # message of so many is the one that goes wrong


class Tiny:
    """One room for everybody. `fault` is one of: "", loses, doubles, swaps, cuts, forgets."""

    def __init__(self, database: Path, fault: str = "") -> None:
        self.database = database
        self.fault = fault
        self._db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._db.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, text TEXT)")
        self._lock = threading.Lock()
        self._members: list[socket.socket] = []
        self._said = 0
        self._held: bytes | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for member in self._members:
                member.close()
            self._db.close()

    def stop(self) -> None:
        """As a contender's; nothing is to be done, since each message is committed by itself."""

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        stream = line.makefile("rb")
        try:
            head = b"".join(iter(stream.readline, b"\r\n")).decode()
            key = re.search(r"Sec-WebSocket-Key: (\S+)", head)
            assert key
            accept = base64.b64encode(hashlib.sha1((key[1] + GUID).encode()).digest())
            line.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + framed({"type": "ready"})
            )
            with self._lock:
                self._members.append(line)
            while True:
                first, length = stream.read(2)
                length &= 127
                if length == 126:
                    (length,) = struct.unpack("!H", stream.read(2))
                mask = stream.read(4)
                payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(stream.read(length)))
                if first & 15 == 1:
                    with self._lock:
                        self._take(line, json.loads(payload))
        except (OSError, ValueError):
            return

    def _take(self, author: socket.socket, said: dict[str, str]) -> None:
        self._said += 1
        is_due = bool(self.fault) and self._said % EVERY == 0
        if not (self.fault == "forgets" and is_due):
            self._db.execute("INSERT INTO message (text) VALUES (?)", (said["text"],))
        frame = framed({"type": "msg", "text": said["text"]})
        last = self._members[-1]
        for member in self._members:
            member.sendall(frame if member is not last else self._wrongly(frame, is_due))
        if self.fault == "cuts" and is_due:
            last.shutdown(socket.SHUT_RDWR)
        author.sendall(framed({"type": "ack", "number": said["number"]}))

    def _wrongly(self, frame: bytes, is_due: bool) -> bytes:
        """What the last member is sent instead."""
        if self.fault == "swaps":
            held, self._held = self._held, frame if is_due else None
            return b"" if is_due else frame + (held or b"")
        if not is_due:
            return frame
        return {"loses": b"", "doubles": frame * 2}.get(self.fault, frame)


def framed(message: dict[str, object]) -> bytes:
    """A text frame from the server's side."""
    text = json.dumps(message, separators=(",", ":")).encode()
    length = bytes((len(text),)) if len(text) < 126 else struct.pack("!BH", 126, len(text))
    return b"\x81" + length + text
