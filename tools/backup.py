"""Copy the SQLite database while the server runs: `python tools/backup.py TARGET`. The copy is whole and consistent.

SQLite's online backup takes the pages as of one moment, whatever is written meanwhile; `cp` does not.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config

PAGES = 200  # at a time: writers get their turn in between


def main() -> int:
    if len(sys.argv) != 2:
        print("Usage: python tools/backup.py TARGET", file=sys.stderr)
        return 2
    source, target = config.check().sqlite_path, Path(sys.argv[1])
    if source is None or not source.exists():
        print("DATABASE_URL is not a SQLite file. For PostgreSQL use pg_dump.", file=sys.stderr)
        return 1
    if target.exists():
        print(f"{target} exists; it is not overwritten.", file=sys.stderr)
        return 1
    os.umask(0o077)
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as original,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy, pages=PAGES)
        sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    print(f"{target}: {'sound' if sound else 'NOT SOUND'}, {target.stat().st_size} bytes")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
