"""Under which names a value counts."""

import pytest

from benchmarks import points


@pytest.mark.parametrize(
    ("point", "level", "own", "names"),
    [
        ("fanout_50", "FULL", "FULL", ["fanout_50", "fanout_50_full"]),  # Parlor
        ("fanout_50", "NORMAL", "NORMAL", ["fanout_50"]),  # a peer where throughput is compared
        ("fanout_50", "FULL", "NORMAL", ["fanout_50_full"]),  # a peer as durable as Parlor
        ("latency_p99", "FULL", "NORMAL", ["latency_p99"]),
        ("latency_p99", "NORMAL", "NORMAL", ["latency_p99_normal"]),
        ("connects", "NORMAL", "NORMAL", ["connects"]),
    ],
)
def test_a_value_counts_at_the_level_it_was_measured_at(point, level, own, names):
    assert points.at_level(point, level, own) == names


def test_every_name_is_a_point():
    for point in points.POINTS:
        for level in ("FULL", "NORMAL"):
            assert set(points.at_level(point, level, "FULL")) <= set(points.POINTS)
    assert set(points.NAMED) <= set(points.POINTS)
