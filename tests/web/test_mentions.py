"""Where I was named, in all my rooms."""

import re
import uuid

import pytest

from app import limits
from app.actions import invites, messages, rooms
from tests.web.visiting import words


def say(person, room_id: str, text: str):
    """Have somebody say something; the message's seq."""
    with person.app.app_context():
        said, _ = messages.post(person.user(), room_id, nonce=str(uuid.uuid4()), text=text)
        return said.seq


@pytest.fixture
def attic(app, bob, ada):
    """Bob's room, with Ada in it."""
    with app.app_context():
        membership, invite = rooms.create(bob.user(), "The attic")
        invites.accept(ada.user(), invite.token)
        return membership.room_id


def test_mentions_of_all_my_rooms_lead_to_their_places_newest_first(ada, bob, garden, attic):
    first = say(bob, garden.id, "**Tea**, @ada? See `kettle`\n\n- soon")
    second = say(bob, attic, "@room come up")
    say(bob, garden.id, "nobody in particular")
    page = ada.http.get("/mentions")
    assert page.status_code == 200
    said = words(page)
    assert said.index("@room come up") < said.index("Tea, @ada? See kettle soon")
    assert "bob in The attic" in said and "bob in The garden" in said
    assert "nobody in particular" not in said
    places = re.findall(r'href="(/rooms/[^"]+m=\d+)"', page.text)
    assert places == [f"/rooms/{attic}?m={second}", f"{garden.path}?m={first}"]
    assert [ada.http.get(place).status_code for place in places] == [200, 200]


def test_what_i_have_not_read_is_marked_and_counted_at_the_front_door(ada, bob, garden, attic):
    seq = say(bob, garden.id, "@ada one")
    say(bob, attic, "@ada two")
    assert words(ada.http.get("/mentions")).count("you haven’t read this") == 2
    assert re.search(r"Mentions\s*2\s+unread", words(ada.http.get("/")))
    ada.api("PUT", f"/rooms/{garden.id}/read", {"seq": seq})
    assert words(ada.http.get("/mentions")).count("you haven’t read this") == 1
    ada.api("PUT", f"/rooms/{attic}/read", {"seq": seq + 100})
    assert "you haven’t read this" not in words(ada.http.get("/mentions"))
    assert not re.search(r"Mentions\s*\d", words(ada.http.get("/")))


def test_a_room_of_which_i_want_to_hear_nothing_counts_for_nothing_at_the_front_door(ada, bob, garden, attic):
    say(bob, garden.id, "@ada one")
    say(bob, attic, "@ada two")
    ada.post(f"{garden.path}/level", level="nothing")
    page = ada.http.get("/")
    assert re.search(r"Mentions\s*1\s+unread", words(page))
    rows = re.findall(r'<a class="room-row([^"]*)" href="([^"]+)"', page.text)
    assert set(rows) == {("", f"/rooms/{attic}"), (" room-row--quiet room-row--muted", garden.path)}
    assert "The garden muted" in words(page) and "The attic muted" not in words(page)


def test_older_ones_are_a_link_away_and_none_is_lost_on_the_way(ada, bob, garden, monkeypatch):
    monkeypatch.setattr(limits, "HISTORY_PAGE", 3)
    for number in range(7):
        say(bob, garden.id, f"@ada number {number}.")
    path, seen, pages = "/mentions", [], 0
    while path:
        page = ada.http.get(path)
        seen += re.findall(r"number (\d)\.", words(page))
        assert (">Newest<" in page.text.replace("</svg>", ">")) == (pages > 0)
        older = re.search(r'href="(/mentions\?cursor=[^"]+)" rel="next"', page.text)
        path, pages = (older[1] if older else ""), pages + 1
    assert (seen, pages) == (list("6543210"), 3)


def test_the_pages_cursor_is_that_of_the_api(ada, bob, garden):
    for number in range(3):
        say(bob, garden.id, f"@ada number {number}.")
    cursor = ada.api("GET", "/mentions?limit=1").get_json()["next"]
    assert re.findall(r"number (\d)\.", words(ada.http.get(f"/mentions?cursor={cursor}"))) == ["1", "0"]


@pytest.mark.parametrize("cursor", ["", "x" * 41, "%00", "é"], ids=["none", "long", "nul", "accent"])
def test_who_types_no_cursor_gets_the_newest(ada, bob, garden, cursor):
    say(bob, garden.id, "@ada hello")
    page = ada.http.get(f"/mentions?cursor={cursor}")
    assert page.status_code == 200
    assert "hello" in words(page)


def test_who_was_never_mentioned_is_told_what_it_is_and_how_it_is_done(ada, garden):
    page = words(ada.http.get("/mentions"))
    assert "Nobody has mentioned you yet" in page
    assert "@ada" in page and "@room" in page


def test_before_the_first_there_is_a_way_back(ada, bob, garden):
    say(bob, garden.id, "@ada hello")
    page = ada.http.get("/mentions?cursor=0")
    assert "Nothing older" in words(page)
    assert 'href="/mentions"' in page.text


def test_what_is_deleted_and_what_one_left_behind_is_not_there(ada, bob, garden, attic):
    say(bob, garden.id, "@ada gone soon")
    say(bob, attic, "@ada in the attic")
    found = bob.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"][0]
    bob.api("DELETE", f"/messages/{found['id']}")
    assert "gone soon" not in words(ada.http.get("/mentions"))
    assert "in the attic" in words(ada.http.get("/mentions"))
    ada.post(f"/rooms/{attic}/leave")
    assert "in the attic" not in words(ada.http.get("/mentions"))


def test_mentions_are_their_owners_alone(ada, bob, mallory, visitor, garden):
    say(bob, garden.id, "@ada a secret")
    for other in (bob, mallory):
        assert "a secret" not in words(other.http.get("/mentions"))
    answer = visitor.http.get("/mentions")
    assert (answer.status_code, answer.location) == (303, "/login?next=/mentions")
    assert "a secret" in words(ada.http.get("/mentions"))


def test_what_people_wrote_is_shown_and_does_nothing(ada, bob, garden):
    ada.post(f"{garden.path}/settings", title="<b>bold</b>")
    say(bob, garden.id, "@ada <img src=x onerror=alert(1)> {{7*7}} [x](javascript:alert(1))")
    page = ada.http.get("/mentions").text
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}}" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<img" not in page


def test_the_author_who_is_gone_has_no_name(app, ada, bob, garden):
    say(bob, garden.id, "@ada farewell")
    assert bob.post("/account/delete", current=bob.password, messages="keep").location == "/"
    page = words(ada.http.get("/mentions"))
    assert "Deleted member in The garden" in page
    assert "bob" not in page
