"""The places where the libraries are taken hold of. When one of these fails after an upgrade, read what it says."""

import importlib
import inspect
import io
import pkgutil
import socket
from pathlib import Path
from typing import Any

import engineio
import flask_socketio
import pytest
import socketio
import sqlalchemy as sa
from engineio import server as engine_server
from engineio import socket as engine_socket
from eventlet import greenio, hubs, websocket, wsgi
from eventlet.hubs.hub import BaseHub
from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

import app.engine
from app import bulk, database
from app.engine import bodies, delivery, direct, lock, packets, postgres, protocol, sockets, wire
from app.extensions import socketio as bound
from app.sockets.requests import Requests
from tests import grips

ROOT = Path(__file__).resolve().parent.parent.parent
Frames = websocket.RFC6455WebSocket

# What libraries keep to themselves and we call: whose it is, what it takes, and what to look at when it moved.
PRIVATE: dict[str, tuple[Any, list[str], str]] = {
    "_handle_dbapi_exception": (
        sa.Connection,
        ["self", "e", "statement", "parameters", "cursor", "context", "is_sub_exec"],
        "app/bulk.py, Hand._refuse: what a driver refuses is no longer `unavailable` or a broken rule",
    ),
    "_handle_eio_connect": (
        socketio.Server,
        ["self", "eio_sid", "environ"],
        "attach._bind: nobody is counted",
    ),
    "_handle_eio_disconnect": (
        socketio.Server,
        ["self", "eio_sid", "reason"],
        "attach._bind: nobody is counted out, and places are never given back",
    ),
    "_handle_eio_message": (
        socketio.Server,
        ["self", "eio_sid", "data"],
        "attach._bind, and the test client, which calls it by this name: unreadable requests are not answered",
    ),
    "_handle_event": (
        flask_socketio.SocketIO,
        ["self", "handler", "message", "namespace", "sid"],
        "app/sockets/requests.py, trigger_event: requests run outside of Flask's contexts",
    ),
    "_pack_message": (
        Frames,
        ["self", "message", "masked", "continuation", "final", "control_code"],
        "wire.WebSocket.send_all: several messages in one write",
    ),
    "_send": (Frames, ["self", "frame"], "wire.WebSocket.send_all: several messages in one write"),
    "_send_closing_frame": (
        Frames,
        ["self", "ignore_send_errors", "close_data"],
        "wire.WebSocket.close: nobody is told why a line was closed",
    ),
    "_send_eio_packet": (
        socketio.Server,
        ["self", "eio_sid", "eio_pkt"],
        "delivery.Manager.emit: who polls is not told facts",
    ),
    "_send_packet": (
        socketio.Server,
        ["self", "eio_sid", "pkt"],
        "attach._answer and attach._refuse: unreadable requests are not answered",
    ),
}
PRIVATE_ATTRIBUTES = {"_async"}  # test_the_websocket_driver_is_ours

# What our classes have in the place of a library's. More, and the library has come to have a name of ours: rename it
# here. Less, and the library's is gone: ours is never called.
OVERRIDDEN: dict[type, set[str]] = {
    sockets.Socket: {
        "send",
        "poll",
        "receive",
        "_websocket_handler",
        "handle_post_request",
        "check_ping_timeout",
    },
    direct.Socket: {"send", "close", "schedule_ping", "_websocket_handler"},
    delivery.Manager: {
        "emit",
        "get_participants",
        "basic_enter_room",
        "basic_leave_room",
        "basic_disconnect",
    },
    packets.Packet: {"decode", "json", "uses_binary_events"},
    wire.WebSocket: {"_apply_mask", "Message", "_recv_frame", "_get_bytes", "close"},
    wire.WebSocket.Message: {"push", "getvalue"},
    protocol.Protocol: {
        "server_version",
        "sys_version",
        "error_message_format",
        "error_content_type",
        "handle_one_request",
        "parse_request",
        "get_environ",
    },
    bodies.BodyJSON: {"compact", "sort_keys", "dumps", "loads"},
    Requests: {"trigger_event"},
    database._Pool: {"connect"},
    bulk._List: {"cache_ok", "load_dialect_impl", "process_bind_param"},
    bulk.among: {"inherit_cache", "type", "_compiler_dispatch"},  # the last is put there by @compiles
}


class TestNothingIsTakenHoldOfUnseen:
    """The two tables above are whole, and hold."""

    def test_every_private_name_of_a_library_is_in_the_table(self) -> None:
        """Wherever in the program. A new one: give it a row, and say what to look at when it moves."""
        files = [*sorted((ROOT / "app").rglob("*.py")), ROOT / "wsgi.py", ROOT / "config.py"]
        used = grips.private_names({path.relative_to(ROOT).as_posix(): path.read_text() for path in files})
        assert used.keys() == PRIVATE.keys() | PRIVATE_ATTRIBUTES, used

    @pytest.mark.parametrize("name", PRIVATE)
    def test_it_takes_what_we_give(self, name: str) -> None:
        owner, parameters, look_at = PRIVATE[name]
        assert grips.takes(vars(owner).get(name)) == parameters, look_at

    def test_every_class_of_a_library_that_we_change_is_in_the_table(self) -> None:
        """Of app/engine and what else knows sockets or SQLAlchemy from within."""
        names = [f"app.engine.{each.name}" for each in pkgutil.iter_modules(app.engine.__path__)]
        changed = {
            kind
            for name in (*names, "app.bulk", "app.database", "app.sockets.requests", "app.sockets.chat")
            for kind in classes(importlib.import_module(name))
            if grips.overridden(kind)
        }
        assert changed == OVERRIDDEN.keys()

    @pytest.mark.parametrize("kind", OVERRIDDEN, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
    def test_it_has_those_names_in_the_place_of_the_librarys_and_no_others(self, kind: type) -> None:
        assert grips.overridden(kind) == OVERRIDDEN[kind]

    @pytest.mark.parametrize(
        ("kind", "name"),
        [(kind, name) for kind in OVERRIDDEN for name in sorted(OVERRIDDEN[kind])],
        ids=lambda each: getattr(each, "__qualname__", each),
    )
    def test_what_stands_in_its_place_takes_the_same(self, kind: type, name: str) -> None:
        """The library calls it as its own. If this differs, it passes what ours does not know."""
        stock = next(getattr(each, name) for each in kind.__mro__[1:] if name in vars(each))
        mine = grips.takes(getattr(kind, name))
        if name == "_websocket_handler":  # it is called by place
            assert len(mine) == len(grips.takes(stock)) == 2
        elif name != "_compiler_dispatch":
            assert mine == grips.takes(stock)

    def test_what_we_note_on_a_connection_is_none_of_the_librarys(self) -> None:
        """engineio/socket.py and base_socket.py. If the library has come to have such a name: rename ours."""
        engine = engineio.Server(async_mode="eventlet")
        stock = sockets.Socket.__mro__[1](engine, "sid")
        mine = {*vars(sockets.Socket(engine, "sid")), *vars(sockets.Socket), *vars(direct.Socket)}
        meant = {*vars(stock), *OVERRIDDEN[sockets.Socket], *OVERRIDDEN[direct.Socket]}
        assert {name for name in mine & set(dir(stock)) if not name.startswith("__")} <= meant
        assert not hasattr(engineio.Server, "engine")

    def test_a_name_that_is_nobodys_of_ours_is_found_and_our_own_is_not(self) -> None:
        source = "from app.one import a\na._theirs()\na._ours()\nself._mine = self._theirs"
        sources = {"app/two.py": source, "app/one.py": "def _ours(): pass", "app/three.py": "x._ours"}
        assert grips.private_names(sources) == {"_theirs": ["app/two.py"], "_ours": ["app/three.py"]}


def classes(module: Any) -> list[type]:
    """Those that a module makes, and those that these hold."""
    found = [each for each in vars(module).values() if inspect.isclass(each)]
    found += [each for kind in found for each in vars(kind).values() if inspect.isclass(each)]
    return [kind for kind in found if kind.__module__ == module.__name__]


def test_engineio_makes_its_connections_of_our_class(app: Flask) -> None:
    """engineio/server.py names `socket.Socket` itself. If that moved: engine/attach.py, before init_app."""
    assert "socket.Socket(self, sid)" in inspect.getsource(engine_server.Server._handle_connect)
    assert issubclass(engine_server.socket.Socket, sockets.Socket)


def test_what_the_stock_connection_notes_of_itself_is_still_there() -> None:
    """engineio/base_socket.py. If one moved: app/engine/sockets.py and direct.py, wherever it is read or set."""
    stock = sockets.Socket.__mro__[1]
    assert stock.__module__ == "engineio.socket"
    noted = vars(stock(engineio.Server(async_mode="eventlet"), "sid"))
    assert {"queue", "connected", "upgraded", "upgrading", "closed", "closing", "last_ping"} <= noted.keys()


def test_the_reasons_of_an_end_have_names() -> None:
    """engineio/base_server.py. If one moved, cutting fails: sockets.py, direct.py, inlet.py, pinger.py."""
    assert {
        "CLIENT_DISCONNECT",
        "PING_TIMEOUT",
        "SERVER_DISCONNECT",
        "TRANSPORT_CLOSE",
        "TRANSPORT_ERROR",
    } <= vars(engineio.Server.reason).keys()


def test_the_websocket_driver_is_ours(app: Flask) -> None:
    """engineio/socket.py calls `server._async["websocket"](handler, server)`. If that moved: attach._bind."""
    assert bound.server.eio._async["websocket"] is wire.Upgrade
    assert "_async['websocket'](" in inspect.getsource(engine_socket.Socket._upgrade_websocket)


def test_events_of_connections_reach_us(app: Flask) -> None:
    """python-socketio registers its handlers by `eio.on`, and so do we after it. If that moved: attach._bind."""
    for name in ("connect", "message", "disconnect"):
        assert bound.server.eio.handlers[name].__module__ == "app.engine.attach"
    assert "_handle_eio_message" in vars(socketio.Server)
    assert "_handle_eio_message" in inspect.getsource(flask_socketio.test_client)


def test_the_socket_server_is_constructed_as_the_contract_wants(app: Flask) -> None:
    """CONTRACT section 10: each of these is a trap of a default."""
    server = bound.server
    assert (server.async_handlers, server.namespaces, server.always_connect) == (False, ["/chat"], False)
    assert (server.eio.ping_interval, server.eio.ping_timeout) == (20, 10)
    assert isinstance(server.eio.ping_interval, int)
    assert server.eio.max_http_buffer_size == 64 * 1024
    assert server.eio.cookie is None
    assert server.packet_class.uses_binary_events is False
    assert bound.manage_session is False


def test_eventlets_websocket_calls_what_we_override() -> None:
    """eventlet/websocket.py. If one moved, app/engine/wire.py no longer limits, unmasks or yields."""
    source = inspect.getsource(Frames._recv_frame)
    assert "self.Message(" in source
    assert "self._apply_mask(" in source
    # Ours looks at the reserved bits in the first bytes of a frame: nothing else may be read before them.
    assert source.index("recv = self._get_bytes") < source.index("header = recv(2)") < source.index("recv(8)")
    assert "self._recv_frame(message=" in inspect.getsource(Frames._iter_frames)
    assert "self.close(close_data=" in inspect.getsource(Frames._iter_frames)
    assert grips.takes(websocket.FailedConnectionError.__init__) == ["self", "status", "message"]
    assert "max_frame_length" in grips.takes(Frames.__init__)


def test_the_close_codes_are_those_of_the_standard() -> None:
    """eventlet/websocket.py. If they moved or changed, frames.Parser refuses other codes than it should."""
    taken = websocket.VALID_CLOSE_STATUS
    assert {1000, 1001, 1002, 1003, 1007, 1009, 1011, 3000, 4999} <= taken
    assert taken.isdisjoint({0, 999, 1004, 1005, 1006, 1015, 5000})


def test_the_http_server_logs_and_ends_as_we_count_on() -> None:
    """eventlet/wsgi.py. If it moved: server._Log keeps tracebacks, and Listener.accept ends the loop."""
    assert "self.server.log.info(tb)" in inspect.getsource(wsgi.HttpProtocol.handle_one_response)
    assert "except (KeyboardInterrupt, SystemExit):" in inspect.getsource(wsgi.server)
    assert {
        "log",
        "log_format",
        "custom_pool",
        "protocol",
        "keepalive",
        "socket_timeout",
        "debug",
    } <= set(grips.takes(wsgi.server))


def test_the_http_server_tells_how_much_of_a_body_has_come() -> None:
    """eventlet/wsgi.py. If one moved, protocol.Protocol cuts nobody whose body trickles, or everybody."""
    body = wsgi.Input(io.BytesIO(b"hello"), 5, None)
    assert (body.position, body.content_length) == (0, 5)
    body.read(2)
    assert body.position == 2
    assert protocol.Protocol.parse_request is not wsgi.HttpProtocol.parse_request


def test_psycopg_can_be_made_to_wait_beside_the_hub() -> None:
    """psycopg/waiting.py. If that moved, every query would hold everybody up: app/engine/postgres.py."""
    from psycopg import waiting

    postgres.cooperate()
    assert waiting.wait is waiting.wait_select
    assert grips.takes(waiting.wait_select) == ["gen", "fileno", "interval", "timeout"]


def test_psycopg_asks_its_generator_again_when_nothing_came() -> None:
    """psycopg/waiting.py. If that moved, a server that is silent is waited for without an end: postgres._Watched."""
    from psycopg import waiting

    asked: list[object] = []

    class Generator:
        def __next__(self) -> int:
            return 1  # to read

        def send(self, ready: object) -> int:
            asked.append(ready)
            if len(asked) == 2:
                raise StopIteration("done")
            return 1

    with socket.socket() as nothing_comes, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        nothing_comes.connect(listening.getsockname())
        assert waiting.wait_select(Generator(), nothing_comes.fileno(), 0.01) == "done"
    assert asked == [0, 0]


def test_psycopg_has_the_names_by_which_a_lost_server_is_known() -> None:
    """If one moved: app/database.py, `_checker` and `_unavailable`."""
    import psycopg

    assert issubclass(psycopg.errors.ConnectionTimeout, psycopg.OperationalError)
    assert callable(psycopg.pq.PGconn.consume_input)


def test_a_compiled_statement_tells_its_parameters() -> None:
    """sqlalchemy/sql/compiler.py. If one moved, app/bulk.py gives the drivers other values: `_Ready`."""
    statement = sa.select(sa.bindparam("one"), sa.bindparam("other", 2))
    in_order = statement.compile(dialect=sqlite.dialect())
    assert (in_order.positional, in_order.positiontup) == (True, ["one", "other"])
    assert [in_order.binds[name].required for name in in_order.positiontup] == [True, False]
    assert in_order.binds["other"].value == 2
    by_name = statement.compile(dialect=postgresql.dialect())
    assert (by_name.positional, by_name.positiontup, list(by_name.binds)) == (False, None, ["one", "other"])


def test_a_connection_may_be_made_of_one_that_was_lent() -> None:
    """sqlalchemy/engine/base.py. If that moved: app/bulk.py, Hand._refuse."""
    assert grips.takes(sa.Connection.__init__)[:3] == ["self", "engine", "connection"]


def test_a_lock_is_the_systems_and_not_a_file_that_stays() -> None:
    """A process that was killed must not keep the next one from starting."""
    assert "flock" in inspect.getsource(lock)


class TestFast:
    """What ENGINE=fast takes hold of besides."""

    def test_what_the_stock_manager_keeps(self) -> None:
        """delivery.Manager fills `rooms` by itself, and empties the lists of who comes and goes."""
        manager = socketio.Manager()
        for name in ("rooms", "callbacks", "pending_connect", "pending_disconnect"):
            assert getattr(manager, name) == {}, name
        source = inspect.getsource(socketio.base_manager.BaseManager)
        assert "self.rooms[namespace][None]._invm[eio_sid]" in source
        assert "self.pending_connect[namespace].append(sid)" in source
        assert "self.pending_disconnect[namespace].append(sid)" in source

    def test_a_broadcast_to_who_polls_goes_by_the_servers_own_way(self) -> None:
        """socketio/server.py, and the test client puts its own in that place. If that moved: delivery.Manager.emit."""
        assert "_send_eio_packet" in vars(socketio.Server)
        assert "socketio.server._send_eio_packet" in inspect.getsource(flask_socketio.test_client)

    def test_pings_are_arranged_by_methods_that_we_override(self) -> None:
        """engineio/socket.py and server.py. If one moved, each connection has a green thread again: pinger.py."""
        assert "s.schedule_ping()" in inspect.getsource(engine_server.Server._handle_connect)
        assert "monitor_clients" in inspect.signature(engineio.base_server.BaseServer.__init__).parameters

    def test_the_hub_calls_back(self) -> None:
        """eventlet/hubs/hub.py. If that moved: inlet.py, outlet.py, farewell.py, turn.py."""
        hub = hubs.get_hub()
        assert list(inspect.signature(hub.add).parameters)[1:4] == ["fileno", "cb", "tb"]
        assert {"remove", "schedule_call_global"} <= set(dir(hub))
        assert (hub.READ, hub.WRITE) == ("read", "write")
        assert hub.greenlet is not None
        hub.schedule_call_global(60, print).cancel()
        assert "listener.greenlet.dead" in inspect.getsource(BaseHub.close_one)

    def test_a_connection_can_be_taken_from_the_http_server(self) -> None:
        """eventlet/wsgi.py. If that moved: direct.Socket._go_live and wire.Upgrade, and files may leak."""
        assert "WSGI_LOCAL.already_handled" in inspect.getsource(wsgi.HttpProtocol.handle_one_response)
        assert "get_socket" in vars(wsgi.Input)
        assert "EBADF" in inspect.getsource(greenio.base)

    def test_a_connection_can_be_answered_before_the_http_server_sees_it(self) -> None:
        """eventlet/wsgi.py and greenio/base.py. If one moved: door.py and listener.py; ENGINE=stock does without."""
        source = inspect.getsource(wsgi.server)
        assert "sock.accept()" in source
        assert "sock.getsockname()" in source
        assert "get_socket" in inspect.getsource(wire.Upgrade)
        assert "eventlet.set_idle" in inspect.getsource(wire.Upgrade)
        assert "self.fd = fd" in inspect.getsource(greenio.base.GreenSocket.__init__)
        # What the environment of a request has there, door.parsed and Door.takes give as well.
        made = inspect.getsource(wsgi.HttpProtocol.get_environ)
        for name in (
            "SERVER_NAME",
            "SERVER_PORT",
            "REMOTE_ADDR",
            "REMOTE_PORT",
            "QUERY_STRING",
            "SERVER_PROTOCOL",
        ):
            assert f"env['{name}']" in made, name

    def test_letting_somebody_in_takes_the_steps_that_we_take_for_many(self) -> None:
        """socketio/server.py. If one moved: arrivals.Arrivals does something else than the library does for one."""
        source = inspect.getsource(socketio.Server._handle_connect)
        steps = (
            "self.manager.pre_connect(eio_sid, namespace)",
            "'connect', namespace, sid, self.environ[eio_sid], data)",
            "self.manager.disconnect(sid, namespace, ignore_queue=True)",
            "packet.CONNECT, {'sid': sid}, namespace=namespace))",
            "self.manager.connect(sid, namespace)",
        )
        assert [step in source for step in steps] == [True] * len(steps)
        for name in ("pre_connect", "connect", "disconnect", "sid_from_eio_sid", "is_connected"):
            assert callable(getattr(delivery.Manager, name)), name

    def test_flask_keeps_its_last_request_in_the_environment(self) -> None:
        """werkzeug/wrappers/request.py; direct.Socket.take throws it out: 3 kB for each connection."""
        environ = EnvironBuilder().get_environ()
        assert Request(environ) is environ["werkzeug.request"]
        assert direct.lean({"werkzeug.request": 1, "flask.app": 2, "parlor.opener": 3}).keys() == {
            "flask.app",
            "parlor.opener",
            "wsgi.input",
        }
