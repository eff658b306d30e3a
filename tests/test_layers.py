"""DESIGN's import table and shape, kept by reading every file of app/; and each check shown a bad source."""

from pathlib import Path

import pytest

from tests import layers

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    files = [*sorted((ROOT / "app").rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in files}


def test_there_is_something_to_read(sources: dict[str, str]) -> None:
    assert len(sources) > 40
    assert set(layers.MAY_IMPORT) >= {layers.part(path) for path in sources} - {"__init__"}


@pytest.mark.parametrize(
    "check",
    [
        layers.wrong_imports,
        layers.eventlet_outside,
        layers.database_in_entrances,
        layers.flask_below_entrances,
        layers.emits_elsewhere,
        layers.tells_logged_elsewhere,
        layers.too_long,
        layers.without_docstring,
    ],
    ids=lambda check: check.__name__,
)
def test_the_layers_are_kept(check, sources: dict[str, str]) -> None:
    assert check(sources) == []


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        ("app/models/room.py", "from app.errors import NotFound"),
        ("app/models/room.py", "from app import actions"),
        ("app/models/room.py", "import app.actions.rooms"),
        ("app/errors.py", "from app import limits"),
        ("app/log.py", "from app.events import tell_logged"),
        ("app/sockets/chat.py", "from app import dispatch"),
        ("app/api/rooms.py", "from app import events"),
        ("app/api/rooms.py", "from app.web import rooms"),
        ("app/api/rooms.py", "from app.models import Room"),
        ("app/engine/wire.py", "from app import errors"),
        ("app/events.py", "def late():\n    from app import dispatch"),
        ("app/novelty.py", "x = 1"),
    ],
)
def test_an_import_outside_of_the_table_is_found(path: str, bad: str) -> None:
    assert layers.wrong_imports({path: bad})


@pytest.mark.parametrize(
    ("path", "good"),
    [
        ("app/actions/rooms.py", "from app import access, dispatch\nfrom app.actions import members"),
        ("app/api/invites.py", "from app import links"),
        ("app/__init__.py", "from app import web, dispatch"),
    ],
)
def test_an_import_of_the_table_is_fine(path: str, good: str) -> None:
    assert layers.wrong_imports({path: good}) == []


def test_eventlet_is_found_outside_of_the_engine() -> None:
    assert layers.eventlet_outside({"app/log.py": "import eventlet"})
    assert layers.eventlet_outside({"app/log.py": "def f():\n    from eventlet import tpool"})
    assert not layers.eventlet_outside({"app/engine/wire.py": "import eventlet"})


def test_a_query_in_an_entrance_is_found() -> None:
    assert layers.database_in_entrances({"app/web/rooms.py": "from app.extensions import db"})
    assert layers.database_in_entrances({"app/sockets/chat.py": "import sqlalchemy as sa"})
    assert not layers.database_in_entrances({"app/actions/rooms.py": "from app.extensions import db"})


def test_asking_flask_below_the_entrances_is_found() -> None:
    assert layers.flask_below_entrances({"app/actions/rooms.py": "from flask_login import current_user"})
    assert layers.flask_below_entrances({"app/access.py": "import flask"})
    assert not layers.flask_below_entrances({"app/identity.py": "import flask"})
    assert not layers.flask_below_entrances({"app/database.py": "from flask import Flask"})


def test_an_emit_outside_of_events_is_found() -> None:
    assert layers.emits_elsewhere({"app/actions/rooms.py": "socketio.emit('x', {})"})
    assert layers.emits_elsewhere({"app/sockets/chat.py": "from flask_socketio import emit"})
    assert layers.emits_elsewhere({"app/sockets/chat.py": "def f(self):\n    self.emit('x', {})"})
    assert not layers.emits_elsewhere({"app/events.py": "socketio.emit('x', {})"})


def test_a_logged_fact_told_by_anybody_else_is_found() -> None:
    assert layers.tells_logged_elsewhere({"app/actions/rooms.py": "events.tell_logged(fact)"})
    assert layers.tells_logged_elsewhere({"app/actions/rooms.py": "from app.events import tell_logged"})
    assert not layers.tells_logged_elsewhere({"app/dispatch.py": "events.tell_logged(fact)"})


def test_a_long_file_and_a_long_function_are_found() -> None:
    long = "def f():\n" + "    x = 1\n" * 40
    assert layers.too_long({"app/log.py": "x = 1\n" * 251})
    assert not layers.too_long({"app/log.py": "x = 1\n" * 250})
    assert layers.too_long({"app/log.py": long})
    assert not layers.too_long({"app/log.py": "# A table of forty cases.\n" + long})
    assert not layers.too_long({"app/log.py": "def f():\n" + "    x = 1\n" * 39})


def test_something_public_that_says_nothing_of_itself_is_found() -> None:
    assert layers.without_docstring({"app/log.py": "x = 1"})
    assert layers.without_docstring({"app/log.py": '"""Log."""\ndef f(): ...'})
    assert layers.without_docstring(
        {"app/log.py": '"""Log."""\nclass C:\n    """C."""\n    def f(self): ...'}
    )
    assert not layers.without_docstring({"app/log.py": '"""Log."""\ndef _f(): ...'})
