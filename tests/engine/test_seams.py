"""The places where the libraries are taken hold of. When one of these fails after an upgrade, read what it says."""

import inspect

import engineio
import flask_socketio
import socketio
from engineio import server as engine_server
from engineio import socket as engine_socket
from eventlet import greenio, hubs, websocket, wsgi
from eventlet.hubs.hub import BaseHub
from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from app.engine import delivery, direct, lock, postgres, protocol, sockets, wire
from app.extensions import socketio as bound


def test_engineio_makes_its_connections_of_our_class(app: Flask) -> None:
    """engineio/server.py names `socket.Socket` itself. If that moved: engine/attach.py, before init_app."""
    assert "socket.Socket(self, sid)" in inspect.getsource(engine_server.Server._handle_connect)
    assert issubclass(engine_server.socket.Socket, sockets.Socket)


def test_what_our_connection_takes_the_place_of_is_still_there() -> None:
    """engineio/socket.py. If one moved, app/engine/sockets.py no longer does what its docstring says."""
    stock = sockets.Socket.__mro__[1]
    assert stock.__module__ == "engineio.socket"
    for name in (
        "send",
        "poll",
        "receive",
        "_websocket_handler",
        "handle_post_request",
        "check_ping_timeout",
    ):
        assert name in vars(stock), name
    for name in ("queue", "connected", "upgraded", "upgrading", "closed", "closing", "last_ping"):
        assert hasattr(engine_socket.Socket(engineio.Server(async_mode="eventlet"), "sid"), name), name


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


def test_eventlets_websocket_has_the_methods_that_we_override() -> None:
    """eventlet/websocket.py. If one moved, app/engine/wire.py no longer limits, unmasks or yields."""
    for name in ("_apply_mask", "Message", "_recv_frame", "_get_bytes", "close"):
        assert name in vars(websocket.RFC6455WebSocket), name
    source = inspect.getsource(websocket.RFC6455WebSocket._recv_frame)
    assert "self.Message(" in source
    assert "self._apply_mask(" in source
    assert {"push", "getvalue"} <= vars(websocket.RFC6455WebSocket.Message).keys()


def test_eventlets_http_connection_has_the_methods_that_we_override() -> None:
    """eventlet/wsgi.py. If one moved, app/engine/protocol.py no longer sets deadlines."""
    for name in ("handle_one_request", "get_environ"):
        assert name in vars(wsgi.HttpProtocol), name
    assert protocol.Protocol.parse_request is not wsgi.HttpProtocol.parse_request
    assert hasattr(wsgi.WSGI_LOCAL, "__dict__") or wsgi.WSGI_LOCAL is not None


def test_psycopg_can_be_made_to_wait_beside_the_hub() -> None:
    """psycopg/waiting.py. If that moved, every query would hold everybody up: app/engine/postgres.py."""
    from psycopg import waiting

    postgres.cooperate()
    assert waiting.wait is waiting.wait_select


def test_a_lock_is_the_systems_and_not_a_file_that_stays() -> None:
    """A process that was killed must not keep the next one from starting."""
    assert "flock" in inspect.getsource(lock)


class TestFast:
    """What ENGINE=fast takes hold of besides."""

    def test_the_managers_methods_that_we_override(self) -> None:
        """socketio/base_manager.py and manager.py. If one moved: app/engine/delivery.py."""
        for name in ("basic_enter_room", "basic_leave_room", "basic_disconnect", "get_participants"):
            assert name in vars(socketio.base_manager.BaseManager), name
            assert name in vars(delivery.Manager), name
        assert (
            list(inspect.signature(socketio.Manager.emit).parameters)[:8]
            == list(inspect.signature(delivery.Manager.emit).parameters)[:8]
        )

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
        assert "schedule_ping" in vars(sockets.Socket.__mro__[1])
        assert "s.schedule_ping()" in inspect.getsource(engine_server.Server._handle_connect)
        assert "monitor_clients" in inspect.signature(engineio.base_server.BaseServer.__init__).parameters

    def test_the_hub_calls_back(self) -> None:
        """eventlet/hubs/hub.py. If that moved: inlet.py, outlet.py, farewell.py, turn.py."""
        hub = hubs.get_hub()
        assert list(inspect.signature(hub.add).parameters)[1:4] == ["fileno", "cb", "tb"]
        assert {"remove", "schedule_call_global"} <= set(dir(hub))
        assert (hub.READ, hub.WRITE) == ("read", "write")
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
