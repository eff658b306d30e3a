"""A request for everything that can be asked, so that tests can walk the API's table and the socket's.

A new route or request has none here until somebody writes one, and the tests that walk fail until then.
"""

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import inputs
from app.api import TABLE
from app.api.routes import Route
from app.sockets.chat import Chat

# What ends the role or the account of whoever asks comes last: tests that walk need them for all the others.
_LAST = [("PUT", "/rooms/{room_id}/owner"), ("DELETE", "/me")]
_CHANCE = random.Random(5)
ROUTES = sorted(
    TABLE, key=lambda route: [*_LAST, key].index(key) if (key := (route.method, route.path)) in _LAST else -1
)
EVENTS = Chat.requests

BODIES: Mapping[type, Callable[["Ids"], dict[str, Any]]] = {
    inputs.Nothing: lambda ids: {},
    inputs.Registration: lambda ids: {"username": "carol", "password": "a long enough password"},
    inputs.SignIn: lambda ids: {"username": "ada", "password": "correct horse battery"},
    inputs.Profile: lambda ids: {"display_name": "The countess"},
    inputs.PasswordChange: lambda ids: {
        "current": "correct horse battery",
        "password": "correct horse battery",  # the same, so that who walks the table may ask again
    },
    inputs.Deletion: lambda ids: {"current": "correct horse battery", "messages": "erase"},
    inputs.NewBot: lambda ids: {"username": "gardener", "display_name": "The gardener"},
    inputs.NewRoom: lambda ids: {"title": "The orchard"},
    inputs.RoomChange: lambda ids: {"title": "The orchard", "slow_seconds": 10, "joining_closed": False},
    inputs.LevelChange: lambda ids: {"level": "mentions"},
    inputs.Handover: lambda ids: {"user_id": ids.user_id},
    inputs.Purging: lambda ids: {"since": "2100-01-01T00:00:00.000Z"},  # nobody came since
    inputs.NewReport: lambda ids: {"reason": "This is no way to talk."},
    inputs.ReportAnswer: lambda ids: {"outcome": "dismissed"},
    inputs.Mute: lambda ids: {"seconds": 60},
    inputs.NewInvite: lambda ids: {"label": "for friends", "expires_in": 3600, "max_uses": 3},
    inputs.RoleChange: lambda ids: {"role": "moderator"},
    inputs.NewMessage: lambda ids: {"nonce": ids.nonce, "text": "hello"},
    inputs.PostMessage: lambda ids: {"room_id": ids.room_id, "nonce": ids.nonce, "text": "hello"},
    inputs.NewText: lambda ids: {"text": "hello again", "version": 1},
    inputs.EditMessage: lambda ids: {"message_id": ids.message_id, "text": "hello again"},
    inputs.DeleteMessage: lambda ids: {"message_id": ids.message_id},
    inputs.SetReaction: lambda ids: {"message_id": ids.message_id, "emoji": "👍", "on": True},
    inputs.SetPin: lambda ids: {"message_id": ids.message_id, "on": True},
    inputs.Sync: lambda ids: {"rooms": {ids.room_id: 0}},
    inputs.Heads: lambda ids: {"rooms": {ids.room_id: 0}},
    inputs.ReadUpTo: lambda ids: {"seq": 1},
    inputs.SetRead: lambda ids: {"room_id": ids.room_id, "seq": 1},
    inputs.SetTyping: lambda ids: {"room_id": ids.room_id, "typing": True},
}


def unknown() -> str:
    """An id of the right shape that nothing has. The same ones in every run: names of tests are made of them."""
    return str(uuid.UUID(int=_CHANCE.getrandbits(128), version=4))


@dataclass(frozen=True)
class Ids:
    """What a request names. Without more said, nothing of it exists."""

    room_id: str = field(default_factory=unknown)
    user_id: str = field(default_factory=unknown)
    bot_id: str = field(default_factory=unknown)
    invite_id: str = field(default_factory=unknown)
    message_id: str = field(default_factory=unknown)
    knock_id: str = field(default_factory=unknown)
    report_id: str = field(default_factory=unknown)
    purge_id: str = field(default_factory=unknown)
    credential_id: str = field(default_factory=unknown)
    token: str = field(default_factory=unknown)
    nonce: str = field(default_factory=unknown)

    def hidden(self, text: str) -> str:
        """The text with every id of this replaced by its name."""
        for name, value in vars(self).items():
            text = text.replace(value, name)
        return text


def path(route: Route, ids: Ids) -> str:
    """Where a route is asked, below /api/v1."""
    return filled(route.path, ids)


def filled(path: str, ids: Ids) -> str:
    """A path with its names filled in."""
    return path.format(**vars(ids), emoji="👍")


def body(route: Route, ids: Ids) -> dict[str, Any] | None:
    """What a route is sent; None for nothing."""
    return BODIES[route.takes](ids) or None


def name(route: Route) -> str:
    """How a route is called among the tests."""
    return f"{route.method} {route.path}"
