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
SEND_AGAIN = {"rate_limited", "unavailable", "internal"}
GIVE_UP = {"unauthenticated", "forbidden", "unsupported_version"}
INTERNAL_MAX = 5


class Client:
    """One device of one person. `on_message`, `on_sent` and `on_failed` are yours to replace."""

    answer_seconds = 10  # a line that doesn't answer for so long is given up

    def __init__(self, url, token, transports=None):
        self.url, self.token, self.transports = url, token, transports
        self.rooms = {}  # id → {"id", "epoch", "cursor", "messages": {seq: message}, "held": {seq: fact}}
        self.outbox = []  # in the order of writing, until confirmed; keep yours on disk
        self.ended = None  # why we don't come back
        self._inbox = queue.SimpleQueue()
        self._not_before = 0.0  # the server's word on when to come back
        self._hole_since, self._unknown_room = None, False

    def on_message(self, message):
        """A message is new or changed: draw it at its `seq`."""

    def on_sent(self, unsent, answer):
        """The server has it, for good."""

    def on_failed(self, unsent, problem):
        """Refused for good: show why, and let the person decide."""

    def say(self, room_id, text):
        """Send a message, once, as soon as that is possible. From any thread, as `stop`."""
        nonce = str(uuid.uuid4())
        self.outbox.append({"room_id": room_id, "nonce": nonce, "text": text, "tries": 0, "due": 0.0})
        self._inbox.put(None)  # wakes `run`
        return nonce

    def stop(self, reason="stopped"):
        self.ended = self.ended or reason
        self._inbox.put(None)

    # ---- the line

    def run(self):
        """Stay in touch until `stop`, or until the session is over."""
        attempts = 0
        while not self.ended:
            self._inbox = inbox = queue.SimpleQueue()  # what an earlier line said is void
            self._sio = sio = socketio.Client(reconnection=False)
            sio.on("*", lambda *heard, inbox=inbox: inbox.put(heard), namespace="/chat")
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
        problem = error.get("data") if isinstance(error, dict) else None  # none: the server was not reached
        if problem and problem["code"] in GIVE_UP:
            self.stop(problem["code"])
        elif problem:
            self._not_before = time.monotonic() + problem.get("retry_after", 0)

    def _pause(self, seconds):
        until = time.monotonic() + seconds
        while not self.ended and time.monotonic() < until:
            time.sleep(0.05)

    def _follow(self):
        heads_due = time.monotonic() + HEADS_SECONDS
        while self._sio.connected and not self.ended:
            sent, now = self._send(), time.monotonic()
            if self._unknown_room or (self._hole_since and now - self._hole_since > HOLE_SECONDS):
                self._sync()
            if now > heads_due:
                heads_due = now + HEADS_SECONDS
                heads = self._ask("heads", {"rooms": self._each("cursor")})
                self._unknown_room |= bool(heads["ok"] and heads["data"]["behind"])
            try:
                heard = self._inbox.get(timeout=0 if sent else HOLE_SECONDS)
            except queue.Empty:
                continue
            if heard:
                self._hear(*heard)

    def _hear(self, event, fact):
        if event == "session_ended" and fact["reason"] != "server_closing":
            self.stop(fact["reason"])
        elif event == "session_ended":
            self._not_before = time.monotonic() + fact.get("retry_after", 1)
        elif event == "room_added":
            self._unknown_room = True
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
        self._hole_since, self._unknown_room = None, False
        answer = self._ask("sync", {"rooms": self._each("cursor"), "epochs": self._each("epoch")})
        if not answer["ok"]:
            self._not_before = time.monotonic() + answer["error"].get("retry_after", 1)
            raise ConnectionError(answer["error"]["code"])
        for each in answer["data"]["rooms"]:
            if each["reset"]:
                self._snapshot(each["room"])
            for fact in each["entries"]:
                self._apply(fact)
        for room_id in answer["data"]["removed"]:
            self.rooms.pop(room_id, None)

    def _snapshot(self, room):
        """More was missed than is told one by one: forget, and take what the room holds now."""
        said = self.history(
            room["id"]
        )  # first: when this fails, the room is as it was, and is asked for again
        held = self.rooms.get(room["id"], {}).get("held", {})
        self.rooms[room["id"]] = {**room, "cursor": room["last_seq"], "messages": {}, "held": {}}
        for message in reversed(said):
            self._put(message)
        for seq in sorted(held):
            self._apply(held[seq])

    def history(self, room_id, before=None):
        """The newest 100 messages of a room, or of those before a seq; newest first."""
        path = f"{self.url}/api/v1/rooms/{room_id}/messages"
        headers = {"Authorization": f"Bearer {self.token}"}
        reply = requests.get(
            path, {"limit": 100, "before": before}, headers=headers, timeout=self.answer_seconds
        )
        reply.raise_for_status()
        return reply.json()["items"]

    def _apply(self, fact):
        room = self.rooms.get(fact["room_id"])
        if room is None:
            self._unknown_room = True
            return
        if fact["seq"] > room["cursor"]:
            room["held"][fact["seq"]] = fact
        while (due := room["held"].pop(room["cursor"] + 1, None)) is not None:
            room["cursor"] += 1  # also over a fact of a kind that we don't know
            if "message" in due:
                self._put(due["message"])
        room["held"] = {seq: held for seq, held in room["held"].items() if seq > room["cursor"]}
        behind = any(self._each("held").values())
        self._hole_since = (self._hole_since or time.monotonic()) if behind else None

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
            if unsent["room_id"] not in rooms and unsent["due"] <= time.monotonic():
                asked = {name: unsent[name] for name in ("room_id", "nonce", "text")}
                self._answered(unsent, self._ask("post_message", asked))
                sent = True
            rooms.add(unsent["room_id"])
        return sent

    def _answered(self, unsent, answer):
        problem, tries = answer.get("error", {}), unsent["tries"] + 1
        code = problem.get("code")
        if code in SEND_AGAIN and (code != "internal" or tries < INTERNAL_MAX):
            # The same nonce, a little later: what the server has already, it tells nobody twice.
            wait = problem.get("retry_after", random.uniform(0, min(15, 0.5 * 2**tries)))
            unsent.update(tries=tries, due=time.monotonic() + wait)
            return
        self.outbox.remove(unsent)
        if answer["ok"]:
            self.on_sent(unsent, answer["data"])
        else:
            self.on_failed(unsent, problem)


class Printer(Client):
    """Prints everything that is said."""

    def on_message(self, message):
        author = message["author"] or {"display_name": "deleted member"}
        print(f"{message['seq']:>6}  {author['display_name']}: {message['text']}", flush=True)

    def on_failed(self, unsent, problem):
        print(f"Not sent: {unsent['text']!r}: {problem['title']}", flush=True)


if __name__ == "__main__":
    me = Printer(*sys.argv[1:3])
    threading.Thread(target=me.run, daemon=True).start()
    for typed in sys.stdin:
        me.say(sys.argv[3], typed.rstrip("\n"))
    while me.outbox and not me.ended:
        time.sleep(0.1)
    print(me.ended or "Everything is sent.")
