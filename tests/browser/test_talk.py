"""Talking: both ways, in two tabs, by every kind of Enter, to the limit, and up through what was said before."""

from __future__ import annotations

import uuid

from tests.browser.conftest import Sit
from tests.browser.stage import expect
from tests.clients.people import Account, Room


def test_two_people_talk_both_ways(url: str, sit: Sit, ada: Account, bob: Account, garden: Room) -> None:
    one, other = sit(url, ada).enter(garden), sit(url, bob).enter(garden)
    one.say("Hello Bob")
    other.sees("Hello Bob")
    other.say("Hello Ada")
    for index in range(3):
        one.say(f"quick {index}")
    said = ["Hello Bob", "Hello Ada", "quick 0", "quick 1", "quick 2"]
    one.sees(*said)
    other.sees(*said)
    assert [each["text"] for each in ada.history(garden)] == said
    expect(other.messages().first).to_contain_text(ada.username)
    expect(one.page.locator("#here")).to_contain_text(bob.username)


def test_two_tabs_show_the_same_once(url: str, sit: Sit, ada: Account, bob: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    second = seat.context.new_page()
    second.goto(f"/rooms/{garden.id}")
    expect(second.locator("html")).to_have_attribute("data-line", "online")
    seat.say("from the first")
    seat.say("from the second", second)
    bob.say(garden, "from Bob")
    for page in (seat.page, second):
        expect(page.locator("article.message")).to_have_count(3)
    texts = [page.locator("article.message .message__text").all_inner_texts() for page in (seat.page, second)]
    assert texts[0] == texts[1] == [each["text"] for each in ada.history(garden)]


def test_enter_sends_and_shift_enter_makes_a_line(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    box.press("Enter")
    expect(box).to_have_value("")
    seat.sees("one\ntwo")
    assert ada.history(garden)[0]["text"] == "one\ntwo"


def test_the_enter_of_an_input_method_does_not_send(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    box = seat.page.get_by_role("textbox", name="Message")
    box.focus()
    tools = seat.context.new_cdp_session(seat.page)
    tools.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    tools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    tools.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    expect(box).to_have_value("にほん")
    tools.send("Input.insertText", {"text": "日本"})
    expect(box).to_have_value("日本")
    expect(seat.messages()).to_have_count(0)
    box.press("Enter")  # this one is the person's own
    seat.sees("日本")


def test_four_thousand_characters_are_sent_and_one_more_is_not(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    """Characters are code points: a family of emoji is as many as it is made of, and never half of one."""
    seat = sit(url, ada).enter(garden)
    long = "😀" * 3_999 + "x"
    seat.say(long + "y")
    expect(seat.page.get_by_text("1 too many")).to_be_visible()
    expect(seat.page.get_by_role("textbox", name="Message")).to_have_value(long + "y")
    expect(seat.messages()).to_have_count(0)
    seat.say(long)
    seat.sees(long)
    assert ada.history(garden)[0]["text"] == long


def test_nothing_is_not_sent(url: str, sit: Sit, ada: Account, garden: Room) -> None:
    seat = sit(url, ada).enter(garden)
    for nothing in ("", "   ", "\n\n"):
        seat.say(nothing)
    seat.say("something")
    seat.sees("something")


def test_five_hundred_messages_scroll_up_without_a_jump(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    texts = [f"number {index}\n" + "a line more\n" * (index % 4) + "end" for index in range(520)]
    with bob.line() as line:
        for text in texts:
            line.begin("post_message", {"room_id": garden.id, "nonce": str(uuid.uuid4()), "text": text})
        line.ask("heads", {"rooms": {}})
    seat = sit(url, bob).enter(garden)
    expect(seat.messages().last).to_contain_text("number 519")
    log = seat.log
    at_end = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 4"
    assert log.evaluate(at_end)
    for _ in range(40):
        seen = log.evaluate(
            """log => {
              log.scrollTop = 0;
              const edge = log.getBoundingClientRect().top;
              const articles = [...log.querySelectorAll("article")];
              const seen = articles.find(each => each.getBoundingClientRect().bottom > edge + 40);
              log.anchor = seen;
              log.was = seen.getBoundingClientRect().top;
              return log.querySelector("article .message__text").innerText;
            }"""
        )
        if seen.startswith("number 0\n"):
            break
        first = log.locator("article .message__text").first
        expect(first).not_to_have_text(seen, use_inner_text=True)
        moved = log.evaluate(
            """log => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
                 done(log.anchor.isConnected ? log.anchor.getBoundingClientRect().top - log.was : 999))))"""
        )
        assert abs(moved) < 2, f"what was being read moved by {moved} px"
    else:
        raise AssertionError("the beginning was never reached")
    assert [text.split("\n")[0] for text in seat.confirmed()][:500] == [
        text.split("\n")[0] for text in texts
    ][:500]


def test_reading_above_is_left_in_peace_and_told_what_is_new(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    for index in range(45):
        bob.say(garden, f"number {index}\nand more")
    seat = sit(url, ada).enter(garden)
    expect(seat.messages().last).to_contain_text("number 44")
    seat.log.evaluate("log => { log.scrollTop = log.scrollHeight }")
    expect(seat.page.locator("#jump")).to_be_hidden()
    before = seat.log.evaluate("log => { log.scrollTop = log.scrollHeight / 2; return log.scrollTop }")
    bob.say(garden, "something new")
    jump = seat.page.get_by_role("button", name="1 new message")
    expect(jump).to_be_visible()
    assert abs(seat.log.evaluate("log => log.scrollTop") - before) < 2
    jump.click()
    expect(jump).to_be_hidden()
    expect(seat.messages().last).to_be_in_viewport()
