"""Statistics: medians, spread, and ratios of what was measured in the same repetition."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypedDict


class Figure(TypedDict):
    """One contender at one point, as latest.json has it."""

    unit: str
    higher_is_better: bool
    median: float
    min: float
    max: float
    runs: int


class Ratio(NamedTuple):
    """How much better one is than another: above 1 is better, whichever way the unit points."""

    median: float
    min: float
    max: float
    runs: int


class Unit(NamedTuple):
    """What a point is counted in."""

    name: str
    higher_is_better: bool


class Measured:
    """Every value of a run: point, contender, repetition."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.values: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))

    def add(self, point: str, contender: str, repetition: int, value: float, unit: Unit) -> None:
        """Keep one value."""
        self.units[point] = unit
        self.values[point][contender][repetition] = value

    def figure(self, point: str, contender: str) -> Figure | None:
        """The median and the spread; None where nothing was measured."""
        values = list(self.values.get(point, {}).get(contender, {}).values())
        if not values:
            return None
        unit = self.units[point]
        return {
            "unit": unit.name,
            "higher_is_better": unit.higher_is_better,
            "median": rounded(statistics.median(values)),
            "min": rounded(min(values)),
            "max": rounded(max(values)),
            "runs": len(values),
        }

    def ratio(self, point: str, contender: str, other: str) -> Ratio | None:
        """The median of the ratios within the repetitions that both have; None where there are none."""
        ours, theirs = (self.values.get(point, {}).get(name, {}) for name in (contender, other))
        if not ours or not theirs:
            return None
        better: Callable[[float, float], float] = (
            (lambda a, b: a / b) if self.units[point].higher_is_better else (lambda a, b: b / a)
        )
        pairs = [(ours[each], theirs[each]) for each in sorted(ours.keys() & theirs.keys())]
        ratios = [better(a, b) for a, b in pairs if a > 0 and b > 0]
        if not ratios:
            return None
        return Ratio(statistics.median(ratios), min(ratios), max(ratios), len(ratios))

    def between_points(self, contender: str, point: str, other: str) -> float | None:
        """One contender's value at a point over its own at another: the median within repetitions, or None."""
        here, there = (self.values.get(name, {}).get(contender, {}) for name in (point, other))
        return _median_share(here, there)

    def share(self, point: str, contender: str, other: str) -> float | None:
        """One contender's value over another's at the same point: the median within repetitions, or None."""
        here, there = (self.values.get(point, {}).get(name, {}) for name in (contender, other))
        return _median_share(here, there)


def _median_share(here: Mapping[int, float], there: Mapping[int, float]) -> float | None:
    ratios = [here[each] / there[each] for each in sorted(here.keys() & there.keys()) if there[each] > 0]
    return statistics.median(ratios) if ratios else None


def rounded(value: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{value:.4g}")
