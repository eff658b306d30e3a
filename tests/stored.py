"""What the database holds, so that a test can say that nothing changed."""

import sqlalchemy as sa
from flask import Flask

from app.extensions import db

Tables = dict[str, list[tuple[object, ...]]]

# When a token was last used is written by whoever is refused, too; and failures are counted.
NOT_COUNTED = {"last_used_at"}


def rows(app: Flask, *, but: str = "alembic_version") -> Tables:
    """Every row of every table, sorted; `but` is one table that may change."""
    with app.app_context():
        return {
            table.name: sorted(
                (
                    tuple(value for name, value in row.items() if name not in NOT_COUNTED)
                    for row in db.session.execute(sa.select(table)).mappings()
                ),
                key=repr,
            )
            for table in db.metadata.sorted_tables
            if table.name != but
        }
