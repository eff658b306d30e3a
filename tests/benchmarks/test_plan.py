"""What a run consists of."""

import pytest

from benchmarks import measures, plan, points
from benchmarks.contenders import CONTENDERS

PLANS = [plan.FULL, plan.QUICK]


def sessions(chosen: plan.Plan, name: str) -> list[plan.Session]:
    """All that is planned for a contender."""
    every = [chosen.sessions(CONTENDERS[name], repetition) for repetition in range(chosen.repetitions)]
    return [session for each in every for session in each]


def times(chosen: plan.Plan, name: str, measure: str, level: str) -> int:
    """How often something is measured of a contender."""
    planned = [
        plan.name_of(each)
        for session in sessions(chosen, name)
        if session.level == level
        for each in session.measures
    ]
    return planned.count(measure)


@pytest.mark.parametrize("name", ["parlor", "node_socketio"])
def test_what_targets_compare_is_measured_five_times(name):
    own = CONTENDERS[name].level
    for measure in (
        "fanout 50",
        "fanout 200",
        "fanout 1000",
        "rooms",
        "one_in_flight",
        "connects",
        "open_loop",
    ):
        assert times(plan.FULL, name, measure, own) == 5, measure
    assert times(plan.FULL, name, "latency", "FULL") == times(plan.FULL, name, "latency", "NORMAL") == 5
    assert times(plan.FULL, name, "mixed", "FULL") >= 3
    assert sum(session.name == "idle" for session in sessions(plan.FULL, name)) == 5


def test_parlor_commits_as_it_does_by_default_where_throughput_is_measured():
    assert CONTENDERS["parlor"].level == "FULL"
    assert all(CONTENDERS[name].level == "NORMAL" for name in plan.ALL if not name.startswith("parlor"))


def test_ten_thousand_are_connected_once():
    planned = [each for session in sessions(plan.FULL, "parlor") for each in session.measures]
    assert [plan.name_of(each) for each in planned].count("idle 10000") == 1


@pytest.mark.parametrize("chosen", PLANS, ids=lambda each: each.name)
def test_it_should_fit_into_its_time(chosen):
    seconds = sum(chosen.seconds(CONTENDERS[name]) for name in chosen.contenders)
    assert seconds <= chosen.minutes * 60


@pytest.mark.parametrize("chosen", PLANS, ids=lambda each: each.name)
def test_contenders_take_turns_and_nobody_always_begins(chosen):
    main = [CONTENDERS[name] for name in plan.MAIN]
    first = [chosen.rounds(main, repetition)[0] for repetition in range(2)]
    assert [each.name for each, _ in first[0]] != [each.name for each, _ in first[1]]
    for turns in chosen.rounds(main, 0):
        assert len({session.name for _, session in turns}) == 1, "a round is of one kind of session"


@pytest.mark.parametrize("chosen", PLANS, ids=lambda each: each.name)
def test_everything_that_is_planned_is_planned_once_a_repetition(chosen):
    everybody = [CONTENDERS[name] for name in chosen.contenders]
    turns = [turn for each in chosen.rounds(everybody, 0) for turn in each]
    wanted = [(each, session) for each in everybody for session in chosen.sessions(each, 0)]
    assert sorted((a.name, b.name) for a, b in turns) == sorted((a.name, b.name) for a, b in wanted)


def test_names_of_measures_say_their_sizes():
    assert plan.name_of(measures.rooms) == "rooms"
    assert set(measures.IDLE_STEPS) >= {1000, 5000}
    assert {f"idle_kb_{step}" for step in measures.IDLE_STEPS} <= set(points.POINTS)
