"""The server, made to fail in chosen ways: `python tests/faults/server.py WAY+WAY`. Nothing of this is in the program.

Ways to die, by the process's own hand and so exactly there, at the message of that number:

    die_before_commit:40   written, not committed
    die_after_commit:40    committed, neither told nor acknowledged
    die_after_commit:40:writer  the same, where only those count whose author's name begins so

Ways to be ill, or only quicker to notice it:

    blind_after:2   may not see for two seconds only who was removed, before it tells nobody anything
    ping_every:1:1  pings every second, and waits one for the answer
    clock:FILE      its clock is so many seconds ahead as stand in a file, or behind
    full_log:FILE   what it prints goes to a full disk, from when there is such a file on
    hog:0.4:FILE    holds its hub up for so long at a time, while there is such a file

Ways to be wrong, which the checker must notice (RELIABILITY 3.9: a checker that never failed proves nothing):

    early_ack      acknowledges, and commits a moment later: what was acknowledged is gone when it is killed between
    early_emit     tells, and commits a moment later
    no_nonce       takes every message for a new one
    no_dispatcher  tells each entry where it is committed, not in its turn
    untold_change  stores what is changed about a message, and tells nobody
    late_cut       takes removed people's sockets out by and by, not in the log's order
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import wsgi  # noqa: I001 -- patches before anything else is imported

import eventlet
import sqlalchemy as sa

from app import dispatch, driver, events, sight
from app.actions import batches, changes, messages
from app.errors import ChatError
from app.extensions import db, socketio
from app.models import Entry, Kind, Message, Room, User, columns
from app.models.columns import new_id, now

COMMIT_DELAY = 0.3
ACK_DELAY = 0.6  # so that whenever it is killed something is acknowledged and not committed


def die_before_commit(number: str) -> None:
    count = _die_at(int(number))

    written: list[str] = []

    def executed(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.lower().startswith("insert into messages"):
            written.append(statement)

    def committing(connection: Any) -> None:
        if written:
            written.clear()
            count()

    sa.event.listen(sa.Engine, "after_cursor_execute", executed)
    sa.event.listen(sa.Engine, "commit", committing)
    # What is said together does without SQLAlchemy, and so without its events.
    executing, commit = driver.Hand.execute_many, driver.Hand.commit

    def execute_many(hand: driver.Hand, statement: str, parameters: Any) -> None:
        executing(hand, statement, parameters)
        executed(None, None, statement)

    def commit_hand(hand: driver.Hand) -> None:
        committing(None)
        commit(hand)

    driver.Hand.execute_many, driver.Hand.commit = execute_many, commit_hand


def die_after_commit(number: str, author: str = "") -> None:
    count, tell = _die_at(int(number)), dispatch.tell

    def told(entry: Any, *fact: Any) -> None:
        if entry.kind == Kind.MESSAGE_POSTED and _author(entry).startswith(author):
            count()
        tell(entry, *fact)

    dispatch.tell = told


def _author(entry: Any) -> str:
    return db.session.get_one(User, entry.actor_id).username


def _die_at(number: int) -> Callable[[], None]:
    left = [number]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def blind_after(seconds: str) -> None:
    sight.BLIND_SECONDS = float(seconds)


def ping_every(seconds: str, answer_seconds: str) -> None:
    socketio.server.eio.ping_interval = int(seconds)
    socketio.server.eio.ping_timeout = int(answer_seconds)


def clock(file: str) -> None:
    columns.ahead = lambda: timedelta(seconds=float(Path(file).read_text() or 0))
    system = time.time
    time.time = lambda: system() + columns.ahead().total_seconds()

    def now() -> datetime:
        instant = datetime.now(UTC) + ahead()  # noqa: F821
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)

    columns.now.__code__ = now.__code__  # whoever imported it has this one


def full_log(once_there_is: str) -> None:
    sign = Path(once_there_is)

    def run() -> None:
        while not sign.exists():
            eventlet.sleep(0.05)
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, sys.stdout.fileno())
        os.dup2(full, sys.stderr.fileno())
        sign.unlink()

    eventlet.spawn(run)


def hog(seconds: str, while_there_is: str) -> None:
    hold, sign = eventlet.patcher.original("time").sleep, Path(while_there_is)

    def run() -> None:
        while True:
            eventlet.sleep(0.001 if sign.exists() else 0.05)
            if sign.exists():
                hold(float(seconds))

    eventlet.spawn(run)


def early_ack() -> None:
    stock, heads, due = messages.post, {}, eventlet.Queue()

    def post(
        author: User, room_id: str, *, nonce: str, text: str, reply_to: str | None = None
    ) -> tuple[Message, bool]:
        before = db.session.scalar(Message.by_nonce(author, nonce))
        if before is not None:
            return before, True
        if room_id not in heads:
            heads[room_id] = db.session.get_one(Room, room_id).last_seq
        heads[room_id] += 1
        due.put((author.id, room_id, nonce, text, reply_to))
        promised = Message(
            id=new_id(), room_id=room_id, author=author, nonce=nonce, text=text, seq=heads[room_id]
        )
        promised.version, promised.created_at = 1, now()
        db.session.expunge_all()
        return promised, False

    def store() -> None:
        while True:
            author_id, room_id, nonce, text, reply_to = due.get()
            eventlet.sleep(ACK_DELAY / (1 + due.qsize()))
            with wsgi.app.app_context():
                author = db.session.get_one(User, author_id)
                try:
                    stock(author, room_id, nonce=nonce, text=text, reply_to=reply_to)
                except ChatError:
                    pass  # who was removed meanwhile, say; the others' are stored
            if not due.qsize():
                heads.clear()  # the log has moved by what others did

    eventlet.spawn(store)
    _one_by_one()
    messages.post = post


def early_emit() -> None:
    written: list[Entry] = []

    def flushed(session: Any, *_: Any) -> None:
        written.extend(each for each in session.new if isinstance(each, Entry))

    def committing(session: Any) -> None:
        session.flush()
        posted = [each for each in written if each.kind == Kind.MESSAGE_POSTED]
        written.clear()
        for entry in posted:
            events.tell_logged(events.logged(entry))
            eventlet.sleep(COMMIT_DELAY)

    sa.event.listen(db.session, "after_flush", flushed)
    sa.event.listen(db.session, "before_commit", committing)
    _one_by_one()


def _one_by_one() -> None:
    """Leave every message to `messages.post`, where these ways are wrong: a group commit would pass them by."""
    batches.post = lambda drafts: [None] * len(drafts)


def no_nonce() -> None:
    class Forgetful:
        def __call__(self, **fields: Any) -> Message:
            return Message(**{**fields, "nonce": str(uuid.uuid4())})

        def __getattr__(self, name: str) -> Any:
            return getattr(Message, name)

    _one_by_one()
    messages.Message = Forgetful()
    messages._said_before = lambda author, nonce: None


def no_dispatcher() -> None:
    def tell(entry: Any, *_: Any) -> None:
        fact = events.logged(entry)
        eventlet.sleep(random.random() / 100)  # what any read of the database may take
        events.tell_logged(fact)

    dispatch.tell = tell
    dispatch.sweep = lambda: None


def untold_change() -> None:
    def end(change: changes.Change, kind: Kind) -> Message:
        change.message.version += 1
        db.session.commit()
        return change.message

    changes.end = end


def late_cut() -> None:
    drop = dispatch._drop
    dispatch._drop = lambda room_id, sid: eventlet.spawn_after(0.5, drop, room_id, sid)


WAYS = {
    each.__name__: each
    for each in (
        die_before_commit,
        die_after_commit,
        blind_after,
        ping_every,
        clock,
        full_log,
        hog,
        early_ack,
        early_emit,
        no_nonce,
        no_dispatcher,
        untold_change,
        late_cut,
    )
}

if __name__ == "__main__":
    for given in sys.argv[1].split("+"):
        way, *arguments = given.split(":")
        WAYS[way](*arguments)
    sys.exit(wsgi.main())
