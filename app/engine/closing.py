"""Ending well: nobody new gets in, what was begun is finished, everybody is told, and all of it within ten seconds."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Final

import eventlet
import structlog
from eventlet import patcher
from eventlet.hubs import trampoline
from flask import Flask

from app import limits
from app.engine import state
from app.engine.listener import Listener

FLUSH_SECONDS: Final = 1.0  # for good-byes and last answers to leave
WORK_SECONDS: Final = limits.SHUTDOWN_SECONDS - 3.0  # for what was begun
LAST_SECONDS: Final = limits.SHUTDOWN_SECONDS - 0.5  # then the process ends, whatever it does
_threading = patcher.original("threading")
_time = patcher.original("time")
_log = structlog.stdlib.get_logger("parlor.server")


def on_signal(begin: Callable[[], None]) -> None:
    """Call `begin`, in a green thread, at the first SIGTERM or SIGINT. A second SIGINT ends the process at once."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    # The hub sleeps in the kernel: the byte that the interpreter writes here wakes it.
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def received(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _end_anyway()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, received)

    def wait() -> None:
        trampoline(reading, read=True)
        begin()

    eventlet.spawn(wait)


def close(app: Flask, listener: Listener) -> None:
    """Bring the server to its end. Ends the process with code 1 when something that was begun does not finish."""
    engine = state.of(app)
    _log.info("closing")
    engine.closing = True
    listener.stop()
    _wait(lambda: engine.busy == 0, WORK_SECONDS)
    _say_goodbye(app, engine)  # after what was begun is answered and told: nothing is told after it
    if engine.busy:
        _log.error("closed with work unfinished", requests=engine.busy)
        logging.shutdown()
        os._exit(1)
    sockets = list(engine.socketio.server.eio.sockets.values())
    _wait(lambda: all(socket.owes_nothing for socket in sockets), FLUSH_SECONDS)
    # TCP is closed, and Socket.IO not disconnected: so clients come back by themselves.
    for socket in sockets:
        socket.cut(engine.socketio.server.reason.TRANSPORT_CLOSE)
    listener.end()


def _say_goodbye(app: Flask, engine: state.Engine) -> None:
    if engine.closing_hook is None:
        return
    try:
        with app.app_context():
            engine.closing_hook()
    except Exception:
        _log.exception("saying good-bye failed")


def _wait(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        eventlet.sleep(0.02)


def _end_anyway() -> None:
    """A native thread that ends the process when the time is up, even if the hub never turns again."""

    def end() -> None:
        _time.sleep(LAST_SECONDS)
        os.write(2, b"Parlor did not end in time; something that was begun hangs.\n")
        os._exit(1)

    _threading.Thread(target=end, daemon=True).start()
