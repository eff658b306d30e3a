"""Which refusals a function can raise: read from the code, through everything of ours that it calls.

Calls are followed by name (`messages.post`, `access.within`); a method of an object is not. What is caught on the way
counts all the same: it is little, and may be declared.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app import errors

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef


class Code:
    """Functions and imports of modules, by dotted name. Takes sources by module, so that it can be shown bad ones."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._names: dict[str, dict[str, str]] = {}
        self._functions: dict[str, Function] = {}
        for module, source in sources.items():
            tree = ast.parse(source)
            self._names[module] = {
                alias.asname or alias.name: f"{node.module}.{alias.name}"
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module
                for alias in node.names
            }
            for node in tree.body:
                if isinstance(node, Function):
                    self._functions[f"{module}.{node.name}"] = node

    def raised(self, function: str) -> frozenset[str]:
        """The names of the refusals that a function raises, itself or by what it calls."""
        found, seen, left = set(), set(), [function]
        while left:
            name = left.pop()
            if name in seen or name not in self._functions:
                continue
            seen.add(name)
            module = name.rpartition(".")[0]
            for node in ast.walk(self._functions[name]):
                if isinstance(node, ast.Raise) and node.exc is not None:
                    found.add(self._resolved(module, _called(node.exc)))
                elif isinstance(node, ast.Call):
                    left.append(self._resolved(module, node.func))
        return frozenset(each.rpartition(".")[2] for each in found if each.startswith("app.errors."))

    def _resolved(self, module: str, node: ast.expr) -> str:
        """The dotted name that an expression is in a module: `app.actions.messages.post`; empty for anything else."""
        if isinstance(node, ast.Attribute):
            owner = self._resolved(module, node.value)
            return self._followed(f"{owner}.{node.attr}") if owner else ""
        if isinstance(node, ast.Name):
            return self._followed(self._names[module].get(node.id, f"{module}.{node.id}"))
        return ""

    def _followed(self, name: str) -> str:
        """Through a package that passes on what its modules define."""
        owner, _, last = name.rpartition(".")
        passed_on = self._names.get(owner, {}).get(last)
        return name if name in self._functions or passed_on is None else passed_on


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


@cache
def own() -> Code:
    """The code of app/."""
    files = (ROOT / "app").rglob("*.py")
    return Code({_module(path): path.read_text() for path in files})


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def refusals(function: Any) -> Iterator[type[errors.ChatError]]:
    """The refusals that one of our functions can raise."""
    function = inspect.unwrap(function)
    for name in own().raised(f"{function.__module__}.{function.__qualname__}"):
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, errors.ChatError):
            yield kind
