"""What every page must be: free of serious findings of axe in light and dark, and whole on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients import people
from tests.clients.people import Account, Room
from tests.server.process import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
TOO_SMALL = """all => all.map(each => {
  const { width, height } = each.getBoundingClientRect();
  return [each.getAttribute("aria-label") ?? each.textContent.trim(), width, height];
}).filter(([, width, height]) => width > 1 && (height < 43.5 || width < 43.5))"""
SIGNED_OUT = [
    "/",
    "/login",
    "/register",
    "/join/{invite}",
    "/join/nowhere-to-be-found-00000",
    "/docs/api",
    "/docs/socket",
]
SIGNED_IN = [
    "/",
    "/mentions",
    "/rooms/new",
    "/rooms/{room}",
    "/rooms/{room}/settings",
    "/rooms/{room}/invites",
    "/account",
    "/join/{invite}",
    "/rooms/none",
]


@pytest.fixture(scope="module")
def house(shared_server: Any) -> tuple[Account, Room]:
    """Somebody with a room in which people talked."""
    ada = people.register(shared_server.url, "ada")
    bob = people.register(shared_server.url, "bob")
    room = ada.make_room("The garden")
    bob.join(room)
    for text in (
        "Good morning",
        "See https://example.org/a-rather-long-address/that/goes/on/and/on/for/a/while",
        "x" * 300,
        f"@{ada.username}, look",
    ):
        bob.say(room, text)
        ada.say(room, f"{text}, says Ada")
    return ada, room


def pages(seat: Seat, house: tuple[Account, Room], then: Callable[[Page, str], None]) -> None:
    """Open every page of this seat, and look."""
    _, room = house
    for path in SIGNED_IN if seat.account else SIGNED_OUT:
        seat.go(path.format(room=room.id, invite=room.invite))
        if path == "/rooms/{room}":
            seat.online()
        then(seat.page, path)


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", ["signed out", "signed in"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_axe_finds_nothing_serious(
    url: str, sit: Sit, house: tuple[Account, Room], scheme: str, who: str, size: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make setup-dev fetches it.")
    account = house[0] if who == "signed in" else None
    options = PHONE if size == "phone" else {}
    seat = sit(url, account, color_scheme=scheme, reduced_motion="reduce", **options)
    seat.context.add_init_script(path=AXE)
    findings: dict[str, list[str]] = {}

    def look(page: Page, path: str) -> None:
        if found := serious(page):
            findings[path] = found

    pages(seat, house, look)
    assert findings == {}


@pytest.mark.parametrize("who", ["signed out", "signed in"])
def test_a_phone_shows_each_page_whole(url: str, sit: Sit, house: tuple[Account, Room], who: str) -> None:
    seat = sit(url, house[0] if who == "signed in" else None, **PHONE)
    too_wide: dict[str, object] = {}
    too_small: dict[str, object] = {}

    def look(page: Page, path: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            too_wide[path] = page.evaluate("document.documentElement.scrollWidth")
        small = page.locator(
            "button:visible, a.button:visible, input:visible:not([type=checkbox], [type=radio], .visually-hidden)"
        )
        boxes = small.evaluate_all(TOO_SMALL)
        if boxes:
            too_small[path] = boxes
        assert page.locator("meta[name=viewport]").get_attribute("content") is not None
        assert "user-scalable" not in (page.locator("meta[name=viewport]").get_attribute("content") or "")

    pages(seat, house, look)
    assert (too_wide, too_small) == ({}, {})


def test_a_phone_shows_one_thing_at_a_time(url: str, sit: Sit, house: tuple[Account, Room]) -> None:
    ada, room = house
    seat = sit(url, ada, **PHONE).enter(room)
    box = seat.page.get_by_role("textbox", name="Message")
    expect(box).to_be_in_viewport(ratio=1)
    expect(seat.page.locator("#rooms-panel")).not_to_be_in_viewport()
    expect(seat.page.locator("#members-panel")).not_to_be_in_viewport()
    seat.page.get_by_role("button", name="Members").click()
    expect(seat.page.get_by_role("heading", name="Members")).to_be_in_viewport()
    seat.page.go_back()
    expect(box).to_be_in_viewport(ratio=1)
    seat.page.get_by_role("button", name="All rooms").click()
    expect(seat.page.locator("#room-list").get_by_role("link", name="The garden")).to_be_in_viewport()
    expect(box).not_to_be_in_viewport()
    seat.page.locator("#room-list").get_by_role("link", name="The garden").click()
    expect(box).to_be_in_viewport(ratio=1)
    seat.page.set_viewport_size({"width": 390, "height": 400})  # the keyboard came up
    expect(box).to_be_in_viewport(ratio=1)
    seat.say("from a phone")
    expect(seat.messages().last).to_contain_text("from a phone")
    expect(seat.messages().last).to_be_in_viewport()


def test_the_look_follows_the_system_and_the_switch_stays(
    url: str, sit: Sit, house: tuple[Account, Room]
) -> None:
    seat = sit(url, house[0], color_scheme="dark")
    surface = "getComputedStyle(document.body).backgroundColor"
    dark = seat.go("/").evaluate(surface)
    seat.page.emulate_media(color_scheme="light")
    light = seat.page.evaluate(surface)
    assert dark != light
    for _ in range(3):
        seat.page.get_by_role("button", name="Theme").click()
        if seat.page.locator("html").get_attribute("data-theme") == "dark":
            break
    assert seat.page.evaluate(surface) == dark
    seat.page.reload()
    assert seat.page.evaluate(surface) == dark


def test_axe_finds_nothing_serious_in_a_long_room_by_night_with_the_members_over_it(
    url: str, sit: Sit, house: tuple[Account, Room]
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make setup-dev fetches it.")
    ada, _ = house
    room = ada.make_room(
        "A room whose title goes on for eighty characters, which is as much as there may be"[:80]
    )
    for index in range(70):
        ada.say(room, f"number {index}")
    tablet = {"width": 800, "height": 1000}
    seat = sit(url, ada, color_scheme="dark", reduced_motion="reduce", viewport=tablet)
    seat.context.add_init_script(path=AXE)
    seat.enter(room)
    assert serious(seat.page) == []
    seat.page.get_by_role("button", name="Members").click()
    expect(seat.page.get_by_role("heading", name="Members")).to_be_in_viewport()
    assert serious(seat.page) == []


def test_the_contract_is_searched_and_a_link_unfolds_what_it_leads_to(url: str, sit: Sit) -> None:
    seat = sit(url)
    seat.go("/docs/socket#post_message")
    page = seat.page
    expect(page.locator("#post_message")).to_have_attribute("open", "")

    page.get_by_label("Search", exact=True).fill("somebody typing")
    expect(page.locator("#typing_changed")).to_be_visible()
    expect(page.locator("#post_message")).to_be_hidden()
    expect(page.locator("#search-found")).to_contain_text(" of ")
    page.keyboard.press("Enter")
    expect(page.locator("details.entry[open] >> text=typing").first).to_be_visible()

    page.get_by_label("Search", exact=True).fill("nothing is called so")
    expect(page.locator("#search-found")).to_have_text(re.compile("^0 of "))
    page.get_by_label("Search", exact=True).fill("")
    page.goto(f"{url}/docs/socket#schema-Message")
    expect(page.locator("#schema-Message")).to_have_attribute("open", "")


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_what_opens_over_the_conversation_is_whole_and_has_nothing_serious(
    url: str, sit: Sit, house: tuple[Account, Room], size: str, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make setup-dev fetches it.")
    ada, _ = house
    room = ada.make_room("Over it")
    said = ada.say(room, f"**Look**, @{ada.username}:\n\n> a quote\n\n```py\nreturn None\n```")
    ada.rest("PUT", f"/messages/{said['id']}/reactions/👍")
    ada.rest("PUT", f"/messages/{said['id']}/pin")
    options = PHONE if size == "phone" else {}
    seat = sit(url, ada, color_scheme=scheme, reduced_motion="reduce", **options)
    seat.context.add_init_script(path=AXE)
    page = seat.enter(room).page
    findings: dict[str, object] = {}

    def look(name: str) -> None:
        small = page.locator("button:visible").evaluate_all(TOO_SMALL) if size == "phone" else []
        if (
            found := serious(page)
            or small
            or page.evaluate("document.documentElement.scrollWidth > innerWidth")
        ):
            findings[name] = found

    look("the conversation")
    seat.messages().first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    look("the menu")
    page.get_by_role("menuitem", name="React…").click()
    expect(page.get_by_role("button", name="grinning face", exact=True)).to_be_visible()
    look("the emoji")
    page.keyboard.press("Escape")
    box = page.get_by_role("textbox", name="Message")
    box.fill("*so* `it` looks")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em")).to_have_text("so")
    look("the preview")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Pinned messages")).to_be_visible()
    look("the palette")
    page.get_by_role("option", name="Pinned messages").click()
    expect(page.get_by_role("dialog").get_by_role("link")).to_be_visible()
    look("the pins")
    assert findings == {}
