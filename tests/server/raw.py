"""A client that may break every rule: raw HTTP, raw WebSocket frames, raw packets."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import struct
import time
from dataclasses import dataclass
from typing import Self

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
SOCKET_IO = "/socket.io/?EIO=4&transport=websocket"
HANDSHAKE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}


@dataclass
class Answer:
    """The head of an HTTP answer, and the first of its body."""

    status: int
    headers: dict[str, str]
    body: bytes


def connect(port: int, buffer: int = 0) -> socket.socket:
    """A TCP connection to the server; with a small `buffer`, what is not read soon fills it."""
    line = socket.socket()
    line.settimeout(10)
    if buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.connect(("127.0.0.1", port))
    return line


def ask(
    port: int, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> Answer:
    """One HTTP request, exactly as given, on a connection of its own."""
    with connect(port) as line:
        line.sendall(head(port, method, target, headers or {}) + body)
        return answer(line)


def head(port: int, method: str, target: str, headers: dict[str, str]) -> bytes:
    """A request's line and headers."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if not any(name.lower() == "host" for name in headers):
        lines.insert(1, f"Host: 127.0.0.1:{port}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(line: socket.socket) -> Answer:
    """Read an answer: its head, and of its body what Content-Length says."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(4096)
        if not more:
            raise ConnectionError(f"the server said nothing but {data!r}")
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    first, *rest = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    status = int(re.match(r"HTTP/1\.[01] (\d{3})", first)[1])  # type: ignore[index]
    while status != 101 and len(body) < int(headers.get("content-length", "0")):
        more = line.recv(4096)
        if not more:
            break
        body += more
    return Answer(status, headers, body)


def upgrade(port: int, query: str = "EIO=4&transport=websocket", **headers: str) -> dict[str, str]:
    """The headers of a correct handshake, with changes; None-like empty values leave a header out."""
    key = base64.b64encode(os.urandom(16)).decode()
    given = {
        **HANDSHAKE,
        "Sec-WebSocket-Key": key,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return {name: value for name, value in given.items() if value}


class Line:
    """A WebSocket on which anything can be sent."""

    def __init__(self, port: int, *, buffer: int = 0, target: str = SOCKET_IO, **headers: str) -> None:
        self.port = port
        self._socket = connect(port, buffer)
        self._socket.sendall(head(port, "GET", target, upgrade(port, **headers)))
        self.opening = answer(self._socket)
        self._buffer = self.opening.body
        if self.opening.status != 101:
            self._socket.close()  # nobody gets this line, so nobody else does
        assert self.opening.status == 101, self.opening

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    # ---- out

    def frame(
        self, opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0
    ) -> None:
        """Send one frame."""
        self.write(packed(opcode, payload, fin=fin, masked=masked, rsv=rsv))

    def write(self, data: bytes) -> None:
        """Send bytes. A connection that the server has closed is no error: what it said first is what counts."""
        try:
            self._socket.sendall(data)
        except OSError:
            pass

    def say(self, text: str) -> None:
        """Send a text message."""
        self.frame(TEXT, text.encode())

    # ---- in

    def hear(self, seconds: float = 5.0) -> tuple[int, bytes]:
        """The next frame: opcode and payload; (-1, b"") when TCP is closed. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        try:
            first, length = self._take(2, deadline)
            size = length & 127
            if size == 126:
                size = struct.unpack("!H", self._take(2, deadline))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._take(8, deadline))[0]
            return first & 15, self._take(size, deadline)
        except ConnectionError:
            return -1, b""

    def message(self, seconds: float = 5.0) -> str | None:
        """The next text message, pings of Engine.IO left out; None when the line is closed."""
        while True:
            opcode, payload = self.hear(seconds)
            if opcode in (CLOSE, -1):
                return None
            if opcode == TEXT and payload != b"2":
                return payload.decode()

    def ending(self, seconds: float = 5.0) -> int | None:
        """Wait for the end. The close code; 0 when TCP was just closed. Raises TimeoutError when it stays open."""
        deadline = time.monotonic() + seconds
        while True:
            opcode, payload = self.hear(deadline - time.monotonic())
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0] if len(payload) > 1 else 1005
            if opcode == -1:
                return 0

    def _take(self, size: int, deadline: float) -> bytes:
        while len(self._buffer) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            more = self._socket.recv(65_536)
            if not more:
                raise ConnectionResetError
            self._buffer += more
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    # ---- Socket.IO

    def join(self, token: str, namespace: str = "/chat") -> Self:
        """Open Engine.IO and connect to the namespace with a token."""
        opening = self.message()
        assert opening is not None and opening.startswith("0{"), opening
        self.say(f"40{namespace}," + json.dumps({"token": token}))
        reply = self.message()
        assert reply is not None and reply.startswith(f"40{namespace},"), reply
        return self

    def call(self, event: str, data: object, number: int = 1, seconds: float = 5.0) -> dict[str, object]:
        """A request and its acknowledgement; facts in between are left out."""
        self.say(f"42/chat,{number}" + json.dumps([event, data]))
        return self.acknowledged(number, seconds)

    def acknowledged(self, number: int, seconds: float = 5.0) -> dict[str, object]:
        """The acknowledgement with this number."""
        prefix = f"43/chat,{number}["
        while True:
            text = self.message(seconds)
            if text is None:
                raise ConnectionError("closed")
            if text.startswith(prefix):
                answered: dict[str, object] = json.loads(text[len(prefix) - 1 :])[0]
                return answered


def packed(opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True, rsv: int = 0) -> bytes:
    """The bytes of a frame."""
    size = len(payload)
    bit = 128 if masked else 0
    if size < 126:
        length = bytes((bit | size,))
    elif size < 65_536:
        length = struct.pack("!BH", bit | 126, size)
    else:
        length = struct.pack("!BQ", bit | 127, size)
    mask = os.urandom(4) if masked else b""
    key = (mask * (size // 4 + 1))[:size]
    body = bytes(a ^ b for a, b in zip(payload, key, strict=True)) if masked else payload
    return bytes(((128 if fin else 0) | rsv << 4 | opcode,)) + length + mask + body
