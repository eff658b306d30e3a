"""What leaves is CONTRACT section 3 to the letter, and nothing of what is nobody's business."""

from datetime import UTC, datetime, timedelta, timezone

from app import access, payloads
from app.actions import accounts
from app.extensions import db
from tests.everything import HERE, nonce

PRIVATE = ("password", "hash", "secret", "skeleton", "address", "digest", "argon2")


def test_times_are_utc_with_three_decimals() -> None:
    assert payloads.time(datetime(2026, 11, 22, 15, 1, 49, 450_999, tzinfo=UTC)) == "2026-11-22T15:01:49.450Z"
    assert payloads.time(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000Z"
    assert payloads.optional_time(None) is None


def test_a_message_has_the_contracts_fields(app, garden, ada) -> None:
    sent = nonce()
    message = ada.say(garden.id, "hello", nonce=sent)["data"]["message"]
    assert set(message) == {
        "id",
        "room_id",
        "seq",
        "version",
        "nonce",
        "author",
        "text",
        "created_at",
        "edited_at",
        "deleted_at",
        "reply_to",
        "reactions",
        "pinned",
        "files",
    }
    assert (message["nonce"], message["text"], message["seq"], message["version"]) == (sent, "hello", 3, 1)
    assert set(message["author"]) == {"id", "username", "display_name", "avatar_url", "bot"}


def test_rooms_and_members_have_the_contracts_fields(app, garden, ada, bob) -> None:
    ada.say(garden.id)
    [missed] = bob.ask("sync", {"rooms": {}})["data"]["rooms"]
    assert set(missed) == {"room", "entries", "reset"}
    assert set(missed["room"]) == {
        "id",
        "title",
        "epoch",
        "last_seq",
        "read_seq",
        "unread",
        "mentions",
        "role",
        "member_count",
        "slow_seconds",
        "joining_closed",
        "muted_until",
        "slow_until",
        "level",
        "from_seq",
        "last_message",
    }
    [entry] = [
        each
        for each in bob.ask("sync", {"rooms": {garden.id: 1}})["data"]["rooms"][0]["entries"]
        if each["type"] == "member_joined"
    ]
    assert set(entry) == {"type", "room_id", "seq", "at", "member"}
    assert set(entry["member"]) == {"user", "role", "joined_at", "online", "muted_until"}


def test_invites_and_credentials_have_the_contracts_fields(app, garden, ada) -> None:
    assert ada.token
    with app.app_context():
        link = access.current_invite(ada.user(), garden.id)
        assert set(payloads.invite(link, url="https://…")) == {
            "id",
            "token",
            "url",
            "label",
            "created_by",
            "created_at",
            "expires_at",
            "max_uses",
            "uses",
            "revoked_at",
            "history",
            "asks_first",
        }
        [token] = access.credentials(ada.user(), "token")
        assert set(payloads.credential(token, current=True)) == {
            "id",
            "name",
            "scopes",
            "created_at",
            "last_used_at",
            "expires_at",
            "current",
        }


def test_nothing_private_of_anybody_leaves(app, garden, ada, bob) -> None:
    """BZ10."""
    ada.say(garden.id)
    answer = str(bob.ask("sync", {"rooms": {garden.id: 0}})["data"]["rooms"]).lower()
    with app.app_context():
        hashed = ada.user().password_hash
        answer += str(
            [payloads.member(each, online=True) for each in access.members(bob.user(), garden.id)]
        ).lower()
    for word in (*PRIVATE, hashed.lower(), ada.token.lower()):
        assert word not in answer


def test_what_a_deleted_account_said_has_no_author(app, garden, ada, bob) -> None:
    bob.say(garden.id, "remember me")
    with app.app_context():
        accounts.delete(bob.user(), bob.password, erase_messages=False, address=HERE)
        db.session.expire_all()
        [said] = access.history(ada.user(), garden.id)
        assert payloads.message(said)["author"] is None


def test_a_time_from_another_zone_is_not_drawn_as_it_is(app, garden) -> None:
    """Times reach `payloads` in UTC, since the column type sees to it."""
    from app.models.columns import UtcTime

    abroad = datetime(2026, 1, 1, 5, tzinfo=timezone(timedelta(hours=5)))
    assert UtcTime().process_result_value(abroad, None) == datetime(2026, 1, 1, tzinfo=UTC)
    assert payloads.time(UtcTime().process_result_value(abroad, None)) == "2026-01-01T00:00:00.000Z"
