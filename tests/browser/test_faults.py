"""The delivery promise in real browsers: through twenty kills while two people type, and through a long sleep."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Locator, Route

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients import people
from tests.clients.people import Account, Room
from tests.server.process import Server

KILLS = 20
PAGE = "/messages?limit=50"  # how the newest page is asked for
ANSWERED = """
SELECT text FROM messages JOIN rooms ON rooms.id = messages.room_id WHERE rooms.id = ? ORDER BY messages.seq
"""


def in_database(server: Server, room: Room) -> list[str]:
    """The texts, as the file has them."""
    with closing(sqlite3.connect(server.database)) as database:
        return [text for (text,) in database.execute(ANSWERED, (room.id,))]


@contextmanager
def kills(server: Server, seed: int) -> Iterator[threading.Thread]:
    """Kills the server again and again beside what the test does; it is up at the end."""
    chance = random.Random(seed)
    wrong: list[Exception] = []

    def storm() -> None:
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.4, 1.0))
                server.kill()
                server.start()
        except Exception as error:
            wrong.append(error)

    thread = threading.Thread(target=storm)
    thread.start()
    yield thread
    thread.join()
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_twenty_kills_while_two_browsers_type_lose_nothing_and_double_nothing(
    own_server: Server, sit: Sit
) -> None:
    ada, bob = people.register(own_server.url, "ada"), people.register(own_server.url, "bob")
    room = ada.make_room()
    bob.join(room)
    seats = {"Ada": sit(own_server.url, ada).enter(room), "Bob": sit(own_server.url, bob).enter(room)}
    written: dict[str, list[str]] = {name: [] for name in seats}
    with kills(own_server, seed=20) as storm:
        while storm.is_alive():
            for name, seat in seats.items():
                written[name].append(f"{name} {len(written[name])}")
                seat.say(written[name][-1])
                seat.page.wait_for_timeout(200)
                # Somebody who doesn't wait for the next try: the more often the line is open, the more a kill hits.
                seat.page.evaluate("dispatchEvent(new Event('online'))")

    for seat in seats.values():
        seat.online()
        expect(seat.page.locator("article.message--waiting")).to_have_count(0, timeout=40_000)
    said = in_database(own_server, room)
    for name, texts in written.items():
        assert [text for text in said if text.startswith(name)] == texts
        assert len(texts) > KILLS
    for seat in seats.values():
        seat.sees(*said)
        seat.page.reload()
        seat.sees(*said[-50:])


def say_much(account: Account, room: Room, count: int) -> None:
    """Says so much at once, over a line."""
    with account.line() as line:
        for index in range(count):
            request = {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": f"meanwhile {index}\nand more"}
            line.begin("post_message", request)
        line.ask("heads", {"rooms": {}})


def reads_all(account: Account, room: Room) -> None:
    """Has read everything so far, so that the room opens at its end and not at the first unread message."""
    last = account.history(room)[-1]["seq"]
    assert account.rest("PUT", f"/rooms/{room.id}/read", {"seq": last}).ok


def reading(seat: Seat) -> tuple[Locator, float]:
    """Goes up a little; the message being read now, and where it stands."""
    seat.log.evaluate("log => { log.scrollTop = log.scrollHeight / 2 }")
    seat.page.wait_for_timeout(300)
    seq = seat.log.evaluate(
        """log => { const top = log.getBoundingClientRect().top;
             const all = [...log.querySelectorAll("article")];
             return all.find(each => each.getBoundingClientRect().top >= top).dataset.seq }"""
    )
    message = seat.log.locator(f'article[data-seq="{seq}"]')
    return message, top_of(message)


def top_of(message: Locator) -> float:
    return float(message.evaluate("message => message.getBoundingClientRect().top"))


def everything(seat: Seat) -> list[str]:
    """What a reader has passed who goes from where they are up to the beginning and then down to the end."""
    for edge in ("0", "log.scrollHeight"):
        for _ in range(40):
            seat.log.evaluate(f"log => {{ log.scrollTop = {edge} }}")
            seat.page.wait_for_timeout(60)
            if seat.page.locator("#older:visible, #newer:visible").count() == 0:
                break
    return seat.confirmed()


@pytest.mark.parametrize("missed", [120, 330], ids=["by entries", "by a new snapshot"])
def test_after_sleep_the_page_shows_what_a_fresh_one_shows_and_the_reader_is_where_they_were(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room, missed: int
) -> None:
    """The fresh page is opened by somebody who has read everything: it begins at the end, with a page of messages."""
    for index in range(60):
        ada.say(garden, f"number {index}\nand more")
    reads_all(bob, garden)
    reader, other = sit(url, bob).enter(garden), sit(url, bob).enter(garden)
    for seat in (reader, other):
        expect(seat.messages().last).to_contain_text("number 59")
    other.log.evaluate("log => { log.scrollTop = log.scrollHeight }")
    message, was = reading(reader)
    for seat in (reader, other):
        seat.context.set_offline(True)
        expect(seat.page.get_by_text("You’re offline.")).to_be_visible()
    say_much(ada, garden, missed)
    for seat in (reader, other):
        seat.context.set_offline(False)
        seat.online()

    expect(reader.page.locator("#jump")).to_be_visible()
    reader.page.wait_for_timeout(1000)
    assert abs(top_of(message) - was) < 2
    reads_all(bob, garden)
    fresh = sit(url, bob).enter(garden)
    expect(fresh.messages().last).to_contain_text(f"meanwhile {missed - 1}")
    expect(other.messages().last).to_contain_text(f"meanwhile {missed - 1}")
    assert other.confirmed()[-50:] == fresh.confirmed()
    everyone = [each["text"] for each in ada.history(garden)]
    for seat in (reader, other, fresh):
        assert everything(seat)[-200:] == everyone[-200:]
    assert everything(reader)[:60] == everyone[:60]


def test_who_returns_after_sleep_finds_the_title_and_the_people_as_they_are_now(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    carol = people.register(url, "carol")
    seat = sit(url, bob).enter(garden)
    seat.context.set_offline(True)
    expect(seat.page.get_by_text("You’re offline.")).to_be_visible()
    carol.join(garden)
    assert ada.rest("PATCH", f"/rooms/{garden.id}", {"title": "The greenhouse"}).ok
    carol.say(garden, "hello")
    seat.context.set_offline(False)
    seat.sees("hello")
    expect(seat.page.get_by_role("heading", name="The greenhouse").first).to_be_visible()
    expect(seat.page.locator("#members-panel")).to_contain_text(carol.username)


def test_older_ones_that_are_new_too_come_in_above_without_moving_what_is_read(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    """The room opens at the first unread message. Who goes to the newest from there and then up again has unread ones
    above the page that is here: the line "New" goes up to them, and nobody is moved. (Chromium counts a layout shift
    here, of messages that its own measure says stand still; so what is measured is where they stand.)"""
    say_much(ada, garden, 160)
    seat = sit(url, bob, viewport={"width": 390, "height": 780}).enter(garden)
    new = seat.log.locator(".new-line + article")
    expect(new).to_contain_text("meanwhile 0")
    latest: list[str] = []
    above: list[Route] = []
    seat.page.route("**/api/v1/rooms/*/messages?*before=*", lambda route: above.append(route))
    seat.page.on(
        "request", lambda request: latest.append(request.url) if request.url.endswith(PAGE) else None
    )
    seat.page.locator("#jump").click()
    expect(seat.messages().last).to_contain_text("meanwhile 159")
    expect(seat.messages().last).to_be_in_viewport()
    seat.log.evaluate("log => { log.scrollTop = 0 }")
    seat.page.wait_for_timeout(500)
    assert len(latest) == 1, "the newest were fetched again over what is being read"
    expect(new).to_contain_text("meanwhile 110")
    fresh = seat.log.locator(f'article[data-seq="{new.get_attribute("data-seq")}"]')
    expect(fresh).to_be_in_viewport()
    was = top_of(fresh)
    assert len(above) == 1
    above.pop().continue_()
    expect(seat.messages()).to_have_count(100)
    expect(new).to_contain_text("meanwhile 60")
    seat.page.wait_for_timeout(300)
    assert abs(top_of(fresh) - was) < 2
