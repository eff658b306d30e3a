"""WebSocket frames: eventlet's class with its holes closed, and the handshake that gives it a connection.

Closed here: a limit on the whole message and not only on each fragment, unmasking as one big number instead of byte by
byte, a turn for everybody else after each frame, and close code 1007 for text that is not UTF-8.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any, Final

import eventlet
from eventlet import websocket, wsgi
from eventlet.green import socket

from app import limits

GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
RESERVED_BITS: Final = 0x70
PROTOCOL_ERROR: Final = 1002
TOO_BIG: Final = 1009
NOT_UTF8: Final = 1007
GOODBYE_SECONDS: Final = 0.5
GOODBYE_READS: Final = 64


def unmask(data: bytes, mask: tuple[int, ...], length: int | None = None, offset: int = 0) -> bytes:
    """The payload behind a mask of 4 bytes; `offset` is how much of the frame came before. As eventlet's, faster."""
    size = len(data) if length is None else length
    turned = bytes(mask[(offset + i) % 4] for i in range(4))
    key = (turned * (size // 4 + 1))[:size]
    return (int.from_bytes(data[:size], "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


class WebSocket(websocket.RFC6455WebSocket):
    """One connection. `wait()` returns the next message, None at the end."""

    _apply_mask = staticmethod(unmask)
    _at_head = False

    class Message(websocket.RFC6455WebSocket.Message):
        """A message that grows fragment by fragment, up to a limit on the whole."""

        size = 0
        fragments = 0

        def push(self, data: bytes, final: bool = False) -> None:
            """Take one more fragment. Raises FailedConnectionError for more than a message may have."""
            self.size += len(data)
            if self.size > limits.FRAME_BYTES:
                raise websocket.FailedConnectionError(TOO_BIG, "message too big")
            super().push(data, final=final)

        def getvalue(self) -> str | bytes:
            """The message, whole. Raises FailedConnectionError for text that isn't UTF-8."""
            try:
                value: str | bytes = super().getvalue()
            except UnicodeDecodeError:
                raise websocket.FailedConnectionError(NOT_UTF8, "text must be UTF-8") from None
            return value

    def _get_bytes(self, numbytes: int) -> bytes:
        data: bytes = super()._get_bytes(numbytes)
        if self._at_head:
            self._at_head = False
            if data[0] & RESERVED_BITS:  # eventlet looks at the first of them only
                raise websocket.FailedConnectionError(PROTOCOL_ERROR, "reserved bits")
        return data

    def _recv_frame(self, message: Message | None = None) -> Message:
        # A client that sends as fast as TCP takes would otherwise never let another green thread run.
        eventlet.sleep(0)
        self._at_head = True
        received: WebSocket.Message = super()._recv_frame(message=message)
        if not received.opcode & 8:
            received.fragments += 1
            if received.fragments > limits.FRAGMENTS:
                raise websocket.FailedConnectionError(TOO_BIG, "too many fragments")
        return received

    def close(self, close_data: tuple[int, str] | None = None) -> None:
        """Say why, and close. What the client still sends is thrown away for a moment: unread bytes would reset the
        connection, and take the reason with it."""
        try:
            self._send_closing_frame(close_data=close_data, ignore_send_errors=True)
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.settimeout(GOODBYE_SECONDS)
            for _ in range(GOODBYE_READS):
                if not self.socket.recv(16_384):
                    break
        except OSError:
            pass  # gone already
        self.socket.close()

    def send_all(self, payloads: list[str]) -> None:
        """Send text messages, in order, with one write."""
        self._send(b"".join(self._pack_message(payload) for payload in payloads))


class Upgrade:
    """What Engine.IO calls its `websocket` driver: a WSGI application that turns a request into a WebSocket.

    The guard has checked the request: version 13, a key, no extensions.
    """

    def __init__(self, handler: Callable[[WebSocket], object], server: Any) -> None:
        self._handler = handler

    def __call__(self, environ: dict[str, Any], start_response: object) -> list[bytes]:
        connection = environ["eventlet.input"].get_socket()
        accept = base64.b64encode(hashlib.sha1(environ["HTTP_SEC_WEBSOCKET_KEY"].encode() + GUID).digest())  # noqa: S324
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        environ["eventlet.set_idle"]()  # a stopping server need not wait for this request to end
        self._handler(WebSocket(connection, environ, max_frame_length=limits.FRAME_BYTES))
        wsgi.WSGI_LOCAL.already_handled = True
        return []
