"""Who is in the storm: writers, who are the reference client, and readers, who hear every packet in its exact order."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import requests
import websocket

from examples import client as example
from tests.clients.people import Account, Line, Room

Record = dict[str, Any]
HASTE = 10  # people in the storm come back so many times quicker than the reference client would
SNAPSHOT = 100  # messages that a snapshot of the reference client holds; what is older it doesn't draw
AHEAD = 3  # a writer has so many messages under way at most
SILENCE_SECONDS = 5.0  # where others talk all the time, a line on which nothing comes for so long is given up
PACE = (0.1, 0.5)  # seconds from one message of a writer to the next: quicker would measure the writers


@dataclass
class Site:
    """What the players know of where they are: the addresses, and when each text was written."""

    urls: list[str]
    written: dict[str, float] = field(default_factory=dict)


class Writer(example.Client):
    """Writes texts that nobody else writes, into rooms by chance, and keeps what became of them."""

    answer_seconds = 3

    def __init__(
        self, account: Account, rooms: list[Room], history: list[Record], seed: int, site: Site
    ) -> None:
        super().__init__(account.url, account.token, ["websocket"])
        self.account = account
        self._site = site
        self.took: list[float] = []  # from writing to the acknowledgement, in seconds
        self.sent_again = self.duplicates = self.snapshots = 0
        self._rooms = rooms
        self._history = history
        self._chance = random.Random(seed)
        self._written = site.written
        self._asked: set[str] = set()
        self._writing = threading.Event()
        self._writing.set()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self.run, self._write)]

    def start(self) -> None:
        """Connect, and write until `rest`."""
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        """Write no more; what is written still goes out."""
        self._writing.clear()

    def end(self) -> None:
        """Gone."""
        self.rest()
        self.stop()
        for thread in self._threads:
            thread.join(10)

    def shown(self, room: Room) -> list[tuple[int, str]]:
        """What it draws, in order."""
        said = dict(self.rooms[room.id]["messages"])
        return [(seq, said[seq]["text"]) for seq in sorted(said)]

    def on_sent(self, unsent: Record, answer: Record) -> None:
        self.took.append(time.monotonic() - self._written[unsent["text"]])
        self.duplicates += answer["duplicate"]
        self._keep("sent", unsent, seq=answer["message"]["seq"])

    def on_failed(self, unsent: Record, problem: Record) -> None:
        self._keep("refused", unsent, code=problem["code"])

    def _write(self) -> None:
        number = 0
        while self._writing.is_set():
            time.sleep(self._chance.uniform(*PACE))
            if len(self.outbox) < AHEAD:
                number += 1
                room, text = self._chance.choice(self._rooms), f"{self.account.username} {number}"
                self._written[text] = time.monotonic()
                self._keep("wrote", {"room_id": room.id, "text": text})
                self.say(room.id, text)

    def _keep(self, kind: str, unsent: Record, **more: Any) -> None:
        who = self.account.username
        self._history.append(
            {"kind": kind, "who": who, "room": unsent["room_id"], "text": unsent["text"], **more}
        )

    def _ask(self, event: str, data: Record) -> Any:
        if event == "post_message":
            self.sent_again += data["nonce"] in self._asked
            self._asked.add(data["nonce"])
        return super()._ask(event, data)

    def _snapshot(self, room: Record) -> None:
        super()._snapshot(room)
        self.snapshots += len(self.rooms[room["id"]]["messages"]) >= SNAPSHOT

    def _pause(self, seconds: float) -> None:
        super()._pause(seconds / HASTE)
        self.url = self._chance.choice(self._site.urls)  # what is sent again may come to another process


class Reader:
    """Listens on raw lines, catches up after each loss, and keeps all of it."""

    def __init__(self, account: Account, history: list[Record], site: Site) -> None:
        self.account = replace(account)  # whose address changes
        self.late: list[float] = []  # from somebody's writing to hearing it here, in seconds
        self._site = site
        self.healed = 0  # entries that came by catching up
        self.cursors: dict[str, int] = {}
        self._history = history
        self._messages: dict[str, dict[int, str]] = {}
        self._lines = 0
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Connect, and listen until `end`."""
        self._thread.start()

    def end(self) -> None:
        """Gone."""
        self._ended = True
        self._thread.join(10)

    def shown(self, room: Room) -> list[tuple[int, str]]:
        """What it would draw, in order."""
        return sorted(self._messages.get(room.id, {}).items())

    def _run(self) -> None:
        while not self._ended:
            self.account.url = random.choice(self._site.urls)
            try:
                with self.account.line() as line:
                    self._listen(line)
            except (
                OSError,
                AssertionError,
                ValueError,
                websocket.WebSocketException,
                requests.RequestException,
            ):
                time.sleep(0.05)

    def _listen(self, line: Line) -> None:
        self._lines += 1
        self._sync(line)
        line.socket.settimeout(0.25)
        heard = time.monotonic()
        while not self._ended:
            try:
                packet = line.next()
            except websocket.WebSocketTimeoutException:
                if time.monotonic() - heard > SILENCE_SECONDS:
                    raise
                continue
            heard = time.monotonic()
            if packet.startswith("42/chat,"):
                self._hear(json.loads(packet[len("42/chat,") :]))

    def _sync(self, line: Line) -> None:
        asked = dict(self.cursors)
        answer = line.ask("sync", {"rooms": asked})
        if not answer["ok"]:
            raise ValueError(answer)
        for each in answer["data"]["rooms"]:
            room, seqs = each["room"], [fact["seq"] for fact in each["entries"]]
            record = {
                "room": room["id"],
                "after": asked.get(room["id"], 0),
                "seqs": seqs,
                "last": room["last_seq"],
            }
            self._keep("synced", reset=each["reset"], **record)
            if each["reset"]:
                self._messages[room["id"]] = {}
                self.cursors[room["id"]] = 0
                self._read(room["id"], room["last_seq"])
                continue
            self.healed += len(seqs)
            for fact in each["entries"]:
                self._apply(fact)
        for room_id in answer["data"]["removed"]:
            self.cursors.pop(room_id)

    def _read(self, room_id: str, last_seq: int) -> None:
        """The whole room, by REST."""
        for message in self.account.history(Room(room_id, "")):
            if message["seq"] <= last_seq:
                self._messages[room_id][message["seq"]] = message["text"]
        self.cursors[room_id] = last_seq

    def _hear(self, told: list[Any]) -> None:
        event, fact = told
        if fact.get("type") == event and "seq" in fact:
            text = fact["message"]["text"] if event == "message_posted" else None
            self._keep("heard", room=fact["room_id"], seq=fact["seq"], text=text)
            self._apply(fact)
        elif event == "room_removed":
            self.cursors.pop(fact["room_id"], None)
        elif event == "room_added":
            self.cursors[fact["room"]["id"]] = fact["room"]["last_seq"]

    def _apply(self, fact: Record) -> None:
        room_id, seq = fact["room_id"], fact["seq"]
        if seq <= self.cursors.get(room_id, 0):
            return
        self.cursors[room_id] = seq
        if fact["type"] == "message_posted":
            text = fact["message"]["text"]
            self._messages.setdefault(room_id, {})[seq] = text
            if text in self._site.written:
                self.late.append(time.monotonic() - self._site.written[text])

    def _keep(self, kind: str, **more: Any) -> None:
        self._history.append({"kind": kind, "who": self.account.username, "line": self._lines, **more})


class Victim(Reader):
    """Somebody who is put out of rooms again and again, listens wherever it is let in, and talks without asking."""

    def __init__(self, account: Account, rooms: list[Room], history: list[Record], site: Site) -> None:
        super().__init__(account, history, site)
        self.refused = 0
        self._rooms = rooms
        self._talks = threading.Thread(target=self._talk, daemon=True)

    def start(self) -> None:
        super().start()
        self._talks.start()

    def end(self) -> None:
        super().end()
        self._talks.join(25)

    def _talk(self) -> None:
        number = 0
        while not self._ended:
            time.sleep(0.03)
            number += 1
            room, text = random.choice(self._rooms), f"{self.account.username} {number}"
            who = {"who": self.account.username, "room": room.id, "text": text}
            self._history.append({"kind": "wrote", **who})
            try:
                body = {"text": text, "nonce": str(uuid.uuid4())}
                reply = self.account.rest("POST", f"/rooms/{room.id}/messages", body)
                if reply.status_code == 201:
                    self._history.append({"kind": "sent", **who, "seq": reply.json()["message"]["seq"]})
                elif reply.status_code == 404:
                    self.refused += 1
                    self._history.append({"kind": "refused", **who})
                if self.refused % 10 == 1:
                    self.account.rest("POST", f"/join/{room.invite}")  # the link of then
            except (requests.RequestException, ValueError, KeyError):
                continue
