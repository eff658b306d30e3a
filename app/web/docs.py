"""The rendered contract: both documents as pages, drawn on the server.

Not by a third party's component, for none works where neither inline styles nor evaluated code nor another origin is
allowed: RapiDoc 9.3, Redoc 2.5 and Scalar's reference put styles into the page, RapiDoc and Scalar ask other origins
for fonts and registries, and AsyncAPI's web component 2.6 compiles its schemas by evaluating text.
"""

from functools import cache

from flask import Blueprint, render_template

from app import contract
from app.contract import reading
from app.contract.reading import Section

blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("/api")
def api() -> str:
    """REST: every route, what it takes and answers, and every type."""
    return render_template("docs/show.html", sections=_rest(), info=contract.openapi()["info"], page="api")


@blueprint.get("/socket")
def socket() -> str:
    """The live line: connecting, requests, facts, and every type."""
    return render_template(
        "docs/show.html", sections=_live(), info=contract.asyncapi()["info"], page="socket"
    )


@cache
def _rest() -> list[Section]:
    return reading.rest(contract.openapi())


@cache
def _live() -> list[Section]:
    return reading.live(contract.asyncapi())
