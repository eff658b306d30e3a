"""What moderators do to a room and to who is in it, asked as programs ask."""

import pytest
from flask import Flask

from app import limits
from tests import stored
from tests.conftest import Garden, person
from tests.people import Person


def at(garden: Garden, person: Person, rest: str = "") -> str:
    """A member's own path."""
    return f"/rooms/{garden.id}/members/{person.id}{rest}"


def promote(garden: Garden, ada: Person, person: Person, role: str = "moderator") -> None:
    """Give somebody another role."""
    assert ada.api("PATCH", at(garden, person), {"role": role}).status_code == 200


def refusals(answer: object) -> tuple[int, str]:
    """How it was refused."""
    return answer.status_code, answer.get_json()["code"]  # type: ignore[attr-defined]


class TestMutes:
    """Who is muted reads, and says nothing."""

    def test_who_is_muted_reads_on_and_is_told_until_when(
        self, app: Flask, garden: Garden, ada: Person, bob: Person
    ) -> None:
        bob.heard(), ada.heard()
        answer = ada.api("PUT", at(garden, bob, "/mute"), {"seconds": 60})
        until = answer.get_json()["muted_until"]
        [(event, fact)] = ada.heard()
        assert (answer.status_code, event, fact["member"]["muted_until"]) == (200, "member_changed", until)
        assert [event for event, _ in bob.heard()] == ["member_changed"]

        before = stored.rows(app)
        refused = bob.say(garden.id, "still me")["error"]
        assert (refused["code"], refused["status"]) == ("forbidden", 403)
        assert "muted in this room until" in refused["detail"]
        assert 0 < refused["retry_after"] <= 60
        assert stored.rows(app) == before
        assert ada.heard() == []
        assert ada.say(garden.id, "can you read this?")["ok"]
        assert [fact["message"]["text"] for _, fact in bob.heard()] == ["can you read this?"]
        assert bob.api("GET", f"/rooms/{garden.id}").get_json()["muted_until"] == until

    def test_who_is_let_speak_again_does(self, garden: Garden, ada: Person, bob: Person) -> None:
        ada.api("PUT", at(garden, bob, "/mute"), {"seconds": 60})
        assert not bob.say(garden.id)["ok"]
        assert ada.api("DELETE", at(garden, bob, "/mute")).status_code == 204
        assert ada.api("DELETE", at(garden, bob, "/mute")).status_code == 204
        assert bob.say(garden.id)["ok"]
        assert bob.api("GET", f"/rooms/{garden.id}").get_json()["muted_until"] is None

    def test_a_mute_ends_by_itself(
        self, garden: Garden, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from datetime import timedelta

        from app.models import membership
        from app.models.columns import now

        ada.api("PUT", at(garden, bob, "/mute"), {"seconds": 60})
        assert not bob.say(garden.id)["ok"]
        monkeypatch.setattr(membership, "now", lambda: now() + timedelta(seconds=61))
        assert bob.say(garden.id)["ok"]
        assert bob.api("GET", f"/rooms/{garden.id}").get_json()["muted_until"] is None

    def test_leaving_and_coming_back_ends_no_mute(self, garden: Garden, ada: Person, bob: Person) -> None:
        ada.api("PUT", at(garden, bob, "/mute"), {"seconds": 60})
        assert bob.api("DELETE", f"/rooms/{garden.id}/members/me").status_code == 204
        assert bob.api("POST", f"/join/{garden.token}").status_code == 200
        assert bob.say(garden.id)["error"]["code"] == "forbidden"

    def test_a_mute_is_for_those_below(
        self, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        mallory.api("POST", f"/join/{garden.token}")
        assert refusals(bob.api("PUT", at(garden, mallory, "/mute"), {"seconds": 60})) == (403, "forbidden")
        promote(garden, ada, bob)
        assert bob.api("PUT", at(garden, mallory, "/mute"), {"seconds": 60}).status_code == 200
        assert refusals(bob.api("PUT", at(garden, ada, "/mute"), {"seconds": 60})) == (403, "forbidden")
        assert refusals(mallory.api("DELETE", at(garden, mallory, "/mute"))) == (403, "forbidden")
        promote(garden, ada, mallory)
        assert mallory.say(garden.id)["ok"]

    @pytest.mark.parametrize(
        "seconds",
        [0, -1, limits.MUTE_SECONDS_MAX + 1, "60", 1.5, None, 10**400],
        ids=lambda each: str(each)[:8],
    )
    def test_a_time_that_is_none_mutes_nobody(
        self, garden: Garden, ada: Person, bob: Person, seconds: object
    ) -> None:
        assert ada.api("PUT", at(garden, bob, "/mute"), {"seconds": seconds}).status_code in {400, 422}
        assert bob.say(garden.id)["ok"]


class TestBans:
    """The list of who is banned, and the way back."""

    def test_who_is_banned_is_listed_and_let_back_by_newer_links_only(
        self, garden: Garden, ada: Person, bob: Person
    ) -> None:
        ada.api("DELETE", at(garden, bob, "?ban=true"))
        [banned] = ada.api("GET", f"/rooms/{garden.id}/bans").get_json()["items"]
        assert banned["user"]["username"] == "bob"
        one = ada.api("POST", f"/rooms/{garden.id}/invites", {}).get_json()["token"]
        assert bob.api("POST", f"/join/{one}").status_code == 404

        assert ada.api("DELETE", f"/rooms/{garden.id}/bans/{bob.id}").status_code == 204
        assert ada.api("GET", f"/rooms/{garden.id}/bans").get_json()["items"] == []
        assert bob.api("POST", f"/join/{garden.token}").status_code == 404
        assert bob.api("POST", f"/join/{one}").status_code == 200

    def test_bans_are_the_moderators(
        self, app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        mallory.api("POST", f"/join/{garden.token}")
        ada.api("DELETE", at(garden, mallory, "?ban=true"))
        assert bob.token
        before = stored.rows(app)
        for method, path in (("GET", "/bans"), ("DELETE", f"/bans/{mallory.id}")):
            assert refusals(bob.api(method, f"/rooms/{garden.id}{path}")) == (403, "forbidden")
            assert refusals(mallory.api(method, f"/rooms/{garden.id}{path}")) == (404, "not_found")
        assert stored.rows(app) == before
        promote(garden, ada, bob)
        assert bob.api("DELETE", f"/rooms/{garden.id}/bans/{mallory.id}").status_code == 204
        assert ada.api("DELETE", f"/rooms/{garden.id}/bans/nobody").status_code == 404

    def test_being_let_back_is_told_as_a_change_of_nothing(
        self, garden: Garden, ada: Person, bob: Person
    ) -> None:
        ada.api("DELETE", at(garden, bob, "?ban=true"))
        ada.heard()
        ada.api("DELETE", f"/rooms/{garden.id}/bans/{bob.id}")
        assert [(event, fact["room"]) for event, fact in ada.heard()] == [("room_changed", {})]


class TestKeepingOut:
    """PUT /rooms/{id}/bans/{user_id}, of who is in the room and of who left it."""

    def test_who_left_is_banned_and_comes_by_no_link(
        self, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        bob.api("DELETE", f"/rooms/{garden.id}/members/me")
        ada.heard(), bob.heard()
        for _ in range(2):
            assert ada.api("PUT", f"/rooms/{garden.id}/bans/{bob.id}").status_code == 204
        assert [(event, fact["room"]) for event, fact in ada.heard()] == [("room_changed", {})]
        assert bob.heard() == []
        newer = ada.api("POST", f"/rooms/{garden.id}/invites", {}).get_json()["token"]
        for token in (garden.token, newer):
            assert refusals(bob.api("POST", f"/join/{token}")) == (404, "not_found")
        assert mallory.api("POST", f"/join/{newer}").status_code == 200
        [banned] = ada.api("GET", f"/rooms/{garden.id}/bans").get_json()["items"]
        [deed] = ada.api("GET", f"/rooms/{garden.id}/audit?limit=100").get_json()["items"][2:3]
        assert (banned["user"]["id"], banned["since"]) == (bob.id, deed["at"])
        assert (deed["subject"]["id"], deed["detail"]) == (bob.id, {"did": "banned"})

    def test_the_ban_is_lifted_for_links_that_are_made_after_it(
        self, garden: Garden, ada: Person, bob: Person
    ) -> None:
        bob.api("DELETE", f"/rooms/{garden.id}/members/me")
        ada.api("PUT", f"/rooms/{garden.id}/bans/{bob.id}")
        ada.api("DELETE", f"/rooms/{garden.id}/bans/{bob.id}")
        assert bob.api("POST", f"/join/{garden.token}").status_code == 404
        newer = ada.api("POST", f"/rooms/{garden.id}/invites", {}).get_json()["token"]
        assert bob.api("POST", f"/join/{newer}").status_code == 200

    def test_who_is_in_the_room_is_taken_out(self, garden: Garden, ada: Person, bob: Person) -> None:
        ada.heard(), bob.heard()
        assert ada.api("PUT", f"/rooms/{garden.id}/bans/{bob.id}").status_code == 204
        assert [(event, fact["banned"]) for event, fact in ada.heard()] == [("member_removed", True)]
        assert [fact["reason"] for _, fact in bob.heard("room_removed")] == ["banned"]
        assert ada.api("GET", f"/rooms/{garden.id}").get_json()["member_count"] == 1

    def test_it_is_for_those_below(
        self, app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        path = f"/rooms/{garden.id}/bans"
        assert ada.token and bob.token and mallory.token
        before = stored.rows(app)
        assert refusals(bob.api("PUT", f"{path}/{ada.id}")) == (403, "forbidden")
        assert refusals(ada.api("PUT", f"{path}/{ada.id}")) == (403, "forbidden")
        assert refusals(ada.api("PUT", f"{path}/{mallory.id}")) == (404, "not_found")
        assert refusals(mallory.api("PUT", f"{path}/{bob.id}")) == (404, "not_found")
        assert stored.rows(app) == before
        promote(garden, ada, bob)
        assert refusals(bob.api("PUT", f"{path}/{ada.id}")) == (403, "forbidden")

    def test_who_went_is_listed_in_pages_and_found_by_name(
        self, app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        people = [bob, mallory, *(person(app, f"guest{number}") for number in range(4))]
        for each in people[1:]:
            each.api("POST", f"/join/{garden.token}")
        for each in people[:-1]:
            each.api("DELETE", f"/rooms/{garden.id}/members/me")
        ada.api("PUT", f"/rooms/{garden.id}/bans/{mallory.id}")
        path = f"/rooms/{garden.id}/departures"
        seen, cursor = [], ""
        while True:
            page = ada.api("GET", f"{path}?limit=2{cursor}").get_json()
            seen += [each["user"]["username"] for each in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(seen) == ["bob", "guest0", "guest1", "guest2"]
        found = ada.api("GET", f"{path}?name=BO").get_json()["items"]
        assert [(each["user"]["username"], each["left_at"] is not None) for each in found] == [("bob", True)]
        assert ada.api("GET", f"{path}?name=%25").get_json()["items"] == []
        assert refusals(people[-1].api("GET", path)) == (403, "forbidden")
        assert refusals(bob.api("GET", path)) == (404, "not_found")
        for query in ("limit=0", "name=%00", f"name={'x' * 41}"):
            assert ada.api("GET", f"{path}?{query}").status_code == 422


class TestRules:
    """PATCH /rooms/{id}: slow mode, and closing the door."""

    def test_a_member_speaks_once_in_so_many_seconds_and_others_are_free(
        self, app: Flask, garden: Garden, ada: Person, bob: Person
    ) -> None:
        bob.heard()
        assert ada.api("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 30}).get_json()["slow_seconds"] == 30
        assert [fact["room"] for _, fact in bob.heard()] == [{"slow_seconds": 30}]
        sent = "0192f0c1-0000-7000-8000-000000000001"
        assert bob.say(garden.id, "first", nonce=sent)["ok"]
        before = stored.rows(app)
        refused = bob.say(garden.id, "second")["error"]
        assert (refused["code"], refused["status"]) == ("rate_limited", 429)
        assert 25 < refused["retry_after"] <= 30.1
        assert stored.rows(app) == before
        assert bob.say(garden.id, "first", nonce=sent)["data"]["duplicate"]
        assert ada.say(garden.id)["ok"] and ada.say(garden.id)["ok"]
        promote(garden, ada, bob)
        assert bob.say(garden.id)["ok"] and bob.say(garden.id)["ok"]

    def test_after_the_pause_it_is_ones_turn_again(
        self, garden: Garden, ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from datetime import timedelta

        from app.models import membership
        from app.models.columns import now

        ada.api("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 30})
        assert bob.say(garden.id)["ok"]
        assert not bob.say(garden.id)["ok"]
        monkeypatch.setattr(membership, "now", lambda: now() + timedelta(seconds=30))
        assert bob.say(garden.id)["ok"]

    def test_slow_mode_ends_at_once(self, garden: Garden, ada: Person, bob: Person) -> None:
        ada.api("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 30})
        assert bob.say(garden.id)["ok"]
        ada.api("PATCH", f"/rooms/{garden.id}", {"slow_seconds": 0})
        assert bob.say(garden.id)["ok"]

    def test_a_closed_door_is_the_same_page_as_a_dead_link(
        self, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        nothing = mallory.api("GET", "/join/no-such-link")
        assert ada.api("PATCH", f"/rooms/{garden.id}", {"joining_closed": True}).status_code == 200
        for method in ("GET", "POST"):
            answer = mallory.api(method, f"/join/{garden.token}")
            assert (answer.status_code, answer.data) == (404, nothing.data)
        assert mallory.http.get(f"/join/{garden.token}").status_code == 404
        assert bob.api("POST", f"/join/{garden.token}").status_code == 200
        ada.api("PATCH", f"/rooms/{garden.id}", {"joining_closed": False})
        assert mallory.api("POST", f"/join/{garden.token}").status_code == 200

    def test_moderators_set_the_pace_and_owners_the_title(
        self, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        path = f"/rooms/{garden.id}"
        for body in ({"slow_seconds": 5}, {"joining_closed": True}, {"title": "Mine"}):
            assert refusals(bob.api("PATCH", path, body)) == (403, "forbidden")
            assert refusals(mallory.api("PATCH", path, body)) == (404, "not_found")
        promote(garden, ada, bob)
        assert bob.api("PATCH", path, {"slow_seconds": 5, "joining_closed": True}).status_code == 200
        assert refusals(bob.api("PATCH", path, {"slow_seconds": 5, "title": "Mine"})) == (403, "forbidden")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"slow_seconds": -1},
            {"slow_seconds": limits.SLOW_SECONDS_MAX + 1},
            {"joining_closed": 1},
            {"x": 1},
        ],
        ids=str,
    )
    def test_what_is_no_rule_changes_nothing(
        self, app: Flask, garden: Garden, ada: Person, body: dict[str, object]
    ) -> None:
        assert ada.token
        before = stored.rows(app)
        assert ada.api("PATCH", f"/rooms/{garden.id}", body).status_code == 422
        assert stored.rows(app) == before


class TestHandover:
    """PUT /rooms/{id}/owner."""

    def test_the_room_is_somebody_elses_and_never_nobodys(
        self, garden: Garden, ada: Person, bob: Person
    ) -> None:
        ada.heard()
        assert ada.api("PUT", f"/rooms/{garden.id}/owner", {"user_id": bob.id}).get_json()["role"] == "owner"
        told = [(fact["member"]["user"]["username"], fact["member"]["role"]) for _, fact in ada.heard()]
        assert told == [("bob", "owner"), ("ada", "moderator")]
        assert ada.api("PATCH", f"/rooms/{garden.id}", {"title": "Mine"}).status_code == 403
        assert bob.api("PATCH", f"/rooms/{garden.id}", {"title": "Mine"}).status_code == 200

    def test_it_is_handed_over_by_its_owner_to_somebody_in_it(
        self, app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
    ) -> None:
        path = f"/rooms/{garden.id}/owner"
        assert bob.token and mallory.token and ada.token
        before = stored.rows(app)
        assert refusals(bob.api("PUT", path, {"user_id": bob.id})) == (403, "forbidden")
        assert refusals(mallory.api("PUT", path, {"user_id": mallory.id})) == (404, "not_found")
        assert refusals(ada.api("PUT", path, {"user_id": mallory.id})) == (404, "not_found")
        assert refusals(ada.api("PUT", path, {"user_id": ada.id})) == (409, "conflict")
        assert ada.api("PUT", path, {"user_id": 7}).status_code == 422
        assert stored.rows(app) == before


class TestAudit:
    """GET /rooms/{id}/audit."""

    def test_the_owner_reads_who_did_what_to_whom(self, garden: Garden, ada: Person, bob: Person) -> None:
        ada.say(garden.id, "hello")
        promote(garden, ada, bob)
        ada.api("PATCH", f"/rooms/{garden.id}", {"title": "The yard", "slow_seconds": 5})
        promote(garden, ada, bob, "member")
        ada.api("PUT", at(garden, bob, "/mute"), {"seconds": 60})
        ada.api("DELETE", at(garden, bob, "?ban=true"))
        ada.api("DELETE", f"/rooms/{garden.id}/bans/{bob.id}")
        done = ada.api("GET", f"/rooms/{garden.id}/audit").get_json()
        drawn = [
            (each["kind"], each["actor"]["username"], (each["subject"] or {}).get("username"), each["detail"])
            for each in done["items"]
        ]
        assert done["next"] is None
        assert drawn[0] == ("room_changed", "ada", "bob", {"did": "unbanned"})
        assert drawn[1] == ("member_removed", "ada", "bob", {"banned": True})
        assert drawn[2][:3] == ("member_changed", "ada", "bob") and set(drawn[2][3]) == {"muted_until"}
        assert drawn[3] == ("member_changed", "ada", "bob", {"role": "member", "was": "moderator"})
        assert drawn[4] == ("room_changed", "ada", None, {"title": "The yard", "slow_seconds": 5})
        assert drawn[5] == ("member_changed", "ada", "bob", {"role": "moderator", "was": "member"})
        assert [each[:3] for each in drawn[6:]] == [
            ("member_joined", "bob", "bob"),
            ("member_joined", "ada", "ada"),
        ]

    def test_it_comes_in_pages(self, garden: Garden, ada: Person) -> None:
        for seconds in range(1, 6):
            ada.api("PATCH", f"/rooms/{garden.id}", {"slow_seconds": seconds})
        seen, cursor = [], ""
        while True:
            page = ada.api("GET", f"/rooms/{garden.id}/audit?limit=3{cursor}").get_json()
            seen += [each["seq"] for each in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == [7, 6, 5, 4, 3, 2, 1]

    def test_it_is_the_owners_alone(self, garden: Garden, ada: Person, bob: Person, mallory: Person) -> None:
        promote(garden, ada, bob)
        assert refusals(bob.api("GET", f"/rooms/{garden.id}/audit")) == (403, "forbidden")
        assert refusals(mallory.api("GET", f"/rooms/{garden.id}/audit")) == (404, "not_found")
        for query in ("limit=0", "limit=101", "cursor=x", "cursor=-1", "since=1"):
            assert ada.api("GET", f"/rooms/{garden.id}/audit?{query}").status_code == 422


class TestLevels:
    """PATCH /rooms/{id}/me."""

    def test_a_level_is_ones_own_and_told_to_ones_own_devices(
        self, garden: Garden, ada: Person, bob: Person
    ) -> None:
        tablet = bob.connect()
        ada.heard(), tablet.heard()
        answer = bob.api("PATCH", f"/rooms/{garden.id}/me", {"level": "nothing"})
        assert answer.get_json()["level"] == "nothing"
        assert tablet.heard() == [("level_changed", {"room_id": garden.id, "level": "nothing"})]
        assert ada.heard() == []
        assert ada.api("GET", f"/rooms/{garden.id}").get_json()["level"] == "everything"
        assert bob.api("PATCH", f"/rooms/{garden.id}/me", {"level": "nothing"}).status_code == 200
        assert tablet.heard() == []

    @pytest.mark.parametrize("level", ["", "loud", None, 1, ["nothing"]], ids=str)
    def test_what_is_no_level_changes_nothing(
        self, garden: Garden, bob: Person, mallory: Person, level: object
    ) -> None:
        path = f"/rooms/{garden.id}/me"
        assert bob.api("PATCH", path, {"level": level}).status_code == 422
        assert bob.api("GET", f"/rooms/{garden.id}").get_json()["level"] == "everything"
        assert refusals(mallory.api("PATCH", path, {"level": "nothing"})) == (404, "not_found")
