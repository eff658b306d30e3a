"""Take the pictures in docs/images/: `make screenshots`, or `python -m tools.screenshots NAME…` for some of them.

Starts a server of its own on a free port and a database in a temporary folder.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.server.process import Server
from tools.screenshots.camera import IMAGES, Camera
from tools.screenshots.house import House
from tools.screenshots.pictures import PICTURES

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def main(wanted: list[str]) -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no Chromium here. On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    unknown = [name for name in wanted if name not in PICTURES]
    if unknown:
        print(f"No picture is called {', '.join(unknown)}.", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        clock = Path(folder) / "clock"
        house = House("", clock)
        house.at("08:00")
        command = [sys.executable, "-m", "tools.screenshots.server"]
        settings = {
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "WARNING",
            "PUBLIC_URL": "https://chat.example.org",
            "CLOCK_FILE": str(clock),
        }
        with Server(Path(folder), command=command, **settings) as server:
            house.url = server.url
            house.furnish()
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            camera = Camera(browser, house)
            for name, take in PICTURES.items():
                if not wanted or name in wanted:
                    take(camera, name)
                    camera.leave()
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
