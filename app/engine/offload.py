"""Slow native work (password hashing) beside the hub: two at a time, a short queue, and a no instead of a long wait."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from eventlet import patcher, tpool
from eventlet.semaphore import Semaphore

from app import limits

P = ParamSpec("P")
R = TypeVar("R")


class Busy(Exception):
    """Too much of it waits already. Nothing was done; a moment later it may go through."""


_slots = Semaphore(limits.OFFLOAD_WORKERS)
_waiting = 0


def run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The function's result, worked out in a native thread while everybody else goes on. Raises Busy, and its errors.

    Inside: no database session, no emit, no application context. Where nothing is patched (a command, a test without
    a server) there is nobody to hold up, and the function is just called.
    """
    if not patcher.is_monkey_patched("thread"):
        return function(*args, **kwargs)
    _take_slot()
    try:
        result: R = tpool.execute(function, *args, **kwargs)
        return result
    finally:
        _slots.release()


def _take_slot() -> None:
    global _waiting
    if _waiting >= limits.OFFLOAD_QUEUE:
        raise Busy
    _waiting += 1
    try:
        if not _slots.acquire(timeout=limits.OFFLOAD_WAIT_SECONDS):
            raise Busy
    finally:
        _waiting -= 1
