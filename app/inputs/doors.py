"""What programs may ask about links, about who waits at the door, and about messages that trouble somebody."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from app import limits
from app.inputs.requests import Query, Request
from app.inputs.values import Id, PartOfName, Reason


def _written(value: object) -> object:
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("Write a time as 2026-11-22T15:01:49.450Z.")
    return datetime.fromisoformat(value)


Instant = Annotated[AwareDatetime, BeforeValidator(_written), Field(strict=False)]


class Purging(Request):
    """POST /invites/{id}/purge: who came by it since then; without it, who ever did."""

    since: Instant | None = None


class ArrivalsQuery(Query):
    """GET /invites/{id}/members."""

    since: Instant | None = None
    limit: Annotated[int, Field(ge=1, le=limits.HISTORY_PAGE_MAX)] = limits.HISTORY_PAGE
    cursor: Id | None = None


class DeparturesQuery(Query):
    """GET /rooms/{id}/departures: with `name`, those in whose names that is."""

    name: PartOfName = ""
    limit: Annotated[int, Field(ge=1, le=limits.HISTORY_PAGE_MAX)] = limits.HISTORY_PAGE
    cursor: Id | None = None


class NewReport(Request):
    """POST /messages/{id}/report."""

    reason: Reason = ""


class ReportAnswer(Request):
    """PATCH /reports/{id}."""

    outcome: Literal["dismissed", "message_deleted", "author_removed"]
