"""Reading packets: what is taken, what is answered, and what closes the line."""

import json
from datetime import UTC, datetime

import pytest
from engineio import packet as engine_packet
from socketio import packet as socket_packet

from app.engine import packets


def read(text: str) -> packets.Packet:
    return packets.Packet(encoded_packet=text)


class TestFrames:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("1", engine_packet.CLOSE),
            ("3", engine_packet.PONG),
            ("4x", engine_packet.MESSAGE),
            ("6", engine_packet.NOOP),
        ],
    )
    def test_what_a_client_may_send_is_taken(self, text: str, kind: int) -> None:
        packet = packets.frame(text)
        assert (packet.packet_type, packet.data) == (kind, text[1:])

    @pytest.mark.parametrize(
        "junk", ["", "x", "7", "9", "٣", "0{}", "2", "2probe", "5", "b4", b"4", b"\x04", None]
    )
    def test_anything_else_is_malformed(self, junk: object) -> None:
        with pytest.raises(packets.Malformed):
            packets.frame(junk)


class TestPackets:
    def test_a_request_is_read(self) -> None:
        packet = read('2/chat,17["post_message",{"text":"hi"}]')
        assert (packet.packet_type, packet.namespace, packet.id) == (socket_packet.EVENT, "/chat", 17)
        assert packet.data == ["post_message", {"text": "hi"}]

    @pytest.mark.parametrize("text", ["0/chat,", "0/chat", '0/chat,{"token":"x"}', "0/chat?a=b,{}", "0"])
    def test_connecting_is_read(self, text: str) -> None:
        assert read(text).packet_type == socket_packet.CONNECT

    @pytest.mark.parametrize(
        "junk",
        [
            "",
            "x",
            "7",
            '51-/chat,["a",{"_placeholder":true,"num":0}]',
            '50-["a"]',
            "61-/chat,1[]",
            '4/chat,{"message":"no"}',
            "3/chat,[]",
            "3/chat,1",
            b"\x00",
        ],
    )
    def test_what_is_not_this_protocol_is_malformed(self, junk: str) -> None:
        with pytest.raises(packets.Malformed):
            packets.Packet().decode(junk)

    @pytest.mark.parametrize(
        "data",
        [
            '["a",NaN]',
            '["a",Infinity]',
            '["a",-Infinity]',
            '["a",1e400]',
            '["a",' + "9" * 4301 + "]",
            '["a",9007199254740992]',
            '["a",{"x":1,"x":2}]',
            '["a",' + "[" * 50_000 + "]" * 50_000 + "]",
            "[" * 65_000,
            '["a",{' + ",".join(f'"k{i}":1' for i in range(257)) + "}]",
            '\ufeff["a"]',
            '["a",{}',
            '["a"] ["b"]',
            '"a"',
            '{"a":1}',
            "[]",
            "[1]",
            "[null]",
            "",
        ],
        ids=range(19),
    )
    def test_what_cannot_be_read_is_answered_by_its_number(self, data: str) -> None:
        with pytest.raises(packets.Unacceptable) as caught:
            read("2/chat,5" + data)
        assert (caught.value.namespace, caught.value.number) == ("/chat", 5)

    @pytest.mark.parametrize("name", [*sorted(packets.RESERVED), "x" * 65, "n" * 10_000])
    def test_a_reserved_or_endless_name_is_no_event(self, name: str) -> None:
        with pytest.raises(packets.Unacceptable, match="no such event"):
            read("2/chat,5" + json.dumps([name, {}]))

    @pytest.mark.parametrize("name", ["sync", "x" * 64, "connected"])
    def test_other_names_are_events(self, name: str) -> None:
        assert read("2/chat,5" + json.dumps([name, {}])).data[0] == name

    def test_the_limits_are_taken_exactly(self) -> None:
        deepest = "[" * 8 + "]" * 8
        read(f'2["a",{deepest}]')
        with pytest.raises(packets.Unacceptable):
            read(f'2["a",[{deepest}]]')
        assert read('2["a",9007199254740991]').data == ["a", 2**53 - 1]
        assert len(read('2["a",{' + ",".join(f'"k{i}":1' for i in range(256)) + "}]").data[1]) == 256
        for beyond in ("9007199254740992", "{" + ",".join(f'"k{i}":1' for i in range(257)) + "}"):
            with pytest.raises(packets.Unacceptable):
                read(f'2["a",{beyond}]')

    @pytest.mark.parametrize("text", ["[1]", '{"a":[{},"b"]}', '"é👋"', "1.5", "-3", "true"])
    def test_however_it_is_written_it_is_the_same(self, text: str) -> None:
        value = json.loads(text)
        for written in (text, json.dumps(value, indent=1), json.dumps(value, ensure_ascii=True)):
            assert packets.StrictJSON.loads(written) == value
            assert type(packets.StrictJSON.loads(written)) is type(value)

    @pytest.mark.parametrize("text", ['0/chat,"auth"', "0/chat,[1]", "0/chat,true", "0/chat,7", "07"])
    def test_auth_of_another_type_is_unacceptable(self, text: str) -> None:
        with pytest.raises(packets.Unacceptable) as caught:
            read(text)
        assert caught.value.kind == socket_packet.CONNECT

    def test_a_number_of_other_scripts_is_no_number(self) -> None:
        with pytest.raises(packets.Unacceptable) as caught:
            read('2/chat,٣["a"]')
        assert caught.value.number is None


class TestSending:
    def test_nan_is_never_sent(self) -> None:
        said = packets.Packet(socket_packet.EVENT, ["a", float("nan"), float("inf")]).encode()
        assert said == '2["a",null,null]'

    def test_text_leaves_as_it_is_and_half_a_character_as_ascii(self) -> None:
        assert packets.StrictJSON.dumps({"text": "grüß dich 🌱\u2028"}) == '{"text":"grüß dich 🌱\u2028"}'
        assert packets.StrictJSON.dumps({"text": "\ud83c"}) == '{"text":"\\ud83c"}'

    @pytest.mark.parametrize("value", [datetime.now(UTC), object(), b"bytes", {(1, 2): 3}])
    def test_what_is_no_json_is_a_mistake_and_not_guessed_at(self, value: object) -> None:
        with pytest.raises(TypeError):
            packets.StrictJSON.dumps({"value": value} if not isinstance(value, dict) else value)

    @pytest.mark.parametrize(
        "answer", [{"ok": True, "data": {"text": "grüß dich 🌱"}}, {"ok": float("nan")}, {}]
    )
    def test_an_acknowledgement_is_what_the_packet_encodes(self, answer: object) -> None:
        packet = packets.Packet(socket_packet.ACK, [answer], namespace="/chat", id=12)
        assert packets.acknowledgement("/chat", 12, answer).decode() == f"4{packet.encode()}"

    @pytest.mark.parametrize(
        ("rest", "read"),
        [
            (b'{"a":1}]', {"a": 1}),
            (b' { "a" : 1 } ]', {"a": 1}),
            (b'"\xc3\xa9"]', "é"),
            *[
                (each, None)
                for each in (b"", b"]", b"{}", b"{},{}]", b"{}]]", b'{"a":1,"a":1}]', b"NaN]", b'"\xff"]')
            ],
        ],
    )
    def test_of_an_event_that_has_one_argument_it_is_read_and_any_other_is_refused(
        self, rest: bytes, read: object
    ) -> None:
        if read is not None:
            assert packets.sole_argument(rest) == read
            return
        with pytest.raises(ValueError):
            packets.sole_argument(rest)

    def test_a_refusal_is_always_an_object(self) -> None:
        refusal = packets.Packet(socket_packet.CONNECT_ERROR, "Unable to connect", namespace="/other")
        assert refusal.encode() == '4/other,{"message":"Unable to connect"}'

    def test_the_bytes_are_those_of_the_stock_library_but_that_text_is_not_escaped(self) -> None:
        for text in ("plain", "Grüße 👋"):
            data = ["said", {"text": text, "n": [1, 2.5, None, True], "quoted": '"\\/\n'}]
            ours = packets.Packet(socket_packet.EVENT, data, namespace="/chat", id=3).encode()
            stock = socket_packet.Packet(socket_packet.EVENT, data, namespace="/chat", id=3).encode()
            assert (ours == stock) is text.isascii()
            told = socket_packet.Packet(socket_packet.EVENT, data, namespace="/chat").encode()
            assert (packets.event("/chat", data) == f"4{told}".encode()) is text.isascii()
            assert (
                packets.event("/", data).decode() == "4" + packets.Packet(socket_packet.EVENT, data).encode()
            )
            assert ours.partition("[")[0] == stock.partition("[")[0]
            assert json.loads(ours[len("2/chat,3") :]) == json.loads(stock[len("2/chat,3") :])
