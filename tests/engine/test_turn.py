"""One turn of the hub: everything that is due to one socket leaves in one write, in the order it was told."""

from collections.abc import Set

import eventlet

from app.engine import turn as turns
from app.engine.turn import Channel, Turn


class Listener:
    """Who is written to."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, buffers: list[bytes]) -> None:
        self.writes.append(b"".join(buffers))


def channel(**listeners: Listener) -> Channel:
    made = Channel()
    made.live.update(listeners)  # type: ignore[arg-type]
    return made


def tell(turn: Turn, where: Channel, *said: str, skip: Set[str] = frozenset(), passing: bool = False) -> None:
    for each in said:
        turn.tell(where, each.encode(), skip=skip, passing=passing)


class TestTurn:
    def setup_method(self) -> None:
        self.turn = Turn()
        self.ada, self.bob = Listener(), Listener()
        self.room = channel(ada=self.ada, bob=self.bob)

    def test_what_was_told_in_one_turn_is_one_write(self) -> None:
        tell(self.turn, self.room, "1", "2", "3")
        assert self.ada.writes == []
        eventlet.sleep(0)
        assert self.ada.writes == self.bob.writes == [b"123"]
        assert self.turn.is_over

    def test_the_next_turn_is_another_write(self) -> None:
        tell(self.turn, self.room, "1")
        eventlet.sleep(0)
        tell(self.turn, self.room, "2")
        eventlet.sleep(0)
        assert self.ada.writes == [b"1", b"2"]

    def test_two_rooms_and_what_one_is_sent_itself_keep_their_order(self) -> None:
        other = channel(ada=self.ada)
        tell(self.turn, self.room, "1")
        self.turn.send(self.ada, b"a")  # type: ignore[arg-type]
        tell(self.turn, other, "2")
        tell(self.turn, self.room, "3", "4")
        self.turn.send(self.ada, b"b")  # type: ignore[arg-type]
        self.turn.send(self.ada, b"c")  # type: ignore[arg-type]
        eventlet.sleep(0)
        assert self.ada.writes == [b"1a234bc"]
        assert self.bob.writes == [b"134"]

    def test_who_is_answered_in_the_same_turn_shares_what_everybody_hears(self) -> None:
        """Forty who post at once are forty who are answered: a copy of the turn for each would be its square."""
        tell(self.turn, self.room, "1", "2")
        self.turn.send(self.ada, b"a")  # type: ignore[arg-type]
        mine, theirs = self.turn.take(self.ada), self.turn.take(self.bob)  # type: ignore[arg-type]
        assert [bytes(each) for each in mine] == [b"12", b"a"]
        assert mine[0] is theirs[0]

    def test_who_asked_is_written_to_before_those_who_only_listen(self) -> None:
        written: list[str] = []
        self.ada.write = lambda buffers: written.append("ada")  # type: ignore[method-assign]
        self.bob.write = lambda buffers: written.append("bob")  # type: ignore[method-assign]
        tell(self.turn, self.room, "1")
        self.turn.send(self.bob, b"b")  # type: ignore[arg-type]
        eventlet.sleep(0)
        assert written == ["bob", "ada"]

    def test_who_is_skipped_hears_the_rest(self) -> None:
        tell(self.turn, self.room, "1")
        tell(self.turn, self.room, "2", skip={"ada"})
        tell(self.turn, self.room, "3")
        eventlet.sleep(0)
        assert (self.ada.writes, self.bob.writes) == ([b"13"], [b"123"])

    def test_who_comes_hears_nothing_from_before(self) -> None:
        cid = Listener()
        tell(self.turn, self.room, "1")
        self.turn.settle()
        self.room.live["cid"] = cid  # type: ignore[assignment]
        tell(self.turn, self.room, "2")
        eventlet.sleep(0)
        assert (cid.writes, self.ada.writes) == ([b"2"], [b"12"])

    def test_who_leaves_hears_all_from_before_and_nothing_later(self) -> None:
        tell(self.turn, self.room, "1")
        self.turn.settle()
        del self.room.live["bob"]
        tell(self.turn, self.room, "2")
        eventlet.sleep(0)
        assert (self.bob.writes, self.ada.writes) == ([b"1"], [b"12"])

    def test_who_is_cut_is_written_to_no_more(self) -> None:
        tell(self.turn, self.room, "1")
        assert self.turn.take(self.ada) == (b"1",)  # type: ignore[arg-type]
        eventlet.sleep(0)
        assert (self.ada.writes, self.bob.writes) == ([], [b"1"])

    def test_a_large_room_is_told_in_parts_and_in_order(self) -> None:
        crowd = [Listener() for _ in range(turns.SENDS_AT_ONCE + 10)]
        large = channel(**{str(number): each for number, each in enumerate(crowd)})
        tell(self.turn, large, "1")
        self.turn._deliver()
        assert sum(bool(each.writes) for each in crowd) == turns.SENDS_AT_ONCE
        tell(self.turn, large, "2")
        for _ in range(3):
            eventlet.sleep(0)
        assert {b"".join(each.writes) for each in crowd} == {b"12"}

    def test_what_may_be_dropped_is_marked_so(self) -> None:
        tell(self.turn, self.room, "1")
        tell(self.turn, self.room, "2", "3", passing=True)
        self.turn.send(self.bob, b"b")  # type: ignore[arg-type]
        due = self.turn.take(self.ada)  # type: ignore[arg-type]
        assert [(bytes(each), each.packets, each.passing) for each in due] == [  # type: ignore[attr-defined]
            (b"1", 1, False),
            (b"23", 2, True),
        ]
