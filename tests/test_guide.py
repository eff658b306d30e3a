"""The guide shows what there is: each feature, each with a picture that the tool takes."""

import re
import struct

import pytest
from flask import Flask

import config
from app.api import TABLE
from app.sockets.chat import Chat
from tools.screenshots.pictures import PICTURES

DOCS = config.ROOT / "docs"
GUIDE = (DOCS / "guide.md").read_text()
IMAGES = DOCS / "images"
SHOWN = {
    name: {"width": int(width), "alt": alt}
    for name, width, alt in re.findall(r'<img src="images/([\w-]+)\.png" width="(\d+)" alt="([^"]*)">', GUIDE)
}
PROSE = re.sub(r"\s+", " ", GUIDE)
HEADINGS = re.findall(r"^### (.+)$", GUIDE, re.MULTILINE)

# The pages that a person opens, and where the guide shows them. A new page fails here until it is written about.
PAGES = {
    "account.show": "Change your name, your password, where you are signed in",
    "home.index": "Find your way about",
    "invites.index": "See which links work",
    "invites.show": "Come in by a link",
    "knocks.index": "Be asked before somebody comes in",
    "knocks.waiting": "Be asked before somebody comes in",
    "members.index": "Change somebody's role, quiet them, put them out",
    "mentions.index": "Find where you were called",
    "moderation.audit": "See what was done",
    "moderation.show_reports": "Answer reports",
    "purges.show": "Close a link together with those who came by it",
    "rooms.new": "Make a room",
    "rooms.settings": "Choose what a room may tell you of",
    "rooms.show": "Say something",
    "session.login": "Come in by a link",
    "session.register": "Make a room",
}
# What a browser fetches that is no page of its own, and the pages for programs.
NO_PAGES = ("api.", "docs.", "health.", "static", "styles.", "invites.qr")
# Documents about the rest.
NO_FEATURES = {"/openapi.json", "/asyncapi.json"}


def test_every_picture_of_the_guide_is_one_that_the_tool_takes() -> None:
    assert len(re.findall(r"<img|!\[", GUIDE)) == len(SHOWN)
    assert set(SHOWN) <= set(PICTURES)


def test_every_picture_that_the_tool_takes_is_shown_somewhere() -> None:
    readme = (config.ROOT / "README.md").read_text()
    used = set(SHOWN) | set(re.findall(r"images/([\w-]+)\.png", readme))
    assert set(PICTURES) == used
    assert {path.stem for path in IMAGES.glob("*.png")} == used


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_picture_is_there_in_its_size_and_says_what_is_seen(name: str) -> None:
    """Pictures have two pixels for each one of the page. After taking one anew: its width by half, into the guide."""
    header = (IMAGES / f"{name}.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    [width] = struct.unpack(">I", header[16:20])
    assert SHOWN[name]["width"] == width // 2
    assert 40 <= len(str(SHOWN[name]["alt"])) <= 200


def test_the_pictures_are_small_together() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < 3_000_000


def test_the_guide_names_every_route_and_every_request_and_no_other() -> None:
    named = {
        (method, path)
        for methods, path in re.findall(r"((?:`?[A-Z]+`? and )?`[A-Z]+) (/[^`?]+)`", PROSE)
        for method in re.findall(r"[A-Z]+", methods)
    }
    routes = {(route.method, route.path) for route in TABLE if route.path not in NO_FEATURES}
    assert named == routes
    asked = set(re.findall(r"`([a-z]+(?:_[a-z]+)?)`", PROSE))
    assert set(Chat.requests) <= asked


def test_every_page_has_its_place_in_the_guide(app: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(NO_PAGES)
    }
    assert pages == set(PAGES)
    assert set(PAGES.values()) <= set(HEADINGS)


def test_every_thing_that_can_be_done_with_a_message_is_named() -> None:
    dialogs = (config.ROOT / "templates/rooms/_dialogs.html").read_text()
    menu = dialogs[
        dialogs.index('id="message-menu"') : dialogs.index("</div>\n\n", dialogs.index('id="message-menu"'))
    ]
    labels = re.findall(r'data-deed="\w+">{{ icon\("[\w-]+"\) }}(?:<span[^>]*>)?([\w ]+)', menu)
    assert len(labels) >= 10
    for label in labels:
        assert label.lower() in PROSE.lower(), label


def test_the_table_of_contents_leads_to_every_chapter() -> None:
    chapters = re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)
    assert re.findall(r"\[([^\]]+)\]\(#([a-z-]+)\)", GUIDE)[: len(chapters)] == [
        (chapter, chapter.lower().replace(" ", "-")) for chapter in chapters
    ]


def test_links_of_the_guide_lead_somewhere() -> None:
    for path in re.findall(r"\]\(([^)#:]+)", GUIDE):
        assert (DOCS / path).exists(), path
    for path, place in re.findall(r"\]\(([^)#]+)#([a-z-]+)\)", GUIDE):
        headings = re.findall(r"^#+ (.+)$", (DOCS / path).read_text(), re.MULTILINE)
        assert place in {heading.lower().replace(" ", "-") for heading in headings}
