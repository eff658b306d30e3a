"""What the server has to understand of a message's Markdown: whom it names, and its words. The browser draws it."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt

from app import limits

EVERYBODY: Final = "room"  # `@room` names all members

# Only what says where code begins and ends, by CommonMark; so the cost stays that of reading the text once.
_CODE = MarkdownIt("zero").enable(["fence", "blockquote", "list", "backticks", "escape", "newline"])
# What static/js/markdown.js reads, of which only the words are wanted here.
_PROSE = MarkdownIt("zero").enable(
    [
        "fence",
        "blockquote",
        "list",
        "backticks",
        "escape",
        "newline",
        "emphasis",
        "strikethrough",
        "link",
        "image",
    ]
)
_WORDS_OF = 400  # code points: enough for what is shown, whatever is to be left out of it
_NAME_SIGNS = {"L", "N", "M"}
_INSIDE = {"_", "@", "/", "."}  # before an @ these make it part of something else: an address, a path


def names(text: str) -> list[list[str]]:
    """What stands after each @ outside of code, folded, without repetition, in order: of each the whole run of signs
    that names are made of, and then the same with less and less punctuation at its end. At most NAMES_PER_MESSAGE.
    """
    if "@" not in text:
        return []
    found: dict[str, list[str]] = {}
    for run in _runs(_outside_code(text)):
        if len(found) == limits.NAMES_PER_MESSAGE:
            break
        readings = _readings(run)
        if readings:
            found.setdefault(readings[0], readings)
    return list(found.values())


def words(text: str, most: int = 280) -> str:
    """The beginning of a message on one line, without the signs that only shape it; for pages that draw no messages."""
    parts: list[str] = []
    for block in _PROSE.parse(text[:_WORDS_OF]):
        shown = block.children if block.type == "inline" else [block]
        parts += [" " if each.type.endswith("break") else each.content for each in shown or ()]
        parts.append(" ")
    line = " ".join("".join(parts).split())
    return line if len(line) <= most and len(text) <= _WORDS_OF else f"{line[:most].rstrip()}…"


def fold(name: str) -> str:
    """A name as it is compared: however it is encoded and in whatever case."""
    return unicodedata.normalize("NFKC", name).casefold()


def _outside_code(text: str) -> str:
    parts: list[str] = []
    for block in _CODE.parse(text):
        parts += [each.content if each.type == "text" else "\n" for each in block.children or ()]
        parts.append("\n")
    return "".join(parts)


def _runs(text: str) -> Iterator[str]:
    for place in (each for each, sign in enumerate(text) if sign == "@"):
        before = text[place - 1] if place else " "
        if before in _INSIDE or unicodedata.category(before)[0] in _NAME_SIGNS:
            continue
        end = place + 1
        while end < len(text) and end - place <= 2 * limits.USERNAME_MAX and _is_name_sign(text[end]):
            end += 1
        yield text[place + 1 : end]


def _is_name_sign(sign: str) -> bool:
    return sign in "_-." or unicodedata.category(sign)[0] in _NAME_SIGNS


def _readings(run: str) -> list[str]:
    folded = fold(run)
    least = folded.rstrip("_-.")
    return [folded[:length] for length in range(len(folded), len(least) - 1, -1) if length]
