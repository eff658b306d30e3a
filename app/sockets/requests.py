"""How a socket's requests are read and answered: exactly one object each way, whatever happens in between."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import flask
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import Namespace
from pydantic import BaseModel

from app import access, identity, inputs, limits, shedding
from app.errors import ChatError, Internal, Invalid, RateLimited, UnsupportedVersion

logger = logging.getLogger(__name__)

Data = Mapping[str, object]
VERSIONS = frozenset({"1"})
# A thousand who come back at once ask to catch up at once: nobody else waits until all of them are served.
_LONG_AT_ONCE = threading.BoundedSemaphore(2)


class Request(NamedTuple):
    """One request of the contract: what it takes, who may ask, who answers, and whether that takes long."""

    reads: type[BaseModel]
    scope: str
    answer: Callable[..., Data]
    is_long: bool = False


class Requests(Namespace):
    """A namespace whose requests are a table. A subclass says what `connect`, `disconnect` and each of them do."""

    requests: Mapping[str, Request] = {}

    def trigger_event(self, event: str, *args: object) -> object:
        """Called by python-socketio for everything that comes in, with the sid first. Never raises but Refused.

        Coming and going arrive here by the same way as events that a client names so: python-socketio's own
        calls are told by what no client can bring about. All else is looked up in the table of requests.
        """
        sid = str(args[0])
        if event == "connect" and self._is_handshake(args):
            return self.socketio._handle_event(self._connect, event, self.namespace, *args)
        if event == "disconnect" and not self.socketio.server.manager.is_connected(sid, self.namespace):
            self.depart(sid)
            return None
        return self.socketio._handle_event(
            lambda *sent: self._answer(event, sent), event, self.namespace, *args
        )

    def arrive(self, auth: object) -> None:
        """Let the socket of this request in. Any exception refuses it."""
        raise NotImplementedError

    def depart(self, sid: str) -> None:
        """A socket is gone. Runs inside whatever noticed that: no request, no person, no database."""
        raise NotImplementedError

    def _is_handshake(self, args: tuple[object, ...]) -> bool:
        environ = self.socketio.server.get_environ(args[0], namespace=self.namespace)
        return len(args) > 1 and args[1] is environ and environ is not None

    def _connect(self, auth: object = None) -> None:
        _forget_route()
        sid = flask.request.sid  # type: ignore[attr-defined]
        try:
            _refuse_other_versions(auth)
            shedding.refuse_when_blind()
            self.arrive(auth)
        except Exception as error:
            # Whatever it was, it denies. A TypeError let through would be tried again without auth.
            self.depart(sid)
            problem = _refusal(error, "connect").problem()
            raise Refused(problem["title"], problem) from None

    def _answer(self, event: str, sent: tuple[object, ...]) -> Data:
        _forget_route()
        try:
            return {"ok": True, "data": self._ask(event, sent)}
        except Exception as error:
            return {"ok": False, "error": _refusal(error, event).problem()}

    def _ask(self, event: str, sent: tuple[object, ...]) -> Data:
        self._pace()
        request = self.requests.get(event)
        if request is None or not request.is_long:
            return self._asked(request, sent)
        with _LONG_AT_ONCE:
            time.sleep(0)  # between two of these, whoever can be read or written has a turn
            return self._asked(request, sent)

    def _asked(self, request: Request | None, sent: tuple[object, ...]) -> Data:
        shedding.refuse_when_blind()
        if request is not None and request.scope == "write":
            shedding.refuse_sends()  # before anything is looked up or read of it
        caller = identity.of_socket()
        if request is None:
            raise Invalid("There is no such request.")
        if len(sent) != 1:
            raise Invalid("Send exactly one object.")
        asked = inputs.read(request.reads, sent[0])
        identity.require(caller, request.scope)
        return request.answer(caller, asked)

    def _pace(self) -> None:
        sid = flask.request.sid  # type: ignore[attr-defined]
        try:
            access.within(limits.SOCKET_BURST, sid)
        except RateLimited:
            try:
                access.within(limits.SOCKET_ABUSE, sid)
            except RateLimited:
                self.disconnect(sid)
            raise


def this_socket() -> str:
    """The id of the socket that asks."""
    return str(flask.request.sid)  # type: ignore[attr-defined]


def _forget_route() -> None:
    """No page stands behind a socket's request. The exception that says so would hold all that was sent, in a circle
    with the request that only the collector finds: 64 kB for each, until it comes by.
    """
    flask.request.routing_exception = None


def _refuse_other_versions(auth: object) -> None:
    version = auth.get("v", "1") if isinstance(auth, dict) else "1"
    if isinstance(version, str) and version not in VERSIONS:
        raise UnsupportedVersion  # one that is no text is refused with the rest of auth


def _refusal(error: Exception, event: str) -> ChatError:
    if isinstance(error, ChatError):
        return error
    logger.error("the request %r failed", event[:40], exc_info=error)
    return Internal()
