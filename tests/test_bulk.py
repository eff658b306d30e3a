"""Statements made ready once: what SQLAlchemy gives them, and what the databases make of them."""

import pytest
import sqlalchemy as sa

from app import bulk, driver, proofs
from app.actions import arrivals, batches
from app.extensions import db
from app.models import Entry, Message, User
from app.models.columns import now
from tests.databases import on_both


@on_both
def test_texts_are_one_parameter_however_many(app, ada, bob) -> None:
    who = bulk.Statement(
        sa.select(User.__table__.c.id, User.created_at).where(bulk.among(User.__table__.c.id, "ids"))
    )
    with app.app_context(), driver.reading() as hand:
        for wanted in ([], [ada.id], [bob.id, ada.id, "nobody", "'; --"]):
            found = who.rows(hand, ids=wanted)
            assert {row[0] for row in found} == {ada.id, bob.id} & set(wanted)
            assert all(row[1].tzinfo is not None and row[1] <= now() for row in found)


@on_both
def test_a_row_gets_the_defaults_of_its_table(app, ada) -> None:
    statement = bulk.insert(Entry, "room_id", "seq", "kind", "subject_id", "actor_id", shared=["at"])
    assert "detail" in {column.name for column in Entry.__table__.columns}
    with app.app_context(), driver.reading() as hand:
        assert "detail" in statement._for(hand).text


def test_a_default_that_is_worked_out_for_each_row_must_be_given() -> None:
    with pytest.raises(TypeError, match=r"messages\.id"):
        bulk.insert(Message, "room_id")


@on_both
def test_what_the_driver_refuses_is_refused_as_by_sqlalchemy_and_the_connection_is_whole(app, ada) -> None:
    """sqlalchemy/engine/base.py. If `_handle_dbapi_exception` moved: app/driver.py, Hand._refuse."""
    with app.app_context():
        with pytest.raises(sa.exc.IntegrityError), driver.writing() as hand:
            hand.execute("INSERT INTO rooms (id) VALUES ('no title')")
        with pytest.raises(sa.exc.DBAPIError), driver.reading() as hand:
            hand.execute("SELECT nothing FROM nowhere")
        with driver.reading() as hand:
            assert hand.execute("SELECT 1") == [(1,)]


def test_a_block_that_fails_stores_nothing_and_holds_nothing(app, ada) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), driver.writing() as hand:
            hand.execute("UPDATE users SET display_name = 'nobody'")
            1 / 0  # noqa: B018
        assert db.session.get_one(User, ada.id).display_name != "nobody"
        with driver.writing() as hand:
            hand.execute("UPDATE users SET display_name = 'somebody'")
        db.session.expire_all()
        assert db.session.get_one(User, ada.id).display_name == "somebody"


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (proofs._TOKENS, {"hashes": ["a", "b"]}),
        (arrivals._HEADS, {"ids": ["a", "b"]}),
        (batches._LOCK_FREE, {"ids": ["a", "b"], "instant": now()}),
        (batches._LOCK_ALL, {"ids": ["a", "b"], "instant": now()}),
        (batches._MEMBERS, {"rooms": ["a", "b"], "people": ["c"]}),
        (batches._AUTHORS, {"credentials": ["a", "b"], "instant": now()}),
    ],
    ids=["tokens", "heads", "free", "all", "members", "authors"],
)
def test_what_is_asked_on_the_hot_path_is_found_by_key_and_never_by_looking_through_a_table(
    app, ada, statement: bulk.Statement, values: dict[str, object]
) -> None:
    with app.app_context(), driver.reading() as hand:
        ready = statement._for(hand)
        plan = hand.execute("EXPLAIN QUERY PLAN " + ready.text, ready.parameters(values))
    steps = [row[-1] for row in plan]
    assert [step for step in steps if step.startswith("SCAN") and "json_each" not in step] == []
    searched = [step for step in steps if step.startswith("SEARCH")]
    assert searched
    assert not [step for step in searched if "(ended_at=?)" in step], "an index that nearly every row is in"
