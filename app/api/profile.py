"""Me, and what I missed."""

from app import inputs, limits, payloads
from app.actions import accounts, attendance
from app.api.routes import Route
from app.identity import Caller


@Route("GET", "/me", answers=payloads.User)
def show(caller: Caller) -> payloads.User:
    """Who I am, as others see me."""
    return payloads.user(caller.user)


@Route("PATCH", "/me", takes=inputs.Profile, answers=payloads.User)
def change(caller: Caller, asked: inputs.Profile) -> payloads.User:
    """Another display name."""
    return payloads.user(accounts.set_display_name(caller.user, asked.display_name))


@Route("POST", "/sync", takes=inputs.Sync, answers=payloads.CaughtUp, scope="read")
def sync(caller: Caller, asked: inputs.Sync) -> payloads.CaughtUp:
    """Everything after the client's seqs; the twin of the socket's `sync`."""
    missed, removed = attendance.sync(caller.user, asked.rooms, asked.epochs)
    return payloads.caught_up(caller.user, missed, removed, limits=limits.ADVERTISED)
