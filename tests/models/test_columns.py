"""Ids, times and secrets."""

from datetime import UTC, datetime, timedelta, timezone

from app.extensions import db
from app.models import Room, columns
from tests.databases import on_both


def test_ids_are_short_distinct_and_in_order_of_making() -> None:
    ids = [columns.new_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert sorted(ids) == ids
    assert max(map(len, ids)) <= 40


def test_secrets_have_their_bits_and_never_come_twice() -> None:
    """BS15."""
    for bits in (192, 256):
        made = {columns.new_secret(bits) for _ in range(10_000)}
        assert len(made) == 10_000
        assert min(map(len, made)) >= bits // 6


def test_a_secret_is_found_by_its_hash_and_not_told_by_it() -> None:
    secret = columns.new_secret(256)
    assert columns.hash_secret(secret) == columns.hash_secret(secret)
    assert secret not in columns.hash_secret(secret)
    assert columns.hash_secret("\ud800")


@on_both
def test_a_time_comes_back_as_it_went_to_the_millisecond_in_utc(app) -> None:
    instant = columns.now()
    assert instant.microsecond % 1000 == 0
    abroad = instant.astimezone(timezone(timedelta(hours=5)))
    with app.app_context():
        for title, at in (("here", instant), ("abroad", abroad)):
            db.session.add(Room(id=title, title=title, created_at=at))
        db.session.commit()
        db.session.expire_all()
        for title in ("here", "abroad"):
            stored = db.session.get_one(Room, title).created_at
            assert stored == instant
            assert stored.utcoffset() == timedelta(0)
    assert datetime.now(UTC) - instant < timedelta(minutes=1)
