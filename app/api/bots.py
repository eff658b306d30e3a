"""Bots of a room, by its owners: make one, and its token. They are listed and removed as the members that they are."""

from app import inputs, payloads
from app.actions import bots
from app.api.routes import Route
from app.errors import Conflict, RateLimited
from app.identity import Caller


@Route(
    "POST",
    "/rooms/{room_id}/bots",
    takes=inputs.NewBot,
    answers=payloads.Issued,
    status=201,
    refuses=(Conflict, RateLimited),
)
def create(caller: Caller, room_id: str, asked: inputs.NewBot) -> payloads.Issued:
    """A bot in my room. Its token is shown this once."""
    return payloads.issued(
        *bots.create(caller.user, room_id, username=asked.username, display_name=asked.display_name)
    )


@Route(
    "POST",
    "/rooms/{room_id}/bots/{bot_id}/token",
    answers=payloads.Issued,
    status=201,
    refuses=(RateLimited,),
)
def renew_token(caller: Caller, room_id: str, bot_id: str) -> payloads.Issued:
    """Another token for a bot, shown this once; the one before is worth nothing from now on."""
    return payloads.issued(*bots.renew_token(caller.user, room_id, bot_id))


@Route("DELETE", "/rooms/{room_id}/bots/{bot_id}/token")
def revoke_token(caller: Caller, room_id: str, bot_id: str) -> None:
    """Lock a bot out. It stays a member, and another token lets it in again."""
    bots.revoke_token(caller.user, room_id, bot_id)
