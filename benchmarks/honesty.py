"""Does a contender store before it acknowledges? Who does not would win for nothing."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

from benchmarks.contenders import Running
from tests.server.raw import Line

MESSAGES = 20


class Dishonest(Exception):
    """It acknowledged what was not in its database."""


def check(running: Running) -> None:
    """Post, and look into the database's file at each acknowledgement; at last kill the server, and look again.

    Raises Dishonest.
    """
    token, room = running.contender.roster("fanout_50").read_text().split(maxsplit=2)[:2]
    table = "messages" if running.contender.is_parlor else "message"
    speeches: dict[str, Callable[[int, str, str], Line]] = {
        "parlor": _join_parlor,
        "socketio": _join_socketio,
        "plain": _join_plain,
    }
    with speeches[running.contender.speech](running.port, token, room) as line:
        texts = [f"{number} {uuid.uuid4()}" for number in range(MESSAGES)]
        for number, text in enumerate(texts, 1):
            _post(line, running.contender.speech, room, number, text)
            stored(running.database, table, [text])
        running.stop()
        stored(running.database, table, texts)


def stored(database: Path, table: str, texts: list[str]) -> None:
    """Raise Dishonest unless each of these is in the file, once."""
    line = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        for text in texts:
            (count,) = line.execute(f"SELECT count(*) FROM {table} WHERE text = ?", (text,)).fetchone()
            if count != 1:
                raise Dishonest(f"acknowledged a message that is {count} times in its database")
    except sqlite3.OperationalError as error:
        raise Dishonest(f"its database cannot be read: {error}") from error
    finally:
        line.close()


def _join_parlor(port: int, token: str, room: str) -> Line:
    return Line(port).join(token)


def _join_socketio(port: int, token: str, room: str) -> Line:
    line = Line(port)
    _until(line, "0{")
    line.say("40" + json.dumps({"token": token, "room": room}))
    _until(line, "40{")
    return line


def _join_plain(port: int, token: str, room: str) -> Line:
    line = Line(port, target=f"/ws?token={token}&room={room}")
    _until(line, '{"type"')
    return line


def _post(line: Line, speech: str, room: str, number: int, text: str) -> None:
    if speech == "parlor":
        said = {"room_id": room, "nonce": str(uuid.uuid4()), "text": text}
        line.say(f"42/chat,{number}" + json.dumps(["post_message", said]))
        answer = _until(line, f"43/chat,{number}[")
        if '"ok":true' not in answer.replace(" ", ""):
            raise Dishonest(f"refused: {answer}")
    elif speech == "socketio":
        line.say(f"42{number}" + json.dumps(["msg", {"text": text}]))
        _until(line, f"43{number}[")
    else:
        line.say(json.dumps({"type": "msg", "number": number, "text": text}, separators=(",", ":")))
        while json.loads(_until(line, '{"type"'))["type"] != "ack":
            pass


def _until(line: Line, start: str) -> str:
    while (said := line.message()) is not None:
        if said.startswith(start):
            return said
    raise Dishonest(f"closed the line where {start!r} was due")
