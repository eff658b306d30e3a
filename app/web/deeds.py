"""How what was done in a room reads: who did what to whom, in words around the name of whom it was done to."""

from datetime import datetime
from typing import NamedTuple

from app.oversight import Deed


class Words(NamedTuple):
    """What stands before and after the name of whom it was done to; `whom` is whether that is said at all. Last comes
    until when it holds, where it ends by itself.
    """

    before: str
    after: str = ""
    whom: bool = False
    until: datetime | None = None


_LINKS = {
    "link_made": "made a link",
    "link_closed": "closed a link",
    "links_replaced": "replaced all links",
}


def words(deed: Deed) -> Words:
    """One deed."""
    detail = deed.entry.detail or {}
    match deed.entry.kind:
        case "member_joined":
            return _joined(deed, detail)
        case "member_left":
            return Words("left")
        case "member_removed":
            return Words("banned" if detail.get("banned") else "removed", whom=True)
        case "member_changed":
            return _changed(detail)
        case "message_deleted":
            return Words("deleted a message of", whom=True)
        case _:
            return _room(detail)


def _joined(deed: Deed, detail: dict[str, object]) -> Words:
    if detail.get("did") == "let_back":
        return Words("let", "back in", whom=True)
    by = f"by the link “{detail['link']}”" if detail.get("link") else ""
    if deed.entry.actor_id != deed.entry.subject_id:
        return Words("let", f"in {by}".strip(), whom=True)
    return Words(f"joined {by}".strip())


def _changed(detail: dict[str, object]) -> Words:
    if "role" in detail:
        return Words("made", f"{'an' if detail['role'] == 'owner' else 'a'} {detail['role']}", whom=True)
    until = detail.get("muted_until")
    if isinstance(until, str):
        return Words("muted", "until", whom=True, until=datetime.fromisoformat(until))
    return Words("let", "speak again", whom=True) if "muted_until" in detail else Words("changed their name")


def _room(detail: dict[str, object]) -> Words:
    did = str(detail.get("did", ""))
    if did == "banned":
        return Words("banned", whom=True)
    if did == "unbanned":
        return Words("lifted the ban on", whom=True)
    if did in _LINKS:
        return Words(_LINKS[did] + (f" “{detail['link']}”" if detail.get("link") else ""))
    parts = []
    if "title" in detail:
        parts.append(f"named the room “{detail['title']}”")
    if "slow_seconds" in detail:
        seconds = detail["slow_seconds"]
        parts.append(f"set slow mode to {seconds} seconds" if seconds else "ended slow mode")
    if "joining_closed" in detail:
        parts.append("closed joining" if detail["joining_closed"] else "opened joining")
    return Words(" and ".join(parts) or "changed the room")
