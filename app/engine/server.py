"""The process that serves: one listening socket, one hub, one end."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

import eventlet
from eventlet import wsgi
from flask import Flask

from app.engine import checkpoints, closing, lock, state, ticker
from app.engine.door import Door
from app.engine.listener import Listener, raise_file_limit
from app.engine.protocol import IDLE_SECONDS, Protocol

SPARE_CONNECTIONS: Final = 500  # for plain HTTP, beside the sockets
SPARE_FILES: Final = (
    500  # each connection is one file; this is for databases, logs, Redis, and what is just closing
)
COLLECT_AFTER: Final = (50_000, 20, 50)  # new objects, and collections of the generation below
_log = logging.getLogger("parlor.server")


def settle_collector() -> None:
    """Make the garbage collector stop the process seldom and shortly.

    What was made so far stays, and need never be looked at again. Connections are many objects and no garbage: by
    default every 700 new ones begin a collection, and at 5,000 connections a full one stops everybody for 0.3 s.
    Nothing on the way of a message leaves a cycle behind; what does, such as an exception, is found a little later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class _Log:
    """What eventlet.wsgi logs to. Tracebacks and access lines come through one method; the first are kept."""

    def info(self, message: str, *_: object) -> None:
        if "Traceback" in message:
            _log.error("a request failed below the application\n%s", message)

    def debug(self, message: str, *_: object) -> None:
        pass

    def error(self, message: str, *_: object) -> None:
        _log.warning("%s", message)

    write = info


def serve(app: Flask, *, host: str, port: int, database: Path | None, announce: Callable[[str], None]) -> int:
    """Serve until SIGTERM or SIGINT; the process's exit code. `announce` is called with the address.

    `database` is the SQLite file, which nobody else may serve. Raises CannotServe when it cannot start.
    """
    engine = state.of(app)
    connections = engine.settings.max_sockets + SPARE_CONNECTIONS
    raise_file_limit(connections + SPARE_FILES)
    with lock.only_server(database), checkpoints.made_beside(database):
        pool = eventlet.GreenPool(connections + 1)
        listener = Listener(host, port, full=lambda: pool.running() + engine.lines >= connections)
        if engine.settings.engine == "fast":
            listener.takes = Door(app, *listener.place).takes
        closing.on_signal(lambda: closing.close(app, listener))
        for loop in (lambda: ticker.run(app), *engine.background):
            eventlet.spawn(loop)
        settle_collector()
        announce(listener.address)
        wsgi.server(
            listener,
            app,
            log=_Log(),
            log_format="",
            custom_pool=pool,
            protocol=Protocol,
            keepalive=IDLE_SECONDS,
            socket_timeout=IDLE_SECONDS,
            debug=False,
        )
    return 0
