"""The page for the curious: what the line is like, by keyboard and on a phone, and as a report to send to somebody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.browser.test_looks import AXE, PHONE, serious
from tests.clients.people import Account, Room


def fact(dialog: Locator, name: str) -> Locator:
    return dialog.locator(f'[data-fact="{name}"] dd')


def curious(seat: Seat) -> Locator:
    """Opens it by the room's menu."""
    seat.page.locator("summary[aria-label='Room menu']").click()
    seat.page.get_by_role("button", name="Connection").click()
    return seat.page.get_by_role("dialog", name="Connection")


def test_it_says_how_the_line_is_and_copies_one_report(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    for index in range(3):
        ada.say(garden, f"number {index}")
    seat = sit(url, ada, permissions=["clipboard-read", "clipboard-write"]).enter(garden)
    dialog = curious(seat)
    expect(fact(dialog, "line")).to_have_text("Open")
    expect(fact(dialog, "transport")).to_have_text("WebSocket")
    expect(fact(dialog, "round-trip")).to_have_text(re.compile(r"^[\d.]+ ms$"))
    expect(fact(dialog, "seq")).to_have_text(str(ada.history(garden)[-1]["seq"]))
    room = ada.rest("GET", f"/rooms/{garden.id}").json()
    expect(fact(dialog, "epoch")).to_have_text(room["epoch"])
    expect(fact(dialog, "room")).to_have_text(garden.id)
    expect(fact(dialog, "catch-ups")).to_have_text("1")
    expect(fact(dialog, "holes")).to_have_text("0")
    expect(fact(dialog, "reconnects")).to_have_text("0")
    expect(fact(dialog, "waiting")).to_have_text("Nothing")
    expect(fact(dialog, "version")).to_have_text(re.compile(r"^Parlor \d"))
    expect(fact(dialog, "offset")).to_have_text("Right")
    dialog.get_by_role("button", name="Copy report").click()
    expect(dialog.locator("#connection-copy")).to_have_attribute("data-done", "")
    report = seat.page.evaluate("navigator.clipboard.readText()")
    for line in (f"Room: {garden.id}", f"Epoch of the log: {room['epoch']}", f"Address: {url}", "Line: Open"):
        assert line in report.split("\n")


def test_it_follows_what_happens_while_it_is_open(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    seat.say("before the tunnel")
    seat.sees("before the tunnel")  # so it has caught up once
    seat.context.set_offline(True)
    expect(seat.page.get_by_text("You’re offline.")).to_be_visible()
    seat.say("written in a tunnel")
    preview = seat.page.locator("#room-list [aria-current] .room-link__last")
    expect(preview).to_have_text("Waiting. You: written in a tunnel", use_inner_text=True)
    dialog = curious(seat)
    expect(fact(dialog, "line")).to_have_text("Offline")
    expect(fact(dialog, "transport")).to_have_text("–")
    expect(fact(dialog, "waiting")).to_have_text("1 message")
    seat.context.set_offline(False)
    expect(fact(dialog, "line")).to_have_text("Open")
    expect(fact(dialog, "waiting")).to_have_text("Nothing")
    expect(fact(dialog, "reconnects")).to_have_text("1")
    expect(fact(dialog, "catch-ups")).to_have_text("2")
    expect(preview).to_have_text("You: written in a tunnel", use_inner_text=True)


def test_keys_open_and_close_it(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    keys = seat.page.keyboard
    seat.page.locator("summary[aria-label='Room menu']").focus()
    keys.press("Enter")
    for _ in range(8):
        keys.press("Tab")
        if seat.page.evaluate("document.activeElement.textContent.trim()") == "Connection":
            break
    keys.press("Enter")
    dialog = seat.page.get_by_role("dialog", name="Connection")
    expect(dialog.get_by_role("button", name="Copy report")).to_be_focused()
    keys.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_axe_finds_nothing(
    url: str, sit: Sit, ada: Account, garden: Room, scheme: str
) -> None:
    seat = sit(url, ada, color_scheme=scheme, reduced_motion="reduce", **PHONE)
    if not AXE.exists():
        pytest.skip("axe-core is not there: make setup-dev fetches it.")
    seat.context.add_init_script(path=AXE)
    dialog = curious(seat.enter(garden))
    expect(dialog.get_by_role("button", name="Copy report")).to_be_in_viewport(ratio=1)
    expect(fact(dialog, "version")).not_to_have_text("–")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    assert serious(seat.page) == []
