"""The migrations make what the models say, on both databases, and can be taken back."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app.extensions import db
from tests.databases import on_both


@on_both
def test_a_migrated_database_is_what_the_models_say(app) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@on_both
def test_migrations_can_be_taken_back_and_done_again(app, garden) -> None:
    with app.app_context():
        db.session.remove()
        downgrade(revision="base")
        assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
        upgrade()
        assert db.session.scalar(sa.text("SELECT count(*) FROM memberships")) == 0
