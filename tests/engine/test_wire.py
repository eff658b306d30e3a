"""Frames of WebSocket: what is ours gives the same as eventlet's own."""

import os

import pytest
from eventlet import websocket

from app import limits
from app.engine import wire


class TestUnmask:
    @pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 125, 126, 4096, 65_537])
    @pytest.mark.parametrize("offset", [0, 1, 2, 3, 4, 4095])
    def test_it_gives_what_eventlet_gives(self, size: int, offset: int) -> None:
        data, mask = os.urandom(size), tuple(os.urandom(4))
        theirs = websocket.RFC6455WebSocket._apply_mask(data, mask, length=size, offset=offset)
        assert wire.unmask(data, mask, length=size, offset=offset) == theirs


class TestMessage:
    def message(self) -> wire.WebSocket.Message:
        return wire.WebSocket.Message(1, limits.FRAME_BYTES, decoder=wire.WebSocket.UTF8Decoder())

    def test_a_whole_message_up_to_the_limit_is_taken(self) -> None:
        message = self.message()
        for _ in range(4):
            message.push(b"x" * (limits.FRAME_BYTES // 4))
        message.push(b"", final=True)
        assert len(message.getvalue()) == limits.FRAME_BYTES

    def test_one_byte_more_in_all_is_too_big(self) -> None:
        message = self.message()
        message.push(b"x" * limits.FRAME_BYTES)
        with pytest.raises(websocket.FailedConnectionError) as caught:
            message.push(b"x")
        assert caught.value.status == wire.TOO_BIG

    def test_text_that_is_not_utf8_is_told_so(self) -> None:
        message = self.message()
        message.push(b"\xff\xfe", final=True)
        with pytest.raises(websocket.FailedConnectionError) as caught:
            message.getvalue()
        assert caught.value.status == wire.NOT_UTF8
