"""What an answer quotes, for who may not see it: Carol came by a link that shows nothing of before."""

import pytest

from tests.conftest import Garden
from tests.people import Person
from tests.test_windows import SECRET, Old, carol, link, old, said

__all__ = ["carol", "old"]


@pytest.mark.parametrize("entrance", ["REST", "socket"])
def test_an_answer_to_it_is_heard_without_it_whatever_becomes_of_the_answer(
    entrance: str, garden: Garden, ada: Person, bob: Person, carol: Person, old: Old
) -> None:
    """By who may not see it, as a fact, as a catch-up, and as what their own request is answered."""
    carol.heard(), bob.heard()
    answer = {"message_id": old.answer["id"]}
    place = f"/messages/{old.answer['id']}"
    new = {"room_id": garden.id, "nonce": "1" * 32, "text": "so it was", "reply_to": old.secret["id"]}
    done = [
        ("post_message", "POST", f"/rooms/{garden.id}/messages", new),
        ("edit_message", "PATCH", place, {**answer, "text": "@carol as I said before"}),
        ("set_reaction", "PUT", f"{place}/reactions/👍", {**answer, "emoji": "👍", "on": True}),
        ("set_pin", "DELETE", f"{place}/pin", {**answer, "on": False}),
    ]
    for event, method, where, sent in done:
        if entrance == "socket":
            assert ada.ask(event, sent)["ok"]
        else:
            body = {name: sent[name] for name in ("nonce", "text", "reply_to") if name in sent}
            assert ada.api(method, where, body or None).status_code < 300
    heard, full = carol.heard(), bob.heard()
    assert [event for event, _ in heard] == [event for event, _ in full]
    assert [fact["message"]["reply_to"] for _, fact in heard] == [None] * len(done)
    assert [fact["message"]["reply_to"]["excerpt"] for _, fact in full] == [SECRET] * len(done)
    mine = {**answer, "emoji": "🎉", "on": True}
    for drawn in (carol.ask("set_reaction", mine), carol.api("PUT", f"{place}/reactions/🎂").get_json()):
        assert SECRET not in str(drawn)
        assert "as I said before" in str(drawn)
    [missed] = carol.ask("sync", {"rooms": {garden.id: heard[0][1]["seq"] - 1}})["data"]["rooms"]
    assert [fact["message"]["reply_to"] for fact in missed["entries"]] == [None] * (len(done) + 2)


@pytest.mark.parametrize("entrance", ["REST", "socket"])
def test_who_comes_back_by_a_link_that_shows_less_is_not_shown_it_by_saying_the_same_again(
    entrance: str, garden: Garden, ada: Person, bob: Person
) -> None:
    secret = said(ada, garden, SECRET)
    body = {"nonce": "2" * 32, "text": "I see", "reply_to": secret["id"]}
    where = f"/rooms/{garden.id}/messages"
    assert SECRET in str(bob.api("POST", where, body).get_json())
    assert bob.api("DELETE", f"/rooms/{garden.id}/members/me").status_code == 204
    assert bob.api("POST", f"/join/{link(garden, ada, 'none')}").status_code == 200
    if entrance == "REST":
        again = bob.api("POST", where, body).get_json()
    else:
        again = bob.ask("post_message", {"room_id": garden.id, **body})["data"]
    assert again["duplicate"]
    assert again["message"]["reply_to"] is None
