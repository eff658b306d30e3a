"""Messages: what was said, and saying something."""

from app import access, inputs, payloads, shedding
from app.actions import messages
from app.api.routes import Route
from app.errors import Conflict, RateLimited
from app.identity import Caller
from app.inputs import HistoryQuery, NewMessage


@Route(
    "GET",
    "/rooms/{room_id}/messages",
    query=HistoryQuery,
    answers=payloads.Page[payloads.Message],
)
def index(caller: Caller, room_id: str, query: HistoryQuery) -> payloads.Page[payloads.Message]:
    """The room's end or what is before a seq, newest first; what is after or around one, oldest first."""
    forward = query.after is not None
    if forward or query.before is not None or query.around is not None:
        shedding.refuse_pages()  # the room's end, which a snapshot needs, is always shown
    if query.around is not None:
        found = access.history(caller.user, room_id, around=query.around, limit=query.limit)
        place = found[-1].seq if found else query.around
        more = bool(access.history(caller.user, room_id, after=place, limit=1))
        forward = True
    else:
        found = access.history(
            caller.user, room_id, before=query.before, after=query.after, limit=query.limit + 1
        )
        more = len(found) > query.limit
        found = found[: query.limit]
        place = found[-1].seq if found else 0
    cursor = f"{'after' if forward else 'before'}:{place}" if more else None
    return {"items": [payloads.message(each) for each in found], "next": cursor}


@Route(
    "POST",
    "/rooms/{room_id}/messages",
    takes=NewMessage,
    answers=payloads.Posted,
    status=201,
    again=200,
    gate=shedding.refuse_sends,
    refuses=(Conflict, RateLimited),
)
def post(
    caller: Caller, room_id: str, asked: inputs.NewMessage
) -> payloads.Posted | tuple[payloads.Posted, int]:
    """Say something. The same nonce again answers 200 with the first message."""
    said, duplicate = messages.post(caller.user, room_id, nonce=asked.nonce, text=asked.text)
    posted = payloads.posted(said, duplicate=duplicate)
    return (posted, 200) if duplicate else posted
