"""The server, with sockets that are let in late or not at all, as whoever connects asks for in `auth`:

{"token": …, "delay": "0.5"}      finding out who it is takes so long
{"token": …, "raises": "before"}  something unforeseen is raised, before or after it is in its rooms
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import wsgi  # noqa: I001  # patches, so it comes first

import time
from typing import Any

from app.sockets.chat import Chat

arrive = Chat.arrive


def hesitate(self: Chat, auth: Any) -> None:
    delay, raises = float(auth.pop("delay", 0)), auth.pop("raises", "")
    time.sleep(delay)
    if raises == "before":
        raise TypeError("no auth, please")
    arrive(self, auth)
    if raises == "after":
        raise TypeError("no auth, please")


Chat.arrive = hesitate  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(wsgi.main())
