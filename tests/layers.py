"""Reading what app/ imports and does, for tests/test_layers.py. A finding is a sentence; none is good.

Checks take sources, path and text, so that each can be shown a bad one.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

Sources = Mapping[str, str]  # text by path, as "app/actions/rooms.py"

# DESIGN's table. Beside it, for reasons: `database` says how connections behave; `hints` carries word to other
# processes; `events` tells who is online; pages and programs share how an invite is written (`links`); `contract`
# describes the two entrances for programs, so it reads their tables, and the types they use; the commands start
# the engine. Beside `access`, what is read for members is in `conversation`, for moderators in `oversight`, and as one
# viewer may see it in `viewing`; `proofs` and `bulk` are the hot path's ready statements, which reach the database by
# `driver`. `sight` knows whether this process still reads the log, `shedding` what is left undone under load, and
# `metrics` tells whoever runs it. `writing` is to typing what `presence` is to being there.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    part: frozenset(allowed.split())
    for part, allowed in {
        "extensions": "",
        "errors": "",
        "channels": "",
        "limits": "",
        "presence": "",
        "hints": "",
        "sight": "",
        "writing": "",
        "markup": "limits",
        "conversation": "access extensions limits models",
        "links": "",
        "driver": "extensions",
        "bulk": "driver",
        "engine": "limits",
        "database": "errors extensions limits",
        "models": "extensions limits",
        "inputs": "errors limits",
        "access": "errors extensions limits models",
        "oversight": "access errors extensions limits models",
        "viewing": "access limits models payloads",
        "proofs": "bulk driver errors limits models",
        "identity": "errors extensions models",
        "payloads": "limits models",
        "log": "errors extensions limits models",
        "shedding": "engine errors log sight",
        "metrics": "hints log presence shedding sight",
        "events": "channels engine extensions hints models payloads presence shedding sight",
        "dispatch": "channels events extensions hints limits log models presence sight writing",
        "actions": "access bulk channels conversation dispatch driver errors events extensions hints limits log"
        " markup models oversight presence shedding sight writing",
        "web": "access actions contract conversation errors identity inputs limits links markup metrics oversight"
        " payloads viewing",
        "api": "access actions conversation errors identity inputs limits oversight payloads links shedding viewing",
        "contract": "api channels errors inputs payloads sockets",
        "sockets": "access actions channels errors identity inputs limits payloads proofs shedding viewing",
        "cli": "actions access engine errors extensions inputs limits models",
    }.items()
}
ASKS_FLASK = ("web", "api", "sockets", "cli", "links", "extensions", "identity", "__init__")
# For types and settings of the application itself, never for who asks or what was asked.
FLASK_NAMES_OF_THE_APPLICATION = {"Flask"}


def part(path: str) -> str:
    """The layer that a file belongs to: `actions` for app/actions/rooms.py, `log` for app/log.py."""
    return PurePosixPath(path).parts[1].removesuffix(".py")


def imports(source: str) -> Iterator[tuple[str, str]]:
    """What a file imports, as module and name; the name is empty for a whole module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def own_parts(source: str) -> set[str]:
    """The parts of ours that a file imports."""
    found = set()
    for module, name in imports(source):
        steps = [*module.split("."), *([name] if name else [])]
        if steps[0] == "app" and len(steps) > 1:
            found.add(steps[1])
    return found


def wrong_imports(sources: Sources) -> list[str]:
    """Imports that the table doesn't allow."""
    found = []
    for path, source in sources.items():
        layer = part(path)
        if layer == "__init__":
            continue
        if layer not in MAY_IMPORT:
            found.append(f"{path}: the part {layer} is not in the table")
            continue
        for other in sorted(own_parts(source) - MAY_IMPORT[layer] - {layer}):
            found.append(f"{path}: {layer} may not import {other}")
    return found


def eventlet_outside(sources: Sources) -> list[str]:
    """`eventlet` or `greenlet` anywhere but in wsgi.py and the engine."""
    return [
        f"{path}: imports {module}"
        for path, source in sources.items()
        if path != "wsgi.py" and part(path) != "engine"
        for module, _ in imports(source)
        if module.split(".")[0] in {"eventlet", "greenlet"}
    ]


def database_in_entrances(sources: Sources) -> list[str]:
    """An entrance that touches the database itself."""
    return [
        f"{path}: an entrance uses {name or module}"
        for path, source in sources.items()
        if part(path) in {"web", "api", "sockets"}
        for module, name in imports(source)
        if name == "db" or module.split(".")[0] in {"sqlalchemy", "flask_sqlalchemy"}
    ]


def flask_below_entrances(sources: Sources) -> list[str]:
    """Asking Flask who is calling, below the entrances."""
    return [
        f"{path}: imports {module}{'.' + name if name else ''}"
        for path, source in sources.items()
        if part(path) not in ASKS_FLASK
        for module, name in imports(source)
        if module.split(".")[0] in {"flask", "flask_login", "flask_wtf", "werkzeug"}
        and part(path) != "engine"
        and name not in FLASK_NAMES_OF_THE_APPLICATION
    ]


def calls(source: str) -> Iterator[tuple[str, str]]:
    """Every call of an attribute, as (what it is called on, attribute): ("events", "tell_logged")."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr


def emits_elsewhere(sources: Sources) -> list[str]:
    """Emitting outside of `events` (and of the engine, which carries it)."""
    return [
        f"{path}: {owner}.{name}"
        for path, source in sources.items()
        if part(path) not in {"events", "engine"}
        for owner, name in [*calls(source), *imports(source)]
        if name in {"emit", "send"} and (owner.startswith(("socketio", "flask_socketio", "self")))
    ]


def tells_logged_elsewhere(sources: Sources) -> list[str]:
    """Telling a logged fact outside of `dispatch`."""
    return [
        f"{path}: {owner}.tell_logged"
        for path, source in sources.items()
        if part(path) != "dispatch"
        for owner, name in [*calls(source), *imports(source)]
        if name == "tell_logged"
    ]


def too_long(sources: Sources, *, lines: int = 250, function_lines: int = 40) -> list[str]:
    """Files and functions that don't fit; a function may when a comment right above says why."""
    found = []
    for path, source in sources.items():
        text = source.splitlines()
        if len(text) > lines:
            found.append(f"{path}: {len(text)} lines")
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            excused = first > 1 and text[first - 2].strip().startswith("#")
            if length > function_lines and not excused:
                found.append(f"{path}: {node.name} has {length} lines")
    return found


def without_docstring(sources: Sources) -> list[str]:
    """Public modules, classes and functions that don't say what they are."""
    found = []
    for path, source in sources.items():
        tree = ast.parse(source)
        if source.strip() and not ast.get_docstring(tree):
            found.append(f"{path}: the module")
        for node in _public(tree):
            if not ast.get_docstring(node):
                found.append(f"{path}: {node.name}")
    return found


def _public(
    tree: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef) and not _is_protocol(node):
            yield from _public(node)


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).split(".")[-1] == "Protocol" for base in node.bases)
