"""A person in a test: speaks and hears through the same entrances as outside."""

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import flask_wtf.csrf
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient

from app.actions import credentials
from app.channels import NAMESPACE
from app.extensions import db, socketio
from app.models import User
from tests.contract import watching

ORIGIN = {"Origin": "http://localhost"}


@dataclass
class Person:
    """Somebody with an account. Their browser and their token are made when first used."""

    app: Flask
    id: str
    username: str
    password: str
    _sockets: list["Socket"] = field(default_factory=list)

    def user(self) -> User:
        """The row, inside an application context."""
        return db.session.get_one(User, self.id)

    @cached_property
    def http(self) -> FlaskClient:
        """A browser in which this person is signed in; `csrf()` gives its CSRF token."""
        client = self.app.test_client()
        with self.app.test_request_context():
            _, secret = credentials.open_session(self.user(), remember=False, user_agent="Test")
        with client.session_transaction() as session:
            session["_user_id"] = secret
            session["_fresh"] = True
            session["csrf_token"] = uuid.uuid4().hex
        return client

    def csrf(self) -> str:
        """The CSRF token of this person's browser, as a form or `X-CSRFToken` carries it."""
        with self.http.session_transaction() as session:
            raw = session["csrf_token"]
        with self.app.test_request_context():
            import flask

            flask.session["csrf_token"] = raw
            return str(flask_wtf.csrf.generate_csrf())

    def post(self, path: str, **fields: object) -> Any:
        """Send a form from this person's browser, with its CSRF token."""
        return self.http.post(path, data={"csrf_token": self.csrf(), **fields})

    @cached_property
    def token(self) -> str:
        """The secret of a token of theirs, with both scopes."""
        return self.make_token("read", "write")

    def make_token(self, *scopes: str) -> str:
        """One more token."""
        with self.app.app_context():
            return credentials.open_token(self.user(), name="Test", scopes=list(scopes))[1]

    def api(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """Ask the REST API with this person's token. The answer has `.status_code` and `.get_json()`."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        client = self.app.test_client(use_cookies=False)
        return client.open("/api/v1" + path, method=method, json=body, headers=headers, **options)

    def by_cookie(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """Ask the REST API with this person's browser: its cookie and its CSRF token."""
        headers = {"X-CSRFToken": self.csrf(), **options.pop("headers", {})}
        return self.http.open("/api/v1" + path, method=method, json=body, headers=headers, **options)

    @property
    def socket(self) -> "Socket":
        """A socket of theirs, connected with a token; always the same one."""
        return self._sockets[0] if self._sockets else self.connect()

    def connect(self, **auth: str) -> "Socket":
        """One more socket, by this `auth` or by a token of its own."""
        self._sockets.append(Socket(self.app, auth or {"token": self.make_token("read", "write")}))
        return self._sockets[-1]

    def say(self, room_id: str, text: str = "hello", *, nonce: str = "") -> Any:
        """Post a message over the socket; the acknowledgement."""
        nonce = nonce or str(uuid.uuid4())
        return self.ask("post_message", {"room_id": room_id, "nonce": nonce, "text": text})

    def ask(self, event: str, data: object) -> Any:
        """Ask over the socket; the acknowledgement."""
        return self.socket.ask(event, data)

    def heard(self, *events: str) -> list[Any]:
        """What the socket heard since this was last asked, in order; only these events, if any are named."""
        return self.socket.heard(*events)


class Socket:
    """A connected socket of the stock test client."""

    def __init__(self, app: Flask, auth: object, *, flask_client: FlaskClient | None = None) -> None:
        self.client: SocketIOTestClient = socketio.test_client(
            app, namespace=NAMESPACE, auth=auth, flask_test_client=flask_client, headers=ORIGIN
        )

    @property
    def sid(self) -> str:
        """Its id in the namespace; empty when it is not in it."""
        return str(socketio.server.manager.sid_from_eio_sid(self.client.eio_sid, NAMESPACE) or "")

    @property
    def connected(self) -> bool:
        """Was it let in, and is it still?"""
        return bool(self.client.is_connected(NAMESPACE))

    def ask(self, event: str, data: object) -> Any:
        """Ask; the acknowledgement."""
        ack = self.client.emit(event, data, namespace=NAMESPACE, callback=True)
        assert watching.unlike(event, ack, acknowledged=True) == []
        return ack

    def heard(self, *events: str) -> list[Any]:
        """What it heard since this was last asked, in order, as (event, fact); its last words as well."""
        heard, self.client.queue = self.client.queue, []
        got = [(each["name"], each["args"][0]) for each in heard if each["namespace"] == NAMESPACE]
        assert [line for each in got for line in watching.unlike(*each)] == []
        return [each for each in got if not events or each[0] in events]
