"""Who means harm: each attack does something, and what is written of it is what was found."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from benchmarks import attacks, hostile
from tests.server.process import Server

CONDITIONS = {
    "command": "make bench-hostile",
    "started": "today",
    "processor": "slow",
    "revision": "abc",
    "busy before": "no",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server. Shared by this module's tests."""
    settings = {"MAX_SOCKETS_PER_ADDRESS": "100", "MAX_SOCKETS": "100"}
    with Server(tmp_path_factory.mktemp("server"), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    """Of somebody who may come in."""
    person = {"username": "mallory", "password": "correct horse battery"}
    return requests.post(f"{server.url}/api/v1/users", json=person, timeout=10).json()["token"]


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("requests", "cut off"),  # rate limits end it
        ("small_frames", "frames"),
        ("big_frames", "frames"),
        ("too_big_frames", "closed 1009"),
        ("fragments", "closed 1009"),
        ("hixie", "answered 426"),
        ("slow_readers", "readers"),
        ("descriptors", "connections"),
    ],
)
def test_an_attack_does_something_and_the_server_goes_on(
    server: Server, token: str, name: str, counted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attacks, "SILENT_CONNECTIONS", 20)
    monkeypatch.setattr(attacks, "SLOW_READERS", 1)
    victim = attacks.Victim(server.port, [token], time.monotonic() + 0.5)
    assert attacks.ATTACKS[name](victim)[counted] > 0
    assert requests.get(f"{server.url}/healthz", timeout=5).ok


def test_every_attack_has_a_line_on_the_page() -> None:
    named = {each.attack for each in hostile.SCENARIOS.values()}
    assert named == {None, *attacks.ATTACKS}


def found(worst: float, peak: float) -> hostile.Found:
    return hostile.Found(
        p50=2.0, p99=9.0, worst=worst, before=100.0, peak=peak, after=101.0, attacker={"frames": 5000}
    )


def test_the_verdict_is_about_the_worst_of_the_median_run_and_about_memory() -> None:
    assert hostile.verdict([found(60, 101), found(400, 101), found(20, 101)]) == "yes"
    assert hostile.verdict([found(61, 101), found(400, 101), found(20, 101)]) == "**no**"
    assert hostile.verdict([found(20, 117)]) == "**no**"


def test_the_page_tells_what_others_noticed_and_what_failed() -> None:
    page = hostile.markdown(
        {"quiet": [found(12, 100)], "hixie": []}, ["hixie: somebody was cut off"], CONDITIONS
    )
    assert "| nobody | 2 / 9 | 12 (12) | 100 → 100 → 101 | frames 5,000 | yes |" in page
    assert re.search(r"\| handshakes of before.* \| \*\*failed\*\* \|", page)
    assert "- hixie: somebody was cut off" in page


def test_memory_is_watched_while_it_lasts(server: Server) -> None:
    class Running:
        def memory_kb(self) -> int:
            return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * 4

    memory = hostile.Memory(Running())  # type: ignore[arg-type]
    memory.start()
    time.sleep(0.2)
    memory.end()
    assert memory.peak_kb > 10_000
