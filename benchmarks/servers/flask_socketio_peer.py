"""Flask-SocketIO on eventlet with Flask-SQLAlchemy, as their documentation writes a chat."""

# ruff: noqa: E402
import warnings

warnings.simplefilter("ignore")
import eventlet

eventlet.monkey_patch()

import time

import store
from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO, emit, join_room
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{store.DATABASE}"
db = SQLAlchemy(app)
socketio = SocketIO(app, async_mode="eventlet")
people: dict[str, tuple[int, str]] = {}
event.listen(Engine, "connect", lambda connection, _: store.pragmas(connection))


class Message(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    room = db.Column(db.String, nullable=False)
    user = db.Column(db.Integer, nullable=False)
    text = db.Column(db.String, nullable=False)
    at = db.Column(db.Float, nullable=False)
    __table_args__ = (db.Index("message_by_room", "room", "id"),)


@socketio.on("connect")
def on_connect(auth):
    try:
        user = store.verify(auth["token"])
    except (KeyError, TypeError, ValueError):
        raise ConnectionRefusedError("unauthorized") from None
    people[request.sid] = user, auth["room"]
    join_room(auth["room"])


@socketio.on("disconnect")
def on_disconnect(_reason=None):
    people.pop(request.sid, None)


@socketio.on("msg")
def on_msg(data):
    user, room = people[request.sid]
    message = Message(room=room, user=user, text=data["text"], at=time.time())
    db.session.add(message)
    db.session.commit()
    emit(
        "msg", {"id": message.id, "room": room, "user": user, "text": message.text, "at": message.at}, to=room
    )
    return {"ok": True}


with app.app_context():
    db.create_all()
# max_size: eventlet serves 1,024 connections unless told otherwise, and lets the next one hang.
socketio.run(app, host="127.0.0.1", port=store.PORT, max_size=20_000)
