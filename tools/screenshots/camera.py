"""The camera: seats people in browsers of their own, and takes pictures of parts of what they see."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.server.process import eventually
from tools.screenshots.house import NOW, PASSWORD, House

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
PALETTE = Path(__file__).with_name("palette.js").read_text()
DESKTOP = (1000, 700)
PHONE = (390, 760)
expect.set_options(timeout=20_000)


class Camera:
    """Pictures have twice the pixels of the page, and are light unless `dark` is asked for."""

    def __init__(self, browser: Browser, house: House) -> None:
        self._browser = browser
        self.house = house
        self._cookies: dict[str, list[Any]] = {}
        self._open: list[BrowserContext] = []
        self._here: set[str] = set()
        self._darkroom = browser.new_page()

    def sit(
        self,
        who: str | None,
        path: str,
        *,
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
        **options: Any,
    ) -> Page:
        """Somebody's browser at a page; `who` is None for a stranger."""
        context = self._browser.new_context(
            base_url=self.house.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            device_scale_factor=2,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
            **options,
        )
        self._open.append(context)
        context.clock.set_fixed_time(NOW)
        if who:
            context.add_cookies(self._cookies_of(who))
        page = context.new_page()
        page.goto(path)
        return page

    def enter(self, who: str, room: str, query: str = "", **options: Any) -> Page:
        """Somebody's browser in a room, once all is drawn that is known, and just those are here who are."""
        here = self._here & self.house.members(who, room) | {who}
        assert eventually(lambda: self.house.here(who, room) <= here, 20, every=0.1)
        page = self.sit(who, f"/rooms/{self.house.rooms[room]}{query}", **options)
        expect(page.locator("html")).to_have_attribute("data-line", "online")
        expect(page.locator("#here li")).to_have_count(len(here))
        self._here.add(who)
        return page

    def shoot(self, page: Page, name: str, *parts: str | Locator, margin: int = 16) -> None:
        """The parts and a margin around them; without parts, all that is on the screen."""
        page.mouse.move(0, 0)
        page.evaluate("document.fonts.ready.then(() => true)")
        options: dict[str, Any] = {}
        if parts:
            found = [page.locator(part) if isinstance(part, str) else part for part in parts]
            options["clip"] = _around(page, [_box(each) for each in found], margin)
        picture = page.screenshot(animations="disabled", caret="hide", **options)
        (IMAGES / f"{name}.png").write_bytes(self._small(picture))
        print(f"docs/images/{name}.png", flush=True)

    def leave(self) -> None:
        """Everybody closes their browser."""
        for context in self._open:
            context.close()
        self._open.clear()
        self._here.clear()

    def _small(self, picture: bytes) -> bytes:
        """The same picture with a palette: a third of the bytes."""
        source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        drawn = self._darkroom.evaluate(PALETTE, source)
        width, height = drawn["width"], drawn["height"]
        pixels = base64.b64decode(drawn["pixels"])
        rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
        header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
        colours = b"".join(map(bytes, drawn["palette"]))
        parts = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)

    def _cookies_of(self, who: str) -> list[Any]:
        if who not in self._cookies:
            with requests.Session() as http:
                http.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux) Firefox/140.0"
                form = http.get(f"{self.house.url}/login", timeout=20).text
                found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', form)
                assert found
                fields = {"csrf_token": found[1], "username": who, "password": PASSWORD}
                http.post(f"{self.house.url}/login", fields, timeout=20).raise_for_status()
                self._cookies[who] = [
                    {"name": each.name, "value": each.value or "", "url": self.house.url}
                    for each in http.cookies
                ]
        return self._cookies[who]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _box(part: Locator) -> dict[str, float]:
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box is not None, part
    return dict(box)


def _around(page: Page, boxes: list[dict[str, float]], margin: int) -> dict[str, float]:
    """What holds all of them, within the page."""
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    left = max(0, min(box["x"] for box in boxes) - margin)
    top = max(0, min(box["y"] for box in boxes) - margin)
    right = min(width, max(box["x"] + box["width"] for box in boxes) + margin)
    bottom = min(height, max(box["y"] + box["height"] for box in boxes) + margin)
    return {"x": round(left), "y": round(top), "width": round(right - left), "height": round(bottom - top)}
