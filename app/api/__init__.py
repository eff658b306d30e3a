"""Entrance one, for programs: REST under /api/v1. Each function parses, acts and answers; no rule lives here.

`TABLE` is the whole of it. One file per noun adds its own, which is why all of them are imported here.
"""

from flask import Flask

from app.api import (
    bots,
    credentials,
    doors,
    invites,
    marks,
    members,
    messages,
    profile,
    refusals,
    reports,
    rooms,
    server,
)
from app.api.routes import TABLE, blueprint

__all__ = [
    "TABLE",
    "blueprint",
    "bots",
    "credentials",
    "doors",
    "invites",
    "marks",
    "members",
    "messages",
    "profile",
    "refusals",
    "reports",
    "rooms",
    "server",
]


def init_app(app: Flask) -> None:
    """Put the API on the application. It wants the strict `app.json`, and to check CSRF tokens itself."""
    app.register_blueprint(blueprint)
