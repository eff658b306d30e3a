"""A process of its own in which people accept a link: `python -m tests.accepting DATABASE_URL token user…`.

Prints "in" or "refused" for each. Waits for a line on stdin before it starts, so that several begin together.
"""

import sys
import warnings

warnings.filterwarnings("ignore")

from pydantic import SecretStr

import config
from app import create_app
from app.actions import invites
from app.errors import NotFound, Unavailable
from app.extensions import db
from app.models import User


def main(url: str, token: str, *users: str) -> None:
    """Let each of these people try once."""
    settings = config.Settings(
        database_url=SecretStr(url),
        secret_key=SecretStr("0123456789abcdefghijklmnopqrstuvwxyz-tests"),
        rate_limits="off",
    )
    app = create_app(settings)
    print("ready", flush=True)
    sys.stdin.readline()
    for user_id in users:
        print(_accept(app, token, user_id), flush=True)


def _accept(app, token: str, user_id: str) -> str:
    while True:
        with app.app_context():
            try:
                invites.accept(db.session.get_one(User, user_id), token)
                return "in"
            except NotFound:
                return "refused"
            except Unavailable:
                continue


if __name__ == "__main__":
    main(*sys.argv[1:])
