"""Statements for many rows at once, made ready once and run over and over: what posting pays for with every message.

Building and caching a statement, and turning each row into parameters by name, costs SQLAlchemy several times what
the database does then. Only for the hot path; everything else is better off with the mapper.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from app.driver import Hand

Row = dict[str, Any]


class _List(sa.types.TypeDecorator[list[str]]):
    """Texts as one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """The type of the parameter."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.ARRAY(sa.Text()))

    def process_bind_param(self, value: list[str] | None, dialect: sa.Dialect) -> Any:
        """What the driver is given."""
        return orjson.dumps(value).decode() if dialect.name == "sqlite" else value


class among(sa.ColumnElement[Any]):  # noqa: N801  (reads as SQL does)
    """Whether a column is one of the texts given as parameter `name`. One statement for however many there are."""

    inherit_cache = False
    type = (
        sa.types.NULLTYPE
    )  # of a boolean, SQLAlchemy asks SQLite whether it is 1, and no index answers that

    def __init__(self, column: Any, name: str) -> None:
        self.column = sa.inspect(column).__clause_element__() if hasattr(column, "property") else column
        self.wanted = sa.bindparam(name, type_=_List())


@compiles(among, "sqlite")
def _in_json(element: among, compiler: Any, **options: Any) -> str:
    column, wanted = (compiler.process(each, **options) for each in (element.column, element.wanted))
    return f"{column} IN (SELECT value FROM json_each({wanted}))"  # noqa: S608  (a column and a parameter's place)


@compiles(among)
def _in_array(element: among, compiler: Any, **options: Any) -> str:
    column, wanted = (compiler.process(each, **options) for each in (element.column, element.wanted))
    return f"{column} = ANY ({wanted})"


class _Ready:
    """A statement as text, and how its parameters are given to the driver."""

    def __init__(self, statement: sa.Executable, dialect: sa.Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self.names: Sequence[str] = compiled.positiontup or tuple(compiled.binds)
        self.is_positional = compiled.positional
        binds = compiled.binds
        kinds = {name: binds[name].type for name in self.names}
        processors = {name: _processor(kind, dialect) for name, kind in kinds.items()}
        self.processors = {name: found for name, found in processors.items() if found is not None}
        self.fixed = self._processed(
            {name: binds[name].value for name in self.names if not binds[name].required}
        )
        columns = statement.selected_columns if isinstance(statement, sa.Select) else ()
        kinds_read = [_reader(column.type, dialect) for column in columns]
        self.results = [(place, read) for place, read in enumerate(kinds_read) if read is not None]
        self._pickers: dict[tuple[str, ...], Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {}

    def parameters(self, values: Row) -> Any:
        """What the driver is given for these values."""
        whole = self.fixed | self._processed(values)
        return [whole[name] for name in self.names] if self.is_positional else whole

    def many(self, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]], shared: Row) -> list[Any]:
        """The same for each of these rows, which have the values of `names`, and all those of `shared` too."""
        common = self.fixed | self._processed(shared)
        pick, rest = self._picker((*names, *common)), tuple(common.values())
        whole = [pick(row + rest) for row in rows]
        return whole if self.is_positional else [dict(zip(self.names, row, strict=True)) for row in whole]

    def _picker(self, names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        """Puts values of these names into the statement's order."""
        pick = self._pickers.get(names)
        if pick is None:
            pick = self._pickers[names] = itemgetter(*map(names.index, self.names))
        return pick

    def _processed(self, values: Row) -> Row:
        """These values as the driver takes them."""
        if self.processors.keys().isdisjoint(values):
            return values
        processors = self.processors
        return {
            name: processors[name](value) if name in processors else value for name, value in values.items()
        }


def _processor(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if found is not None and kind.python_type is datetime:
        return lru_cache(16)(found)  # what is done in one turn is of one moment
    return found


def _reader(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found


class Statement:
    """A statement that is compiled once for each kind of database. `names` are those of a row's values, in order,
    where it is run for each of many.
    """

    def __init__(self, statement: sa.Executable, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._ready: dict[str, _Ready] = {}

    def _for(self, hand: Hand) -> _Ready:
        ready = self._ready.get(hand.dialect.name)
        if ready is None:
            ready = self._ready[hand.dialect.name] = _Ready(self._statement, hand.dialect)
        return ready

    def run(self, hand: Hand, **values: Any) -> list[Any]:
        """Run it. What comes back is as the driver gives it: no times, but texts and numbers."""
        ready = self._for(hand)
        return hand.execute(ready.text, ready.parameters(values))

    def rows(self, hand: Hand, **values: Any) -> list[list[Any]]:
        """Run it, and what it selects, in the types of its columns."""
        rows = [list(row) for row in self.run(hand, **values)]
        for place, process in self._for(hand).results:
            for row in rows:
                row[place] = process(row[place])
        return rows

    def run_for_each(self, hand: Hand, rows: Iterable[tuple[Any, ...]], **shared: Any) -> None:
        """Run it for each of these, as the driver takes them, with the values of `shared` for all of them."""
        ready = self._for(hand)
        hand.execute_many(ready.text, ready.many(self._names, rows, shared))


def insert(model: Any, *names: str, shared: Collection[str] = ()) -> Statement:
    """Insert rows that have values of these names, and of those in `shared` one for all; what else the table has gets
    its default.

    Raises TypeError for a column whose default has to be worked out for each row: give it a value then.
    """
    table = model.__table__
    values: dict[str, Any] = {name: sa.bindparam(name) for name in (*names, *shared)}
    for column in table.columns:
        if column.name in values or column.server_default is not None:
            continue
        if column.default is not None and not column.default.is_scalar:
            raise TypeError(f"{table.name}.{column.name} needs a value")
        values[column.name] = sa.bindparam(
            column.name, column.default.arg if column.default is not None else None, type_=column.type
        )
    statement = sa.insert(table).values({table.c[name]: value for name, value in values.items()})
    return Statement(statement, *names)
