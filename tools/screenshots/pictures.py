"""Each picture: who looks, at what, and what they do before it is taken. Their names are those of the files.

They are taken in this order, in one house: what somebody has read stays read, and nothing else is changed for good.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tools.screenshots.camera import PHONE, Camera

Take = Callable[[Camera, str], None]
PICTURES: dict[str, Take] = {}


def picture(take: Take) -> Take:
    """Put a picture into the list, under its function's name."""
    PICTURES[take.__name__.replace("_", "-")] = take
    return take


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def said(page: Page, text: str) -> Locator:
    return page.locator("article.message", has_text=text)


def menu_of(page: Page, text: str) -> None:
    """Open what can be done with a message."""
    said(page, text).hover()
    page.locator("#message-bar").get_by_role("button", name="More").click()
    expect(page.locator("#message-menu")).to_be_visible()


def choose(page: Page, deed: str) -> None:
    page.locator("#message-menu").get_by_role("menuitem", name=deed, exact=True).click()


# ---- The README's.


@picture
def room(camera: Camera, name: str) -> None:
    camera.enter("grace", "garden")
    page = camera.enter("ada", "garden", size=(1280, 760))
    camera.shoot(page, name)


@picture
def room_phone(camera: Camera, name: str) -> None:
    camera.shoot(camera.enter("ada", "garden", size=PHONE, dark=True), name)


# ---- Coming in.


@picture
def new_room(camera: Camera, name: str) -> None:
    page = camera.enter("mary", "supper", size=(760, 460))
    camera.shoot(page, name, "#main", margin=0)


@picture
def join(camera: Camera, name: str) -> None:
    page = camera.sit(None, f"/join/{camera.house.links['garden']['token']}", size=PHONE)
    camera.shoot(page, name, ".bar", "#main > :last-child")


@picture
def register(camera: Camera, name: str) -> None:
    page = camera.sit(None, f"/join/{camera.house.links['garden']['token']}", size=PHONE)
    page.get_by_role("link", name="Register").click()
    camera.shoot(page, name, ".bar", "#main > :last-child")


# ---- Talking.


@picture
def writing(camera: Camera, name: str) -> None:
    page = camera.enter("emmy", "kitchen", size=(760, 700))
    box(page).fill(
        "I bring **bread**, ~~two~~ three loaves:\n\n- rye\n- oat\n\n> Is it warm?\n\nStill, and `crisp`."
    )
    page.get_by_role("button", name="Preview").click()
    camera.shoot(page, name, said(page, "For tonight"), "#composer", margin=8)


@picture
def reply(camera: Camera, name: str) -> None:
    page = camera.enter("grace", "garden", size=(760, 800))
    menu_of(page, "It does now")
    choose(page, "Reply")
    box(page).fill("Make it ten, Emmy comes too.")
    camera.shoot(page, name, said(page, "The very one"), "#composer", margin=8)


@picture
def versions(camera: Camera, name: str) -> None:
    page = camera.enter("emmy", "kitchen")
    menu_of(page, "behind the bicycles")
    choose(page, "Earlier versions")
    expect(page.locator("#versions-dialog .version")).to_have_count(3)
    camera.shoot(page, name, "#versions-dialog")


@picture
def undo(camera: Camera, name: str) -> None:
    page = camera.enter("alan", "garden", size=(760, 620))
    menu_of(page, "nothing can go wrong")
    choose(page, "Delete")
    expect(page.locator(".leaving")).to_be_visible()
    camera.shoot(page, name, said(page, "Cake is settled"), page.locator(".leaving"), "#composer", margin=8)
    page.locator(".leaving button").click()


@picture
def reactions(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden", size=(760, 760))
    menu_of(page, "The very one")
    choose(page, "React…")
    page.get_by_role("searchbox", name="Search emoji").fill("flower")
    expect(page.locator("#emoji-body button").first).to_be_visible()
    camera.shoot(page, name, said(page, "The very one"), "#emoji-picker")


@picture
def pins(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden")
    page.get_by_label("Room menu").click()
    page.get_by_role("button", name="Pinned messages").click()
    expect(page.locator("#pins-dialog .found")).to_have_count(2)
    camera.shoot(page, name, "#pins-dialog")


@picture
def message_menu(camera: Camera, name: str) -> None:
    page = camera.enter("grace", "garden", size=PHONE, dark=True, has_touch=True, is_mobile=True)
    said(page, "It does now").dispatch_event("pointerdown", {"pointerType": "touch"})
    expect(page.locator("#message-menu")).to_be_visible()
    camera.shoot(page, name)


# ---- Finding what is new.


@picture
def unread(camera: Camera, name: str) -> None:
    page = camera.enter("alan", "kitchen", size=(900, 640))
    expect(page.locator(".new-line")).to_be_visible()
    camera.shoot(page, name)


@picture
def first_unread(camera: Camera, name: str) -> None:
    page = camera.enter("hedy", "reading", size=(760, 520))
    page.locator("#jump").click()
    expect(page.locator("#first-unread")).to_be_visible()
    camera.shoot(page, name, "#main", margin=0)


@picture
def level(camera: Camera, name: str) -> None:
    page = camera.sit("alan", f"/rooms/{camera.house.rooms['reading']}/settings")
    page.locator("[name=level][value=mentions]").check()
    camera.shoot(page, name, page.locator(".part", has=page.locator("#level")))


@picture
def notifications(camera: Camera, name: str) -> None:
    page = camera.sit("ada", "/account", permissions=["notifications"])
    page.locator("label[for=notices-mentions]").click()
    page.get_by_role("button", name="Show me one").click()
    expect(page.locator("#notices-state")).not_to_be_empty()
    camera.shoot(page, name, "#notices")


# ---- Mentions, and people.


@picture
def mention(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden", size=(760, 560))
    box(page).press_sequentially("Four o’clock it is, @")
    expect(page.locator("#suggestions li").first).to_be_visible()
    camera.shoot(page, name, "#suggestions", "#composer", margin=8)


@picture
def mentions(camera: Camera, name: str) -> None:
    page = camera.sit("alan", "/mentions", size=(760, 700))
    camera.shoot(page, name, "#main > *:first-child", ".mentions")


@picture
def people(camera: Camera, name: str) -> None:
    camera.enter("alan", "garden")
    other = camera.enter("grace", "garden")
    page = camera.enter("ada", "garden", size=(1100, 560))
    box(other).press_sequentially("On my way")
    expect(page.locator("#typing")).to_contain_text("Grace Hopper is typing")
    camera.shoot(page, name, "#main", "#members-panel", margin=0)


# ---- Inviting.


@picture
def invite(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden", size=(760, 700))
    page.get_by_label("Room menu").click()
    page.get_by_role("button", name="Link and QR code").click()
    expect(page.locator("#invite-code")).to_be_visible()
    page.locator("#invite-code").evaluate("image => image.decode()")
    camera.shoot(page, name, "#invite-dialog")


@picture
def another_link(camera: Camera, name: str) -> None:
    page = camera.sit("ada", f"/rooms/{camera.house.rooms['fair']}/invites", size=(760, 800))
    page.locator("[name=label]").fill("For the neighbours")
    page.locator("[name=expires_in]").select_option("604800")
    page.locator("[name=max_uses]").fill("20")
    page.locator("[name=history]").select_option("recent")
    page.locator("[name=asks_first]").check()
    camera.shoot(page, name, page.locator(".part", has=page.locator("#another")))


@picture
def links(camera: Camera, name: str) -> None:
    page = camera.sit("ada", f"/rooms/{camera.house.rooms['fair']}/invites", size=(760, 900))
    camera.shoot(page, name, page.locator("h1"), page.locator(".part--stacked").nth(1))


@picture
def waiting(camera: Camera, name: str) -> None:
    page = camera.sit("hedy", f"/join/{camera.house.links['door']['token']}", size=PHONE)
    page.get_by_role("button", name="Join room").click()
    expect(page.get_by_role("heading", name="You knocked")).to_be_visible()
    camera.shoot(page, name, ".bar", "#main > :last-child")


@picture
def knock(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "fair", size=(760, 560))
    expect(page.locator(".knock")).to_be_visible()
    camera.shoot(page, name, "#main", margin=0)


@picture
def came_by(camera: Camera, name: str) -> None:
    page = camera.sit("ada", f"/rooms/{camera.house.rooms['fair']}/invites", size=(760, 1000))
    page.get_by_role("link", name="Who came by On the notice board").click()
    page.get_by_role("button", name="Show who that is").click()
    camera.shoot(page, name, page.locator("h1"), page.locator(".part", has=page.locator("#purge")))


@picture
def purged(camera: Camera, name: str) -> None:
    page = camera.sit("grace", f"/rooms/{camera.house.rooms['market']}/invites", size=(760, 800))
    camera.shoot(page, name, page.locator(".notice", has=page.get_by_role("button", name="Undo")))


# ---- Looking after a room.


@picture
def members(camera: Camera, name: str) -> None:
    page = camera.sit("ada", f"/rooms/{camera.house.rooms['fair']}/members", size=(760, 1000))
    page.get_by_label("Change Lou").click()
    rows = page.locator(".rows__row--tall")
    camera.shoot(page, name, rows.filter(has_text="Kim"), rows.filter(has_text="Lou"))


@picture
def member_menu(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden", size=(1100, 560))
    row = page.locator("#members-panel li", has_text="Alan Turing")
    row.hover()
    row.get_by_role("button").click()
    expect(page.locator("#member-menu")).to_be_visible()
    camera.shoot(page, name, row, "#member-menu")


@picture
def muted(camera: Camera, name: str) -> None:
    page = camera.enter("lou", "fair", size=PHONE, dark=True)
    expect(page.locator("#composer-held")).to_be_visible()
    camera.shoot(page, name, said(page, "CHEAP WATCHES"), "#composer", margin=8)


@picture
def rules(camera: Camera, name: str) -> None:
    page = camera.sit("grace", f"/rooms/{camera.house.rooms['fair']}/settings")
    camera.shoot(page, name, page.locator(".part", has=page.locator("#rules")))


@picture
def report(camera: Camera, name: str) -> None:
    page = camera.enter("emmy", "fair", size=(760, 560))
    menu_of(page, "CHEAP WATCHES")
    choose(page, "Report…")
    page.get_by_label("What is wrong with it?").fill("Somebody sells watches here.")
    camera.shoot(page, name, "#report-dialog")


@picture
def reports(camera: Camera, name: str) -> None:
    page = camera.sit("grace", f"/rooms/{camera.house.rooms['fair']}/reports", size=(760, 700))
    camera.shoot(page, name, page.locator("h1"), page.locator(".part--stacked"))


@picture
def audit(camera: Camera, name: str) -> None:
    page = camera.sit("ada", f"/rooms/{camera.house.rooms['fair']}/audit", size=(760, 900))
    rows = page.locator(".rows__row")
    camera.shoot(page, name, page.locator("h1"), rows.nth(7))


@picture
def bots(camera: Camera, name: str) -> None:
    page = camera.sit("ada", f"/rooms/{camera.house.rooms['fair']}/members", size=(760, 800))
    page.locator("#bots").get_by_text("New bot").click()
    page.locator("#bots [name=username]").fill("cashbox")
    camera.shoot(page, name, "#bots")


# ---- Keys, and bad lines.


@picture
def palette(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden", size=(900, 640))
    page.keyboard.press("Control+k")
    page.locator("#palette-input").fill("me")
    expect(page.locator("#palette-list li").first).to_be_visible()
    camera.shoot(page, name, "#palette")


@picture
def keys(camera: Camera, name: str) -> None:
    page = camera.enter("ada", "garden", size=(900, 700), dark=True)
    page.locator("#log").focus()
    page.keyboard.press("?")
    camera.shoot(page, name, "#keys-dialog")


@picture
def offline(camera: Camera, name: str) -> None:
    page = camera.enter("alan", "garden", size=PHONE, dark=True)
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_contain_text("You’re offline")
    box(page).fill("In the tunnel now. Back in ten minutes, with the chairs.")
    box(page).press("Enter")
    expect(page.locator(".message--waiting")).to_be_visible()
    page.wait_for_function(
        "(log => log.scrollTop + log.clientHeight >= log.scrollHeight - 1)(document.getElementById('log'))"
    )
    camera.shoot(page, name)


@picture
def account(camera: Camera, name: str) -> None:
    page = camera.sit("ada", "/account", size=(1000, 900))
    camera.shoot(page, name, "#sessions", "#tokens")
