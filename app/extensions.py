"""The third-party parts that everything shares: created here, bound to the application in create_app."""

import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.orm import DeclarativeBase

P = ParamSpec("P")
R = TypeVar("R")

# Names for constraints, so that a migration can drop what another one made, on both databases.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every model derives from."""

    metadata = sa.MetaData(naming_convention=NAMING)


class Database(SQLAlchemy):
    """SQLAlchemy, with a word for beginning to write."""

    # How to begin while somebody else holds the lock: `database` binds it. Unbound it is tried once.
    patiently: Callable[[Callable[[], None]], None] = staticmethod(lambda begin: begin())

    def begin_write(self) -> None:
        """Close what was only read, and begin a transaction that writes.

        SQLite takes its write lock now: a transaction that reads first and writes later fails at once when
        anybody else wrote in between, without waiting.
        """
        self.session.commit()
        self.patiently(self._begin_write_now)

    def _begin_write_now(self) -> None:
        self.session.connection(execution_options={"parlor_write": True})


class Limiter:
    """Counts how often something was done: in this process's memory, and what is `shared` in Redis, if there is one.

    What is done often (saying something) is counted where it is done, so that nobody waits for Redis to speak.
    """

    def __init__(self) -> None:
        self._local: MovingWindowRateLimiter | None = None
        self._shared: MovingWindowRateLimiter | None = None

    def init_app(self, app: Flask, *, url: str, enabled: bool) -> None:
        """Count what is shared in the Redis at `url`, or without one in this process; nothing when disabled."""
        self._local = self._shared = None
        if enabled:
            self._local = self._shared = MovingWindowRateLimiter(MemoryStorage())
        if enabled and url:
            storage = storage_from_string(url, socket_timeout=1, socket_connect_timeout=1)
            self._shared = MovingWindowRateLimiter(storage)
        app.extensions["limiter"] = self

    def spend(
        self, name: str, amount: int, seconds: int, shared: bool, *key: str, times: int = 1
    ) -> float | None:
        """Count so many more of `name` for this key. None when they were within the limit, else seconds to wait.

        Raises whatever the store raises when it can't be reached: whoever calls decides to deny.
        """
        strategy = self._shared if shared else self._local
        if strategy is None:
            return None
        rule = RateLimitItemPerSecond(amount, seconds, namespace=name)
        if strategy.hit(rule, *key, cost=times):
            return None
        return max(0.1, strategy.get_window_stats(rule, *key).reset_time - time.time())

    def allows(self, name: str, amount: int, seconds: int, shared: bool, *key: str, times: int) -> bool:
        """Would so many more of `name` be within the limit? Nothing is counted. Raises as `spend`."""
        strategy = self._shared if shared else self._local
        if strategy is None:
            return True
        rule = RateLimitItemPerSecond(amount, seconds, namespace=name)
        return strategy.test(rule, *key, cost=times)

    def answers(self) -> bool:
        """Can the store be reached?"""
        return self._shared is None or self._shared.storage.check()


class Offload:
    """Runs slow native work (hashing) beside the event loop. create_app binds how; unbound it just calls."""

    def __init__(self) -> None:
        self._run: Callable[..., Any] | None = None
        self._busy: type[Exception] = Exception
        self._refusal: type[Exception] = Exception

    def init_app(
        self, app: Flask, run: Callable[..., Any], *, busy: type[Exception], refusal: type[Exception]
    ) -> None:
        """From now on `run(function, *arguments)` does the work; when it raises `busy`, we raise `refusal`."""
        self._run, self._busy, self._refusal = run, busy, refusal
        app.extensions["offload"] = self

    def __call__(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result. No database session and no emit inside: it runs in another thread."""
        if self._run is None:
            return function(*args, **kwargs)
        try:
            result: R = self._run(function, *args, **kwargs)
            return result
        except self._busy as full:
            raise self._refusal from full


db = Database(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
socketio = SocketIO()
limiter = Limiter()
offload = Offload()
