"""Who sits where: the rosters that the generator plays, the same for every contender."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent
BUILT = FOLDER / ".built"


class Layout(NamedTuple):
    """So many members in so many rooms of one size. No two layouts share a person."""

    name: str
    members: int
    rooms: int

    def room(self, member: int) -> int:
        """The room of a member: in turn, so that the first members of a roster are in different rooms."""
        return member % self.rooms


FANOUT_SIZES = (10, 50, 200, 1000, 5000)
LAYOUTS = [
    *(Layout(f"fanout_{size}", size, 1) for size in FANOUT_SIZES),
    Layout("rooms_200x5", 1000, 200),
    Layout("connects", 1000, 20),
    # One after the other on one server: 1,000, 5,000 and 10,000 connections. The last is the crowd of `mixed` as well.
    Layout("idle_1000", 1000, 100),
    Layout("idle_5000", 4000, 400),
    Layout("idle_10000", 5000, 500),
]


def roster(kind: str, layout: str) -> Path:
    """The file with a line "token room" a member, for `parlor` or for `peer`."""
    return BUILT / "rosters" / kind / f"{layout}.txt"


def write_roster(kind: str, layout: Layout, tokens: list[str], rooms: list[str]) -> None:
    """Write the file of a layout; `tokens` by member, `rooms` by room."""
    path = roster(kind, layout.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{tokens[member]} {rooms[layout.room(member)]}\n" for member in range(layout.members))
    path.write_text("".join(lines))
