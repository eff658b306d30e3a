"""The server, with pages more: one takes its time, one never lets anybody else have a turn, one counts, one tells its
way out."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import wsgi  # noqa: I001  # patches, so it comes first

import gc
import time

from flask import request
from greenlet import greenlet

from app.engine import state as engine_state
from app.extensions import socketio

application = wsgi.app


@application.get("/slow")
def slow() -> str:
    time.sleep(float(request.args["seconds"]))
    return "slow"


@application.get("/spin")
def spin() -> str:
    end = time.monotonic() + float(request.args["seconds"])
    while time.monotonic() < end:
        pass
    return "spun"


@application.get("/counts")
def counts() -> dict[str, int]:
    gc.collect()
    server = socketio.server
    return {
        "green threads": sum(isinstance(each, greenlet) and not each.dead for each in gc.get_objects()),
        "connections": len(server.eio.sockets),
        "sids": len(server.manager.rooms.get("/chat", {}).get(None, {})),
        "rooms": len(server.manager.rooms.get("/chat", {})),
        "environs": len(server.environ),
        "by address": engine_state.of(application).sockets_by_address.total(),
    }


@application.get("/engine")
def engine() -> str:
    return type(socketio.server.manager).__module__


if __name__ == "__main__":
    sys.exit(wsgi.main())
