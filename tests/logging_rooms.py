"""Entries that were committed and not told: what another process's commit looks like from here."""

from flask import Flask

from app import log
from app.extensions import db
from app.models import Entry, Kind, User


def commit_untold(app: Flask, room_id: str, actor_id: str, kind: Kind = Kind.ROOM_CHANGED) -> Entry:
    """One more entry of a room's log, committed; nobody is told."""
    with app.app_context():
        room = log.lock(room_id)
        entry = log.append(room, kind, subject_id=room_id, actor=db.session.get_one(User, actor_id))
        db.session.commit()
        return entry
