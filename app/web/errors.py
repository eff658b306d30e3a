"""How pages refuse: a sentence, what to do next, and the request's id. Never a version, never a cause."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from flask import Flask, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed
from werkzeug.wrappers import Response

from app.errors import ChatError, Unauthenticated
from app.web import destinations

Answer = tuple[str, int, Mapping[str, str]]


class Words(NamedTuple):
    """What an error page says: what is the case, and what to do."""

    title: str
    text: str


# One entry a status, so that the same refusal reads the same wherever it came from.
WORDS = {
    400: Words(
        "That didn’t arrive whole", "The page may have been open too long. Go back, reload it, and try again."
    ),
    401: Words("Log in first", "This is only for people who are signed in."),
    403: Words("That isn’t yours to do", "Somebody with another role can do it."),
    404: Words("There is nothing here", "The address may be mistyped, or what was here is gone."),
    405: Words("That can’t be done here", "Go back, reload the page, and try again."),
    409: Words("Something changed meanwhile", "Go back, reload the page, and look again."),
    413: Words("That is too large", "Send less at once."),
    422: Words("Something isn’t right yet", "Go back and check what you typed."),
    429: Words("One moment, please", "That was too often in a short time."),
    500: Words("Something broke on our side", "Nothing you did. Try again in a moment."),
    503: Words("Not just now", "The server has too much to do. Try again in a moment."),
}


def init_app(app: Flask) -> None:
    """Answer for everything that a page's view, or no view, raises."""
    app.register_error_handler(ChatError, refused)
    app.register_error_handler(CSRFError, stale)
    app.register_error_handler(HTTPException, failed)


def refused(error: ChatError) -> Answer | Response:
    """What an action or `access` refused. Who isn't signed in is sent to do that, and comes back."""
    if isinstance(error, Unauthenticated):
        back = destinations.safe_next(request.full_path.rstrip("?")) if request.method == "GET" else None
        return redirect(url_for("session.login", next=back), 303)
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    return page(error.status, error.detail, headers)


def stale(error: CSRFError) -> Answer:
    """A form without its token, or with one of a session that is over."""
    return page(HTTPStatus.BAD_REQUEST)


def failed(error: HTTPException) -> Answer | HTTPException:
    """What Flask itself refused, and what broke."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    methods = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    headers = {"Allow": ", ".join(sorted(methods))} if methods else {}
    return page(error.code, "", headers)


def page(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """The page of a status. From 500 on it asks nobody who is there: asking may be what failed."""
    words = WORDS.get(status) or WORDS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    bare = status >= InternalServerError.code
    drawn = render_template(
        "errors/show.html",
        status=status,
        title=words.title,
        text=detail or words.text,
        bare=bare,
        wait=(headers or {}).get("Retry-After"),
        request_id=request.environ.get("parlor.request_id"),
    )
    return drawn, status, headers or {}
