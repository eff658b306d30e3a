"""The pages of those who look after a room, as plain forms."""

import re
import uuid
from datetime import datetime, timedelta

import pytest

from tests import stored
from tests.conftest import person
from tests.web.visiting import words


def say(who, garden, text: str = "hello") -> str:
    """Say something; the message's id."""
    return who.say(garden.id, text)["data"]["message"]["id"]


@pytest.fixture
def inside(garden, mallory):
    """Mallory, who came in."""
    assert mallory.post(f"/join/{garden.token}").status_code == 303
    return mallory


class TestMembers:
    """/rooms/<id>/members."""

    def test_somebody_is_muted_and_let_speak_again(self, ada, bob, garden):
        ada.socket.heard()
        answer = ada.post(f"{garden.path}/members/{bob.id}/mute", seconds="3600")
        assert (answer.status_code, answer.location) == (303, f"{garden.path}/members")
        page = words(ada.http.get(f"{garden.path}/members"))
        assert "bob can read, and not speak, for an hour." in page and "muted until" in page
        assert [event for event, _ in ada.heard()] == ["member_changed"]
        assert not bob.say(garden.id)["ok"]
        assert ada.post(f"{garden.path}/members/{bob.id}/unmute").status_code == 303
        assert bob.say(garden.id)["ok"]

    def test_who_is_banned_is_listed_and_let_come_again(self, ada, bob, garden):
        ada.post(f"{garden.path}/members/{bob.id}/remove", ban="y")
        page = ada.http.get(f"{garden.path}/members").text
        assert "Banned" in page and f"/bans/{bob.id}/lift" in page
        assert ada.post(f"{garden.path}/bans/{bob.id}/lift").status_code == 303
        assert "Banned" not in ada.http.get(f"{garden.path}/members").text
        ada.post(f"{garden.path}/invites/rotate")
        token = re.search(r"/join/([\w-]+)", ada.http.get(f"{garden.path}/invites").text)[1]
        assert bob.post(f"/join/{token}").status_code == 303

    def test_who_left_is_listed_and_can_be_banned(self, ada, bob, inside, garden):
        bob.post(f"{garden.path}/leave")
        page = ada.http.get(f"{garden.path}/members")
        assert "Were here B bob Left" in words(page) and f"{garden.path}/bans/{bob.id}" in page.text
        assert "Were here" not in words(inside.http.get(f"{garden.path}/members"))
        assert ada.post(f"{garden.path}/bans/{bob.id}").status_code == 303
        page = words(ada.http.get(f"{garden.path}/members"))
        assert "bob is banned: no link lets them in." in page
        assert "Were here" not in page and "Banned B bob Since" in page
        ada.post(f"{garden.path}/invites/rotate")
        token = re.search(r"/join/([\w-]+)", ada.http.get(f"{garden.path}/invites").text)[1]
        assert bob.post(f"/join/{token}").status_code == 404

    def test_somebody_is_found_by_a_part_of_their_name(self, ada, bob, inside, garden):
        bob.post("/account/profile", display_name="Robert Bobbin")
        path = f"{garden.path}/members?name="
        assert "Robert Bobbin" in words(ada.http.get(f"{path}BOBBIN"))
        assert "mallory" not in words(ada.http.get(f"{path}bob"))
        assert "Nobody in the room has" in words(ada.http.get(f"{path}%25"))
        assert "mallory" in words(ada.http.get(f"{path}%00"))

    def test_what_is_refused_is_said_where_that_person_is(self, ada, garden):
        page = ada.post(f"{garden.path}/members/{ada.id}/role", role="member")
        assert page.status_code == 409 and "Make someone else an owner" in words(page)

    def test_the_room_is_handed_over(self, ada, bob, garden):
        assert ada.post(f"{garden.path}/members/{bob.id}/owner").status_code == 303
        assert "The room is bob’s now." in words(ada.http.get(f"{garden.path}/members"))
        assert ada.post(f"{garden.path}/delete").status_code == 403
        assert bob.post(f"{garden.path}/settings", title="Mine").status_code == 303


class TestSettings:
    """The rules and one's own level, at /rooms/<id>/settings."""

    def test_rules_are_set_and_shown(self, ada, bob, garden, mallory):
        assert ada.post(f"{garden.path}/rules", slow_seconds="60", joining_closed="y").status_code == 303
        page = ada.http.get(f"{garden.path}/settings").text
        assert '<option value="60" selected>' in page
        assert re.search(r'id="closed"[^>]*checked', page)
        assert bob.say(garden.id)["ok"] and not bob.say(garden.id)["ok"]
        assert mallory.http.get(f"/join/{garden.token}").status_code == 404
        assert "Joining is closed" in words(bob.http.get(f"{garden.path}/invites"))
        assert ada.post(f"{garden.path}/rules", slow_seconds="0").status_code == 303
        assert bob.say(garden.id)["ok"]
        assert mallory.http.get(f"/join/{garden.token}").status_code == 200

    def test_a_level_is_ones_own(self, ada, bob, garden):
        assert bob.post(f"{garden.path}/level", level="mentions").status_code == 303
        assert re.search(r'id="level-mentions"[^>]*checked', bob.http.get(f"{garden.path}/settings").text)
        assert re.search(r'id="level-everything"[^>]*checked', ada.http.get(f"{garden.path}/settings").text)
        assert "Rules" not in words(bob.http.get(f"{garden.path}/settings"))


class TestDoor:
    """Links that ask first, and who waits."""

    def test_who_knocks_waits_on_a_page_that_goes_on(self, ada, bob, mallory, garden):
        made = ada.post(f"{garden.path}/invites", label="fair", expires_in="", max_uses="", asks_first="y")
        assert made.status_code == 303
        [link] = [
            each
            for each in ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
            if each["asks_first"]
        ]
        path = f"/join/{link['token']}"
        assert "is asked first" in words(mallory.http.get(path))
        assert mallory.http.get(f"{path}/waiting").status_code == 404
        answer = mallory.post(path)
        assert (answer.status_code, answer.location) == (303, f"{path}/waiting")
        waiting = mallory.http.get(f"{path}/waiting").text
        assert 'http-equiv="refresh"' in waiting and "You knocked" in waiting
        assert bob.http.get(f"{garden.path}/knocks").status_code == 403
        page = ada.http.get(f"{garden.path}/knocks").text
        knock = re.search(rf"{garden.path}/knocks/([\w-]+)", page)[1]
        assert "mallory" in page
        assert ada.post(f"{garden.path}/knocks/{knock}", answer="approve").status_code == 303
        assert mallory.http.get(f"{path}/waiting").location == garden.path
        assert "Nobody waits" in words(ada.http.get(f"{garden.path}/knocks"))

    def test_who_is_turned_away_is_told(self, ada, mallory, garden):
        link = ada.api("POST", f"/rooms/{garden.id}/invites", {"asks_first": True}).get_json()
        mallory.post(f"/join/{link['token']}")
        [knock] = ada.api("GET", f"/rooms/{garden.id}/knocks").get_json()["items"]
        assert ada.post(f"{garden.path}/knocks/{knock['id']}", answer="deny").status_code == 303
        page = mallory.http.get(f"/join/{link['token']}/waiting").text
        assert "Not this time" in page and "refresh" not in page
        assert mallory.post(f"/join/{link['token']}").status_code == 404


class InTwoHours(datetime):
    """The clock, two hours on."""

    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(hours=2)


class TestLedger:
    """One link's page, and everybody out who came by it."""

    def test_who_came_is_seen_then_put_out_then_let_back(self, ada, bob, mallory, inside, garden):
        [link] = ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
        path = f"{garden.path}/invites/{link['id']}"
        assert bob.http.get(path).status_code == 403
        page = words(ada.http.get(path))
        assert "bob" in page and "mallory" in page and "Close the link and remove" not in page
        preview = ada.http.get(f"{path}?since=3600")
        assert "Close the link and remove 2" in words(preview) and "2 people go" in words(preview)
        since = re.search(r'name="since" value="([^"]+)"', preview.text)[1]
        assert ada.post(f"{path}/purge", since=since).status_code == 303
        assert bob.http.get(garden.path).status_code == 404
        page = ada.http.get(f"{garden.path}/invites").text
        undo = re.search(rf"{garden.path}/purges/[\w-]+/undo", page)[0]
        assert "2 people are out of the room" in page
        assert ada.post(undo).status_code == 303
        assert bob.http.get(garden.path).status_code == 200
        assert "/undo" not in ada.http.get(f"{garden.path}/invites").text
        assert ada.post(undo).status_code == 303
        assert "can’t be undone" in words(ada.http.get(f"{garden.path}/invites"))

    def test_who_was_shown_goes_however_long_one_thinks_about_it(self, ada, mallory, garden, monkeypatch):
        link = ada.api("POST", f"/rooms/{garden.id}/invites", {}).get_json()
        mallory.post(f"/join/{link['token']}")
        path = f"{garden.path}/invites/{link['id']}"
        preview = ada.http.get(f"{path}?since=3600")
        assert "1 person goes" in words(preview)
        since = re.search(r'name="since" value="([^"]+)"', preview.text)[1]
        with monkeypatch.context() as clock:
            clock.setattr("app.web.purges.datetime", InTwoHours)
            assert "Nobody goes" in words(ada.http.get(f"{path}?since=3600"))
            assert ada.post(f"{path}/purge", since=since).status_code == 303
        assert mallory.http.get(garden.path).status_code == 404

    def test_a_time_that_is_none_puts_nobody_out(self, ada, bob, garden):
        [link] = ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
        path = f"{garden.path}/invites/{link['id']}/purge"
        assert ada.post(path, since="3600").status_code == 422
        assert bob.http.get(garden.path).status_code == 200
        assert ada.post(path, since="").status_code == 303
        assert bob.http.get(garden.path).status_code == 404

    def test_a_link_has_its_bounds_from_the_form(self, ada, garden):
        fields = {"label": "fair", "expires_in": "custom", "hours": "2", "max_uses": "25", "history": "none"}
        assert ada.post(f"{garden.path}/invites", **fields).status_code == 303
        made = ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"][0]
        assert (made["label"], made["max_uses"], made["history"]) == ("fair", 25, "none")
        assert "nothing from before" in words(ada.http.get(f"{garden.path}/invites"))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"max_uses": "many"},
            {"max_uses": "0"},
            {"expires_in": "custom"},
            {"expires_in": "custom", "hours": "x"},
        ],
        ids=str,
    )
    def test_a_bound_that_is_none_is_told_and_makes_no_link(self, app, ada, garden, wrong):
        ada.http.get("/")
        before = stored.rows(app)
        answer = ada.post(f"{garden.path}/invites", **{"expires_in": "", "max_uses": "", **wrong})
        assert answer.status_code == 422
        assert re.search(rf'id="{[*wrong][-1].replace("expires_in", "hours")}-error"', answer.text)
        assert stored.rows(app) == before


class TestReports:
    """/rooms/<id>/reports."""

    def test_a_reported_message_is_answered(self, ada, bob, inside, garden):
        said = say(inside, garden, "you all smell")
        bob.api("POST", f"/messages/{said}/report", {"reason": "No way to talk."})
        page = ada.http.get(f"{garden.path}/reports").text
        assert "you all smell" in page and "No way to talk." in page
        report = re.search(rf"{garden.path}/reports/([\w-]+)", page)[1]
        path = f"{garden.path}/reports/{report}"
        assert ada.post(path, outcome="message_deleted").status_code == 303
        assert "Nothing is reported" in words(ada.http.get(f"{garden.path}/reports"))
        assert ada.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"][0]["deleted_at"]


class TestAudit:
    """/rooms/<id>/audit."""

    def test_the_owner_reads_sentences(self, ada, bob, inside, garden):
        ada.post(f"{garden.path}/settings", title="The yard")
        ada.post(f"{garden.path}/rules", slow_seconds="10", joining_closed="y")
        ada.post(f"{garden.path}/members/{bob.id}/role", role="moderator")
        bob.post(f"{garden.path}/members/{inside.id}/mute", seconds="3600")
        bob.post(f"{garden.path}/members/{inside.id}/remove", ban="y")
        page = words(ada.http.get(f"{garden.path}/audit"))
        for sentence in (
            "bob banned mallory",
            "bob muted mallory until",
            "ada made bob a moderator",
            "ada set slow mode to 10 seconds and closed joining",
            "ada named the room “The yard”",
            "mallory joined",
        ):
            assert sentence in page
        assert bob.http.get(f"{garden.path}/audit").status_code == 403

    def test_it_goes_back_page_by_page(self, ada, garden, monkeypatch):
        monkeypatch.setattr("app.limits.HISTORY_PAGE", 2)
        for title in ("one", "two", "three"):
            ada.post(f"{garden.path}/settings", title=title)
        page = ada.http.get(f"{garden.path}/audit")
        assert "“three”" in words(page) and "“one”" not in words(page)
        older = re.search(rf"{garden.path}/audit\?before=\d+", page.text)[0]
        assert "“one”" in words(ada.http.get(older))


FORMS = {
    "rules": {"slow_seconds": "60"},
    "members/{bob}/mute": {"seconds": "3600"},
    "members/{bob}/unmute": {},
    "members/{bob}/owner": {},
    "bans/{bob}": {},
    "bans/{bob}/lift": {},
    "invites/{link}/purge": {"since": ""},
    "knocks/{knock}": {"answer": "approve"},
    "reports/{report}": {"outcome": "dismissed"},
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_for_those_who_look_after_the_room(form, app, ada, bob, inside, garden):
    link = ada.api("POST", f"/rooms/{garden.id}/invites", {"asks_first": True}).get_json()
    carol = person(app, "carol")
    knock = carol.api("POST", f"/join/{link['token']}").get_json()["knock"]["id"]
    said = say(bob, garden)
    report = inside.api("POST", f"/messages/{said}/report", {}).get_json()["id"]
    names = {"bob": bob.id, "link": link["id"], "knock": knock, "report": report}
    path = f"{garden.path}/{form.format(**names)}"
    nowhere = path.replace(garden.id, str(uuid.uuid4()))
    assert inside.csrf() and carol.csrf() and ada.csrf()
    before = stored.rows(app)
    assert inside.post(path, **FORMS[form]).status_code == 403
    assert carol.post(path, **FORMS[form]).status_code == 404
    assert ada.post(nowhere, **FORMS[form]).status_code == 404
    assert stored.rows(app) == before
    assert ada.post(path, **FORMS[form]).status_code == 303


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("rules", {"slow_seconds": "7"}),
        ("rules", {}),
        ("members/{bob}/mute", {"seconds": "5"}),
        ("level", {"level": "loud"}),
    ],
    ids=str,
)
def test_what_no_browser_sends_changes_nothing(form, fields, app, ada, bob, garden):
    ada.http.get("/")
    before = stored.rows(app)
    assert ada.post(f"{garden.path}/{form.format(bob=bob.id)}", **fields).status_code == 422
    assert stored.rows(app) == before
