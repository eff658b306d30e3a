"""SQLite's checkpoints, in a native thread of their own: inside a commit everybody would wait for the disk with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from eventlet import patcher

EVERY_SECONDS: Final = 1.0
END_SECONDS: Final = 5.0


@contextmanager
def made_beside(database: Path | None) -> Iterator[None]:
    """Bring what was written into the database's own file, again and again, while the block runs. None: nothing to do.

    Nobody waits for it, and it waits for nobody: what is being read or written just now is left for the next time.
    """
    if database is None:
        yield
        return
    # Not eventlet's: its threads are green, and this one is to wait for the disk beside them.
    threading: Any = patcher.original("threading")
    ends = threading.Event()
    thread = threading.Thread(target=_checkpoint_until, args=(ends, database), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join(END_SECONDS)


def _checkpoint_until(ends: Any, database: Path) -> None:
    """No logging in here, and nothing else that green threads share."""
    with suppress(sqlite3.Error):  # the file is gone: whoever serves it says so
        connection = sqlite3.connect(database, timeout=0, isolation_level=None)
        while not ends.wait(EVERY_SECONDS):
            with suppress(sqlite3.OperationalError):  # somebody holds it
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        connection.close()
