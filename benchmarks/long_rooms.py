"""Rooms with a long past, made by SQLite itself: a million messages in seconds.

One message and its entry are inserted through the models; all others are their copies, but for what must differ. So
a column that the models gain is filled here too.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.models.columns import new_id

TEXT = "'Message ' || n.seq || ' of a long conversation about boats, lunch, and the notes for tomorrow.'"
NUMBERS = "WITH RECURSIVE n(seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM n WHERE seq < :length)"


def grow(database: Path, room_id: str, authors: list[str], length: int) -> None:
    """Fill a room, whose first message and entry are there, up to this many of both.

    The file is not safe from a power cut meanwhile: it can be made again.
    """
    line = sqlite3.connect(database)
    line.execute("PRAGMA journal_mode=OFF")
    line.execute("PRAGMA synchronous=OFF")
    line.execute("CREATE TEMP TABLE authors (place INTEGER PRIMARY KEY, id TEXT)")
    line.executemany("INSERT INTO authors VALUES (?, ?)", enumerate(authors))
    values = {"length": length, "authors": len(authors), "prefix": new_id()[:24]}
    identity = ":prefix || printf('%012x', n.seq)"
    said = {"id": identity, "seq": "n.seq", "author_id": "authors.id", "nonce": identity, "text": TEXT}
    logged = {"seq": "n.seq", "subject_id": identity, "actor_id": "authors.id"}
    for table, differing in (("messages", said), ("entries", logged)):
        _copy_first(line, table, room_id, differing, values)
    line.commit()
    line.execute("PRAGMA journal_mode=WAL")
    line.close()


def _copy_first(
    line: sqlite3.Connection, table: str, room_id: str, differing: dict[str, str], values: dict[str, object]
) -> None:
    rows = line.execute(f"SELECT * FROM {table} WHERE room_id = ? AND seq = 1", (room_id,))
    columns = [each[0] for each in rows.description]
    first = dict(zip(columns, rows.fetchone(), strict=True))
    chosen = ", ".join(differing.get(column, f":{column}") for column in columns)
    line.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) {NUMBERS} "
        f"SELECT {chosen} FROM n JOIN authors ON authors.place = n.seq % :authors",
        {**first, **values},
    )
