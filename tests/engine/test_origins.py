"""Which origins may open a socket."""

import pytest

from app.engine import origins

HERE = {"scheme": "https", "host": "chat.example.org", "allowed": ("https://app.example.net",)}


@pytest.mark.parametrize(
    "origin",
    [
        "https://chat.example.org",
        "https://chat.example.org:443",
        "wss://chat.example.org",
        "wss://chat.example.org:443",
        "https://app.example.net",
        "wss://app.example.net",
    ],
)
def test_the_same_place_and_allowed_ones_may(origin: str) -> None:
    assert origins.may_open(origin, **HERE)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "https://chat.example.org.evil.example",
        "https://evil-chat.example.org",
        "https://evilchat.example.org",
        "https://chat.example.org:8443",
        "http://chat.example.org",
        "ws://chat.example.org",
        "https://chat.example.org.",
        "HTTPS://CHAT.EXAMPLE.ORG",
        "https://CHAT.example.org",
        "https://chàt.example.org",
        "https://chat.example.org/",
        "https://chat.example.org/path",
        "https://me@chat.example.org",
        "https://chat.example.org\n",
        "https://chat.example.org https://evil.example",
        "file://",
        "ftp://chat.example.org",
    ],
)
def test_others_may_not(origin: str) -> None:
    assert not origins.may_open(origin, **HERE)


@pytest.mark.parametrize(
    ("host", "origin", "may"),
    [
        ("127.0.0.1:5000", "http://127.0.0.1:5000", True),
        ("127.0.0.1:5000", "ws://127.0.0.1:5000", True),
        ("127.0.0.1:5000", "http://127.0.0.1", False),
        ("127.0.0.1:5000", "http://localhost:5000", False),
        ("localhost:80", "http://localhost", True),
        ("LOCALHOST:5000", "http://localhost:5000", True),
        ("[::1]:5000", "http://[::1]:5000", True),
        ("", "http://", False),
    ],
)
def test_the_port_counts(host: str, origin: str, may: bool) -> None:
    assert origins.may_open(origin, scheme="http", host=host, allowed=()) is may
