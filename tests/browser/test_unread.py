"""What is unread, as people see it: in the title, on all their devices; and only what they saw is read."""

from __future__ import annotations

import functools
import re
import statistics
import time
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients import people
from tests.clients.people import Account, Room
from tests.server.process import eventually
from tests.server.raw import Line
from tests.server.test_presence import Watcher

# Chromium without a screen says of every page that it has the focus and is seen.
AWAY = {
    "unfocused": "document.hasFocus = () => false; dispatchEvent(new Event('blur'))",
    "hidden": "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
    "document.dispatchEvent(new Event('visibilitychange'))",
}
BACK = {
    "unfocused": "delete document.hasFocus; dispatchEvent(new Event('focus'))",
    "hidden": "delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))",
}
# Longer than a message has to be looked at to be read.
GLANCE_SECONDS = 1.2
DWELL_SECONDS = 0.4


def unread(account: Account, room: Room) -> tuple[int, int]:
    """Unread messages, and mentions among them, as the server counts them."""
    found = account.rest("GET", f"/rooms/{room.id}").json()
    return found["unread"], found["mentions"]


def titled(seat: Seat, beginning: str) -> None:
    """Wait until the tab's title begins so."""
    expect(seat.page).to_have_title(re.compile("^" + re.escape(beginning)))


@pytest.mark.parametrize("how", AWAY)
def test_what_comes_while_nobody_looks_is_unread_until_somebody_does(
    how: str, url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "read at once")
    seat = sit(url, ada).enter(garden)
    titled(seat, "The garden")
    assert eventually(lambda: unread(ada, garden) == (0, 0))
    seat.page.evaluate(AWAY[how])
    for text in ("one", f"@{ada.username} two"):
        bob.say(garden, text)
    titled(seat, "@1 (2) The garden")
    time.sleep(GLANCE_SECONDS)
    assert unread(ada, garden) == (2, 1), "it was on the screen of somebody who looked elsewhere"
    seat.page.evaluate(AWAY["hidden"])  # and then the tab is hidden too
    expect(seat.page.locator(".new-line + article")).to_contain_text("one")
    seat.page.evaluate(BACK["hidden"])
    seat.page.evaluate(BACK[how])
    titled(seat, "The garden")
    assert eventually(lambda: unread(ada, garden) == (0, 0))
    expect(seat.page.locator(".new-line + article")).to_contain_text("one")


def test_a_glance_is_no_reading(url: str, sit: Sit, ada: Account, bob: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    seat.page.evaluate(AWAY["unfocused"])
    bob.say(garden, "one")
    titled(seat, "(1) The garden")
    seat.page.evaluate(BACK["unfocused"] + ";" + AWAY["unfocused"])
    time.sleep(GLANCE_SECONDS)
    titled(seat, "(1) The garden")
    assert unread(ada, garden) == (1, 0)


def test_what_comes_while_one_reads_further_up_is_unread_until_one_goes_there(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    for number in range(40):
        last = bob.say(garden, f"number {number}")
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": last["seq"]}).ok
    seat = sit(url, ada).enter(garden)
    expect(seat.messages()).to_have_count(40)
    seat.log.evaluate("log => log.scrollTo(0, 0)")
    expect(seat.page.locator("#jump")).to_be_visible()
    bob.say(garden, "down here")
    expect(seat.page.locator("#jump-label")).to_have_text("1 new message")
    titled(seat, "(1) The garden")
    time.sleep(GLANCE_SECONDS)
    assert unread(ada, garden) == (1, 0)
    seat.page.locator("#jump").click()
    titled(seat, "The garden")
    assert eventually(lambda: unread(ada, garden) == (0, 0))


def test_reading_is_in_step_on_all_devices_within_a_second(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    seat, other = sit(url, ada).enter(garden), sit(url, ada).enter(kitchen)
    other.page.evaluate(
        "() => { window.titles = []; new MutationObserver(() => titles.push([Date.now(), document.title]))"
        ".observe(document.querySelector('title'), {childList: true}) }"
    )
    late: dict[str, list[float]] = {"page": [], "program": []}
    with Watcher(ada) as program:
        for number in range(3):
            seat.page.evaluate(AWAY["unfocused"])
            bob.say(garden, f"number {number}")
            for each in (seat, other):
                titled(each, "(1) ")
            looked = seat.page.evaluate(f"() => {{ {BACK['unfocused']}; return Date.now() }}") / 1000
            titled(other, "The kitchen")
            assert eventually(lambda count=number: len(program.facts("read_changed")) > count)
            told = other.page.evaluate("titles.findLast(([, title]) => title.startsWith('The kitchen'))[0]")
            heard = [at for at, event, _ in program.heard if event == "read_changed"][-1]
            late["page"].append(told / 1000 - looked - DWELL_SECONDS)
            late["program"].append(time.time() - (time.monotonic() - heard) - looked - DWELL_SECONDS)
    assert {name: statistics.median(each) <= 1.0 for name, each in late.items()} == {
        "page": True,
        "program": True,
    }, late


def test_what_was_read_elsewhere_and_told_here_to_nobody_is_known_when_one_looks(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    """What passes may be lost on the way."""
    kitchen = ada.make_room("The kitchen")
    seat = sit(url, ada)

    def lose(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda said: None if '["read_changed"' in said else socket.send(said))

    seat.page.route_web_socket(re.compile("/socket.io/"), lose)
    seat.enter(kitchen)
    said = bob.say(garden, "one")
    titled(seat, "(1) The kitchen")
    seat.page.evaluate(AWAY["hidden"])
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": said["seq"]}).ok
    time.sleep(GLANCE_SECONDS)
    titled(seat, "(1) The kitchen")
    seat.page.evaluate(BACK["hidden"])
    titled(seat, "The kitchen")


def test_mentions_in_a_room_that_is_not_open_are_exact_whatever_becomes_of_them(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    """Bob owns the kitchen, so he calls everybody there. The page knows nobody of that room."""
    kitchen = bob.make_room("The kitchen")
    ada.join(kitchen)
    seat = sit(url, ada).enter(garden)
    said = bob.say(kitchen, "@room tea?")
    titled(seat, "@1 (1) The garden")
    for text, title in (
        ("tea", "(1) The garden"),
        (f"@{ada.username}: tea?", "@1 (1) The garden"),
        (f"`@{ada.username}`: tea", "(1) The garden"),
        ("@room: tea!", "@1 (1) The garden"),
    ):
        assert bob.rest("PATCH", f"/messages/{said['id']}", {"text": text}).ok
        titled(seat, title)
    bob.say(kitchen, "and cake")
    titled(seat, "@1 (2) The garden")
    assert bob.rest("DELETE", f"/messages/{said['id']}").ok
    titled(seat, "(1) The garden")
    assert unread(ada, kitchen) == (1, 0)


def test_a_room_tells_as_much_as_one_wants_in_the_title_and_by_notices(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = bob.make_room("The kitchen")
    ada.join(kitchen)
    seat = sit(url, ada)
    seat.context.add_init_script(
        "localStorage.setItem('notices', 'all'); window.shown = []; window.Notification = class {"
        "static permission = 'granted'; constructor(title, {body}) { shown.push(body) } close() {} }"
    )
    seat.enter(garden)
    seat.page.evaluate(AWAY["unfocused"])
    count = (
        seat.page.locator("#room-list").get_by_role("link", name="The kitchen").locator(".room-link__count")
    )

    def after(level: str, title: str, total: int) -> Any:
        """What is shown by notices when something is said, and then something to Ada, at this level."""
        assert ada.rest("PATCH", f"/rooms/{kitchen.id}/me", {"level": level}).ok
        bob.say(kitchen, f"{level} plain")
        bob.say(kitchen, f"{level} @{ada.username}")
        expect(count).to_have_text(str(total))
        titled(seat, title)
        return seat.page.evaluate(f"shown.filter((text) => text.startsWith('{level} '))")

    assert after("everything", "@1 (2) The garden", 2) == ["everything plain", f"everything @{ada.username}"]
    assert after("mentions", "@2 (2) The garden", 4) == [f"mentions @{ada.username}"]
    assert after("nothing", "The garden", 6) == []
    expect(seat.page.get_by_role("link", name="The kitchen muted")).to_be_visible()
    assert ada.rest("PATCH", f"/rooms/{kitchen.id}/me", {"level": "everything"}).ok
    titled(seat, "@3 (6) The garden")


def test_the_sign_of_an_installed_app_counts_as_the_title_does(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = bob.make_room("The kitchen")
    ada.join(kitchen)
    seat = sit(url, ada)
    seat.context.add_init_script(
        "Object.assign(Navigator.prototype, {async setAppBadge(count) { document.body.dataset.sign = count },"
        " async clearAppBadge() { document.body.dataset.sign = 0 }})"
    )
    signed = functools.partial(expect(seat.page.locator("body")).to_have_attribute, "data-sign")
    seat.enter(garden)
    signed("0")
    bob.say(kitchen, "one")
    said = bob.say(kitchen, "two")
    signed("2")
    assert ada.rest("PATCH", f"/rooms/{kitchen.id}/me", {"level": "mentions"}).ok
    signed("0")
    bob.say(kitchen, f"@{ada.username} three")
    signed("1")
    assert ada.rest("PUT", f"/rooms/{kitchen.id}/read", {"seq": said["seq"] + 1}).ok
    signed("0")


def test_who_writes_is_named_and_several_are_several(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    others = [bob, *(people.register(url, name) for name in ("carol", "dave"))]
    for each in others[1:]:
        each.join(garden)
    seat = sit(url, ada).enter(garden)
    line = seat.page.locator("#typing")
    port = int(url.rsplit(":", 1)[1])

    def says(who: Account, *, typing: bool) -> None:
        with Line(port).join(who.token) as there:
            assert there.call("set_typing", {"room_id": garden.id, "typing": typing})["ok"]

    says(bob, typing=True)
    says(others[1], typing=True)
    expect(line).to_have_text(f"{bob.username} and {others[1].username} are typing")
    says(others[1], typing=False)
    expect(line).to_have_text(f"{bob.username} is typing")
    bob.say(garden, "there")
    expect(line).to_have_text("")
