"""A storm: people write and read while what serves them is killed again and again; then everything recorded is checked.

    make storm                                       both sizes, 30 removals, the broken servers, single faults
    python -m tests.faults.storm --kills 10          shorter
    python -m tests.faults.storm --kills 3 --way no_nonce

What it prints is a table, which `make storm` also writes into docs/reliability.md; what it found wrong comes below it,
and makes the exit code 1. With `--keep FILE` the histories stay, as JSON lines.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests import reducer
from tests.clients import people
from tests.clients.people import Account, Room
from tests.faults import checker, sites, table
from tests.faults.players import PACE, Deed, Reader, Record, Site, Victim, Writer, do, message_at, named
from tests.faults.relay import BAD, PASS, Relay
from tests.server.process import eventually

BROKEN = {
    "early_ack": "I1 lost",
    "early_emit": "I7 early",
    "no_nonce": "I2 doubled",
    "no_dispatcher": "I8 monotone",
    "untold_change": "I14 state",
    "late_cut": "I10 leak",
}
QUIET_SECONDS = 60.0
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- what make storm wrote -->", "<!-- until here -->"


@dataclass
class Plan:
    """How hard it blows."""

    kills: int = 10
    many: bool = False  # two processes on PostgreSQL and Redis, which are struck as well
    way: str = ""  # of the server to be wrong: see tests/faults/server.py
    writers: int = 8
    readers: int = 3
    rooms: int = 3
    removals: int = 3
    calm: float = 0.0  # seconds before the first kill, to compare
    breath: tuple[float, float] = (0.3, 1.2)  # seconds from one kill to the next
    network: bool = True  # one line in ten is slow, cut to pieces, stalled or reset
    seed: int = 1


@dataclass
class Report:
    """What came of it. Times in seconds."""

    plan: Plan
    size: str
    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    written: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    duplicates: int = 0
    healed: int = 0
    removals: int = 0
    refused: int = 0
    deeds: int = 0
    took_calm: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    late_calm: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    displays: int = 0
    findings: list[checker.Finding] = field(default_factory=list)
    history: list[Record] = field(default_factory=list)

    HEAD = (
        "| server | faults | seconds | messages | other deeds | sent again | answered as duplicate | holes healed "
        "| removals (refused after) | displays | ack p50 / p99 calm | in the storm | other screens calm | in the storm "
        "| found wrong |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    )

    def facts(self) -> dict[str, Any]:
        """Everything but the history and the single times."""
        facts = {name: value for name, value in vars(self).items() if isinstance(value, int | float | dict)}
        return {**facts, "findings": [[finding.invariant, finding.what] for finding in self.findings]}

    def row(self) -> str:
        """One line of a table."""
        wrong = Counter(finding.invariant for finding in self.findings)
        cells = [
            f"{self.size}{', wrong by ' + self.plan.way if self.plan.way else ''}",
            ", ".join(f"{number} × {name}" for name, number in self.faults.items()),
            f"{self.seconds:.0f}",
            *(
                str(each)
                for each in (self.acknowledged, self.deeds, self.sent_again, self.duplicates, self.healed)
            ),
            f"{self.removals} ({self.refused})",
            str(self.displays),
            *map(_percentiles, (self.took_calm, self.took, self.late_calm, self.late)),
            ", ".join(f"{name} ({number})" for name, number in wrong.items()) or "nothing",
        ]
        return "| " + " | ".join(cells) + " |"


def say(sentence: str) -> None:
    """Tell who waits how far it is; not a part of what is found."""
    print(sentence, file=sys.stderr, flush=True)


def _percentiles(times: list[float]) -> str:
    if len(times) < 2:
        return "–"
    cuts = statistics.quantiles(times, n=100)
    return f"{cuts[49] * 1000:.0f} / {cuts[98] * 1000:.0f} ms"


class Storm:
    """One run."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.history: list[Record] = []
        self._chance = random.Random(plan.seed)
        size = sites.ManyProcesses if plan.many else sites.OneBox
        self._place = size(folder, plan.seed, plan.way, plan.breath)
        self._names: dict[str, str] = {}  # user id → username
        self._removals = 0
        self._removing = threading.Thread(target=self._remove)
        self._ruling = threading.Thread(target=self._rule)
        self._quiet, self._blown = threading.Event(), threading.Event()
        self._some_wait = True
        self._relays: list[Relay] = []

    def run(self) -> Report:
        """Blow, grow quiet, check."""
        with self._place, contextlib.ExitStack() as network:
            ports = [int(url.rpartition(":")[2]) for url in self._place.urls]
            self._relays = [network.enter_context(Relay(port, self.plan.seed)) for port in ports]
            self._gather()
            players = (*self._readers, *self._writers)
            for player in players:
                player.start()
            try:
                time.sleep(self.plan.calm)
                calm = self._times() if self.plan.calm else ([], [])
                started = time.monotonic()
                self._blow()
                seconds = time.monotonic() - started
                self._settle()
                report = self._report(calm)
            finally:
                self._quiet.set()
                for player in players:
                    player.end()
        report.findings = checker.check(self.history)
        report.history = self.history
        report.seconds = seconds
        return report

    def _gather(self) -> None:
        self._site = Site([relay.url for relay in self._relays])
        self._keeper = self._account("keeper")
        self._rooms = [self._keeper.make_room(f"Room {number}") for number in range(self.plan.rooms)]
        writers = [self._account(f"writer{number}") for number in range(self.plan.writers)]
        readers = [self._account(f"reader{number}") for number in range(self.plan.readers)]
        self._guest, self._late = self._account("guest"), self._account("late")
        for account in (*writers, *readers, self._guest):
            for room in self._rooms:
                account.join(room)
        self._writers = [
            Writer(account, self._rooms, self.history, self.plan.seed * 1000 + number, self._site)
            for number, account in enumerate(writers)
        ]
        self._victim = Victim(self._guest, self._rooms, self.history, self._site)
        self._newcomer = Reader(self._late, self.history, self._site)
        listening = [Reader(each, self.history, self._site) for each in readers]
        self._readers = [*listening, self._newcomer, self._victim]

    def _account(self, name: str) -> Account:
        account = people.register(self._place.urls[0], name)
        self._names[account.id] = account.username
        return account

    def _blow(self) -> None:
        if self.plan.network:
            for relay in self._relays:
                relay.ways = [PASS] * 9 * len(BAD) + list(BAD)
        self._removing.start()
        self._ruling.start()
        kills = 0
        while kills < self.plan.kills or self._removing.is_alive() or self._some_wait:
            self._place.strike()
            kills += 1
            if kills % 10 == 0:
                say(f"  {self._place.name}: {kills} of {self.plan.kills} kills, {self._removals} removals")
        self._blown.set()
        self._removing.join()
        self._ruling.join()
        self._place.heal()

    def _remove(self) -> None:
        """Put the guest out of a room, let them in by a new link; again and again, while it blows."""
        while self._removals < self.plan.removals and not self._quiet.wait(self._chance.uniform(0.2, 0.8)):
            room = self._chance.choice(self._rooms)
            self._persist(self._keeper, "DELETE", f"/rooms/{room.id}/members/{self._guest.id}", (204, 404))
            time.sleep(self._chance.uniform(0.3, 1.5))
            made = self._persist(self._keeper, "POST", f"/rooms/{room.id}/invites", (201,), {}).json()
            # The links of before stay closed to who was put out.
            self._persist(self._guest, "POST", f"/join/{made['token']}", (200, 201), {})
            self._removals += 1

    def _rule(self) -> None:
        """Let somebody in who knocks and sees nothing of before; then what an owner does, while it blows."""
        try:
            self._let_in_late()
        finally:
            self._some_wait = False
        number = 0
        while not self._blown.wait(self._chance.uniform(*PACE)):
            number += 1
            deed = self._decree(number)
            if deed is not None:
                do(deed, self._keeper, self.history, self._site, self._chance)

    def _let_in_late(self) -> None:
        for room in self._rooms:
            link = {"history": "none", "asks_first": True}
            made = self._persist(self._keeper, "POST", f"/rooms/{room.id}/invites", (201,), link).json()
            asked = self._persist(self._late, "POST", f"/join/{made['token']}", (200, 202), {}).json()
            if "knock" in asked:  # or let in already, by an answer that was lost
                self._persist(
                    self._keeper, "POST", f"/knocks/{asked['knock']['id']}/approve", (200, 404, 409)
                )

    def _decree(self, number: int) -> Deed | None:
        """Something that only owners do; None when there is nothing to do it with."""
        room, kind = self._chance.choice(self._rooms), self._chance.choice(["title", "role", "mute", "pin"])
        on, path = self._chance.random() < 0.5, f"/rooms/{room.id}"
        somebody = self._readers[kind == "mute"].account.id  # of two: who is promoted may speak again
        member = f"{somebody} in {room.id}"
        if kind == "title":
            title = f"Room {number}"
            return Deed(room.id, "title", title, "PATCH", path, {"title": title})
        if kind == "role":
            role = self._chance.choice(["member", "moderator"])
            return Deed(member, "role", role, "PATCH", f"{path}/members/{somebody}", {"role": role})
        if kind == "mute":  # who reads only
            body = {"seconds": 3600} if on else None
            return Deed(
                member, "muted", on, "PUT" if on else "DELETE", f"{path}/members/{somebody}/mute", body
            )
        said = [each for each in self._writers[0].shown(room) if not each["deleted_at"]]
        if not said:
            return None
        message = self._chance.choice(said)
        about, path = message_at(room.id, message["seq"]), f"/messages/{message['id']}/pin"
        return Deed(about, "pinned", on, "PUT" if on else "DELETE", path)

    def _persist(
        self, who: Account, method: str, path: str, good: tuple[int, ...], body: object = None
    ) -> requests.Response:
        """Ask until it is done: 503 and a lost line say nothing about that."""
        deadline = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < deadline:
            who.url = self._chance.choice(self._place.urls)
            try:
                reply = who.rest(method, path, body)
                if reply.status_code in good:
                    return reply
                if reply.status_code < 500:
                    raise AssertionError(f"{method} {path}: {reply.status_code} {reply.text}")
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{method} {path} was not done in {QUIET_SECONDS} s")

    def _settle(self) -> None:
        for relay in self._relays:
            relay.heal()
        self._victim.end()  # what it says after this would not be on the displays yet
        for writer in self._writers:
            writer.rest()
        assert eventually(lambda: not any(writer.outbox for writer in self._writers), QUIET_SECONDS), (
            "not sent"
        )
        players = [*self._writers, *(each for each in self._readers if each is not self._victim)]
        eventually(lambda: all(self._is_level(player, self._heads()) for player in players), 15, 0.5)

    def _heads(self) -> dict[str, int]:
        return {str(room): int(head) for room, head in self._place.rows("select id, last_seq from rooms")}

    @staticmethod
    def _is_level(player: Any, heads: dict[str, int]) -> bool:
        if isinstance(player, Reader):
            return all(player.cursors.get(room) == head for room, head in heads.items())
        return all(
            room in player.rooms and player.rooms[room]["cursor"] == head for room, head in heads.items()
        )

    def _times(self) -> tuple[list[float], list[float]]:
        return (
            [each for writer in self._writers for each in writer.took],
            [each for reader in self._readers for each in reader.late],
        )

    def _report(self, calm: tuple[list[float], list[float]]) -> Report:
        self._gone = {each["about"]: each["name"] for each in self.history if each.get("name")}
        for room in self._rooms:
            self.history.append({"kind": "log", "room": room.id, "entries": self._log(room)})
            self.history.append({"kind": "truth", "room": room.id, **self._truth(room)})
        for player in (*self._writers, *self._readers):
            if player is not self._victim:  # whose display has gaps, where it was not in the room
                for room in self._rooms:
                    self._keep_display(player, room)
        kinds = Counter(record["kind"] for record in self.history)
        took, late = self._times()
        return Report(
            self.plan,
            self._place.name,
            faults={**self._place.faults, "bad line": sum(relay.spoilt for relay in self._relays)},
            written=kinds["wrote"],
            acknowledged=kinds["sent"],
            sent_again=sum(writer.sent_again for writer in self._writers),
            duplicates=sum(writer.duplicates for writer in self._writers),
            healed=sum(reader.healed for reader in self._readers),
            removals=self._removals,
            refused=self._victim.refused,
            deeds=kinds["did"],
            took_calm=calm[0],
            took=took[len(calm[0]) :],
            late_calm=calm[1],
            late=late[len(calm[1]) :],
            displays=kinds["shown"],
        )

    def _keep_display(self, player: Any, room: Room) -> None:
        drawn = player.shown(room)
        shown = [(each["seq"], self._name(room, each["seq"], each["text"])) for each in drawn]
        who = {"who": player.account.username, "room": room.id}
        record = {"kind": "shown", **who, "messages": shown, "states": [_state(each) for each in drawn]}
        if (getattr(player, "snapshots", 0) or player is self._newcomer) and shown:
            record["from"] = shown[0][
                0
            ]  # a snapshot holds the newest only, and who came late sees nothing of before
        self.history.append(record)
        if isinstance(player, Reader):
            held, fresh = (_comparable(each) for each in (player.held(room), self._fresh(player, room)))
            self.history.append({"kind": "held", **who, "state": held, "fresh": fresh})

    def _fresh(self, player: Reader, room: Room) -> dict[str, Any]:
        """What this reader would see who came new."""
        player.account.url = self._place.urls[0]
        return reducer.counted(player.look(room.id))

    def _name(self, room: Room, seq: int, text: str) -> str:
        """What a message was written as: a deleted one is known by whoever deleted it."""
        about = message_at(room.id, seq)
        if text:
            return named(text)
        return next(
            (each["name"] for each in self.history if each.get("about") == about and each["name"]), about
        )

    def _log(self, room: Room) -> list[tuple[int, str, str]]:
        """What the database holds, not what a server says of it."""
        query = (
            "select entries.seq, kind, messages.text, entries.subject_id from entries "
            "left join messages on messages.id = entries.subject_id and messages.seq = entries.seq "
            "where entries.room_id = %s order by entries.seq"
        )
        rows = self._place.rows(query, room.id)
        return [
            (seq, kind, self._names.get(subject, subject) if text is None else self._name(room, seq, text))
            for seq, kind, text, subject in rows
        ]

    def _truth(self, room: Room) -> dict[str, Any]:
        """How everything in a room is in the end, by the database: each message, and what deeds are about."""
        query = (
            "select id, seq, text, version, deleted_at is not null, pinned_seq is not null from messages "
            "where room_id = %s order by seq"
        )
        states, values, seqs = [], {}, {}
        put = self._place.rows(
            "select message_id, emoji, reactions.user_id from reactions "
            "join messages on messages.id = message_id where room_id = %s",
            room.id,
        )
        for id, seq, text, version, deleted, pinned in self._place.rows(query, room.id):
            seqs[id] = message_at(room.id, seq)
            mine = sorted(f"{emoji} by {user}" for message, emoji, user in put if message == id)
            states.append([seq, text, version, bool(deleted), bool(pinned), mine])
            of = {"text": text, "deleted": bool(deleted), "pinned": bool(pinned), **dict.fromkeys(mine, True)}
            values[seqs[id]] = of
        [[title]] = self._place.rows("select title from rooms where id = %s", room.id)
        values[room.id] = {"title": title}
        members = (
            "select user_id, role, muted_until is not null, display_name from memberships "
            "join users on id = user_id where room_id = %s"
        )
        for user, role, muted, name in self._place.rows(members, room.id):
            values[f"{user} in {room.id}"] = {"role": role, "muted": bool(muted)}
            values[user] = {"name": name}
        return {"states": states, "values": values}


def _comparable(state: reducer.State) -> str:
    """A state in words. Who is online is no part of it: that is told by the way."""
    members = {id: {**each, "online": None} for id, each in state["members"].items()}
    return json.dumps({**state, "members": members}, sort_keys=True)


def _state(message: Record) -> list[Any]:
    """What of a message everybody must agree on, as `_truth` has it."""
    reactions = sorted(
        f"{each['emoji']} by {user}" for each in message["reactions"] for user in each["user_ids"]
    )
    deleted, pinned = message["deleted_at"] is not None, message["pinned"]
    return [message["seq"], message["text"], message["version"], deleted, pinned, reactions]


def run(plan: Plan) -> Report:
    """A storm in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="parlor-storm-") as folder:
        return Storm(Path(folder), plan).run()


def plans(kills: int, seed: int, way: str | None, size: str) -> list[Plan]:
    """What the long form does: each size, and what is to be noticed."""
    if way:
        return [Plan(kills=kills, many=size == "many", way=way, seed=seed)]
    sound = {"kills": kills, "removals": 30 if kills >= 30 else 3, "calm": 15.0 if kills >= 30 else 3.0}
    sizes = [many for many, name in ((False, "one"), (True, "many")) if size in {name, "both"}]
    storms = [Plan(**sound, many=many, writers=12 if many else 8, rooms=4, seed=seed) for many in sizes]
    wrong = {"kills": 3, "writers": 6, "readers": 2, "rooms": 1, "network": False}
    controls = [Plan(**wrong, way=each, seed=seed) for each in BROKEN]
    return storms if way == "" else storms + controls


def main() -> int:
    """The long form, with a table. 1 when something is wrong, or when a broken server was not noticed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--way", default=None, choices=["", *BROKEN])
    asked.add_argument("--size", default="both", choices=["one", "many", "both"])
    asked.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked.add_argument("--single", action="store_true", help="the single faults too, in their long form")
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--write", action="store_true", help="the tables into docs/reliability.md")
    asked.add_argument("--json", default="", help="one run by this plan, and its report as JSON: for pytest")
    given = asked.parse_args()
    if given.json:
        print(json.dumps(run(Plan(**json.loads(given.json))).facts()))
        return 0
    print(f"seed {given.seed}\n\n{Report.HEAD}")
    rows, wrong = [], []
    for plan in plans(given.kills, given.seed, given.way, given.size):
        say(
            f"{'many' if plan.many else 'one'}, {plan.kills} kills{', wrong by ' + plan.way if plan.way else ''} …"
        )
        report = run(plan)
        rows.append(report.row())
        print(rows[-1], flush=True)
        if given.keep:
            with given.keep.open("a") as kept:
                kept.writelines(json.dumps(record) + "\n" for record in report.history)
        wrong += _wrong(report)
    single: list[str] = []
    if given.single:
        say("single faults …")
        single, broken = table.measure()
        wrong += broken
        print("\n" + "\n".join([table.HEAD, *single]))
    print("\n" + ("\n".join(wrong[:50]) or "Nothing is wrong."))
    if given.write:
        _write(rows, single, given.seed, wrong)
    return 1 if wrong else 0


def _wrong(report: Report) -> list[str]:
    way = report.plan.way
    found = {finding.invariant for finding in report.findings}
    if way:
        return [] if BROKEN[way] in found else [f"the server that is wrong by {way} was not noticed"]
    wrong = [f"{finding.invariant}: {finding.what}" for finding in report.findings]
    if report.plan.kills >= 100 and report.duplicates < 5:
        wrong.append(f"{report.size}: only {report.duplicates} duplicates, so the kills missed the window")
    return wrong


def _write(rows: list[str], single: list[str], seed: int, wrong: list[str]) -> None:
    """Put the tables in the place of the last ones."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    said = "\n".join(wrong[:20]) or "Nothing was wrong."
    storms = "\n".join([Report.HEAD, *rows])
    faults = "\n".join(["Single faults, in their long form:", "", table.HEAD, *single, "", table.NOT_TRIED])
    told = f"`make storm`, seed {seed}, {time.strftime('%Y-%m-%d')}, {machine}.\n\n{storms}\n"
    told += f"\n{faults}\n\n{said}" if single else f"\n{said}"
    before, _, rest = DOCUMENT.read_text().partition(BEGINS)
    DOCUMENT.write_text(f"{before}{BEGINS}\n{told}\n{ENDS}{rest.partition(ENDS)[2]}")


if __name__ == "__main__":
    sys.exit(main())
