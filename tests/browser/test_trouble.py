"""When something goes wrong: the page says so, keeps what was written, and heals by itself."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import WebSocketRoute

from tests.browser.conftest import Sit
from tests.browser.stage import PASSWORD, Seat, expect
from tests.clients import people
from tests.clients.people import Account, Room
from tests.server.process import Server


@pytest.mark.timeout(180)
def test_what_is_written_while_the_server_is_down_arrives_once_in_order(own_server: Server, sit: Sit) -> None:
    ada, bob = people.register(own_server.url, "ada"), people.register(own_server.url, "bob")
    room = ada.make_room()
    bob.join(room)
    one, other = sit(own_server.url, ada).enter(room), sit(own_server.url, bob).enter(room)
    one.say("before")
    other.sees("before")
    own_server.kill()
    expect(one.page.locator("#banner")).to_be_visible()
    for index in range(4):
        one.say(f"meanwhile {index}")
    expect(one.page.locator("article.message--waiting")).to_have_count(4)
    expect(one.page.locator("article.message--waiting").first).to_contain_text(re.compile("Sending|Waiting"))
    other.say("from Bob, down there")
    own_server.start()
    for seat in (one, other):
        seat.online()
    expect(one.messages()).to_have_count(6)
    expect(one.page.locator("article.message--waiting")).to_have_count(0)
    said = [each["text"] for each in ada.history(room)]
    assert sorted(said) == sorted(["before", *(f"meanwhile {n}" for n in range(4)), "from Bob, down there"])
    assert [text for text in said if "Bob" not in text] == ["before", *(f"meanwhile {n}" for n in range(4))]
    one.sees(*said)
    other.sees(*said)
    one.page.reload()
    one.sees(*said)


def test_being_offline_is_said_and_what_is_written_goes_out_later(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seat = sit(url, ada).enter(garden)
    seat.context.set_offline(True)
    expect(seat.page.get_by_text("You’re offline.")).to_be_visible()
    seat.say("written in a tunnel")
    expect(seat.page.locator("article.message--waiting")).to_have_count(1)
    seat.context.set_offline(False)
    seat.online()
    seat.sees("written in a tunnel")
    assert [each["text"] for each in ada.history(garden)] == ["written in a tunnel"]


def test_what_was_written_offline_survives_a_reload(url: str, sit: Sit, own_server: Server) -> None:
    ada = people.register(own_server.url, "ada")
    room = ada.make_room()
    seat = sit(own_server.url, ada).enter(room)
    refuse = Refusal(seat, "unavailable", 503)
    seat.page.reload()
    seat.online()
    seat.say("kept")
    expect(seat.page.locator("article.message--waiting")).to_have_count(1)
    refuse.on = False
    seat.page.reload()
    seat.sees("kept")
    assert [each["text"] for each in ada.history(room)] == ["kept"]


class Refusal:
    """Between the page and the server: while it is on, messages are refused instead of passed on."""

    def __init__(self, seat: Seat, code: str, status: int) -> None:
        self.on = True
        self.problem = {"status": status, "code": code, "title": "Not today.", "retry_after": 60}
        if status < 429:
            del self.problem["retry_after"]
        seat.page.route_web_socket(re.compile("/socket.io/"), self._between)

    def _between(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def passing(packet: str | bytes) -> None:
            asked = re.match(r'42/chat,(\d+)\["post_message"', str(packet))
            if self.on and asked:
                line.send(f"43/chat,{asked[1]}{json.dumps([{'ok': False, 'error': self.problem}])}")
            else:
                server.send(packet)

        line.on_message(passing)


def test_a_refused_message_is_kept_and_can_be_retried_or_discarded(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seat = sit(url, ada)
    refusal = Refusal(seat, "forbidden", 403)
    seat.enter(garden)
    seat.say("first")
    seat.say("second")
    failed = seat.page.locator("article.message--failed")
    expect(failed).to_have_count(2)
    expect(failed.first).to_contain_text("Not sent.")
    refusal.on = False
    failed.filter(has_text="first").get_by_role("button", name="Discard").click()
    expect(failed).to_have_count(1)
    failed.filter(has_text="second").get_by_role("button", name="Retry").click()
    seat.sees("second")
    assert [each["text"] for each in ada.history(garden)] == ["second"]


def test_a_removed_person_is_told_and_sees_no_more(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat = sit(url, bob).enter(garden)
    ada.say(garden, "hello Bob")
    seat.sees("hello Bob")
    assert ada.rest("DELETE", f"/rooms/{garden.id}/members/{bob.id}").ok
    expect(seat.page.get_by_role("heading", name="You were removed from The garden.")).to_be_visible()
    ada.say(garden, "he is gone")
    expect(seat.page.get_by_role("textbox", name="Message")).to_be_hidden()
    expect(seat.page.get_by_text("he is gone")).to_have_count(0)
    seat.page.reload()
    expect(seat.page.get_by_text("The garden")).to_have_count(0)


def test_a_session_ended_elsewhere_says_so_and_keeps_what_is_written(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.fill("half a sentence")
    for session in ada.rest("GET", "/sessions").json()["items"]:
        assert ada.rest("DELETE", f"/sessions/{session['id']}").ok
    expect(seat.page.locator("#banner")).to_contain_text("ended")
    expect(box).to_have_value("half a sentence")
    seat.page.locator("#banner").get_by_role("link", name="Log in").click()
    seat.fill_in(ada.username, PASSWORD, "Log in")
    expect(seat.page).to_have_url(re.compile(rf"/rooms/{garden.id}$"))
    expect(box).to_have_value("half a sentence")


def test_logging_out_in_one_tab_ends_the_other(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    second = seat.context.new_page()
    second.goto("/")
    second.get_by_role("button", name="Log out").click()
    expect(seat.page.locator("html")).to_have_attribute("data-line", "ended")
    expect(seat.page.locator("#banner")).to_contain_text("logged out")
