"""Whether what was wanted was reached."""

import pytest

from benchmarks import targets
from benchmarks.figures import Measured
from benchmarks.points import POINTS


def verdict(wanted: str, **points: dict[str, float]) -> targets.Verdict:
    """The one that begins so, where this was measured: values by contender, by point."""
    found = Measured()
    for point, values in points.items():
        for contender, value in values.items():
            found.add(point, contender, 0, value, POINTS[point].unit)
    matching = [each for each in targets.verdicts(found) if each.wanted.startswith(wanted)]
    assert len(matching) == 1, matching
    return matching[0]


@pytest.mark.parametrize(("ours", "reached"), [(500, True), (499, False)])
def test_throughput_is_so_many_times_nodes(ours, reached):
    found = verdict("one room of 50:", fanout_50={"parlor": ours, "node_socketio": 100})
    assert found.reached is reached
    assert found.measured == f"{ours / 100:.2f}×"


@pytest.mark.parametrize(("ours", "reached"), [(7.5, True), (7.6, False)])
def test_latency_is_a_share_of_nodes(ours, reached):
    found = verdict("p99 at 20 messages/s into 200, FULL", latency_p99={"parlor": ours, "node_socketio": 10})
    assert (found.reached, found.measured) == (reached, f"{ours / 10:.2f}")


@pytest.mark.parametrize(("slow", "reached"), [(12.0, True), (12.1, False), (5.0, True)])
def test_a_long_room_takes_the_same_time(slow, reached):
    found = verdict("a page of 50", history_10k={"parlor": 10}, history_1m={"parlor": slow})
    assert found.reached is reached


@pytest.mark.parametrize(("costs", "reached"), [((9, 5, 2, 1, 1.05), True), ((9, 5, 2, 1, 1.5), False)])
def test_the_cost_of_a_delivery_does_not_rise(costs, reached):
    sizes = (10, 50, 200, 1000, 5000)
    points = {f"growth_{size}": {"parlor": cost} for size, cost in zip(sizes, costs, strict=True)}
    assert verdict("cost per delivery", **points).reached is reached


def test_ten_thousand_are_ten_thousand():
    assert verdict("10,000 idle", idle_answering={"parlor": 10_000}).reached is True
    assert verdict("10,000 idle", idle_answering={"parlor": 9_999}).reached is False


@pytest.mark.parametrize(("ours", "reached"), [(4000, True), (2800, False)])
def test_the_open_loop_wants_four_thousand(ours, reached):
    assert verdict("evenly spaced into 200", openloop_200={"parlor": ours}).reached is reached


def test_what_was_not_measured_is_neither_reached_nor_missed():
    assert {each.reached for each in targets.verdicts(Measured())} == {None}
