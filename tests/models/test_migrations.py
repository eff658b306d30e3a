"""The migrations make what the models say, on both databases, and can be taken back."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from pydantic import SecretStr

from app import limits
from app.errors import Unavailable
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


def test_a_migration_takes_longer_than_anybody_waits(make_app, postgresql, monkeypatch) -> None:
    monkeypatch.setattr(limits, "DATABASE_WAIT_SECONDS", 0.2)
    app = make_app(database_url=SecretStr(postgresql))
    slow = sa.text("SELECT pg_sleep(0.5)")
    done: list[str] = []

    def apply(*, ctx, step, **_) -> None:
        ctx.connection.execute(slow)
        done.append(step.up_revision_id)

    app.extensions["migrate"].configure_args["on_version_apply"] = apply
    with app.app_context():
        with pytest.raises(Unavailable):
            db.session.execute(slow)
        db.session.rollback()
        downgrade(revision="base")
        upgrade()
        assert len(done) >= 2
        with pytest.raises(Unavailable):  # the connection that migrated is bounded again
            db.session.execute(slow)
