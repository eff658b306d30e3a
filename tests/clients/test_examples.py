"""The examples do what they say, each as it would be run, and each is as short as it claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.clients.people import PASSWORD, Account, Room
from tests.clients.programs import EXAMPLES, Program
from tests.server.process import eventually

Run = Callable[..., Program]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts an example. They all end with the test."""
    started: list[Program] = []

    def start(name: str, *arguments: str) -> Program:
        started.append(Program(EXAMPLES / name, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.end()


def said(account: Account, room: Room) -> list[tuple[str, str]]:
    """Who said what, oldest first."""
    return [(each["author"]["display_name"], each["text"]) for each in account.history(room)]


def link(account: Account, room: Room) -> str:
    """As somebody would paste it."""
    return f"{account.url}/join/{room.invite}"


@pytest.mark.parametrize(
    ("name", "most"),
    [("echo_bot.py", 40), ("echo_bot.mjs", 40), ("minimal.mjs", 60), ("client.mjs", 210), ("client.py", 215)],
)
def test_it_is_as_short_as_it_claims(name: str, most: int) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) < most
    assert set(re.findall(r'from "([^"]+)"', text)) <= {"socket.io-client", "node:readline", "node:crypto"}


@pytest.mark.parametrize("name", ["echo_bot.py", "echo_bot.mjs"])
def test_the_echo_bot_answers_people_and_ends_with_its_token(
    run: Run, ada: Account, bob: Account, garden: Room, name: str
) -> None:
    username = f"{bob.username}-echo"
    made: Any = ada.rest("POST", f"/rooms/{garden.id}/bots", {"username": username}).json()
    program = run(name, ada.url, made["token"])
    program.until("listening")
    for text in ("hello", "is there an echo?"):
        bob.say(garden, text)
        assert eventually(lambda text=text: said(ada, garden).count((username, text)) == 1, 60, every=0.1)
    assert len(said(ada, garden)) == 4  # it doesn't answer itself

    assert ada.rest("DELETE", f"/rooms/{garden.id}/bots/{made['user']['id']}/token").ok
    program.until("revoked")
    program.finish()


def test_a_stranger_comes_in_by_the_link_registers_and_chats(run: Run, ada: Account, garden: Room) -> None:
    name = f"{ada.username}-friend"
    terminal = run("terminal.py", link(ada, garden))
    terminal.type(name, PASSWORD, "y")
    terminal.until("You are in “The garden”.")
    ada.say(garden, "who is there?")
    terminal.until(f"{ada.username}: who is there?")
    terminal.type("it is me", "  ", "good-bye")
    assert terminal.finish() == 0
    assert said(ada, garden)[1:] == [(name, "it is me"), (name, "good-bye")]


def test_who_has_an_account_signs_in_and_is_signed_out_at_the_end(
    run: Run, ada: Account, bob: Account, mallory: Account, garden: Room
) -> None:
    terminal = run("terminal.py", link(ada, garden))
    terminal.type(mallory.username, PASSWORD)
    terminal.until("You are in")
    terminal.type("hello")
    terminal.until(f"{mallory.username}: hello")
    assert terminal.finish() == 0
    tokens = mallory.rest("GET", "/tokens").json()["items"]
    assert [each["name"] for each in tokens] == ["Test"]


@pytest.mark.parametrize("wrong", ["password", "link", "nothing"])
def test_the_terminal_says_why_it_cannot(run: Run, ada: Account, garden: Room, wrong: str) -> None:
    place = {"link": f"{ada.url}/join/nowhere-at-all", "nothing": "nothing"}.get(wrong, link(ada, garden))
    terminal = run("terminal.py", place)
    if wrong == "password":
        terminal.type(ada.username, "not the password", "n")
    assert terminal.finish() == 1
    told = {"password": "wrong", "link": "nothing here", "nothing": "Give the link"}[wrong]
    assert told in "\n".join(terminal.printed)


def test_the_minimal_client_drops_its_line_and_catches_up(
    run: Run, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "before")
    client = run("minimal.mjs", ada.url, ada.token, garden.id, "3")
    client.until(f"{bob.username}: before")
    client.type("hello")
    client.until(f"{ada.username}: hello")
    bob.say(garden, "live")
    client.until(f"{bob.username}: live")

    client.type("/drop")
    client.until("io client disconnect")
    client.type("written meanwhile")
    for number in range(20):
        bob.say(garden, f"missed {number}")
    client.until(f"{ada.username}: written meanwhile")
    shown = [line for line in client.printed if re.match(r"\d+ ", line)]
    log = [f"{each['seq']} {each['author']['display_name']}: {each['text']}" for each in ada.history(garden)]
    assert shown == log
    assert len(log) == 24


def test_the_minimal_client_takes_a_snapshot_when_it_missed_too_much(
    run: Run, ada: Account, bob: Account, garden: Room
) -> None:
    client = run("minimal.mjs", ada.url, ada.token, garden.id, "4")
    bob.say(garden, "before")
    client.until(": before")
    client.type("/drop")
    client.until("io client disconnect")
    with bob.line() as line:
        for number in range(210):  # more than a catch-up holds
            text = {"room_id": garden.id, "nonce": str(uuid4()), "text": f"m{number}"}
            line.begin("post_message", text)
        assert line.ask("sync", {"rooms": {}})["ok"]
    client.until(": m209")
    shown = [line for line in client.printed if re.match(r"\d+ ", line)]
    log = [f"{each['seq']} {each['author']['display_name']}: {each['text']}" for each in ada.history(garden)]
    assert shown[-100:] == log[-100:]
