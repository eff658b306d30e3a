"""Me: my name, my password, the end of my account, and what I missed."""

from flask import request

from app import inputs, limits, payloads
from app.actions import accounts, attendance
from app.api.routes import Route
from app.errors import Conflict, NotFound, RateLimited
from app.identity import Caller


@Route("GET", "/me", answers=payloads.User)
def show(caller: Caller) -> payloads.User:
    """Who I am, as others see me."""
    return payloads.user(caller.user)


@Route("PATCH", "/me", takes=inputs.Profile, answers=payloads.User, refuses=(RateLimited,))
def change(caller: Caller, asked: inputs.Profile) -> payloads.User:
    """Another display name."""
    return payloads.user(accounts.set_display_name(caller.user, asked.display_name))


@Route("PUT", "/me/password", takes=inputs.PasswordChange, refuses=(Conflict, RateLimited))
def change_password(caller: Caller, asked: inputs.PasswordChange) -> None:
    """Another password. Every session and token of mine ends, but for the one that asks."""
    accounts.change_password(
        caller.user,
        asked.current,
        asked.password,
        address=request.remote_addr or "",
        keep=caller.credential,
    )


@Route("DELETE", "/me", takes=inputs.Deletion, refuses=(NotFound, RateLimited))
def delete(caller: Caller, asked: inputs.Deletion) -> None:
    """The end of my account. What I said stays, by nobody, or goes."""
    accounts.delete(
        caller.user,
        asked.current,
        erase_messages=asked.messages == "erase",
        address=request.remote_addr or "",
    )


@Route("POST", "/sync", takes=inputs.Sync, answers=payloads.CaughtUp, scope="read")
def sync(caller: Caller, asked: inputs.Sync) -> payloads.CaughtUp:
    """Everything after the client's seqs; the twin of the socket's `sync`."""
    missed, removed = attendance.sync(caller.user, asked.rooms, asked.epochs)
    return payloads.caught_up(caller.user, missed, removed, limits=limits.ADVERTISED)
