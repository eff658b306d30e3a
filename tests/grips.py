"""Where the program takes hold of what a library keeps to itself, found by reading: see engine/test_seams.py."""

import ast
import inspect

# Documented, whatever they begin with.
PUBLIC = frozenset({"_exit", "_fields", "_replace", "_get_current_object"})


def private_names(sources: dict[str, str]) -> dict[str, list[str]]:
    """Names with one underscore that a file uses, and neither makes nor has from a file of ours that it imports."""
    trees = {path: ast.parse(source) for path, source in sources.items()}
    made = {path: {name for node in ast.walk(tree) for name in _made(node)} for path, tree in trees.items()}
    found: dict[str, list[str]] = {}
    for path, tree in trees.items():
        ours = PUBLIC.union(*(made.get(each, ()) for each in (path, *_imported(tree))))
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for name in used - ours:
            if name.startswith("_") and not name.startswith("__"):
                found.setdefault(name, []).append(path)
    return found


def overridden(kind: type) -> set[str]:
    """What a class of ours has in the place of what a library's, from which it derives, has; `__init__` is not told."""
    above = {name for each in kind.__mro__[1:] if _is_librarys(each) for name in vars(each)}
    return {name for name in vars(kind) if name in above and not name.startswith("__")}


def takes(function: object) -> list[str]:
    """The names of what a function takes, without those of which it takes any."""
    if not callable(function) or inspect.isclass(function):
        return []
    parameters = inspect.signature(function).parameters.values()
    return [each.name for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]


def _is_librarys(kind: type) -> bool:
    return kind.__module__.partition(".")[0] not in {"app", "builtins", "typing"}


def _imported(tree: ast.AST) -> list[str]:
    """The files that `from app.engine import wire` and `from app.engine.wire import unmask` may mean."""
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    ]
    return [f"{name.replace('.', '/')}.py" for name in names]


def _made(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
            return [name]
        case _:
            return []
