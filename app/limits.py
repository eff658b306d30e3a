"""Every number that people can run into, with its unit. `GET /server` and `sync` advertise ADVERTISED."""

from typing import Final, NamedTuple

from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

# Text, in Unicode code points after NFC and trimming.
USERNAME_MIN: Final = 3
USERNAME_MAX: Final = 32
DISPLAY_NAME_MAX: Final = 40
PASSWORD_MIN: Final = 10
PASSWORD_MAX: Final = 256
TITLE_MAX: Final = 80
MESSAGE_MAX: Final = 4_000
MESSAGE_MAX_BYTES: Final = 16 * 1024
COMBINING_MARKS_MAX: Final = 8  # on one base character: more is a tower that covers other people's lines
EXCERPT_MAX: Final = 140  # of the message that another one answers
EMOJI_MAX: Final = 32
LABEL_MAX: Final = 80
DEVICE_NAME_MAX: Final = 80
ID_MAX: Final = 40
LINK_MAX: Final = 2_048
REASON_MAX: Final = 500

# How much of anything.
ROOMS_PER_USER: Final = 200
MEMBERS_PER_ROOM: Final = 500
BOTS_PER_ROOM: Final = 10
INVITES_PER_ROOM: Final = 100  # live ones
TOKENS_PER_USER: Final = 50
INVITE_USES_MAX: Final = 10_000
HISTORY_PAGE: Final = 50
HISTORY_PAGE_MAX: Final = 100
RECENT_MESSAGES: Final = 50  # what a link shows newcomers that lets them see the last ones
REACTIONS_PER_MESSAGE: Final = 20  # different emoji
PINS_PER_ROOM: Final = 50
EDITS_PER_MESSAGE: Final = 100  # every earlier text is kept
NAMES_PER_MESSAGE: Final = 50  # that are looked up; who is named after so many others isn't told
UNREAD_COUNTED: Final = 1_000  # more unread messages than that in one room are told as that many
SYNC_ENTRIES: Final = 200  # missed in one room; with more, a client takes a snapshot instead

# How long, in seconds.
SESSION_SECONDS: Final = 12 * 60 * 60
REMEMBERED_SESSION_SECONDS: Final = 60 * 24 * 60 * 60
TOKEN_SECONDS: Final = 400 * 24 * 60 * 60
INVITE_SECONDS_MAX: Final = 365 * 24 * 60 * 60
MUTE_SECONDS_MAX: Final = 365 * 24 * 60 * 60
SLOW_SECONDS_MAX: Final = 6 * 60 * 60
UNDO_SECONDS: Final = 10 * 60  # how long those who were put out together can be let back together
EDIT_SECONDS: Final = 24 * 60 * 60  # after it was said; it can be deleted for ever
LAST_USED_SECONDS: Final = 60  # how stale "last used" may be: a row is not written on every request
CONNECT_SECONDS: Final = 10
SHUTDOWN_SECONDS: Final = 10
RETRY_SECONDS: Final = 2.0  # what `unavailable` advises
DATABASE_WAIT_SECONDS: Final = 2.0  # for a lock that somebody else holds

# Bodies and frames, in bytes.
JSON_BYTES: Final = 64 * 1024
FRAME_BYTES: Final = 64 * 1024
FRAGMENTS: Final = 64
QUEUE_PACKETS: Final = 512
QUEUE_BYTES: Final = 2 * 1024 * 1024
JSON_DEPTH: Final = 8
JSON_KEYS: Final = 256  # a sync names every room of a person
INTEGER_MAX: Final = 2**53 - 1

# Sockets.
SOCKETS_PER_SESSION: Final = 5
SOCKETS_PER_USER: Final = 20
SOCKETS_PER_ADDRESS: Final = 50
PING_SECONDS: Final = 20  # whole seconds: a client divides by it
PING_TIMEOUT_SECONDS: Final = 10

# Work that is done beside the hub: argon2.
OFFLOAD_WORKERS: Final = 2
OFFLOAD_QUEUE: Final = 16
OFFLOAD_WAIT_SECONDS: Final = 2.0


class Rule(NamedTuple):
    """So many in so many seconds, under a name of its own."""

    name: str
    amount: int
    seconds: int
    shared: bool = False  # counted by all processes together, in Redis


SEND_BURST = Rule("send", 10, 5)  # per person and room: bursts of 10, 2 a second sustained
SEND_MINUTE = Rule("send-minute", 120, 60)  # per person
CHANGE_BURST = Rule("change", 20, 10)  # per person and room: edits, deletions, reactions and pins together
CHANGE_MINUTE = Rule("change-minute", 120, 60)  # per person
SOCKET_BURST = Rule("socket", 20, 4)  # per socket, requests of any kind: bursts of 20, 5 a second sustained
SOCKET_ABUSE = Rule("socket-abuse", 60, 60)  # refusals; over this the socket is closed
CREATE_ROOM = Rule("create-room", 100, 3600, shared=True)  # per person
JOIN = Rule("join", 10, 60, shared=True)  # per person
LOOK_AT_INVITE = Rule("look", 60, 60, shared=True)  # per address: guessing links
REGISTER = Rule("register", 120, 3600, shared=True)  # per address
INVITE = Rule("invite", 100, 3600, shared=True)  # per person
CHANGE_PROFILE = Rule(
    "profile", 20, 3600, shared=True
)  # per person: each change is told in every room of theirs
REPORT = Rule("report", 20, 3600, shared=True)  # per person
MAKE_BOT = Rule("bot", 20, 3600, shared=True)  # per person
CREATE_TOKEN = Rule("create-token", 60, 3600, shared=True)  # per person

# Failed sign-ins, kept in the database: they are counted together by all processes and after a restart.
LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS = Rule("login-pair", 5, 900)
LOGIN_FAILURES_PER_ADDRESS = Rule("login-address", 20, 900)
LOGIN_FAILURES_PER_ACCOUNT = Rule("login-account", 100, 3600)  # over this it is slower, never locked
GUESSED_ACCOUNT_WAIT_SECONDS: Final = 2.0


class Limits(TypedDict):
    """What clients are told, so that they can refuse before they ask. Text in code points, times in seconds."""

    message_text: int
    title: int
    display_name: int
    username_min: int
    username_max: int
    password_min: int
    password_max: int
    rooms_per_user: int
    members_per_room: int
    reactions_per_message: int
    pins_per_room: int
    edits_per_message: int
    edit_seconds: int
    excerpt: int
    history_page: int
    sync_entries: int
    frame_bytes: int
    json_bytes: int
    ping_interval: int
    ping_timeout: int


ADVERTISED: Final[Limits] = {
    "message_text": MESSAGE_MAX,
    "title": TITLE_MAX,
    "display_name": DISPLAY_NAME_MAX,
    "username_min": USERNAME_MIN,
    "username_max": USERNAME_MAX,
    "password_min": PASSWORD_MIN,
    "password_max": PASSWORD_MAX,
    "rooms_per_user": ROOMS_PER_USER,
    "members_per_room": MEMBERS_PER_ROOM,
    "reactions_per_message": REACTIONS_PER_MESSAGE,
    "pins_per_room": PINS_PER_ROOM,
    "edits_per_message": EDITS_PER_MESSAGE,
    "edit_seconds": EDIT_SECONDS,
    "excerpt": EXCERPT_MAX,
    "history_page": HISTORY_PAGE_MAX,
    "sync_entries": SYNC_ENTRIES,
    "frame_bytes": FRAME_BYTES,
    "json_bytes": JSON_BYTES,
    "ping_interval": PING_SECONDS,
    "ping_timeout": PING_TIMEOUT_SECONDS,
}
