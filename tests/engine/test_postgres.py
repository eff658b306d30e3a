"""PostgreSQL's driver beside the hub."""

import subprocess
import sys

from tests.server.process import ROOT

SCRIPT = """
import eventlet; eventlet.monkey_patch()
import sys, time
from pydantic import SecretStr
import config
from app import create_app
from app.extensions import db
from sqlalchemy import text
app = create_app(config.Settings(database_url=SecretStr(sys.argv[1]), secret_key=SecretStr("k" * 32)))
def nap(_):
    with app.app_context():
        db.session.execute(text("SELECT pg_sleep(0.3)"))
with app.app_context():
    db.session.execute(text("SELECT 1"))
started = time.monotonic()
list(eventlet.GreenPool().imap(nap, range(10)))
print(time.monotonic() - started)
"""


def test_queries_wait_side_by_side(postgresql: str) -> None:
    """psycopg waits in C unless told otherwise, and then everybody waits: ten naps would take 3 s."""
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, postgresql]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert float(ended.stdout) < 1.5
