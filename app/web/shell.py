"""What every page draws: times, initials, and the settings that decide which doors are shown."""

from collections.abc import Mapping
from datetime import datetime

from flask import Flask, current_app

from app import markup, payloads
from app.web import styles

HUES = 6
# In this order, for most browsers also claim to be the ones that came before them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def init_app(app: Flask) -> None:
    """Teach the templates the words they use."""
    app.jinja_env.filters.update(
        initials=initials, hue=hue, iso=payloads.time, utc=utc, browser=browser, words=markup.words
    )
    app.jinja_env.globals.update(registration=registration, stylesheet=styles.url)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def registration() -> str:
    """Who may register: `open`, `link` or `closed`."""
    mode: str = current_app.config["SETTINGS"].registration
    return mode


def initials(person: object) -> str:
    """At most two letters: of the first word of a name and of the last. static/js/avatar.js draws the same."""
    words = _read(person, "display_name").split()
    chosen = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in chosen) or "?"


def hue(person: object) -> int:
    """The number of the colour that a person keeps. static/js/avatar.js draws the same."""
    return sum(map(ord, _read(person, "id"))) % HUES


def utc(instant: datetime) -> str:
    """A time for those without JavaScript; with it, components/local_time.js puts the reader's own there."""
    return f"{instant.day} {instant:%b %Y, %H:%M} UTC"


def browser(user_agent: str) -> str:
    """A browser as its person would call it: “Firefox on Linux”."""
    name = next((name for sign, name in _BROWSERS if sign in user_agent), "A browser")
    system = next((f" on {name}" for sign, name in _SYSTEMS if sign in user_agent), "")
    return name + system


def _read(person: object, name: str) -> str:
    """A person is drawn as a row or as what programs get of it."""
    value: str = person[name] if isinstance(person, Mapping) else getattr(person, name)
    return value
