"""What the Python peers share: the token's check, and the table of messages. Read from the environment."""

import hashlib
import hmac
import os
import sqlite3

PORT = int(os.environ.get("PORT", "0"))
DATABASE = os.environ.get("DATABASE", ":memory:")
SYNCHRONOUS = os.environ.get("SYNCHRONOUS", "FULL")
KEY = b"only for measuring"

SCHEMA = """
CREATE TABLE IF NOT EXISTS message(
    id INTEGER PRIMARY KEY, room TEXT NOT NULL, user INTEGER NOT NULL, text TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS message_by_room ON message(room, id);
"""
INSERT = "INSERT INTO message(room, user, text, at) VALUES(?, ?, ?, ?)"


def sign(user: int) -> str:
    """A token for this person."""
    return f"{user}.{hmac.digest(KEY, str(user).encode(), hashlib.sha256).hex()}"


def verify(token: str) -> int:
    """The person of a token. Raises ValueError."""
    user = int(token.partition(".")[0])
    if not hmac.compare_digest(token, sign(user)):
        raise ValueError("not signed by us")
    return user


def pragmas(connection: sqlite3.Connection) -> None:
    """As durable as was asked."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={SYNCHRONOUS}")


def connect() -> sqlite3.Connection:
    """A connection that commits each statement."""
    connection = sqlite3.connect(DATABASE, isolation_level=None, check_same_thread=False)
    pragmas(connection)
    connection.executescript(SCHEMA)
    return connection
