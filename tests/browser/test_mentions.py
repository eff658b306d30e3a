"""Being led to a place by a mention, a permalink, a quote or what is unread: what is drawn first is what is meant."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients import people
from tests.clients.people import Account, Room

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
# Every message that was ever put on the page, and where the conversation stood whenever something was painted.
WATCH = """
window.drawn = [];
window.stood = [];
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.nodeType !== 1) continue;
    const all = node.matches("article.message") ? [node] : node.querySelectorAll("#rows article.message");
    for (const each of all) window.drawn.push(each.querySelector(".message__text").textContent);
  }
}).observe(document, { childList: true, subtree: true });
const look = () => {
  const found = document.querySelector(".message--found") ?? document.querySelector(".new-line + .message");
  if (found) window.stood.push(Math.round(found.getBoundingClientRect().top));
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def fill(account: Account, room: Room, count: int) -> list[int]:
    """Have somebody say so many things; their seqs."""
    return [int(account.say(room, f"number {number}.")["seq"]) for number in range(count)]


def drawn(page: Page) -> list[int]:
    """The numbers of what was drawn since, each as often as it was put there."""
    texts = page.evaluate("window.drawn.splice(0)")
    return [int(found[1]) for text in texts if (found := re.search(r"number (\d+)\.", text))]


def moved(page: Page) -> int:
    """How far the reader's place went on the screen, in pixels; of one half, a scroller cannot be rid."""
    stood = page.evaluate("window.stood.splice(0)")
    return int(max(stood) - min(stood)) // 2


def said(seat: Seat, number: int) -> Locator:
    """The message of this number."""
    text = seat.page.locator(".message__text", has_text=re.compile(rf"^number {number}\.$"))
    return seat.page.locator("article.message").filter(has=text)


def in_the_middle(message: Locator) -> None:
    """It is where the eye falls."""
    expect(message).to_be_in_viewport(ratio=1)
    box = message.bounding_box()
    height = message.page.viewport_size["height"]  # type: ignore[index]
    assert box is not None
    assert height * 0.2 < box["y"] < height * 0.8


def test_a_mention_is_found_on_its_page_and_leads_to_its_place(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = bob.make_room("The kitchen")
    ada.join(kitchen)
    bob.say(kitchen, f"@{ada.username} **tea**?")
    seat = sit(url, ada)
    seat.go("/")
    link = seat.page.get_by_role("link", name=re.compile("^Mentions"))
    expect(link).to_contain_text("1 unread")
    link.click()
    row = seat.page.get_by_role("list", name="Mentions").get_by_role("link")
    expect(row).to_contain_text(f"@{ada.username} tea?")
    expect(row).to_contain_text("in The kitchen")
    expect(row).to_contain_text("New")
    row.click()
    message = seat.messages().last
    expect(message).to_have_class(re.compile("message--found"))
    expect(message.locator(".mention--me")).to_have_text(f"@{ada.username}")
    seat.online()
    expect(seat.page.locator("#room-list [aria-current] .room-link__mentions")).to_be_hidden()
    seat.page.locator("#rooms-panel").get_by_role("link", name="Mentions").click()
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("New")


def test_mentions_are_reached_by_the_palette_and_older_ones_by_links(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    for number in range(55):
        bob.say(garden, f"@{ada.username} number {number}.")
    seat = sit(url, ada).enter(kitchen)
    seat.page.keyboard.press("Control+k")
    seat.page.get_by_role("combobox", name="Search rooms").fill("ment")
    expect(seat.page.get_by_role("option").first).to_contain_text("55 unread")
    seat.page.keyboard.press("Enter")
    rows = seat.page.get_by_role("list", name="Mentions").get_by_role("link")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("number 54.")
    seat.page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(5)
    expect(rows.last).to_contain_text("number 0.")
    seat.page.get_by_role("link", name="Newest").click()
    expect(rows.first).to_contain_text("number 54.")


def test_a_page_of_much_that_is_unread_is_drawn_once_at_the_first_of_it(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    read = bob.say(garden, "the last that Ada read")["seq"]
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": read}).ok
    fill(bob, garden, 130)
    seat = sit(url, ada)
    seat.context.add_init_script(WATCH)
    seat.enter(garden)
    expect(seat.page.locator(".new-line + article")).to_contain_text("number 0.")
    expect(seat.page.locator(".new-line")).to_be_in_viewport()
    shown = drawn(seat.page)
    assert 0 in shown and max(shown) < 100  # and what comes after, as it is read towards
    assert len(shown) == len(set(shown))
    assert moved(seat.page) == 0


def test_entering_another_room_with_much_unread_shows_nothing_else_first(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    read = bob.say(garden, "the last that Ada read")["seq"]
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": read}).ok
    fill(bob, garden, 130)
    seat = sit(url, ada)
    seat.context.add_init_script(WATCH)
    seat.enter(kitchen)
    there = seat.page.locator("#room-list").get_by_role("link", name="The garden")
    there.click()
    expect(seat.page.locator(".new-line + article")).to_contain_text("number 0.")
    expect(seat.page.locator(".new-line")).to_be_in_viewport()
    shown = drawn(seat.page)
    assert 0 in shown and max(shown) < 100
    assert moved(seat.page) == 0


def test_a_permalink_into_a_long_room_is_in_the_middle_and_marked_and_nothing_jumps(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seqs = fill(bob, garden, 160)
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": seqs[-1]}).ok
    seat = sit(url, ada)
    seat.context.add_init_script(WATCH)
    seat.go(f"/rooms/{garden.id}?m={seqs[70]}")
    found = said(seat, 70)
    expect(found).to_have_class(re.compile("message--found"))
    in_the_middle(found)
    seat.online()
    expect(said(seat, 30)).to_have_count(1)  # what is before and after came in, and moved nothing
    expect(said(seat, 110)).to_have_count(1)
    in_the_middle(found)
    assert moved(seat.page) == 0
    expect(found).not_to_have_class(re.compile("message--found"))

    seat.page.locator("#jump").click()
    expect(said(seat, 159)).to_be_in_viewport()
    seat.page.evaluate("history.pushState(null, '')")
    seat.go("/account")
    seat.page.go_back()
    seat.page.go_back()
    in_the_middle(said(seat, 70))


def test_a_permalink_to_what_is_not_there_for_me_says_so(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seqs = fill(ada, garden, 3)
    link = ada.rest("POST", f"/rooms/{garden.id}/invites", {"history": "none"}).json()
    late = people.register(url, "late")
    assert late.rest("POST", f"/join/{link['token']}").ok
    seat = sit(url, late)
    seat.go(f"/rooms/{garden.id}?m={seqs[0]}")
    expect(seat.page.locator("#toast")).to_have_text("That message isn’t here.")
    seat = sit(url, ada)
    seat.go(f"/rooms/{garden.id}?m={seqs[0]}")
    expect(said(seat, 0)).to_have_class(re.compile("message--found"))
    expect(seat.page.locator("#toast")).to_be_hidden()
    seat.go(f"/rooms/{garden.id}?m={seqs[-1] + 500}")
    expect(seat.page.locator("#toast")).to_have_text("That message isn’t here.")


def test_the_last_message_of_a_long_room_has_all_the_others_above_it(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seqs = fill(bob, garden, 60)
    seat = sit(url, ada)
    seat.go(f"/rooms/{garden.id}?m={seqs[-1]}")
    seat.online()
    expect(said(seat, 59)).to_be_in_viewport()
    seat.log.evaluate("log => log.scrollTo(0, 0)")
    expect(said(seat, 0)).to_have_count(1)


def test_a_permalink_is_kept_in_the_history_between_rooms(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    ada.make_room("The kitchen")
    seqs = fill(bob, garden, 120)
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": seqs[-1]}).ok
    seat = sit(url, ada)
    seat.go(f"/rooms/{garden.id}?m={seqs[50]}")
    seat.online()
    in_the_middle(said(seat, 50))
    seat.page.locator("#room-list").get_by_role("link", name="The kitchen").click()
    expect(seat.page.get_by_role("heading", name="The kitchen", level=1)).to_be_visible()
    seat.page.go_back()
    in_the_middle(said(seat, 50))
    seat.page.locator("#jump").click()
    expect(said(seat, 119)).to_be_in_viewport()
    seat.page.go_forward()
    seat.page.locator("#room-list").get_by_role("link", name="The garden").click()
    expect(said(seat, 119)).to_be_in_viewport()


def test_what_is_unread_around_a_permalink_stays_unread(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seqs = fill(bob, garden, 160)
    seat = sit(url, ada)
    seat.go(f"/rooms/{garden.id}?m={seqs[80]}")
    seat.online()
    in_the_middle(said(seat, 80))
    for number in (80, 40):  # there, and further up: what is before that is still unread
        expect(said(seat, number)).to_have_count(1)
        said(seat, number).evaluate("each => each.scrollIntoView()")
        seat.page.wait_for_timeout(1500)  # longer than a message has to be looked at to be read
    assert ada.rest("GET", f"/rooms/{garden.id}").json()["unread"] == 160
    seat.page.locator("#jump").click()  # who goes to the end has it all behind them
    expect(seat.page).to_have_title(re.compile("^The garden"))


def test_a_quote_leads_to_what_it_answers_far_above_and_newest_leads_back(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    first = bob.say(garden, "Who brings the **cake**?")
    fill(bob, garden, 120)
    body = {"nonce": "0" * 32, "text": "I do", "reply_to": first["id"]}
    last = ada.rest("POST", f"/rooms/{garden.id}/messages", body).json()["message"]["seq"]
    assert ada.rest("PUT", f"/rooms/{garden.id}/read", {"seq": last}).ok
    seat = sit(url, ada)
    seat.context.add_init_script(WATCH)
    seat.enter(garden)
    seat.messages().last.get_by_role("button", name="In reply to").click()
    found = seat.messages().filter(has=seat.page.locator("strong", has_text="cake"))
    expect(found).to_have_class(re.compile("message--found"))
    expect(found).to_be_in_viewport(ratio=1)
    seat.page.locator("#jump").click()
    expect(seat.messages().last).to_contain_text("I do")
    expect(seat.messages().last).to_be_in_viewport()
