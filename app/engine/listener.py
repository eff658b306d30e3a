"""The listening socket: taken for this process alone, and an accept that survives running out of files."""

from __future__ import annotations

import errno
import resource
from collections.abc import Callable
from typing import Any, Final

import eventlet
import structlog
from eventlet.event import Event
from eventlet.green import socket

from app.engine.errors import CannotServe

BACKLOG: Final = 4096
FULL_SECONDS: Final = 0.1  # how long to wait for a file to be closed
READ_AWAY_BYTES: Final = 64 * 1024
AT_ONCE: Final = 32  # connections that are let in or turned away; then everybody else has a turn
FIRST_WORDS_SECONDS: Final = 1  # how long the system waits for them before a connection is accepted
_FULL: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_PASSING: Final = frozenset({errno.ECONNABORTED, errno.EINTR, errno.EAGAIN, errno.EPROTO, errno.EPERM})
_TURNED_AWAY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)
_log = structlog.stdlib.get_logger("parlor.server")


class Listener:
    """What eventlet.wsgi takes for the listening socket. `full` tells whether another connection would be too many.

    `takes`, where there is one, is shown each other connection first, and tells whether it has answered it: see `door`.
    """

    takes: Callable[[Any, Any], bool] | None = None

    def __init__(self, host: str, port: int, full: Callable[[], bool]) -> None:
        self._socket = _listen(host, port)
        self.family = self._socket.family
        self._full = full
        self._dealt_with = 0
        self._ended: Event = Event()
        self.stopped = False

    @property
    def place(self) -> tuple[str, int]:
        """Its host and its port."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    @property
    def address(self) -> str:
        """Where it is, as a browser takes it."""
        host, port = self.place
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def accept(self) -> tuple[Any, Any]:
        """The next connection. Once `end` was called: KeyboardInterrupt, which ends eventlet's server quietly."""
        while not self.stopped:
            try:
                connection, address = self._socket.accept()
            except OSError as error:
                self._failed(error)
                continue
            if self._full():
                _turn_away(connection)
            elif self.takes is None or not self.takes(connection, address):
                return connection, address
            self._dealt_with += 1
            if self._dealt_with % AT_ONCE == 0:
                eventlet.sleep(0)
        self._ended.wait()
        raise KeyboardInterrupt

    def _failed(self, error: OSError) -> None:
        if self.stopped:
            return
        if error.errno in _FULL:
            _log.warning("no more files can be opened; new connections wait", reason=error.strerror)
            eventlet.sleep(FULL_SECONDS)
        elif error.errno not in _PASSING:
            raise error

    def stop(self) -> None:
        """From now on nobody gets in; what is open stays open."""
        self.stopped = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept, and the system refuses whoever knocks
        except OSError:
            pass

    def end(self) -> None:
        """Let the server loop end."""
        if not self._ended.ready():
            self._ended.send()

    def getsockname(self) -> Any:
        """As a socket's; eventlet.wsgi asks."""
        return self._socket.getsockname()

    def close(self) -> None:
        """As a socket's; eventlet.wsgi calls it last."""
        self._socket.close()


def _listen(host: str, port: int) -> Any:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # reuse_port would let a second server share the port in silence, and people would meet by chance.
        listening = eventlet.listen(address, family, backlog=BACKLOG, reuse_addr=True, reuse_port=False)
    except socket.gaierror:
        raise CannotServe(f"HOST={host} is not an address of this machine.") from None
    except OSError as error:
        raise CannotServe(_why(host, port, error)) from None
    # Inherited by every connection: without it, an answer after a broadcast waits for 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Who says nothing is not accepted at once, so that what is accepted can be read at once.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, FIRST_WORDS_SECONDS)
    return listening


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} of {host} is taken: another program, perhaps another Parlor, listens there. "
                f"Stop it, or choose another port: PORT={port + 1}."
            )
        case errno.EACCES:
            return f"Port {port} may not be opened by this account. Choose one above 1023."
        case errno.EADDRNOTAVAIL:
            return f"HOST={host} is not an address of this machine."
        case _:
            return f"{host}:{port} cannot be opened: {error.strerror}."


def _turn_away(connection: Any) -> None:
    connection.fd.setblocking(False)
    try:
        connection.fd.recv(
            READ_AWAY_BYTES
        )  # closing on unread bytes would reset it, and take the answer with it
    except OSError:
        pass
    try:
        connection.fd.send(_TURNED_AWAY)
    except OSError:
        pass
    connection.close()


def raise_file_limit(wanted: int) -> None:
    """Let this process open so many files. Raises CannotServe where the system doesn't."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return
    raise CannotServe(
        f"This process may open {hard} files, and MAX_SOCKETS needs {wanted}. "
        "Raise the limit (ulimit -n, or LimitNOFILE= in systemd), or lower MAX_SOCKETS."
    )
