"""Django Channels on Daphne with the in-memory layer and Django's ORM, as their tutorial writes a chat."""

import sys
import time
from urllib.parse import parse_qs

import django
import store
from django.conf import settings

settings.configure(
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    INSTALLED_APPS=["channels"],
    LOGGING_CONFIG=None,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": store.DATABASE,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={store.SYNCHRONOUS};",
            },
        }
    },
    CHANNEL_LAYERS={
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    },
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402

store.connect().close()


class Message(models.Model):
    id = models.BigAutoField(primary_key=True)
    room = models.TextField()
    user = models.IntegerField()
    text = models.TextField()
    at = models.FloatField()

    class Meta:
        app_label = "peer"
        db_table = "message"
        managed = False


class Chat(AsyncJsonWebsocketConsumer):
    async def connect(self):
        asked = parse_qs(self.scope["query_string"].decode())
        try:
            self.user = store.verify(asked["token"][0])
        except (KeyError, ValueError):
            await self.close()
            return
        self.room = asked["room"][0]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()
        await self.send_json({"type": "ready"})

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content, **_):
        said = await Message.objects.acreate(
            room=self.room, user=self.user, text=content["text"], at=time.time()
        )
        fact = {
            "type": "msg",
            "id": said.id,
            "room": said.room,
            "user": said.user,
            "text": said.text,
            "at": said.at,
        }
        await self.channel_layer.group_send(self.room, {"type": "told", "fact": fact})
        await self.send_json({"type": "ack", "number": content["number"]})

    async def told(self, event):
        await self.send_json(event["fact"])


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws", Chat.as_asgi())])})

if __name__ == "__main__":
    from daphne.cli import CommandLineInterface

    sys.modules["channels_peer"] = sys.modules["__main__"]
    CommandLineInterface().run(
        ["-b", "127.0.0.1", "-p", str(store.PORT), "--verbosity", "0", "channels_peer:application"]
    )
