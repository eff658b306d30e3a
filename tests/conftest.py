"""The cast. Ada (owner) and Bob (member) are in the garden; Mallory is not.

An `app` here has its own database file, and no app context stays open in it: requests would share `g`, and
one person be answered as another. A person has `.http` (a browser's session), `.api` (a program's token) and
`.socket()`, and everybody says and hears through the same entrances as outside.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import shutil  # after the filter: importing the application warns
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from pydantic import SecretStr

import config
from app import create_app
from app.actions import bots, invites, passwords, rooms
from app.extensions import db
from app.models import User
from app.models.names import skeleton
from tests.contract import watching
from tests.databases import migrated_postgresql, postgresql  # noqa: F401  (fixtures)
from tests.people import Person

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every migration done; each test works on a copy."""
    path = tmp_path_factory.mktemp("template") / "parlor.db"
    app = create_app(settings_for(path))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def make_settings(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., config.Settings]:
    """Makes settings for an application, for fixtures that live as long as the whole run."""
    nowhere = tmp_path_factory.mktemp("nowhere") / "parlor.db"
    return lambda **changes: settings_for(nowhere, **changes)


def settings_for(database: Path, **changes: object) -> config.Settings:
    """Settings of a test: nothing of this machine's environment, limits off unless the test is about them."""
    given: dict[str, Any] = {
        "database_url": SecretStr(f"sqlite:///{database}"),
        "secret_key": SecretStr("0123456789abcdefghijklmnopqrstuvwxyz-tests"),
        "rate_limits": "off",
        **changes,
    }
    return config.Settings(**given)


@pytest.fixture
def make_app(tmp_path: Path, migrated_database: Path) -> Iterator[Callable[..., Flask]]:
    """Makes an application with other settings, on this test's own database."""
    made: list[Flask] = []
    undeclared: list[list[str]] = []
    path = tmp_path / "parlor.db"
    shutil.copyfile(migrated_database, path)

    def make(**changes: object) -> Flask:
        app = create_app(settings_for(path, **changes))
        made.append(app)
        undeclared.append(watching.watch(app))
        return app

    yield make
    assert [each for found in undeclared for each in found] == []
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], request: pytest.FixtureRequest) -> Flask:
    """The application, with an empty database and limits off; on PostgreSQL for who asks (tests.databases)."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return make_app(database_url=SecretStr(request.getfixturevalue("postgresql")))
    return make_app()


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    """A browser that nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def ada(app: Flask) -> Person:
    """The owner of the garden."""
    return person(app, "ada")


@pytest.fixture
def bob(app: Flask) -> Person:
    """A member of the garden."""
    return person(app, "bob")


@pytest.fixture
def mallory(app: Flask) -> Person:
    """Not in the garden."""
    return person(app, "mallory")


@dataclass(frozen=True)
class Garden:
    """The room that Ada made and Bob joined."""

    id: str
    token: str

    @property
    def path(self) -> str:
        """Its page."""
        return f"/rooms/{self.id}"


@pytest.fixture
def garden(app: Flask, ada: Person, bob: Person) -> Garden:
    """Ada's room, with Bob in it."""
    with app.app_context():
        membership, invite = rooms.create(ada.user(), "The garden")
        invites.accept(bob.user(), invite.token)
        return Garden(membership.room_id, invite.token)


@pytest.fixture
def make_room(app: Flask) -> Callable[..., str]:
    """Makes one more room of somebody's, with others in it; its id."""

    def make(owner: Person, *others: Person, title: str = "The orchard") -> str:
        with app.app_context():
            membership, invite = rooms.create(owner.user(), title)
            for other in others:
                invites.accept(other.user(), invite.token)
            return membership.room_id

    return make


def person(app: Flask, username: str) -> Person:
    """Somebody with an account, signed in nowhere yet."""
    with app.app_context():
        user = User(
            username=username,
            skeleton=skeleton(username),
            display_name=username,
            password_hash=hashed(PASSWORD),
        )
        db.session.add(user)
        db.session.commit()
        return Person(app, user.id, username, PASSWORD)


def make_bot(app: Flask, owner: Person, room_id: str, username: str = "echo") -> Person:
    """A bot in a room. Its `token` is the one that its owner was shown."""
    with app.app_context():
        credential, secret = bots.create(owner.user(), room_id, username=username)
        bot = Person(app, credential.user_id, username, password="")
        bot.__dict__["token"] = secret
        return bot


@cache
def hashed(password: str) -> str:
    """Hashing is slow by purpose: the cast has one password, which is hashed once."""
    return passwords.make(password)
