"""What came from many sockets in one turn of the hub, answered together. The engine calls; see `engine.attach`."""

from collections.abc import Mapping, Sequence

from app import access, inputs, limits
from app.actions import batches
from app.actions.batches import Draft
from app.errors import ChatError

Ask = tuple[str, object]  # the socket's id, and what it sent
Answer = Mapping[str, object]


def post_message(asks: Sequence[Ask]) -> list[Answer | None]:
    """Answers to these requests, in their places; None for one that has to be asked by itself.

    Only what goes well is answered here: whatever is refused is refused in `requests`, for one at a time.
    """
    authors = batches.authors({sid for sid, _ in asks})
    answers: list[Answer | None] = [None] * len(asks)
    places: list[int] = []
    drafts: list[Draft] = []
    for place, (sid, sent) in enumerate(asks):
        if sid not in authors:
            continue
        try:
            access.within(limits.SOCKET_BURST, sid)
            asked = inputs.read(inputs.PostMessage, sent)
        except ChatError:
            del authors[sid]  # what it says after this waits for the answer to this
        else:
            places.append(place)
            drafts.append(Draft(sid, authors[sid], asked.room_id, asked.nonce, asked.text))
    for place, fact in zip(places, batches.post(drafts), strict=True):
        if fact is not None:
            answers[place] = {"ok": True, "data": {"message": fact["message"], "duplicate": False}}
    return answers
