"""What programs may ask about a room as a whole, and about what its moderators do."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from app import limits
from app.inputs.requests import Query, Request
from app.inputs.values import Id, Seq, Title


def _given(value: object) -> object:
    if value is None:
        raise ValueError("Leave this out to keep it as it is.")
    return value


Given = BeforeValidator(_given)


class RoomChange(Request):
    """PATCH /rooms/{id}: what is left out stays as it is. `slow_seconds` is between two messages of one member."""

    title: Annotated[Title | None, Given] = None
    slow_seconds: Annotated[Annotated[int, Field(ge=0, le=limits.SLOW_SECONDS_MAX)] | None, Given] = None
    joining_closed: Annotated[bool | None, Given] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.title is None and self.slow_seconds is None and self.joining_closed is None:
            raise ValueError("Name at least one of title, slow_seconds and joining_closed.")
        return self


class Mute(Request):
    """PUT /rooms/{id}/members/{user_id}/mute: for how long."""

    seconds: Annotated[int, Field(ge=1, le=limits.MUTE_SECONDS_MAX)]


class Handover(Request):
    """PUT /rooms/{id}/owner: to whom."""

    user_id: Id


class LevelChange(Request):
    """PATCH /rooms/{id}/me."""

    level: Literal["everything", "mentions", "nothing"]


class DeedsQuery(Query):
    """GET /rooms/{id}/audit."""

    limit: Annotated[int, Field(ge=1, le=limits.HISTORY_PAGE_MAX)] = limits.HISTORY_PAGE
    cursor: Seq | None = None
