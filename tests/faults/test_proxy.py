"""nginx in front, as deploy/nginx.conf has it: it carries both transports, and may be reloaded and killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.clients import people
from tests.clients.people import Account, Room
from tests.clients.reference import InJavaScript
from tests.faults.services import Service, listens
from tests.server import raw
from tests.server.process import ROOT, Server, eventually

pytestmark = pytest.mark.slow
SHIPPED = (ROOT / "deploy" / "nginx.conf").read_text()


class Nginx(Service):
    """An nginx of the test's own, with a configuration of a site."""

    def __init__(self, folder: Path, site: str) -> None:
        super().__init__(folder)
        (folder / "site.conf").write_text(site.replace("@PORT@", str(self.port)))
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path "
            f"{folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; include site.conf; }}\n"
        )

    def command(self) -> list[str]:
        return [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(self.folder), "-c", "nginx.conf"]

    def answers(self) -> bool:
        return listens(self.port)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self._process is not None:
            for pid in self.pids:  # the first is who would make others
                os.kill(pid, number)
        super().kill(number)


def shipped(server: Server) -> str:
    """The shipped site, before this server: without TLS, which is nginx's own business, and on a port of ours."""
    sites = re.findall(r"^server \{\n.*?^\}\n", SHIPPED, re.MULTILINE | re.DOTALL)
    assert len(sites) == 2 and "return 301" in sites[0]
    text = SHIPPED.replace(sites[0], "").replace("127.0.0.1:5000", f"127.0.0.1:{server.port}")
    text = re.sub(r"listen 443 ssl;", "listen 127.0.0.1:@PORT@;", text)
    return re.sub(r"^ *(listen \[|http2|ssl_).*\n", "", text, flags=re.MULTILINE)


@dataclass
class Front:
    """nginx, the server behind it, and two people who come through it."""

    nginx: Nginx
    server: Server
    ada: Account
    bob: Account

    def make_room(self) -> Room:
        """A room with both in it."""
        room = self.ada.make_room()
        self.bob.join(room)
        return room


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()):
        pytest.skip("no nginx here; on Debian: apt-get install nginx")
    with Server(tmp_path_factory.mktemp("behind"), RATE_LIMITS="off", TRUSTED_PROXIES="1") as server:
        folder = tmp_path_factory.mktemp("nginx")
        folder.chmod(0o755)  # its workers are somebody else
        nginx = Nginx(folder, shipped(server)).start()
        try:
            url = f"http://127.0.0.1:{nginx.port}"
            ada, bob = people.register(url, "ada"), people.register(url, "bob")
            yield Front(nginx, server, ada, bob)
        finally:
            nginx.kill()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a31_the_shipped_site_carries_both_transports_at_once(front: Front, transport: str, figure) -> None:
    room = front.make_room()
    client = InJavaScript(front.bob, [transport])
    try:
        assert eventually(lambda: client.is_in(room), 20)
        late = []
        for number in range(10):
            began = time.monotonic()
            front.ada.say(room, f"number {number}")
            assert eventually(lambda n=number: len(client.shown(room)) == n + 1, 20)
            late.append(time.monotonic() - began)
        client.say(room, "and back")
        assert eventually(lambda: len(client.shown(room)) == 11, 20)
    finally:
        client.end()
    assert min(late) < 1  # what is buffered comes when the proxy likes
    figure(f"{transport}: said and heard within {max(late) * 1000:.0f} ms")


def test_a31_what_the_site_must_not_do_is_not_in_it() -> None:
    site = re.sub(r"#.*", "", SHIPPED)
    for line in (
        "proxy_http_version 1.1;",
        "proxy_buffering off;",
        "proxy_set_header Upgrade $http_upgrade;",
    ):
        assert line in site
    assert (
        int(re.findall(r"proxy_read_timeout (\d+)s", site)[0]) > 20 + 10
    )  # the ping's interval and its time-out
    assert "X-Forwarded-For $remote_addr;" in site


def test_a32_nginx_is_reloaded_and_killed_and_everybody_catches_up(front: Front, figure) -> None:
    room, past_it = front.make_room(), replace(front.ada, url=front.server.url)
    client = InJavaScript(front.bob, ["websocket"])
    try:
        assert eventually(lambda: client.is_in(room), 20)
        front.nginx.send(signal.SIGHUP)
        front.ada.say(room, "after the reload")
        assert eventually(lambda: len(client.shown(room)) == 1, 20)
        front.nginx.kill()
        for number in range(5):
            past_it.say(room, f"meanwhile {number}")
        client.say(room, "from who is cut off")
        began = time.monotonic()
        front.nginx.start()
        assert eventually(lambda: len(client.shown(room)) == 7, 60, 0.1)
        took = time.monotonic() - began
        assert client.shown(room) == [(each["seq"], each["text"]) for each in front.ada.history(room)]
    finally:
        client.end()
    figure(f"back and caught up {took:.1f} s after nginx was")


SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "lying",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Content-Length: -5\r\n",
    ],
    ids=["both lengths", "two lengths", "space before the colon", "negative"],
)
def test_one_request_that_lies_about_its_length_is_never_two(front: Front, lying: bytes) -> None:
    answers = answers_to(front, lying + b"\r\n0\r\n\r\n" + SMUGGLED)
    assert answers.startswith(b"HTTP/1.1 4")
    assert b'"ok"' not in answers


@pytest.mark.parametrize(
    "rest",
    [
        b"X: folded\r\n Content-Length: 0\r\n\r\n",
        b"Content-Length: 0\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + SMUGGLED,
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: GET /healthz HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
    ],
    ids=[
        "folded",
        "bare newline",
        "negative chunk",
        "hexadecimal chunk",
        "two codings",
        "trailer",
        "length last",
    ],
)
def test_a_request_that_is_put_together_wrongly_is_one_or_none(front: Front, rest: bytes) -> None:
    answers = answers_to(front, rest)
    assert answers.count(b"HTTP/1.1 ") == 1 and re.match(rb"HTTP/1.1 (4\d\d|501) ", answers)
    assert b'"ok"' not in answers


def answers_to(front: Front, rest: bytes) -> bytes:
    """What comes back within a second of a request that goes on like this after its host."""
    with raw.connect(front.nginx.port) as line:
        line.sendall(b"POST /api/v1/users HTTP/1.1\r\nHost: a\r\n" + rest)
        line.settimeout(1)
        answers = b""
        try:
            while more := line.recv(4096):
                answers += more
        except OSError:
            pass
        return answers


def test_a_socket_over_plain_http_is_refused_and_not_led_on() -> None:
    """BW26: what such a client sends is out already; a redirect would have it try that each time."""
    plain = re.findall(r"^server \{\n.*?^\}\n", SHIPPED, re.MULTILINE | re.DOTALL)[0]
    assert re.search(r"location /socket\.io/ \{\s+return 403;", plain)
    assert "return 301 https://$host$request_uri;" in plain
