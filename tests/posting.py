"""A process of its own that posts: `python -m tests.posting DATABASE_URL room user count rollbacks`.

Prints one line for each message that was acknowledged: its seq. Waits for a line on stdin before it starts, so
that several begin together.
"""

import sys
import uuid
import warnings

warnings.filterwarnings("ignore")

from pydantic import SecretStr

import config
from app import create_app, log
from app.actions import messages
from app.errors import Unavailable
from app.extensions import db
from app.models import Kind, User


def main(url: str, room_id: str, user_id: str, count: str, every: str) -> None:
    """Post that many; before each of every so many, begin one more entry and take it back."""
    settings = config.Settings(
        database_url=SecretStr(url),
        secret_key=SecretStr("0123456789abcdefghijklmnopqrstuvwxyz-tests"),
        rate_limits="off",
    )
    app = create_app(settings)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        nonce = str(uuid.uuid4())
        with app.app_context():
            author = db.session.get_one(User, user_id)
            if number % int(every) == 0:
                room = log.lock(room_id)
                log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=author)
                db.session.flush()
                db.session.rollback()
        print(_post(app, room_id, user_id, nonce), flush=True)


def _post(app, room_id: str, user_id: str, nonce: str) -> int:
    while True:
        with app.app_context():
            try:
                author = db.session.get_one(User, user_id)
                return messages.post(author, room_id, nonce=nonce, text=f"said with {nonce}")[0].seq
            except Unavailable:
                continue


if __name__ == "__main__":
    main(*sys.argv[1:])
