"""What is done once a second, for as long as the process serves."""

from __future__ import annotations

import time
from typing import Final

import eventlet
import structlog
from flask import Flask

from app import limits
from app.engine import state

EVERY_SECONDS: Final = 1.0
_log = structlog.stdlib.get_logger("parlor.server")


def run(app: Flask) -> None:
    """Begin the engine's own chores and what the application gave, in a green thread each: one that hangs, on a
    database that does, keeps no other from its time.
    """
    engine = state.of(app)
    for chore in (lambda: reap(engine), *engine.every_second):
        eventlet.spawn(_repeat, app, chore)


def _repeat(app: Flask, chore: state.Hook) -> None:
    """Call it over and over. Never ends, whatever it raises."""
    while True:
        eventlet.sleep(EVERY_SECONDS)
        try:
            with app.app_context():
                chore()
        except Exception:
            _log.exception("what is done every second failed")


def reap(engine: state.Engine) -> None:
    """Close connections that are in no namespace: never signed in, refused, or signed out by us."""
    server = engine.socketio.server
    now = time.monotonic()
    for socket in list(server.eio.sockets.values()):
        if any(server.manager.sid_from_eio_sid(socket.sid, name) for name in server.namespaces):
            socket.lonely_since = None
        elif socket.lonely_since is None:
            socket.lonely_since = now
        elif now - socket.lonely_since > limits.CONNECT_SECONDS:
            socket.cut_soon(server.reason.TRANSPORT_CLOSE)
