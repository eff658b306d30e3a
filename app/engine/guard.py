"""The door: what is refused before the application or Socket.IO sees it, and what every answer carries.

Flask's own hooks never see /socket.io, so whatever must hold for every answer is done here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs

import structlog

from app import limits
from app.engine import headers, logs, origins
from app.engine.packets import StrictJSON
from app.engine.state import Engine

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

SOCKET_PATH: Final = "/socket.io"
API_PATH: Final = "/api/"
RETRY_SECONDS: Final = "5"
SECRETS_IN_QUERY: Final = frozenset(
    {"token", "access_token", "api_key", "apikey", "password", "secret", "auth", "csrf"}
)
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_log = structlog.stdlib.get_logger("parlor.http")


class Refused(Exception):
    """An answer that is given at the door: status line, one sentence, and headers of its own."""

    def __init__(self, status: str, sentence: str, *extra: tuple[str, str]) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.extra = list(extra)

    def written(self, environ: Environ) -> tuple[str, bytes]:
        """Content type and body: the contract's Problem below /api, else the sentence."""
        if not environ.get("PATH_INFO", "").startswith(API_PATH):
            return "text/plain; charset=utf-8", self.sentence.encode()
        number, title = self.status.split(" ", 1)
        code = "unavailable" if number == "503" else "invalid"
        problem = {"status": int(number), "code": code, "title": title, "detail": self.sentence}
        wait = dict(self.extra).get("Retry-After")
        if wait is not None:
            problem["retry_after"] = int(wait)
        return "application/problem+json", StrictJSON.dumps(problem).encode()


class Guard:
    """A WSGI application around another."""

    def __init__(self, inner: Application, engine: Engine) -> None:
        self._inner = inner
        self._engine = engine

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        started = time.monotonic()
        environ["parlor.request_id"] = request_id = secrets.token_hex(8)
        https = environ.get("wsgi.url_scheme") == "https"
        cors: list[tuple[str, str]] = []

        def answer(status: str, given: headers.Headers, exc_info: Any = None) -> Any:
            logs.access(_log, environ, status, time.monotonic() - started)
            complete = headers.secured([*given, *cors, ("X-Request-Id", request_id)], https=https)
            return start_response(status, complete, *([exc_info] if exc_info else []))

        try:
            self._check(environ)
            if is_socket(environ):
                cors = self._check_socket(environ)
                return self._inner(environ, answer)
        except Refused as refusal:
            kind, body = refusal.written(environ)
            content = ("Content-Type", kind), ("Content-Length", str(len(body)))
            answer(refusal.status, [*content, *refusal.extra, ("Connection", "close")])
            return [body]
        with self._engine.working():
            return self._inner(environ, answer)

    def _check(self, environ: Environ) -> None:
        """What holds for every request. Raises Refused."""
        for name in [
            name for name in environ if name.startswith("HTTP_X_FORWARDED") or name == "HTTP_FORWARDED"
        ]:
            del environ[name]  # ProxyFix has taken what may be believed
        if self._engine.closing:
            raise Refused("503 Service Unavailable", "The server restarts.", ("Retry-After", "2"))
        if not _HOST.fullmatch(environ.get("HTTP_HOST", "localhost")):
            raise Refused("400 Bad Request", "The Host header is not the name of a host.")
        if environ.get("HTTP_TRANSFER_ENCODING"):
            raise Refused("411 Length Required", "Send a Content-Length.")
        if SECRETS_IN_QUERY & parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True).keys():
            raise Refused(
                "400 Bad Request", "Secrets do not belong into an address: it is logged and passed on."
            )

    # ---- /socket.io

    def _check_socket(self, environ: Environ) -> list[tuple[str, str]]:
        """What holds for /socket.io; the CORS headers of the answer. Raises Refused."""
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "POST"}:
            raise Refused("405 Method Not Allowed", "GET and POST.", ("Allow", "GET, POST"))
        if int(environ.get("CONTENT_LENGTH") or 0) > limits.FRAME_BYTES:
            raise Refused("413 Content Too Large", f"At most {limits.FRAME_BYTES} bytes.")
        cors = self._check_origin(environ)
        query = self._check_query(environ)
        self._check_transport(environ, query)
        if "sid" in query:
            self._check_owner(environ, query["sid"])
        else:
            self._check_room_left(environ)
        return cors

    def _check_origin(self, environ: Environ) -> list[tuple[str, str]]:
        origin = environ.get("HTTP_ORIGIN")
        fetch_site = environ.get("HTTP_SEC_FETCH_SITE", "")
        environ["parlor.same_origin"] = origin is not None or fetch_site == "same-origin"
        if origin is None:
            if fetch_site == "cross-site":
                raise Refused("403 Forbidden", "Not from another site.")
            return []
        host, scheme = environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"]
        allowed = self._engine.settings.origins
        if not origins.may_open(origin, scheme=scheme, host=host, allowed=allowed):
            _log.warning("origin refused", origin=origin[:200], request_id=environ["parlor.request_id"])
            raise Refused("403 Forbidden", "Not from this origin.")
        if fetch_site == "cross-site" and origin not in allowed:
            raise Refused("403 Forbidden", "Not from another site.")
        if origin in allowed:  # a program's page elsewhere may poll; without cookies, which it has no use for
            return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
        return []

    def _check_query(self, environ: Environ) -> dict[str, str]:
        pairs = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if any(len(values) > 1 for name, values in pairs.items() if name in {"EIO", "transport", "sid"}):
            raise Refused("400 Bad Request", "Each once.")
        query = {name: values[0] for name, values in pairs.items()}
        if "j" in query:
            raise Refused("400 Bad Request", "JSONP is not served.")
        if query.get("EIO", "") != "4":
            raise Refused("400 Bad Request", "This server speaks Engine.IO 4 (Socket.IO 3 and later).")
        if query.get("transport", "polling") not in self._engine.settings.transport_names:
            raise Refused("400 Bad Request", "This transport is not served.")
        return query

    def _check_transport(self, environ: Environ, query: dict[str, str]) -> None:
        upgrades = bool(environ.get("HTTP_UPGRADE"))
        if query.get("transport") != "websocket":
            if upgrades:
                raise Refused("400 Bad Request", "An upgrade has transport=websocket.")
            return
        parts = [part.strip() for part in environ.get("HTTP_CONNECTION", "").lower().split(",")]
        if not (
            environ["REQUEST_METHOD"] == "GET"
            and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
            and "upgrade" in parts
            and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
            and _is_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
        ):
            wanted = ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")
            raise Refused("426 Upgrade Required", "WebSocket version 13.", *wanted)
        # Compression costs memory for each connection, and is a way to send much with little.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ.pop("HTTP_SEC_WEBSOCKET_PROTOCOL", None)

    def _check_room_left(self, environ: Environ) -> None:
        environ["parlor.opener"] = self._opener(environ)
        refusal = self._engine.may_open(environ.get("REMOTE_ADDR", ""))
        if refusal:
            _log.warning("socket refused", status=refusal, address=environ.get("REMOTE_ADDR"))
            phrase = "429 Too Many Requests" if refusal == 429 else "503 Service Unavailable"
            raise Refused(
                phrase, "Too many connections. Try again in a moment.", ("Retry-After", RETRY_SECONDS)
            )

    def _check_owner(self, environ: Environ, sid: str) -> None:
        """A connection's id is no pass: who goes on with it has the cookie of who opened it."""
        opened = self._engine.socketio.server.environ.get(sid)
        if opened is not None and opened.get("parlor.opener") != self._opener(environ):
            raise Refused("400 Bad Request", "This connection is somebody else's.")

    def _opener(self, environ: Environ) -> str:
        """Who opened a connection, as far as every client shows it in each request: the session's cookie."""
        cookies = [part.strip() for part in environ.get("HTTP_COOKIE", "").split(";")]
        mine = "".join(cookie for cookie in cookies if cookie.startswith(f"{self._engine.cookie}="))
        return hashlib.sha256(mine.encode("utf-8", "surrogateescape")).hexdigest()


def is_socket(environ: Environ) -> bool:
    """Whether a request is Socket.IO's."""
    path: str = environ.get("PATH_INFO", "")
    return path == SOCKET_PATH or path.startswith(f"{SOCKET_PATH}/")


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False
