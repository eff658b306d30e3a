"""The contract as documents: OpenAPI of the table of routes, AsyncAPI of the socket's requests and facts.

Nothing is described here that the code doesn't use: schemas come from the types that are read and drawn, sentences
from docstrings, refusals from the family of errors. What is missing there is missing in the documents.
"""

from app.contract.asyncapi import asyncapi
from app.contract.documents import show_asyncapi, show_openapi
from app.contract.openapi import openapi

__all__ = ["asyncapi", "openapi", "show_asyncapi", "show_openapi"]
