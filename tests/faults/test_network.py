"""What a server promises when lines are stalled, reset, not read, or all lost at once (RELIABILITY's table A)."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from tests.clients import people
from tests.clients.people import Account, Room
from tests.clients.reference import InJavaScript
from tests.faults import sites
from tests.faults.measures import MEASURED, files, metrics, milliseconds, percentile, resident_mb
from tests.faults.relay import PASS, Relay, Way
from tests.server import raw
from tests.server.process import Server, eventually

pytestmark = pytest.mark.slow

MANY_SOCKETS = {"RATE_LIMITS": "off", "MAX_SOCKETS_PER_ADDRESS": "2000", **MEASURED}


def ill(folder: Path, way: str, **settings: str) -> Server:
    """A server that is ill in this way."""
    return Server(folder, command=sites.command(way), **{"RATE_LIMITS": "off", **MEASURED, **settings})


def through(account: Account, relay: Relay) -> Account:
    """The same person, by way of the relay."""
    return Account(relay.url, account.username, account.id, account.token)


def message(room: Room, text: str) -> dict[str, str]:
    return {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": text}


def test_a25_a_line_that_is_stalled_is_given_up_by_both_and_nothing_is_lost(tmp_path, figure) -> None:
    """The network is gone in both directions, and nobody is told (A26 is the same from the other side)."""
    with ill(tmp_path, "ping_every:1:1") as server, Relay(server.port) as relay:
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        room = ada.make_room()
        bob.join(room)
        client = InJavaScript(through(bob, relay), ["websocket"])
        try:
            ada.say(room, "before")
            assert eventually(lambda: [text for _, text in client.shown(room)] == ["before"], 20)
            began = time.monotonic()
            relay.ways = [Way(blackhole=True)]
            relay.take("both")
            for number in range(20):
                ada.say(room, f"meanwhile {number}")
            client.say(room, "from the other side")
            assert eventually(lambda: metrics(server.url)["parlor_sockets"] == 0, 20, 0.1)
            noticed = time.monotonic() - began
            relay.heal()
            assert eventually(lambda: len(client.shown(room)) == 22, 60, 0.1)
            assert client.shown(room) == [(said["seq"], said["text"]) for said in ada.history(room)]
        finally:
            client.end()
    figure(f"pings every second: noticed after {noticed:.1f} s; 21 messages of meanwhile arrived, once")


def test_a27_connections_reset_at_any_byte_leave_nothing_behind(tmp_path, long, figure) -> None:
    resets = 1_000 if long else 60
    chance = random.Random(27)
    with Server(tmp_path, **MANY_SOCKETS) as server, Relay(server.port) as relay:
        ada = people.register(server.url, "ada")
        room = ada.make_room()
        base = files(server.pid)
        with ada.line() as watching:
            while relay.resets < resets:
                relay.ways = [Way(reset_at=chance.randint(1, 4_000))]
                with contextlib.suppress(OSError, AssertionError, ValueError, websocket.WebSocketException):
                    with through(ada, relay).line() as line:
                        while True:
                            line.ask("post_message", message(room, "x" * chance.randint(1, 300)))
                assert watching.ask("heads", {"rooms": {}})[
                    "ok"
                ]  # and it answers pings, however long this takes
        assert eventually(lambda: metrics(server.url)["parlor_sockets"] == 0, 60, 0.2)
        assert eventually(lambda: files(server.pid) <= base + 5, 60, 0.2)
        said = [each["seq"] for each in ada.history(room)]
        assert said == list(range(2, 2 + len(said)))
        figure(f"{relay.resets} resets, {len(said)} messages got through; files {base} → {files(server.pid)}")


@pytest.mark.parametrize(
    "pongs",
    [pytest.param(True, id="answers pings"), pytest.param(False, id="is silent", marks=pytest.mark.long)],
)
def test_a29_a_reader_who_does_not_read_is_cut_and_nobody_else_notices(tmp_path, figure, pongs) -> None:
    with Server(tmp_path, **MANY_SOCKETS) as server:
        ada, bob, eve = (people.register(server.url, name) for name in ("ada", "bob", "eve"))
        room, text = ada.make_room(), "x" * 3_900
        for each in (bob, eve):
            each.join(room)
        with ada.line() as writing, bob.line() as hearing, raw.Line(server.port, buffer=4096) as slow:
            slow.join(eve.token)
            assert metrics(server.url)["parlor_sockets"] == 3
            base, highest, late = resident_mb(server.pid), 0.0, []
            began, told = time.monotonic(), 0
            while metrics(server.url)["parlor_sockets"] == 3 and told < 20_000:
                for _ in range(100):
                    writing.begin("post_message", message(room, text))
                for _ in range(100):
                    hearing.hear("message_posted")
                sent = time.monotonic()
                assert writing.ask("post_message", message(room, text))["ok"]
                hearing.hear("message_posted")
                late.append(time.monotonic() - sent)
                told += 101
                highest = max(highest, resident_mb(server.pid) - base)
                if pongs:
                    with contextlib.suppress(OSError):
                        slow.say("3")
            cut = time.monotonic() - began
            assert metrics(server.url)["parlor_sockets"] == 2
        assert highest < 40
        assert len(eve.history(room)) == told
        figure(
            f"cut after {cut:.1f} s and {told} messages of 3.9 kB (the system's buffers hold most of them); memory "
            f"+{highest:.0f} MB; the others' p99 {milliseconds(percentile(late, 0.99))}"
        )


@pytest.mark.long
def test_a30_many_who_do_not_read_are_cut_and_memory_stays_bounded(tmp_path, figure) -> None:
    with Server(tmp_path, **MANY_SOCKETS) as server, contextlib.ExitStack() as stack:
        ada = people.register(server.url, "ada")
        room, text = ada.make_room(), "x" * 3_900
        for number in range(40):
            eve = people.register(server.url, f"eve{number}")
            eve.join(room)
            for _ in range(5):
                stack.enter_context(raw.Line(server.port, buffer=4096)).join(eve.token)
        base, highest, told = resident_mb(server.pid), 0.0, 0
        with ada.line() as writing:
            while metrics(server.url)["parlor_sockets"] > 1 and told < 5_000:
                for _ in range(20):
                    if writing.ask("post_message", message(room, text))["ok"]:
                        writing.hear("message_posted")
                        told += 1
                highest = max(highest, resident_mb(server.pid) - base)
            assert metrics(server.url)["parlor_sockets"] == 1
        allowed = 200 * 2 + 64  # MiB: what each may owe, and the bound of everything else
        assert highest < allowed
        figure(f"200 cut within {told} messages of 3.9 kB; memory +{highest:.0f} MB of at most {allowed}")


class Crowd:
    """People with five lines each, who come all at once: each step is asked of all before anybody waits for it."""

    def __init__(self, port: int, members: list[Account], request: dict[str, Any]) -> None:
        self._port = port
        self._coming = members * 5
        self._request = request
        self.lines: list[raw.Line] = []
        self.refused = 0

    def come(self, seconds: float) -> float:
        """Until everybody has caught up; how long that took. Who is refused waits a moment, as clients do."""
        began = time.monotonic()
        while self._coming and time.monotonic() - began < seconds:
            come = [each for each in map(self._opened, self._coming) if each]
            come = self._step(
                come, lambda each: each[1].say("40/chat," + json.dumps({"token": each[0].token}))
            )
            come = self._step(come, lambda each: self._let_in(each[1]))
            come = self._step(
                come, lambda each: each[1].say("42/chat,1" + json.dumps(["sync", self._request]))
            )
            come = self._step(come, lambda each: _good(each[1].acknowledged(1, 60)))
            self.lines += [line for _, line in come]
            for account, _ in come:
                self._coming.remove(account)
            self.refused += len(self._coming)
            if self._coming:
                time.sleep(random.uniform(0.5, 2))
        assert not self._coming, f"{len(self._coming)} were never back"
        return time.monotonic() - began

    def go(self) -> None:
        """Everybody hangs up."""
        for line in self.lines:
            line.close()

    def _opened(self, account: Account) -> tuple[Account, raw.Line] | None:
        with contextlib.suppress(OSError, AssertionError):
            return account, raw.Line(self._port)
        return None

    @staticmethod
    def _let_in(line: raw.Line) -> None:
        while not (heard := line.message(60) or "closed").startswith("40/chat,"):
            assert heard.startswith("0{"), heard

    @staticmethod
    def _step(
        come: list[tuple[Account, raw.Line]], step: Callable[[Any], None]
    ) -> list[tuple[Account, raw.Line]]:
        gone_on = []
        for each in come:
            try:
                step(each)
            except (OSError, AssertionError):
                each[1].close()
            else:
                gone_on.append(each)
        return gone_on


def _good(answer: dict[str, Any]) -> None:
    assert answer["ok"], answer
    assert all(len(each["entries"]) == 10 for each in answer["data"]["rooms"]), "not what was missed"


def test_a33_everybody_who_lost_the_line_at_once_is_back_soon(tmp_path, long, figure) -> None:
    """The process is killed under all of them (A06), and they come back as soon as there is somebody, and have missed
    the last ten entries of each of their rooms.
    """
    everybody, rooms = (200, 8) if long else (16, 4)
    with Server(tmp_path, **MANY_SOCKETS) as server:
        ada = people.register(server.url, "ada")
        garden = [ada.make_room(f"Room {number}") for number in range(rooms)]
        members = [people.register(server.url, f"member{number}") for number in range(everybody)]
        for each in members:
            for room in garden:
                each.join(room)
        heads = {room.id: 1 + everybody - 10 for room in garden}
        first = Crowd(server.port, members, {"rooms": heads})
        first.come(120)
        server.kill()
        first.go()
        server.start()
        again = Crowd(server.port, members, {"rooms": heads})
        answers: list[float] = []
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.is_set():
                asked = time.monotonic()
                with contextlib.suppress(requests.RequestException):
                    requests.get(f"{server.url}/healthz", timeout=20)
                    answers.append(time.monotonic() - asked)
                time.sleep(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            took = again.come(120)
        finally:
            is_over.set()
            watcher.join()
        assert metrics(server.url)["parlor_sockets"] == everybody * 5
        again.go()
        figure(
            f"{everybody * 5} connections in {rooms} rooms each: all back and caught up in {took:.1f} s "
            f"({again.refused} refused at first); /healthz p99 {milliseconds(percentile(answers, 0.99))}"
        )


def test_under_load_new_messages_are_refused_for_a_while_and_taken_again(tmp_path, figure) -> None:
    """The whole way from a hub that is late to what people are answered, and back (RELIABILITY 8)."""
    rush = tmp_path / "rush"
    with ill(tmp_path, f"hog:0.4:{rush}", RATE_LIMITS="on") as server:
        ada = people.register(server.url, "ada")
        room = ada.make_room()
        with ada.line() as line:
            line.socket.settimeout(60)
            unsent = message(room, "hello")
            assert line.ask("post_message", message(room, "before"))["ok"]
            rush.touch()

            assert eventually(lambda: not line.ask("post_message", message(room, "in the rush"))["ok"], 60)
            problem = line.ask("post_message", unsent)["error"]
            assert problem["code"] == "unavailable" and 1 <= problem["retry_after"] <= 5
            assert line.ask("sync", {"rooms": {}})["ok"]  # whoever comes back catches up all the same
            measured = metrics(server.url)
            assert measured["parlor_load_level"] >= 3 and measured['parlor_shed_total{what="sends"}'] >= 2
            rush.unlink()
            answer: dict[str, Any] = {}

            def taken() -> bool:
                answer.update(line.ask("post_message", unsent))
                return bool(answer["ok"])

            assert eventually(taken, 20, 0.1)
            assert not answer["data"]["duplicate"]
        assert [each["text"] for each in ada.history(room)].count("hello") == 1
        figure(f"hub {milliseconds(measured['parlor_hub_late_seconds_worst'])} late at most")


def test_under_load_nobody_new_is_let_in_and_later_they_are(tmp_path) -> None:
    rush = tmp_path / "rush"
    with ill(tmp_path, f"hog:0.7:{rush}", RATE_LIMITS="on") as server:
        rush.touch()

        def status() -> int:
            return raw.ask(server.port, "GET", "/socket.io/?EIO=4&transport=polling").status

        assert eventually(lambda: status() == 503, 60)
        assert requests.get(f"{server.url}/healthz", timeout=20).ok
        rush.unlink()
        assert eventually(lambda: status() == 200, 20)


def test_the_relay_that_stands_between_changes_nothing_by_itself(tmp_path) -> None:
    with (
        Server(tmp_path, RATE_LIMITS="off") as server,
        Relay(server.port, ways=[PASS, Way(slice=3)]) as relay,
    ):
        ada = through(people.register(server.url, "ada"), relay)
        room = ada.make_room()
        with ada.line() as line:
            assert line.ask("post_message", message(room, "hello"))["ok"]
        assert [each["text"] for each in ada.history(room)] == ["hello"]
