"""Statistics that figures are made of."""

import pytest

from benchmarks.figures import Measured, Unit, rounded

RATE = Unit("deliveries/s", higher_is_better=True)
TIME = Unit("ms", higher_is_better=False)


def measured(point: str, unit: Unit, **values: list[float]) -> Measured:
    """One point, with these values by contender, in the order of the repetitions."""
    found = Measured()
    for contender, series in values.items():
        for repetition, value in enumerate(series):
            found.add(point, contender, repetition, value, unit)
    return found


def test_a_figure_is_the_median_with_its_spread():
    found = measured("fanout_50", RATE, parlor=[30, 10, 20])
    assert found.figure("fanout_50", "parlor") == {
        "unit": "deliveries/s",
        "higher_is_better": True,
        "median": 20,
        "min": 10,
        "max": 30,
        "runs": 3,
    }


def test_what_was_not_measured_has_no_figure():
    found = measured("fanout_50", RATE, parlor=[30])
    assert found.figure("fanout_50", "fastapi") is None
    assert found.figure("connects", "parlor") is None


def test_looking_for_a_figure_adds_none():
    found = measured("fanout_50", RATE, parlor=[30])
    found.figure("connects", "parlor")
    assert list(found.values) == ["fanout_50"]


def test_a_ratio_is_the_median_of_ratios_within_repetitions():
    # The machine was three times as fast in the second repetition, and that says nothing about the contenders.
    found = measured("fanout_50", RATE, parlor=[20, 60, 22], node_socketio=[10, 30, 10])
    assert found.ratio("fanout_50", "parlor", "node_socketio") == (2, 2, pytest.approx(2.2), 3)


def test_a_ratio_above_one_is_better_where_less_is_better():
    found = measured("latency_p50", TIME, parlor=[2.0], node_socketio=[5.0])
    ratio = found.ratio("latency_p50", "parlor", "node_socketio")
    assert ratio is not None
    assert ratio.median == 2.5


def test_repetitions_that_only_one_has_are_left_out_of_a_ratio():
    found = measured("fanout_50", RATE, parlor=[20, 1000], node_socketio=[10])
    ratio = found.ratio("fanout_50", "parlor", "node_socketio")
    assert ratio is not None
    assert (ratio.median, ratio.runs) == (2, 1)


def test_there_is_no_ratio_without_a_pair():
    found = measured("fanout_50", RATE, parlor=[20], node_socketio=[0])
    assert found.ratio("fanout_50", "parlor", "node_socketio") is None
    assert found.ratio("fanout_50", "parlor", "fastapi") is None


def test_figures_have_four_digits():
    assert (rounded(4_819_658.3), rounded(0.123456)) == (4_820_000, 0.1235)
