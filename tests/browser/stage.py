"""Somebody at a browser: what they see and do, by the names that the contract gives to things."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from tests.clients.people import PASSWORD, Account, Room
from tests.clients.people import Browser as Session

expect.set_options(timeout=10_000)

# What Chromium itself says when a line breaks; the page says it better.
_LINE_TROUBLE = re.compile(
    r"ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INTERNET_DISCONNECTED|EMPTY_RESPONSE|NETWORK_CHANGED)|WebSocket"
    r"|Failed to load resource: the server responded with a status of (401|404|409|422|429|503)"
)
_WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP", event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber));
window.ran = [];
window.alert = window.prompt = window.confirm = (text) => window.ran.push(String(text));
"""


class Seat:
    """A browser context with one page in it."""

    def __init__(self, browser: Browser, url: str, account: Account | None = None, **options: Any) -> None:
        self.url = url
        self.account = account
        self.foreign: list[str] = []  # requests to anywhere else
        self._wrong: list[str] = []
        self.context = browser.new_context(base_url=url, locale="en-GB", **options)
        self.context.add_init_script(_WATCH)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self._wrong.append(f"uncaught: {error.error}"))
        self.context.on("request", self._request)
        if account is not None:
            cookies = Session(url).log_in(account).http.cookies
            self.context.add_cookies(
                [{"name": each.name, "value": each.value or "", "url": url} for each in cookies]
            )
        self.page = self.context.new_page()

    def close(self) -> list[str]:
        """Get up; everything that went wrong meanwhile."""
        self.context.close()
        return self._wrong + [f"asked elsewhere: {each}" for each in self.foreign]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _LINE_TROUBLE.search(message.text):
            self._wrong.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url + "/", "data:", "blob:")):
            self.foreign.append(request.url)

    # ---- doing

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(path)
        return self.page

    def fill_in(self, username: str, password: str, button: str) -> None:
        """Fill in who one is, and press."""
        self.page.get_by_role("textbox", name="Username").fill(username)
        self.page.get_by_role("textbox", name="Password").fill(password)
        self.page.get_by_role("button", name=button, exact=True).click()

    def enter(self, room: Room) -> Seat:
        """Open a room, and wait until the line is open."""
        self.go(f"/rooms/{room.id}")
        self.online()
        return self

    def online(self) -> None:
        """Wait until the page has caught up."""
        expect(self.page.locator("html")).to_have_attribute("data-line", "online", timeout=40_000)

    def say(self, text: str, page: Page | None = None) -> None:
        """Write, and press Enter."""
        box = (page or self.page).get_by_role("textbox", name="Message")
        box.fill(text)
        box.press("Enter")

    # ---- seeing

    @property
    def log(self) -> Locator:
        """What is said here."""
        return self.page.get_by_role("log", name="Messages")

    def messages(self, page: Page | None = None) -> Locator:
        """The messages, whatever has become of them."""
        return (page or self.page).get_by_role("log", name="Messages").get_by_role("article")

    def confirmed(self) -> list[str]:
        """The texts of what the server has, in their order."""
        return self.page.locator(
            "article.message:not(.message--waiting, .message--failed) .message__text"
        ).all_inner_texts()

    def sees(self, *texts: str) -> None:
        """Wait until exactly these are confirmed, in this order."""
        shown = "article.message:not(.message--waiting, .message--failed) .message__text"
        expect(self.page.locator(shown)).to_have_text(list(texts), timeout=40_000)
        expect(self.page.locator("article.message")).to_have_count(len(texts), timeout=40_000)


__all__ = ["PASSWORD", "Seat", "expect"]
