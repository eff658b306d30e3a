"""`flask …` commands for the person who runs the server: `run`, and `users …` for accounts."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from flask.cli import AppGroup

from app import inputs
from app.actions import accounts, rooms
from app.engine import reload
from app.errors import ChatError
from app.extensions import db
from app.models import User

SERVER = "wsgi.py"


@click.command("run", short_help="Serve Parlor.")
@click.option("--host", "-h", help="Address to listen on; else HOST.")
@click.option("--port", "-p", type=click.IntRange(0, 65535), help="Port to listen on; else PORT.")
@click.option("--debug/--no-debug", default=None, help="Tracebacks, and reload on change.")
@click.option("--reload/--no-reload", "reloads", default=None, help="Reload on change; as --debug says.")
def run(host: str | None, port: int | None, debug: bool | None, reloads: bool | None) -> NoReturn:
    """Serve Parlor, as `python wsgi.py` does.

    Takes the place of Flask's own command, whose server cannot carry Socket.IO on eventlet: the process is
    replaced by a fresh one, since eventlet must be there before anything else.
    """
    environment = {name: value for name, value in os.environ.items() if name != "FLASK_RUN_FROM_CLI"}
    given = {"HOST": host, "PORT": port, "FLASK_DEBUG": None if debug is None else int(debug)}
    environment.update({name: str(value) for name, value in given.items() if value is not None})
    command = [sys.executable, str(reload.ROOT / SERVER)]
    debugging = environment.get("FLASK_DEBUG", "0").lower() not in {"", "0", "false", "no"}
    if reloads or (reloads is None and debugging):
        sys.exit(reload.supervise(command, environment))
    os.chdir(reload.ROOT)
    os.execve(sys.executable, command, environment)  # noqa: S606  # the same program, named by us


users = AppGroup("users", help="List, create and disable accounts.")


@users.command("list")
def list_users() -> None:
    """List every account: name, since when, and whether it is disabled."""
    for user in db.session.scalars(User.everyone()):
        state = f"disabled {user.disabled_at:%Y-%m-%d}" if user.disabled_at else "active"
        click.echo(f"{user.username:<32}  {user.created_at:%Y-%m-%d}  {state}")


@users.command("create")
@click.argument("username")
@click.option("--generate", is_flag=True, help="Make a password, and print it.")
def create(username: str, generate: bool) -> None:
    """Create an account. The password is asked for, or read from standard input."""
    with _sentences():
        name: str = inputs.check(inputs.Username, username)
        accounts.create(name, _new_password(generate))
        click.echo(f"Created {name}.")


@users.command("reset-password")
@click.argument("username")
@click.option("--generate", is_flag=True, help="Make a password, and print it.")
def reset_password(username: str, generate: bool) -> None:
    """Set another password. Everything that is signed in with the old one is signed out."""
    with _sentences():
        user = _named(username)
        accounts.reset_password(user, _new_password(generate))
        click.echo(f"{user.username} has a new password, and is signed out everywhere.")


@users.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Close an account for now: it is signed out everywhere within two seconds."""
    with _sentences():
        user = _named(username)
        accounts.disable(user)
        click.echo(f"{user.username} is disabled.")


@users.command("enable")
@click.argument("username")
def enable(username: str) -> None:
    """Open a disabled account again."""
    with _sentences():
        user = _named(username)
        accounts.enable(user)
        click.echo(f"{user.username} is enabled.")


rooms_group = AppGroup("rooms", help="Look after the rooms' logs.")


@rooms_group.command("renew-epochs")
def renew_epochs() -> None:
    """After a backup was restored: tell every client that the logs are not the ones it was reading."""
    with _sentences():
        click.echo(f"{rooms.renew_epochs()} rooms have a new epoch; clients read them anew.")


@contextmanager
def _sentences() -> Iterator[None]:
    """Show a refusal as its sentence, without a traceback, with exit code 1."""
    try:
        yield
    except ChatError as error:
        said = [each["message"] for each in error.errors] or [str(error)]
        raise click.ClickException(" ".join(said)) from None


def _named(username: str) -> User:
    user = db.session.scalar(User.named(username))
    if user is None:
        raise click.ClickException(f"There is no account {username!r}. See: flask users list")
    return user


def _new_password(generate: bool) -> str:
    if generate:
        made = secrets.token_urlsafe(15)
        click.echo(f"Password: {made}")
        return made
    if sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        typed = sys.stdin.readline().rstrip("\n")
    checked: str = inputs.check(inputs.Password, typed)
    return checked
