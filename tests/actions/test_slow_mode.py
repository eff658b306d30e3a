"""Slow mode is exact: of many who speak at once for one member, one is heard."""

import threading
from datetime import datetime

from app import presence
from app.actions import messages, rooms
from app.errors import RateLimited
from tests.databases import on_both
from tests.everything import nonce
from tests.together import run_together


@on_both
def test_of_ten_messages_at_once_one_is_said(app, garden, ada, bob) -> None:
    with app.app_context():
        rooms.change(ada.user(), garden.id, slow_seconds=600)
    barrier, said, refused = threading.Barrier(10), [], []

    def speak() -> None:
        with app.app_context():
            barrier.wait()
            try:
                said.append(messages.post(bob.user(), garden.id, nonce=nonce(), text="me")[0].seq)
            except RateLimited as slow:
                refused.append(slow.retry_after)

    run_together([speak] * 10)
    assert (len(said), len(refused)) == (1, 9)
    assert all(590 < each <= 600.1 for each in refused)


def test_what_came_in_one_turn_is_judged_one_by_one(app, garden, ada, bob) -> None:
    """The fast way leaves a room in slow mode, or with somebody muted, to the one that knows every refusal."""
    from app.actions import batches, members
    from app.actions.batches import Draft

    assert bob.socket.connected
    with app.app_context():
        let_in_by = presence.socket(bob.socket.sid).credential_id
        draft = Draft(bob.socket.sid, bob.id, let_in_by, garden.id, nonce(), "hello")
        rooms.change(ada.user(), garden.id, slow_seconds=5)
        assert batches.post([draft]) == [None]
        rooms.change(ada.user(), garden.id, slow_seconds=0)
        members.mute(ada.user(), garden.id, bob.id, seconds=60)
        assert batches.post([draft]) == [None]
        members.unmute(ada.user(), garden.id, bob.id)
        assert batches.post([draft])[0] is not None


def test_who_has_to_wait_is_told_until_when_and_nobody_else_waits(app, garden, ada, bob) -> None:
    with app.app_context():
        rooms.change(ada.user(), garden.id, slow_seconds=60)

    def slow_until(person) -> str | None:
        return person.ask("sync", {"rooms": {}})["data"]["rooms"][0]["room"]["slow_until"]

    assert slow_until(bob) is None
    said = [
        person.ask("post_message", {"room_id": garden.id, "nonce": nonce(), "text": "hello"})
        for person in (ada, bob)
    ]
    first = datetime.fromisoformat(said[1]["data"]["message"]["created_at"])
    waits = (datetime.fromisoformat(slow_until(bob)) - first).total_seconds()
    assert 59 < waits < 61
    assert slow_until(ada) is None  # who looks after the room talks as she likes

    with app.app_context():
        rooms.change(ada.user(), garden.id, slow_seconds=0)
    assert slow_until(bob) is None
