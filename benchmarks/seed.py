"""Make the databases that Parlor is measured on: people, tokens, rooms, memberships, and two long rooms.

Rows are inserted in bulk; what is in them is what the application's own actions would have written. Made again when
the schema, the models or what makes them changed.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from app import limits
from app.actions import messages
from app.models import Credential, Entry, Kind, Membership, Message, Role, Room, User
from app.models.columns import hash_secret, new_id, new_secret, now
from benchmarks import layouts, long_rooms

ROOT = layouts.FOLDER.parent
PEOPLE = layouts.BUILT / "people.db"
HISTORY = layouts.BUILT / "history.db"
HISTORY_ROSTER = layouts.BUILT / "history.json"
STAMP = layouts.BUILT / "seeded"
HISTORIES = {"10k": 10_000, "1m": 1_000_000}
AUTHORS = 20
BATCH = 20_000


class LongRoom(NamedTuple):
    """A room that has gone on for long, and somebody in it."""

    room_id: str
    token: str
    last_seq: int
    authors: list[str]


def seed() -> None:
    """Make both databases, unless they are there and up to date."""
    if STAMP.exists() and STAMP.read_text() == _version():
        return
    layouts.BUILT.mkdir(exist_ok=True)
    for path in (PEOPLE, HISTORY):
        for file in path.parent.glob(path.name + "*"):
            file.unlink()
        migrate(f"sqlite:///{path}")
    with engine(PEOPLE).begin() as connection:
        _seed_layouts(connection)
    with engine(HISTORY).begin() as connection:
        found = _seed_histories(connection)
    for name, room in found.items():
        long_rooms.grow(HISTORY, room.room_id, room.authors, room.last_seq)
        layouts.write_roster("parlor", layouts.Layout(f"history_{name}", 1, 1), [room.token], [room.room_id])
    HISTORY_ROSTER.write_text(json.dumps({name: room._asdict() for name, room in found.items()}))
    STAMP.write_text(_version())


def _version() -> str:
    sources = [*(ROOT / "migrations").rglob("*.py"), *(ROOT / "app/models").glob("*.py"), Path(__file__)]
    sources += [layouts.FOLDER / "layouts.py", layouts.FOLDER / "long_rooms.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()


def migrate(address: str) -> None:
    """Make the tables of an empty database."""
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": address,
        "SECRET_KEY_FILE": str(layouts.BUILT / "secret_key"),
    }
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def engine(path: Path) -> sa.Engine:
    """Whose connections end when they are given back: the file may be moved and copied."""
    return sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)


def _insert(connection: sa.Connection, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, BATCH)):
        connection.execute(sa.insert(model), batch)


def _people(connection: sa.Connection, count: int) -> tuple[list[str], list[str]]:
    """Accounts with one token each: their ids, and the tokens' secrets."""
    ids = [new_id() for _ in range(count)]
    tokens = ["pt_" + new_secret(256) for _ in range(count)]
    names = [f"m{user_id[-24:].replace('-', '')}" for user_id in ids]
    people = (
        {"id": user_id, "username": name, "skeleton": name, "display_name": name, "password_hash": ""}
        for user_id, name in zip(ids, names, strict=True)
    )
    expires_at = now() + timedelta(seconds=limits.TOKEN_SECONDS)
    credentials = (
        {
            "kind": "token",
            "user_id": user_id,
            "secret_hash": hash_secret(token),
            "name": "measuring",
            "expires_at": expires_at,
        }
        for user_id, token in zip(ids, tokens, strict=True)
    )
    _insert(connection, User, people)
    _insert(connection, Credential, credentials)
    return ids, tokens


def _room(connection: sa.Connection, title: str, people: list[str], last_seq: int = 0) -> str:
    room_id = new_id()
    room = {"id": room_id, "title": title, "last_seq": last_seq, "member_count": len(people)}
    _insert(connection, Room, [room])
    members = (
        {"room_id": room_id, "user_id": user_id, "role": Role.MEMBER if place else Role.OWNER}
        for place, user_id in enumerate(people)
    )
    _insert(connection, Membership, members)
    return room_id


def _seed_layouts(connection: sa.Connection) -> None:
    for layout in layouts.LAYOUTS:
        ids, tokens = _people(connection, layout.members)
        rooms = [
            _room(connection, layout.name, ids[number :: layout.rooms]) for number in range(layout.rooms)
        ]
        layouts.write_roster("parlor", layout, tokens, rooms)


def _seed_histories(connection: sa.Connection) -> dict[str, LongRoom]:
    found = {}
    for name, length in HISTORIES.items():
        ids, tokens = _people(connection, AUTHORS)
        room_id = _room(connection, name, ids, last_seq=length)
        said, text, instant = new_id(), "The first message of a long conversation.", now()
        digest = messages.digest_of(room_id, text)
        message = {"id": said, "author_id": ids[0], "nonce": said, "digest": digest, "text": text}
        entry = {"kind": Kind.MESSAGE_POSTED, "subject_id": said, "actor_id": ids[0], "at": instant}
        _insert(connection, Message, [{**message, "room_id": room_id, "seq": 1, "created_at": instant}])
        _insert(connection, Entry, [{**entry, "room_id": room_id, "seq": 1}])
        found[name] = LongRoom(room_id, tokens[0], length, ids)
    return found


if __name__ == "__main__":
    seed()
