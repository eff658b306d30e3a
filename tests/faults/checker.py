"""Whether a recorded history keeps the delivery promise: a pure function over records, so that it can be tested itself.

A history is a list of records, each a flat object with `kind`, as JSON lines keep it:

    {"kind": "wrote",   "who": "w1", "room": "r", "text": "…"}                     a person pressed Enter
    {"kind": "sent",    "who": "w1", "room": "r", "text": "…", "seq": 7}           acknowledged
    {"kind": "refused", "who": "w1", "room": "r", "text": "…"}                     refused for good
    {"kind": "heard",   "who": "r1", "line": 3, "room": "r", "seq": 7, "text": "…"}  a logged fact, on that connection
    {"kind": "synced",  "who": "r1", "line": 3, "room": "r", "after": 4, "seqs": [5, 6], "last": 6, "reset": false}
    {"kind": "did",     "who": "w1", "about": "message 7 of r", "of": "pinned", "value": true}   acknowledged
    {"kind": "unsure",  "who": "w1", "about": "message 7 of r", "of": "pinned", "value": true}   asked for, no answer
    {"kind": "shown",   "who": "r1", "room": "r", "messages": [[5, "…"], [7, "…"]], "states": [[5, …], [7, …]]}
                                                                                   the display after the end
    {"kind": "held",    "who": "r1", "room": "r", "state": "…", "fresh": "…"}      all that is known, and a new look
    {"kind": "log",     "room": "r", "entries": [[1, "member_joined", "w1"], [5, "message_posted", "…"]]}  the truth
    {"kind": "truth",   "room": "r", "states": [[5, …], [7, …]], "values": {"message 7 of r": {"pinned": true}}}

Texts are unique by the way the storm writes them, so a text names what was written whatever became of its nonce, and of
the message later: `text` and `messages` hold what it was written as. A state is all that a message is now. A value that
is not among the `values` is false.
`text` is null for facts that are not messages. The names of the findings are those of the invariants.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Record = dict[str, Any]
JOINED = "member_joined"
ENDED = ("member_left", "member_removed")


@dataclass(frozen=True, order=True)
class Finding:
    """Something that must not happen: the invariant's name, and where it was seen."""

    invariant: str
    what: str


@dataclass
class Log:
    """A room's log as the database holds it, by seq."""

    entries: dict[int, tuple[str, str]]
    seqs: list[int]

    @cached_property
    def texts(self) -> set[str]:
        """What was said, in no order."""
        return {text for _, text in self.messages}

    @property
    def messages(self) -> list[tuple[int, str]]:
        """What was said, in order."""
        return [(seq, text) for seq, (kind, text) in sorted(self.entries.items()) if kind == "message_posted"]


@dataclass
class History:
    """The records, sorted by what they are."""

    logs: dict[str, Log] = field(default_factory=dict)
    by_kind: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    on_lines: list[Record] = field(default_factory=list)  # in the order in which it came

    @classmethod
    def of(cls, records: Iterable[Record]) -> History:
        """Sort."""
        history = cls()
        for record in records:
            if record["kind"] == "log":
                entries = [(int(seq), (str(kind), str(text))) for seq, kind, text in record["entries"]]
                history.logs[record["room"]] = Log(dict(entries), [seq for seq, _ in entries])
                continue
            history.by_kind[record["kind"]].append(record)
            if "line" in record:
                history.on_lines.append(record)
        return history


def read(path: Path) -> list[Record]:
    """A history from a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def check(records: Iterable[Record]) -> list[Finding]:
    """Everything in a history that breaks the promise; empty when it was kept."""
    history = History.of(records)
    return sorted({finding for invariant in INVARIANTS for finding in invariant(history)})


def lost(history: History) -> Iterable[Finding]:
    """I1: what was acknowledged is in the log, at exactly that place; in another one it is `I1 elsewhere`."""
    for record in history.by_kind["sent"]:
        log = history.logs[record["room"]]
        entry = log.entries.get(record["seq"])
        if entry != ("message_posted", record["text"]):
            name = "I1 elsewhere" if record["text"] in log.texts else "I1 lost"
            yield Finding(name, f"{record['text']} was acknowledged at {record['seq']}; there is {entry}")


def undone(history: History) -> Iterable[Finding]:
    """I1: what was acknowledged to be changed is so, unless something later changed it: it, or what nobody answered."""
    values: dict[str, dict[str, Any]] = {}
    for record in history.by_kind["truth"]:
        values |= record["values"]
    last = {(each["about"], each["of"]): each for each in history.by_kind["did"]}
    unsure: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for each in history.by_kind["unsure"]:
        unsure[each["about"], each["of"]].append(each["value"])
    for (about, of), deed in last.items():
        value = values.get(about, {}).get(of, False)
        gone = values.get(about, {}).get("deleted", False) and of != "deleted"
        if not gone and value not in [deed["value"], *unsure[about, of]]:
            yield Finding(
                "I1 lost", f"{of} of {about} was to be {deed['value']} by {deed['who']}; it is {value}"
            )


def unlike(history: History) -> Iterable[Finding]:
    """I14: what everybody draws of each message is how it is; and all that a reader was told is what one would see who
    came new.
    """
    truth = {
        record["room"]: {state[0]: list(state) for state in record["states"]}
        for record in history.by_kind["truth"]
    }
    for record in history.by_kind["shown"]:
        for state in record.get("states", []):
            if list(state) != truth[record["room"]].get(state[0]):
                now = truth[record["room"]].get(state[0])
                yield Finding("I14 state", f"{record['who']} in {record['room']} draws {state}; it is {now}")
    for record in history.by_kind["held"]:
        if record["state"] != record["fresh"]:
            at = next(
                (
                    at
                    for at, (one, other) in enumerate(zip(record["state"], record["fresh"], strict=False))
                    if one != other
                ),
                0,
            )
            differ = [record[name][max(0, at - 80) : at + 120] for name in ("state", "fresh")]
            yield Finding(
                "I14 state", f"{record['who']} in {record['room']} knows {differ[0]}; it is {differ[1]}"
            )


def doubled(history: History) -> Iterable[Finding]:
    """I2: nothing is stored twice, whatever the retries."""
    stored = Counter(text for log in history.logs.values() for _, text in log.messages)
    yield from (
        Finding("I2 doubled", f"{text} is there {times} times") for text, times in stored.items() if times > 1
    )


def hole(history: History) -> Iterable[Finding]:
    """I3: the seqs of a room are 1 to the last, each once."""
    for room, log in history.logs.items():
        if log.seqs != list(range(1, len(log.seqs) + 1)):
            yield Finding("I3 hole", f"the log of {room} has the seqs {log.seqs[:50]}")


def display(history: History) -> Iterable[Finding]:
    """I4: in the end everybody sees what is in the log: all of it, once, in its order."""
    for record in history.by_kind["shown"]:
        shown = [tuple(each) for each in record["messages"]]
        truth = history.logs[record["room"]].messages
        if "from" in record:  # a display that begins later
            truth = [each for each in truth if each[0] >= record["from"]]
        if shown != truth:
            missing, extra = [e for e in truth if e not in shown], [e for e in shown if e not in truth]
            what = f"missing {missing[:3]}, too many {extra[:3]}, or another order"
            yield Finding("I4 display", f"{record['who']} in {record['room']}: {what}")


def order(history: History) -> Iterable[Finding]:
    """I5: what one device wrote in a room is logged in the order of writing."""
    written: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in history.by_kind["wrote"]:
        written[record["who"], record["room"]].append(record["text"])
    for (who, room), texts in written.items():
        place = {text: number for number, text in enumerate(texts)}
        seen: set[str] = set()
        stored = [text for _, text in history.logs[room].messages if text in place]
        first = [text for text in stored if not (text in seen or seen.add(text))]
        for earlier, later in itertools.pairwise(first):
            if place[earlier] > place[later]:
                yield Finding("I5 order", f"{who} wrote {later} before {earlier} in {room}")


def phantom(history: History) -> Iterable[Finding]:
    """I6: nothing is stored that nobody wrote, or that was refused for good."""
    written = {(record["room"], record["text"]) for record in history.by_kind["wrote"]}
    refused = {(record["room"], record["text"]) for record in history.by_kind["refused"]}
    for room, log in history.logs.items():
        for seq, text in log.messages:
            if (room, text) not in written:
                yield Finding("I6 phantom", f"nobody wrote {text}, which is at {seq} of {room}")
            elif (room, text) in refused:
                yield Finding("I6 phantom", f"{text} was refused, and is at {seq} of {room}")


def early(history: History) -> Iterable[Finding]:
    """I7: nobody hears what is not committed: what was heard is in the log, in that place."""
    for record in history.by_kind["heard"]:
        entry = history.logs[record["room"]].entries.get(record["seq"])
        if entry is None or (record.get("text") is not None and entry != ("message_posted", record["text"])):
            yield Finding(
                "I7 early", f"{record['who']} heard {record.get('text')} at {record['seq']}; there is {entry}"
            )


def monotone(history: History) -> Iterable[Finding]:
    """I8 and I13: on one connection seqs rise by one; a catch-up is whole from what was asked for, or `reset`."""
    heads: dict[tuple[str, int, str], int] = {}
    for record in history.on_lines:
        place = (record["who"], record["line"], record["room"])
        if record["kind"] == "heard":
            expected = heads.get(place, record["seq"] - 1) + 1
            came_back = history.logs[record["room"]].entries.get(record["seq"]) == (JOINED, record["who"])
            if record["seq"] != expected and not (came_back and record["seq"] > expected):
                yield Finding("I8 monotone", f"{place} heard {record['seq']} where {expected} is next")
            heads[place] = record["seq"]
        elif not record["reset"] and record["seqs"] != list(range(record["after"] + 1, record["last"] + 1)):
            yield Finding(
                "I13 catch-up", f"{place}: after {record['after']} to {record['last']}: {record['seqs']}"
            )


def leak(history: History) -> Iterable[Finding]:
    """I10: nobody hears, or writes, what comes after their removal and before they come back."""
    allowed = {room: _memberships(log) for room, log in history.logs.items()}
    for record in history.by_kind["heard"]:
        who, seq = record["who"], record["seq"]
        spans = allowed[record["room"]].get(record.get("user", who))
        if spans is not None and not any(start <= seq <= end for start, end in spans):
            yield Finding("I10 leak", f"{who} heard {seq} of {record['room']} outside of {spans}")
    for record in history.by_kind["sent"]:
        spans = allowed[record["room"]].get(record.get("user", record["who"]))
        if spans is not None and not any(start <= record["seq"] <= end for start, end in spans):
            yield Finding(
                "I10 leak", f"{record['who']} wrote {record['seq']} of {record['room']} outside of {spans}"
            )


def _memberships(log: Log) -> dict[str, list[tuple[int, float]]]:
    """From which seq to which each person was in the room. One hears one's own removal not, or as the last thing."""
    spans: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for seq, (kind, who) in sorted(log.entries.items()):
        if kind == JOINED:
            spans[who].append((seq, float("inf")))
        elif kind in ENDED and spans[who]:
            spans[who][-1] = (spans[who][-1][0], seq)
    return spans


INVARIANTS: list[Callable[[History], Iterable[Finding]]] = [
    lost,
    undone,
    unlike,
    doubled,
    hole,
    display,
    order,
    phantom,
    early,
    monotone,
    leak,
]
