"""The two documents, served: public, for a client is written before anybody has an account."""

from collections.abc import Mapping
from typing import Any

from app.api.routes import Route
from app.contract.asyncapi import asyncapi
from app.contract.openapi import openapi

Document = Mapping[str, Any]


@Route("GET", "/openapi.json", answers=Document, public=True)
def show_openapi() -> Document:
    """This interface, as an OpenAPI 3.1 document."""
    return openapi()


@Route("GET", "/asyncapi.json", answers=Document, public=True)
def show_asyncapi() -> Document:
    """The live line, as an AsyncAPI 3 document."""
    return asyncapi()
