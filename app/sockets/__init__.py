"""Entrance two: Socket.IO, namespace `/chat`. Each request parses, acts and answers; no rule lives here."""

from flask_socketio import SocketIO

from app.channels import NAMESPACE
from app.sockets.chat import Chat


def init_app(socketio: SocketIO) -> None:
    """Put the namespace on the server. Before `socketio.init_app`, so that a second app gets it too."""
    socketio.on_namespace(Chat(NAMESPACE))
