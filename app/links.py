"""How an invite is written as a link: one rule for pages and programs."""

from typing import Protocol

from flask import current_app, request


class Token(Protocol):
    """Whatever carries the secret part of a link."""

    token: str


def url(invite: Token) -> str:
    """The whole link. On PUBLIC_URL where one is set, since the Host of a request is only what a client says."""
    public: str = current_app.config["SETTINGS"].public_url
    return f"{public or request.host_url.rstrip('/')}/join/{invite.token}"
