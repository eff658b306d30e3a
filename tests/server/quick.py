"""The server, less patient than in earnest: pings every second, and soon believes that people and processes are gone.

Only the waits are shorter, and each stands to the others as it does in earnest: tests/test_writing.py adds up those.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import wsgi  # noqa: I001  # patches, so it comes first

from app import hints, presence
from app.extensions import socketio

socketio.server.eio.ping_interval, socketio.server.eio.ping_timeout = 1, 3
presence.GONE_AFTER_SECONDS = 1.5
presence.SILENT_SECONDS = 5.0
hints.ECHO_SECONDS = 0.5  # type: ignore[misc]

if __name__ == "__main__":
    sys.exit(wsgi.main())
