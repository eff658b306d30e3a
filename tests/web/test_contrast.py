"""WCAG AA in both themes, computed from tokens.css: 4.5 for text, 3 for what only has to be seen."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
THEMES = ("light", "dark")
SURFACES = ("surface", "surface-raised", "surface-sunken", "surface-hover")
TEXT_ON_SURFACES = ("text", "text-quiet", "accent", "danger")

PAIRS = [(ink, paper, 4.5) for ink in TEXT_ON_SURFACES for paper in SURFACES]
PAIRS += [("text-faint", paper, 4.5) for paper in ("surface", "surface-raised", "surface-sunken")]
PAIRS += [("success", paper, 4.5) for paper in ("surface", "surface-raised", "surface-sunken")]
PAIRS += [("text", "accent-quiet", 4.5), ("accent", "accent-quiet", 4.5), ("text-quiet", "accent-quiet", 4.5)]
PAIRS += [
    ("text", "danger-quiet", 4.5),
    ("danger", "danger-quiet", 4.5),
    ("danger-hover", "danger-quiet", 4.5),
]
PAIRS += [("accent-text", "accent", 4.5), ("accent-text", "accent-hover", 4.5)]
PAIRS += [(f"code-{kind}", "surface-sunken", 4.5) for kind in ("word", "value", "name")]
PAIRS += [("accent-hover", paper, 4.5) for paper in SURFACES]
PAIRS += [("hue-ink", f"hue-{number}", 4.5) for number in range(6)]
PAIRS += [("line-strong", paper, 3.0) for paper in ("surface", "surface-raised")]
PAIRS += [("focus", paper, 3.0) for paper in SURFACES]


def colour(name: str, theme: str) -> tuple[float, float, float]:
    """What a token is in a theme, followed down to the raw tier."""
    found = re.search(rf"--{name}: (.*?);", TOKENS)
    assert found, name
    value = found[1]
    if reference := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return colour(reference[1], theme)
    light, dark = re.fullmatch(r"light-dark\((#\w{6}), (#\w{6})\)", value).groups()
    chosen = light if theme == "light" else dark
    return tuple(int(chosen[at : at + 2], 16) / 255 for at in (1, 3, 5))


def luminance(rgb: tuple[float, float, float]) -> float:
    """WCAG's relative luminance."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: str) -> float:
    """WCAG's ratio, 1 to 21."""
    dark, light = sorted((luminance(colour(one, theme)), luminance(colour(other, theme))))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "paper", "least"), PAIRS, ids=lambda value: str(value))
def test_what_is_written_can_be_read(ink, paper, least, theme):
    assert contrast(ink, paper, theme) >= least


def test_colours_are_written_down_in_the_tokens_only():
    css = Path(__file__).parents[2] / "static/css"
    for path in css.rglob("*.css"):
        if path.name != "tokens.css":
            assert not re.search(
                r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(|\boklch\(", path.read_text()
            ), path
