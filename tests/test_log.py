"""Seqs without a gap: after a rollback, and with writers in several processes."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app import log
from app.errors import NotFound
from app.extensions import db
from app.models import Entry, Kind, Message, Room
from tests.conftest import Garden
from tests.databases import on_both
from tests.people import Person
from tests.processes import run_processes


def stored_seqs(app: Flask, room_id: str) -> list[int]:
    with app.app_context():
        return list(
            db.session.scalars(sa.select(Entry.seq).where(Entry.room_id == room_id).order_by(Entry.seq))
        )


@on_both
def test_a_rollback_gives_its_number_back(app: Flask, garden: Garden, ada: Person) -> None:
    for keep in (True, False, False, True):
        with app.app_context():
            room = log.lock(garden.id)
            log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=ada.user())
            db.session.flush()
            db.session.commit() if keep else db.session.rollback()
    assert stored_seqs(app, garden.id) == [1, 2, 3, 4]
    with app.app_context():
        assert db.session.get_one(Room, garden.id).last_seq == 4


def test_after_gives_a_page_in_order(app: Flask, garden: Garden, ada: Person) -> None:
    with app.app_context():
        room = log.lock(garden.id)
        for _ in range(5):
            log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=ada.user())
        db.session.commit()
        assert [entry.seq for entry in log.after(garden.id, 3, 2)] == [4, 5]
        assert log.after(garden.id, 7, 10) == []


def test_a_room_that_never_was_and_one_that_is_no_more_cannot_be_locked(app, garden, ada) -> None:
    with app.app_context():
        with pytest.raises(NotFound):
            log.lock("nothing")
        log.lock(garden.id).deleted_at = log.now()
        db.session.commit()
        with pytest.raises(NotFound):
            log.lock(garden.id)
        assert log.lock_even_deleted(garden.id).id == garden.id


@on_both
def test_writers_in_several_processes_leave_no_gap_and_no_double(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    with app.app_context():
        url = app.config["SETTINGS"].database_url.get_secret_value()
    calls = [[url, garden.id, author, "25", "5"] for author in (ada.id, bob.id, ada.id)]
    said = [int(line) for line in run_processes("tests.posting", calls)]
    assert sorted(said) == list(range(3, 78))
    assert stored_seqs(app, garden.id) == list(range(1, 78))
    with app.app_context():
        assert db.session.get_one(Room, garden.id).last_seq == 77
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 75


def test_several_rooms_are_locked_in_one_order(
    app: Flask, garden: Garden, ada: Person, make_room: Callable
) -> None:
    second = make_room(ada)
    with app.app_context():
        for asked in ([garden.id, second], [second, garden.id]):
            assert [room.id for room in log.lock_all(asked)] == sorted([garden.id, second])
            db.session.commit()
