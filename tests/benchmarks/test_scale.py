"""Two processes: the database that they share, and what is written of them."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.models.columns import new_id
from benchmarks import scale, seed
from benchmarks.figures import Measured
from benchmarks.points import POINTS

CONDITIONS = {
    "command": "make bench-scale",
    "started": "today",
    "processor": "slow",
    "revision": "abc",
    "busy before": "no",
}


def test_everybody_and_every_room_is_in_postgresql_as_in_sqlite(
    postgresql: str, migrated_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.db"
    people.write_bytes(migrated_database.read_bytes())
    with seed.engine(people).begin() as connection:
        ids, _ = seed._people(connection, 3)
        room = seed._room(connection, f"Garden {new_id()[:4]}", ids)
    monkeypatch.setattr(seed, "PEOPLE", people)
    scale.copy_people(postgresql)
    with psycopg.connect(postgresql) as connection:
        said = connection.execute(
            "SELECT count(*), count(DISTINCT user_id) FROM memberships JOIN users ON users.id = user_id "
            "JOIN rooms ON rooms.id = room_id WHERE room_id = %s",
            (room,),
        )
        assert said.fetchone() == (3, 3)
        assert connection.execute("SELECT count(*) FROM credentials").fetchone() == (3,)


def test_seeding_fills_what_the_models_ask_for(migrated_database: Path, tmp_path: Path) -> None:
    """A column without a default that the models gain must be filled here too."""
    path = tmp_path / "rooms.db"
    path.write_bytes(migrated_database.read_bytes())
    seed_lengths = {"10k": 30}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seed, "HISTORIES", seed_lengths)
        with seed.engine(path).begin() as connection:
            found = seed._seed_histories(connection)
    room = found["10k"]
    seed.long_rooms.grow(path, room.room_id, room.authors, room.last_seq)
    with seed.engine(path).connect() as connection:
        for table in ("messages", "entries"):
            counted = sa.text(f"SELECT count(*), max(seq) FROM {table} WHERE room_id = :room")
            assert connection.execute(counted, {"room": room.room_id}).one() == (30, 30)


def test_the_page_tells_what_two_cost() -> None:
    measured = Measured()
    for name, value in (("one", 100.0), ("two", 150.0)):
        measured.add("latency_p50", name, 0, value, POINTS["latency_p50"].unit)
    page = scale.markdown(measured, ["one", "two"], ["no time left: two"], CONDITIONS)
    assert "| p50 ms, 20 messages/s into 200, FULL | 100 | 150 | 1.50× (less is better) |" in page
    assert "- no time left: two" in page
