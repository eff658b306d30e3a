"""People outside: they have accounts on a real server, and know nothing but its address. REST, and raw WebSockets."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import websocket

PASSWORD = "correct horse battery"
_number = itertools.count(1)


@dataclass
class Account:
    """Somebody with an account and a token."""

    url: str
    username: str
    id: str
    token: str

    def rest(self, method: str, path: str, body: object = None, **options: Any) -> requests.Response:
        """Ask the REST API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(
            method, f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=20, **options
        )

    def make_room(self, title: str = "The garden") -> Room:
        """A room of theirs, with its link."""
        made = _good(self.rest("POST", "/rooms", {"title": title}))
        return Room(made["room"]["id"], made["invite"]["token"])

    def join(self, room: Room) -> None:
        """Open a link, and go in."""
        _good(self.rest("POST", f"/join/{room.invite}"))

    def say(self, room: Room, text: str, nonce: str | None = None) -> dict[str, Any]:
        """Send a message over REST; the message."""
        body = {"text": text, "nonce": nonce or str(uuid.uuid4())}
        return dict(_good(self.rest("POST", f"/rooms/{room.id}/messages", body))["message"])

    def history(self, room: Room) -> list[dict[str, Any]]:
        """Everything said in a room, oldest first."""
        said: list[dict[str, Any]] = []
        after = 0
        while page := _good(self._patiently(f"/rooms/{room.id}/messages?after={after}&limit=100"))["items"]:
            said += page
            after = page[-1]["seq"]
        return said

    def _patiently(self, path: str) -> requests.Response:
        """Ask again while the server has too much to do: pages of history are the first that it puts off."""
        while (reply := self.rest("GET", path)).status_code == 503:
            time.sleep(float(reply.headers["Retry-After"]))
        return reply

    @contextlib.contextmanager
    def line(self, **options: Any) -> Iterator[Line]:
        """A raw line of theirs, let in by token."""
        with Line.open(self.url, **options) as line:
            answer = line.connect({"token": self.token})
            assert answer.startswith("40/chat,"), answer
            yield line


@dataclass(frozen=True)
class Room:
    """A room by its id, and the token of its link."""

    id: str
    invite: str


def register(url: str, name: str = "ada") -> Account:
    """Somebody new. The username has a number after it, since many tests share one server."""
    username = f"{name}-{next(_number)}"
    reply = requests.post(
        f"{url}/api/v1/users",
        json={"username": username, "password": PASSWORD, "device_name": "Test"},
        timeout=20,
    )
    made = _good(reply)
    return Account(url, username, made["user"]["id"], made["token"])


def _good(reply: requests.Response) -> Any:
    assert reply.ok, f"{reply.request.method} {reply.request.url}: {reply.status_code} {reply.text}"
    return reply.json() if reply.content else None


class Browser:
    """A browser without a screen: cookies, pages, and the CSRF token that they carry."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def csrf(self, path: str = "/login") -> str:
        """The CSRF token of a page's form."""
        found = re.search(
            r'name="csrf_token"[^>]* value="([^"]+)"', self.http.get(self.url + path, timeout=20).text
        )
        assert found, path
        return found[1]

    def log_in(self, account: Account, password: str = PASSWORD) -> Browser:
        """Sign in by the form."""
        fields = {"csrf_token": self.csrf(), "username": account.username, "password": password}
        self.http.post(f"{self.url}/login", fields, timeout=20)
        assert self.cookie
        return self

    @property
    def cookie(self) -> str:
        """As the header carries it."""
        return "; ".join(f"{each.name}={each.value}" for each in self.http.cookies)


@dataclass
class Line:
    """One WebSocket, packet by packet as text: what a client of the contract says and hears, in its exact order."""

    socket: websocket.WebSocket
    opening: dict[str, Any] = field(default_factory=dict)
    _number: int = 0
    _early: list[str] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def open(cls, url: str, *, origin: str | None = None, cookie: str | None = None) -> Iterator[Line]:
        """A line with an Engine.IO connection and no namespace yet."""
        made = cls(
            websocket.create_connection(
                url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket",
                timeout=10,
                origin=origin,
                suppress_origin=origin is None,
                cookie=cookie,
            )
        )
        try:
            made.opening = json.loads(made._text()[1:])
            yield made
        finally:
            with contextlib.suppress(OSError):
                made.socket.close()

    def send(self, packet: str) -> None:
        """Send a packet as it is."""
        self.socket.send(packet)

    def connect(self, auth: object, namespace: str = "/chat") -> str:
        """Ask to be let into a namespace; the first packet that comes back."""
        self.send(f"40{namespace},{json.dumps(auth)}")
        return self.next()

    def ask(self, event: str, *data: object) -> Any:
        """Ask, and wait for the acknowledgement. What is heard meanwhile stays to be heard."""
        number = self.begin(event, *data)
        prefix, waited = f"43/chat,{number}", []
        while not (packet := self._packet()).startswith(prefix):
            waited.append(packet)
        self._early += waited
        return json.loads(packet[len(prefix) :])[0]

    def begin(self, event: str, *data: object) -> int:
        """Ask without waiting; the number of the request."""
        self._number += 1
        self.send(f"42/chat,{self._number}{json.dumps([event, *data])}")
        return self._number

    def next(self) -> str:
        """The next packet; pings are answered and left out. Raises WebSocketException when the line ends."""
        return self._early.pop(0) if self._early else self._packet()

    def hear(self, event: str) -> Any:
        """The next fact of this kind; others are thrown away."""
        prefix = f"42/chat,{json.dumps([event])[:-1]}"
        while not (packet := self.next()).startswith(prefix):
            pass
        return json.loads(packet[len("42/chat,") :])[1]

    def rest(self) -> list[str]:
        """Everything until the line ends."""
        packets = []
        with contextlib.suppress(websocket.WebSocketException, OSError):
            while True:
                packets.append(self.next())
        return packets

    def ended(self, seconds: float = 5.0) -> bool:
        """Whether the server ends the line in so much time."""
        self.socket.settimeout(seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.next()
            except websocket.WebSocketTimeoutException:
                return False
            except (websocket.WebSocketException, OSError):
                return True
        return False

    def _packet(self) -> str:
        while (text := self._text()) == "2":
            self.socket.send("3")
        return text

    def _text(self) -> str:
        text = self.socket.recv()
        if not isinstance(text, str) or not text:
            raise websocket.WebSocketConnectionClosedException("closed")
        return text
