"""One green thread pings everybody: in order of their time, in parts, and who does not answer is cut."""

from types import SimpleNamespace

import pytest

from app.engine import pinger as pingers
from app.engine.pinger import Pinger


class Line:
    """A connection, as far as pings go."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.closed = False
        self.last_ping: float | None = None
        self.pings = 0
        self.cut = ""

    def ping(self) -> float:
        self.pings += 1
        self.last_ping = float(self.pings)
        return self.last_ping

    def cut_soon(self, reason: str) -> None:
        self.cut = reason


class TestPinger:
    @pytest.fixture(autouse=True)
    def _clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr(pingers, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.lines = {sid: Line(sid) for sid in ("ada", "bob", "cid")}
        reason = SimpleNamespace(PING_TIMEOUT="ping timeout")
        self.server = SimpleNamespace(ping_interval=20, ping_timeout=10, sockets=self.lines, reason=reason)
        self.pinger = Pinger(self.server)

    def test_nobody_is_pinged_before_their_time_and_nobody_twice(self) -> None:
        self.pinger.schedule("ada")
        self.now += 19.9
        assert self.pinger.ping(10) == 0
        self.now += 0.2
        assert self.pinger.ping(10) == 1
        assert self.pinger.ping(10) == 0
        assert self.lines["ada"].pings == 1

    def test_many_whose_time_has_come_are_pinged_in_parts(self) -> None:
        for sid in self.lines:
            self.pinger.schedule(sid)
        self.now += 21
        assert (self.pinger.ping(2), self.pinger.ping(2), self.pinger.ping(2)) == (2, 1, 0)

    def test_who_answers_stays_and_who_does_not_is_cut(self) -> None:
        for sid in ("ada", "bob"):
            self.pinger.schedule(sid)
        self.now += 21
        self.pinger.ping(10)
        self.lines["ada"].last_ping = None  # as its answer does
        self.now += 9
        self.pinger.cut_silent()
        assert self.lines["bob"].cut == ""
        self.now += 2
        self.pinger.cut_silent()
        assert (self.lines["ada"].cut, self.lines["bob"].cut) == ("", "ping timeout")

    def test_an_old_ping_cuts_nobody_who_answered_it_and_was_pinged_again(self) -> None:
        self.pinger.schedule("ada")
        self.now += 21
        self.pinger.ping(10)
        self.lines["ada"].ping()
        self.now += 11
        self.pinger.cut_silent()
        assert self.lines["ada"].cut == ""

    def test_who_is_gone_or_closed_is_passed_over(self) -> None:
        for sid in self.lines:
            self.pinger.schedule(sid)
        del self.lines["ada"]
        self.lines["bob"].closed = True
        self.now += 21
        assert self.pinger.ping(10) == 1
        assert (self.lines["bob"].pings, self.lines["cid"].pings) == (0, 1)
