"""Which heads are answered at once, and that everything else is left to the HTTP server untouched."""

import pytest

from app.engine import door

OPENING = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"
HEADERS = (
    b"Host: chat.example.org:8000",
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Version: 13",
    b"Origin: https://chat.example.org:8000",
    b'Cookie: session=a.b; other="quoted"',
)


def head(*more: bytes, opening: bytes = OPENING, headers: tuple[bytes, ...] = HEADERS) -> bytes:
    return b"\r\n".join([opening, *headers, *more, b"", b""])


def test_a_client_that_opens_a_websocket_is_read_as_the_http_server_would() -> None:
    environ = door.parsed(head(b"X-Forwarded-For:  10.0.0.1 ", b"Empty:"))
    assert environ is not None
    assert environ["PATH_INFO"] == "/socket.io/"
    assert environ["QUERY_STRING"] == "EIO=4&transport=websocket"
    assert (environ["HTTP_HOST"], environ["HTTP_X_FORWARDED_FOR"]) == ("chat.example.org:8000", "10.0.0.1")
    assert environ["HTTP_COOKIE"] == 'session=a.b; other="quoted"'
    assert environ["HTTP_EMPTY"] == ""
    assert environ["wsgi.url_scheme"] == "http"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        head()[:-1],
        head() + b"more",
        head(opening=b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1"),
        head(opening=b"GET /socket.io/?EIO=4&transport=websocket&sid=abc HTTP/1.1"),
        head(opening=b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.0"),
        head(opening=b"POST /socket.io/?EIO=4&transport=websocket HTTP/1.1"),
        head(opening=b"GET /socket.io?EIO=4&transport=websocket HTTP/1.1"),
        head(opening=b"GET /x/../socket.io/?EIO=4&transport=websocket HTTP/1.1"),
        head(opening=b"GET /socket.io/?EIO=4&transport=websocket&x=%41 HTTP/1.1"),
        head(opening=b"GET http://other/socket.io/?EIO=4&transport=websocket HTTP/1.1"),
        head(b"Content-Length: 0"),
        head(b"Transfer-Encoding: chunked"),
        head(b"Expect: 100-continue"),
        head(b"Host: other"),
        head(b"host: other"),
        head(b"X_Forwarded_For: 10.0.0.1"),
        head(b"X-A : b"),
        head(b"X-A: b\x00c"),
        head(b"X-A: b\nX-B: c"),
        head(b" folded"),
        head(b"X-A: \xc3\xbc"),
        head(headers=HEADERS[1:]),
        head(headers=(HEADERS[0], HEADERS[2])),
    ],
)
def test_whatever_is_not_just_that_is_left(said: bytes) -> None:
    assert door.parsed(said) is None
