"""The heart: everybody in a room sees the same, whatever they use, through a server that is killed in the middle."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Sit
from tests.browser.stage import expect
from tests.clients import people
from tests.clients.reference import InJavaScript, InPython
from tests.server.process import Server, eventually

SHOWN = "article.message .message__text"


@pytest.mark.timeout(180)
def test_two_browsers_python_and_javascript_see_the_same_twenty(tmp_path: Path, sit: Sit) -> None:
    with Server(tmp_path, RATE_LIMITS="off") as server:
        accounts = [people.register(server.url, name) for name in ("ada", "bob", "carol", "dora")]
        ada, bob, carol, dora = accounts
        room = ada.make_room()
        for other in (bob, carol, dora):
            other.join(room)
        one, two = sit(server.url, ada).enter(room), sit(server.url, bob).enter(room)
        python, javascript = InPython(carol), InJavaScript(dora)
        programs = [python, javascript]
        try:
            say = [
                one.say,
                two.say,
                lambda text: python.say(room, text),
                lambda text: javascript.say(room, text),
            ]
            assert eventually(lambda: all(each.is_in(room) for each in programs), 15)
            for number in range(8):
                say[number % 4](f"said {number}")
            server.kill()
            for number in range(8, 12):  # written while nobody listens
                say[number % 4](f"said {number}")
            server.start()
            for number in range(12, 20):  # some of them before their writers are back
                say[number % 4](f"said {number}")
            for seat in (one, two):
                seat.online()
                expect(seat.page.locator(SHOWN)).to_have_count(20, timeout=40_000)
                expect(seat.page.locator(".message--waiting")).to_have_count(0)
            assert eventually(lambda: all(len(each.shown(room)) == 20 for each in programs), 30)

            truth = stored(server, room.id)
            assert sorted(text for _, text in truth) == sorted(f"said {number}" for number in range(20))
            for seat in (one, two):
                assert seat.page.locator(SHOWN).all_inner_texts() == [text for _, text in truth]
            for program in programs:
                assert program.shown(room) == truth
            for writer in range(4):  # what one person wrote stands in the order of writing
                mine = [f"said {number}" for number in range(writer, 20, 4)]
                assert [text for _, text in truth if text in mine] == mine
        finally:
            for program in programs:
                program.end()


def stored(server: Server, room_id: str) -> list[tuple[int, str]]:
    """What the database file holds, in its order; and the log has no gap."""
    with sqlite3.connect(server.database) as database:
        seqs: list[Any] = database.execute(
            "select seq from entries where room_id = ? order by seq", [room_id]
        ).fetchall()
        said = database.execute(
            "select seq, text from messages where room_id = ? order by seq", [room_id]
        ).fetchall()
    database.close()
    assert [seq for (seq,) in seqs] == list(range(1, len(seqs) + 1))
    return [(seq, text) for seq, text in said]
