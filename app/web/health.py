"""For whoever watches the server: is the process alive, and can it serve?"""

import hmac

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from app import access, metrics
from app.errors import NotFound

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


@blueprint.get("/metrics")
def measured() -> ResponseReturnValue:
    """What the process measures of itself, for who brings METRICS_TOKEN as a bearer token. Nobody else finds it."""
    wanted = current_app.config["SETTINGS"].metrics_token.get_secret_value()
    offered = request.headers.get("Authorization", "")
    if not wanted or not hmac.compare_digest(offered.encode(), f"Bearer {wanted}".encode()):
        raise NotFound
    return Response(metrics.text(), mimetype="text/plain; version=0.0.4")
