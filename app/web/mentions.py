"""Where somebody named me, in all my rooms."""

from flask import Blueprint, render_template, request

from app import conversation, identity, inputs, limits
from app.errors import Invalid

blueprint = Blueprint("mentions", __name__, url_prefix="/mentions")


@blueprint.get("")
def index() -> str:
    """Messages that name me, newest first, a page at a time: `?cursor=` is the API's own."""
    user = identity.acting_user()
    cursor = _cursor()
    found = conversation.mentions(user, before=cursor, limit=limits.HISTORY_PAGE + 1)
    shown = found[: limits.HISTORY_PAGE]
    return render_template(
        "mentions/index.html",
        mentions=shown,
        is_first=cursor is None,
        next=shown[-1][1].id if len(found) > len(shown) else None,
    )


def _cursor() -> str | None:
    """From where on; what is no cursor is none, since who typed an address wants a page."""
    try:
        return inputs.read(inputs.MentionsQuery, {"cursor": request.args.get("cursor")}).cursor
    except Invalid:
        return None
