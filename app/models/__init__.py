"""What is stored, and what must always be true of it. Importing this package knows every table."""

from app.models.attempt import Attempt
from app.models.credential import Credential
from app.models.dressing import dress
from app.models.earlier_version import EarlierVersion
from app.models.entry import ENDS_OF_MEMBERSHIP, Entry, Kind, NewEntry
from app.models.invite import Invite, Window
from app.models.knock import Knock
from app.models.membership import Level, Membership, Role, Unread
from app.models.mention import Mention
from app.models.message import Message, NewMessage
from app.models.purge import Purge
from app.models.reaction import Reaction
from app.models.report import Report
from app.models.room import Room
from app.models.user import Author, User

__all__ = [
    "ENDS_OF_MEMBERSHIP",
    "Attempt",
    "Author",
    "Credential",
    "EarlierVersion",
    "Entry",
    "Invite",
    "Kind",
    "Knock",
    "Level",
    "Membership",
    "Mention",
    "Message",
    "NewEntry",
    "NewMessage",
    "Purge",
    "Reaction",
    "Report",
    "Role",
    "Room",
    "Unread",
    "User",
    "Window",
    "dress",
]
