"""What is stored, and what must always be true of it. Importing this package knows every table."""

from app.models.attempt import Attempt
from app.models.credential import Credential
from app.models.entry import Entry, Kind, NewEntry
from app.models.invite import Invite, Window
from app.models.knock import Knock
from app.models.membership import Level, Membership, Role
from app.models.message import Message, NewMessage
from app.models.purge import Purge
from app.models.report import Report
from app.models.room import Room
from app.models.user import User

__all__ = [
    "Attempt",
    "Credential",
    "Entry",
    "Invite",
    "Kind",
    "Knock",
    "Level",
    "Membership",
    "Message",
    "NewEntry",
    "NewMessage",
    "Purge",
    "Report",
    "Role",
    "Room",
    "User",
    "Window",
]
