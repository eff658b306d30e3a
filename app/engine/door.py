"""WebSockets that are let in at once: read whole when they are accepted, without a green thread and a parser each.

Takes the place of eventlet.wsgi for one kind of request: a client that opens Engine.IO by WebSocket, whose head has
come, whole and by itself, when the connection is accepted. It is looked at and not yet taken from the socket, so
whatever is not exactly that is left to eventlet.wsgi, which reads it as if nobody had been here: slow ones, proxies'
oddities, polling, pages. What is taken goes through the same application, so that the guard refuses what it refuses.
"""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any, Final

from eventlet import wsgi

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

HEAD_BYTES: Final = 4 * 1024
# Letters, digits and what else a query of Engine.IO has: nothing to unquote, nothing to be read in two ways.
_OPENING: Final = re.compile(rb"GET (/socket\.io/)\?([A-Za-z0-9=&._-]{1,200}) HTTP/1\.1")
_HEADER: Final = re.compile(rb"([A-Za-z0-9-]{1,64}):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?[ \t]*")
_NEEDED: Final = frozenset({"HTTP_HOST", "HTTP_UPGRADE", "HTTP_CONNECTION"})
_OF_A_BODY: Final = frozenset(
    {"HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_CONTENT_TYPE"}
)
_NO_BODY: Final = io.BytesIO()


class _Line:
    """What the WebSocket driver asks `eventlet.input` for."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def get_socket(self) -> Any:
        """The connection."""
        return self._connection


class Door:
    """Stands behind `accept`. `name` and `port` are the server's, as eventlet.wsgi tells them to applications."""

    def __init__(self, app: Application, name: str, port: int) -> None:
        self._app = app
        self._server = {"SERVER_NAME": name, "SERVER_PORT": str(port)}

    def takes(self, connection: Any, address: Any) -> bool:
        """Whether it answered this connection, an eventlet socket that was just accepted."""
        try:
            head: bytes = connection.fd.recv(HEAD_BYTES, socket.MSG_PEEK)
        except OSError:
            return False
        environ = parsed(head)
        if environ is None:
            return False
        connection.fd.recv(len(head))
        environ.update(self._server)
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = address[0], str(address[1])
        environ["eventlet.input"] = _Line(connection)
        environ["eventlet.set_idle"] = _nothing
        self._answer(connection, environ)
        return True

    def _answer(self, connection: Any, environ: dict[str, Any]) -> None:
        answer: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
            if not any(name.lower() == "connection" for name, _ in headers):
                lines.append("Connection: close")
            answer[:] = ["\r\n".join([*lines, "", ""]).encode("latin-1")]

        body = b"".join(self._app(environ, start_response))
        wsgi.WSGI_LOCAL.already_handled = False  # the driver says so to eventlet.wsgi, which isn't there
        if answer:  # refused
            try:
                connection.fd.send(answer[0] + body)
                connection.fd.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # whoever asked is gone
            connection.close()


def parsed(head: bytes) -> dict[str, Any] | None:
    """The WSGI environment of a head that opens a WebSocket; None for whatever is not just that."""
    if head[-4:] != b"\r\n\r\n":
        return None
    first, *lines = head[:-4].split(b"\r\n")
    opening = _OPENING.fullmatch(first)
    if opening is None or b"transport=websocket" not in opening[2] or b"sid=" in opening[2]:
        return None
    environ: dict[str, Any] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            return None
        name = f"HTTP_{header[1].decode().upper().replace('-', '_')}"
        if name in environ or name in _OF_A_BODY:
            return None
        environ[name] = (header[2] or b"").decode()
    if not environ.keys() >= _NEEDED:
        return None
    return {
        **environ,
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": opening[1].decode(),
        "QUERY_STRING": opening[2].decode(),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": _NO_BODY,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _nothing(*_: object) -> None:
    pass
