"""Messages by REST: saying something, and the pages of what was said."""

from typing import Any

import pytest
from flask import Flask

from app import limits
from tests import stored
from tests.api.test_rooms import say
from tests.conftest import Garden
from tests.people import Person
from tests.requests import unknown


def post(person: Person, garden: Garden, **body: Any) -> Any:
    """Ask to say this, whatever it is."""
    return person.api("POST", f"/rooms/{garden.id}/messages", body)


def page(person: Person, garden: Garden, **query: Any) -> Any:
    """A page of what was said: the texts, and where it goes on."""
    answer = person.api("GET", f"/rooms/{garden.id}/messages", query_string=query)
    assert answer.status_code == 200, answer.data
    return [each["text"] for each in answer.get_json()["items"]], answer.get_json()["next"]


def test_what_is_said_is_stored_told_and_answered_alike(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    ada.heard(), bob.heard(), mallory.heard()
    nonce = unknown()
    answer = post(ada, garden, nonce=nonce, text="  hello\r\nyou ")
    message = answer.get_json()["message"]

    assert answer.status_code == 201
    assert (message["text"], message["nonce"], message["version"]) == ("hello\nyou", nonce, 1)
    assert message["author"]["username"] == "ada"
    for person in (ada, bob):
        [(event, fact)] = person.heard()
        assert (event, fact["message"], fact["seq"]) == ("message_posted", message, message["seq"])
    assert mallory.heard() == []
    assert bob.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"] == [message]


def test_the_same_nonce_again_answers_200_with_the_first_and_tells_nobody(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    nonce = unknown()
    first = post(ada, garden, nonce=nonce, text="once")
    bob.heard()
    before = stored.rows(app)
    again = post(ada, garden, nonce=nonce, text="once")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == {"message": first.get_json()["message"], "duplicate": True}
    assert bob.heard() == []
    assert stored.rows(app) == before


def test_a_nonce_is_one_persons_own(garden: Garden, ada: Person, bob: Person) -> None:
    nonce = unknown()

    assert post(ada, garden, nonce=nonce, text="mine").status_code == 201
    assert post(bob, garden, nonce=nonce, text="mine, too").status_code == 201


TEXTS = {
    "empty": ("", 422),
    "spaces": (" \n\t ", 422),
    "invisible": ("\u200b\u2060\ufeff", 422),
    "only directions": ("\u202e\u2066", 422),
    "4000": ("x" * 4000, 201),
    "4001": ("x" * 4001, 413),
    "4000 wide": ("ж" * 4000, 201),
    "16 KiB": ("😀" * 4000, 201),
    "more than 16 KiB before it is composed": ("e\u0301" * 4000, 201),
    "8 marks": ("a" + "\u0316" * 8, 201),
    "1000 marks": ("a" + "\u0316" * 1000, 422),
    "nul": ("a\0b", 422),
    "half a character": ("a\ud800b", 422),
    "markup": ("<script>alert(1)</script>", 201),
    "number": (7, 422),
    "nothing": (None, 422),
}


@pytest.mark.parametrize(("text", "status"), TEXTS.values(), ids=TEXTS.keys())
def test_the_limits_of_a_text_are_exact(
    app: Flask, garden: Garden, ada: Person, bob: Person, text: object, status: int
) -> None:
    bob.heard()
    assert ada.token
    before = stored.rows(app)
    answer = post(ada, garden, nonce=unknown(), text=text)

    assert answer.status_code == status, answer.data
    if status == 201:
        assert [event for event, _ in bob.heard()] == ["message_posted"]
    else:
        assert answer.get_json()["code"] == ("too_large" if status == 413 else "invalid")
        assert stored.rows(app) == before
        assert bob.heard() == []
    assert post(ada, garden, nonce=unknown(), text="still here").status_code == 201


@pytest.mark.parametrize(
    "nonce", [None, "", "x", "1" * 41, "x" * 10_000, 7, "\0" * 36, "\ud800"], ids=lambda n: ascii(n)[:20]
)
def test_a_nonce_that_is_no_uuid_is_refused(app: Flask, garden: Garden, ada: Person, nonce: object) -> None:
    assert ada.token
    before = stored.rows(app)
    answer = post(ada, garden, nonce=nonce, text="hello")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert "nonce" in {each["path"] for each in answer.get_json()["errors"]}
    assert stored.rows(app) == before


def test_a_message_without_a_nonce_is_refused(app: Flask, garden: Garden, ada: Person) -> None:
    assert post(ada, garden, text="hello").status_code == 422


@pytest.mark.parametrize("field", ["author", "author_id", "seq", "id", "created_at", "room_id", "version"])
def test_nobody_says_who_they_are_or_when_it_was(
    app: Flask, garden: Garden, ada: Person, bob: Person, field: str
) -> None:
    assert ada.token
    before = stored.rows(app)
    answer = post(ada, garden, nonce=unknown(), text="hello", **{field: bob.id})

    assert answer.status_code == 422
    assert stored.rows(app) == before


def test_history_is_paged_from_its_end_newest_first(garden: Garden, ada: Person, bob: Person) -> None:
    for number in range(5):
        say(ada, garden, str(number))

    assert page(bob, garden) == (["4", "3", "2", "1", "0"], None)
    first, cursor = page(bob, garden, limit=2)
    second, more = page(bob, garden, limit=2, cursor=cursor)
    third, end = page(bob, garden, limit=2, cursor=more)
    assert (first, second, third, end) == (["4", "3"], ["2", "1"], ["0"], None)


def test_what_came_after_a_place_is_paged_oldest_first(garden: Garden, ada: Person, bob: Person) -> None:
    seqs = [say(ada, garden, str(number))["seq"] for number in range(5)]

    first, cursor = page(bob, garden, after=seqs[0], limit=2)
    second, end = page(bob, garden, cursor=cursor, limit=2)
    assert (first, second, end) == (["1", "2"], ["3", "4"], None)
    assert page(bob, garden, after=seqs[-1]) == ([], None)


def test_what_came_before_a_place_leaves_the_place_out(garden: Garden, ada: Person, bob: Person) -> None:
    seqs = [say(ada, garden, str(number))["seq"] for number in range(5)]

    assert page(bob, garden, before=seqs[2]) == (["1", "0"], None)
    assert page(bob, garden, before=seqs[0]) == ([], None)


def test_around_a_place_both_sides_are_shown_oldest_first(garden: Garden, ada: Person, bob: Person) -> None:
    seqs = [say(ada, garden, str(number))["seq"] for number in range(7)]

    shown, cursor = page(bob, garden, around=seqs[3], limit=4)
    assert shown == ["2", "3", "4", "5"]
    assert page(bob, garden, cursor=cursor) == (["6"], None)
    assert page(bob, garden, around=seqs[6], limit=4) == (["5", "6"], None)


def test_a_page_holds_what_was_asked_for_up_to_its_limit(garden: Garden, ada: Person, bob: Person) -> None:
    for number in range(limits.HISTORY_PAGE + 1):
        say(ada, garden, str(number))

    assert len(page(bob, garden)[0]) == limits.HISTORY_PAGE
    assert len(page(bob, garden, limit=limits.HISTORY_PAGE_MAX)[0]) == limits.HISTORY_PAGE + 1


WRONG = [
    {"limit": 0},
    {"limit": 101},
    {"limit": "many"},
    {"limit": ""},
    {"before": -1},
    {"before": 2**53},
    {"after": "now"},
    {"before": 1, "after": 1},
    {"around": 1, "cursor": "before:1"},
    {"cursor": "before"},
    {"cursor": "around:1"},
    {"cursor": "before:1x"},
    {"cursor": "before:" + "9" * 40},
    {"offset": 1},
]


@pytest.mark.parametrize("query", WRONG, ids=str)
def test_a_page_that_cannot_be_is_refused(garden: Garden, bob: Person, query: dict[str, Any]) -> None:
    answer = bob.api("GET", f"/rooms/{garden.id}/messages", query_string=query)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["errors"]


def test_a_parameter_named_twice_is_refused(garden: Garden, bob: Person) -> None:
    assert bob.api("GET", f"/rooms/{garden.id}/messages?limit=1&limit=2").status_code == 400
