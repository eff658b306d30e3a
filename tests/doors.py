"""Every way in, with one handle: a promise is tried through each of them, and must be kept alike."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.people import Person

# What is asked on the socket, and its twin over HTTP (CONTRACT section 4).
TWINS = {
    "sync": ("POST", "/sync"),
    "post_message": ("POST", "/rooms/{room_id}/messages"),
    "edit_message": ("PATCH", "/messages/{message_id}"),
    "delete_message": ("DELETE", "/messages/{message_id}"),
    "set_reaction": ("PUT", "/messages/{message_id}/reactions/{emoji}"),
    "set_pin": ("PUT", "/messages/{message_id}/pin"),
    "set_read": ("PUT", "/rooms/{room_id}/read"),
}
SOCKET_ONLY = {"set_typing", "heads"}

# What is done on pages, and its twin for programs: the form's path and fields, the route and its body.
PAGES: dict[str, tuple[str, str, str]] = {
    "create_room": ("/rooms/new", "POST", "/rooms"),
    "rename_room": ("/rooms/{room_id}/settings", "PATCH", "/rooms/{room_id}"),
    "delete_room": ("/rooms/{room_id}/delete", "DELETE", "/rooms/{room_id}"),
    "leave_room": ("/rooms/{room_id}/leave", "DELETE", "/rooms/{room_id}/members/me"),
    "join_room": ("/join/{token}", "POST", "/join/{token}"),
    "make_link": ("/rooms/{room_id}/invites", "POST", "/rooms/{room_id}/invites"),
    "rotate_link": ("/rooms/{room_id}/invites/rotate", "POST", "/rooms/{room_id}/invites/rotate"),
    "change_name": ("/account/profile", "PATCH", "/me"),
}


@dataclass(frozen=True)
class Answer:
    """What came back: `code` is empty when it was done."""

    code: str
    status: int
    data: Any
    problem: Any = None


def by_token(person: Person, event: str, data: dict[str, Any]) -> Answer:
    """A talk request over REST with a token."""
    return _rest(person.api, event, data)


def by_cookie(person: Person, event: str, data: dict[str, Any]) -> Answer:
    """A talk request over REST with a browser's cookie."""
    return _rest(person.by_cookie, event, data)


def by_socket(person: Person, event: str, data: dict[str, Any]) -> Answer:
    """A talk request over the socket."""
    ack = person.ask(event, data)
    if ack["ok"]:
        return Answer("", 200, ack["data"])
    return Answer(ack["error"]["code"], ack["error"]["status"], None, ack["error"])


def _rest(ask: Any, event: str, data: dict[str, Any]) -> Answer:
    method, path = TWINS[event]
    body = dict(data)
    if body.pop("on", True) is False:
        method = "DELETE"
    named = {name: quote(str(body.pop(name)), safe="") for name in re.findall(r"{(\w+)}", path)}
    return answered(ask(method, path.format(**named), body or None))


def answered(response: Any) -> Answer:
    """What a REST answer says."""
    drawn = response.get_json(silent=True)
    if response.status_code < 400:
        return Answer("", response.status_code, drawn)
    return Answer(drawn["code"], response.status_code, None, drawn)


TALK = {"token": by_token, "cookie": by_cookie, "socket": by_socket}


def page(person: Person, verb: str, where: dict[str, str], fields: dict[str, Any]) -> int:
    """Do it on a page; the status, with 200 for the redirect that follows when it was done."""
    path = PAGES[verb][0].format(**where)
    status: int = person.post(path, **UNTOUCHED.get(verb, {}), **fields).status_code
    return 200 if status == 303 else status


def token(person: Person, verb: str, where: dict[str, str], fields: dict[str, Any]) -> int:
    """Do it over REST with a token; the status, 200 for whatever says that it was done."""
    return _done(person.api(PAGES[verb][1], PAGES[verb][2].format(**where), fields or None))


def cookie(person: Person, verb: str, where: dict[str, str], fields: dict[str, Any]) -> int:
    """The same with a browser's cookie."""
    return _done(person.by_cookie(PAGES[verb][1], PAGES[verb][2].format(**where), fields or None))


def _done(response: Any) -> int:
    return 200 if response.status_code < 300 else int(response.status_code)


# What a browser sends of a form besides, as nobody touched it.
UNTOUCHED = {"make_link": {"expires_in": "", "max_uses": ""}}

HOUSE = {"page": page, "token": token, "cookie": cookie}
