"""Work beside the hub, in a process where eventlet is at home."""

import subprocess
import sys
import textwrap

from app import limits
from app.engine import offload
from tests.server.process import ROOT

START = """
import eventlet; eventlet.monkey_patch()
import time, threading
from eventlet import patcher
from app.engine import offload
really_sleep = patcher.original("time").sleep
"""


def green(script: str) -> str:
    """What a script prints in a patched process."""
    code = START + textwrap.dedent(script)
    command = [sys.executable, "-W", "ignore", "-c", code]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_everybody_else_goes_on_meanwhile() -> None:
    turns = green("""
        turns = 0
        def count():
            global turns
            while True:
                eventlet.sleep(0.01); turns += 1
        eventlet.spawn(count)
        offload.run(really_sleep, 0.5)
        print(turns)
    """)
    assert int(turns) > 20


def test_so_many_work_at_a_time() -> None:
    seconds = green("""
        started = time.monotonic()
        pool = eventlet.GreenPool()
        list(pool.imap(lambda _: offload.run(really_sleep, 0.3), range(4)))
        print(time.monotonic() - started)
    """)
    assert 0.6 <= float(seconds) < 1.1, f"four naps of 0.3 s, {limits.OFFLOAD_WORKERS} at a time"


def test_a_full_queue_is_a_no_at_once_and_a_long_wait_is_a_no_too() -> None:
    counted = green("""
        def work(_):
            started = time.monotonic()
            try:
                offload.run(really_sleep, 1.5); return "done"
            except offload.Busy:
                return "full" if time.monotonic() - started < 0.5 else "waited"
        pool = eventlet.GreenPool()
        results = list(pool.imap(work, range(30)))
        print(*(results.count(each) for each in ("done", "full", "waited")))
        print(offload.run(max, 1, 2))
    """)
    first, afterwards = counted.splitlines()
    done, full, waited = map(int, first.split())
    assert full == 30 - limits.OFFLOAD_WORKERS - limits.OFFLOAD_QUEUE
    assert done == 2 * limits.OFFLOAD_WORKERS
    assert done + full + waited == 30
    assert afterwards == "2"


def test_an_error_comes_back_and_the_place_is_free_again() -> None:
    said = green("""
        for _ in range(5):
            try: offload.run(int, "x")
            except ValueError: print("error")
        print(offload.run(int, "7"))
    """)
    assert said.split() == ["error"] * 5 + ["7"]


def test_where_nothing_is_patched_it_is_just_called() -> None:
    assert offload.run(int, "7") == 7
