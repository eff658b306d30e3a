"""How things are measured: the search for the highest rate."""

import pytest

from benchmarks import measures


def search(limit: int, hint: float = 0) -> tuple[int, list[int]]:
    """What is found where all rates up to a limit are kept, and what was tried for it."""
    tried: list[int] = []

    def keeps(rate: int) -> bool:
        tried.append(rate)
        return rate <= limit

    return measures.highest_kept(keeps, measures.RATES, hint), tried


@pytest.mark.parametrize("limit", measures.RATES)
@pytest.mark.parametrize("hint", [0, 25, 500, 14_000, 612.5])
def test_the_highest_rate_that_is_kept_is_found_from_anywhere(limit, hint):
    assert search(limit, hint)[0] == limit


def test_no_rate_is_found_where_none_is_kept():
    assert search(0)[0] == 0
    assert search(0, hint=75)[0] == 0


def test_a_right_hint_takes_two_tries():
    assert search(500, hint=500)[1] == [500, 700]


def test_a_hint_that_is_a_step_too_high_takes_two_tries():
    assert search(400, hint=500)[1] == [500, 400]


def test_without_a_hint_no_more_than_five_are_tried():
    assert max(len(search(limit)[1]) for limit in measures.RATES) <= 5
