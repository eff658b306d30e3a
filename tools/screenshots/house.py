"""The house of the pictures: its people, its rooms, and what is said and done in them, always the same."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

PASSWORD = "correct horse battery"
TODAY = datetime.fromisoformat("2026-06-18T00:00:00+01:00")
NOW = TODAY + timedelta(hours=16, minutes=5)
PEOPLE = {
    "ada": "Ada Lovelace",
    "grace": "Grace Hopper",
    "alan": "Alan Turing",
    "emmy": "Emmy Noether",
    "hedy": "Hedy Lamarr",
    "mary": "Mary Somerville",
    "sam": "Sam",
    "kim": "Kim",
    "lou": "Lou",
}
GARDEN = [
    ("ada", "09:41", "Good morning! The new pond is in. Come and see it before it rains."),
    ("grace", "09:44", "Is that the one with the bridge?"),
    ("ada", "09:45", "The very one. I counted eleven frogs at breakfast."),
    ("ada", "09:46", "Twelve, if the one on the bridge lives here."),
    (
        "alan",
        "10:12",
        "It does now. I’ll bring **eight chairs** at four, @ada, and somebody else brings cake.",
    ),
    ("grace", "10:15", "Cake is settled: ~~plum~~ *lemon*. The recipe is at https://example.org/lemon-cake"),
    ("alan", "10:16", "Then nothing can go wrong."),
]
KITCHEN = [
    ("grace", "14:02", "The oven is free again."),
    ("alan", "14:03", "I take it from three on."),
    ("ada", "15:20", "For tonight, then:\n\n1. soup\n2. the **long** table\n3. candles"),
    (
        "grace",
        "15:31",
        "@alan, can you write down how the dough goes? Like so:\n\n"
        "```python\nflour = 500  # grams\nwater = flour * 0.7\n```",
    ),
    ("grace", "15:33", "And who has the big pot?"),
    ("ada", "15:58", "I have. It is in the shed, > 20 litres."),
]
UNREAD = {
    ("ada", "Kitchen"): 4,
    ("ada", "Reading circle"): 2,
    ("alan", "Kitchen"): 5,
    ("alan", "Spring fair"): 1,
    ("hedy", "Reading circle"): 60,
}
READING = [
    "Chapter one is for Thursday.",
    "I began it in the train, and missed my stop.",
    "Where do you read it?",
    "On the bench by the pond. It is quiet there.",
    "Does anybody have a second copy?",
    "The library has two.",
    "Then I fetch one tomorrow.",
]


class Person:
    """Somebody with an account, over the API."""

    def __init__(self, url: str, username: str) -> None:
        self._api = f"{url}/api/v1"
        self.username = username
        self._headers: dict[str, str] = {}
        made = self.ask("POST", "/users", username=username, password=PASSWORD)
        self._headers = {"Authorization": f"Bearer {made['token']}"}
        self.id: str = made["user"]["id"]
        self.ask("PATCH", "/me", display_name=PEOPLE[username])

    def ask(self, method: str, path: str, **body: object) -> Any:
        answer = requests.request(method, self._api + path, json=body, headers=self._headers, timeout=20)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.text}")
        return answer.json() if answer.content else None


class House:
    """What is in it once `furnish` is done: ids of rooms and messages, and links, each by a name."""

    def __init__(self, url: str, clock: Path) -> None:
        self.url = url
        self._clock = clock
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, str] = {}
        self.links: dict[str, dict[str, Any]] = {}

    def furnish(self) -> None:
        self.at("08:00")
        self.people = {username: Person(self.url, username) for username in PEOPLE}
        self._furnish_reading_circle()
        self._furnish_kitchen()
        self._furnish_garden()
        self._furnish_fair()
        self._found("mary", "Thursday supper", "supper")
        self.at("16:05")
        for username in PEOPLE:
            self._read_all(username)

    def at(self, clock: str, *, days_ago: int = 0) -> None:
        """The server's clock stands there from now on."""
        hours, minutes = map(int, clock.split(":"))
        instant = TODAY + timedelta(days=-days_ago, hours=hours, minutes=minutes)
        new = self._clock.with_suffix(".new")
        new.write_text(instant.isoformat())
        new.replace(self._clock)

    def say(self, username: str, room: str, text: str, reply_to: str | None = None) -> str:
        """The id of what was said."""
        more = {"reply_to": reply_to} if reply_to else {}
        path = f"/rooms/{self.rooms[room]}/messages"
        nonce = str(uuid.uuid4())
        return str(self.people[username].ask("POST", path, nonce=nonce, text=text, **more)["message"]["id"])

    def members(self, username: str, room: str) -> set[str]:
        """The usernames of who is in a room, as one of them sees it."""
        return {each["user"]["username"] for each in self._members(username, room)}

    def here(self, username: str, room: str) -> set[str]:
        """The usernames of who is in a room and here now."""
        return {each["user"]["username"] for each in self._members(username, room) if each["online"]}

    def _members(self, username: str, room: str) -> list[dict[str, Any]]:
        path = f"/rooms/{self.rooms[room]}/members"
        return list(self.people[username].ask("GET", path)["items"])

    def _found(self, owner: str, title: str, name: str) -> None:
        made = self.people[owner].ask("POST", "/rooms", title=title)
        self.rooms[name] = made["room"]["id"]
        self.links[name] = made["invite"]

    def _link(self, maker: str, room: str, name: str, **bounds: object) -> None:
        made = self.people[maker].ask("POST", f"/rooms/{self.rooms[room]}/invites", **bounds)
        self.links[name] = made

    def _join(self, link: str, *usernames: str) -> None:
        for username in usernames:
            self.people[username].ask("POST", f"/join/{self.links[link]['token']}")

    def _read_all(self, username: str) -> None:
        """Up to the end, but for what pictures show as new."""
        person = self.people[username]
        for room in person.ask("GET", "/rooms")["items"]:
            last, unread = room["last_seq"], UNREAD.get((username, room["title"]), 0)
            person.ask("PUT", f"/rooms/{room['id']}/read", seq=last)
            if unread:
                person.ask("PUT", f"/rooms/{room['id']}/read", seq=last - unread, back=True)

    def _furnish_garden(self) -> None:
        self._found("ada", "The garden", "garden")
        self._join("garden", "grace", "alan")
        self._set_role("garden", "grace", "moderator")
        ids: list[str] = []
        for place, (username, clock, text) in enumerate(GARDEN):
            self.at(clock)
            ids.append(self.say(username, "garden", text, ids[1] if place == 2 else None))
        for place, username, emoji in (
            (2, "grace", "🐸"),
            (2, "alan", "🐸"),
            (2, "alan", "🎉"),
            (5, "ada", "🍋"),
        ):
            self.people[username].ask("PUT", f"/messages/{ids[place]}/reactions/{quote(emoji)}")
        self.people["ada"].ask("PUT", f"/messages/{ids[4]}/pin")
        self.people["ada"].ask("PUT", f"/messages/{ids[0]}/pin")

    def _furnish_kitchen(self) -> None:
        self._found("grace", "Kitchen", "kitchen")
        self._join("kitchen", "ada", "alan", "emmy")
        ids = []
        for username, clock, text in KITCHEN:
            self.at(clock)
            ids.append(self.say(username, "kitchen", text))
        self.at("15:59")
        self.people["ada"].ask(
            "PATCH", f"/messages/{ids[-1]}", text="I have. It is in the shed, more than 20 litres."
        )
        self.at("16:01")
        self.people["ada"].ask(
            "PATCH",
            f"/messages/{ids[-1]}",
            text="I have. It is in the shed, *behind* the bicycles: 25 litres.",
        )

    def _furnish_reading_circle(self) -> None:
        self._found("emmy", "Reading circle", "reading")
        self._join("reading", "ada", "hedy", "alan")
        for place in range(70):
            self.at(f"{18 + place // 35}:{place % 35 + 10}", days_ago=1)
            self.say(("emmy", "hedy", "ada")[place % 3], "reading", READING[place % len(READING)])

    def _furnish_fair(self) -> None:
        """The room that needs looking after."""
        self.at("17:30", days_ago=2)
        self._found("ada", "Spring fair", "fair")
        self._link("ada", "fair", "friends", label="For friends")
        self._join("friends", "grace", "alan", "emmy")
        self._set_role("fair", "grace", "moderator")
        self.at("18:05", days_ago=2)
        self._link("ada", "fair", "board", label="On the notice board", max_uses=100, history="recent")
        self._join("board", "sam", "kim", "lou")
        self.at("09:00")
        self._link("grace", "fair", "door", label="At the gate", expires_in=7 * 86400, asks_first=True)
        self.at("10:20")
        self.say("emmy", "fair", "The stalls stand by nine. Who takes down the tables?")
        self.at("10:31")
        spam = self.say("lou", "fair", "CHEAP WATCHES!!! Write to me, today only.")
        self.at("10:33")
        self.people["alan"].ask("POST", f"/messages/{spam}/report", reason="Not about the fair at all.")
        self.at("10:40")
        room = self.rooms["fair"]
        self.people["grace"].ask("PUT", f"/rooms/{room}/members/{self.people['lou'].id}/mute", seconds=86400)
        self.people["grace"].ask("PATCH", f"/rooms/{room}", slow_seconds=30)
        self.at("10:45")
        self.people["ada"].ask("POST", f"/rooms/{room}/bots", username="weather", display_name="Weather")
        self.at("16:02")
        self._join("door", "hedy")
        self._knocked()

    def _knocked(self) -> None:
        """A second room, in which everybody who came by one link was just put out together."""
        self.at("15:50")
        self._found("grace", "Flea market", "market")
        self._link("grace", "market", "leaked", label="In the newspaper")
        self._join("leaked", "sam", "kim", "lou")
        self.at("16:01")
        self.people["grace"].ask("POST", f"/invites/{self.links['leaked']['id']}/purge")

    def _set_role(self, room: str, username: str, role: str) -> None:
        path = f"/rooms/{self.rooms[room]}/members/{self.people[username].id}"
        self.people["ada"].ask("PATCH", path, role=role)
