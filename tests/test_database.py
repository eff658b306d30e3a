"""What the database cannot do now is `unavailable`, soon, and heals; and readers go on meanwhile."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr

from app import access, database
from app.actions import messages, rooms
from app.errors import Unavailable
from app.extensions import db
from app.models import User
from tests.databases import on_both, on_postgresql, path_of
from tests.everything import do_everything, nonce


@contextmanager
def locked_by_another(app: Flask, seconds: float) -> Iterator[None]:
    """Another connection holds SQLite's write lock for so long."""
    other = sqlite3.connect(path_of(app), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(seconds, lambda: other.execute("ROLLBACK"))
    release.start()
    yield
    release.join()
    other.close()


def test_a_lock_of_one_second_is_waited_for(app, garden, ada) -> None:
    assert ada.socket.connected
    with locked_by_another(app, 1):
        began = time.monotonic()
        assert ada.say(garden.id)["ok"]
        assert 0.8 < time.monotonic() - began < 2


def test_a_lock_of_four_seconds_is_unavailable_in_time_is_logged_and_heals(app, garden, ada, caplog) -> None:
    sent = nonce()
    assert ada.socket.connected
    with locked_by_another(app, 4):
        began = time.monotonic()
        error = ada.say(garden.id, nonce=sent)["error"]
        assert time.monotonic() - began < 2.5
        assert (error["code"], error["status"]) == ("unavailable", 503)
        assert error["retry_after"] > 0
        assert "locked for too long" in caplog.text
    assert ada.say(garden.id, nonce=sent)["data"]["duplicate"] is False


def test_who_reads_is_not_kept_waiting_by_a_lock(app, garden, ada, bob) -> None:
    """The pool has one connection: a writer that waits gives it back between two tries."""
    assert ada.socket.connected
    assert bob.socket.connected
    with locked_by_another(app, 1.5):
        writer = threading.Thread(target=ada.say, args=(garden.id,))
        writer.start()
        time.sleep(0.2)
        began = time.monotonic()
        with app.app_context():
            assert access.history(bob.user(), garden.id) == []
        assert time.monotonic() - began < 0.5
        assert writer.is_alive()
        writer.join()


def test_a_database_that_may_only_be_read_still_is(app, garden, ada, bob) -> None:
    ada.say(garden.id, "before")
    assert bob.socket.connected
    with app.app_context():
        db.engine.dispose()
        sa.event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=ON"))
    began = time.monotonic()
    with app.app_context():
        assert [said.text for said in access.history(bob.user(), garden.id)] == ["before"]
    error = bob.say(garden.id, "after")["error"]
    assert error["code"] == "unavailable"
    assert time.monotonic() - began < 1  # nobody waits for what is no lock


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is executed meanwhile."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_reading_takes_no_write_lock(app, garden, ada) -> None:
    with statements(app) as seen, app.app_context():
        access.rooms(ada.user())
        access.history(ada.user(), garden.id)
    assert "BEGIN" in seen
    assert "BEGIN IMMEDIATE" not in seen


def test_everything_that_writes_took_the_lock_first(app, garden, ada, bob, mallory) -> None:
    """A transaction that reads first and writes later fails at once when anybody wrote in between."""
    began = ""
    wrong = []
    with statements(app) as seen:
        ada.say(garden.id)
        bob.ask("set_read", {"room_id": garden.id, "seq": 3})
        bob.http.get("/")
        do_everything(app, garden, ada, bob, mallory)
    for statement in seen:
        word = statement.split()[0]
        if word == "BEGIN":
            began = statement
        elif word in {"INSERT", "UPDATE", "DELETE"} and began != "BEGIN IMMEDIATE":
            wrong.append(statement)
    assert wrong == []
    assert "BEGIN IMMEDIATE" in seen


def test_sqlite_is_durable_and_keeps_its_references(app) -> None:
    with app.app_context():
        pragmas = {
            name: db.session.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 0}


def test_an_operator_may_choose_less_durability(make_app: Callable[..., Flask]) -> None:
    app = make_app(sqlite_synchronous="NORMAL")
    with app.app_context():
        assert db.session.scalar(sa.text("PRAGMA synchronous")) == 1


def test_one_request_never_waits_for_the_connection_that_it_holds(app, garden, ada) -> None:
    """The pool has one connection: an action that asked for a second one would hang."""
    with app.app_context():
        assert db.engine.pool.size() == 1
        began = time.monotonic()
        rooms.rename(ada.user(), garden.id, "Garden of one connection")
        messages.post(ada.user(), garden.id, nonce=nonce(), text="hello")
        assert time.monotonic() - began < 1


@on_both
def test_no_connection_stays_taken_after_a_request(app, garden, ada, bob, mallory) -> None:
    ada.say(garden.id)
    mallory.say(garden.id)
    bob.ask("sync", {"rooms": {}})
    bob.ask("nonsense", {})
    with app.app_context():
        assert db.engine.pool.checkedout() == 0


def test_a_wrong_statement_is_not_called_unavailable(app) -> None:
    with app.app_context(), pytest.raises(sa.exc.OperationalError):
        db.session.execute(sa.text("SELECT * FROM nowhere"))


def test_a_pool_without_a_free_connection_is_unavailable(app, monkeypatch) -> None:
    with app.app_context():
        monkeypatch.setattr(db.engine.pool, "_timeout", 0.05)
        with db.engine.connect(), pytest.raises(Unavailable):
            db.session.execute(sa.text("SELECT 1"))


@contextmanager
def row_locked(url: str, room_id: str) -> Iterator[None]:
    """Another connection holds a room's row, on PostgreSQL."""
    with psycopg.connect(url) as other:
        other.execute("SELECT 1 FROM rooms WHERE id = %s FOR UPDATE", (room_id,))
        yield
        other.rollback()


@on_postgresql
def test_on_postgresql_a_room_locked_for_too_long_is_unavailable_and_heals(
    app, garden, ada, postgresql
) -> None:
    sent = nonce()
    with row_locked(postgresql, garden.id):
        began = time.monotonic()
        assert ada.say(garden.id, nonce=sent)["error"]["code"] == "unavailable"
        assert 1.5 < time.monotonic() - began < 2.5
        with app.app_context():
            assert access.history(ada.user(), garden.id) == []
    assert ada.say(garden.id, nonce=sent)["data"]["duplicate"] is False


@on_postgresql
def test_on_postgresql_a_statement_that_takes_too_long_is_unavailable(app) -> None:
    with app.app_context(), pytest.raises(Unavailable):
        db.session.execute(sa.text("SELECT pg_sleep(5)"))


@on_postgresql
def test_on_postgresql_connections_that_the_server_closed_are_made_anew(app, garden, ada, postgresql) -> None:
    assert ada.say(garden.id)["ok"]
    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    time.sleep(0.2)  # they were told to end, and do so by and by
    assert ada.say(garden.id)["ok"]


def test_a_postgresql_that_is_not_there_is_unavailable(make_app) -> None:
    app = make_app(database_url=SecretStr("postgresql://root@127.0.0.1:1/test"))
    with app.app_context(), pytest.raises(Unavailable):
        db.session.execute(sa.select(User))


def test_who_waits_for_a_database_waits_two_seconds() -> None:
    options = database.engine_options("postgresql+psycopg://x")
    assert options["pool_timeout"] == 2
    assert "lock_timeout=2000" in options["connect_args"]["options"]
    assert "statement_timeout=2000" in options["connect_args"]["options"]
