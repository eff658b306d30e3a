"""PostgreSQL for tests: each gets a database of its own, copied from one that was migrated once.

Where no server answers at 127.0.0.1:5432 (user root, database test), these tests are skipped with a sentence;
on CI a skip is a failure (see tests/strictness.py).
"""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from psycopg import sql
from pydantic import SecretStr

import config
from app import create_app
from app.extensions import db

SERVER = "host=127.0.0.1 port=5432 user=root dbname=test connect_timeout=2"
BOTH = ("sqlite", "postgresql")

# For tests whose promise holds on both databases: `app` and everybody in it come on each.
on_both = pytest.mark.parametrize("app", BOTH, indirect=True)
on_postgresql = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


def address(name: str) -> str:
    """The DATABASE_URL of a test's database."""
    return f"postgresql://root@127.0.0.1:5432/{name}"


def run(statement: str, *names: str) -> None:
    """One statement of the server's administrator; `{}` stand for names."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def migrated_postgresql(make_settings: Callable[..., config.Settings]) -> Iterator[str]:
    """The name of a database with every migration done, which nobody is connected to."""
    name = f"parlor_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    try:
        run("CREATE DATABASE {}", name)
    except psycopg.OperationalError as away:
        pytest.skip(f"No PostgreSQL answers at 127.0.0.1:5432: {away}")
    app = create_app(make_settings(database_url=SecretStr(address(name))))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    yield name
    run("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def postgresql(migrated_postgresql: str) -> Iterator[str]:
    """The DATABASE_URL of an empty, migrated database of this test's own."""
    name = f"{migrated_postgresql}_{uuid.uuid4().hex[:8]}"
    run("CREATE DATABASE {} TEMPLATE {}", name, migrated_postgresql)
    yield address(name)
    run("DROP DATABASE {} WITH (FORCE)", name)


def path_of(app: Flask) -> Path:
    """The SQLite file of an application."""
    return Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
