"""Log lines: JSON in production, readable in development; nothing secret in them, no control characters."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

Event = MutableMapping[str, Any]

# An invite's token is its whole secret, however the address is mistyped. So are bearer tokens, and whatever a cookie
# or a password field holds.
_INVITE: Final = re.compile(r"(/join/+)[^/?#\s\"']+", re.IGNORECASE)
_BEARER: Final = re.compile(r"pt_[A-Za-z0-9_-]{8,}")
# Engine.IO names the connection that somebody asked for: a mistyped one is nearly a right one.
_CONNECTION: Final = re.compile(r"(Invalid session )\S+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SECRET_KEYS: Final = frozenset(
    {"password", "token", "cookie", "authorization", "csrf", "csrf_token", "secret", "text"}
)
QUIET: Final = frozenset({"/healthz", "/readyz"})


def configure(*, level: str = "INFO", as_json: bool = True) -> None:
    """Send every log line, ours and the libraries', to standard error. Call it once, first thing in the process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("engineio.server", "socketio.server", "engineio", "socketio", "werkzeug", "alembic"):
        library = logging.getLogger(name)
        library.handlers.clear()  # the libraries bring handlers that print unescaped
        library.propagate = True
        library.setLevel(logging.WARNING if name == "alembic" else logging.ERROR)


def redact(_: Any, __: str, event: Event) -> Event:
    """A structlog processor: takes secrets out, and escapes what would forge a line or move a terminal's cursor."""
    for key, value in event.items():
        if key.lower() in SECRET_KEYS:
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = cleaned(value, keep_lines=key == "exception")
    return event


def cleaned(text: str, *, keep_lines: bool = False) -> str:
    """The text without secrets and control characters."""
    text = _BEARER.sub("pt_[redacted]", _INVITE.sub(r"\1[redacted]", text))
    text = _CONNECTION.sub(r"\1[redacted]", text)
    escape = lambda match: match[0] if keep_lines and match[0] in "\n\t" else ascii(match[0])[1:-1]  # noqa: E731
    return _CONTROL.sub(escape, text)


def access(log: Any, environ: dict[str, Any], status: str, seconds: float) -> None:
    """One line for an answered request: who, what, how it went. Query strings are left out."""
    path = environ.get("PATH_INFO", "")
    code = int(status.split(" ", 1)[0])
    if path in QUIET and code < 400:
        return
    level = logging.ERROR if code >= 500 else logging.INFO
    if code < 400 and path.startswith("/socket.io"):
        level = logging.DEBUG  # polling asks again and again
    log.log(
        level,
        "request",
        method=environ.get("REQUEST_METHOD"),
        path=path,
        status=code,
        address=environ.get("REMOTE_ADDR"),
        milliseconds=round(seconds * 1000, 1),
        request_id=environ.get("parlor.request_id"),
    )
