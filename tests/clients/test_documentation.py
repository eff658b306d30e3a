"""The programs in docs/clients.md run, and do what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import errors
from tests.clients.people import Account, Room
from tests.clients.programs import ROOT, Program
from tests.server.process import eventually

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")


def blocks(language: str) -> str:
    """All blocks of a language, as one program."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a program finds the packages that were installed for this one."""
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def run(folder: Path, name: str, text: str, account: Account, room: Room) -> Program:
    """Start it with all that it wants to know."""
    (folder / name).write_text(text, encoding="utf-8")
    return Program(folder / name, PARLOR_URL=account.url, PARLOR_TOKEN=account.token, PARLOR_ROOM=room.id)


def test_the_javascript_of_the_page_connects_catches_up_sends_and_ends(
    folder: Path, ada: Account, bob: Account, garden: Room
) -> None:
    text = (
        blocks("js") + "\nsetInterval(() => console.log(JSON.stringify(said.map(({ text }) => text))), 50);\n"
    )
    bob.say(garden, "before")
    program = run(folder, "page.mjs", text, ada, garden)
    try:
        program.until("said hello from JavaScript at 4")
        bob.say(garden, "after")
        program.until('["before","hello from JavaScript","after"]')
        assert ada.rest("DELETE", "/tokens/current").ok
        program.until("ended: signed_out")
    finally:
        program.end()


def test_the_javascript_of_the_page_says_why_it_is_refused(folder: Path, ada: Account, garden: Room) -> None:
    assert ada.rest("DELETE", "/tokens/current").ok
    program = run(folder, "page.mjs", blocks("js"), ada, garden)
    try:
        program.until("Sign in to do this.")
    finally:
        program.end()


def test_the_python_of_the_page_connects_catches_up_sends_and_hears(
    folder: Path, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "before")
    ending = (
        "\nassert [each['text'] for each in said] == ['before'], said\nclient.disconnect()\nprint('done')\n"
    )
    program = run(folder, "page.py", blocks("python") + ending, ada, garden)
    try:
        program.until("said hello from Python at 4")
        program.until("heard hello from Python")
        program.until("done")
        assert eventually(
            lambda: [each["text"] for each in ada.history(garden)] == ["before", "hello from Python"]
        )
    finally:
        program.end()


def test_every_code_is_told_with_its_status() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([\d, ]+) \|", PAGE, re.MULTILINE))
    codes = {
        each.code: str(each.status)
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.ChatError) and each is not errors.Unreadable
    }
    assert {code: status.split(",")[0] for code, status in table.items()} == codes


def test_every_program_of_the_examples_is_named() -> None:
    assert set(re.findall(r"\.\./(examples/[\w.]+)", PAGE)) == {
        f"examples/{each.name}" for each in (ROOT / "examples").iterdir() if each.suffix in {".py", ".mjs"}
    }


@pytest.mark.parametrize("language", ["swift", "kotlin", "dart", "csharp"])
def test_a_client_that_cannot_be_run_here_is_shown_with_its_token_in_auth(language: str) -> None:
    text = blocks(language)
    assert "token" in text and "/chat" in text and re.search(r"\"v\"|'v'", text)
    assert "?token" not in text
