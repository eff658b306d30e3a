"""How the API refuses: always with a Problem (RFC 9457), whoever refused, Flask and the unforeseen included."""

import logging
import math
from http import HTTPStatus

import flask
from flask import request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app import limits
from app.api.routes import PREFIX, blueprint
from app.errors import ChatError, Internal, Invalid, NotFound, TooLarge, Unauthenticated

logger = logging.getLogger(__name__)


@blueprint.errorhandler(Exception)
def refuse(error: Exception) -> flask.Response:
    """The answer to whatever was raised."""
    refusal = _refusal(error)
    response = flask.jsonify(refusal.problem())
    response.status_code = refusal.status
    response.mimetype = "application/problem+json"
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(refusal.retry_after))
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return _keep_nowhere(response)


@blueprint.before_app_request
def _refuse_unrouted() -> flask.Response | None:
    """Paths that lead nowhere belong to no blueprint, so that its handler isn't asked."""
    nowhere = request.routing_exception
    below = request.path == PREFIX or request.path.startswith(f"{PREFIX}/")
    if nowhere is None or not below or (nowhere.code or 0) < HTTPStatus.BAD_REQUEST:
        return None
    return refuse(nowhere)


@blueprint.after_request
def _keep_nowhere(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(error: Exception) -> ChatError:
    match error:
        case ChatError():
            return error
        case HTTPException(code=int(code)) if code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return _refused_by_flask(code)
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    request_id = request.environ.get("parlor.request_id")
    return Internal(f"Whoever runs this server finds it in the log as {request_id}." if request_id else "")


def _refused_by_flask(code: int) -> ChatError:
    if code == HTTPStatus.NOT_FOUND:
        return NotFound()
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge(f"At most {limits.JSON_BYTES:,} bytes.")
    refusal = Invalid(HTTPStatus(code).phrase)
    refusal.status = code
    return refusal
