"""Names that look the same are one name, and names that don't are two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.names import skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("admin", "аdmin"),
        ("admin", "ADMIN"),
        ("admin", "ad\u200bmin"),
        ("admin", "ａｄｍｉｎ"),
        ("paypal", "paypaI"),
        ("paypal", "paypa1"),
        ("ivan", "lvan"),
        ("ivan", "1van"),
        ("ivan", "іvan"),
        ("bob", "b0b"),
        ("modem", "modern"),
        ("wanda", "vvanda"),
        ("dara", "clara"),
        ("josé", "jose\u0301"),
        ("sam", "Ѕam"),
        ("straße", "STRASSE"),
    ],
)
def test_these_are_one_name(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada", "bob"), ("ann", "anna"), ("jose", "josé"), ("marcia", "marda"), ("адам", "адан")],
)
def test_these_are_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=32))
def test_case_changes_no_skeleton_and_every_skeleton_fits(name: str) -> None:
    assert skeleton(name.upper().lower()) == skeleton(name.upper())
    assert len(skeleton(name)) <= 18 * max(1, len(name))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.from_regex(r"[a-z0-9._-]{3,32}", fullmatch=True))
def test_the_skeleton_of_a_skeleton_is_itself(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
