"""Reading Engine.IO and Socket.IO packets strictly. Two kinds of wrong:

`Malformed`: not this protocol (binary, unknown types, no event name). The line is closed at once.
`Unacceptable`: an event, but its JSON or its name is not taken. It is answered where it asked for an answer.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

import orjson
from engineio import packet as engine_packet
from socketio import packet as socket_packet

from app import limits

EVENT_NAME_MAX: Final = 64
# Times and dataclasses are drawn by payloads, or are a mistake.
AS_THE_STANDARD: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
# Names that mean something to the libraries: as an event, they would run the handlers of connecting and leaving.
RESERVED: Final = frozenset(
    {"connect", "disconnect", "connect_error", "error", "message", "*", "__disconnect_final"}
)
# type, namespace, number of the wanted answer, data. ASCII digits only: \d takes digits of every script.
_PACKET: Final = re.compile(
    r"([0-4])(?:(/[^,?]{0,64})(?:\?[^,]{0,256})?(?:,|$))?([0-9]{1,15})?(.*)", re.DOTALL
)
_AFTER_OPENING: Final = {
    "1": engine_packet.CLOSE,
    "3": engine_packet.PONG,
    "4": engine_packet.MESSAGE,
    "6": engine_packet.NOOP,
}


class Malformed(Exception):
    """Not a packet of this protocol: there is no going on."""


class Unacceptable(Exception):
    """A request that can be told from others, but not be read. Its text is for the person who wrote the client."""

    def __init__(self, reason: str, *, kind: int, namespace: str, number: int | None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.namespace = namespace
        self.number = number


def frame(text: object) -> engine_packet.Packet:
    """The Engine.IO packet that a client sent after the opening. Raises Malformed."""
    if not isinstance(text, str):
        raise Malformed("binary")
    if text[:1] not in _AFTER_OPENING:
        raise Malformed("unknown Engine.IO packet")
    if text == "4":
        raise Malformed("an empty message")
    return engine_packet.Packet(_AFTER_OPENING[text[0]], text[1:])


class StrictJSON:
    """The json module of Socket.IO packets: what every other client can read, and nothing else."""

    JSONDecodeError = json.JSONDecodeError

    @staticmethod
    def dump(value: object) -> bytes:
        """Compact JSON in UTF-8. NaN and Infinity, which break JavaScript clients, are null.

        What orjson does not take, such as half a character of somebody's, the standard library writes, or refuses.
        """
        try:
            return orjson.dumps(value, option=AS_THE_STANDARD)
        except TypeError:
            return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        """The same as text."""
        return StrictJSON.dump(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> Any:
        """The value. Raises ValueError for anything outside of the limits."""
        data = text.encode() if isinstance(text, str) else text
        try:
            # What is written as orjson writes it has no key twice, no NaN, and nothing that needs a closer look.
            value = orjson.loads(data)
            if orjson.dumps(value) == data and _is_within_limits(value):
                return value
        except (ValueError, TypeError):
            pass  # to be told below
        try:
            value = json.loads(
                data.decode(),
                object_pairs_hook=_object,
                parse_constant=_no_constant,
                parse_int=_integer,
                parse_float=_number,
            )
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if _too_deep(value):
            raise ValueError("nested too deeply")
        return value


def event(namespace: str, data: list[Any]) -> bytes:
    """The Engine.IO message of an event, name and arguments, to be told to many: as `Packet` encodes it."""
    return f"4{socket_packet.EVENT}{'' if namespace == '/' else f'{namespace},'}".encode() + StrictJSON.dump(
        data
    )


def sole_argument(rest: bytes) -> Any:
    """The one argument of an event, whose list goes on so after its name. Raises ValueError for any other number."""
    if not rest.endswith(b"]"):
        raise ValueError("not one argument")
    return StrictJSON.loads(rest[:-1])


def acknowledgement(namespace: str, number: int, answer: object) -> bytes:
    """The Engine.IO message that answers a request with one object: as `Packet` encodes it."""
    return f"4{socket_packet.ACK}{namespace},{number}".encode() + StrictJSON.dump([answer])


class Packet(socket_packet.Packet):
    """A Socket.IO packet: JSON only, strict on the way in."""

    uses_binary_events = False
    json = StrictJSON

    def __init__(self, packet_type: int = socket_packet.EVENT, data: Any = None, **options: Any) -> None:
        if packet_type == socket_packet.CONNECT_ERROR and isinstance(data, str):
            data = {"message": data}  # the Java client hangs on a bare string
        super().__init__(packet_type, data, **options)

    def decode(self, encoded_packet: object) -> int:
        """Fill this packet from what a client sent. Raises Malformed or Unacceptable."""
        match = _PACKET.fullmatch(encoded_packet) if isinstance(encoded_packet, str) else None
        if match is None:
            raise Malformed("unknown Socket.IO packet")
        kind, namespace, number, data = match.groups()
        self.packet_type = int(kind)
        self.namespace = namespace or "/"
        self.id = int(number) if number else None
        try:
            self.data = self.json.loads(data) if data else None
            reason = self._wrong()
        except ValueError as error:
            reason = f"Not readable as JSON: {error}."
        if reason:
            raise Unacceptable(reason, kind=self.packet_type, namespace=self.namespace, number=self.id)
        return 0

    def _wrong(self) -> str:
        """Why this packet is not taken; empty when it is. Raises Malformed."""
        match self.packet_type:
            case socket_packet.EVENT:
                return self._wrong_event()
            case socket_packet.CONNECT:
                fits = self.id is None and (self.data is None or isinstance(self.data, dict))
                return "" if fits else "auth is not an object."
            case socket_packet.ACK:
                if self.id is None or not isinstance(self.data, list):
                    raise Malformed("acknowledgement of nothing")
            case socket_packet.CONNECT_ERROR:
                raise Malformed("a client cannot refuse")
        return ""

    def _wrong_event(self) -> str:
        if not isinstance(self.data, list) or not self.data or not isinstance(self.data[0], str):
            return "An event is a list that begins with its name."
        name = self.data[0]
        return "There is no such event." if name in RESERVED or len(name) > EVENT_NAME_MAX else ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is there twice")
    if len(value) > limits.JSON_KEYS:
        raise ValueError("too many keys")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > limits.INTEGER_MAX:
        raise ValueError("a number is too large")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _is_within_limits(value: object) -> bool:
    """Whether a value keeps all limits; level by level, so that depth costs no stack."""
    level = [value]
    for _ in range(limits.JSON_DEPTH + 1):  # the event's own list is not counted
        inner: list[object] = []
        for item in level:
            if type(item) is dict:
                if len(item) > limits.JSON_KEYS:
                    return False
                inner.extend(item.values())
            elif type(item) is list:
                inner.extend(item)
            elif type(item) is int and abs(item) > limits.INTEGER_MAX:
                return False
        if not inner:
            return True
        level = inner
    return not any(isinstance(item, (dict, list, int)) for item in level)


def _too_deep(value: object) -> bool:
    """Whether containers stand in each other deeper than the limit; level by level, so that depth costs no stack."""
    level = [value]
    for _ in range(limits.JSON_DEPTH + 1):  # the event's own list is not counted
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        if not inner:
            return False
        level = inner
    return any(isinstance(item, (dict, list)) for item in level)
