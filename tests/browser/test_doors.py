"""The way in: register, log in, make a room, copy its link, and come by one."""

from __future__ import annotations

import itertools
import re

from tests.browser.conftest import Sit
from tests.browser.stage import PASSWORD, expect
from tests.clients import people
from tests.clients.people import Account, Room

_number = itertools.count(1)


def new_name() -> str:
    return f"carol-{next(_number)}"


def test_one_registers_and_is_in(url: str, sit: Sit) -> None:
    carol = sit(url)
    carol.go("/").get_by_role("link", name="Register").first.click()
    carol.fill_in(new_name(), PASSWORD, "Register")
    expect(carol.page.get_by_role("heading", name="No rooms yet")).to_be_visible()


def test_one_logs_out_and_in_again(url: str, sit: Sit, bob: Account) -> None:
    seat = sit(url, bob)
    seat.go("/").get_by_role("button", name="Log out").click()
    seat.page.get_by_role("link", name="Log in").first.click()
    seat.fill_in(bob.username, "a wrong password", "Log in")
    expect(seat.page.get_by_text("don’t belong together")).to_be_visible()
    seat.fill_in(bob.username, PASSWORD, "Log in")
    expect(seat.page.get_by_role("heading", name="No rooms yet")).to_be_visible()
    seat.page.reload()
    expect(seat.page.get_by_role("link", name="Create Room").first).to_be_visible()


def test_one_creates_a_room_and_copies_its_link(url: str, sit: Sit, bob: Account) -> None:
    seat = sit(url, bob, permissions=["clipboard-read", "clipboard-write"])
    seat.go("/").get_by_role("link", name="Create Room").first.click()
    seat.page.get_by_role("textbox", name="Title").fill("Thursday supper")
    seat.page.get_by_role("button", name="Create", exact=True).click()
    expect(seat.page).to_have_url(re.compile(r"/rooms/[\w-]+$"))
    expect(seat.page.get_by_role("heading", name="Thursday supper").first).to_be_visible()
    seat.online()
    seat.page.get_by_role("button", name="Copy link").first.click()
    expect(seat.page.locator("#copy-link")).to_have_attribute("data-done", "")
    link = seat.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(url) + r"/join/[\w-]{22,}", link)

    dora = sit(url)
    dora.go(link)
    expect(dora.page.get_by_role("heading", name="Thursday supper")).to_be_visible()


def test_one_joins_while_signed_out_by_registering(url: str, sit: Sit, garden: Room, ada: Account) -> None:
    carol = sit(url)
    carol.go(f"/join/{garden.invite}")
    expect(carol.page.get_by_role("heading", name="The garden")).to_be_visible()
    carol.page.get_by_role("link", name="Register").last.click()
    carol.fill_in("x", PASSWORD, "Register")  # a failed attempt on the way
    expect(carol.page.get_by_role("textbox", name="Username")).to_have_attribute("aria-invalid", "true")
    carol.fill_in(new_name(), PASSWORD, "Register")
    if not re.search(rf"/rooms/{garden.id}$", carol.page.url):
        carol.page.get_by_role("button", name="Join room").click()
    expect(carol.page).to_have_url(re.compile(rf"/rooms/{garden.id}$"))
    carol.online()
    carol.say("I found it")
    carol.sees("I found it")
    assert [said["text"] for said in ada.history(garden)] == ["I found it"]


def test_who_came_by_a_link_that_shows_nothing_of_before_is_told_so(
    url: str, sit: Sit, garden: Room, ada: Account
) -> None:
    ada.say(garden, "before")
    made = ada.rest("POST", f"/rooms/{garden.id}/invites", {"history": "none"}).json()
    carol = people.register(url, new_name())
    carol.join(Room(garden.id, made["token"]))
    seat = sit(url, carol)
    seat.go(f"/rooms/{garden.id}")
    seat.online()
    expect(seat.page.get_by_role("heading", name="Nobody has said anything since you came.")).to_be_visible()
    seat.say("hello")
    seat.sees("hello")
    expect(seat.page.get_by_role("heading", name="You see this room from here on.")).to_be_visible()
    whole = sit(url, ada)
    whole.go(f"/rooms/{garden.id}")
    expect(whole.page.get_by_role("heading", name="This is where The garden begins.")).to_be_visible()


def test_one_joins_by_logging_in_after_a_failed_attempt(
    url: str, sit: Sit, ada: Account, bob: Account
) -> None:
    room = ada.make_room("The attic")
    seat = sit(url)
    seat.go(f"/join/{room.invite}").get_by_role("link", name="Log in").last.click()
    seat.fill_in(bob.username, "a wrong password", "Log in")
    expect(seat.page.get_by_text("don’t belong together")).to_be_visible()
    seat.fill_in(bob.username, PASSWORD, "Log in")
    if not re.search(rf"/rooms/{room.id}$", seat.page.url):
        seat.page.get_by_role("button", name="Join room").click()
    expect(seat.page).to_have_url(re.compile(rf"/rooms/{room.id}$"))


def test_one_joins_by_a_pasted_link(url: str, sit: Sit, ada: Account, bob: Account) -> None:
    room = ada.make_room("The attic")
    seat = sit(url, bob)
    seat.go("/").get_by_placeholder("Paste it here").fill(f"  {url}/join/{room.invite} ")
    seat.page.get_by_role("button", name="Open").click()
    seat.page.get_by_role("button", name="Join room").click()
    expect(seat.page).to_have_url(re.compile(rf"/rooms/{room.id}$"))


def test_keyboard_alone_is_enough(url: str, sit: Sit) -> None:
    """From the front page to a sent message: Tab, typing and Enter, with the focus always to be seen."""
    seat = sit(url)
    seat.go("/")
    keys = seat.page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(40):
            keys.press("Tab")
            focused = seat.page.evaluate(
                """() => { const e = document.activeElement; const s = getComputedStyle(e);
                return [e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.textContent,
                        s.outlineStyle !== "none" || s.boxShadow !== "none"
                        || getComputedStyle(e.parentElement).outlineStyle !== "none"
                        || getComputedStyle(e.parentElement).boxShadow !== "none"
                        || getComputedStyle(e.closest("form > div") ?? e).borderColor !== ""] }"""
            )
            if focused[0].strip() == name:
                assert focused[1], f"the focus on {name} is not to be seen"
                return
        raise AssertionError(f"Tab does not lead to {name}")

    tab_to("Register")
    keys.press("Enter")
    expect(seat.page).to_have_url(re.compile("/register"))
    expect(seat.page.get_by_role("textbox", name="Username")).to_be_focused()
    keys.type(new_name())
    tab_to("Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(seat.page.get_by_role("heading", name="No rooms yet")).to_be_visible()
    tab_to("Create Room")
    keys.press("Enter")
    expect(seat.page.get_by_role("textbox", name="Title")).to_be_focused()
    keys.type("By keys")
    keys.press("Enter")
    seat.online()
    keys.type("hello from the keys")  # typing means the message, wherever the focus is
    keys.press("Enter")
    seat.sees("hello from the keys")
