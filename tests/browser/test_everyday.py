"""What people do all day: react, pin, copy a link, write with signs, call one another, and go about by keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.browser.test_messages import PHONE, act
from tests.clients.people import Account, Room

# What a browser's notices would be, and whether somebody looks at the page.
NOTICES = """
window.noticed = [];
window.Notification = class {
  static permission = localStorage.getItem("test-permission") ?? "default";
  static async requestPermission() {
    window.asked = (window.asked ?? 0) + 1;
    this.permission = localStorage.getItem("test-answer") ?? "granted";
    localStorage.setItem("test-permission", this.permission);
    return this.permission;
  }
  constructor(title, { body }) { window.noticed.push([title, body]); window.last = this; }
  close() {}
};
window.away = false;
Document.prototype.hasFocus = () => !window.away;
"""


def reaction(seat: Seat, emoji: str) -> Locator:
    """The reaction under a message, by how it is called."""
    return seat.page.locator(f'.reactions [data-emoji="{emoji}"] button')


def hold(seat: Seat, target: Locator) -> Any:
    """Put a finger on it; what comes back takes it away."""
    box = target.bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    finger = seat.context.new_cdp_session(seat.page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    return lambda: finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


# ---- reactions


def test_an_emoji_is_chosen_in_my_tone_and_offered_first_the_next_time(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "hello")
    seat, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    picker = seat.page.get_by_role("dialog", name="Choose an emoji")
    act(seat, "hello", "React…")
    tone = picker.get_by_role("button", name="Skin tone")
    for _ in range(3):
        tone.click()
    expect(tone).to_have_attribute("aria-label", "Skin tone: medium skin tone")
    picker.get_by_role("searchbox").fill("waving hand")
    picker.get_by_role("button", name="waving hand", exact=True).click()
    expect(reaction(other, "👋🏽")).to_have_attribute("aria-label", re.compile("👋🏽 1, "))
    seat.page.reload()
    seat.online()
    act(seat, "hello", "React…")
    expect(picker.locator(".emoji-picker__one").first).to_have_text("👋🏽")
    expect(tone).to_have_attribute("aria-label", "Skin tone: medium skin tone")
    seat.page.keyboard.press("Escape")
    expect(picker).to_be_hidden()

    reaction(other, "👋🏽").click()
    expect(reaction(seat, "👋🏽")).to_have_attribute("aria-label", f"👋🏽 2, You and {bob.username}")
    reaction(seat, "👋🏽").click()
    expect(reaction(other, "👋🏽")).to_have_attribute("aria-label", "👋🏽 1, You")
    reaction(other, "👋🏽").click()
    expect(seat.page.locator(".reaction")).to_have_count(0)


def test_who_reacted_is_said_to_a_pointer_to_the_focus_and_to_a_finger(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    said = bob.say(garden, "hello")
    for each in (ada, bob):
        assert each.rest("PUT", f"/messages/{said['id']}/reactions/🎉").ok
    seat = sit(url, ada).enter(garden)
    tip = seat.page.get_by_role("tooltip")
    reaction(seat, "🎉").hover()
    expect(tip).to_have_text(f"You and {bob.username}")
    seat.page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    seat.page.get_by_role("log").focus()
    for _ in range(6):
        seat.page.keyboard.press("Tab")
        if reaction(seat, "🎉").evaluate("button => button === document.activeElement"):
            break
    expect(tip).to_have_text(f"You and {bob.username}")
    seat.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()

    phone = sit(url, bob, **PHONE).enter(garden)
    tip = phone.page.get_by_role("tooltip")
    lift = hold(phone, reaction(phone, "🎉"))
    expect(tip).to_have_text(f"You and {ada.username}")
    lift()
    expect(reaction(phone, "🎉")).to_have_attribute("aria-pressed", "true")  # it was only looked at
    phone.page.locator("#room-title").tap()
    expect(tip).to_be_hidden()
    reaction(phone, "🎉").tap()
    expect(reaction(seat, "🎉")).to_have_attribute("aria-label", "🎉 1, You")


def test_of_five_hundred_who_reacted_a_few_are_looked_up_and_named(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seat = sit(url, ada).enter(garden)
    named, asked = seat.page.evaluate(
        """async () => {
          const { who } = await import("/static/js/components/reactions.js");
          const ids = Array.from({ length: 500 }, (_, number) => `id-${number}`);
          let asked = 0;
          const name = (id) => (asked += 1, `Person ${id.slice(3)}`);
          return [who(ids, 500, { me: "id-499", mine: true, name }), asked];
        }"""
    )
    assert named.startswith("You, Person 0, Person 1, ")
    assert named.endswith(" and 488 others")
    assert asked <= 12


def test_names_come_with_the_members_of_a_room_that_is_opened_later(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    said = bob.say(garden, f"@{bob.username} is me")
    assert bob.rest("PUT", f"/messages/{said['id']}/reactions/🎉").ok
    seat = sit(url, ada).enter(kitchen)
    held: list[Any] = []
    seat.page.route(re.compile(f"/rooms/{garden.id}/members"), lambda route: held.append(route))
    seat.page.locator("#room-list").get_by_role("link", name="The garden").click()
    expect(reaction(seat, "🎉")).to_have_attribute("aria-label", "🎉 1, 1 other")
    for route in held:
        route.continue_()
    expect(reaction(seat, "🎉")).to_have_attribute("aria-label", f"🎉 1, {bob.username}")
    expect(seat.page.locator(".mention--other")).to_have_text(f"@{bob.username}")


# ---- pins and links


def test_the_fifty_first_pin_is_refused_with_what_to_do(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    for number in range(51):
        said = bob.say(garden, f"number {number}.")
        if number < 50:
            assert ada.rest("PUT", f"/messages/{said['id']}/pin").ok
    seat = sit(url, ada).enter(garden)
    act(seat, "number 50.", "Pin")
    expect(seat.page.locator("#toast")).to_contain_text(re.compile("50.*pin", re.IGNORECASE))
    last = seat.messages().last
    expect(last.locator(".message__pin")).to_be_hidden()
    seat.page.get_by_label("Room menu").click()
    seat.page.get_by_role("button", name="Pinned messages").click()
    links = seat.page.get_by_role("dialog", name="Pinned messages").get_by_role("link")
    expect(links).to_have_count(50)
    links.last.click()  # the first of all, which isn't on the page yet or far above
    expect(seat.page.locator(".message--found")).to_contain_text("number 0.")
    expect(seat.page.locator(".message--found")).to_be_in_viewport(ratio=1)


def test_a_link_to_a_message_is_copied_and_leads_there(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    said = bob.say(garden, "the one")
    bob.say(garden, "another")
    seat = sit(url, ada, permissions=["clipboard-read", "clipboard-write"]).enter(garden)
    act(seat, "the one", "Copy link to message")
    expect(seat.page.locator("#toast")).to_contain_text("copied")
    link = seat.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{url}/rooms/{garden.id}?m={said['seq']}"
    other = sit(url, bob)
    other.page.goto(link)
    expect(other.page.locator(".message--found .message__text")).to_have_text("the one")


# ---- Markdown

WRITTEN = """*soft* **hard** ~~gone~~ `code` <b>plain</b>
a second line
    indented

> quoted
> more

1. one
2. two
   - inner

- [here](https://example.org/a_b_c) and https://example.org/x*y

```py
def tea():
    return "hot"  # always
```"""


def test_what_is_seen_before_is_what_is_sent_and_what_others_get(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    seat.page.get_by_role("textbox", name="Message").fill(WRITTEN)
    seat.page.get_by_role("button", name="Preview").click()
    preview = seat.page.locator("#preview")
    expect(preview.locator(".code__keyword").first).to_have_text("def")
    before = preview.evaluate("each => each.innerHTML")
    seat.page.get_by_role("button", name="Send").click()
    for each in (seat, other):
        text = each.messages().last.locator(".message__text")
        expect(text.locator(".code__keyword").first).to_have_text("def")
        assert text.evaluate("each => each.innerHTML") == before
    text = other.messages().last.locator(".message__text")
    for selector, words in (("em", "soft"), ("strong", "hard"), ("s", "gone"), ("p > code", "code")):
        expect(text.locator(selector).first).to_have_text(words)
    expect(text.locator("blockquote p")).to_have_text("quoted\nmore", use_inner_text=True)
    expect(text.locator("ol > li")).to_have_count(2)
    expect(text.locator("ol ul > li")).to_have_text("inner")
    expect(text.locator(".code__string")).to_have_text('"hot"')
    expect(text.locator("a").nth(0)).to_have_attribute("href", "https://example.org/a_b_c")
    expect(text.locator("a").nth(1)).to_have_attribute("href", "https://example.org/x*y")
    expect(text.locator("p").first).to_contain_text("<b>plain</b>")
    expect(text.locator("p").first).to_have_text(
        re.compile(r"^soft hard gone code <b>plain</b>\na second line\n {0,4}indented$"), use_inner_text=True
    )
    assert ada.history(garden)[-1]["text"] == WRITTEN


# ---- mentions


def test_a_name_is_completed_by_a_finger_and_the_keyboard_stays(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat = sit(url, ada, **PHONE).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.tap()
    box.press_sequentially("hi @bo")
    seat.page.get_by_role("option", name=bob.username).tap()
    expect(box).to_have_value(f"hi @{bob.username} ")
    expect(box).to_be_focused()


def test_only_those_who_look_after_a_room_call_everybody(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    owner, member = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    for seat, count in ((owner, 1), (member, 0)):
        seat.page.get_by_role("textbox", name="Message").press_sequentially("@roo")
        expect(seat.page.get_by_role("option", name="Everybody")).to_have_count(count)
        seat.page.get_by_role("textbox", name="Message").fill("")
    member.say("@room from a member")
    expect(owner.messages().last).to_contain_text("from a member")
    expect(owner.messages().last.locator(".mention")).to_have_count(0)
    owner.say("@room from the owner")
    last = member.messages().last
    expect(last.locator(".mention--me")).to_have_text("@room")
    expect(last).to_have_class(re.compile("message--calls"))
    assert ada.rest("GET", "/mentions").json()["items"] == []
    assert [each["text"] for each in bob.rest("GET", "/mentions").json()["items"]] == ["@room from the owner"]


def choose_notices(page: Page, label: str) -> None:
    """On the account's page."""
    page.goto("/account")
    page.locator("#notices").get_by_text(label, exact=True).click()


def test_a_mention_is_noticed_in_a_tab_that_nobody_looks_at(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat = sit(url, ada)
    seat.context.add_init_script(NOTICES)
    seat.enter(garden)
    bob.say(garden, f"@{ada.username} before it was wished for")
    expect(seat.messages().last).to_contain_text("before")
    assert seat.page.evaluate("[window.asked ?? 0, window.noticed.length]") == [
        0,
        0,
    ]  # nobody is asked on coming in
    choose_notices(seat.page, "Mentions")
    expect(seat.page.get_by_role("button", name="Show me one")).to_be_visible()
    assert seat.page.evaluate("window.asked") == 1
    seat.page.get_by_role("button", name="Show me one").click()
    assert seat.page.evaluate("window.noticed.length") == 1
    seat.enter(garden)
    bob.say(garden, f"@{ada.username} looked at")
    expect(seat.messages().last).to_contain_text("looked at")
    seat.page.evaluate("window.away = true; document.activeElement.blur()")
    bob.say(garden, "of no interest")
    bob.say(garden, f"**tea**, @{ada.username}?")
    expect(seat.messages().last).to_contain_text("tea")
    expected = [f"{bob.username} in The garden", f"tea, @{ada.username}?"]
    seat.page.wait_for_function("window.noticed.length === 1")
    assert seat.page.evaluate("window.noticed") == [expected]


def test_of_two_tabs_one_tells_each_mention(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    seat = sit(url, ada)
    seat.context.add_init_script(NOTICES)
    seat.go("/")
    seat.page.evaluate(
        "localStorage.setItem('notices', 'mentions'), localStorage.setItem('test-permission', 'granted')"
    )
    seat.enter(garden)
    with seat.context.expect_page() as opened:
        seat.page.evaluate("void open(location.href)")
    other = opened.value
    expect(other.locator("html")).to_have_attribute("data-line", "online")
    for page in (seat.page, other):
        page.evaluate("window.away = true")
    for text in ("one", "two"):
        bob.say(garden, f"{text} @{ada.username}")
    for page in (seat.page, other):
        expect(seat.messages(page).last).to_contain_text("two")
        page.wait_for_timeout(500)
    noticed = [text for page in (seat.page, other) for _, text in page.evaluate("window.noticed")]
    assert sorted(noticed) == [f"one @{ada.username}", f"two @{ada.username}"]


def test_a_notice_leads_to_its_message_in_another_room_however_far_up_that_is_by_then(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    kitchen = ada.make_room("The kitchen")
    seat = sit(url, ada)
    seat.context.add_init_script(NOTICES)
    seat.go("/")
    seat.page.evaluate(
        "localStorage.setItem('notices', 'mentions'), localStorage.setItem('test-permission', 'granted')"
    )
    seat.enter(kitchen)
    bob.say(garden, f"tea, @{ada.username}?")
    seat.page.evaluate("window.away = true")
    bob.say(garden, f"now, @{ada.username}?")
    seat.page.wait_for_function("window.noticed.length > 0")
    for number in range(60):
        bob.say(garden, f"number {number}.")
    seat.page.evaluate("window.away = false; window.last.onclick()")
    expect(seat.page.get_by_role("heading", name="The garden", level=1)).to_be_visible()
    found = seat.page.locator(".message--found")
    expect(found).to_contain_text("now, ")
    expect(found).to_be_in_viewport(ratio=1)
    seat.page.go_back()
    expect(seat.page.get_by_role("heading", name="The kitchen", level=1)).to_be_visible()
    seat.page.go_forward()
    expect(found).to_contain_text("now, ")


@pytest.mark.parametrize("answer", ["denied", "default"])
def test_notices_that_the_browser_does_not_allow_are_explained(
    url: str, sit: Sit, ada: Account, answer: str
) -> None:
    seat = sit(url, ada)
    seat.context.add_init_script(NOTICES)
    seat.go("/")
    seat.page.evaluate("answer => localStorage.setItem('test-answer', answer)", answer)
    choose_notices(seat.page, "Mentions")
    state = seat.page.locator("#notices-state")
    if answer == "denied":
        expect(state).to_contain_text("Its own settings for this site can change that")
    else:  # the question was put away
        expect(state).to_contain_text("choose again", ignore_case=True)
        expect(seat.page.locator("#notices-none")).to_be_checked()
    expect(seat.page.get_by_role("button", name="Show me one")).to_be_hidden()


# ---- keys


def test_the_palette_leads_to_rooms_and_pages_from_everywhere(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seat = sit(url, ada)
    box = seat.page.get_by_role("combobox", name="Search rooms")
    for page, opens in (("/", "Control+k"), ("/mentions", "Meta+k"), ("/account", "")):
        seat.go(page)
        if opens:
            seat.page.keyboard.press(opens)
        else:
            seat.page.get_by_role("button", name="Search rooms and actions").click()
        expect(box).to_be_focused()
        expect(seat.page.get_by_role("option", name="The garden")).to_be_visible()
        expect(seat.page.get_by_role("option", name="Pinned messages")).to_have_count(0)
        box.fill("garden")
        seat.page.keyboard.press("Enter")
        expect(seat.page).to_have_url(re.compile(rf"/rooms/{garden.id}$"))
    seat.go("/account")
    seat.page.keyboard.press("Control+k")
    box.fill("mentions")
    seat.page.keyboard.press("Enter")
    expect(seat.page).to_have_url(re.compile(r"/mentions$"))


def test_the_palette_acts_and_the_focus_goes_back_where_it_was(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "hello")
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    keys = seat.page.keyboard
    expect(box).to_be_focused()
    box.fill("a draft")
    for opens in ("Control+k", "Meta+k"):
        keys.press(opens)
        expect(seat.page.get_by_role("combobox", name="Search rooms")).to_be_focused()
        keys.press("Escape")
        expect(seat.page.locator("#palette")).to_be_hidden()
        expect(box).to_be_focused()
    expect(box).to_have_value("a draft")
    keys.press("Control+k")
    keys.press("Control+k")
    expect(seat.page.locator("#palette")).to_be_hidden()
    keys.press("Control+k")
    seat.page.get_by_role("combobox", name="Search rooms").fill("keys")
    keys.press("Enter")
    expect(seat.page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    expect(box).to_be_focused()
    keys.press("Control+k")
    seat.page.get_by_role("combobox", name="Search rooms").fill("nothing is called so")
    expect(seat.page.get_by_role("status").filter(has_text="Nothing is called so.")).to_be_visible()
    keys.press("Enter")
    keys.press("Escape")
    box.fill("")
    keys.press("?")  # is a question, where something is written
    expect(box).to_have_value("?")
    expect(seat.page.locator("#keys-dialog")).to_be_hidden()


def test_the_arrow_edits_what_i_said_last_and_escape_leaves_it_as_it_was(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    ada.say(garden, "mine")
    bob.say(garden, "not mine")
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.press("ArrowUp")
    expect(box).to_have_value("mine")
    expect(seat.page.get_by_text("Editing your message")).to_be_visible()
    box.press("Escape")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    expect(seat.page.get_by_text("Editing your message")).to_be_hidden()
    box.fill("begun")
    box.press("ArrowUp")  # in a box with something in it, it is an arrow
    expect(box).to_have_value("begun")
    assert [each["text"] for each in ada.history(garden) if each["text"]] == ["mine", "not mine"]


def test_the_arrow_leads_to_what_can_still_be_edited_and_to_nothing_else(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "first")
    bob.say(garden, "second")
    seat = sit(url, bob).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    last = seat.messages().filter(has_text="second")
    last.hover()
    seat.page.get_by_role("toolbar").get_by_role("button", name="More").click()
    seat.page.get_by_role("menuitem", name="Delete", exact=True).click()
    expect(last.get_by_role("button", name="Undo")).to_be_visible()
    box.press("ArrowUp")  # not the one that is going
    expect(box).to_have_value("first")
    box.press("Escape")
    assert ada.rest("PUT", f"/rooms/{garden.id}/members/{bob.id}/mute", {"seconds": 3600}).ok
    expect(seat.page.get_by_text("You are muted until")).to_be_visible()
    box.press("ArrowUp")  # who is muted edits nothing
    expect(seat.page.get_by_text("Editing your message")).to_be_hidden()
    expect(box).to_have_value("")


def test_the_arrow_leads_to_my_last_message_also_from_far_above_it(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    first = ada.say(garden, "long ago")
    for number in range(120):
        bob.say(garden, f"number {number}.")
    ada.say(garden, "just now")
    seat = sit(url, ada)
    seat.go(f"/rooms/{garden.id}?m={first['seq']}")
    seat.online()
    expect(seat.page.locator(".message--found")).to_contain_text("long ago")
    box = seat.page.get_by_role("textbox", name="Message")
    box.press("ArrowUp")
    expect(box).to_have_value("just now")
    expect(seat.messages().last).to_contain_text("just now")


def test_the_question_mark_shows_the_keys_wherever_nothing_is_written(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    seat = sit(url, ada).enter(garden)
    link = seat.page.locator("#room-list").get_by_role("link", name="The garden")
    for place in (link, seat.page.get_by_role("button", name="Copy link"), seat.log):
        place.focus()
        seat.page.keyboard.press("?")
        expect(seat.page.get_by_role("dialog", name="Keys")).to_be_visible()
        seat.page.keyboard.press("Escape")
        expect(place).to_be_focused()


def test_a_menu_and_its_picker_give_the_focus_back(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    bob.say(garden, "hello")
    seat = sit(url, ada).enter(garden)
    keys = seat.page.keyboard
    seat.log.focus()
    keys.press("Tab")
    expect(seat.messages().last).to_be_focused()
    keys.press("Enter")
    seat.page.get_by_role("menuitem", name="React…").focus()
    keys.press("Enter")
    expect(seat.page.get_by_role("searchbox", name="Search emoji")).to_be_focused()
    keys.press("Escape")
    expect(seat.page.get_by_role("dialog", name="Choose an emoji")).to_be_hidden()
    expect(seat.messages().last).to_be_focused()
