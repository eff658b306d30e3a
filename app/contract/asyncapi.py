"""AsyncAPI 3: the socket's requests, their acknowledgements, the facts, and what connecting takes.

Seen from the server, as AsyncAPI wants it: it *receives* requests and replies with acknowledgements, it *sends* facts.
"""

from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any, get_type_hints

from app import inputs, payloads
from app.channels import NAMESPACE
from app.contract import facts, sentences
from app.contract.schemas import PREFIX, Schema, Schemas, camel
from app.errors import Problem
from app.payloads import Told
from app.sockets.chat import Chat
from app.sockets.requests import Request

CHANNEL = {"$ref": "#/channels/chat"}
TOKEN = {
    "type": "userPassword",
    "description": "The secret of a token, as `token` in the `auth` of CONNECT.",
}


@cache
def asyncapi() -> Mapping[str, Any]:
    """The document. It is the same as long as the process runs."""
    return document(Chat.requests, payloads.LOGGED, payloads.PASSING)


def document(
    requests: Mapping[str, Request], logged: Mapping[str, Told], passing: Mapping[str, Told]
) -> Schema:
    """The document of a table of requests and of the facts that are told."""
    told = {**logged, **passing}
    schemas = Schemas(
        read=[inputs.Auth, *(each.reads for each in requests.values())],
        drawn=[Problem, *map(answered, requests.values()), *(each.shape for each in told.values())],
    )
    components = schemas.components
    facts.name(schemas, logged, passing)
    components.update({f"{camel(event)}Ack": _ack(each, schemas) for event, each in requests.items()})
    messages = _messages(requests, logged, passing, schemas)
    operations = {event: _asked(event, each) for event, each in requests.items()}
    operations["connect"] = _connecting()
    operations |= {event: _told(event, each) for event, each in told.items()}
    return {
        **_about(),
        "channels": {
            "chat": {
                "address": NAMESPACE,
                "description": "The one namespace; others are refused.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": operations,
        "components": {
            "schemas": dict(sorted(components.items())),
            "messages": messages,
            "securitySchemes": {"token": TOKEN},
        },
    }


def _messages(
    requests: Mapping[str, Request], logged: Mapping[str, Told], passing: Mapping[str, Told], schemas: Schemas
) -> Schema:
    messages = {"connect": _connect(schemas), "connect_error": _connect_error()}
    for event, request in requests.items():
        messages[event] = _request(event, request, schemas)
        messages[f"{event}_ack"] = _acknowledgement(event)
    for event, fact in {**logged, **passing}.items():
        messages[event] = _fact(event, fact, event in logged)
    return messages


def _about() -> Schema:
    return {
        "asyncapi": "3.0.0",
        "id": "urn:parlor:chat",
        "info": {
            "title": "Parlor, the live line",
            "version": metadata.version("parlor"),
            "description": (
                "Socket.IO 5 on Engine.IO 4, at /socket.io/, namespace /chat. A request is an event with exactly "
                "one object, and is acknowledged with exactly one; a fact is an event with exactly one object."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": "{host}",
                "pathname": "/socket.io/",
                "protocol": "wss",
                "protocolVersion": "5",
                "description": "Long polling first, or WebSocket alone.",
                "variables": {"host": {"description": "Where Parlor is served.", "default": "localhost"}},
                "security": [{"$ref": "#/components/securitySchemes/token"}],
            }
        },
    }


def _connecting() -> Schema:
    return {
        "action": "receive",
        "channel": CHANNEL,
        "summary": "Connect to the namespace",
        "messages": [_message("connect")],
        "reply": {"channel": CHANNEL, "messages": [_message("connect_error")]},
    }


def answered(request: Request) -> Any:
    """The type of the `data` that a request is acknowledged with: what its function says that it returns."""
    return get_type_hints(request.answer).get("return", Mapping[str, object])


def _message(name: str) -> Schema:
    return {"$ref": f"#/channels/chat/messages/{name}"}


def _ack(request: Request, schemas: Schemas) -> Schema:
    done = {"ok": {"const": True}, "data": schemas.of(answered(request))}
    refused = {"ok": {"const": False}, "error": schemas.of(Problem)}
    return {
        "oneOf": [
            {"type": "object", "properties": done, "required": ["ok", "data"]},
            {"type": "object", "properties": refused, "required": ["ok", "error"]},
        ]
    }


def _connect(schemas: Schemas) -> Schema:
    return {
        "name": "connect",
        "title": "CONNECT",
        "summary": "Socket.IO's own CONNECT packet, with `auth`. Its answer has the socket's id.",
        "payload": schemas.of(inputs.Auth),
    }


def _connect_error() -> Schema:
    refusal = {"message": {"type": "string"}, "data": {"$ref": f"{PREFIX}Problem"}}
    return {
        "name": "connect_error",
        "title": "CONNECT_ERROR",
        "summary": "One is not let in, and why.",
        "payload": {"type": "object", "properties": refusal, "required": ["message", "data"]},
    }


def _request(event: str, request: Request, schemas: Schemas) -> Schema:
    return {
        "name": event,
        "title": event,
        "summary": sentences.paragraph(request.answer),
        "payload": schemas.of(request.reads),
    }


def _acknowledgement(event: str) -> Schema:
    return {
        "name": f"{event}_ack",
        "title": f"acknowledgement of {event}",
        "payload": {"$ref": f"{PREFIX}{camel(event)}Ack"},
    }


def _fact(event: str, fact: Told, logged: bool) -> Schema:
    kept = "Logged: it has a seq, and can be caught up with." if logged else "Passing: lost when missed."
    return {
        "name": event,
        "title": event,
        "summary": fact.says,
        "description": f"To {fact.to}. {kept}",
        "tags": [{"name": "logged" if logged else "passing"}],
        "payload": {"$ref": f"{PREFIX}{camel(event)}"},
    }


def _asked(event: str, request: Request) -> Schema:
    return {
        "action": "receive",
        "channel": CHANNEL,
        "summary": sentences.summary(request.answer),
        "description": f"A token needs the scope `{request.scope}`.",
        "x-scope": request.scope,
        "tags": [{"name": "request"}],
        "messages": [_message(event)],
        "reply": {"channel": CHANNEL, "messages": [_message(f"{event}_ack")]},
    }


def _told(event: str, fact: Told) -> Schema:
    return {
        "action": "send",
        "channel": CHANNEL,
        "summary": fact.says,
        "messages": [_message(event)],
    }
