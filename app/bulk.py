"""Statements for many rows at once, made ready once and run over and over: what posting pays for with every message.

Building and caching a statement, and turning each row into parameters by name, costs SQLAlchemy several times what
the database does then. Only for the hot path; everything else is better off with the mapper.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

Row = dict[str, Any]
Value = Callable[[Row], object]


class _List(sa.types.TypeDecorator[list[str]]):
    """Texts as one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """The type of the parameter."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.ARRAY(sa.Text()))

    def process_bind_param(self, value: list[str] | None, dialect: sa.Dialect) -> Any:
        """What the driver is given."""
        return json.dumps(value) if dialect.name == "sqlite" else value


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
        self.fixed = {name: binds[name].value for name in self.names if not binds[name].required}
        kinds = {name: binds[name].type for name in self.names}
        processors = {name: _processor(kind, dialect) for name, kind in kinds.items()}
        self.processors = {name: found for name, found in processors.items() if found is not None}
        columns = statement.selected_columns if isinstance(statement, sa.Select) else ()
        kinds_read = [_reader(column.type, dialect) for column in columns]
        self.results = [(place, read) for place, read in enumerate(kinds_read) if read is not None]

    def parameters(self, row: Row) -> Any:
        """What the driver is given for these values."""
        given = {**self.fixed, **row}
        for name, process in self.processors.items():
            given[name] = process(given[name])
        return tuple(given[name] for name in self.names) if self.is_positional else given


def _processor(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found


def _reader(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found


class Statement:
    """A statement that is compiled once for each kind of database."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def _for(self, connection: sa.Connection) -> _Ready:
        ready = self._ready.get(connection.dialect.name)
        if ready is None:
            ready = self._ready[connection.dialect.name] = _Ready(self._statement, connection.dialect)
        return ready

    def run(self, connection: sa.Connection, **values: Any) -> Any:
        """Run it. What comes back is as the driver gives it: no times, but texts and numbers."""
        ready = self._for(connection)
        return connection.exec_driver_sql(ready.text, ready.parameters(values))

    def rows(self, connection: sa.Connection, **values: Any) -> list[list[Any]]:
        """Run it, and what it selects, in the types of its columns."""
        found = self.run(connection, **values)
        processors = self._for(connection).results
        rows = [list(row) for row in found]
        for place, process in processors:
            for row in rows:
                row[place] = process(row[place])
        return rows

    def run_for_each(self, connection: sa.Connection, rows: Iterable[Row]) -> None:
        """Run it for each of these."""
        ready = self._for(connection)
        connection.exec_driver_sql(ready.text, [ready.parameters(row) for row in rows])


def insert(model: Any, *names: str) -> Statement:
    """Insert rows that have values of these names; what else the table has gets its default.

    Raises TypeError for a column whose default has to be worked out for each row: give it a value then.
    """
    table = model.__table__
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    for column in table.columns:
        if column.name in values or column.server_default is not None:
            continue
        if column.default is not None and not column.default.is_scalar:
            raise TypeError(f"{table.name}.{column.name} needs a value")
        values[column.name] = sa.bindparam(
            column.name, column.default.arg if column.default is not None else None, type_=column.type
        )
    return Statement(sa.insert(table).values({table.c[name]: value for name, value in values.items()}))
