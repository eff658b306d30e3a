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
from tests import reducer
from tests.clients.people import Account, Line, Room

Record = dict[str, Any]
HASTE = 10  # people in the storm come back so many times quicker than the reference client would
SNAPSHOT = 100  # messages that a snapshot of the reference client holds; what is older it doesn't draw
AHEAD = 3  # a writer has so many messages under way at most
SILENCE_SECONDS = 5.0  # where others talk all the time, a line on which nothing comes for so long is given up
PACE = (0.1, 0.5)  # seconds from one message of a writer to the next: quicker would measure the writers
DEEDS = 0.25  # of what a writer does is something else than a new message
RECENT = 30  # messages, among which a writer chooses what to change
EMOJI = ("👍", "🎉", "👀")
NOTHING: Record = {"messages": {}, "members": {}}  # of a room that one never got to see
PATIENCE = 3  # so often something is tried, of so many seconds each


@dataclass
class Site:
    """What the players know of where they are: the addresses, and when each text was written."""

    urls: list[str]
    written: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Deed:
    """Something that a person does beside writing: `of` what it is `about` is to have this `value` from then on."""

    about: str  # a message, a person, a room, as `message_at` and the like name them
    of: str
    value: Any
    method: str
    path: str
    body: Any = None
    name: str = ""  # what the message was, where nobody can read it afterwards


def message_at(room_id: str, seq: int) -> str:
    """How a message is named in the records."""
    return f"message {seq} of {room_id}"


def named(text: str) -> str:
    """What a message is known by, however often it was edited."""
    return text.partition(EDITED)[0]


EDITED = " ~"


def do(deed: Deed, account: Account, history: list[Record], site: Site, chance: random.Random) -> bool:
    """Ask for it until there is an answer, or patience ends; whether it was acknowledged. What was asked for and never
    answered may have been done, and may be done later: `unsure`.
    """
    record = {
        "who": account.username,
        "about": deed.about,
        "of": deed.of,
        "value": deed.value,
        "name": deed.name,
    }
    headers = {"Authorization": f"Bearer {account.token}"}
    for _ in range(PATIENCE):
        url = f"{chance.choice(site.urls)}/api/v1{deed.path}"
        try:
            reply = requests.request(deed.method, url, json=deed.body, headers=headers, timeout=PATIENCE)
            if reply.status_code < 500:
                break
        except requests.RequestException:
            pass
        history.append({"kind": "unsure", **record})
        time.sleep(0.1)
    else:
        return False
    if reply.ok:
        history.append({"kind": "did", **record})
    return reply.ok


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

    def shown(self, room: Room) -> list[Record]:
        """What it draws, in order."""
        said = dict(self.rooms.get(room.id, NOTHING)["messages"])
        return [said[seq] for seq in sorted(said)]

    def on_sent(self, asked: Record, answer: Record) -> None:
        self.took.append(time.monotonic() - self._written[asked["text"]])
        self.duplicates += answer["duplicate"]
        self._keep("sent", asked, seq=answer["message"]["seq"])

    def on_failed(self, asked: Record, problem: Record) -> None:
        self._keep("refused", asked, code=problem["code"])

    def _write(self) -> None:
        number = 0
        while self._writing.is_set():
            time.sleep(self._chance.uniform(*PACE))
            if self._chance.random() < DEEDS and (deed := self._deed(number)) is not None:
                number += 1
                do(deed, self.account, self._history, self._site, self._chance)
            elif len(self.outbox) < AHEAD:
                number += 1
                room, text = self._chance.choice(self._rooms), f"{self.account.username} {number}"
                answered = self._recent(room) if self._chance.random() < DEEDS else []
                more = {"reply_to": self._chance.choice(answered)["id"]} if answered else {}
                self._written[text] = time.monotonic()
                self._keep("wrote", {"room_id": room.id, "text": text})
                self.say(room.id, text, **more)

    def _recent(self, room: Room) -> list[Record]:
        """What was said last and is still there."""
        said = dict(self.rooms.get(room.id, NOTHING)["messages"])
        return [each for _, each in sorted(said.items())[-RECENT:] if not each["deleted_at"]]

    def _deed(self, number: int) -> Deed | None:
        """Something to do beside writing; None when there is nothing to do it with."""
        kind = self._chance.choice(["react", "react", "react", "edit", "edit", "delete", "rename"])
        if kind == "rename":
            name = f"{self.account.username} the {number}th"
            return Deed(self.account.id, "name", name, "PATCH", "/me", {"display_name": name})
        room = self._chance.choice(self._rooms)
        said = self._recent(room)
        if kind != "react":
            said = [each for each in said if (each["author"] or {}).get("id") == self.account.id]
        return self._change(kind, room, self._chance.choice(said), number) if said else None

    def _change(self, kind: str, room: Room, message: Record, number: int) -> Deed:
        about, path = message_at(room.id, message["seq"]), f"/messages/{message['id']}"
        if kind == "delete":
            return Deed(about, "deleted", True, "DELETE", path, name=named(message["text"]))
        if kind == "edit":
            text = f"{named(message['text'])}{EDITED}{number}"
            return Deed(about, "text", text, "PATCH", path, {"text": text})
        emoji, on = self._chance.choice(EMOJI), self._chance.random() < 0.7
        of = f"{emoji} by {self.account.id}"
        return Deed(about, of, on, "PUT" if on else "DELETE", f"{path}/reactions/{emoji}")

    def _keep(self, kind: str, asked: Record, **more: Any) -> None:
        who = self.account.username
        self._history.append(
            {"kind": kind, "who": who, "room": asked["room_id"], "text": asked["text"], **more}
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
        self._states: dict[str, reducer.State] = {}
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

    def shown(self, room: Room) -> list[Record]:
        """What it would draw, in order."""
        said = self.held(room)["messages"].values()
        return sorted(said, key=lambda each: int(each["seq"]))

    def held(self, room: Room) -> reducer.State:
        """All that it knows of a room."""
        return reducer.counted(self._states.get(room.id, {**NOTHING, "seq": 0, "room": {}}))

    def look(self, room_id: str) -> reducer.State:
        """What it would know if it came new, by REST."""
        about, there = (
            _good(self.account.rest("GET", f"/rooms/{room_id}{rest}")) for rest in ("", "/members")
        )
        said = self.account.history(Room(room_id, ""))
        seen = {"room": about, "messages": said, "members": there["items"]}
        return reducer.state(seen, self.account.id)

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
                self.cursors.pop(room["id"], None)
                self._read(room["id"], room["last_seq"])
                continue
            self.healed += len(seqs)
            for fact in each["entries"]:
                self._apply(fact)
        for room_id in answer["data"]["removed"]:
            self.cursors.pop(room_id)

    def _read(self, room_id: str, last_seq: int) -> None:
        """The whole room, which may be further on by now: what comes between is told again, and changes nothing."""
        self._states[room_id] = {**self.look(room_id), "seq": last_seq}
        self.cursors[room_id] = last_seq

    def _hear(self, told: list[Any]) -> None:
        event, fact = told
        if fact.get("type") == event and "seq" in fact:
            text = named(fact["message"]["text"]) if event == "message_posted" else ""
            self._keep("heard", room=fact["room_id"], seq=fact["seq"], text=text or None)
            self._apply(fact)
        elif event == "room_removed":
            self.cursors.pop(fact["room_id"], None)
        elif event == "room_added":
            self._came_in(fact["room"])

    def _came_in(self, room: Record) -> None:
        raise ValueError("What this room holds comes with the next line.")

    def _apply(self, fact: Record) -> None:
        room_id, seq = fact["room_id"], fact["seq"]
        if room_id not in self.cursors or seq <= self.cursors[room_id]:
            return  # of a room that one is only coming into, nothing is known yet
        if room_id in self._states and seq != self._states[room_id]["seq"] + 1:
            del self._states[room_id]  # the checker says why; the line is listened to all the same
        if room_id in self._states:
            reducer.apply(self._states[room_id], fact)
        self.cursors[room_id] = seq
        if fact["type"] == "message_posted" and (text := fact["message"]["text"]) in self._site.written:
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

    def _read(self, room_id: str, last_seq: int) -> None:
        self.cursors[room_id] = last_seq

    def _came_in(self, room: Record) -> None:
        self.cursors[room["id"]] = room["last_seq"]

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


def _good(reply: requests.Response) -> Any:
    reply.raise_for_status()
    return reply.json()
