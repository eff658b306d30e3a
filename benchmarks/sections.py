"""Parts of hand-written pages that a command writes: what is between `<!-- name: … -->` and `<!-- /name -->`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks import layouts

ROOT = layouts.FOLDER.parent
PERFORMANCE = ROOT / "docs" / "performance.md"
README = ROOT / "README.md"
IMAGES = ROOT / "docs" / "images"


class NoSuchSection(Exception):
    """The page has no such marks: somebody took them away."""


def replace(page: Path, name: str, text: str) -> None:
    """Put this text between the marks of that name. Raises NoSuchSection."""
    written = page.read_text()
    found = re.search(rf"(<!-- {name}: .*?-->\n).*?(<!-- /{name} -->)", written, re.DOTALL)
    if not found:
        raise NoSuchSection(f"{page.name} has no section {name!r}")
    page.write_text(
        written[: found.start()] + found[1] + text.strip() + "\n" + found[2] + written[found.end() :]
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: bool = True) -> str:
    """A Markdown table; but for the first column, aligned to the right."""
    rule = "|---" + ("|---:" if right else "|---") * (len(head) - 1) + "|"
    return "\n".join([f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
