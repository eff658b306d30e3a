"""What the process arranges for itself before it serves."""

import gc

from app.engine import server


def test_the_collector_leaves_what_was_there_alone_and_finds_garbage_later() -> None:
    before = gc.get_threshold()
    try:
        server.settle_collector()
        assert gc.get_freeze_count() > 10_000
        assert gc.isenabled()
        assert gc.get_threshold() == server.COLLECT_AFTER
        circle: list[object] = []
        circle.append(circle)
        del circle
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
