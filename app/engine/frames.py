"""WebSocket frames as bytes (RFC 6455, version 13, no extensions): read strictly from a client, and made for one.

Nothing in here knows a socket or the hub.
"""

from __future__ import annotations

import struct
from typing import Final

from eventlet import websocket

from app import limits

CONTINUATION: Final = 0
TEXT: Final = 1
BINARY: Final = 2
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10

PROTOCOL_ERROR: Final = 1002
NOT_UTF8: Final = 1007
TOO_BIG: Final = 1009

_FINAL: Final = 0x80
_RESERVED: Final = 0x70
_CONTROL: Final = 0x08
_MASKED: Final = 0x80
_WHOLE_TEXT: Final = _FINAL | TEXT  # nearly all that clients send
_CONTROL_BYTES: Final = 125
_KNOWN: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})


class Broken(Exception):
    """What came is not WebSocket, or more than is taken: close with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """One whole message as the bytes of one frame, unmasked, as servers send."""
    size = len(payload)
    if size < 126:
        return bytes((_FINAL | opcode, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", _FINAL | opcode, 126, size) + payload
    return struct.pack("!BBQ", _FINAL | opcode, 127, size) + payload


def text(message: str) -> bytes:
    """A text message as the bytes of one frame."""
    return frame(message.encode())


def closing(code: int, reason: str = "") -> bytes:
    """The frame that ends a connection."""
    return frame((struct.pack("!H", code) + reason.encode())[:_CONTROL_BYTES], CLOSE)


def unmask(data: bytes, key: bytes) -> bytes:
    """The payload behind a mask of 4 bytes, as one exclusive-or of two big numbers."""
    size = len(data)
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")


class Parser:
    """Cuts what a client sends into messages. `feed` it what came, then ask for the `next` until there is none."""

    __slots__ = ("_at", "_data", "_fragments", "_opcode", "_pieces", "_size")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        # The message that came in part; None while there is none, to keep what is idle small.
        self._pieces: list[bytes] | None = None
        self._opcode = self._size = self._fragments = 0

    def feed(self, data: bytes) -> None:
        """Add what came."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def next(self) -> tuple[int, bytes] | None:
        """The next whole message or control frame: opcode and payload; None when more must come first.

        The payload of TEXT is valid UTF-8, that of CLOSE begins with a valid code or is empty. Raises Broken.
        """
        while (found := self._frame()) is not None:
            first, payload = found
            opcode = first & 15
            if opcode & _CONTROL:
                return opcode, self._closing(payload) if opcode == CLOSE else payload
            if opcode == TEXT and first & _FINAL:
                return TEXT, _utf8(payload)
            whole = self._piece(opcode, payload, bool(first & _FINAL))
            if whole is not None:
                return whole
        return None

    def _frame(self) -> tuple[int, bytes] | None:
        """One frame, if it is all there: its first byte and its payload."""
        data, at = self._data, self._at
        there = len(data) - at
        if there < 2:
            if not there:
                self._data, self._at = b"", 0  # an idle connection keeps nothing
            return None
        first, length = data[at], data[at + 1]
        if first != _WHOLE_TEXT or not length & _MASKED or self._pieces is not None:
            self._check(first, length)
        length &= 127
        at += 2
        if length > _CONTROL_BYTES:
            wide = 2 if length == 126 else 8
            if there < 2 + wide:
                return None
            length = int.from_bytes(data[at : at + wide], "big")
            at += wide
        if (
            length + (self._size if self._pieces is not None and not first & _CONTROL else 0)
            > limits.FRAME_BYTES
        ):
            raise Broken(TOO_BIG, "message too big")
        end = at + 4 + length
        if end > len(data):
            return None
        self._at = end
        return first, unmask(data[at + 4 : end], data[at : at + 4])

    def _check(self, first: int, length: int) -> None:
        """What the first two bytes of a frame may say, in this place."""
        opcode = first & 15
        if first & _RESERVED:
            raise Broken(PROTOCOL_ERROR, "reserved bits")
        if opcode not in _KNOWN:
            raise Broken(PROTOCOL_ERROR, "unknown opcode")
        if not length & _MASKED:
            raise Broken(PROTOCOL_ERROR, "clients mask what they send")
        if opcode & _CONTROL:
            if not first & _FINAL or length & 127 > _CONTROL_BYTES:
                raise Broken(PROTOCOL_ERROR, "control frames are short and whole")
        elif (opcode == CONTINUATION) != (self._pieces is not None):
            raise Broken(PROTOCOL_ERROR, "a message within a message, or the rest of none")

    def _piece(self, opcode: int, payload: bytes, final: bool) -> tuple[int, bytes] | None:
        """Add a fragment; the whole message when it was the last."""
        if self._pieces is None:
            self._pieces, self._opcode, self._size, self._fragments = [], opcode, 0, 0
        self._pieces.append(payload)
        self._size += len(payload)
        self._fragments += 1
        if self._fragments > limits.FRAGMENTS:
            raise Broken(TOO_BIG, "too many fragments")
        if not final:
            return None
        whole = b"".join(self._pieces)
        self._pieces = None
        return self._opcode, _utf8(whole) if self._opcode == TEXT else whole

    def _closing(self, payload: bytes) -> bytes:
        if payload:
            code = int.from_bytes(payload[:2], "big")
            if len(payload) == 1 or code not in websocket.VALID_CLOSE_STATUS:
                raise Broken(PROTOCOL_ERROR, "no such close code")
            _utf8(payload[2:])
        return payload


def _utf8(payload: bytes) -> bytes:
    if payload.isascii():
        return payload
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise Broken(NOT_UTF8, "text must be UTF-8") from None
    return payload
