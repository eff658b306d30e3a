"""Values at their limits, one past, and absurd; and what is cleaned on the way."""

import pytest

from app import inputs, limits
from app.errors import ChatError, Invalid, TooLarge, Unreadable

NONCE = "8c5b4c2e-0000-4000-8000-000000000001"


def refused(kind, value) -> type[ChatError]:
    with pytest.raises(ChatError) as error:
        inputs.check(kind, value)
    return type(error.value)


@pytest.mark.parametrize("text", ["x", "x" * 4_000, "é" * 4_000, "😀" * 4_000, "a\nb\tc", "{{7*7}} %s <b>"])
def test_a_message_up_to_the_limit_is_taken_as_it_is(text: str) -> None:
    assert inputs.check(inputs.MessageText, text) == text


@pytest.mark.parametrize("text", ["x" * 4_001, "😀" * 4_001, "x" * 1_000_000])
def test_a_message_over_the_limit_is_too_large(text: str) -> None:
    assert refused(inputs.MessageText, text) is TooLarge


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t ",
        "\u200b",
        "\u200e\u200f",
        "\u2060\ufeff",
        "\u3164",
        "\u00ad",
        "a\0b",
        "a\ud800",
        "\udc00",
    ],
    ids=ascii,
)
def test_a_message_that_shows_nothing_or_cannot_be_stored_is_invalid(text: str) -> None:
    assert refused(inputs.MessageText, text) is Invalid


def test_eight_accents_on_a_letter_and_not_nine() -> None:
    for base in ("x", "ж"):
        assert inputs.check(inputs.MessageText, base + "\u0336" * 8)
        assert refused(inputs.MessageText, base + "\u0336" * 9) is Invalid
        assert refused(inputs.MessageText, base + "\u0336" * 1_000) is Invalid
    assert inputs.check(inputs.MessageText, ("x" + "\u0336" * 8) * 3)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("e\u0301", "é"),
        ("  a  ", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x07b\x1bc\x85d", "abcd"),
        ("\u202egpj.exe", "\u202egpj.exe"),
    ],
    ids=ascii,
)
def test_how_a_message_is_cleaned(sent: str, kept: str) -> None:
    assert inputs.check(inputs.MessageText, sent) == kept


@pytest.mark.parametrize("kind", [inputs.Title, inputs.DisplayName, inputs.Label, inputs.DeviceName])
def test_a_line_is_one_visible_line_without_direction_overrides(kind) -> None:
    assert inputs.check(kind, "  The\n  garden\t ") == "The garden"
    assert inputs.check(kind, "a\u202eb\u2066c") == "abc"
    for nothing in ("", "  ", "\u200b\u200b", "\u202e"):
        assert refused(kind, nothing) is Invalid


@pytest.mark.parametrize(("kind", "most"), [(inputs.Title, 80), (inputs.DisplayName, 40), (inputs.Label, 80)])
def test_a_line_has_so_many_characters_and_no_more(kind, most: int) -> None:
    assert inputs.check(kind, "é" * most) == "é" * most
    assert refused(kind, "é" * (most + 1)) is Invalid


@pytest.mark.parametrize("name", ["ada", "a" * 32, "Ada-1.x_y", "адам", "阿达三", "josé"])
def test_names_that_are_fine(name: str) -> None:
    assert inputs.check(inputs.Username, name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 33,
        "a b c",
        "ada@home",
        "-ada",
        "_ada",
        ".ada",
        "ada!",
        "ad\u200ba",
        "\u202eada",
        "<ada>",
        "ada\0",
    ],
    ids=ascii,
)
def test_names_that_are_not(name: str) -> None:
    assert refused(inputs.Username, name) is Invalid


def test_a_wide_name_is_kept_as_the_plain_one() -> None:
    assert inputs.check(inputs.Username, "ＡＤＡ") == "ADA"


@pytest.mark.parametrize("password", ["ten chars.", "x1" * 128, "пароль с пробелом", "   spaces   "])
def test_passwords_that_are_fine_are_kept_to_the_letter(password: str) -> None:
    assert inputs.check(inputs.Password, password) == password


@pytest.mark.parametrize(
    "password",
    ["", "nine char", "x1" * 128 + "x", "1234567890", "qwertyuiop", "QWERTYUIOP", "aaaaaaaaaaaa", "a\0" * 6],
)
def test_passwords_that_are_not(password: str) -> None:
    """BA10."""
    assert refused(inputs.Password, password) is Invalid


@pytest.mark.parametrize("nonce", ["", "x", "8c5b4c2e", NONCE + "0", "x" * 10_000, NONCE[:-1] + "g"])
def test_a_nonce_is_a_uuid(nonce: str) -> None:
    """BV10."""
    assert refused(inputs.Nonce, nonce) is Invalid
    assert inputs.check(inputs.Nonce, NONCE) == NONCE


def test_a_nonce_has_one_way_to_be_written() -> None:
    for spelling in (NONCE.upper(), "{" + NONCE + "}", NONCE.replace("-", "")):
        assert inputs.check(inputs.Nonce, spelling) == NONCE


@pytest.mark.parametrize("seq", [-1, 2**53, 2**64, 1.0, "1", True, None])
def test_a_seq_is_a_whole_number_that_every_client_can_read(seq) -> None:
    assert refused(inputs.Seq, seq) is Invalid
    assert inputs.check(inputs.Seq, 2**53 - 1) == 2**53 - 1


@pytest.mark.parametrize("each", ["", "x" * 41, "é", "a\nb", "a\0", "\ud800", 7, None])
def test_an_id_is_short_printable_ascii(each) -> None:
    assert refused(inputs.Id, each) is Invalid
    assert inputs.check(inputs.Id, "x" * 40) == "x" * 40


@pytest.mark.parametrize("data", [None, [], "text", 7, True])
def test_a_request_is_one_object(data) -> None:
    with pytest.raises(Unreadable):
        inputs.read(inputs.NewRoom, data)


@pytest.mark.parametrize(
    "more", ["sender", "user_id", "role", "seq", "ts", "is_admin", "x" * 1_000, "\ud800"]
)
def test_an_unknown_field_is_invalid(more: str) -> None:
    """BZ9."""
    right = {"room_id": "r", "nonce": NONCE, "text": "hello"}
    assert inputs.read(inputs.PostMessage, right).text == "hello"
    with pytest.raises(Invalid) as error:
        inputs.read(inputs.PostMessage, {**right, more: 1})
    [wrong] = error.value.errors
    assert len(wrong["path"]) <= 100
    wrong["path"].encode()


def test_every_wrong_field_is_named_without_what_was_sent() -> None:
    with pytest.raises(Invalid) as error:
        inputs.read(inputs.Registration, {"username": "s3cret!", "password": "s3cret"})
    assert {each["path"] for each in error.value.errors} == {"username", "password"}
    assert "s3cret" not in str(error.value.problem())


def test_more_rooms_than_one_can_be_in_are_not_asked_for() -> None:
    rooms = {f"room-{number}": 0 for number in range(limits.ROOMS_PER_USER)}
    assert len(inputs.read(inputs.Sync, {"rooms": rooms}).rooms) == limits.ROOMS_PER_USER
    with pytest.raises(Invalid):
        inputs.read(inputs.Sync, {"rooms": {**rooms, "one-more": 0}})


def test_nothing_is_taken_for_something_else() -> None:
    for wrong in ({"title": 7}, {"title": None}, {"title": ["x"]}, {"title": True}, {}):
        with pytest.raises(Invalid):
            inputs.read(inputs.NewRoom, wrong)


def test_a_page_of_history_has_up_to_a_hundred() -> None:
    for limit, fine in ((0, False), (1, True), (100, True), (101, False)):
        if fine:
            assert inputs.read(inputs.HistoryQuery, {"limit": limit}).limit == limit
        else:
            with pytest.raises(Invalid):
                inputs.read(inputs.HistoryQuery, {"limit": limit})


def test_what_is_typed_to_sign_in_is_compared_and_not_judged() -> None:
    assert inputs.check(inputs.TypedSecret, "short") == "short"
    assert inputs.check(inputs.TypedName, "No such name!") == "No such name!"
    assert refused(inputs.TypedSecret, "x" * 1_025) is Invalid
    assert refused(inputs.TypedSecret, "\ud800") is Invalid
