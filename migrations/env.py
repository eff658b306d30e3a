"""Alembic's way to the application's engine and tables. `flask db …` runs it inside an application context."""

from alembic import context
from flask import current_app

from app import models  # noqa: F401  (every table must be known)
from app.extensions import db
from app.models.columns import UtcTime


def render(kind: str, item: object, _: object) -> str | bool:
    """A migration stands by itself: our own column types are written as what they are in the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


def run() -> None:
    """Bring the application's own database to the wanted revision, in one transaction where it can be."""
    options = {
        **current_app.extensions["migrate"].configure_args,
        "render_item": render,
        "target_metadata": db.metadata,
        "compare_type": True,
        "render_as_batch": db.engine.dialect.name == "sqlite",
    }
    with db.engine.connect() as connection:
        if (
            db.engine.dialect.name == "postgresql"
        ):  # what people wait for is bounded; a migration takes its time
            connection.detach()  # nobody else gets it afterwards
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.commit()  # else Alembic takes the transaction for somebody else's, and never ends it
        else:
            # SQLite makes a table anew to change it, and would miss what refers to the old one. Only before a
            # transaction this is heard, so SQLAlchemy, which begins one, is not asked.
            connection.detach()
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
