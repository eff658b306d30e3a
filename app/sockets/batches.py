"""What came from many sockets in one turn of the hub, answered together. The engine calls; see `engine.attach`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from app import access, inputs, limits, proofs, shedding
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

    Only what goes well is answered here: whatever is refused is refused in `requests`, for one at a time.
    """
    if shedding.refuses_sends():
        return [None] * len(asks)
    authors = _authors({sid for sid, _ in asks})
    paced: Counter[str] = Counter()
    drafts: dict[int, Draft] = {}
    for place, (sid, sent) in enumerate(asks):
        if sid not in authors:
            continue
        paced[sid] += 1
        draft = _draft(sid, authors[sid], sent, paced[sid])
        if draft is None:
            del authors[sid]  # what it says after this waits for the answer to this
        else:
            drafts[place] = draft
    return _post(drafts, len(asks))


def _authors(sids: Iterable[str]) -> dict[str, str]:
    """The id of who is behind each socket, for those whose session or token holds right now and may write."""
    let_in_by = batches.credentials(sids)
    people = proofs.behind(set(let_in_by.values()), "write")
    return {sid: people[proof] for sid, proof in let_in_by.items() if proof in people}


def _draft(sid: str, author_id: str, sent: object, times: int) -> Draft | None:
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
    return Draft(sid, author_id, asked.room_id, asked.nonce, asked.text)


def _post(drafts: Mapping[int, Draft], asked: int) -> list[Answer | None]:
    answers: list[Answer | None] = [None] * asked
    facts = batches.post(list(drafts.values()))
    for (place, draft), fact in zip(drafts.items(), facts, strict=True):
        if fact is not None:
            with suppress(ChatError):  # it is said: whatever comes next is refused
                access.within(limits.SOCKET_BURST, draft.sid)
            answers[place] = {"ok": True, "data": {"message": fact["message"], "duplicate": False}}
    return answers
