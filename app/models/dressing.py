"""Loading what hangs on messages: for all of them at once, or not at all. One by one is refused (`lazy="raise"`)."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db
from app.models.message import Message
from app.models.reaction import Reaction


def dress(messages: Iterable[Message]) -> None:
    """Load reactions and quoted messages where there may be any and they aren't loaded: at most two statements,
    and none for messages that nobody changed and that answer nothing.
    """
    messages = list(messages)
    _load_reactions(
        {each.id: each for each in messages if each.may_have_reactions and _lacks(each, "reactions")}
    )
    _load_quoted([each for each in messages if each.reply_to_id and _lacks(each, "reply_to")])


def _lacks(message: Message, name: str) -> bool:
    return name not in message.__dict__


def _load_reactions(messages: dict[str, Message]) -> None:
    if not messages:
        return
    found: dict[str, list[Reaction]] = {message_id: [] for message_id in messages}
    query = sa.select(Reaction).where(Reaction.message_id.in_(messages)).order_by(Reaction.seq)
    for reaction in db.session.scalars(query):
        found[reaction.message_id].append(reaction)
    for message_id, reactions in found.items():
        set_committed_value(messages[message_id], "reactions", reactions)


def _load_quoted(answers: list[Message]) -> None:
    if not answers:
        return
    query = sa.select(Message).where(Message.id.in_({each.reply_to_id for each in answers}))
    quoted = {each.id: each for each in db.session.scalars(query)}
    for answer in answers:
        set_committed_value(answer, "reply_to", quoted[answer.reply_to_id or ""])
