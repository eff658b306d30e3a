"""One of everything that a route can name, in the garden."""

from flask import Flask

from app.actions import invites, purges, reports
from tests.conftest import Garden, make_bot, person
from tests.people import Person
from tests.requests import Ids


def all_there(app: Flask, garden: Garden, ada: Person, bob: Person) -> Ids:
    """Ada's room with its link, its bot and what she said, Bob in the room, somebody at the door, a report of Bob's
    and a purge that can be undone.
    """
    [invite] = ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
    said = ada.say(garden.id)["data"]["message"]
    bot = make_bot(app, ada, garden.id)
    knocker = person(app, "knocker")
    with app.app_context():
        asking = invites.create(ada.user(), garden.id, asks_first=True)
        knock = invites.accept(knocker.user(), asking.token)
        report, _ = reports.report(bob.user(), said["id"])
        purge, _ = purges.purge(ada.user(), invites.create(ada.user(), garden.id).id)
        return Ids(
            room_id=garden.id,
            user_id=bob.id,
            bot_id=bot.id,
            invite_id=invite["id"],
            message_id=said["id"],
            knock_id=knock.id,
            report_id=report.id,
            purge_id=purge.id,
            token=garden.token,
        )


def asking(route_path: str, ada: Person, bob: Person) -> Person:
    """Who can ask a route with success: Ada, but for what her being the owner and author stands in the way of."""
    return bob if route_path.endswith(("/me", "/report")) else ada
