"""OpenAPI 3.1: the table of routes, as a document."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from typing import Any

from app import inputs, payloads
from app.api import TABLE
from app.api.routes import JSON, PREFIX, Route
from app.contract import facts, sentences
from app.contract.schemas import Schema, Schemas
from app.errors import ChatError, Problem

PROBLEM = "application/problem+json"


@cache
def openapi() -> Mapping[str, Any]:
    """The document. It is the same as long as the process runs."""
    return document(TABLE)


def document(table: Mapping[Route, Any]) -> Schema:
    """The document of a table of routes and of the functions that answer them."""
    schemas = Schemas(
        read=[kind for route in table for kind in (route.takes, route.query)],
        drawn=[
            Problem,
            *(route.answers for route in table if route.answers is not None),
            *(each.shape for each in payloads.LOGGED.values()),
        ],
    )
    facts.name(schemas, payloads.LOGGED, {})
    refusals = {each for route in table for each in route.refusals}
    paths: dict[str, Schema] = {}
    for route, answer in table.items():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, answer, schemas)
    schemas.drop([inputs.Nothing, *(route.query for route in table)])
    return {
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Parlor, REST",
            "version": metadata.version("parlor"),
            "description": "Everything that a person can do, for programs. The live line is in asyncapi.json.",
        },
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "responses": {each.__name__: _refusal(each, schemas) for each in _sorted(refusals)},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `POST /tokens` or `POST /users`: `Authorization: Bearer pt_…`.",
                }
            },
        },
    }


def _operation(route: Route, answer: Any, schemas: Schemas) -> Schema:
    noun = answer.__module__.rpartition(".")[2]
    operation: Schema = {
        "operationId": f"{noun}_{answer.__name__}",
        "tags": [noun],
        "summary": sentences.summary(answer),
        "description": sentences.paragraph(answer),
        "security": [] if route.public else [{"token": [route.needs]}],
        "parameters": [*_in_path(route), *_in_query(route, schemas)],
        "responses": {**_answers(route, schemas), **_refused(route)},
    }
    if route.takes is not inputs.Nothing:
        operation["requestBody"] = {
            "required": bool(schemas.needs(route.takes)),
            "content": {JSON: {"schema": schemas.of(route.takes)}},
        }
    return operation


def _in_path(route: Route) -> Iterator[Schema]:
    for name in route.names:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(route: Route, schemas: Schemas) -> Iterator[Schema]:
    needed = schemas.needs(route.query)
    for name, field in schemas.fields(route.query).items():
        schema = dict(field)
        said = {"description": schema.pop("description")} if "description" in schema else {}
        yield {"name": name, "in": "query", "required": name in needed, **said, "schema": schema}


def _answers(route: Route, schemas: Schemas) -> dict[str, Schema]:
    content = {} if route.answers is None else {"content": {JSON: {"schema": schemas.of(route.answers)}}}
    first, *again = route.statuses
    answers = {str(first): {"description": "Done." if route.answers is None else "The answer.", **content}}
    return answers | {str(each): {"description": "It was done before.", **content} for each in again}


def _refused(route: Route) -> dict[str, Schema]:
    return {
        str(each.status): {"$ref": f"#/components/responses/{each.__name__}"}
        for each in _sorted(route.refusals)
    }


def _sorted(refusals: Iterable[type[ChatError]]) -> list[type[ChatError]]:
    return sorted(refusals, key=lambda each: (each.status, each.__name__))


def _refusal(kind: type[ChatError], schemas: Schemas) -> Schema:
    code = {"properties": {"code": {"const": kind.code}, "status": {"const": kind.status}}}
    drawn: Schema = {
        "description": f"`{kind.code}`: {sentences.paragraph(kind)}",
        "content": {PROBLEM: {"schema": {"allOf": [schemas.of(Problem), code]}}},
    }
    if kind.wait_seconds is not None:
        drawn["headers"] = {
            "Retry-After": {"description": "When to come back, in seconds.", "schema": {"type": "integer"}}
        }
    return drawn
