"""Looking after a room, live, in the browsers of both sides: the door, reports, mutes, slow mode, taking out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.browser.test_looks import AXE, PHONE, TOO_SMALL, serious
from tests.clients import people
from tests.clients.people import Account, Room

PATIENTLY = 40_000


@pytest.fixture
def carol(url: str) -> Account:
    """Comes by a link."""
    return people.register(url, "carol")


def asking_link(owner: Account, room: Room, label: str = "For the neighbours") -> str:
    """A link by which one asks first."""
    made = owner.rest("POST", f"/rooms/{room.id}/invites", {"asks_first": True, "label": label})
    return str(made.json()["token"])


def knock(who: Account, token: str) -> None:
    assert who.rest("POST", f"/join/{token}").status_code == 202


def door(seat: Seat) -> Locator:
    """Who is at the door, as those see it who look after the room."""
    return seat.page.locator("#at-the-door")


def box(seat: Seat) -> Locator:
    return seat.page.get_by_role("textbox", name="Message")


def ban(owner: Account, room: Room, who: Account) -> None:
    assert owner.rest("DELETE", f"/rooms/{room.id}/members/{who.id}?ban=true").ok


def test_who_knocks_is_let_in_and_goes_on_by_themselves(
    url: str, sit: Sit, ada: Account, carol: Account, garden: Room
) -> None:
    one, other = sit(url, ada).enter(garden), sit(url, carol)
    box(one).fill("I was just writing")
    other.go(f"/join/{asking_link(ada, garden)}")
    other.page.get_by_role("button", name=re.compile("knock|ask|join", re.IGNORECASE)).click()
    expect(other.page.get_by_role("heading", name="You knocked")).to_be_visible()

    expect(door(one)).to_contain_text(f"{carol.username} is at the door")
    expect(door(one)).to_contain_text("For the neighbours")
    expect(box(one)).to_be_focused()
    expect(box(one)).to_have_value("I was just writing")
    expect(one.page.locator("#said-aloud")).to_have_text(f"{carol.username} is at the door.")
    one.page.wait_for_timeout(700)  # a press that comes at once was meant for something else
    one.page.get_by_role("button", name=f"Let in {carol.username}").click()
    expect(one.page.locator("#oversight")).to_be_hidden()
    expect(one.page.locator("#here, #away").get_by_text(carol.username).first).to_be_attached()
    expect(other.page).to_have_url(re.compile(rf"/rooms/{garden.id}$"), timeout=PATIENTLY)
    other.online()


def test_who_is_turned_away_is_told_and_the_next_one_is_shown(
    url: str, sit: Sit, ada: Account, bob: Account, carol: Account
) -> None:
    room = ada.make_room("The attic")
    token = asking_link(ada, room)
    knock(carol, token)
    knock(bob, token)
    one, other = sit(url, ada).enter(room), sit(url, carol)
    other.go(f"/join/{token}/waiting")
    expect(door(one)).to_contain_text(
        carol.username
    )  # the one who has waited longest, asked for when the page opened
    more = one.page.get_by_role("link", name="and 1 more")
    expect(more).to_have_attribute("href", f"/rooms/{room.id}/knocks")
    one.page.wait_for_timeout(700)
    away = one.page.get_by_role("button", name=f"Turn away {carol.username}")
    away.focus()
    one.page.keyboard.press("Enter")
    expect(door(one)).to_contain_text(bob.username)
    expect(one.page.get_by_role("button", name=f"Let in {bob.username}")).to_be_focused()
    expect(more).to_be_hidden()
    expect(other.page.get_by_role("heading", name="Not this time")).to_be_visible(timeout=PATIENTLY)


def test_who_presses_twice_lets_in_one(
    url: str, sit: Sit, ada: Account, bob: Account, carol: Account
) -> None:
    room = ada.make_room("The attic")
    token = asking_link(ada, room)
    knock(carol, token)
    knock(bob, token)
    seat = sit(url, ada).enter(room)
    expect(door(seat)).to_contain_text(carol.username)
    seat.page.wait_for_timeout(700)
    # The second of two presses lands on what the first brought: both at once, since no hand is slower than a frame.
    seat.page.evaluate(
        """() => {
          const door = document.getElementById("at-the-door");
          const press = () => door.querySelector("[data-answer=approve]").click();
          new MutationObserver(press).observe(door, { childList: true });
          press();
        }"""
    )
    expect(door(seat)).to_contain_text(bob.username)
    expect(seat.page.locator(".member", has_text=carol.username)).to_have_count(1)
    waiting = ada.rest("GET", f"/rooms/{room.id}/knocks").json()["items"]
    assert [each["user"]["username"] for each in waiting] == [bob.username]


def test_who_looks_after_the_room_no_longer_is_asked_no_longer(
    url: str, sit: Sit, ada: Account, bob: Account, carol: Account, garden: Room
) -> None:
    knock(carol, asking_link(ada, garden))
    seat = sit(url, bob).enter(garden)
    role = f"/rooms/{garden.id}/members/{bob.id}"
    ada.rest("PATCH", role, {"role": "moderator"})
    expect(door(seat)).to_contain_text(carol.username)
    ada.rest("PATCH", role, {"role": "member"})
    expect(seat.page.locator("#oversight")).to_be_hidden()
    ada.rest("PATCH", role, {"role": "moderator"})
    expect(door(seat)).to_contain_text(carol.username)
    ban(ada, garden, bob)
    expect(seat.page.get_by_role("heading", name="You were banned from The garden.")).to_be_visible()
    expect(seat.page.locator("#oversight")).to_be_hidden()


def test_a_knock_that_another_moderator_answers_is_gone_everywhere(
    url: str, sit: Sit, ada: Account, bob: Account, carol: Account, garden: Room
) -> None:
    ada.rest("PATCH", f"/rooms/{garden.id}/members/{bob.id}", {"role": "moderator"})
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    second = one.context.new_page()
    second.goto(f"/rooms/{garden.id}")
    knock(carol, asking_link(ada, garden))
    for page in (one.page, other.page, second):
        expect(page.locator("#at-the-door")).to_contain_text(carol.username)
    other.page.wait_for_timeout(700)
    other.page.get_by_role("button", name=f"Let in {carol.username}").click()
    for page in (one.page, other.page, second):
        expect(page.locator("#oversight")).to_be_hidden()


def test_a_knock_at_another_room_is_marked_and_shown_the_way_to(
    url: str, sit: Sit, ada: Account, carol: Account, garden: Room
) -> None:
    attic = ada.make_room("The attic")
    seat = sit(url, ada)
    # Who knocked before the page looked is marked as it opens, and is no news.
    with seat.page.expect_response(lambda answer: answer.url.endswith(f"/rooms/{attic.id}/knocks")):
        seat.enter(garden)
    knock(carol, asking_link(ada, attic))
    toast = seat.page.locator("#toast")
    expect(toast).to_contain_text(f"{carol.username} is at the door of The attic.")
    mark = seat.page.locator(f'a[data-room="{attic.id}"] .room-link__calls')
    expect(mark).to_be_visible()
    toast.get_by_role("button", name="Look").click()
    expect(door(seat)).to_contain_text(carol.username)
    expect(seat.page).to_have_url(re.compile(rf"/rooms/{attic.id}$"))


def test_a_knock_while_the_line_was_down_is_there_after_it(
    url: str, sit: Sit, ada: Account, carol: Account, garden: Room
) -> None:
    seat = sit(url, ada).enter(garden)
    token = asking_link(ada, garden)
    seat.context.set_offline(True)
    expect(seat.page.locator("html")).not_to_have_attribute("data-line", "online", timeout=PATIENTLY)
    knock(carol, token)
    seat.context.set_offline(False)
    seat.online()
    expect(door(seat)).to_contain_text(carol.username, timeout=PATIENTLY)


def test_a_link_that_ended_meanwhile_is_said_in_words(
    url: str, sit: Sit, ada: Account, carol: Account, garden: Room
) -> None:
    made = ada.rest("POST", f"/rooms/{garden.id}/invites", {"asks_first": True}).json()
    knock(carol, made["token"])
    seat = sit(url, ada).enter(garden)
    expect(door(seat)).to_contain_text(carol.username)
    assert ada.rest("DELETE", f"/invites/{made['id']}").ok
    seat.page.wait_for_timeout(700)
    seat.page.get_by_role("button", name=f"Let in {carol.username}").click()
    expect(seat.page.locator("#toast")).to_contain_text("lets nobody in any more")
    expect(seat.page.locator("#oversight")).to_be_hidden()


def test_a_message_is_reported_and_those_who_look_after_the_room_see_it_at_once(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    ada.say(garden, "buy my watches")
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    menu(other, "buy my watches")
    other.page.get_by_role("menuitem", name="Report…").click()
    dialog = other.page.get_by_role("dialog", name="Report this message?")
    expect(dialog).to_contain_text("owners and moderators")
    dialog.get_by_role("textbox").fill("Advertising")
    dialog.get_by_role("button", name="Report").click()
    expect(dialog).to_be_hidden()
    expect(other.page.locator("#toast")).to_contain_text("Reported.")
    menu(other, "buy my watches")
    expect(other.page.get_by_role("menuitem", name="Reported")).to_have_attribute("aria-disabled", "true")
    other.page.keyboard.press("Escape")

    one.page.get_by_role("link", name="1 reported message").click()
    expect(one.page.get_by_text("Advertising")).to_be_visible()
    expect(one.page).to_have_url(re.compile(rf"/rooms/{garden.id}/reports$"))
    menu_of_own = sit(url, ada).enter(garden)
    menu(menu_of_own, "buy my watches")
    expect(menu_of_own.page.get_by_role("menuitem", name="Report…")).to_be_hidden()


def test_a_report_that_was_answered_is_gone(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    said = ada.say(garden, "hm")
    seat = sit(url, ada).enter(garden)
    report = bob.rest("POST", f"/messages/{said['id']}/report", {}).json()
    expect(seat.page.get_by_role("link", name="1 reported message")).to_be_visible()
    assert ada.rest("PATCH", f"/reports/{report['id']}", {"outcome": "dismissed"}).ok
    expect(seat.page.locator("#oversight")).to_be_hidden()


def test_who_is_muted_sees_it_and_can_speak_when_it_is_over(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    ada.say(garden, "welcome")
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    box(other).fill("half a sentence")
    act_on(one, bob, "Mute for an hour")
    held = other.page.locator("#composer-held")
    expect(held).to_contain_text("You are muted until")
    expect(one.page.locator(".member", has_text=bob.username)).to_contain_text("Muted")
    menu(other, "welcome")
    expect(other.page.get_by_role("menuitem", name="Reply")).to_be_visible()
    expect(other.page.get_by_role("menuitem", name="React…")).to_be_hidden()
    expect(other.page.get_by_role("menuitem", name="Reply")).to_be_focused()
    other.page.keyboard.press("Escape")
    expect(other.page.locator("#message-menu")).to_be_hidden()
    box(other).press("Enter")
    expect(box(other)).to_have_value("half a sentence")
    expect(other.page.locator("#send")).to_have_attribute("aria-disabled", "true")
    expect(other.messages()).to_have_count(1)
    other.page.reload()
    other.online()
    expect(held).to_contain_text("You are muted until")
    expect(box(other)).to_have_value("half a sentence")

    act_on(one, bob, "Let speak again")
    expect(held).to_be_hidden()
    box(other).press("Enter")
    one.sees("welcome", "half a sentence")


def test_a_mute_that_is_over_frees_the_box_by_itself(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat = sit(url, bob).enter(garden)
    assert ada.rest("PUT", f"/rooms/{garden.id}/members/{bob.id}/mute", {"seconds": 4}).ok
    held = seat.page.locator("#composer-held")
    expect(held).to_be_visible()
    expect(held).to_be_hidden()
    seat.say("at last")
    seat.sees("at last")


def test_slow_mode_is_counted_down_and_the_next_thing_can_be_said(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    ada.rest("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 5})
    held = other.page.locator("#composer-held")
    expect(held).to_have_text(re.compile("Slow mode: one message in 5 s"))
    other.say("first")
    expect(held).to_contain_text(re.compile(r"Yours in \d s"))
    box(other).fill("second")
    box(other).press("Enter")
    expect(box(other)).to_have_value("second")
    expect(other.page.locator("#send")).to_have_attribute("aria-disabled", "true")
    expect(held).not_to_contain_text("Yours in")
    expect(other.page.locator("#send")).to_have_attribute("aria-disabled", "false")
    box(other).press("Enter")
    other.sees("first", "second")

    expect(one.page.locator("#composer-held")).to_be_hidden()
    for text in ("one", "two"):
        one.say(text)
    one.sees("first", "second", "one", "two")
    ada.rest("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 0})
    expect(held).to_be_hidden()


def test_slow_mode_that_comes_back_is_counted_from_the_refusal(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    for seconds in (8, 0):
        ada.rest("PATCH", f"/rooms/{garden.id}", {"slow_seconds": seconds})
        if seconds:
            bob.say(garden, "before")
    seat = sit(url, bob).enter(garden)  # nothing says that the pause of before still counts
    ada.rest("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 8})
    held = seat.page.locator("#composer-held")
    expect(held).to_be_visible()
    seat.say("at once")
    expect(held).to_contain_text(re.compile(r"Yours in \d s|On its way"))
    seat.sees("before", "at once")


def test_the_pause_is_known_after_a_reload(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    ada.rest("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 600})
    bob.say(garden, "from elsewhere")
    seat = sit(url, bob).enter(garden)
    expect(seat.page.locator("#composer-held")).to_contain_text(re.compile(r"Yours in \d+ min"))
    ada.rest("PATCH", f"/rooms/{garden.id}/members/{bob.id}", {"role": "moderator"})
    expect(seat.page.locator("#composer-held")).to_be_hidden()


def test_a_moderator_deletes_what_somebody_else_said(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "I regret this")
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    menu(one, "I regret this")
    one.page.get_by_role("menuitem", name="Delete").click()
    other.sees("This message was deleted.")
    one.sees("This message was deleted.")


@pytest.mark.parametrize(
    ("word", "sentence"), [("Remove", "You were removed from"), ("Ban", "You were banned from")]
)
def test_who_is_taken_out_sees_it_at_once(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room, word: str, sentence: str
) -> None:
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    act_on(one, bob, f"{word}…")
    one.page.get_by_role("dialog").get_by_role("button", name=word, exact=True).click()
    expect(other.page.get_by_role("heading", name=f"{sentence} The garden.")).to_be_visible()
    expect(one.page.locator(".member", has_text=bob.username)).to_have_count(0)


def test_a_member_is_offered_nothing_of_that(
    url: str, sit: Sit, ada: Account, bob: Account, carol: Account, garden: Room
) -> None:
    carol.join(garden)
    seat = sit(url, bob).enter(garden)
    expect(seat.page.locator(".member")).to_have_count(3)
    expect(seat.page.locator(".member__more:visible")).to_have_count(0)
    knock(people.register(url, "dora"), asking_link(ada, garden))
    ada.say(garden, "after that")
    seat.sees("after that")
    expect(seat.page.locator("#oversight")).to_be_hidden()


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_what_is_shown_to_both_sides_has_nothing_serious(
    url: str, sit: Sit, ada: Account, bob: Account, carol: Account, garden: Room, size: str, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make setup-dev fetches it.")
    options = {"color_scheme": scheme, "reduced_motion": "reduce", **(PHONE if size == "phone" else {})}
    said = ada.say(garden, "hello")
    token = asking_link(ada, garden)
    for each in (carol, people.register(url, "dora")):
        knock(each, token)
    assert bob.rest("POST", f"/messages/{said['id']}/report", {}).ok
    one, other = sit(url, ada, **options), sit(url, bob, **options)
    findings: dict[str, object] = {}
    for seat in (one, other):
        seat.context.add_init_script(path=AXE)
        seat.enter(garden)
    look = looker(findings, size)

    expect(one.page.get_by_role("link", name="1 reported message")).to_be_visible()
    look(one.page, "the door and a report")
    open_members(one)
    one.page.get_by_role("button", name=f"Change {bob.username}").click()
    look(one.page, "a member's menu")
    one.page.keyboard.press("Escape")
    menu(other, "hello")
    other.page.get_by_role("menuitem", name="Report…").click()
    look(other.page, "the report")
    other.page.keyboard.press("Escape")
    ada.rest("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 300})
    bob.say(garden, "slowly")
    expect(other.page.locator("#composer-held")).to_contain_text("Yours in")
    look(other.page, "slow mode")
    ada.rest("PUT", f"/rooms/{garden.id}/members/{bob.id}/mute", {"seconds": 600})
    expect(other.page.locator("#composer-held")).to_contain_text("You are muted")
    look(other.page, "muted")
    ban(ada, garden, bob)
    expect(other.page.get_by_role("heading", name="You were banned from The garden.")).to_be_visible()
    look(other.page, "banned")
    assert findings == {}


def menu(seat: Seat, text: str) -> None:
    """Open the menu of a message."""
    seat.messages().filter(has_text=text).focus()
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("#message-menu")).to_be_visible()


def open_members(seat: Seat) -> None:
    """Where the list of members isn't beside the conversation."""
    if not seat.page.get_by_role("heading", name="Members").is_visible():
        seat.page.get_by_role("button", name="Members").click()


def act_on(seat: Seat, member: Account, deed: str) -> None:
    """By a member's menu in the list."""
    open_members(seat)
    seat.page.get_by_role("button", name=f"Change {member.username}").click()
    seat.page.get_by_role("menuitem", name=deed).click()


def looker(findings: dict[str, object], size: str) -> Callable[[Page, str], None]:
    def look(page: Page, name: str) -> None:
        small = page.locator("button:visible").evaluate_all(TOO_SMALL) if size == "phone" else []
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if found := serious(page) or small or wide:
            findings[name] = found

    return look
