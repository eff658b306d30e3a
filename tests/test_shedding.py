"""What is left undone under load, in which order; by a load of the test's own."""

import pytest

from app import dispatch, shedding, sight
from app.actions import credentials
from app.errors import Unavailable
from app.shedding import Level, Load


class Busy:
    """How late it is, how many wait and what time it is: as the test says."""

    late = 0.0
    waiting = 0
    now = 100.0

    def __init__(self) -> None:
        self.load = Load(lambda: self.late, lambda: self.waiting, lambda: self.now)

    def level(self, late: float, waiting: int = 0, lasts: float = 1.0) -> Level:
        """What is judged when it was like this for so many seconds."""
        self.late, self.waiting = late, waiting
        for _ in range(round(lasts * 10) + 2):
            self.now += 0.1
            self.load.judge()
        return self.load.level


@pytest.fixture
def busy() -> Busy:
    return Busy()


@pytest.fixture
def loaded(monkeypatch):
    """Makes the process believe that it is so bad."""

    def believe(level: Level) -> None:
        load = Load(lambda: 0.0, lambda: 0)
        monkeypatch.setattr(load, "_level", level)
        monkeypatch.setattr(shedding, "load", load)

    return believe


@pytest.mark.parametrize(
    ("late", "level"),
    [
        (0.0, Level.CALM),
        (0.05, Level.CALM),
        (0.051, Level.PASSING),
        (0.1, Level.PASSING),
        (0.101, Level.PAGES),
        (0.25, Level.PAGES),
        (0.251, Level.SENDS),
        (0.501, Level.SENDS),
        (60.0, Level.SENDS),
    ],
)
def test_the_later_the_hub_the_more_is_left_undone(busy, late, level) -> None:
    assert busy.level(late) is level


def test_nobody_new_is_let_in_once_it_was_very_late_for_three_seconds(busy) -> None:
    assert busy.level(0.6, lasts=2.5) is Level.SENDS
    assert busy.level(0.6) is Level.HANDSHAKES
    assert busy.level(0.3) is Level.SENDS
    assert busy.level(0.6) is Level.SENDS


@pytest.mark.parametrize(("waiting", "level"), [(64, Level.CALM), (65, Level.SENDS)])
def test_nothing_new_is_taken_while_too_many_wait_for_a_rooms_lock(busy, waiting, level) -> None:
    assert busy.level(0.0, waiting) is level


def test_it_is_over_when_it_is_over(busy) -> None:
    assert busy.level(0.3, lasts=2) is Level.SENDS
    assert busy.level(0.0, lasts=0.1) is Level.CALM


def test_what_lasts_for_a_moment_is_borne(busy) -> None:
    for _ in range(5):
        assert busy.level(3.0, lasts=0.6) is Level.CALM
        assert busy.level(0.0, lasts=0.1) is Level.CALM


def test_refusals_are_counted_and_say_when_to_come_back_each_its_own_time(busy) -> None:
    busy.level(0.3)
    waits = set()
    for _ in range(50):
        with pytest.raises(Unavailable) as refused:
            busy.load.refuse(Level.SENDS)
        waits.add(refused.value.retry_after)
    assert 1.0 <= min(waits) < max(waits) <= 5.0
    assert len(waits) > 5
    assert busy.load.shed == {"sends": 50}
    busy.level(0.0)
    busy.load.refuse(Level.SENDS)
    assert busy.load.shed["sends"] == 50


class TestLevels:
    """What each of them means to who asks: the level itself refuses, and the one below doesn't."""

    def test_typing_is_told_and_under_load_not(self, loaded, ada, bob, garden) -> None:
        assert bob.socket.connected
        assert ada.ask("set_typing", {"room_id": garden.id, "typing": True})["ok"]
        assert "typing_changed" in [name for name, _ in bob.heard()]
        loaded(Level.PASSING)
        assert ada.ask("set_typing", {"room_id": garden.id, "typing": False})["ok"]
        assert "typing_changed" not in [name for name, _ in bob.heard()]

    @pytest.mark.parametrize("where", ["before=2", "after=0", "around=1"])
    def test_old_pages_are_refused_and_the_rooms_end_is_not(self, loaded, ada, garden, where) -> None:
        path = f"/rooms/{garden.id}/messages"
        loaded(Level.PASSING)
        assert ada.api("GET", f"{path}?{where}").status_code == 200
        loaded(Level.PAGES)
        refused = ada.api("GET", f"{path}?{where}")
        assert refused.status_code == 503
        assert refused.get_json()["code"] == "unavailable" and refused.get_json()["retry_after"] >= 1
        assert ada.api("GET", path).status_code == 200

    def test_new_messages_are_refused_and_can_be_sent_again(self, loaded, ada, bob, garden) -> None:
        said = {"room_id": garden.id, "nonce": "3f0c4d4e-6b1b-4a55-9d52-6c5c3c0f8f11", "text": "hello"}
        assert bob.socket.connected
        loaded(Level.SENDS)
        answer = ada.ask("post_message", said)
        assert answer["error"]["code"] == "unavailable" and answer["error"]["retry_after"] >= 1
        body = {name: said[name] for name in ("nonce", "text")}
        assert ada.api("POST", f"/rooms/{garden.id}/messages", body).status_code == 503
        loaded(Level.PAGES)
        answer = ada.ask("post_message", said)
        assert answer["ok"] and not answer["data"]["duplicate"]

    def test_whoever_is_put_out_is_out_and_catching_up_goes_on_at_the_worst(
        self, loaded, ada, bob, garden
    ) -> None:
        assert bob.socket.connected
        loaded(Level.HANDSHAKES)
        assert bob.ask("sync", {"rooms": {}})["ok"]
        assert ada.api("DELETE", f"/rooms/{garden.id}/members/{bob.id}").status_code == 204
        assert "room_removed" in [name for name, _ in bob.heard()]
        assert shedding.refuses_handshakes()


class TestBlind:
    """A process that could not read for too long who was removed, or whose session ended."""

    @pytest.fixture
    def blind(self, monkeypatch):
        """Makes one of the feeds be read last too long ago."""

        def begin(feed: sight.Feed) -> None:
            sight.begin()
            monkeypatch.setitem(sight._seen, feed, sight._seen[feed] - sight.BLIND_SECONDS - 1)

        yield begin
        sight.clear()

    @pytest.mark.parametrize("feed", sight.FEEDS)
    def test_it_takes_nothing_by_sockets_and_tells_nothing(self, blind, ada, bob, garden, feed) -> None:
        assert bob.socket.connected
        ada.ask("sync", {"rooms": {}})
        bob.heard()
        blind(feed)
        assert ada.say(garden.id)["error"]["code"] == "unavailable"
        assert bob.ask("sync", {"rooms": {}})["error"]["code"] == "unavailable"
        body = {"text": "by REST, which reads for itself", "nonce": "3f0c4d4e-6b1b-4a55-9d52-6c5c3c0f8f13"}
        assert ada.api("POST", f"/rooms/{garden.id}/messages", body).status_code == 201
        assert bob.heard() == []

    def test_it_tells_what_was_missed_once_it_sees_again(self, app, blind, ada, bob, garden) -> None:
        assert bob.socket.connected
        bob.heard()
        blind("endings")
        body = {"text": "meanwhile", "nonce": "3f0c4d4e-6b1b-4a55-9d52-6c5c3c0f8f12"}
        assert ada.api("POST", f"/rooms/{garden.id}/messages", body).status_code == 201
        with app.app_context():
            dispatch.sweep()
            assert bob.heard() == []
            credentials.follow()
            dispatch.sweep()
        assert [fact["message"]["text"] for name, fact in bob.heard() if name == "message_posted"] == [
            "meanwhile"
        ]
        assert ada.say(garden.id)["ok"]

    def test_who_does_not_serve_yet_is_not_blind(self) -> None:
        sight.clear()
        sight.saw("logs")
        assert not sight.is_blind()
