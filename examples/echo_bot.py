"""A bot that says again what people say. An owner of the room makes it on the page of members, and copies its token.

pip install "python-socketio[client]"
python examples/echo_bot.py http://127.0.0.1:5000 pt_…
"""

import sys
import uuid

import socketio

url, token = sys.argv[1:]
client = socketio.Client()


@client.on("message_posted", namespace="/chat")
def echo(fact):
    said = fact["message"]
    if said["author"] is None or said["author"]["bot"]:  # two echoes would never end
        return
    nonce = uuid.uuid5(uuid.NAMESPACE_OID, said["id"])  # the same for the same message: it is answered once
    answer = {"room_id": said["room_id"], "nonce": str(nonce), "text": said["text"]}
    client.emit("post_message", answer, namespace="/chat", callback=note)


def note(answer):
    if not answer["ok"]:
        print(answer["error"]["title"], flush=True)


@client.on("session_ended", namespace="/chat")
def ended(fact):
    print(fact["reason"], flush=True)


client.connect(url, namespaces="/chat", auth={"token": token, "v": "1"}, retry=True)
print("listening", flush=True)
client.wait()
