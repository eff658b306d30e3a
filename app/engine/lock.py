"""One server at a time on a SQLite file: two would tell each other's rooms nothing."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.engine.errors import CannotServe


@contextmanager
def only_server(database: Path | None) -> Iterator[None]:
    """Hold the lock beside this database while the block runs. The system lets go of it however the process ends.

    Raises CannotServe when another process holds it. Does nothing for None.
    """
    if database is None:
        yield
        return
    path = database.with_name(f"{database.name}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, database)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
        raise CannotServe(
            f"Another server (process {holder}) already serves {database}. Stop it first, or give this one "
            "a database of its own with DATABASE_URL; several processes share one on PostgreSQL."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
