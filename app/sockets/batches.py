"""What came from many sockets in one turn of the hub, answered together. The engine calls; see `engine.attach`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

from app import access, inputs, limits, shedding
from app.actions import batches
from app.actions.batches import Draft
from app.errors import ChatError

Ask = tuple[str, object]  # the socket's id, and what it sent
Answer = Mapping[str, object]

# What a message has that may be said together with others. More, such as what it answers to or whom it names, is
# looked up by itself.
PLAIN = frozenset({"room_id", "nonce", "text"})


def post_message(asks: Sequence[Ask]) -> list[Answer | None]:
    """Answers to these requests, in their places; None for one that has to be asked by itself.

    Only what goes well is answered here: whatever is refused is refused in `requests`, for one at a time. Whether a
    session or token holds right now is asked under the room's lock, by the action.
    """
    if shedding.refuses_sends():
        return [None] * len(asks)
    let_in = batches.behind({sid for sid, _ in asks})
    paced: Counter[str] = Counter()
    drafts: dict[int, Draft] = {}
    for place, (sid, sent) in enumerate(asks):
        if sid not in let_in:
            continue
        paced[sid] += 1
        asked = _read(sid, sent, paced[sid])
        if asked is None:
            del let_in[sid]  # what it says after this waits for the answer to this
        else:
            socket = let_in[sid]
            drafts[place] = Draft(
                sid, socket.user_id, socket.credential_id, asked.room_id, asked.nonce, asked.text
            )
    return _post(drafts, len(asks))


def _read(sid: str, sent: object, times: int) -> inputs.PostMessage | None:
    """What a socket wants to say with its `times`-th request of this turn; None for what is asked by itself.

    It is paced here without being counted: what is asked by itself is counted there.
    """
    if not access.would_be_within(limits.SOCKET_BURST, sid, times=times):
        return None
    try:
        asked = inputs.read(inputs.PostMessage, sent)
    except ChatError:
        return None
    if "@" in asked.text or any(getattr(asked, name) for name in asked.model_fields_set - PLAIN):
        return None
    return asked


def _post(drafts: Mapping[int, Draft], asked: int) -> list[Answer | None]:
    answers: list[Answer | None] = [None] * asked
    facts = batches.post(list(drafts.values()))
    said: Counter[str] = Counter()
    for (place, draft), fact in zip(drafts.items(), facts, strict=True):
        if fact is not None:
            said[draft.sid] += 1
            answers[place] = {"ok": True, "data": {"message": fact["message"], "duplicate": False}}
    with suppress(ChatError):  # it is said: whatever comes next is refused
        for sid, times in said.items():
            access.within(limits.SOCKET_BURST, sid, times=times)
    return answers
