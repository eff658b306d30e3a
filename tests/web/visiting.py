"""A browser without JavaScript: opens pages, fills forms in, follows where it is sent."""

import html
import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PASSWORD = "correct horse battery"


def token_in(page: TestResponse) -> str:
    """The CSRF token of the first form on a page."""
    found = _TOKEN.search(page.text)
    assert found, f"no form in {page.request.path}"
    return found[1]


def words(page: TestResponse) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


@dataclass
class Visitor:
    """Somebody's browser."""

    http: FlaskClient

    def open(self, path: str) -> TestResponse:
        """The page at a path, after redirects."""
        return self.http.get(path, follow_redirects=True)

    def send(self, path: str, *, form_at: str | None = None, **fields: Any) -> TestResponse:
        """Send a form of the page `form_at` (the path itself, unless told) and stay where the answer is."""
        token = token_in(self.http.get(form_at or path))
        return self.http.post(path, data={"csrf_token": token, **fields})

    def register(self, username: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
        """Send the form on /register."""
        return self.send("/register", username=username, password=password, **fields)

    def log_in(self, username: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
        """Send the form on /login."""
        return self.send("/login", username=username, password=password, **fields)

    @property
    def is_signed_in(self) -> bool:
        """Does the front page know this browser?"""
        return "Log out" in self.http.get("/").text
