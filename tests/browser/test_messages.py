"""What can be done with a message, seen from both sides; by mouse, by keys, by touch. And finding one."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from playwright.sync_api import WebSocketRoute

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients.people import Account, Room

GLANCE_MS = 1200  # longer than a message has to be looked at to be read
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


def act(seat: Seat, text: str, deed: str) -> None:
    """Point at a message, and choose from its menu."""
    message = seat.messages().filter(has=seat.page.locator("> .message__text", has_text=text))
    message.hover()
    seat.page.get_by_role("toolbar").get_by_role("button", name="More").click()
    seat.page.get_by_role("menuitem", name=deed, exact=True).click()


def latest(account: Account, room: Room) -> list[dict[str, Any]]:
    """The room's end, oldest first."""
    items: list[dict[str, Any]] = account.rest("GET", f"/rooms/{room.id}/messages").json()["items"]
    return items[::-1]


def test_answering_editing_reacting_pinning_and_deleting_are_seen_by_both(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    one.say("Who brings the *cake*?")
    act(other, "Who brings", "Reply")
    expect(other.page.get_by_text(f"Replying to {ada.username}")).to_be_visible()
    other.say("I do")
    answer = one.messages().filter(has_text="I do")
    expect(answer.get_by_role("button", name="In reply to")).to_contain_text("Who brings the cake?")

    box = one.page.get_by_role("textbox", name="Message")
    box.press("ArrowUp")  # what I said last is mine, not Bob's
    expect(box).to_have_value("Who brings the *cake*?")
    box.press("Escape")
    expect(box).to_have_value("")
    box.press("ArrowUp")
    box.fill("Who brings the **pie**?")
    box.press("Enter")
    expect(other.messages().first.locator("strong")).to_have_text("pie")
    expect(other.messages().first).to_contain_text("(edited)")
    expect(answer.get_by_role("button", name="In reply to")).to_contain_text("Who brings the pie?")
    act(other, "Who brings", "Earlier versions")
    expect(other.page.locator("#versions-dialog em")).to_have_text("cake")
    other.page.keyboard.press("Escape")

    act(other, "Who brings", "React…")
    other.page.get_by_role("searchbox", name="Search emoji").fill("birthday cake")
    other.page.keyboard.press("Enter")
    mine = one.messages().first.get_by_role("button", name="🎂 1")
    mine.click()
    expect(other.messages().first.get_by_role("button", name="🎂 2, You and")).to_have_attribute(
        "aria-pressed", "true"
    )

    act(one, "I do", "Pin")
    expect(other.messages().filter(has_text="I do").locator(".message__pin")).to_be_visible()
    other.page.get_by_label("Room menu").click()
    other.page.get_by_role("button", name="Pinned messages").click()
    expect(other.page.get_by_role("dialog").get_by_role("link")).to_contain_text("I do")
    other.page.keyboard.press("Escape")

    act(one, "Who brings", "Delete")
    one.page.get_by_role("button", name="Undo").click()
    expect(one.messages().first).to_contain_text("pie")
    act(one, "Who brings", "Delete")
    expect(other.messages().first).to_contain_text("This message was deleted.", timeout=20_000)
    expect(answer.get_by_role("button", name="In reply to")).to_contain_text("This message was deleted.")
    assert [each["text"] for each in latest(ada, garden)] == ["", "I do"]


def test_arrow_keys_go_through_what_came_with_the_page(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    for text in ("one", "two", "three"):
        ada.say(garden, text)
    seat = sit(url, ada).enter(garden)
    seat.messages().last.focus()
    for text in ("two", "one"):
        seat.page.keyboard.press("ArrowUp")
        expect(seat.messages().filter(has_text=text)).to_be_focused()
    seat.page.keyboard.press("Enter")
    expect(seat.page.get_by_role("menu", name="Message actions")).to_be_visible()


def test_what_the_server_refuses_is_shown_as_it_is(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat = sit(url, ada).enter(garden)
    seat.say("mine")
    seat.sees("mine")
    box = seat.page.get_by_role("textbox", name="Message")
    box.press("ArrowUp")
    message = latest(ada, garden)[0]["id"]
    assert ada.rest("PATCH", f"/messages/{message}", {"text": "mine, from my phone"}).ok
    expect(seat.messages().first).to_contain_text("from my phone")
    box.fill("mine, from here")
    box.press("Enter")
    expect(seat.page.get_by_text("This message was edited meanwhile")).to_be_visible()
    expect(seat.messages().first).to_contain_text("mine, from my phone")
    expect(box).to_have_value("mine, from here")
    box.press("Enter")  # knowing what it says now
    expect(seat.messages().first).to_contain_text("mine, from here")


def test_a_deletion_is_kept_when_the_page_goes(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    seat.say("gone with me")
    other.sees("gone with me")
    act(seat, "gone with me", "Delete")
    seat.go("/account")
    expect(other.messages().first).to_contain_text("This message was deleted.")


def test_a_name_is_completed_by_keys_and_calls_the_other(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = bob.make_room("The kitchen")
    ada.join(kitchen)
    reader, writer = sit(url, ada).enter(kitchen), sit(url, bob).enter(garden)
    box = writer.page.get_by_role("textbox", name="Message")
    box.press_sequentially("tea, @AD")
    option = writer.page.get_by_role("option", name=ada.username)
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("Tab")
    expect(box).to_have_value(f"tea, @{ada.username} ")
    box.press("Enter")
    there = reader.page.locator("#room-list").get_by_role("link", name="The garden")
    expect(there).to_contain_text("1 mentions of you")
    expect(reader.page).to_have_title(re.compile(r"^@1 \(1\) "))
    there.click()
    expect(reader.page.get_by_role("heading", name="The garden", level=1)).to_be_visible()
    expect(reader.messages().first.locator(".mention--me")).to_have_text(f"@{ada.username}")
    expect(there.locator(".room-link__mentions")).to_be_hidden()


def test_keys_lead_everywhere_and_are_in_nobodys_way(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    bob.say(garden, "hello")
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.press_sequentially("why?")  # is only typed
    expect(seat.page.locator("#keys-dialog")).to_be_hidden()
    box.press("Control+k")
    seat.page.get_by_role("combobox", name="Search rooms").fill("kitch")
    seat.page.keyboard.press("Enter")
    expect(seat.page).to_have_url(re.compile(kitchen.id))
    seat.page.go_back()
    expect(box).to_have_value("why?")  # the draft of this room
    seat.log.focus()
    seat.page.keyboard.press("?")
    expect(seat.page.get_by_role("dialog", name="Keys")).to_be_visible()
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press("Tab")  # from the conversation to its last message
    expect(seat.messages().last).to_be_focused()
    seat.page.keyboard.press("Enter")
    expect(seat.page.get_by_role("menu")).to_be_visible()
    seat.page.keyboard.press("Escape")
    expect(seat.messages().last).to_be_focused()


def test_a_finger_that_stays_opens_the_menu(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    ada.say(garden, "touch me")
    seat = sit(url, ada, **PHONE).enter(garden)
    seat.sees("touch me")
    at = seat.messages().first.bounding_box()
    assert at is not None
    finger = seat.context.new_cdp_session(seat.page)
    place = {"x": at["x"] + 120, "y": at["y"] + at["height"] - 12}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    menu = seat.page.get_by_role("menu")
    expect(menu).to_be_visible()
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(menu).to_be_visible()
    expect(menu).not_to_have_attribute("data-held", "")
    menu.get_by_role("menuitem", name="React with 👍").tap()
    expect(seat.messages().first.get_by_role("button", name="👍 1, You")).to_be_visible()


def test_a_room_opens_at_the_first_unread_message_however_far_above_it_is(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "read long ago")
    read = bob.say(garden, "the last that Ada read")["seq"]
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": read}).ok
    for index in range(130):
        bob.say(garden, f"number {index}")
    seat = sit(url, ada).enter(garden)
    expect(seat.page.locator(".new-line + article")).to_contain_text("number 0")
    expect(seat.page.locator(".new-line")).to_be_in_viewport()
    expect(seat.page.locator("#room-list a .room-link__count").first).not_to_have_text("0")
    # What is below was not on the screen, so it isn't read.
    last = latest(ada, garden)[-1]["seq"]
    room = ada.rest("GET", f"/rooms/{garden.id}").json()
    assert room["read_seq"] < last - 50
    seat.page.locator("#jump").click()
    expect(seat.messages().last).to_contain_text("number 129")
    expect(seat.page).to_have_title(re.compile("^The garden"))
    seat.page.get_by_role("button", name="First unread").click()
    expect(seat.page.locator(".new-line + article")).to_contain_text("number 0")
    expect(seat.page.locator(".new-line")).to_be_in_viewport()


def test_what_is_marked_unread_stays_so_until_the_room_is_opened_again_on_every_device(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    for text in ("one", "two", "three"):
        bob.say(garden, text)
    seat, phone = sit(url, ada).enter(garden), sit(url, ada).enter(kitchen)
    there = phone.page.locator("#room-list").get_by_role("link", name="The garden")
    expect(there.locator(".room-link__badge")).to_be_hidden()  # read, over there
    act(seat, "two", "Mark unread from here")
    expect(seat.page.locator(".new-line + article")).to_contain_text("two")
    for page in (seat.page, phone.page):
        expect(page).to_have_title(re.compile(r"^\(2\) "))
    there.click()
    expect(phone.page.locator(".new-line + article")).to_contain_text("two")
    expect(seat.page).to_have_title(re.compile("^The garden"))


def test_what_is_marked_unread_on_one_device_isnt_read_by_standing_on_the_screen_of_another(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    for text in ("one", "two", "three"):
        bob.say(garden, text)
    desk, phone = sit(url, ada).enter(garden), sit(url, ada).enter(garden)
    expect(desk.page).to_have_title(re.compile("^The garden"))
    act(phone, "two", "Mark unread from here")
    for seat in (desk, phone):
        expect(seat.page).to_have_title(re.compile(r"^\(2\) "))
        expect(seat.page.locator(".new-line + article")).to_contain_text("two")
    bob.say(garden, "four")
    expect(desk.messages().last).to_contain_text("four")
    time.sleep(GLANCE_MS / 1000)
    assert ada.rest("GET", f"/rooms/{garden.id}").json()["unread"] == 3
    desk.say("so I am here")  # who answers has read
    for seat in (desk, phone):
        expect(seat.page).to_have_title(re.compile("^The garden"))


def test_a_word_of_what_was_read_that_comes_late_takes_nothing_back(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    """As it may from another process: told after this page had read on. Nothing passes while Python waits by itself."""
    for text in ("one", "two", "three"):
        bob.say(garden, text)
    late: list[WebSocketRoute] = []
    seat = sit(url, ada)
    seat.page.route_web_socket(re.compile("/socket.io/"), lambda socket: late.append(passed(socket)))
    seat.enter(garden)
    expect(seat.page).to_have_title(re.compile("^The garden"))
    seat.page.wait_for_timeout(GLANCE_MS)
    last = ada.rest("GET", f"/rooms/{garden.id}").json()["last_seq"]
    fact = {"room_id": garden.id, "seq": last - 2, "unread": 2, "mentions": 0, "last_seq": last}
    late[-1].send(f"42/chat,{json.dumps(['read_changed', fact])}")
    seat.page.wait_for_timeout(500)
    expect(seat.page).to_have_title(re.compile("^The garden"))
    bob.say(garden, "four")
    expect(seat.messages().last).to_contain_text("four")
    seat.page.wait_for_timeout(GLANCE_MS)
    assert ada.rest("GET", f"/rooms/{garden.id}").json()["unread"] == 0


def passed(socket: WebSocketRoute) -> WebSocketRoute:
    """The line as it is, and a way to say more on it."""
    server = socket.connect_to_server()
    server.on_message(socket.send)
    socket.on_message(server.send)
    return socket
