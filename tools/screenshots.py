"""Take the README's pictures from a running server with people and words in it: `make screenshots`.

Starts a server of its own on a free port and a database in a temporary folder; writes into docs/images/.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.server.process import Server  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PASSWORD = "correct horse battery"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PEOPLE = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "alan": "Alan Turing"}
SAID = [
    ("ada", "Good morning! The new pond is in. Come and see it before it rains."),
    ("grace", "Is that the one with the bridge?"),
    ("ada", "The very one. I counted eleven frogs at breakfast."),
    ("ada", "Twelve, if the one on the bridge lives here."),
    ("alan", "It does now. I’ll bring **eight chairs** at four, @ada, and somebody else brings cake."),
    ("grace", "Cake is settled: ~~plum~~ *lemon*. The recipe is at https://example.org/lemon-cake"),
    ("alan", "Then nothing can go wrong."),
]
ANSWERS = 1  # the third message answers the second
REACTED = {2: [("grace", "🐸"), ("alan", "🐸"), ("alan", "🎉")], 5: [("ada", "🍋")]}
PINNED = 4


class Person:
    """Somebody with an account, over the API."""

    def __init__(self, url: str, username: str) -> None:
        self._api = f"{url}/api/v1"
        self._headers: dict[str, str] = {}
        token = self.ask("POST", "/users", username=username, password=PASSWORD)["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **body: object) -> Any:
        answer = requests.request(method, self._api + path, json=body, headers=self._headers, timeout=10)
        answer.raise_for_status()
        return answer.json()


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no Chromium here. On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder), RATE_LIMITS="off") as server,
        sync_playwright() as playwright,
    ):
        room = furnish(server.url)
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        take(browser, server.url, room, "room", width=1280, height=760, scheme="light")
        take(browser, server.url, room, "room-phone", width=390, height=760, scheme="dark")
        browser.close()
    return 0


def furnish(url: str) -> str:
    """People, rooms and words; the id of the room to look at."""
    people = {username: Person(url, username) for username in PEOPLE}
    for username, name in PEOPLE.items():
        people[username].ask("PATCH", "/me", display_name=name)
    made = [
        people["ada"].ask("POST", "/rooms", title=title)
        for title in ("Reading circle", "Kitchen", "The garden")
    ]
    garden = made[-1]
    for username in ("grace", "alan"):
        people[username].ask("POST", f"/join/{garden['invite']['token']}")
    ids: list[str] = []
    for place, (username, text) in enumerate(SAID):
        path = f"/rooms/{garden['room']['id']}/messages"
        more = {"reply_to": ids[ANSWERS]} if place == ANSWERS + 1 else {}
        said = people[username].ask("POST", path, nonce=str(uuid.uuid4()), text=text, **more)
        ids.append(said["message"]["id"])
    for place, reactions in REACTED.items():
        for username, emoji in reactions:
            people[username].ask("PUT", f"/messages/{ids[place]}/reactions/{quote(emoji)}")
    people["ada"].ask("PUT", f"/messages/{ids[PINNED]}/pin")
    return str(garden["room"]["id"])


def take(browser: Browser, url: str, room: str, name: str, *, width: int, height: int, scheme: str) -> None:
    """Sign in as Ada and take the room's picture."""
    dark: Any = scheme
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=dark, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{url}/login")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{url}/rooms/{room}")
    page.get_by_role("log", name="Messages").get_by_text("nothing can go wrong").wait_for()
    page.wait_for_timeout(800)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()
    print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
