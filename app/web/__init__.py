"""Entrance one: pages, forms, and the browser's session. Each view parses, acts and answers; no rule lives here."""

from flask import Flask

from app.web import (
    account,
    bots,
    docs,
    errors,
    health,
    home,
    invites,
    knocks,
    members,
    mentions,
    moderation,
    purges,
    rooms,
    session,
    shell,
    styles,
)


def init_app(app: Flask) -> None:
    """Put the pages on the application, with what all of them draw and how they refuse."""
    rooms_pages = (rooms, members, bots, invites, moderation, knocks, purges)
    for module in (home, session, *rooms_pages, mentions, account, docs, health, styles):
        app.register_blueprint(module.blueprint)
    shell.init_app(app)
    styles.init_app(app)
    errors.init_app(app)
