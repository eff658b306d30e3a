"""What may be refused: one family of errors, named after the situation. No Flask in here.

Raised below the entrances, answered by them: pages show the sentence, programs get the Problem.
A detail is written for the person who reads it, and says what to do next.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

Code = Literal[
    "invalid",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "too_large",
    "rate_limited",
    "unsupported_version",
    "unavailable",
    "internal",
]


class FieldError(TypedDict):
    """What is wrong with one field; `path` is dotted, empty for the whole."""

    path: str
    message: str


class Problem(TypedDict):
    """RFC 9457 problem details, with the code that programs act on. `retry_after` is in seconds."""

    status: int
    code: Code
    title: str
    detail: NotRequired[str]
    errors: NotRequired[list[FieldError]]
    retry_after: NotRequired[float]


class ChatError(Exception):
    """Something that was asked for and is refused."""

    code: Code = "internal"
    status: int = 500
    title: str = "Something went wrong on the server. Try again in a moment."
    wait_seconds: float | None = None  # what is advised where nothing more exact is known

    def __init__(
        self, detail: str = "", *, errors: list[FieldError] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = errors or []
        self.retry_after = self.wait_seconds if retry_after is None else retry_after

    def problem(self) -> Problem:
        """The refusal as it leaves for a program."""
        problem: Problem = {"status": self.status, "code": self.code, "title": self.title}
        if self.detail:
            problem["detail"] = self.detail
        if self.errors:
            problem["errors"] = self.errors
        if self.retry_after is not None:
            problem["retry_after"] = self.retry_after
        return problem


class Internal(ChatError):
    """Our own fault. Says nothing of the cause: that is in the log, under the request's id."""


class Invalid(ChatError):
    """Read, and not acceptable: `errors` names the fields."""

    code: Code = "invalid"
    status = 422
    title = "Some of what was sent is not valid."


class Unreadable(Invalid):
    """Not even read: not JSON, not an object, no CSRF token."""

    status = 400
    title = "The request could not be read."


class Unauthenticated(ChatError):
    """Nobody is signed in, or what was offered as proof is not worth anything."""

    code: Code = "unauthenticated"
    status = 401
    title = "Sign in to do this."


class Forbidden(ChatError):
    """Known to exist by the one who asks, and still not theirs to do."""

    code: Code = "forbidden"
    status = 403
    title = "You may not do this."


class NotFound(ChatError):
    """Not there, or not for you: the two answers are the same, always without a detail."""

    code: Code = "not_found"
    status = 404
    title = "There is nothing here."


class Conflict(ChatError):
    """It changed meanwhile, or was used for something else."""

    code: Code = "conflict"
    status = 409
    title = "This conflicts with what is already there."


class TooLarge(ChatError):
    """Longer or bigger than what is taken; the detail tells the limit."""

    code: Code = "too_large"
    status = 413
    title = "This is too large."


class RateLimited(ChatError):
    """Too often. `retry_after` tells when to come back."""

    code: Code = "rate_limited"
    status = 429
    title = "That was too often. Wait a moment and try again."
    wait_seconds = 1.0


class UnsupportedVersion(ChatError):
    """The client speaks a version of the contract that this server doesn't."""

    code: Code = "unsupported_version"
    status = 400
    title = "This version of the app is not supported. Update it."


class Unavailable(ChatError):
    """Not now: the database, the hashing pool or the limits' store is out of reach. Nothing was done."""

    code: Code = "unavailable"
    status = 503
    title = "The server cannot do this right now. Try again in a moment."
    wait_seconds = 2.0
