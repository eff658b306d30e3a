"""Rooms: make one, be in it, rename it, leave it, delete it."""

import json
import re

import pytest

from tests import stored
from tests.web.test_home import say
from tests.web.visiting import words


def page_data(page) -> dict:
    """What the room's page hands over to its script."""
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', page.text, re.DOTALL)
    assert found
    return json.loads(found[1])


class TestCreating:
    """/rooms/new."""

    def test_a_room_is_made_with_its_first_link_and_one_lands_in_it(self, ada):
        answer = ada.post("/rooms/new", title="  Thursday   supper ")
        assert answer.status_code == 303
        data = page_data(ada.http.get(answer.location))
        assert data["room"]["title"] == "Thursday supper"
        assert data["room"]["role"] == "owner"
        assert data["invite"]["url"] == f"http://localhost/join/{data['invite']['token']}"

    @pytest.mark.parametrize("title", ["x", "x" * 80, "日本", "🎈"])
    def test_a_title_of_1_to_80_characters_is_fine(self, ada, title):
        assert ada.post("/rooms/new", title=title).status_code == 303

    @pytest.mark.parametrize("title", ["", "   ", "\u200b", "x" * 81, "\0"])
    def test_another_title_is_told_at_its_field(self, app, ada, title):
        before = stored.rows(app)["rooms"]
        answer = ada.post("/rooms/new", title=title)
        assert answer.status_code == 422
        assert 'id="title-error"' in answer.text
        assert stored.rows(app)["rooms"] == before

    def test_a_stranger_is_sent_to_log_in_and_comes_back(self, visitor, ada):
        answer = visitor.http.get("/rooms/new")
        assert (answer.status_code, answer.location) == (303, "/login?next=/rooms/new")
        page = visitor.open(answer.location)
        assert 'name="next"' in page.text
        assert visitor.log_in("ada", next="/rooms/new").location == "/rooms/new"

    def test_whoever_is_in_too_many_rooms_is_told(self, ada, monkeypatch):
        monkeypatch.setattr("app.limits.ROOMS_PER_USER", 1)
        assert ada.post("/rooms/new", title="One").status_code == 303
        answer = ada.post("/rooms/new", title="Two")
        assert answer.status_code == 409
        assert "Leave one first" in words(answer)


class TestShowing:
    """/rooms/<id>."""

    def test_a_member_gets_all_that_is_drawn(self, ada, bob, garden):
        say(ada, garden.id, "one")
        say(bob, garden.id, "two")
        data = page_data(bob.http.get(garden.path))
        assert set(data) == {
            *("me", "room", "rooms", "members", "messages", "place", "invite", "limits", "csrf", "now")
        }
        assert [each["text"] for each in data["messages"]] == ["one", "two"]
        assert [each["user"]["username"] for each in data["members"]] == ["ada", "bob"]
        assert data["me"]["username"] == "bob"
        assert data["room"]["unread"] == 1
        assert [each["id"] for each in data["rooms"]] == [garden.id]

    def test_the_newest_50_are_there_or_those_around_a_place(self, ada, garden):
        for number in range(60):
            say(ada, garden.id, f"message {number}")
        newest = page_data(ada.http.get(garden.path))["messages"]
        assert [newest[0]["text"], newest[-1]["text"]] == ["message 10", "message 59"]
        place = newest[0]["seq"] - 5
        around = page_data(ada.http.get(f"{garden.path}?m={place}"))["messages"]
        assert place in {each["seq"] for each in around}
        assert around == sorted(around, key=lambda each: each["seq"])

    def test_who_has_much_to_read_gets_what_is_around_the_first_of_it(self, ada, bob, garden):
        seqs = [say(bob, garden.id, f"message {number}") for number in range(80)]
        mine = say(ada, garden.id, "mine is not unread")
        ada.api("PUT", f"/rooms/{garden.id}/read", {"seq": seqs[24]})
        data = page_data(ada.http.get(garden.path))
        said = [each["seq"] for each in data["messages"]]
        assert data["place"] == seqs[25]
        assert (said.index(seqs[25]), len(said)) == (24, 50)
        ada.api("PUT", f"/rooms/{garden.id}/read", {"seq": seqs[40]})
        data = page_data(ada.http.get(garden.path))
        assert (data["place"], data["messages"][-1]["seq"]) == (None, mine)

    @pytest.mark.parametrize("place", ["0", "-1", "x", "9" * 40, "1e3", ""])
    def test_a_place_that_is_none_shows_the_newest(self, ada, garden, place):
        say(ada, garden.id, "hello")
        assert page_data(ada.http.get(f"{garden.path}?m={place}"))["messages"][-1]["text"] == "hello"

    def test_what_people_wrote_cannot_end_the_data(self, ada, garden):
        say(ada, garden.id, "</script><script>alert(1)</script><!--")
        page = ada.http.get(garden.path)
        assert "<script>alert" not in page.text
        assert page_data(page)["messages"][-1]["text"] == "</script><script>alert(1)</script><!--"

    def test_nothing_of_others_is_in_it_that_is_not_for_everybody(self, bob, garden):
        page = bob.http.get(garden.path).text
        assert "argon2" not in page
        assert "password" not in json.dumps(page_data(bob.http.get(garden.path))["members"])


ROOM_PATHS = [
    ("GET", ""),
    ("GET", "/settings"),
    ("GET", "/invites"),
    ("GET", "/qr.svg"),
    ("GET", "/members"),
    ("POST", "/members/some-id/role"),
    ("POST", "/members/some-id/remove"),
    ("POST", "/settings"),
    ("POST", "/leave"),
    ("POST", "/delete"),
    ("POST", "/invites"),
    ("POST", "/invites/rotate"),
    ("POST", "/invites/some-id/revoke"),
]


@pytest.mark.parametrize(("method", "path"), ROOM_PATHS)
def test_an_outsider_gets_the_same_as_for_a_room_that_never_was(app, mallory, garden, method, path):
    def ask(room_id: str):
        if method == "GET":
            return mallory.http.get(f"/rooms/{room_id}{path}")
        return mallory.post(f"/rooms/{room_id}{path}", title="Mine now")

    def same(answer) -> tuple[int, str, list[str]]:
        text = re.sub(r"mention <code>[^<]*|csrf_token\" value=[^>]*", "", answer.text)
        return answer.status_code, text, sorted({name for name, _ in answer.headers} - {"Set-Cookie"})

    mallory.http.get("/")
    before = stored.rows(app)
    assert same(ask(garden.id)) == same(ask("01a20456-108b-7366-ad44-a44bcbc82b22"))
    assert ask(garden.id).status_code == 404
    assert stored.rows(app) == before


class TestSettings:
    """/rooms/<id>/settings and what it sends."""

    def test_an_owner_renames_and_everybody_is_told(self, ada, bob, garden):
        bob.socket.heard()
        answer = ada.post(f"{garden.path}/settings", title="The orchard")
        assert answer.status_code == 303
        assert "The orchard" in bob.http.get(garden.path).text
        assert [fact["room"]["title"] for _, fact in bob.heard("room_changed")] == ["The orchard"]

    def test_a_member_may_neither_rename_nor_delete_nor_is_offered_to(self, app, bob, garden):
        page = bob.http.get(f"{garden.path}/settings").text
        assert "Rename" not in page
        assert "Delete room" not in page
        before = stored.rows(app)
        assert bob.post(f"{garden.path}/settings", title="Bob's").status_code == 403
        assert bob.post(f"{garden.path}/delete").status_code == 403
        assert stored.rows(app) == before

    def test_a_bad_title_is_told_and_the_old_one_stays(self, ada, garden):
        assert ada.post(f"{garden.path}/settings", title="").status_code == 422
        assert "The garden" in ada.http.get(garden.path).text

    def test_a_member_leaves_and_is_out(self, ada, bob, garden):
        ada.socket.heard()
        answer = bob.post(f"{garden.path}/leave")
        assert answer.location == "/"
        assert "You left “The garden”." in words(bob.http.get("/"))
        assert bob.http.get(garden.path).status_code == 404
        assert [event for event, _ in ada.heard("member_left")] == ["member_left"]

    def test_the_last_owner_is_told_what_to_do_first(self, ada, garden):
        answer = ada.post(f"{garden.path}/leave")
        assert answer.status_code == 409
        assert "Make someone else an owner" in words(answer)
        assert ada.http.get(garden.path).status_code == 200

    def test_an_owner_deletes_the_room_for_everybody(self, ada, bob, garden):
        assert ada.post(f"{garden.path}/delete").location == "/"
        assert bob.http.get(garden.path).status_code == 404
        assert "The garden" not in words(bob.http.get("/"))
        assert bob.http.get(f"/join/{garden.token}").status_code == 404
