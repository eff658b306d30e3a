"""For every request there is, ten thousand of them: right, at every bound, and junk. What holds whatever comes:

never `internal`, no traceback; an answer by its schema, each fact that others hear too; nothing is stored by what is
refused; and the socket lives. The requests are those of `Chat.requests`: a new one is tried here without being named.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
import sqlalchemy as sa
from flask import Flask

from app import contract, payloads
from app.channels import NAMESPACE
from app.contract.schemas import camel
from app.extensions import db, socketio
from app.sockets.chat import Chat
from tests.conftest import Garden
from tests.people import Person
from tests.requests import BODIES, Ids
from tests.sockets.generating import Requests, Sent

EACH = 10_000
SEED = int(os.environ.get("SEED", "1"))  # another one tries others: SEED=2 make test
FRESH = 250  # after so many there is a new message to change, and what was heard is looked at
SCHEMAS = contract.asyncapi()["components"]["schemas"]


def validator(name: str) -> jsonschema_rs.Validator:
    """What tells whether a value is by the schema of this name in the AsyncAPI document."""
    return jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    )


class Stored:
    """Whether anything was written for good since it was last asked."""

    def __init__(self, app: Flask) -> None:
        self._writes: list[str] = []
        self._kept: list[str] = []
        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", self._executed)
        sa.event.listen(engine, "commit", self._committed)
        sa.event.listen(engine, "rollback", lambda connection: self._writes.clear())

    def take(self) -> list[str]:
        """The statements."""
        kept, self._kept = self._kept, []
        return kept

    def _executed(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
            self._writes.append(statement)

    def _committed(self, connection: Any) -> None:
        self._kept += self._writes
        self._writes = []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("event", Chat.requests)
def test_whatever_is_asked_is_answered_as_the_contract_says(
    event: str, app: Flask, garden: Garden, ada: Person, bob: Person, caplog: pytest.LogCaptureFixture
) -> None:
    facts = {name: validator(camel(name)) for name in (*payloads.LOGGED, *payloads.PASSING)}
    by_schema = validator(f"{camel(event)}Ack")
    message_id, codes = "", Counter[str]()
    asking = Requests(Chat.requests[event].reads, SEED, lambda: ids_of(garden, bob, message_id))
    assert ada.socket.connected and bob.socket.connected
    stored = Stored(app)
    handler = socketio.server.namespace_handlers[NAMESPACE]
    for number in range(EACH):
        if number % FRESH == 0:
            message_id = ada.say(garden.id)["data"]["message"]["id"]
            listen(facts, ada, bob)
            stored.take()
        sent = asking.next()
        answer = handler.trigger_event(event, ada.socket.sid, *sent)

        code = "" if answer["ok"] else answer["error"]["code"]
        kept = stored.take()
        if not by_schema.is_valid(answer) or code == "internal" or (kept and not answer["ok"]):
            raise AssertionError(
                f"{number} of seed {SEED}: {sent!r} was answered {answer!r}, and stored {kept}"
            )
        codes[code] += 1
    listen(facts, ada, bob)
    assert ada.socket.connected
    assert ada.say(garden.id)["ok"]
    assert [each for each in caplog.records if each.levelname in {"ERROR", "CRITICAL"} or each.exc_info] == []
    assert codes[""] > EACH / 100 and codes["invalid"] > EACH / 10, codes


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """With a disk that is not waited for: much is stored here that nobody needs."""
    return make_app(sqlite_synchronous="NORMAL")


def ids_of(garden: Garden, bob: Person, message_id: str) -> Ids:
    """What a right request names."""
    return Ids(room_id=garden.id, user_id=bob.id, message_id=message_id)


def listen(facts: dict[str, jsonschema_rs.Validator], *people: Person) -> None:
    """What these heard since they were last asked, each by its schema."""
    for person in people:
        for event, fact in person.heard():
            assert facts[event].is_valid(fact), (event, fact)


def test_the_generator_makes_right_ones_and_wrong_ones_and_the_same_for_the_same_seed() -> None:
    ids = Ids()
    for request in Chat.requests.values():
        made: list[Sent] = [
            sent
            for requests in [Requests(request.reads, 7, lambda: ids)]
            for sent in (requests.next() for _ in range(2_000))
        ]
        again = Requests(request.reads, 7, lambda: ids)
        assert (BODIES[request.reads](ids),) in made
        assert {len(each) for each in made} == {0, 1, 2}
        assert repr(again.next()) == repr(made[0])
