"""For whoever watches the server: is the process alive, and can it serve?"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app import access

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers. Nothing else is asked, so that a dead database restarts nobody."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Can it serve? 503 with the reasons when it can't: `{"status", "reasons": [...]}`."""
    reasons = access.unready()
    return jsonify(status="unready" if reasons else "ready", reasons=reasons), 503 if reasons else 200
