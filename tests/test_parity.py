"""What pages can do, programs can: the lists are read from the code, never kept by hand.

Read from the source are the calls of actions in `app/web`, `app/api` and `app/sockets`. A page that learns something
fails here until a route can do it too, and so does a request of one entrance that the other lacks.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.api import TABLE
from app.sockets.chat import Chat

APP = Path(__file__).resolve().parent.parent / "app"

# What only a page does, and why programs don't.
PAGES_ONLY = {
    "rooms.rename": "PATCH /rooms/{id} changes the title, or anything else of a room, by rooms.change",
    "credentials.open_session": "a browser's cookie; a program opens a token by POST /tokens instead",
}
# What the socket can be asked and REST can't.
SOCKET_ONLY = {
    "attendance.set_typing": "is of interest while one is connected, and only then",
    "attendance.heads": "asks whether a line lost something; who has no line asks /sync",
    "attendance.hear_all": "is about the socket itself",
    "attendance.arrive": "is about the socket itself",
    "attendance.depart": "is about the socket itself",
}
# The engine's way of posting many messages at once: each is what messages.post makes of it.
# And what there is to do when a socket comes.
ENGINES = ("batches.", "arrivals.")
# Talk is what is said in a room: what these modules do. All else is HTTP only (contract, section 4).
TALK = {"messages", "reactions", "pins"}
# How talk is done on the socket under another action's name, and what of it is no request.
TALK_ELSEWHERE = {
    "messages.erase_all": "is a part of deleting one's account",
}


def actions_called(source: str) -> Iterator[str]:
    """The actions that a file calls, as `rooms.create`, under whatever name it imported the module."""
    tree = ast.parse(source)
    modules = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "app.actions"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id in modules:
            yield f"{modules[owner.id]}.{node.func.attr}"


def called_in(entrance: str) -> set[str]:
    """The actions that an entrance calls."""
    return {
        action
        for path in sorted((APP / entrance).glob("*.py"))
        for action in actions_called(path.read_text(encoding="utf-8"))
    }


def lacking(pages: set[str], programs: set[str], excused: set[str]) -> set[str]:
    """What pages do and programs can't."""
    return pages - programs - excused


def test_whatever_a_page_does_rest_does() -> None:
    assert lacking(called_in("web"), called_in("api"), set(PAGES_ONLY)) == set()
    assert len(called_in("web")) > 15


def test_whatever_a_socket_is_asked_rest_does() -> None:
    asked = {each for each in called_in("sockets") if not each.startswith(ENGINES)}
    assert lacking(asked, called_in("api"), set(SOCKET_ONLY)) == set()
    assert "messages.post" in asked


def test_all_talk_goes_by_socket_as_well() -> None:
    """Whatever a page or a route does to what is said."""
    talk = {each for each in called_in("web") | called_in("api") if each.split(".")[0] in TALK}

    assert talk - called_in("sockets") - set(TALK_ELSEWHERE) == set()
    assert "messages.post" in talk


def test_an_exception_is_still_one() -> None:
    """What has a route meanwhile needs no excuse, and neither does what is gone."""
    assert set(PAGES_ONLY) <= called_in("web") - called_in("api")
    assert set(SOCKET_ONLY) <= called_in("sockets") - called_in("api")


def test_every_route_and_every_request_is_answered_by_what_was_read() -> None:
    """The files that were read are those that serve: nothing is answered from elsewhere."""
    serving = {answer.__module__ for answer in TABLE.values()}
    serving |= {request.answer.__module__ for request in Chat.requests.values()}

    parts = {each.split(".")[1] for each in serving}
    assert parts >= {"api", "sockets"}
    assert {part for part in parts - {"api", "sockets"} if called_in(part)} == set()


@pytest.mark.parametrize(
    "source",
    [
        "from app.actions import rooms\nrooms.burn(user)",
        "from app.actions import rooms as houses\ndef view():\n    return houses.burn(user)",
        "from app.actions import accounts, rooms\n@page\ndef view():\n    if rooms.burn(user): pass",
    ],
)
def test_what_only_a_page_can_do_is_found(source: str) -> None:
    assert lacking(set(actions_called(source)), called_in("api"), set(PAGES_ONLY)) == {"rooms.burn"}
    assert not lacking({"rooms.create"}, called_in("api"), set())
