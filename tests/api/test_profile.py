"""Me, by REST."""

import pytest
from flask import Flask

from tests import stored
from tests.people import Person


def test_i_am_who_others_see(ada: Person) -> None:
    assert ada.api("GET", "/me").get_json() == {
        "id": ada.id,
        "username": "ada",
        "display_name": "ada",
        "avatar_url": None,
        "bot": False,
    }


def test_a_display_name_is_kept_as_it_is_read(ada: Person) -> None:
    changed = ada.api("PATCH", "/me", {"display_name": "  Ada   of\tLovelace "}).get_json()

    assert changed["display_name"] == "Ada of Lovelace"
    assert ada.by_cookie("GET", "/me").get_json() == changed


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 41, "a\0b", "\ud800", 7, None, ["ada"]], ids=ascii)
def test_a_display_name_that_cannot_be_shown_is_refused(app: Flask, ada: Person, name: object) -> None:
    before = stored.rows(app) if ada.token else {}
    answer = ada.api("PATCH", "/me", {"display_name": name})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert stored.rows(app) == before
