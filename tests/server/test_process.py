"""The process: starting, starting twice, ending, and coming back (A03, A04, A42, A43, BC1, BC5, BH7)."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.server import raw
from tests.server.conftest import register
from tests.server.process import ROOT, Server, eventually, free_port
from tests.server.raw import Line

GOOD_KEY = "7f3c9a51d2e84b06a1c5f7e9038b6d24b8e1"
FLASK = [sys.executable, "-m", "flask", "--app", "app"]


def healthy(server: Server) -> bool:
    try:
        return requests.get(f"{server.url}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


class TestStart:
    def test_it_prints_its_address_and_answers_there(self, folder: Path) -> None:
        with Server(folder) as server:
            assert f"Parlor is at {server.url}" in server.log()
            assert healthy(server)

    def test_a_second_one_on_the_same_port_refuses(self, folder: Path) -> None:
        with Server(folder) as server:
            (folder / "other").mkdir()
            other = Server(folder / "other", PORT=str(server.port))
            said = other.refuses()
            assert f"Port {server.port} of 127.0.0.1 is taken" in said
            assert "Traceback" not in said
            assert healthy(server)

    def test_a_second_one_on_the_same_file_refuses(self, folder: Path) -> None:
        with Server(folder) as server:
            (folder / "other").mkdir()
            other = Server(folder / "other", DATABASE_URL=f"sqlite:///{server.database}")
            said = other.refuses()
            assert f"Another server (process {server.pid}) already serves {server.database}" in said
            assert "Traceback" not in said
            assert healthy(server)

    def test_a_killed_one_leaves_nothing_that_keeps_the_next_out(self, folder: Path) -> None:
        with Server(folder) as server:
            port = server.port
            server.kill()
            server.start()
            assert server.port == port
            assert healthy(server)

    def test_an_empty_database_is_told(self, folder: Path) -> None:
        assert (
            "The database is empty. Make its tables first: make migrate"
            in Server(folder, migrate=False).refuses()
        )

    @pytest.mark.parametrize("version", ["0000older", "ffffnewer"])
    def test_another_version_of_the_database_is_told_and_nothing_is_written(
        self, folder: Path, version: str
    ) -> None:
        server = Server(folder)
        import sqlite3

        with contextlib.closing(sqlite3.connect(server.database)) as database, database:
            database.execute("UPDATE alembic_version SET version_num = ?", (version,))
        before = server.database.read_bytes()
        assert f"The database is at version {version} and this program at" in server.refuses()
        assert server.database.read_bytes() == before

    def test_a_wrong_setting_is_one_sentence(self, folder: Path) -> None:
        said = Server(folder, PORT="many").refuses()
        assert said.strip() == "Parlor cannot start. PORT must be a whole number from 0 to 65535, not 'many'."

    @pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
    def test_an_address_of_another_machine_is_told(self, folder: Path, host: str) -> None:
        assert f"HOST={host} is not an address of this machine." in Server(folder, HOST=host).refuses()


class TestProduction:
    SETTINGS = {"ENVIRONMENT": "production", "PUBLIC_URL": "https://chat.example.org"}

    @pytest.mark.parametrize("key", ["", "dev", "changeme", "0123456789abcdef"])
    def test_a_missing_or_weak_key_is_refused(self, folder: Path, key: str) -> None:
        server = Server(folder, **self.SETTINGS, SECRET_KEY=key)
        server.environment.pop("SECRET_KEY_FILE")
        said = server.refuses()
        assert said.startswith("Parlor cannot start. SECRET_KEY")
        assert "Traceback" not in said

    def test_debug_is_refused(self, folder: Path) -> None:
        server = Server(folder, **self.SETTINGS, SECRET_KEY=GOOD_KEY, FLASK_DEBUG="1")
        server.environment.pop("SECRET_KEY_FILE")
        assert "FLASK_DEBUG must be 0 in production" in server.refuses()

    def test_behind_a_proxy_it_serves_https(self, folder: Path) -> None:
        """BC5, BS7, BH3 for HTTPS, BH7; log lines are JSON."""
        server = Server(folder, **self.SETTINGS, SECRET_KEY=GOOD_KEY, TRUSTED_PROXIES="1")
        server.environment.pop("SECRET_KEY_FILE")
        with server:
            through = {
                "Host": "chat.example.org",
                "X-Forwarded-For": "198.51.100.7, 203.0.113.9",
                "X-Forwarded-Proto": "https",
            }
            answer = raw.ask(server.port, "GET", "/login", through)
            assert answer.status == 200
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-parlor=")
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {
                each.strip() for each in cookie.split(";")
            }
            assert "Domain" not in cookie
            assert raw.ask(server.port, "GET", "/console", through).status == 404
            page = raw.ask(server.port, "GET", "/login?__debugger__=yes&cmd=resource&f=style.css", through)
            assert b"debugger" not in page.body.lower()
            upgrade = {**through, **raw.upgrade(server.port), "Origin": "https://chat.example.org"}
            assert raw.ask(server.port, "GET", "/socket.io/?EIO=4&transport=websocket", upgrade).status == 101
            upgrade["Origin"] = "http://chat.example.org"
            assert raw.ask(server.port, "GET", "/socket.io/?EIO=4&transport=websocket", upgrade).status == 403
            requested = [
                line for line in map(json.loads, server.log().splitlines()[1:]) if line["event"] == "request"
            ]
            assert {line["address"] for line in requested} == {"203.0.113.9"}, (
                "the last hop's word, and no other"
            )

    @pytest.mark.parametrize(
        ("proxies", "address"), [("0", "127.0.0.1"), ("1", "203.0.113.9"), ("2", "198.51.100.7")]
    )
    def test_exactly_so_many_proxies_are_believed(self, folder: Path, proxies: str, address: str) -> None:
        with Server(folder, TRUSTED_PROXIES=proxies) as server:
            forwarded = {"X-Forwarded-For": "192.0.2.66, 198.51.100.7, 203.0.113.9"}
            raw.ask(server.port, "GET", "/", forwarded)
            assert eventually(lambda: f"address={address} " in server.log()), server.log()


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_it_ends_by_itself_with_code_0(self, folder: Path, number: signal.Signals) -> None:
        with Server(folder) as server:
            started = time.monotonic()
            server.signal(number)
            assert server.wait(10) == 0
            assert time.monotonic() - started < 3
            assert "Traceback" not in server.log()

    def test_sockets_are_told_and_tcp_is_closed(self, folder: Path) -> None:
        with Server(folder) as server, Line(server.port).join(register(server, "ada")) as line:
            server.signal(signal.SIGTERM)
            said = line.message()
            assert said is not None
            event, fact = json.loads(said.removeprefix("42/chat,"))
            assert (event, fact["reason"]) == ("session_ended", "server_closing")
            assert 0 < fact["retry_after"] <= 30
            assert line.message() is None, "no Socket.IO DISCONNECT: after it, clients would stay away"
            assert server.wait(10) == 0

    def test_who_only_polls_is_let_go(self, folder: Path) -> None:
        with Server(folder) as server:
            opening = raw.ask(server.port, "GET", "/socket.io/?EIO=4&transport=polling")
            sid = json.loads(opening.body[1:])["sid"]
            with raw.connect(server.port) as line:
                line.sendall(
                    raw.head(server.port, "GET", f"/socket.io/?EIO=4&transport=polling&sid={sid}", {})
                )
                time.sleep(0.2)
                assert server.stop(10) == 0

    def test_idle_connections_do_not_keep_it(self, folder: Path) -> None:
        with Server(folder) as server, contextlib.ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(raw.connect(server.port))
            started = time.monotonic()
            assert server.stop(10) == 0
            assert time.monotonic() - started < 5

    def test_what_was_acknowledged_is_there_afterwards(self, folder: Path) -> None:
        with Server(folder, RATE_LIMITS="off") as server:
            token = register(server, "ada")
            mine = {"Authorization": f"Bearer {token}"}
            api = f"{server.url}/api/v1"
            room = requests.post(f"{api}/rooms", json={"title": "Garden"}, headers=mine, timeout=5).json()[
                "room"
            ]["id"]
            heard: list[str] = []

            def hear(line: Line) -> bool:
                said = line.message()
                if said is not None and said.startswith("43/chat,"):
                    answer = json.loads(said[said.index("[") :])[0]
                    heard.append("ok" if answer["ok"] else answer["error"]["code"])
                return said is not None

            with Line(server.port).join(token) as line:
                for number in range(200):
                    nonce = f"0192f0c1-2345-7abc-8def-{number:012d}"
                    body = json.dumps({"room_id": room, "nonce": nonce, "text": str(number)})
                    line.say(f'42/chat,{number}["post_message",{body}]')
                    if number == 100:
                        while "ok" not in heard:
                            assert hear(line)
                        server.signal(signal.SIGTERM)
                while hear(line):
                    pass
            assert server.wait(10) == 0
            acknowledged, refused = heard.count("ok"), heard.count("unavailable")
            server.start()
            page = requests.get(f"{api}/rooms/{room}", headers=mine, timeout=5).json()
            posted = requests.get(
                f"{api}/rooms/{room}/messages?after=0&limit=100", headers=mine, timeout=5
            ).json()["items"]
            assert len(posted) >= min(acknowledged, 100), page
            assert acknowledged + refused <= 200

    def test_nobody_new_gets_in_while_it_ends(self, folder: Path) -> None:
        with Server(folder, command=[sys.executable, str(Path(__file__).parent / "slow.py")]) as server:
            with raw.connect(server.port) as line:
                line.sendall(raw.head(server.port, "GET", "/slow?seconds=3", {}))
                time.sleep(0.3)
                server.signal(signal.SIGTERM)
                assert eventually(lambda: not reachable(server.port), 2)
                assert raw.answer(line).status == 200, "what was begun is finished"
            assert server.wait(10) == 0

    def test_what_hangs_does_not_keep_it_for_long(self, folder: Path) -> None:
        """A04."""
        with Server(folder, command=[sys.executable, str(Path(__file__).parent / "slow.py")]) as server:
            with raw.connect(server.port) as line:
                line.sendall(raw.head(server.port, "GET", "/slow?seconds=60", {}))
                time.sleep(0.3)
                started = time.monotonic()
                server.signal(signal.SIGTERM)
                assert server.wait(12) == 1
                assert time.monotonic() - started < 10.5
            assert "closed with work unfinished" in server.log()

    def test_what_never_gives_way_does_not_keep_it_either(self, folder: Path) -> None:
        command = [sys.executable, str(Path(__file__).parent / "slow.py")]
        with Server(folder, command=command) as server, raw.connect(server.port) as line:
            line.sendall(raw.head(server.port, "GET", "/spin?seconds=60", {}))
            time.sleep(0.3)
            started = time.monotonic()
            server.signal(signal.SIGTERM)
            assert server.wait(75) != 0
            assert time.monotonic() - started < 12


class TestFlaskRun:
    def test_it_is_the_same_server(self, folder: Path) -> None:
        with Server(folder, command=[*FLASK, "run"]) as server:
            assert healthy(server)
            with Line(server.port) as line:
                assert str(line.message()).startswith("0{")
            assert server.stop(10) == 0

    def test_its_options_win(self, folder: Path) -> None:
        port = free_port()
        with Server(folder, command=[*FLASK, "run", "--host", "127.0.0.1", "--port", str(port)]) as server:
            assert server.port == port

    def test_debug_reloads_on_change(self, tmp_path: Path) -> None:
        """In a copy of the program, so that nothing here is touched."""
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in ("app", "templates", "static", "migrations", "config.py", "wsgi.py"):
            (copy / name).symlink_to(ROOT / name)
        (copy / "config.py").unlink()
        (copy / "config.py").write_text((ROOT / "config.py").read_text())
        script = (
            "import sys; from app.engine import reload; from pathlib import Path; "
            f"reload.ROOT = Path({str(copy)!r}); import os; "
            f"sys.exit(reload.supervise([sys.executable, {str(ROOT / 'wsgi.py')!r}], os.environ))"
        )
        server = Server(tmp_path, command=[sys.executable, "-c", script], PORT=str(free_port()))
        with server:
            os.utime(copy / "config.py")
            assert eventually(lambda: server.log().count("Parlor is at") == 2, 15), server.log()
            assert "The program changed: starting anew." in server.log()
            assert eventually(lambda: healthy(server))
            assert server.stop(15) == 0

    def test_debug_is_the_supervised_one(self, folder: Path) -> None:
        with Server(folder, command=[*FLASK, "run", "--debug"]) as server:
            children = subprocess.run(
                ["ps", "-o", "args=", "--ppid", str(server.pid)], capture_output=True, text=True
            )
            assert "wsgi.py" in children.stdout
            assert server.stop(15) == 0
            assert not reachable(server.port)


class TestUsers:
    """flask users …: for the person who runs the server."""

    @pytest.fixture
    def operator(self, folder: Path) -> Server:
        return Server(folder)

    def test_an_account_is_made_listed_and_disabled(self, operator: Server) -> None:
        made = operator.flask("users", "create", "Ada", input="correct horse battery\n")
        assert (made.returncode, made.stdout) == (0, "Created Ada.\n"), made.stderr
        assert "active" in operator.flask("users", "list").stdout
        assert operator.flask("users", "disable", "ada").returncode == 0
        assert "disabled" in operator.flask("users", "list").stdout
        assert operator.flask("users", "enable", "ada").returncode == 0
        assert "disabled" not in operator.flask("users", "list").stdout

    def test_there_is_no_default_account(self, operator: Server) -> None:
        assert operator.flask("users", "list").stdout == ""

    @pytest.mark.parametrize(
        ("arguments", "password", "sentence"),
        [
            (("create", "ada"), "short", "Use 10 to 256 characters"),
            (("create", "x"), "correct horse battery", "3 to 32"),
            (("reset-password", "nobody"), "correct horse battery", "There is no account 'nobody'"),
            (("disable", "nobody"), "", "There is no account 'nobody'"),
        ],
    )
    def test_a_refusal_is_a_sentence(
        self, operator: Server, arguments: tuple[str, ...], password: str, sentence: str
    ) -> None:
        answer = operator.flask("users", *arguments, input=f"{password}\n")
        assert answer.returncode == 1
        assert sentence in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_a_reset_ends_what_is_signed_in_while_the_server_runs(self, folder: Path) -> None:
        with Server(folder) as server, Line(server.port).join(register(server, "ada")) as line:
            assert server.flask("users", "reset-password", "ada", "--generate").returncode == 0
            said = line.message(4)
            assert said is not None and "session_ended" in said
            assert line.message(4) == "41/chat,"


def reachable(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False
