"""Parlor: group chat in which a room is reached by its link. This page is the table of contents."""

from flask import Flask

import config
from app import (
    api,
    contract,
    database,
    dispatch,
    engine,
    events,
    hints,
    identity,
    presence,
    shedding,
    sight,
    sockets,
    web,
)
from app.actions import accounts, attendance, credentials
from app.engine import offload as beside_the_hub
from app.engine.state import Hook
from app.errors import Unavailable
from app.extensions import csrf, db, limiter, migrate, offload, socketio
from app.sockets import arrivals, batches

__all__ = ["contract", "create_app"]


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application, by these settings or by the environment's. Raises config.BadSetting."""
    settings = settings or config.load()
    app = Flask(__name__, root_path=str(config.ROOT))
    app.config.from_mapping(settings.flask_config())
    app.json = engine.BodyJSON(app)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = database.engine_options(settings.database_uri)

    db.init_app(app)
    database.init_app(app, synchronous=settings.sqlite_synchronous)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    csrf.init_app(app)
    csrf.exempt(api.blueprint)  # it checks by itself: a bearer token needs none
    identity.init_app(app)
    limiter.init_app(app, url=settings.redis_url.get_secret_value(), enabled=settings.rate_limits == "on")
    offload.init_app(app, beside_the_hub.run, busy=beside_the_hub.Busy, refusal=Unavailable)

    web.init_app(app)
    api.init_app(app)
    sockets.init_app(socketio)
    presence.clear()
    dispatch.init_app(app)
    engine.attach(
        socketio,
        app,
        every_second=[
            dispatch.sweep,
            credentials.follow,
            attendance.find_rooms,
            attendance.announce,
            accounts.forget_old_attempts,
        ],
        background=_loops(app, settings),
        closing=attendance.say_goodbye,
        full=shedding.refuses_handshakes,
        passing=events.PASSING,
        batched={"post_message": batches.post_message},
        welcome=arrivals.welcome,
    )
    return app


def _loops(app: Flask, settings: config.Settings) -> list[Hook]:
    """What begins when the process serves, in a green thread each."""
    return [
        sight.begin,
        shedding.init_app(enabled=settings.rate_limits == "on"),
        *hints.init_app(app, url=settings.redis_url.get_secret_value(), hear=dispatch.heard),
    ]
