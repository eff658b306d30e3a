"""Every verb once, for tests that are about all of them."""

import uuid

from flask import Flask

from app.actions import (
    accounts,
    attendance,
    bans,
    bots,
    credentials,
    invites,
    knocks,
    members,
    messages,
    pins,
    purges,
    reactions,
    reports,
    rooms,
)
from app.models import Role
from tests.conftest import Garden
from tests.people import Person

HERE = "192.0.2.1"
NEW_PASSWORD = "another horse, another battery"


def nonce() -> str:
    """What a client makes for each message."""
    return str(uuid.uuid4())


def do_everything(app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person) -> None:
    """Each action of each module, in an order in which all of them work. Bob's account is gone after it."""
    with app.app_context():
        carol = accounts.register(
            "carol", "a long enough password", invited_by_link=None, address=HERE, registration="open"
        )
        accounts.authenticate("carol", "a long enough password", address=HERE)
        accounts.set_display_name(carol, "Carol C.")
        session, _ = credentials.open_session(carol, remember=True, user_agent="A browser")
        token, _ = credentials.open_token(carol, name="Telephone", scopes=["read"])
        accounts.change_password(carol, "a long enough password", NEW_PASSWORD, address=HERE, keep=session)
        credentials.end_others(carol, session)
        credentials.sign_out(session)
        membership, invite = rooms.create(carol, "The cellar")
        rooms.rename(carol, membership.room_id, "The cellar of Carol")
        invites.accept(mallory.user(), invite.token)
        members.set_role(carol, membership.room_id, mallory.id, Role.OWNER)
        members.leave(carol, membership.room_id)
        rooms.delete(mallory.user(), membership.room_id)
        one_more = invites.create(ada.user(), garden.id, label="one more", expires_in=60, max_uses=1)
        invites.revoke(ada.user(), one_more.id)
        invites.accept(carol, invites.rotate(ada.user(), garden.id).token)
        rooms.change(ada.user(), garden.id, slow_seconds=10)
        rooms.change(ada.user(), garden.id, slow_seconds=0, joining_closed=False)
        attendance.set_level(bob.user(), garden.id, "mentions")
        members.mute(ada.user(), garden.id, carol.id, seconds=60)
        members.unmute(ada.user(), garden.id, carol.id)
        said, _ = messages.post(carol, garden.id, nonce=nonce(), text="buy frogs")
        reported, _ = reports.report(bob.user(), said.id, reason="frogs again")
        reports.close(ada.user(), reported.id, "message_deleted")
        members.remove(ada.user(), garden.id, carol.id, ban=True)
        bans.lift(ada.user(), garden.id, carol.id)
        bans.ban(ada.user(), garden.id, carol.id)
        bans.lift(ada.user(), garden.id, carol.id)
        asking = invites.create(ada.user(), garden.id, asks_first=True, history="recent")
        knocks.deny(ada.user(), invites.accept(carol, asking.token).id)
        asking = invites.create(ada.user(), garden.id, asks_first=True, history="none")
        knocks.approve(ada.user(), invites.accept(carol, asking.token).id)
        purge, _ = purges.purge(ada.user(), asking.id)
        purges.undo(ada.user(), purge.id)
        members.hand_over(ada.user(), garden.id, bob.id)
        members.hand_over(bob.user(), garden.id, ada.id)
        members.set_role(ada.user(), garden.id, bob.id, Role.MEMBER)
        members.remove(ada.user(), garden.id, carol.id, ban=True)
        bot, _ = bots.create(ada.user(), garden.id, username="echo")
        bots.renew_token(ada.user(), garden.id, bot.user_id)
        bots.revoke_token(ada.user(), garden.id, bot.user_id)
        members.remove(ada.user(), garden.id, bot.user_id, ban=False)
        said, _ = messages.post(bob.user(), garden.id, nonce=nonce(), text="good-bye")
        messages.post(ada.user(), garden.id, nonce=nonce(), text="@bob why?", reply_to=said.id)
        messages.edit(bob.user(), said.id, text="good-bye, @room", version=1)
        reactions.put(ada.user(), said.id, "👋", on=True)
        pins.put(ada.user(), said.id, on=True)
        messages.delete(bob.user(), said.id)
        accounts.delete(bob.user(), bob.password, erase_messages=True, address=HERE)
        accounts.disable(carol)
        accounts.enable(carol)
        accounts.reset_password(carol, "a long enough password")
        accounts.forget_old_attempts()
        assert token.ended_at is not None
