"""The reference clients of examples/, Python and JavaScript, driven alike."""

from __future__ import annotations

import threading
from typing import Any

from examples import client as example
from tests.clients.node import Node
from tests.clients.people import Account, Room

Shown = list[tuple[int, str]]


class InPython:
    """examples/client.py, in a thread."""

    def __init__(self, account: Account, transports: list[str] | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []
        self._client = example.Client(account.url, account.token, transports)
        self._client.on_sent = self._on_sent
        self._client.on_failed = lambda asked, problem: self.failed.append(problem)
        self._thread = threading.Thread(target=self._client.run, daemon=True)
        self._thread.start()

    def _on_sent(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        self.sent.append({"duplicate": answer["duplicate"], "seq": answer["message"]["seq"]})

    def say(self, room: Room, text: str) -> None:
        """Write something."""
        self._client.say(room.id, text)

    def shown(self, room: Room) -> Shown:
        """What it draws, in order."""
        known = self._client.rooms.get(room.id)
        said = dict(known["messages"]) if known else {}
        return [(seq, said[seq]["text"]) for seq in sorted(said)]

    def is_in(self, room: Room) -> bool:
        """Does it follow this room?"""
        return room.id in self._client.rooms

    def ended(self) -> str | None:
        """Why it doesn't come back."""
        return self._client.ended

    def end(self) -> None:
        """It is gone."""
        self._client.stop()
        self._thread.join(15)


class InJavaScript:
    """examples/client.mjs, in Node."""

    def __init__(self, account: Account, transports: list[str] | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []
        self._ended: str | None = None
        self._node = Node("reference.mjs", account.url, account.token, ",".join(transports or []))

    def say(self, room: Room, text: str) -> None:
        """Write something."""
        self._node.tell(do="say", room=room.id, text=text)

    def shown(self, room: Room) -> Shown:
        """What it draws, in order."""
        return [(seq, text) for seq, text in self._ask(room)["messages"]]

    def is_in(self, room: Room) -> bool:
        """Does it follow this room?"""
        return bool(self._ask(room)["known"])

    def _ask(self, room: Room) -> dict[str, Any]:
        self._node.tell(do="show", room=room.id)
        while (said := self._node.next())["event"] != "shown":
            self._note(said)
        return said

    def ended(self) -> str | None:
        """Why it doesn't come back."""
        self.shown(Room("none", "none"))
        return self._ended

    def end(self) -> None:
        """It is gone."""
        self._node.end()

    def _note(self, said: dict[str, Any]) -> None:
        if said["event"] == "sent":
            self.sent.append({"duplicate": said["duplicate"], "seq": said["seq"]})
        elif said["event"] == "failed":
            self.failed.append(said["problem"])
        elif said["event"] == "ended":
            self._ended = said["reason"]
