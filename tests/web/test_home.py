"""The front door."""

import uuid

import pytest

from app.actions import messages
from tests.web.visiting import words


def say(person, room_id: str, text: str) -> int:
    """Have somebody say something; the message's seq."""
    with person.app.app_context():
        said, _ = messages.post(person.user(), room_id, nonce=str(uuid.uuid4()), text=text)
        return said.seq


def test_a_stranger_is_told_what_this_is_and_offered_both_doors(visitor):
    page = visitor.open("/")
    assert page.status_code == 200
    assert page.text.count(">Register</a>") == 1
    assert page.text.count(">Log in</a>") == 1
    assert "Make a room, copy its link" in words(page)


def test_my_rooms_are_listed_with_what_was_said_last_and_how_much_is_unread(ada, bob, garden):
    say(ada, garden.id, "The roses are out")
    say(ada, garden.id, "Come and see")
    page = words(bob.http.get("/"))
    assert "The garden" in page
    assert "ada : Come and see" in page
    assert "2 unread" in page
    assert "unread" not in words(ada.http.get("/"))


def test_the_room_where_something_was_said_last_comes_first(ada, garden):
    ada.post("/rooms/new", title="The attic")
    assert words(ada.http.get("/")).index("The attic") < words(ada.http.get("/")).index("The garden")
    say(ada, garden.id, "Here again")
    assert words(ada.http.get("/")).index("The garden") < words(ada.http.get("/")).index("The attic")


def test_nobody_sees_a_room_they_are_not_in(mallory, garden):
    assert "The garden" not in mallory.http.get("/").text


def test_whoever_is_in_no_room_is_told_what_to_do(mallory):
    page = mallory.http.get("/").text
    assert "No rooms yet" in page
    assert page.count("Create Room") == 1


@pytest.mark.parametrize(
    "pasted",
    [
        "{token}",
        "  {token}\n",
        "/join/{token}",
        "http://localhost/join/{token}",
        "https://chat.example.org/join/{token}/",
        "https://chat.example.org/join/{token}?utm=1#top",
        "Come over: https://chat.example.org/join/{token}",
    ],
)
def test_a_pasted_link_opens_its_page_and_joins_nothing(mallory, bob, garden, pasted):
    answer = mallory.post("/join", link=pasted.format(token=garden.token))
    assert (answer.status_code, answer.location) == (303, f"/join/{garden.token}")
    assert mallory.http.get(garden.path).status_code == 404


@pytest.mark.parametrize(
    "junk", ["", "hello there", "http://localhost/rooms/1", "x" * 3000, "/join/", "\0", "/join/a b"]
)
def test_what_is_not_a_link_is_told_at_its_field(ada, junk):
    answer = ada.post("/join", link=junk)
    assert answer.status_code == 422
    assert 'aria-describedby="link-error"' in answer.text


def test_a_title_and_a_text_are_shown_as_they_were_written(ada, bob, garden):
    ada.post(f"{garden.path}/settings", title="<script>alert(1)</script> {{7*7}}")
    say(ada, garden.id, "<img src=x onerror=alert(1)>")
    page = bob.http.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
