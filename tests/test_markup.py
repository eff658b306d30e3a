"""Whom a message names: outside of code, by whole names, and in no more time than reading takes."""

import time

import pytest

from app import limits, markup


def named(text: str) -> list[str]:
    return [readings[0] for readings in markup.names(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob", ["bob"]),
        ("hello @bob, and (@ada)!", ["bob", "ada"]),
        ("**@bob** ~~@ada~~ [@carol](https://example.org)", ["bob", "ada", "carol"]),
        ("> @bob said\n\n- @ada", ["bob", "ada"]),
        ("@BOB @bob", ["bob"]),
        ("@ｂｏｂ", ["bob"]),
        ("@zoë @नमस्ते @李小龍", ["zoë", "नमस्ते", "李小龍"]),
        ("one `@bob` two", []),
        ("``@bob ` @ada``", []),
        ("```\n@bob\n```\n@ada", ["ada"]),
        ("~~~ @bob\n@bob", []),
        ("> ```\n> @bob\n> ```\n> @ada", ["ada"]),
        (r"\`@bob\`", ["bob"]),
        ("` @bob", ["bob"]),
        ("ada@bob.example", []),
        ("https://example.org/@bob", []),
        ("@@bob @ @", []),
        ("no names", []),
    ],
)
def test_who_is_named(text: str, names: list[str]) -> None:
    assert named(text) == names


def test_punctuation_at_the_end_may_belong_to_the_sentence() -> None:
    assert markup.names("It was @bob_.") == [["bob_.", "bob_", "bob"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain", "plain"),
        ("**bold** *soft* ~~gone~~ `code` [here](https://example.org)", "bold soft gone code here"),
        ("> quoted\n\n- one\n- two", "quoted one two"),
        ("```py\nx = 1\n```", "x = 1"),
        ("![a cat](https://example.org/cat)", "a cat"),
        ("<b>&amp;</b> 2 * 3 snake_case", "<b>&amp;</b> 2 * 3 snake_case"),
        ("# title\n---", "# title ---"),
        ("", ""),
        ("a" * 300, "a" * 280 + "…"),
        ("a " * 100 + " " * 300, "a " * 99 + "a…"),
    ],
    ids=[
        "plain",
        "shapes",
        "blocks",
        "fence",
        "picture",
        "no markup",
        "no heading",
        "empty",
        "long",
        "long and empty",
    ],
)
def test_the_words_of_a_message_are_one_line(text: str, words: str) -> None:
    assert markup.words(text) == words


def test_so_many_are_looked_up_and_no_more() -> None:
    text = " ".join(f"@user{number}" for number in range(limits.NAMES_PER_MESSAGE + 1))
    assert len(markup.names(text)) == limits.NAMES_PER_MESSAGE
    assert len(markup.names(text.rpartition(" ")[0])) == limits.NAMES_PER_MESSAGE


BOMBS = {
    "at signs": "@" * limits.MESSAGE_MAX,
    "names": "@a " * (limits.MESSAGE_MAX // 3),
    "one name": "@" + "a" * (limits.MESSAGE_MAX - 1),
    "dots": "@a" + "." * (limits.MESSAGE_MAX - 2),
    "backticks": "@" + "".join("`" * (number % 40) + " " for number in range(190)),
    "quotes": ">" * (limits.MESSAGE_MAX - 1) + "@",
    "lists": "- " * (limits.MESSAGE_MAX // 2 - 1) + "@a",
    "fences": "```\n" * (limits.MESSAGE_MAX // 4 - 1) + "@a",
    "backslashes": "\\" * (limits.MESSAGE_MAX - 2) + "@a",
    "lines": "\n" * (limits.MESSAGE_MAX - 2) + "@a",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_nothing_takes_long_to_read(bomb: str) -> None:
    """BV5: of CPU time, which other work on the machine doesn't change."""
    assert len(bomb) <= limits.MESSAGE_MAX
    markup.names(bomb)
    began = time.process_time()
    markup.names(bomb)
    assert time.process_time() - began < 0.5  # 50 ms are meant; a slow machine is given ten times that
