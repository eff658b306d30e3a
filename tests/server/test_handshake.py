"""Opening a socket: what is refused before the upgrade, and what every answer carries (BW1-9, BW23, BH3, BS12)."""

import json
import re

import pytest

from tests.server import raw
from tests.server.process import Server

TARGET = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"


def handshake(server: Server, target: str = TARGET, method: str = "GET", **headers: str) -> raw.Answer:
    return raw.ask(server.port, method, target, raw.upgrade(server.port, **headers))


class TestWebSocketVersions:
    def test_version_13_is_spoken(self, server: Server) -> None:
        assert handshake(server).status == 101

    @pytest.mark.parametrize("version", ["", "0", "7", "8", "12", "14", "99", "13, 8", "thirteen"])
    def test_another_version_is_not(self, server: Server, version: str) -> None:
        answer = handshake(server, Sec_WebSocket_Version=version)
        assert (answer.status, answer.headers["sec-websocket-version"]) == (426, "13")

    @pytest.mark.parametrize("key", ["", "short", "AAAAAAAAAAAAAAAAAAAAAAAA", "not base64 at all, but long"])
    def test_a_key_that_is_none_is_refused(self, server: Server, key: str) -> None:
        assert handshake(server, Sec_WebSocket_Key=key).status == 426

    @pytest.mark.parametrize(
        "keys",
        [{}, {"Sec-WebSocket-Key1": "4 @1  46546xW%0l 1 5", "Sec-WebSocket-Key2": "12998 5 Y3 1  .P00"}],
    )
    def test_the_handshakes_of_before_the_standard_are_refused(
        self, server: Server, keys: dict[str, str]
    ) -> None:
        headers = {"Upgrade": "WebSocket", "Connection": "Upgrade", "Origin": server.url, **keys}
        assert raw.ask(server.port, "GET", TARGET, headers, b"^n:ds[4U").status == 426

    def test_a_websocket_without_upgrade_is_told_to(self, server: Server) -> None:
        assert raw.ask(server.port, "GET", TARGET).status == 426

    def test_an_upgrade_of_a_poll_is_refused(self, server: Server) -> None:
        assert handshake(server, POLLING).status == 400

    def test_there_is_no_upgrade_elsewhere(self, server: Server) -> None:
        assert handshake(server, "/").status == 400

    def test_compression_is_not_negotiated(self, server: Server) -> None:
        answer = handshake(server, Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")
        assert answer.status == 101
        assert "sec-websocket-extensions" not in answer.headers


class TestQuery:
    @pytest.mark.parametrize("target", [TARGET, POLLING])
    def test_both_transports_open(self, server: Server, target: str) -> None:
        answer = handshake(server) if target == TARGET else raw.ask(server.port, "GET", target)
        assert answer.status in (101, 200)

    @pytest.mark.parametrize(
        "query",
        [
            "EIO=4&transport=polling&j=0",
            "EIO=4&transport=polling&j=abc",
            "EIO=4&transport=polling&j=",
            "EIO=3&transport=polling",
            "EIO=5&transport=polling",
            "transport=polling",
            "EIO=4&EIO=4&transport=polling",
            "EIO=4&transport=polling&transport=polling",
            "EIO=4&transport=carrier-pigeon",
            "EIO=4&transport=webtransport",
            "EIO=4&transport=polling&sid=unknown",
            "EIO=4&transport=polling&sid=%0d%0aINJECT",
            "EIO=4&transport=polling&token=pt_secret",
            "EIO=4&transport=polling&access_token=x",
        ],
    )
    def test_what_is_not_served_is_a_bad_request(self, server: Server, query: str) -> None:
        assert raw.ask(server.port, "GET", f"/socket.io/?{query}").status == 400

    def test_a_jsonp_post_is_refused(self, server: Server) -> None:
        sid = opened(server)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "6"}
        answer = raw.ask(server.port, "POST", f"{POLLING}&j=0&sid={sid}", headers, b"d=40%2F")
        assert answer.status == 400

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"])
    def test_other_methods_are_refused(self, server: Server, method: str) -> None:
        answer = raw.ask(server.port, method, POLLING)
        assert answer.status in (405, 501)

    @pytest.mark.parametrize("length", ["-1", "x", "99999999999"])
    def test_a_length_that_is_none_is_refused(self, server: Server, length: str) -> None:
        headers = {"Content-Length": length}
        assert raw.ask(server.port, "POST", f"{POLLING}&sid={opened(server)}", headers).status in (400, 413)

    def test_two_lengths_are_refused(self, server: Server) -> None:
        with raw.connect(server.port) as line:
            top = raw.head(server.port, "POST", POLLING, {"Content-Length": "1"})
            line.sendall(top[:-2] + b"Content-Length: 2\r\n\r\nxx")
            assert raw.answer(line).status == 400

    @pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Transfer-Encoding : chunked"])
    def test_a_body_without_length_is_refused(self, server: Server, header: str) -> None:
        with raw.connect(server.port) as line:
            top = raw.head(server.port, "POST", "/login", {})
            line.sendall(top[:-2] + header.encode() + b"\r\n\r\n0\r\n\r\n")
            assert raw.answer(line).status in (400, 411)


class TestOrigin:
    def test_the_own_origin_may(self, server: Server) -> None:
        assert handshake(server, Origin=server.url).status == 101

    def test_swift_says_it_otherwise_and_may(self, server: Server) -> None:
        assert handshake(server, Origin=server.url.replace("http://", "ws://")).status == 101

    def test_a_program_without_origin_may_knock(self, server: Server) -> None:
        assert handshake(server).status == 101

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "null",
            "http://127.0.0.1.evil.example:{port}",
            "http://evil127.0.0.1:{port}",
            "http://127.0.0.1:1{port}",
            "http://127.0.0.1",
            "https://127.0.0.1:{port}",
            "http://127.0.0.1.:{port}",
            "HTTP://127.0.0.1:{port}",
            "http://localhost:{port}",
            "http://127.0.0.1:{port}/",
        ],
    )
    def test_another_origin_may_not(self, server: Server, origin: str) -> None:
        answer = handshake(server, Origin=origin.format(port=server.port))
        assert answer.status == 403
        assert "access-control-allow-origin" not in answer.headers

    @pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto"])
    def test_a_forwarded_host_is_not_believed(self, server: Server, header: str) -> None:
        forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}.get(
            header, "https"
        )
        answer = handshake(server, Origin="https://evil.example", **{header: forwarded})
        assert answer.status == 403

    def test_a_page_elsewhere_may_not_even_without_origin(self, server: Server) -> None:
        assert raw.ask(server.port, "GET", POLLING, {"Sec-Fetch-Site": "cross-site"}).status == 403
        assert raw.ask(server.port, "GET", POLLING, {"Sec-Fetch-Site": "same-origin"}).status == 200

    def test_a_preflight_from_elsewhere_gets_no_leave(self, server: Server) -> None:
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = raw.ask(server.port, "OPTIONS", POLLING, headers)
        assert not any(name.startswith("access-control-") for name in answer.headers)


class TestOwner:
    """BW6: a connection's id is worth nothing in other hands."""

    def test_who_opened_it_goes_on_with_it(self, server: Server) -> None:
        mine = {"Cookie": "parlor=mine"}
        sid = opened(server, mine)
        answer = raw.ask(
            server.port, "POST", f"{POLLING}&sid={sid}", {**mine, "Content-Length": "8"}, b"40/chat,"
        )
        assert answer.status == 200

    @pytest.mark.parametrize("cookie", [{}, {"Cookie": "parlor=other"}, {"Cookie": "x=parlor=mine"}])
    @pytest.mark.parametrize("way", ["GET", "POST", "upgrade"])
    def test_another_does_not(self, server: Server, way: str, cookie: dict[str, str]) -> None:
        sid = opened(server, {"Cookie": "parlor=mine"})
        if way == "upgrade":
            answer = handshake(server, f"{TARGET}&sid={sid}", **cookie)
        else:
            answer = raw.ask(server.port, way, f"{POLLING}&sid={sid}", cookie)
        assert answer.status == 400


class TestHeaders:
    """BH3, on what Flask never sees."""

    @pytest.mark.parametrize(
        "target",
        [
            POLLING,
            "/socket.io/?EIO=3",
            TARGET,
            f"{POLLING}&sid=unknown",
            "/healthz",
            "/",
            "/nowhere",
            "/static/css/app.css",
        ],
    )
    def test_every_answer_carries_them(self, server: Server, target: str) -> None:
        headers = raw.ask(server.port, "GET", target).headers
        policy = headers["content-security-policy"]
        for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert (
            headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        )
        assert headers["x-frame-options"] == "DENY"
        if not target.startswith("/static/"):
            assert headers["cache-control"] == "no-store"
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
        assert "server" not in headers
        assert "strict-transport-security" not in headers, "plain HTTP"

    def test_what_cannot_be_parsed_is_told_without_versions(self, server: Server) -> None:
        with raw.connect(server.port) as line:
            line.sendall(b"NONSENSE\r\n\r\n")
            said = line.recv(4096)
        assert b"Python" not in said and b"BaseHTTP" not in said

    @pytest.mark.parametrize("host", ["evil.example/path", "a b", "<script>", "x" * 300, ""])
    def test_a_host_that_is_none_is_refused(self, server: Server, host: str) -> None:
        assert raw.ask(server.port, "GET", "/", {"Host": host}).status == 400


def opened(server: Server, headers: dict[str, str] | None = None) -> str:
    """The id of a polling connection."""
    answer = raw.ask(server.port, "GET", POLLING, headers)
    assert answer.status == 200
    return str(json.loads(answer.body[1:])["sid"])
