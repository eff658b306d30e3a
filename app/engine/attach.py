"""Binding Socket.IO to the application, with the guard around both."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import socketio as stock
from engineio import socket as engine_socket
from flask import Flask
from flask_socketio import SocketIO
from socketio import packet as socket_packet
from werkzeug.middleware.proxy_fix import ProxyFix

from app import limits
from app.engine import direct, packets, postgres, sockets, wire
from app.engine.arrivals import Arrivals, Welcome
from app.engine.batches import Answers, Batches
from app.engine.delivery import Manager
from app.engine.guard import Guard
from app.engine.pinger import Pinger
from app.engine.state import Engine, Hook, Settings

UNACCEPTABLE_MAX = 20  # unreadable requests of one socket; then it is closed

Answer = Callable[[str], dict[str, Any]]


def attach(
    socketio: SocketIO,
    app: Flask,
    *,
    namespace: str = "/chat",
    every_second: Sequence[Hook] = (),
    background: Sequence[Hook] = (),
    closing: Hook | None = None,
    full: Callable[[], bool] = lambda: False,
    passing: Collection[str] = (),
    batched: Mapping[str, Answers] | None = None,
    welcome: Welcome | None = None,
) -> Engine:
    """Bind `socketio` to `app`, whose config has SETTINGS. Call it last in create_app: it wraps `app.wsgi_app`.

    `every_second` are called once a second in an application context of their own, for as long as the process
    serves. `background` are loops, which get a green thread each. `closing` is called once when the process was
    told to end, before the connections close: it says good-bye to the sockets. `full` tells whether
    nobody new is let in now. Handlers must be on `socketio` before. Other namespaces than `namespace` are refused.

    Used where ENGINE=fast: `passing` are the events that a slow reader may miss. `batched` are requests that are
    answered together, and `welcome` lets those in together who come at the same time: see `batches`.
    """
    settings: Settings = app.config["SETTINGS"]
    hooks = tuple(every_second), tuple(background), closing, full
    engine = Engine(settings, app.config["SESSION_COOKIE_NAME"], *hooks, socketio)
    app.extensions["engine"] = engine
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        postgres.cooperate()

    delivery = _fast(engine, passing) if settings.engine == "fast" else _stock()
    socketio.init_app(app, **options(settings, namespace), **delivery)
    engine.pinger = Pinger(socketio.server.eio)
    arrivals = Arrivals(app, engine, namespace, welcome) if welcome else None
    engine.batches = Batches(app, engine, namespace, batched or {}, arrivals)
    _bind(socketio.server, engine)

    _guard(app, engine)
    return engine


def _guard(app: Flask, engine: Engine) -> None:
    trusted = engine.settings.trusted_proxies
    app.wsgi_app = Guard(app.wsgi_app, engine)  # type: ignore[method-assign]
    if trusted:
        # Only the last proxies' word counts. Hosts and prefixes are not taken from headers: proxies pass Host on.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=trusted, x_proto=1, x_host=0, x_port=0, x_prefix=0
        )


def options(settings: Settings, namespace: str) -> dict[str, Any]:
    """What Flask-SocketIO is constructed with, and why."""
    return {
        "async_mode": "eventlet",
        "async_handlers": False,  # the requests of one connection are handled in the order received
        "manage_session": False,
        "namespaces": [namespace],
        "transports": settings.transport_names,
        "max_http_buffer_size": limits.FRAME_BYTES,
        "ping_interval": limits.PING_SECONDS,
        "ping_timeout": limits.PING_TIMEOUT_SECONDS,
        "cookie": None,
        "cors_allowed_origins": [],  # the guard has checked; the library's check believes X-Forwarded-Host
        "serializer": packets.Packet,
        "http_compression": True,
    }


# Which way facts go out. Both name every option: what is not named stays as an earlier application had it. The class
# is the one that the library names itself, without asking: tests/engine/test_seams.py watches over it.


def _fast(engine: Engine, passing: Collection[str]) -> dict[str, Any]:
    engine_socket.Socket = direct.Socket
    engine.background = (*engine.background, lambda: engine.pinger.run())
    return {"client_manager": Manager(passing), "monitor_clients": False}


def _stock() -> dict[str, Any]:
    engine_socket.Socket = sockets.Socket
    return {"client_manager": stock.Manager(), "monitor_clients": True}


def _bind(server: Any, engine: Engine) -> None:
    """Put our reading, our WebSocket and our counting into a Socket.IO server."""
    stock_message, stock_connect = server._handle_eio_message, server._handle_eio_connect
    stock_disconnect = server._handle_eio_disconnect

    def message(connection: str, data: object) -> None:
        try:
            if engine.closing and _refuse(server, connection, data):
                return
            stock_message(connection, data)
        except packets.Unacceptable as error:
            _answer(server, connection, error)

    def connect(connection: str, environ: dict[str, Any]) -> None:
        engine.opened(environ.get("REMOTE_ADDR", ""))
        stock_connect(connection, environ)

    def disconnect(connection: str, reason: str) -> None:
        environ = server.environ.get(connection)
        try:
            stock_disconnect(connection, reason)
        finally:
            if environ is not None:
                engine.closed(environ.get("REMOTE_ADDR", ""))

    server.eio.engine = engine
    server.eio._async = {**server.eio._async, "websocket": wire.Upgrade}
    server._handle_eio_message = message  # the test client calls it by this name
    server.eio.on("message", message)
    server.eio.on("connect", connect)
    server.eio.on("disconnect", disconnect)


def _refuse(server: Any, connection: str, data: object) -> bool:
    """Answer a request `unavailable`, since the process ends; whether it was one. Nothing of it is done."""
    packet = server.packet_class(encoded_packet=data)
    if packet.packet_type != socket_packet.EVENT:
        return False
    if packet.id is not None:
        problem = {"status": 503, "code": "unavailable", "title": "The server restarts.", "retry_after": 1}
        answer = [{"ok": False, "error": problem}]
        ack = server.packet_class(socket_packet.ACK, data=answer, namespace=packet.namespace, id=packet.id)
        server._send_packet(connection, ack)
    return True


def unreadable(reason: str) -> dict[str, Any]:
    """The contract's Problem for a request that could not be read."""
    title = "The request could not be read."
    return {"status": 400, "code": "invalid", "title": title, "detail": reason}


def _answer(server: Any, connection: str, error: packets.Unacceptable) -> None:
    """Answer what could not be read, where an answer was asked for. Raises packets.Malformed where none was."""
    socket = server.eio.sockets.get(connection)
    if socket is not None:
        socket.unacceptable += 1
        if socket.unacceptable > UNACCEPTABLE_MAX:
            raise packets.Malformed("too much that cannot be read") from error
    problem = unreadable(str(error))
    if error.kind == socket_packet.CONNECT:
        data: Any = {"message": problem["title"], "data": problem}
        server._send_packet(
            connection, server.packet_class(socket_packet.CONNECT_ERROR, data=data, namespace=error.namespace)
        )
        return
    if error.number is None:
        raise packets.Malformed(str(error)) from error
    data = [{"ok": False, "error": problem}]
    ack = server.packet_class(socket_packet.ACK, data=data, namespace=error.namespace, id=error.number)
    if server.manager.sid_from_eio_sid(connection, error.namespace):
        server._send_packet(connection, ack)
