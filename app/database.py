"""How connections behave: SQLite's pragmas and locks, PostgreSQL's time-outs, and what is `unavailable`."""

import logging
import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from app import limits
from app.errors import Unavailable
from app.extensions import db

logger = logging.getLogger(__name__)

# Refusals that say "not now" rather than "your statement is wrong".
_PASSING = (sa.exc.OperationalError, sa.exc.InterfaceError)
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
CHECKPOINT_PAGES: Final = 8_000  # of 4 KiB: so long the write-ahead log may grow
SILENT_SECONDS: Final = 1.0  # how long a database that was silent is asked nothing


class _Held(Unavailable):
    """Somebody else holds SQLite's lock: worth trying again in a moment."""


class _Silence:
    """Whether the database, asked a moment ago, said nothing until we gave up. Then nobody else waits for it either:
    who asks now is refused at once, and a moment later it is tried again.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        """It was silent just now."""
        self._until = time.monotonic() + SILENT_SECONDS

    def refuse(self) -> None:
        """Raises Unavailable while it is thought to be silent still."""
        if time.monotonic() < self._until:
            raise Unavailable


class _Pool(sa.QueuePool):
    """A pool of connections whose queue is `unavailable` when it takes too long."""

    def connect(self) -> sa.PoolProxiedConnection:
        """A connection. Raises Unavailable when none came free."""
        _silence.refuse()
        try:
            return super().connect()
        except sa.exc.TimeoutError as full:
            logger.warning("no database connection came free")
            raise Unavailable from full


_silence = _Silence()


def init_app(app: Flask, *, synchronous: str) -> None:
    """Make every connection of this application's engine behave. `synchronous` is SQLite's, FULL or NORMAL."""
    with app.app_context():
        engine = db.engine
    event.listen(engine, "handle_error", _unavailable)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, synchronous))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkout", _checker(engine.dialect.loaded_dbapi.OperationalError))
        event.listen(engine, "do_connect", lambda *_: _silence.refuse())
    db.patiently = _patiently


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy's engine is made with.

    One connection for a SQLite file: whoever waits for it waits green, in the pool. With two, a green
    thread that yields inside a writing transaction would freeze the whole process (busy waiting in C).
    """
    quiet = {"poolclass": _Pool, "hide_parameters": True}  # what was to be stored is not for the log
    if url.startswith("sqlite"):
        return {
            **quiet,
            "pool_size": 1,
            "max_overflow": 0,
            "pool_timeout": 10,
            "connect_args": {"timeout": 0, "check_same_thread": False, "isolation_level": None},
        }
    milliseconds = int(limits.DATABASE_WAIT_SECONDS * 1000)
    return {
        **quiet,
        "pool_size": 10,
        "max_overflow": 0,
        "pool_timeout": limits.DATABASE_WAIT_SECONDS,
        "connect_args": {
            "connect_timeout": int(limits.DATABASE_WAIT_SECONDS),
            "options": f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds}",
        },
    }


def _prepare_sqlite(connection: sqlite3.Connection, synchronous: str) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_size_limit=67108864")
    # Whoever serves makes checkpoints beside (see engine.checkpoints); this is for when they do not keep up.
    cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    cursor.close()


def _checker(lost: type[Exception]) -> Callable[..., None]:
    """Notices connections that PostgreSQL has closed: what it said at the end waits to be read, and costs no
    question. (A ping before each transaction is a round trip more, and waits for a server that says nothing.)
    """

    def check(connection: Any, *_: object) -> None:
        """Raises DisconnectionError, and then the pool makes another; Unavailable when the server is silent."""
        _silence.refuse()  # who stood in the queue meanwhile has waited enough
        try:
            connection.pgconn.consume_input()  # its last words
            connection.pgconn.consume_input()  # the end after them
        except lost as closed:
            raise sa.exc.DisconnectionError from closed

    return check


def _begin_sqlite(connection: sa.Connection) -> None:
    """BEGIN, or BEGIN IMMEDIATE for who is going to write."""
    writes = connection.get_execution_options().get("parlor_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _patiently(begin: Callable[[], None]) -> None:
    """Begin as soon as another process lets go of SQLite's lock, waiting green. Raises Unavailable.

    The connection is given back between two tries: who only reads is not kept waiting by somebody's lock.
    """
    give_up = time.monotonic() + limits.DATABASE_WAIT_SECONDS
    while True:
        try:
            begin()
            return
        except _Held:
            if time.monotonic() > give_up:
                logger.warning("the database was locked for too long")
                raise
        db.session.commit()
        time.sleep(random.uniform(0.005, 0.03))  # noqa: S311  (jitter)


def _unavailable(context: sa.engine.ExceptionContext) -> None:
    """What the database cannot do now is refused as that, at every entrance; the cause goes to the log.

    A wrong statement is our own fault, and stays what it is; SQLite has the same error class for it.
    """
    cause = context.original_exception
    if not isinstance(context.sqlalchemy_exception, _PASSING):
        return
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _HELD:
        raise _Held from cause
    if code == sqlite3.SQLITE_ERROR:
        return
    if getattr(cause, "silent", False) or type(cause).__name__ == "ConnectionTimeout":
        _silence.begin()
    logger.warning("the database refused: %s", cause)
    raise Unavailable from cause
