"""Looking after a room in browsers: what its owner does on pages, and what the others see of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.browser.test_looks import AXE, PHONE, TOO_SMALL, serious
from tests.clients import people
from tests.clients.people import Account, Room

INPUTS = "input:not([type=checkbox], [type=radio], [type=hidden])"
CONTROLS = f"main :is(button, a.button, a.ways__one, summary, select, {INPUTS}):visible"


def press(seat: Seat, name: str, *, sure: str = "", within: Locator | None = None) -> None:
    """Press a button by its name; where a question comes, answer it with the button `sure`."""
    seat.page.wait_for_load_state()  # before that nothing asks: the form works without a script, and is sent
    (within or seat.page).get_by_role("button", name=name, exact=True).click()
    if sure:
        seat.page.get_by_role("dialog").get_by_role("button", name=sure, exact=True).click()


def told(seat: Seat, words: str) -> None:
    """Wait for what the page says happened."""
    expect(seat.page.locator(".notice", has_text=words)).to_be_visible()


def make_link(seat: Seat, room: Room, label: str, **more: str) -> str:
    """Fill in the form for another link, and press; where it leads."""
    page = seat.go(f"/rooms/{room.id}/invites")
    page.get_by_label("What it is for").fill(label)
    for name, value in more.items():
        field = page.locator(f"[name={name}]")
        if name == "asks_first":
            field.check()
        elif name in {"expires_in", "history"}:
            field.select_option(value)
        else:
            field.fill(value)
    press(seat, "Make link")
    told(seat, "The new link is ready.")
    return page.get_by_label(label, exact=True).input_value()


def join(seat: Seat, link: str) -> Page:
    """Open a link, and go in."""
    page = seat.go(link)
    page.get_by_role("button", name="Join room").click()
    return page


def change(seat: Seat, room: Room, whom: Account) -> Locator:
    """Open what can be changed about somebody."""
    page = seat.go(f"/rooms/{room.id}/members")
    page.locator("summary", has_text="Change").and_(page.get_by_label(f"Change {whom.username}")).click()
    return page.locator("details.more[open]")


def inside(seat: Seat, room: Room) -> None:
    """Wait until this seat is in the room."""
    expect(seat.page).to_have_url(re.compile(rf"/rooms/{room.id}$"))
    seat.online()


def outside(seat: Seat, link: str) -> None:
    """This link opens nothing for who sits here."""
    seat.go(link)
    join_room = seat.page.get_by_role("button", name="Join room")
    if join_room.count():
        join_room.click()
    expect(seat.page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()


def test_a_link_has_bounds_and_a_ledger_and_is_closed_with_who_came(
    url: str, sit: Sit, ada: Account, bob: Account
) -> None:
    room = ada.make_room("The garden")
    owner, guest = sit(url, ada), sit(url, bob)
    ada.say(room, "said before anybody came")
    link = make_link(
        owner, room, "For the fair", expires_in="custom", hours="2", max_uses="1", history="none"
    )
    part = owner.page.locator("section.part", has_text="For the fair").first
    expect(part).to_contain_text("0 of 1 came by it")
    expect(part).to_contain_text("Works until")
    expect(part).to_contain_text("Newcomers see nothing from before")
    part.locator("summary", has_text="QR code").click()
    code = part.get_by_role("img", name="QR code of For the fair")
    expect(code).to_be_visible()
    assert code.evaluate("async (each) => { await each.decode(); return each.naturalWidth; }") > 100

    join(guest, link)
    inside(guest, room)
    guest.sees()
    ada.say(room, "said after")
    guest.sees("said after")
    outside(sit(url, people.register(url, "carol")), link)

    page = owner.go(f"/rooms/{room.id}/invites")
    page.locator("summary", has_text="1 link that leads nowhere").click()
    ended = page.locator("li.rows__row", has_text="For the fair")
    expect(ended).to_contain_text("Used up")
    ended.get_by_role("link", name="Who came by For the fair").click()
    expect(page.locator("li.rows__row", has_text=bob.username)).to_contain_text("Came")
    page.get_by_label("Who came by it").select_option("3600")
    press(owner, "Show who that is")
    expect(page.locator(".once")).to_contain_text("1 person goes")
    expect(page.locator(".once")).to_contain_text(bob.username)
    expect(guest.page.get_by_role("textbox", name="Message")).to_be_editable()
    press(owner, "Remove 1")
    told(owner, "1 person is out of the room")
    expect(guest.page.get_by_role("heading", name="You were removed from")).to_be_visible()
    press(owner, "Undo")
    told(owner, "1 person is back in the room")
    expect(guest.page.get_by_role("textbox", name="Message")).to_be_editable()  # by itself
    guest.enter(room).say("back again")
    guest.sees("said after", "back again")

    other = make_link(owner, room, "By mistake")
    press(owner, "Close By mistake", sure="Close")
    told(owner, "The link “By mistake” leads nowhere now.")
    outside(sit(url, people.register(url, "dora")), other)
    owner.go(f"/rooms/{room.id}/invites")
    press(owner, "Replace all links", sure="Replace all links")
    told(owner, "This is the new link.")
    outside(sit(url, people.register(url, "eve")), f"/join/{room.invite}")


def test_who_comes_by_a_link_that_asks_first_waits_and_is_let_in_or_not(
    url: str, sit: Sit, ada: Account, bob: Account
) -> None:
    room = ada.make_room("The garden")
    carol = people.register(url, "carol")
    owner, guest, other = sit(url, ada), sit(url, bob), sit(url, carol)
    link = make_link(owner, room, "Newsletter", asks_first="y")
    for seat in (guest, other):
        join(seat, link)
        expect(seat.page.get_by_role("heading", name="You knocked")).to_be_visible()
    page = owner.go(f"/rooms/{room.id}/settings")
    page.get_by_role("link", name=re.compile("Waiting at the door 2")).click()
    press(owner, f"Let in {bob.username}")
    told(owner, f"{bob.username} is in.")
    press(owner, f"Turn away {carol.username}")
    expect(page.get_by_role("heading", name="Nobody waits")).to_be_visible()
    guest.page.reload()
    inside(guest, room)
    other.page.reload()
    expect(other.page.get_by_role("heading", name="Not this time")).to_be_visible()


def test_members_are_muted_removed_banned_and_trusted_and_the_owner_reads_all_of_it(
    url: str, sit: Sit, ada: Account, bob: Account
) -> None:
    room = ada.make_room("The garden")
    carol, dora = people.register(url, "carol"), people.register(url, "dora")
    for each in (bob, carol, dora):
        each.join(room)
    owner, guest = sit(url, ada), sit(url, bob).enter(room)

    press(owner, f"Mute {bob.username}", within=change(owner, room, bob))
    told(owner, f"{bob.username} can read, and not speak, for an hour.")
    assert bob.rest("POST", f"/rooms/{room.id}/messages", _message("no")).status_code == 403
    press(owner, f"Let speak again: {bob.username}", within=change(owner, room, bob))
    guest.enter(room).say("I may again")
    guest.sees("I may again")

    rules = owner.go(f"/rooms/{room.id}/settings")
    rules.get_by_label("Slow mode").select_option("3600")
    rules.get_by_label("Close joining").check()
    press(owner, "Save rules")
    told(owner, "The room has its new rules.")
    said = [bob.rest("POST", f"/rooms/{room.id}/messages", _message(text)) for text in ("slowly", "too soon")]
    assert [each.status_code for each in said] == [201, 429]
    outside(sit(url, people.register(url, "eve")), f"/join/{room.invite}")
    rules.get_by_label("Slow mode").select_option("0")
    rules.get_by_label("Close joining").uncheck()
    press(owner, "Save rules")

    press(owner, f"Ban {bob.username}", within=change(owner, room, bob), sure="Ban")
    told(owner, f"{bob.username} is banned: no link lets them in.")
    expect(guest.page.get_by_role("heading", name="You were banned from")).to_be_visible()
    carol.rest("DELETE", f"/rooms/{room.id}/members/me")
    page = owner.go(f"/rooms/{room.id}/members")
    gone = page.locator("#gone li", has_text=carol.username)
    expect(gone).to_contain_text("Left")
    press(owner, f"Ban {carol.username}", within=gone, sure="Ban")
    expect(page.locator("#banned li")).to_have_count(2)
    link = make_link(owner, room, "For newcomers")
    left = sit(url, carol)
    outside(left, link)
    outside(guest, link)
    owner.go(f"/rooms/{room.id}/members")
    press(owner, f"Lift the ban on {carol.username}")
    join(left, make_link(owner, room, "For Carol"))
    inside(left, room)

    panel = change(owner, room, dora)
    panel.get_by_label("Role", exact=True).select_option("moderator")
    press(owner, f"Save the role of {dora.username}", within=panel)
    told(owner, f"{dora.username} is now a moderator.")
    press(owner, f"Hand over the room to {dora.username}", within=change(owner, room, dora), sure="Hand over")
    told(owner, f"The room is {dora.username}’s now. You are a moderator of it.")
    assert owner.page.request.get(f"/rooms/{room.id}/audit").status == 403

    heir = sit(url, dora)
    heir.go(f"/rooms/{room.id}/settings").get_by_role("link", name="What was done").click()
    for deed in (
        f"{ada.username} made {dora.username} an owner",
        f"{ada.username} made {dora.username} a moderator",
        f"{ada.username} lifted the ban on {carol.username}",
        f"{carol.username} joined by the link “For Carol”",
        f"{ada.username} banned {carol.username}",
        f"{ada.username} banned {bob.username}",
        f"{carol.username} left",
        f"{ada.username} ended slow mode and opened joining",
        f"{ada.username} set slow mode to 3600 seconds and closed joining",
        f"{ada.username} let {bob.username} speak again",
        f"{ada.username} muted {bob.username} until",
        f"{ada.username} made a link “For newcomers”",
    ):
        expect(heir.page.locator("li.rows__row", has_text=deed).first).to_be_visible()


def test_a_report_is_answered_and_the_message_goes(url: str, sit: Sit, ada: Account, bob: Account) -> None:
    room = ada.make_room("The garden")
    carol = people.register(url, "carol")
    for each in (bob, carol):
        each.join(room)
    said = bob.say(room, "you all smell")
    carol.rest("POST", f"/messages/{said['id']}/report", {"reason": "No way to talk."})
    witness = sit(url, carol).enter(room)
    witness.sees("you all smell")
    owner = sit(url, ada)
    page = owner.go(f"/rooms/{room.id}/settings")
    page.get_by_role("link", name=re.compile("Reported messages 1")).click()
    expect(page.locator("blockquote")).to_have_text("you all smell")
    expect(page.get_by_text("No way to talk.")).to_be_visible()
    press(owner, "Delete message", sure="Delete message")
    told(owner, "The message is deleted.")
    expect(page.get_by_role("heading", name="Nothing is reported")).to_be_visible()
    expect(witness.page.get_by_text("you all smell")).to_have_count(0)

    owner.go(f"/rooms/{room.id}/settings").locator("summary", has_text="Delete room…").click()
    press(owner, "Delete it for good")
    expect(owner.page.get_by_text("“The garden” is deleted.")).to_be_visible()


def _message(text: str) -> dict[str, str]:
    return {"text": text, "nonce": str(people.uuid.uuid4())}


@pytest.fixture(scope="module")
def full(shared_server: Any) -> tuple[Account, Room, dict[str, str]]:
    """A room in which there is something of everything to look after; the ids of a link and of who waits."""
    url = shared_server.url
    ada = people.register(url, "ada")
    room = ada.make_room("A room with much to look after")
    path = f"/rooms/{room.id}"
    folk = [people.register(url, "guest") for _ in range(14)]
    folk[0].rest("PATCH", "/me", {"display_name": "Wolfeschlegelsteinhausenbergerdorff-Jr"})
    for each in folk[:10]:
        each.join(room)
    asking = ada.rest("POST", f"{path}/invites", {"label": "N" * 80, "asks_first": True}).json()
    single = ada.rest("POST", f"{path}/invites", {"label": "Single", "max_uses": 1, "history": "none"}).json()
    ada.rest("POST", f"{path}/invites", {"label": "Week", "expires_in": 604800, "history": "recent"})
    folk[10].rest("POST", f"/join/{single['token']}")
    for each in folk[11:]:
        each.rest("POST", f"/join/{asking['token']}")
    said = [folk[place].say(room, text) for place, text in enumerate(("x" * 300, "you all smell"))]
    for each in said:
        folk[2].rest("POST", f"/messages/{each['id']}/report", {"reason": "No way to talk. " * 9})
    ada.rest("PATCH", f"{path}/members/{folk[0].id}", {"role": "moderator"})
    ada.rest("PUT", f"{path}/members/{folk[1].id}/mute", {"seconds": 3600})
    ada.rest("DELETE", f"{path}/members/{folk[3].id}")
    ada.rest("PUT", f"{path}/bans/{folk[4].id}")
    folk[5].rest("DELETE", f"{path}/members/me")
    ada.rest("POST", f"{path}/bots", {"username": f"bot-{ada.username}"})
    ada.rest("POST", f"/invites/{single['id']}/purge", {})
    return ada, room, {"link": single["id"]}


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_each_page_is_whole_and_has_nothing_serious_with_all_of_it_unfolded(
    url: str, sit: Sit, full: tuple[Account, Room, dict[str, str]], size: str, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make setup-dev fetches it.")
    ada, room, ids = full
    options = PHONE if size == "phone" else {}
    seat = sit(url, ada, color_scheme=scheme, reduced_motion="reduce", **options)
    seat.context.add_init_script(path=AXE)
    findings: dict[str, object] = {}
    seen: dict[str, int] = {}
    for rest in (
        "settings",
        "invites",
        f"invites/{ids['link']}?since=",
        "members",
        "members?name=guest",
        "knocks",
        "reports",
        "audit",
    ):
        page = seat.go(f"/rooms/{room.id}/{rest}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        seen[rest] = page.locator(".rows__row, .part").count()
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        small = page.locator(CONTROLS).evaluate_all(TOO_SMALL) if size == "phone" else []
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if found := serious(page) or small or wide:
            findings[rest] = found
    assert findings == {}
    assert min(seen.values()) >= 2, seen
