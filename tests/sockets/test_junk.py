"""Junk in every request: never `internal`, nothing stored, and the socket lives."""

import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sockets.chat import Chat
from tests.stored import rows

TEXT = st.text(alphabet=st.characters(exclude_categories=[]), max_size=50) | st.sampled_from(
    ["", "\0", "\ud800", "x" * 5_000, "'; DROP TABLE users; --", "%s{0}{{7*7}}", "\u202e", "1e999", "\u200b"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**53, -1, 2**63, 2**200, 1e400])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
FIELDS = ["room_id", "nonce", "text", "rooms", "epochs", "seq", "typing", "more"]
MEANT = st.dictionaries(st.sampled_from(FIELDS) | TEXT, JSON, max_size=6)
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_junk_is_refused_in_words_and_changes_nothing(app, garden, ada) -> None:
    assert ada.socket.connected
    handler = Chat.requests
    before = rows(app)

    @BOUNDED
    @given(event=st.sampled_from(sorted(handler)) | TEXT, sent=JSON | MEANT)
    def junk(event: str, sent: object) -> None:
        answer = trigger(ada, event, sent)
        assert set(answer) <= {"ok", "data", "error"}
        if not answer["ok"]:
            assert answer["error"]["code"] in {"invalid", "not_found", "too_large", "conflict"}

    junk()
    assert rows(app) == before
    assert ada.socket.connected
    assert ada.say(garden.id)["ok"]


def test_any_text_that_is_taken_is_what_everybody_reads(app, garden, ada, bob) -> None:
    assert bob.socket.connected

    @BOUNDED
    @given(text=TEXT)
    def say(text: str) -> None:
        sent = {"room_id": garden.id, "nonce": str(uuid.uuid4()), "text": text}
        answer = trigger(ada, "post_message", sent)
        if answer["ok"]:
            said = answer["data"]["message"]["text"]
            assert said
            assert "\0" not in said
            said.encode()
            [(_, fact)] = bob.heard("message_posted")
            assert fact["message"]["text"] == said
        else:
            assert answer["error"]["code"] in {"invalid", "too_large"}
            assert bob.heard() == []

    say()


def trigger(person, event: str, sent: object) -> dict:
    """Straight to the namespace, past the reading of packets, which would refuse much of it already."""
    from app.channels import NAMESPACE
    from app.extensions import socketio

    handler = socketio.server.namespace_handlers[NAMESPACE]
    return handler.trigger_event(event, person.socket.sid, sent)
