"""eventlet's HTTP connection, with a deadline for the whole request and a refusal of what proxies read differently."""

from __future__ import annotations

from typing import Any, Final

from eventlet import hubs, wsgi
from eventlet.green import socket

IDLE_SECONDS: Final = 15  # of silence, between requests and within one
HEAD_SECONDS: Final = 18  # for request line and headers together, from the first chance to send them
BODY_SECONDS: Final = 15  # for a body, and as long again as it takes at the slowest rate that is waited for
SLOWEST_BYTES_PER_SECOND: Final = 8 * 1024


class Protocol(wsgi.HttpProtocol):
    """One connection, request after request."""

    server_version = "Parlor"  # nothing of versions, in the answers to what could not even be parsed
    sys_version = ""
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain; charset=utf-8"
    _deadline: Any = None

    def handle_one_request(self) -> None:
        """Wait for a request and answer it. Who takes too long to send it is cut off."""
        self._cut_after(HEAD_SECONDS)
        try:
            super().handle_one_request()
        finally:
            self._forget_deadline()

    def parse_request(self) -> bool:
        """Read request line and headers; whether there is a request to answer."""
        if not super().parse_request():
            return False
        names = [name.lower() for name in self.headers]
        if (
            names.count("content-length") > 1
            or any(name != name.strip() for name in names)
            or self.headers.defects
        ):
            # Two readers may see two different requests in this one.
            self.close_connection = True
            self.send_error(400, "Bad Request")
            return False
        return True

    def get_environ(self) -> dict[str, Any]:
        """The WSGI environment; the headers have come, so the deadline is the body's now."""
        self._forget_deadline()
        environ: dict[str, Any] = super().get_environ()
        length = environ["wsgi.input"].content_length or 0
        if length:
            self._cut_after(BODY_SECONDS + length / SLOWEST_BYTES_PER_SECOND, environ["wsgi.input"])
        return environ

    def _cut_after(self, seconds: float, body: Any = None) -> None:
        self._deadline = hubs.get_hub().schedule_call_global(seconds, self._cut, body)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self, body: Any) -> None:
        if body is not None and body.position >= body.content_length:
            return  # it has come
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
