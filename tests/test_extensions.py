"""The limiter counts, the offload refuses when it is full, and begin_write begins anew."""

import pytest
import sqlalchemy as sa

from app.errors import Unavailable
from app.extensions import Limiter, Offload, db
from app.models import Room


def test_so_many_in_so_long_for_each_key(app) -> None:
    limiter = Limiter()
    limiter.init_app(app, url="", enabled=True)
    assert [limiter.spend("rule", 2, 60, False, "ada") is None for _ in range(3)] == [True, True, False]
    assert limiter.spend("rule", 2, 60, False, "bob") is None
    assert limiter.spend("another rule", 2, 60, False, "ada") is None
    wait = limiter.spend("rule", 2, 60, False, "ada")
    assert wait is not None
    assert 0 < wait <= 60
    assert limiter.answers()


def test_turned_off_it_counts_nothing(app) -> None:
    limiter = Limiter()
    limiter.init_app(app, url="", enabled=False)
    assert [limiter.spend("rule", 1, 60, False, "ada") for _ in range(5)] == [None] * 5
    assert limiter.answers()


class Full(Exception):
    pass


def test_slow_work_is_done_and_its_errors_are_its_own(app) -> None:
    offload = Offload()
    assert offload(max, 1, 2) == 2
    offload.init_app(app, lambda function, *args: function(*args), busy=Full, refusal=Unavailable)
    assert offload(max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        offload(lambda: 1 // 0)


def test_slow_work_that_finds_no_place_is_refused_as_unavailable(app) -> None:
    def full(*_):
        raise Full

    offload = Offload()
    offload.init_app(app, full, busy=Full, refusal=Unavailable)
    with pytest.raises(Unavailable) as refused:
        offload(max, 1, 2)
    assert refused.value.retry_after > 0


def test_beginning_to_write_keeps_what_was_read_in_hand(app, garden) -> None:
    with app.app_context():
        room = db.session.get_one(Room, garden.id)
        db.begin_write()
        assert not sa.inspect(room).expired
        room.title = "Changed"
        db.session.commit()
    with app.app_context():
        assert db.session.get_one(Room, garden.id).title == "Changed"
