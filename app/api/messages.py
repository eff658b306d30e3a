"""Messages: what was said, saying something, and changing what was said."""

from app import access, conversation, inputs, payloads, shedding, viewing
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
    return {"items": viewing.messages(caller.user, found), "next": cursor}


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
    said, duplicate = messages.post(
        caller.user, room_id, nonce=asked.nonce, text=asked.text, reply_to=asked.reply_to
    )
    posted = viewing.posted(caller.user, said, duplicate=duplicate)
    return (posted, 200) if duplicate else posted


@Route(
    "PATCH",
    "/messages/{message_id}",
    takes=inputs.NewText,
    answers=payloads.Changed,
    refuses=(Conflict, RateLimited),
)
def edit(caller: Caller, message_id: str, asked: inputs.NewText) -> payloads.Changed:
    """Say it otherwise, by its author. What it said before is kept."""
    return viewing.changed(
        caller.user, messages.edit(caller.user, message_id, text=asked.text, version=asked.version)
    )


@Route("DELETE", "/messages/{message_id}", answers=payloads.Changed, refuses=(RateLimited,))
def delete(caller: Caller, message_id: str) -> payloads.Changed:
    """Make a tombstone of it, by its author, a moderator or an owner."""
    return viewing.changed(caller.user, messages.delete(caller.user, message_id))


@Route("GET", "/messages/{message_id}/versions", answers=payloads.Page[payloads.EarlierVersion])
def versions(caller: Caller, message_id: str) -> payloads.Page[payloads.EarlierVersion]:
    """What it said before it was edited, newest first; of a deleted message nothing."""
    found = conversation.earlier_versions(caller.user, message_id)
    return {"items": [payloads.earlier_version(each) for each in found], "next": None}


@Route("GET", "/rooms/{room_id}/pins", answers=payloads.Page[payloads.Message])
def pins(caller: Caller, room_id: str) -> payloads.Page[payloads.Message]:
    """The room's pinned messages, the last pinned first."""
    found = conversation.pins(caller.user, room_id)
    return {"items": viewing.messages(caller.user, found), "next": None}


@Route("GET", "/mentions", query=inputs.MentionsQuery, answers=payloads.Page[payloads.Message])
def mentions(caller: Caller, query: inputs.MentionsQuery) -> payloads.Page[payloads.Message]:
    """Messages of my rooms that name me, newest first."""
    found = conversation.mentions(caller.user, before=query.cursor, limit=query.limit + 1)
    shown = found[: query.limit]
    return {
        "items": viewing.messages(caller.user, [said for _, said in shown]),
        "next": shown[-1][1].id if len(found) > len(shown) else None,
    }
