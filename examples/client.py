"""A client of Parlor in Python, to read and to copy from. It loses nothing, doubles nothing, and keeps the order.

    pip install "python-socketio[client]"
    python examples/client.py http://127.0.0.1:5000 pt_… ROOM_ID

prints what is said in a room, and says what you type. The token is one that your account page makes.

`run` is the only thread that touches anything; what is heard comes to it through a queue. python-socketio calls each
handler in a thread of its own, so facts may overtake each other on the way: `_apply` puts them in order.
"""

import queue
import random
import sys
import threading
import time
import uuid

import requests
import socketio

HEADS_SECONDS = 25  # how often we ask whether the last message was lost on the way
HOLE_SECONDS = 0.2  # how long a missing fact may take to come by itself
SEND_AGAIN = {"rate_limited": 1e9, "unavailable": 1e9, "internal": 5}  # how often at most
GIVE_UP = {"unauthenticated", "forbidden", "unsupported_version", "signed_out", "revoked", "expired"}


class Client:
    """One device of one person. `on_message`, `on_sent` and `on_failed` are yours to replace."""

    answer_seconds = 10  # a line that doesn't answer for so long is given up

    def __init__(self, url, token, transports=None):
        self.url, self.token, self.transports = url, token, transports
        self.rooms = {}  # id → the room, and in it "cursor", "messages": {seq: message}
        self.outbox = []  # in the order of writing, until confirmed; keep yours on disk
        self.ended = None  # why we don't come back
        self._end, self._inbox = threading.Event(), queue.SimpleQueue()
        self._early = []  # facts beyond a hole
        self._not_before = 0.0  # the server's word on when to come back

    # A message is new or changed: draw it at its `seq`. The server has yours for good; or refused it for good.
    def on_message(self, message): ...
    def on_sent(self, asked, answer): ...
    def on_failed(self, asked, problem): ...

    def say(self, room_id, text, **more):
        """Send a message, once, as soon as that is possible. From any thread, as `stop`."""
        asked = {"room_id": room_id, "nonce": str(uuid.uuid4()), "text": text, **more}
        self.outbox.append({"asked": asked, "tries": 0, "due": 0.0})
        self._inbox.put(None)  # wakes `run`

    def stop(self, reason="stopped"):
        self.ended = self.ended or reason
        self._end.set()
        self._inbox.put(None)

    # ---- the line

    def run(self):
        """Stay in touch until `stop`, or until the session is over."""
        attempts = 0
        while not self.ended:
            self._early, self._inbox = [], queue.SimpleQueue()  # what an earlier line said is void
            self._sio = sio = socketio.Client(reconnection=False)
            sio.on("*", lambda *heard, inbox=self._inbox: inbox.put(heard), namespace="/chat")
            sio.on("connect_error", self._refused, namespace="/chat")
            auth = {"token": self.token, "v": "1"}
            try:
                sio.connect(self.url, {}, auth, self.transports, "/chat", wait_timeout=self.answer_seconds)
                self._sync()
                attempts = 0
                self._follow()
            except (socketio.exceptions.SocketIOError, requests.RequestException, OSError):
                attempts += 1
            sio.disconnect()
            # A random while, lest all come back in step; not before the server said.
            self._pause(max(random.uniform(1, min(30, 2 * 2**attempts)), self._not_before - time.monotonic()))

    def _refused(self, error):
        if isinstance(error, dict) and "data" in error:  # or the server was not reached
            self._turned_away(error["data"]["code"], error["data"])

    def _turned_away(self, why, problem):
        self._not_before = time.monotonic() + problem.get("retry_after", 1)
        if why in GIVE_UP:
            self.stop(why)

    def _pause(self, seconds):
        self._end.wait(seconds)

    def _follow(self):
        whole = compared = time.monotonic()  # when nothing was missing, as far as we knew, and when we asked
        while self._sio.connected and not self.ended:
            sent, now = self._send(), time.monotonic()
            whole = whole if self._early else now
            if now - whole > HOLE_SECONDS:
                self._sync()
            if now - compared > HEADS_SECONDS:
                compared, answer = now, self._ask("heads", {"rooms": self._each("cursor")})
                if answer["ok"] and answer["data"]["behind"]:
                    self._sync()
            try:
                heard = self._inbox.get(timeout=0 if sent else HOLE_SECONDS)
            except queue.Empty:
                continue
            if heard:
                self._hear(*heard)

    def _hear(self, event, fact):
        if event == "session_ended":
            self._turned_away(fact["reason"], fact)
        elif event == "room_added":
            self._sync()
        elif event == "room_removed":
            self.rooms.pop(fact["room_id"], None)
        elif "seq" in fact and fact.get("type") == event:
            self._apply(fact)

    def _ask(self, event, data):
        return self._sio.call(event, data, "/chat", timeout=self.answer_seconds)

    # ---- the rooms' logs

    def _each(self, name):
        return {room["id"]: room[name] for room in self.rooms.values()}

    def _sync(self):
        """Everything since we were here last, whole or `reset`."""
        answer = self._ask("sync", {"rooms": self._each("cursor"), "epochs": self._each("epoch")})
        if not answer["ok"]:
            self._turned_away(answer["error"]["code"], answer["error"])
            raise ConnectionError(answer["error"]["code"])
        for each in answer["data"]["rooms"]:
            if each["reset"]:
                self._snapshot(each["room"])
            for fact in each["entries"]:
                self._apply(fact)
        for room_id in answer["data"]["removed"]:
            self.rooms.pop(room_id, None)
        self._early = [fact for fact in self._early if fact["room_id"] in self.rooms]
        self._release()

    def _snapshot(self, room):
        """More was missed than is told one by one: take what the room holds now."""
        path, headers = f"/api/v1/rooms/{room['id']}/messages", {"Authorization": f"Bearer {self.token}"}
        reply = requests.get(self.url + path, {"limit": 100}, headers=headers, timeout=self.answer_seconds)
        reply.raise_for_status()  # the room is as it was, and is asked for again
        self.rooms[room["id"]] = {**room, "cursor": room["last_seq"], "messages": {}}
        for message in reversed(reply.json()["items"]):
            self._put(message)

    def _apply(self, fact):
        """A fact in its turn. What comes too early waits for what is missing."""
        room, message = self.rooms.get(fact["room_id"]), fact.get("message")
        if room is None or fact["seq"] > room["cursor"] + 1:
            self._early.append(fact)
        elif fact["seq"] == room["cursor"] + 1:
            room["cursor"] += 1  # also over a fact of a kind that we don't know
            # What is older than our snapshot comes with its page, and not because somebody liked it.
            if message and (fact["type"] == "message_posted" or message["seq"] in room["messages"]):
                self._put(message)
            self._release()

    def _release(self):
        early, self._early = self._early, []
        for fact in sorted(early, key=lambda fact: fact["seq"]):
            self._apply(fact)

    def _put(self, message):
        messages = self.rooms[message["room_id"]]["messages"]
        known = messages.get(message["seq"])
        if known is None or known["version"] < message["version"]:
            messages[message["seq"]] = message
            self.on_message(message)

    # ---- the outbox

    def _send(self):
        """Send what is due: of each room the oldest only, so that messages arrive in the order of writing."""
        rooms, sent = set(), False
        for unsent in list(self.outbox):
            if unsent["asked"]["room_id"] not in rooms and unsent["due"] <= time.monotonic():
                self._answered(unsent, self._ask("post_message", unsent["asked"]))
                sent = True
            rooms.add(unsent["asked"]["room_id"])
        return sent

    def _answered(self, unsent, answer):
        problem = answer.get("error", {})
        unsent["tries"] += 1
        if unsent["tries"] < SEND_AGAIN.get(problem.get("code"), 0):
            # The same nonce, a little later: what the server has already, it tells nobody twice.
            wait = problem.get("retry_after", random.uniform(0, min(15, 0.5 * 2 ** unsent["tries"])))
            unsent["due"] = time.monotonic() + wait
            return
        self.outbox.remove(unsent)
        if answer["ok"]:
            self.on_sent(unsent["asked"], answer["data"])
        else:
            self.on_failed(unsent["asked"], problem)


if __name__ == "__main__":
    me = Client(*sys.argv[1:3])
    me.on_message = lambda said: print(said["seq"], (said["author"] or {}).get("display_name"), said["text"])
    me.on_failed = lambda asked, problem: print("Not sent:", asked["text"], problem["title"])
    threading.Thread(target=me.run, daemon=True).start()
    for typed in sys.stdin:
        me.say(sys.argv[3], typed.rstrip("\n"))
    while me.outbox and not me.ended:
        time.sleep(0.1)
