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
from tests.everything import nonce


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


@on_both
def test_a_table_that_is_made_anew_keeps_what_refers_to_it(app, garden, ada, bob) -> None:
    first = ada.say(garden.id, text="hello @bob")["data"]["message"]
    sent = nonce()
    asked = {"room_id": garden.id, "nonce": sent, "text": "hello", "reply_to": first["id"]}
    said = bob.ask("post_message", asked)["data"]["message"]
    bob.ask("set_reaction", {"message_id": first["id"], "emoji": "👍", "on": True})
    ada.ask("edit_message", {"message_id": first["id"], "text": "hi @bob"})
    tables = ("messages", "mentions", "reactions", "earlier_versions", "entries")

    def counts() -> list[int]:
        return [db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(each))) for each in tables]

    with app.app_context():
        before = counts()
        assert all(before)
        for way, revision in ((downgrade, "0001"), (upgrade, "head")):
            db.session.remove()
            way(revision=revision)
            assert counts() == before
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        db.session.remove()
    again = bob.ask("post_message", asked)["data"]
    assert (again["duplicate"], again["message"]["id"]) == (True, said["id"])
    with app.app_context(), pytest.raises(sa.exc.IntegrityError):
        copied = sa.text(
            "INSERT INTO messages (id, room_id, seq, author_id, nonce, digest, text, version, created_at)"
            " SELECT 'another', room_id, 1, author_id, nonce, digest, text, version, created_at FROM messages"
            " WHERE nonce = :nonce"
        )
        db.session.execute(copied, {"nonce": sent})


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
