"""What is done every second: each chore by itself, and connections that are in no namespace."""

from types import SimpleNamespace

import eventlet
import greenlet
import pytest

from app.engine import state, ticker


@pytest.fixture
def engine(app, monkeypatch):
    """The application's engine, whose seconds are short and whose only chores are those of the test."""
    monkeypatch.setattr(ticker, "EVERY_SECONDS", 0.005)
    engine = state.of(app)
    running: list[object] = []
    stock = eventlet.spawn
    monkeypatch.setattr(eventlet, "spawn", lambda *call: running.append(stock(*call)))
    yield engine
    for each in running:
        each.kill()


def test_a_chore_that_hangs_or_fails_keeps_no_other_from_its_time(app, engine) -> None:
    did = {"hangs": 0, "fails": 0, "works": 0}

    def hangs() -> None:
        did["hangs"] += 1
        eventlet.sleep(3600)

    def fails() -> None:
        did["fails"] += 1
        raise OSError("the disk is gone")

    def works() -> None:
        did["works"] += 1

    engine.every_second = (hangs, fails, works)
    ticker.run(app)
    with eventlet.Timeout(20):
        while min(did["fails"], did["works"]) < 5:
            eventlet.sleep(0.01)
    assert did["hangs"] == 1


def test_chores_are_not_done_in_the_green_thread_of_who_began_them(app, engine) -> None:
    who: list[object] = []
    engine.every_second = (
        lambda: who.append(greenlet.getcurrent()),
        lambda: who.append(greenlet.getcurrent()),
    )
    ticker.run(app)
    with eventlet.Timeout(20):
        while len(who) < 4:
            eventlet.sleep(0.01)
    assert len(set(who)) == 2 and greenlet.getcurrent() not in who


class Lonely:
    """A connection, and an engine that has no other; `inside` is whether it is in a namespace."""

    def __init__(self) -> None:
        self.inside = False
        self.cut: list[str] = []
        self.socket = SimpleNamespace(sid="e", lonely_since=0.0, cut_soon=self.cut.append)
        manager = SimpleNamespace(sid_from_eio_sid=lambda sid, name: "s" if self.inside else None)
        server = SimpleNamespace(
            eio=SimpleNamespace(sockets={"e": self.socket}),
            manager=manager,
            namespaces=["/chat"],
            reason=SimpleNamespace(TRANSPORT_CLOSE="transport close"),
        )
        self.engine = SimpleNamespace(socketio=SimpleNamespace(server=server))


def test_who_leaves_its_last_namespace_has_the_time_of_who_just_came(monkeypatch) -> None:
    lonely, now = Lonely(), 5.0
    monkeypatch.setattr(ticker, "time", SimpleNamespace(monotonic=lambda: now))

    def reap_at(second: float) -> bool:
        nonlocal now
        now = second
        ticker.reap(lonely.engine)
        return bool(lonely.cut)

    assert not reap_at(9)
    lonely.inside = True
    assert not reap_at(10) and not reap_at(500)
    lonely.inside = False
    assert not reap_at(501) and not reap_at(511)
    assert reap_at(511.5)
