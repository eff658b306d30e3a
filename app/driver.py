"""A hand at the database's driver: a connection of the pool, used without the mapper and without its price."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, NoReturn, Self

import sqlalchemy as sa

from app.extensions import db


class Hand:
    """A connection of the pool in a transaction of its own, given to its driver without SQLAlchemy's price.

    What the driver refuses is refused as SQLAlchemy would, with all that listens to that. As a context manager it is
    given back when the block ends; one that `writes` is committed when that ends well.
    """

    __slots__ = ("_driver", "_engine", "_lent", "_writes")

    def __init__(self, engine: sa.Engine, *, writes: bool = False) -> None:
        self._engine = engine
        self._writes = writes
        self._lent = engine.raw_connection()
        self._driver: Any = self._lent.driver_connection

    @property
    def dialect(self) -> sa.Dialect:
        """Of its database."""
        return self._engine.dialect

    def execute(self, text: str, parameters: Any = ()) -> list[Any]:
        """Run a text: all rows that come of it."""
        try:
            cursor = self._driver.execute(text, parameters)
            return cursor.fetchall() if cursor.description else []
        except self.dialect.loaded_dbapi.Error as refused:
            self._refuse(refused, text)

    def execute_many(self, text: str, parameters: Sequence[Any]) -> None:
        """Run it once for each of these parameters."""
        try:
            cursor = self._driver.cursor()
            cursor.executemany(text, parameters)
            cursor.close()
        except self.dialect.loaded_dbapi.Error as refused:
            self._refuse(refused, text)

    def commit(self) -> None:
        """Make it durable."""
        try:
            self._driver.commit()
        except self.dialect.loaded_dbapi.Error as refused:
            self._refuse(refused, "COMMIT")

    def close(self) -> None:
        """Give it back. What was not committed is undone."""
        self._lent.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._writes and kind is None:
                self.commit()
        finally:
            self.close()

    def _refuse(self, refused: Exception, text: str) -> NoReturn:
        whole = sa.Connection(self._engine, connection=self._lent)
        whole._handle_dbapi_exception(refused, text, None, None, None)


def reading() -> Hand:
    """A hand that reads.

    What the session read before is closed: SQLite has one connection, and who holds it would wait for itself.
    """
    if db.session.registry.has():
        db.session.commit()
    return Hand(db.engine)


def writing() -> Hand:
    """A hand that writes, begun as `db.begin_write` does."""
    if db.session.registry.has():
        db.session.commit()
    begun: list[Hand] = []
    db.patiently(lambda: begun.append(_begin_write()))
    return begun[0]


def _begin_write() -> Hand:
    hand = Hand(db.engine, writes=True)
    if hand.dialect.name == "sqlite":  # PostgreSQL's driver begins by itself
        try:
            hand.execute("BEGIN IMMEDIATE")
        except BaseException:
            hand.close()
            raise
    return hand
