"""The checker, on histories made by hand: what is right passes, and each way to be wrong is named."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.faults import checker

Record = dict[str, Any]


def history() -> list[Record]:
    """Ada writes two messages, and Bob one; Bob and Cleo read, Cleo over two connections; Dan was put out at 6. Ada
    edited and pinned her first, deleted her second, and took back the emoji that she put under Bob's.
    """
    log = [
        [1, "member_joined", "ada"],
        [2, "member_joined", "bob"],
        [3, "member_joined", "dan"],
        [4, "message_posted", "a1"],
        [5, "message_posted", "b1"],
        [6, "member_removed", "dan"],
        [7, "message_posted", "a2"],
    ]
    shown = [[4, "a1"], [5, "b1"], [7, "a2"]]
    return [
        {"kind": "log", "room": "r", "entries": log},
        {"kind": "wrote", "who": "ada", "room": "r", "text": "a1"},
        {"kind": "wrote", "who": "bob", "room": "r", "text": "b1"},
        {"kind": "wrote", "who": "ada", "room": "r", "text": "a2"},
        {"kind": "wrote", "who": "ada", "room": "r", "text": "refused"},
        {"kind": "sent", "who": "ada", "room": "r", "text": "a1", "seq": 4},
        {"kind": "sent", "who": "bob", "room": "r", "text": "b1", "seq": 5},
        {"kind": "sent", "who": "ada", "room": "r", "text": "a2", "seq": 7},
        {"kind": "refused", "who": "ada", "room": "r", "text": "refused"},
        *heard("bob", 1, (4, "a1"), (5, "b1"), (6, None), (7, "a2")),
        *heard("cleo", 1, (4, "a1"), (5, "b1")),
        {
            "kind": "synced",
            "who": "cleo",
            "line": 2,
            "room": "r",
            "after": 5,
            "seqs": [6, 7],
            "last": 7,
            "reset": False,
        },
        *heard("dan", 1, (4, "a1"), (5, "b1")),
        did("text", "a1 ~1", 4),
        did("pinned", True, 4),
        did("👍 by ada", True, 5),
        did("👍 by ada", False, 5),
        did("deleted", True, 7),
        {"kind": "did", "who": "ada", "about": "ada", "of": "name", "value": "Ada the 1st"},
        {"kind": "shown", "who": "bob", "room": "r", "messages": shown, "states": states()},
        {"kind": "shown", "who": "cleo", "room": "r", "messages": shown, "states": states()},
        {"kind": "held", "who": "cleo", "room": "r", "state": "all of it", "fresh": "all of it"},
        {"kind": "truth", "room": "r", "states": states(), "values": values()},
    ]


def did(of: str, value: object, seq: int) -> Record:
    return {"kind": "did", "who": "ada", "about": f"message {seq} of r", "of": of, "value": value}


def states() -> list[Any]:
    return [
        [4, "a1 ~1", 3, False, True, []],
        [5, "b1", 3, False, False, []],
        [7, "", 2, True, False, []],
    ]


def values() -> Record:
    return {
        "message 4 of r": {"text": "a1 ~1", "deleted": False, "pinned": True},
        "message 5 of r": {"text": "b1", "deleted": False, "pinned": False},
        "message 7 of r": {"text": "", "deleted": True, "pinned": False},
        "ada": {"name": "Ada the 1st"},
    }


def heard(who: str, line: int, *facts: tuple[int, str | None]) -> list[Record]:
    return [
        {"kind": "heard", "who": who, "line": line, "room": "r", "seq": seq, "text": text}
        for seq, text in facts
    ]


def found(records: list[Record]) -> set[str]:
    """What is broken, by its whole name."""
    return {finding.invariant for finding in checker.check(records)}


def named(records: list[Record]) -> set[str]:
    """The invariants that are broken, by their first word."""
    return {finding.invariant.split()[0] for finding in checker.check(records)}


def entries(records: list[Record]) -> list[Any]:
    return records[0]["entries"]


def find(records: list[Record], **wanted: Any) -> Record:
    return next(record for record in records if wanted.items() <= record.items())


def test_a_history_that_kept_the_promise_has_no_findings() -> None:
    assert checker.check(history()) == []


def test_an_unanswered_message_may_be_stored_or_not() -> None:
    records = history()
    records.append({"kind": "wrote", "who": "bob", "room": "r", "text": "never arrived"})
    records.remove(find(records, kind="sent", text="b1"))
    assert checker.check(records) == []


def test_an_acknowledged_message_that_is_not_stored_is_lost() -> None:
    records = history()
    entries(records)[6] = [7, "room_changed", "title"]
    assert "I1 lost" in found(records)


def test_an_acknowledged_message_in_another_place_is_lost() -> None:
    records = history()
    find(records, kind="sent", text="a2")["seq"] = 8
    assert found(records) == {"I1 elsewhere"}


@pytest.mark.parametrize(
    ("about", "of", "value"),
    [
        ("message 4 of r", "text", "a1"),
        ("message 4 of r", "pinned", False),
        ("message 5 of r", "👍 by ada", True),
        ("message 7 of r", "deleted", False),
        ("ada", "name", "ada"),
    ],
)
def test_an_acknowledged_change_that_is_not_so_is_lost(about: str, of: str, value: object) -> None:
    records = history()
    find(records, kind="truth")["values"][about][of] = value
    assert named(records) == {"I1"}


def test_what_was_asked_for_without_an_answer_may_be_so_or_not() -> None:
    records = history()
    find(records, kind="truth")["values"]["message 4 of r"]["pinned"] = False
    records.append({**did("pinned", False, 4), "kind": "unsure"})
    assert checker.check(records) == []
    find(records, kind="truth")["values"]["message 4 of r"]["pinned"] = True
    assert checker.check(records) == []


def test_what_was_changed_and_then_deleted_is_not_lost() -> None:
    assert checker.check([*history(), did("text", "a2 ~2", 7), did("pinned", True, 7)]) == []


@pytest.mark.parametrize(
    "state",
    [
        [4, "a1", 3, False, True, []],
        [4, "a1 ~1", 2, False, True, []],
        [4, "a1 ~1", 3, True, True, []],
        [4, "a1 ~1", 3, False, False, []],
        [4, "a1 ~1", 3, False, True, ["👍 by ada"]],
    ],
    ids=["text", "version", "deleted", "pinned", "reactions"],
)
def test_a_message_that_is_drawn_otherwise_than_it_is_is_named(state: list[Any]) -> None:
    records = history()
    find(records, kind="shown", who="cleo")["states"] = [state, *states()[1:]]
    assert named(records) == {"I14"}


def test_a_reader_who_knows_something_else_than_a_new_look_says_is_named() -> None:
    records = history()
    find(records, kind="held")["state"] = "all of it but a name"
    assert named(records) == {"I14"}


def test_a_message_stored_twice_is_doubled() -> None:
    records = history()
    entries(records).append([8, "message_posted", "a2"])
    assert "I2" in named(records)


@pytest.mark.parametrize("seqs", [[1, 2, 3, 4, 5, 6, 8], [0, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 5, 7]])
def test_a_seq_that_is_missing_or_there_twice_is_a_hole(seqs: list[int]) -> None:
    records = history()
    for entry, seq in zip(entries(records), seqs, strict=True):
        entry[0] = seq
    assert "I3" in named(records)


@pytest.mark.parametrize(
    "messages",
    [
        [[4, "a1"], [7, "a2"]],
        [[4, "a1"], [5, "b1"], [5, "b1"], [7, "a2"]],
        [[5, "b1"], [4, "a1"], [7, "a2"]],
        [[4, "a1"], [5, "b1"], [7, "a2"], [8, "dreamt"]],
        [],
    ],
    ids=["lost", "doubled", "reordered", "phantom", "empty"],
)
def test_a_display_that_is_not_the_log_is_wrong(messages: list[Any]) -> None:
    records = history()
    find(records, kind="shown", who="cleo")["messages"] = messages
    assert named(records) == {"I4"}


def test_a_display_that_begins_later_is_right_from_there() -> None:
    records = history()
    find(records, kind="shown", who="cleo").update({"messages": [[5, "b1"], [7, "a2"]], "from": 5})
    assert checker.check(records) == []


def test_messages_of_one_person_in_another_order_are_reordered() -> None:
    records = history()
    one, other = find(records, kind="wrote", text="a1"), find(records, kind="wrote", text="a2")
    one["text"], other["text"] = "a2", "a1"
    assert named(records) == {"I5"}


def test_a_message_that_nobody_wrote_is_a_phantom() -> None:
    records = history()
    records.remove(find(records, kind="wrote", text="b1"))
    assert named(records) == {"I6"}


def test_a_refused_message_that_is_stored_is_a_phantom() -> None:
    records = history()
    entries(records).append([8, "message_posted", "refused"])
    assert "I6" in named(records)


def test_a_fact_heard_and_then_not_stored_was_emitted_too_early() -> None:
    records = history()
    records += heard("bob", 1, (8, "undone by the crash"))
    assert named(records) == {"I7"}


def test_another_text_heard_than_stored_was_emitted_too_early() -> None:
    records = history()
    find(records, kind="heard", who="bob", seq=7)["text"] = "another"
    assert named(records) == {"I7"}


@pytest.mark.parametrize(
    "order", [[4, 5, 7], [4, 6, 5, 7], [4, 5, 5, 6, 7]], ids=["hole", "reorder", "duplicate"]
)
def test_a_line_on_which_seqs_do_not_rise_by_one_is_wrong(order: list[int]) -> None:
    records = [record for record in history() if not (record["kind"] == "heard" and record["who"] == "bob")]
    texts = {4: "a1", 5: "b1", 7: "a2"}
    records += heard("bob", 1, *[(seq, texts.get(seq)) for seq in order])
    assert named(records) == {"I8"}


def test_a_new_line_may_begin_anywhere() -> None:
    assert checker.check([*history(), *heard("bob", 2, (7, "a2"))]) == []


@pytest.mark.parametrize(
    "seqs", [[7], [6], [7, 6], []], ids=["first missing", "last missing", "reordered", "empty"]
)
def test_a_catch_up_that_is_not_whole_is_wrong(seqs: list[int]) -> None:
    records = history()
    find(records, kind="synced")["seqs"] = seqs
    assert named(records) == {"I13"}


def test_a_catch_up_that_says_reset_may_be_empty() -> None:
    records = history()
    find(records, kind="synced").update({"seqs": [], "reset": True})
    assert checker.check(records) == []


def test_what_is_heard_after_a_removal_is_a_leak() -> None:
    assert named([*history(), *heard("dan", 2, (7, "a2"))]) == {"I10"}


def test_what_is_heard_before_joining_is_a_leak() -> None:
    assert named([*history(), *heard("bob", 2, (1, None))]) == {"I10"}


def test_what_is_written_after_a_removal_is_a_leak() -> None:
    records = history()
    entries(records).append([8, "message_posted", "d1"])
    records += [
        {"kind": "wrote", "who": "dan", "room": "r", "text": "d1"},
        {"kind": "sent", "who": "dan", "room": "r", "text": "d1", "seq": 8},
    ]
    assert "I10" in named(records)


def test_who_came_back_may_hear_again_from_there() -> None:
    records = copy.deepcopy(history())
    entries(records).append([8, "member_joined", "dan"])
    assert checker.check([*records, *heard("dan", 1, (8, None))]) == []


def test_a_history_survives_being_kept_as_lines(tmp_path: Any) -> None:
    import json

    path = tmp_path / "history.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in history()))
    assert checker.read(path) == history()
