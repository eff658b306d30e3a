"""The load generator against the real server: what it counts is what happened."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from benchmarks import install
from tests.server.process import Server

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.skipif(not shutil.which("gcc"), reason="the generator is compiled by gcc")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server. Shared by this module's tests."""
    with Server(tmp_path_factory.mktemp("server"), RATE_LIMITS="off") as running:
        yield running


@pytest.fixture(scope="module")
def roster(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada and three who came by her link."""
    tokens = []
    for name in ("ada", "bob", "cleo", "dora"):
        person = {"username": name, "password": PASSWORD}
        tokens.append(ask(server, "users", None, person)["token"])
    made = ask(server, "rooms", tokens[0], {"title": "Garden"})
    for token in tokens[1:]:
        ask(server, f"join/{made['invite']['token']}", token, {})
    path = tmp_path_factory.mktemp("roster") / "garden.txt"
    path.write_text("".join(f"{token} {made['room']['id']}\n" for token in tokens))
    return path


def ask(server: Server, path: str, token: str | None, body: dict[str, str]) -> dict:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(f"{server.url}/api/v1/{path}", json=body, headers=headers, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def generate(server: Server, roster: Path, **options: object) -> subprocess.CompletedProcess[str]:
    given = {
        "speech": "parlor",
        "port": server.port,
        "pid": server.pid,
        "roster": roster,
        "sample": 1,
        **options,
    }
    arguments = itertools.chain.from_iterable((f"--{name}", str(value)) for name, value in given.items())
    program = install.compile_program("load")
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=60)


def test_everything_that_is_posted_reaches_everybody(server: Server, roster: Path) -> None:
    done = generate(server, roster, mode="closed", senders=2, warm=0.1, seconds=1)
    counted = json.loads(done.stdout)
    assert {name: counted[name] for name in ("lost", "disordered", "refused", "gone")} == {
        "lost": 0,
        "disordered": 0,
        "refused": 0,
        "gone": 0,
    }
    assert counted["posts_per_second"] > 10
    assert counted["deliveries_per_second"] == pytest.approx(4 * counted["posts_per_second"], rel=0.2)
    assert counted["server_cpu"] > 0


def test_the_open_loop_keeps_its_rate(server: Server, roster: Path) -> None:
    done = generate(server, roster, mode="open", rate=20, warm=0.1, seconds=1)
    counted = json.loads(done.stdout)
    assert counted["lost"] == 0
    assert counted["posts_per_second"] == pytest.approx(20, rel=0.2)
    assert 0 < counted["p50_ms"] <= counted["p99_ms"] <= counted["max_ms"]


def test_connections_are_counted_once_they_are_let_in(server: Server, roster: Path) -> None:
    counted = json.loads(generate(server, roster, mode="connect").stdout)
    assert counted["connections_per_second"] > 1


def test_a_member_who_is_not_let_in_fails_the_run(server: Server, roster: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.txt"
    stranger.write_text(roster.read_text() + "pt_of-nobody somewhere\n")
    done = generate(server, stranger, mode="connect")
    assert done.returncode != 0
    assert "not let in" in done.stderr


def test_posts_that_are_refused_are_counted_and_missed(server: Server, roster: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    tokens = [line.split()[0] for line in roster.read_text().splitlines()]
    elsewhere.write_text("".join(f"{token} a-room-that-is-not\n" for token in tokens))
    done = generate(server, elsewhere, mode="open", rate=10, warm=0, seconds=0.5, drain=0.2)
    counted = json.loads(done.stdout)
    assert counted["refused"] > 0
    assert counted["lost"] > 0
