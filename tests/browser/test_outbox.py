"""What was written stays written: through a closed tab, an hour, a reload; and two tabs send it once."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from playwright.sync_api import Page, WebSocket

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients import people
from tests.clients.people import Account, Room
from tests.server.process import Server

WAITING = "article.message--waiting"


class Wire:
    """Which messages the pages of a seat put on the wire, each time that they do."""

    def __init__(self, seat: Seat) -> None:
        self.nonces: list[str] = []
        seat.context.on("page", lambda page: page.on("websocket", self._line))
        seat.page.on("websocket", self._line)

    def _line(self, line: WebSocket) -> None:
        line.on("framesent", self._sent)

    def _sent(self, packet: str | bytes) -> None:
        asked = re.match(r'42/chat,\d+(\["post_message".*)', str(packet), re.DOTALL)
        if asked:
            self.nonces.append(json.loads(asked[1])[1]["nonce"])


def another_tab(seat: Seat, room: Room) -> Page:
    page = seat.context.new_page()
    page.goto(f"/rooms/{room.id}")
    expect(page.locator("html")).to_have_attribute("data-line", "online", timeout=40_000)
    return page


@pytest.mark.timeout(180)
def test_a_tab_closed_with_three_pending_messages_and_opened_an_hour_later_sends_them_once(
    own_server: Server, sit: Sit
) -> None:
    ada, bob = people.register(own_server.url, "ada"), people.register(own_server.url, "bob")
    room = ada.make_room()
    bob.join(room)
    seat, other = sit(own_server.url, ada).enter(room), sit(own_server.url, bob).enter(room)
    seat.say("before")
    seat.sees("before")
    own_server.kill()
    written = [f"written {index}" for index in range(3)]
    for text in written:
        seat.say(text)
    expect(seat.page.locator(WAITING)).to_have_count(3)
    seat.page.close()
    own_server.start()
    other.online()
    other.sees("before")  # nobody sends for a tab that is closed

    seat.context.clock.install(time=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    wire = Wire(seat)
    seat.page = another_tab(seat, room)
    seat.sees("before", *written)
    other.sees("before", *written)
    assert [each["text"] for each in ada.history(room)] == ["before", *written]
    assert len(wire.nonces) == len(set(wire.nonces)) == 3
    seat.page.reload()
    seat.sees("before", *written)


@pytest.mark.timeout(180)
def test_two_tabs_that_wrote_while_the_server_was_down_send_each_message_once(
    own_server: Server, sit: Sit
) -> None:
    ada = people.register(own_server.url, "ada")
    room = ada.make_room()
    seat = sit(own_server.url, ada)
    wire = Wire(seat)
    seat.enter(room)
    second = another_tab(seat, room)
    own_server.kill()
    for index in range(3):
        seat.say(f"first tab {index}")
        seat.say(f"second tab {index}", second)
    for page in (seat.page, second):
        expect(page.locator(WAITING)).to_have_count(3)
    own_server.start()
    for page in (seat.page, second):
        expect(page.locator("article.message")).to_have_count(6, timeout=40_000)
        expect(page.locator(WAITING)).to_have_count(0)
    said = [each["text"] for each in ada.history(room)]
    for tab in ("first", "second"):
        assert [text for text in said if text.startswith(tab)] == [f"{tab} tab {n}" for n in range(3)]
    assert len(said) == len(wire.nonces) == len(set(wire.nonces)) == 6


def test_a_tab_takes_over_what_a_closed_one_left_without_being_opened_anew(
    own_server: Server, sit: Sit
) -> None:
    ada = people.register(own_server.url, "ada")
    room = ada.make_room()
    seat = sit(own_server.url, ada).enter(room)
    second = another_tab(seat, room)
    own_server.kill()
    seat.say("left behind", second)
    expect(second.locator(WAITING)).to_have_count(1)
    second.close()
    own_server.start()
    seat.sees("left behind")
    assert [each["text"] for each in ada.history(room)] == ["left behind"]


def test_drafts_are_kept_for_each_room_and_survive_a_reload(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    attic = ada.make_room("The attic")
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.fill("half a sentence for the garden")
    seat.page.locator("#room-list").get_by_role("link", name="The attic").click()
    expect(box).to_have_value("")
    box.fill("and for\nthe attic")
    seat.page.reload()
    expect(box).to_have_value("and for\nthe attic")
    seat.page.locator("#room-list").get_by_role("link", name="The garden").click()
    expect(box).to_have_value("half a sentence for the garden")
    box.press("Enter")
    seat.sees("half a sentence for the garden")
    seat.page.reload()
    seat.sees("half a sentence for the garden")
    expect(box).to_have_value("")
    assert ada.history(attic) == []


def test_what_waits_says_so_below_its_text_and_not_upon_it(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    page = sit(url, ada, viewport={"width": 390, "height": 700}).enter(garden).page
    page.context.set_offline(True)
    box = page.get_by_role("textbox", name="Message")
    for words in range(8, 14):  # some of these end at the end of a line
        box.fill("chairs " * words)
        box.press("Enter")
    expect(page.locator(WAITING)).to_have_count(6)
    for each in page.locator(WAITING).all():
        text, state = (each.locator(part).bounding_box() for part in (".message__text", ".message__state"))
        assert text is not None and state is not None
        assert state["y"] >= text["y"] + text["height"] - 1
    page.context.set_offline(False)
    expect(page.locator(WAITING)).to_have_count(0, timeout=40_000)
