"""What is unread: as told by facts, answers and catch-ups it is at every step what a fresh look says."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import limits
from app.actions import messages
from tests.conftest import Garden, person
from tests.databases import on_both
from tests.everything import nonce
from tests.people import Person

STEPS = 120


class Device:
    """One socket of somebody who counts what is unread in the garden, as a page does: on from the server's own counts,
    and by asking where only the server can know.
    """

    def __init__(self, who: Person, room_id: str) -> None:
        self.who, self.room_id = who, room_id
        self.room: dict[str, Any] | None = None
        self.known: dict[int, dict[str, Any]] = {}  # messages by seq, in the form that was told last
        self.cursor = 0
        self.socket = who.connect()
        self.catch_up()

    @property
    def counts(self) -> tuple[int, int, int] | None:
        """How far was read, what is unread, and what of it names me; None for who isn't in the room."""
        room = self.room
        return None if room is None else (room["read_seq"], room["unread"], room["mentions"])

    def catch_up(self) -> None:
        """Ask for everything since the last fact."""
        answer = self.ask("sync", {"rooms": {self.room_id: self.cursor} if self.room else {}})
        self.hear()
        found = [each for each in answer["rooms"] if each["room"]["id"] == self.room_id]
        if not found:
            self.leave()
            return
        for fact in found[0]["entries"]:
            self.told(fact)
        self.begin(found[0]["room"])

    def begin(self, room: dict[str, Any]) -> None:
        """The server's own counts: facts up to there are in them."""
        self.room = dict(room)
        self.cursor = max(self.cursor, room["last_seq"])

    def leave(self) -> None:
        self.room, self.known, self.cursor = None, {}, 0

    def ask(self, event: str, data: dict[str, Any]) -> Any:
        answer = self.socket.ask(event, data)
        assert answer["ok"], answer
        return answer["data"]

    def read(self, seq: int, *, back: bool = False) -> None:
        """Read on, or mark as unread."""
        answer = self.ask("set_read", {"room_id": self.room_id, "seq": seq, "back": back})
        self.hear()
        assert self.room is not None
        self.room.update(answer)

    def hear(self) -> None:
        """Everything that was told meanwhile."""
        for event, fact in self.socket.heard():
            if event == "room_added":
                self.begin(fact["room"])
            elif event == "room_removed":
                self.leave()
            elif event == "read_changed" and self.room is not None:
                self.room.update({**fact, "read_seq": fact["seq"]})
            elif "seq" in fact and "type" in fact:
                self.told(fact)

    def told(self, fact: dict[str, Any]) -> None:
        """A logged fact, in its turn."""
        if self.room is None or fact["seq"] <= self.cursor:
            return
        assert fact["seq"] == self.cursor + 1, "a hole"
        self.cursor = fact["seq"]
        message = fact.get("message")
        if message is None:
            return
        before, self.known[message["seq"]] = self.known.get(message["seq"]), message
        unread = message["seq"] > self.room["read_seq"] and message["author"]["id"] != self.who.id
        if unread and fact["seq"] > self.room["last_seq"]:
            self.count(fact["type"], message, before)

    def count(self, kind: str, message: dict[str, Any], before: dict[str, Any] | None) -> None:
        """What is unread after something became of a message that wasn't read."""
        assert self.room is not None
        if kind != "message_posted" and before is None:
            self.read(self.room["read_seq"])  # the place as it is: only counts again
            return
        if kind == "message_posted" and not message["deleted_at"]:
            self.room["unread"] += 1
        if kind == "message_deleted":
            self.room["unread"] -= 1
        self.room["mentions"] += self.names_me(message) - (before is not None and self.names_me(before))

    def names_me(self, message: dict[str, Any]) -> bool:
        """By name, or with everybody, as the owner may."""
        everybody = "@room" in message["text"] and message["author"]["username"] == "ada"
        return f"@{self.who.username}" in message["text"] or everybody

    def fresh(self) -> tuple[int, int, int] | None:
        """The same as `counts`, as somebody is told who asks anew."""
        answer = self.who.api("GET", f"/rooms/{self.room_id}")
        if answer.status_code == 404:
            return None
        room = answer.get_json()
        return room["read_seq"], room["unread"], room["mentions"]

    def by_hand(self) -> tuple[int, int, int] | None:
        """The same once more, counted in all that somebody can read, and in their list of mentions."""
        fresh = self.fresh()
        if fresh is None:
            return None

        def later(path: str) -> list[dict[str, Any]]:
            found, query = [], {"limit": 100}
            while query:
                page = self.who.api("GET", path, query_string=query).get_json()
                found += [each for each in page["items"] if each["seq"] > fresh[0]]
                query = {"limit": 100, "cursor": page["next"]} if page["next"] else {}
            return found

        said = later(f"/rooms/{self.room_id}/messages")
        others = [each for each in said if each["author"]["id"] != self.who.id and not each["deleted_at"]]
        return fresh[0], len(others), len(later("/mentions"))


class Story:
    """What happens in the garden, by chance that can be repeated. Carol comes and goes, and Ada looks after it."""

    def __init__(self, app: Flask, garden: Garden, ada: Person, others: list[Person], seed: int) -> None:
        self.app, self.garden, self.ada = app, garden, ada
        self.carol = others[-1]
        self.chance = random.Random(seed)
        self.people = [ada, *others]
        self.devices = [Device(who, garden.id) for who in self.people for _ in range(2)]
        self.said: dict[str, Person] = {}  # message ids, and whose they are
        self.link: str | None = None
        self.purge: str | None = None

    def step(self) -> str:
        """One thing, and its name."""
        deeds: list[tuple[int, Callable[[], object]]] = [
            (30, self.post),
            (12, self.edit),
            (10, self.delete),
            (16, self.read),
            (10, self.mark),
            (4, self.set_level),
            (8, self.put_out),
            (12, self.come_back),
            (4, self.catch_up),
            (2, self.react),
            (1, self.erase),
        ]
        [deed] = self.chance.choices([each for _, each in deeds], [weight for weight, _ in deeds])
        deed()
        for each in self.devices:
            each.hear()
            if each.room is None and each.fresh() is not None:
                each.catch_up()
        return deed.__name__

    def inside(self, who: Person) -> bool:
        return who.api("GET", f"/rooms/{self.garden.id}").status_code == 200

    def device(self) -> Device:
        """One of somebody who is in the room."""
        return self.chance.choice([each for each in self.devices if each.room is not None])

    def text(self) -> str:
        return self.chance.choice(["hello", "@bob", "@carol @ada", "@room", "@bob @carol again", "nothing"])

    def post(self) -> None:
        who = self.device().who
        answer = who.ask("post_message", {"room_id": self.garden.id, "nonce": nonce(), "text": self.text()})
        self.said[answer["data"]["message"]["id"]] = who

    def edit(self) -> None:
        mine = [each for each, who in self.said.items() if self.inside(who)]
        if mine:
            message_id = self.chance.choice(mine[-12:])
            self.said[message_id].ask("edit_message", {"message_id": message_id, "text": self.text()})

    def delete(self) -> None:
        if self.said:
            self.ada.ask("delete_message", {"message_id": self.chance.choice([*self.said][-12:])})

    def react(self) -> None:
        if self.said:
            message_id = self.chance.choice([*self.said][-12:])
            self.ada.ask("set_reaction", {"message_id": message_id, "emoji": "👍", "on": True})

    def read(self) -> None:
        device = self.device()
        device.read(self.chance.randint(max(0, device.cursor - 8), device.cursor))

    def mark(self) -> None:
        device = self.device()
        device.read(self.chance.randint(0, device.cursor), back=True)

    def set_level(self) -> None:
        level = self.chance.choice(["everything", "mentions", "nothing"])
        self.device().who.api("PATCH", f"/rooms/{self.garden.id}/me", {"level": level})

    def put_out(self) -> None:
        """Carol goes: by her own wish, with all who came by her link, or removed."""
        if not self.inside(self.carol):
            return
        how = self.chance.choice(["leave", "remove", "purge"])
        rooms = f"/rooms/{self.garden.id}"
        if how == "purge" and self.link:
            self.purge = self.ada.api("POST", f"/invites/{self.link}/purge", {}).get_json()["id"]
        elif how == "remove":
            self.ada.api("DELETE", f"{rooms}/members/{self.carol.id}")
        else:
            self.carol.api("DELETE", f"{rooms}/members/me")

    def come_back(self) -> None:
        """As if she had never been out, or by a link that shows more or less of what was said."""
        if self.inside(self.carol):
            return
        if self.purge is not None:
            self.ada.api("POST", f"/purges/{self.purge}/undo", {})
            self.purge = None
            if self.inside(self.carol):
                return
        history = self.chance.choice(["all", "recent", "none"])
        link = self.ada.api("POST", f"/rooms/{self.garden.id}/invites", {"history": history}).get_json()
        assert self.carol.api("POST", f"/join/{link['token']}").status_code == 200
        self.link = link["id"]
        for device in self.devices:
            if device.who is self.carol:
                device.catch_up()
        if self.chance.random() < 0.5:
            device.read(0, back=True)  # as far as she may

    def catch_up(self) -> None:
        """A device was away, and heard nothing of what it missed."""
        device = self.device()
        device.socket.heard()
        device.catch_up()

    def erase(self) -> None:
        with self.app.app_context():
            messages.erase_all(self.carol.user())


@on_both
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_told_is_at_every_step_what_a_fresh_look_says(
    app: Flask, garden: Garden, ada: Person, bob: Person, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RECENT_MESSAGES", 5)
    carol = person(app, "carol")
    assert carol.api("POST", f"/join/{garden.token}").status_code == 200
    story = Story(app, garden, ada, [bob, carol], seed)
    done = []
    for number in range(STEPS):
        done.append(story.step())
        told = [each.counts for each in story.devices]
        fresh = [each.fresh() for each in story.devices]
        assert told == fresh, f"seed {seed}, step {number}: {done[-5:]}"
        if number % 10 == 9 or done[-1] == "come_back":
            assert told == [each.by_hand() for each in story.devices]
    assert len(set(done)) >= 10


@on_both
def test_who_is_let_back_after_a_purge_is_told_what_they_missed(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    carol = person(app, "carol")
    link = ada.api("POST", f"/rooms/{garden.id}/invites", {}).get_json()
    assert carol.api("POST", f"/join/{link['token']}").status_code == 200
    device = Device(carol, garden.id)
    ada.say(garden.id, "@carol before")
    purge = ada.api("POST", f"/invites/{link['id']}/purge", {}).get_json()["id"]
    ada.say(garden.id, "meanwhile")
    carol.heard()
    assert ada.api("POST", f"/purges/{purge}/undo", {}).status_code == 200
    [(_, added)] = carol.heard("room_added")
    assert (added["room"]["unread"], added["room"]["mentions"]) == (2, 1)
    device.catch_up()
    assert device.counts == device.fresh()


def test_the_place_as_it_is_only_counts_again(garden: Garden, ada: Person, bob: Person) -> None:
    ada.say(garden.id, "@bob one")
    tablet = bob.connect()
    again = {"room_id": garden.id, "seq": 2}
    counted = bob.ask("set_read", again)["data"]
    assert counted == {"read_seq": 2, "unread": 1, "mentions": 1, "last_seq": 3}
    assert bob.ask("set_read", {**again, "back": True})["data"] == counted
    assert tablet.heard("read_changed") == []
