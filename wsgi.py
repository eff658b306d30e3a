"""The process. `python wsgi.py` serves; `wsgi:app` is the application, for a server that brings its own loop."""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()  # nothing of ours, and nothing that we use, is imported before this line

import sys

import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

import config
from app import create_app
from app.engine import logs, server
from app.engine.errors import CannotServe
from app.extensions import db, migrate

REFUSED = 2


def main() -> int:
    """Serve until told to end; the exit code."""
    settings: config.Settings = app.config["SETTINGS"]
    try:
        _check_schema(app)
        for sentence in settings.warnings():
            structlog.stdlib.get_logger("parlor.server").warning(sentence)
        return server.serve(
            app,
            host=settings.host,
            port=settings.port,
            database=settings.sqlite_path,
            announce=lambda address: print(f"Parlor is at {address} (Ctrl+C ends it)", flush=True),
        )
    except CannotServe as error:
        return _refuse(error)


def _check_schema(application: Flask) -> None:
    """Raise CannotServe unless the database has the tables that this program was written for."""
    with application.app_context():
        wanted = set(ScriptDirectory.from_config(migrate.get_config()).get_heads())
        with db.engine.connect() as connection:
            found = set(MigrationContext.configure(connection).get_current_heads())
    if found == wanted:
        return
    if not found:
        raise CannotServe(
            "The database is empty. Make its tables first: make migrate (or: flask db upgrade)."
        )
    raise CannotServe(
        f"The database is at version {', '.join(sorted(found))} and this program at {', '.join(sorted(wanted))}. "
        "After an upgrade run: make migrate. After a step back, restore the backup made before the upgrade."
    )


def _refuse(error: Exception) -> int:
    print(f"Parlor cannot start. {error}", file=sys.stderr, flush=True)
    return REFUSED


def _create() -> Flask:
    try:
        settings = config.load()
        logs.configure(level=settings.log_level, as_json=settings.is_production)
        return create_app(settings)
    except config.BadSetting as error:
        raise SystemExit(_refuse(error)) from None


app = _create()

if __name__ == "__main__":
    sys.exit(main())
