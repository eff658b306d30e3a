"""Watches what the API answers in all tests, and what the socket does: nothing that the documents don't say."""

import json
from functools import cache
from typing import Any

import flask
import jsonschema_rs
from flask import Flask

from app import contract
from app.api import TABLE
from app.api.routes import Route
from app.contract.schemas import camel


@cache
def routes() -> dict[str, Route]:
    """Routes by the name that Flask has for them."""
    return {
        f"api.{answer.__module__.rpartition('.')[2]}_{answer.__name__}": route
        for route, answer in TABLE.items()
    }


@cache
def schema(name: str) -> jsonschema_rs.Validator:
    """A schema of the socket's document."""
    components = contract.asyncapi()["components"]
    return jsonschema_rs.validator_for({**components["schemas"][name], "components": components})


@cache
def answer(path: str, method: str, status: int) -> jsonschema_rs.Validator | None:
    """The schema of an answer that was not refused; None for one without a body."""
    response = contract.openapi()["paths"][path][method.lower()]["responses"][str(status)]
    if "content" not in response:
        return None
    [content] = response["content"].values()
    return jsonschema_rs.validator_for({**content["schema"], "components": contract.openapi()["components"]})


def watch(app: Flask) -> list[str]:
    """What the API answers from now on and its route doesn't declare, a sentence each."""
    found: list[str] = []

    @app.after_request
    def look(response: flask.Response) -> flask.Response:
        route = routes().get(flask.request.endpoint or "")
        if route is not None and flask.request.method == route.method:
            found.extend(undeclared(route, response.status_code, _body(response)))
        return response

    return found


def _body(response: flask.Response) -> Any:
    # Not get_json, which is as strict as it is with what clients send: the documents have more keys than that.
    return json.loads(response.data) if response.data else None


def undeclared(route: Route, status: int, body: Any) -> list[str]:
    """What is wrong with an answer of a route."""
    where = f"{route.method} {route.path} → {status}"
    if status in route.statuses:
        wanted = answer(route.path, route.method, status)
        return [] if wanted is None else [f"{where}: {each.message}" for each in wanted.iter_errors(body)]
    code = body.get("code") if isinstance(body, dict) else None
    if (status, code) in {(each.status, each.code) for each in route.refusals}:
        return []
    return [f"{where} {code} is not declared"]


def unlike(event: str, said: Any, *, acknowledged: bool = False) -> list[str]:
    """What is wrong with a fact, or with the acknowledgement of a request."""
    name = f"{camel(event)}Ack" if acknowledged else camel(event)
    if name not in contract.asyncapi()["components"]["schemas"]:
        return [] if acknowledged else [f"{event} is no fact"]  # an unknown request is answered, too
    return [f"{event}: {each.message}" for each in schema(name).iter_errors(said)]
