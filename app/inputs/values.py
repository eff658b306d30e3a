"""One annotated type per kind of value that a client may send."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import emoji
from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app import limits
from app.errors import TooLarge

# Every emoji that Unicode recommends, and however else it is written, as the one way in which it is kept.
_QUALIFIED = {
    each["en"]: signs
    for signs, each in emoji.EMOJI_DATA.items()
    if each["status"] == emoji.STATUS["fully_qualified"]
}
_COMMON_PASSWORDS = frozenset(FREQUENCY_LISTS["passwords"])
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\uffa0]*"
)
_WRITTEN_AS_KEPT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID = r"\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?"
_NAME_SIGNS = {"L", "N", "M"}
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _clean(text: str) -> str:
    """NFC, no unpaired surrogates, no control characters but newline and tab, no towers of marks."""
    if text.isascii() and text.isprintable():
        return text.strip()  # nearly all of what people say, and none of what follows can be in it
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("This contains half a character (an unpaired surrogate).")
    if "\0" in text:
        raise ValueError("This contains a NUL character.")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) or unicodedata.category(sign) == "Me" else 0
        if marks > limits.COMBINING_MARKS_MAX:
            raise ValueError(f"Use at most {limits.COMBINING_MARKS_MAX} accents on one letter.")
    return text.strip()


def _line(text: str) -> str:
    """One visible line without direction overrides, which would turn the text around it."""
    text = " ".join(_clean(text).split())
    text = "".join(sign for sign in text if unicodedata.bidirectional(sign) not in _DIRECTIONS)
    if _INVISIBLE.fullmatch(text):
        raise ValueError("Write something that can be seen.")
    return text


def _at_most(length: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > length:
            raise ValueError(f"Use at most {length:,} characters.")
        return text

    return check


def _said(text: str) -> str:
    text = _clean(text)
    if _INVISIBLE.fullmatch(text):
        raise ValueError("Write something that can be seen.")
    if len(text) > limits.MESSAGE_MAX or len(text.encode()) > limits.MESSAGE_MAX_BYTES:
        # Pydantic passes only ValueError on as one of several; this one has a code of its own.
        raise TooLarge(f"A message has at most {limits.MESSAGE_MAX:,} characters (16 KiB).")
    return text


def _username(text: str) -> str:
    text = unicodedata.normalize("NFKC", _clean(text))
    if not limits.USERNAME_MIN <= len(text) <= limits.USERNAME_MAX:
        raise ValueError(f"Use {limits.USERNAME_MIN} to {limits.USERNAME_MAX} characters.")
    if not all(unicodedata.category(sign)[0] in _NAME_SIGNS or sign in "_-." for sign in text):
        raise ValueError("Use letters, digits, and _ - . only.")
    if unicodedata.category(text[0])[0] not in {"L", "N"}:
        raise ValueError("Begin with a letter or a digit.")
    return text


def _password(text: str) -> str:
    if not limits.PASSWORD_MIN <= len(text) <= limits.PASSWORD_MAX:
        raise ValueError(f"Use {limits.PASSWORD_MIN} to {limits.PASSWORD_MAX} characters.")
    if text.casefold() in _COMMON_PASSWORDS or len(set(text)) == 1:
        raise ValueError("This password is one of the most used ones. Choose another.")
    return _secret(text)


def _secret(text: str) -> str:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("This contains a character that cannot be typed.")
    return text


def _uuid(text: str) -> str:
    if _WRITTEN_AS_KEPT.fullmatch(text):
        return text
    if not re.fullmatch(_UUID, text):
        raise ValueError("Make this a UUID.")
    return str(UUID(text))


def _emoji(text: str) -> str:
    known = emoji.EMOJI_DATA.get(text)
    if known is None or known["en"] not in _QUALIFIED:
        raise ValueError("Send exactly one emoji.")
    return _QUALIFIED[known["en"]]


def _plain(value: object) -> object:
    # An id that cannot be stored can't be anybody's either; it must not reach the database to find out.
    if isinstance(value, str) and not (value.isascii() and value.isprintable()):
        raise ValueError("An id has only printable ASCII characters.")
    return value


def _published(says: str, **schema: JsonValue) -> Any:
    """What the published schema says of a value beside what pydantic does: bounds that no tidying gets around, and
    `x-max-length`, which counts code points after tidying. tests/contract/test_inputs.py holds both to each other.
    """
    return Field(description=says or None, json_schema_extra=schema)


def _shown(most: int) -> Any:
    return _published("One line that can be seen; tidied.", **{"minLength": 1, "x-max-length": most})


Id = Annotated[
    str,
    BeforeValidator(_plain),
    StringConstraints(min_length=1, max_length=limits.ID_MAX),
    _published("", pattern="^[ -~]*$"),
]
Nonce = Annotated[
    str,
    StringConstraints(max_length=limits.ID_MAX),
    AfterValidator(_uuid),
    _published("A UUID, one for each message; the same again says nothing twice.", pattern=f"^{_UUID}$"),
]
Seq = Annotated[int, Field(ge=0, le=limits.INTEGER_MAX)]
MessageText = Annotated[
    str,
    AfterValidator(_said),
    _published(
        "Something that can be seen, NFC and trimmed; at most 16 KiB.",
        **{"minLength": 1, "x-max-length": limits.MESSAGE_MAX},
    ),
]
Emoji = Annotated[
    str,
    StringConstraints(max_length=limits.EMOJI_MAX),
    AfterValidator(_emoji),
    _published("Exactly one emoji.", minLength=1),
]
Title = Annotated[
    str, AfterValidator(_line), AfterValidator(_at_most(limits.TITLE_MAX)), _shown(limits.TITLE_MAX)
]
DisplayName = Annotated[
    str,
    AfterValidator(_line),
    AfterValidator(_at_most(limits.DISPLAY_NAME_MAX)),
    _shown(limits.DISPLAY_NAME_MAX),
]
Label = Annotated[
    str, AfterValidator(_line), AfterValidator(_at_most(limits.LABEL_MAX)), _shown(limits.LABEL_MAX)
]
Reason = Annotated[
    str,
    AfterValidator(_clean),
    AfterValidator(_at_most(limits.REASON_MAX)),
    _published("", **{"x-max-length": limits.REASON_MAX}),
]
PartOfName = Annotated[
    str,
    AfterValidator(_clean),
    AfterValidator(_at_most(limits.DISPLAY_NAME_MAX)),
    _published("", **{"x-max-length": limits.DISPLAY_NAME_MAX}),
]
DeviceName = Annotated[
    str,
    AfterValidator(_line),
    AfterValidator(_at_most(limits.DEVICE_NAME_MAX)),
    _shown(limits.DEVICE_NAME_MAX),
]
Username = Annotated[
    str,
    AfterValidator(_username),
    _published(
        "Letters, digits, and _ - . only, beginning with a letter or a digit; NFKC.",
        **{"minLength": 1, "x-min-length": limits.USERNAME_MIN, "x-max-length": limits.USERNAME_MAX},
    ),
]
Password = Annotated[
    str,
    AfterValidator(_password),
    _published(
        "Not one of the most used ones, nor the username.",
        minLength=limits.PASSWORD_MIN,
        maxLength=limits.PASSWORD_MAX,
    ),
]
# What is compared with what is stored keeps no rules of making: it is right or wrong.
TypedName = Annotated[str, StringConstraints(max_length=256), AfterValidator(_clean)]
TypedSecret = Annotated[str, StringConstraints(max_length=1024), AfterValidator(_secret)]
RoomSeqs = Annotated[dict[Id, Seq], Field(max_length=limits.ROOMS_PER_USER)]
