"""The table of the API: what each route takes, what it answers with, and how it is served.

The same table serves requests, is walked by the tests, and is what the OpenAPI document is generated from.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import flask
from flask import Blueprint, request
from pydantic import BaseModel

from app import identity, inputs
from app.errors import (
    ChatError,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
)

PREFIX = "/api/v1"
JSON = "application/json"

READ_BY_THE_ROUTE = frozenset({"emoji"})  # what stands in a path and is no id

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)

Answer = TypeVar("Answer", bound=Callable[..., object])
Refusals = frozenset[type[ChatError]]

# What any request may be refused with, whatever it asks for.
ALWAYS: Refusals = frozenset({Unreadable, Invalid, TooLarge, Unavailable, Internal})


@dataclass(frozen=True)
class Route:
    """One method on one path. As a decorator it puts a function into the table, which is called with, by name,
    `caller` (unless the route is public), what stands in the path, and `asked` and `query` where there are any.

    The function returns what `answers` says: a body, a body and the status `again`, or nothing.
    """

    method: str
    path: str  # below /api/v1, with {names}
    takes: type[BaseModel] = inputs.Nothing
    query: type[BaseModel] = inputs.Nothing
    answers: Any = None  # a type of `payloads`, or None for no body and 204
    status: int = HTTPStatus.OK
    again: int | None = None  # the status when what was asked for was done before
    public: bool = False
    scope: str = ""  # what a token needs; by the method, unless it is said
    refuses: tuple[type[ChatError], ...] = ()  # beside what follows from the rest: see `refusals`
    gate: Callable[[], None] = lambda: None  # refuses before anything is read, when there is too much to do

    def __call__(self, answer: Answer) -> Answer:
        """Put the function into the table, and serve it."""
        TABLE[self] = answer
        name = f"{answer.__module__.rpartition('.')[2]}_{answer.__name__}"
        rule = self.path.replace("{", "<").replace("}", ">")
        blueprint.add_url_rule(rule, name, _serving(self, answer), methods=[self.method])
        return answer

    @property
    def statuses(self) -> tuple[int, ...]:
        """What it answers with when it doesn't refuse."""
        first = HTTPStatus.NO_CONTENT if self.answers is None else self.status
        return (first,) if self.again is None else (first, self.again)

    @property
    def refusals(self) -> Refusals:
        """Everything that it may be refused with."""
        found = ALWAYS.union(self.refuses)
        if not self.public:
            found |= {Unauthenticated, Forbidden}
        return found | {NotFound} if self.names else found

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def needs(self) -> str:
        """The scope that a token needs."""
        return self.scope or ("read" if self.method == "GET" else "write")


TABLE: dict[Route, Callable[..., object]] = {}


def _serving(route: Route, answer: Callable[..., object]) -> Callable[..., flask.Response]:
    def serve(**path: str) -> flask.Response:
        route.gate()
        given: dict[str, object] = {}
        if not route.public:
            given["caller"] = identity.api_caller(route.needs)
        given.update(_known(path))
        query = inputs.read(route.query, _query())
        asked = inputs.read(route.takes, _body())
        if route.query is not inputs.Nothing:
            given["query"] = query
        if route.takes is not inputs.Nothing:
            given["asked"] = asked
        return _respond(answer(**given), route)

    return serve


def _known(path: Mapping[str, str]) -> Mapping[str, str]:
    """What stands in the path. Raises NotFound for what cannot be anybody's id."""
    try:
        for name, value in path.items():
            if name not in READ_BY_THE_ROUTE:
                inputs.check(inputs.Id, value)
    except Invalid:
        raise NotFound from None
    return path


def _query() -> dict[str, object]:
    """What stands after the question mark, each name once. Raises Unreadable."""
    if any(len(values) > 1 for _, values in request.args.lists()):
        raise Unreadable("Name each parameter once.")
    return dict(request.args.items())


def _body() -> object:
    """What was sent, an empty object when nothing was. Raises Unreadable for anything but strict JSON.

    Nothing is read that doesn't say it is JSON: a form of another site can send text, but cannot say that.
    """
    sent = request.get_data()
    if not sent:
        return {}
    if request.mimetype != JSON:
        raise Unreadable(f"Send the header Content-Type: {JSON}.")
    try:
        return flask.json.loads(sent)
    except ValueError as wrong:
        raise Unreadable(f"Not readable as JSON: {wrong}.") from None


def _respond(drawn: object, route: Route) -> flask.Response:
    body, status = drawn if isinstance(drawn, tuple) else (drawn, route.statuses[0])
    response = flask.Response() if route.answers is None else flask.jsonify(body)
    response.status_code = status
    return response
