"""Chat in a terminal, in the room that a link leads to.

    pip install "python-socketio[client]"
    python examples/terminal.py http://127.0.0.1:5000/join/…

asks who you are, registers you if nobody has that name yet, joins the room, and says what you type until you end it
with Ctrl-D. The device is signed out after that.
"""

import getpass
import re
import sys
import threading
import time

import requests
from client import Client

LINK = re.compile(r"(https?://[^/]+)/join/([A-Za-z0-9_-]+)")


class Refused(Exception):
    """The server said no. The text is for the person."""


def ask(method, url, path, body=None, token=None):
    """What the REST API answers. Raises Refused."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = requests.request(method, f"{url}/api/v1{path}", json=body, headers=headers, timeout=20)
    if not reply.ok:
        problem = reply.json()
        told = [each["message"] for each in problem.get("errors", [])]
        raise Refused(" ".join(told) or problem.get("detail") or problem["title"])
    return reply.json() if reply.content else None


def sign_in(url, invite):
    """A token for this device: of the account with this name and password, or of a new one."""
    username, password = input("Username: "), getpass.getpass("Password: ")
    who = {"username": username, "password": password, "device_name": "Terminal"}
    try:
        return ask("POST", url, "/tokens", who)["token"]
    except Refused as refused:
        print(refused)
        if input(f"Register {username} as a new account? [y/N] ").lower() != "y":
            raise
    return ask("POST", url, "/users", {**who, "invite": invite})["token"]


def show(message):
    """Print what was said; what was taken back stays as it was printed."""
    if not message["deleted_at"]:
        author = message["author"]["display_name"] if message["author"] else "deleted member"
        print(f"{author}: {message['text']}", flush=True)


def chat(url, token, room):
    """Say what is typed, print what is said, until the input ends or the session does."""
    client = Client(url, token)
    client.on_message = lambda message: message["room_id"] == room["id"] and show(message)
    client.on_failed = lambda unsent, problem: print(f"Not sent: {problem['title']}", flush=True)
    line = threading.Thread(target=client.run, daemon=True)
    line.start()
    for text in sys.stdin:
        if text.strip() and not client.ended:
            client.say(room["id"], text.strip())
    while client.outbox and not client.ended:  # what was typed last is still on its way
        time.sleep(0.05)
    client.stop()
    line.join()


def main():
    """Join the room of the link, and chat."""
    found = LINK.match(sys.argv[-1])
    if not found:
        sys.exit("Give the link to a room: python examples/terminal.py https://chat.example.org/join/…")
    url, invite = found.groups()
    try:
        print(f"“{ask('GET', url, f'/join/{invite}')['title']}” at {url}")
        token = sign_in(url, invite)
        room = ask("POST", url, f"/join/{invite}", token=token)["room"]
    except Refused as refused:
        sys.exit(str(refused))
    print(f"You are in “{room['title']}”. Type to talk; Ctrl-D ends it.", flush=True)
    chat(url, token, room)
    ask("DELETE", url, "/tokens/current", token=token)


if __name__ == "__main__":
    main()
