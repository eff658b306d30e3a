"""The server: what a program should know before it signs anybody in."""

from functools import cache
from importlib import metadata

from flask import current_app

from app import limits, payloads
from app.api.routes import Route


@Route("GET", "/server", answers=payloads.Server, public=True)
def show() -> payloads.Server:
    """What this server is, speaks and allows."""
    return payloads.server(
        version=_version(),
        limits=limits.ADVERTISED,
        registration=current_app.config["SETTINGS"].registration,
    )


@cache
def _version() -> str:
    return metadata.version("parlor")
