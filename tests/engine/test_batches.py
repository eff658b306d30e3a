"""Requests of one turn: a batch that fails, one bad request among good ones, and who is left is handled alone."""

import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import eventlet
import pytest

from app.engine import batches as engine_batches
from app.engine import packets
from app.engine.batches import Ask, Batches, Requests


class Line:
    """An inlet and its socket at once: what a batch does to them."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.closed = False
        self.done = 0
        self.left: list[bytes] = []
        self.heard: list[str] = []

    def answered(self) -> None:
        self.done += 1

    def alone(self, messages: list[bytes]) -> None:
        self.left += messages

    def send_frame(self, frame: bytes) -> None:
        assert frame[1] < 126, "a short frame: two bytes, and the message of Engine.IO"
        self.heard.append(frame[3:].decode())


def message(number: int, data: str = "{}") -> bytes:
    return f'42/chat,{number}["say",{data}]'.encode()


class TestRequests:
    def setup_method(self) -> None:
        self.asked: list[list[Ask]] = []
        self.lines = {sid: Line(sid) for sid in ("ada", "bob", "cid")}

    def batches(self, app: object, answers: Callable[[list[Ask]], Sequence[object]]) -> Batches:
        def noting(asks: list[Ask]) -> Sequence[object]:
            self.asked.append(asks)
            return answers(asks)

        manager = SimpleNamespace(
            sid_from_eio_sid=lambda sid, _: sid, is_connected=lambda sid, _: sid in self.lines
        )
        server = SimpleNamespace(manager=manager, packet_class=packets.Packet)
        from app.engine.state import Engine

        engine = Engine(None, "session", socketio=SimpleNamespace(server=server))  # type: ignore[arg-type]
        return Batches(app, engine, "/chat", {"say": noting}, None)  # type: ignore[arg-type, dict-item]

    def put(self, batches: Batches, *said: tuple[str, bytes]) -> None:
        for sid, packet in said:
            line = self.lines[sid]
            batch = batches.of(line, packet)  # type: ignore[arg-type]
            assert batch is not None
            batch.put(line, line, packet)  # type: ignore[arg-type]
        for _ in range(5):
            eventlet.sleep(0)
        while batch._works:  # type: ignore[union-attr]
            eventlet.sleep(0)

    def test_a_smaller_batch_waits_for_those_who_are_on_their_way_and_a_lone_one_for_nobody(
        self, app, monkeypatch
    ) -> None:
        def slow(asks: list[Ask]) -> Sequence[object]:
            time.sleep(0.02)
            return [{"ok": True}] * len(asks)

        batches = self.batches(app, slow)
        self.put(batches, ("ada", message(1)), ("bob", message(2)), ("cid", message(3)))
        monkeypatch.setattr(engine_batches, "WAITS_SECONDS", 5.0)
        monkeypatch.setattr(engine_batches, "WAITS", 1000)
        eventlet.spawn_n(self.put, batches, ("bob", message(5)), ("cid", message(6)))
        self.put(batches, ("ada", message(4)))
        assert [len(asks) for asks in self.asked] == [3, 3]

        turns: list[float] = []
        monkeypatch.setattr(engine_batches, "eventlet", SimpleNamespace(sleep=turns.append))
        batch = Requests(batches, slow)  # type: ignore[arg-type]
        batch._waiting = [None]  # type: ignore[list-item]
        for size, waits in ((0, False), (1, False), (2, True)):
            turns.clear()
            batch._last = (size, 10.0)
            batch._gather()
            assert bool(turns) is waits

    def test_one_turn_is_one_call_and_each_gets_its_own_answer(self, app) -> None:
        batches = self.batches(app, lambda asks: [{"ok": True, "data": ask.sid} for ask in asks])
        self.put(batches, ("ada", message(1)), ("bob", message(2)), ("ada", message(3)))
        assert [[ask.sid for ask in asks] for asks in self.asked] == [["ada", "bob", "ada"]]
        assert self.lines["ada"].heard == [
            '3/chat,1[{"ok":true,"data":"ada"}]',
            '3/chat,3[{"ok":true,"data":"ada"}]',
        ]
        assert (self.lines["ada"].done, self.lines["bob"].done) == (2, 1)

    def test_one_bad_request_and_what_its_socket_says_next_are_alone_and_the_others_answered(
        self, app
    ) -> None:
        batches = self.batches(app, lambda asks: [{"ok": True}] * len(asks))
        bad, after = message(2, "NaN"), message(3)
        self.put(batches, ("ada", message(1)), ("bob", bad), ("bob", after), ("cid", message(4)))
        assert self.lines["bob"].left == [bad, after]
        assert (self.lines["ada"].done, self.lines["bob"].done, self.lines["cid"].done) == (1, 0, 1)

    def test_what_the_call_leaves_is_alone_too(self, app) -> None:
        batches = self.batches(app, lambda asks: [None if ask.sid == "bob" else {"ok": True} for ask in asks])
        self.put(batches, ("ada", message(1)), ("bob", message(2)))
        assert self.lines["bob"].left == [message(2)]
        assert self.lines["ada"].done == 1

    def test_what_came_after_what_is_left_does_not_overtake_it(self, app, monkeypatch) -> None:
        monkeypatch.setattr(engine_batches.Batch, "at_once", 2)
        batches = self.batches(app, lambda asks: [None if ask.sid == "bob" else {"ok": True} for ask in asks])
        said = [message(number) for number in range(4)]
        self.put(batches, *[("bob", each) for each in said], ("ada", message(9)))
        assert self.lines["bob"].left == said
        assert [ask.sid for asks in self.asked for ask in asks] == ["bob", "bob", "ada"]

    @pytest.mark.parametrize("answers", [lambda asks: 1 / 0, lambda asks: []], ids=["raises", "too few"])
    def test_when_the_whole_fails_each_is_told_so_and_the_next_turn_goes_on(self, app, answers) -> None:
        ways = [answers, lambda asks: [{"ok": True}] * len(asks)]
        batches = self.batches(app, lambda asks: ways.pop(0)(asks))
        self.put(batches, ("ada", message(1)), ("bob", message(2)))
        for sid in ("ada", "bob"):
            assert '"code":"internal"' in self.lines[sid].heard[0]
            assert self.lines[sid].done == 1
        self.put(batches, ("ada", message(3)))
        assert self.lines["ada"].heard[1:] == ['3/chat,3[{"ok":true}]']

    def test_a_crowd_is_answered_in_parts_and_in_order(self, app, monkeypatch) -> None:
        monkeypatch.setattr(engine_batches.Batch, "at_once", 2)
        batches = self.batches(app, lambda asks: [{"ok": True}] * len(asks))
        self.put(batches, *[("ada", message(number)) for number in range(5)])
        assert [len(asks) for asks in self.asked] == [2, 2, 1]
        assert [each.split(",")[1][0] for each in self.lines["ada"].heard] == list("01234")

    def test_who_is_gone_is_not_asked_for_and_nobody_waits_for_it(self, app) -> None:
        batches = self.batches(app, lambda asks: [{"ok": True}] * len(asks))
        batch = batches.of(self.lines["bob"], message(1))  # type: ignore[arg-type]
        gone = self.lines.pop("bob")
        batch.put(gone, gone, message(1))  # type: ignore[union-attr, arg-type]
        eventlet.sleep(0)
        assert (gone.done, gone.heard, self.asked) == (1, [], [])
