"""Registering, signing devices in and out: tokens, and the sessions of my browsers."""

from typing import Literal

from flask import current_app, request

from app import access, inputs, payloads
from app.actions import accounts, credentials
from app.api.routes import Route
from app.errors import Conflict, Forbidden, NotFound, RateLimited, Unauthenticated
from app.identity import Caller


@Route(
    "POST",
    "/users",
    takes=inputs.Registration,
    answers=payloads.Issued,
    status=201,
    public=True,
    refuses=(Conflict, Forbidden, NotFound, RateLimited, Unauthenticated),
)
def register(asked: inputs.Registration) -> payloads.Issued:
    """Make an account, and sign this device in. `invite` is a link's token, where registration needs one."""
    user = accounts.register(
        asked.username,
        asked.password,
        invited_by_link=asked.invite,
        address=request.remote_addr or "",
        registration=current_app.config["SETTINGS"].registration,
    )
    return payloads.issued(*credentials.open_token(user, name=asked.device_name, scopes=["read", "write"]))


@Route(
    "POST",
    "/tokens",
    takes=inputs.SignIn,
    answers=payloads.Issued,
    status=201,
    public=True,
    refuses=(Conflict, RateLimited, Unauthenticated),
)
def sign_in(asked: inputs.SignIn) -> payloads.Issued:
    """Sign this device in. The token is shown this once."""
    user = accounts.authenticate(asked.username, asked.password, address=request.remote_addr or "")
    return payloads.issued(*credentials.open_token(user, name=asked.device_name, scopes=list(asked.scopes)))


@Route("GET", "/tokens", answers=payloads.Page[payloads.Credential])
def tokens(caller: Caller) -> payloads.Page[payloads.Credential]:
    """My tokens, last used first."""
    return _page(caller, "token")


@Route("DELETE", "/tokens/current", scope="read")
def sign_out(caller: Caller) -> None:
    """Sign this device, or this browser, out."""
    credentials.sign_out(caller.credential)


@Route("DELETE", "/tokens/{credential_id}")
def end_token(caller: Caller, credential_id: str) -> None:
    """Revoke one of my tokens; its sockets are closed."""
    credentials.end(caller.user, credential_id, "token")


@Route("GET", "/sessions", answers=payloads.Page[payloads.Credential])
def sessions(caller: Caller) -> payloads.Page[payloads.Credential]:
    """My browsers, last used first."""
    return _page(caller, "session")


@Route("DELETE", "/sessions")
def end_sessions(caller: Caller) -> None:
    """Sign every browser out, but for the one that asks."""
    credentials.end_others(caller.user, caller.credential)


@Route("GET", "/sessions/{credential_id}", answers=payloads.Credential)
def session(caller: Caller, credential_id: str) -> payloads.Credential:
    """One of my browsers."""
    found = access.credential(caller.user, credential_id, "session")
    return payloads.credential(found, current=found.id == caller.credential.id)


@Route("DELETE", "/sessions/{credential_id}")
def end_session(caller: Caller, credential_id: str) -> None:
    """Sign one browser out; its sockets are closed."""
    credentials.end(caller.user, credential_id, "session")


def _page(caller: Caller, kind: Literal["session", "token"]) -> payloads.Page[payloads.Credential]:
    mine = access.credentials(caller.user, kind)
    drawn = [payloads.credential(each, current=each.id == caller.credential.id) for each in mine]
    return {"items": drawn, "next": None}
