"""The `/chat` namespace: one on_… function per request of CONTRACT section 4. Parse, act, answer."""

from collections.abc import Mapping

from flask_socketio import join_room

from app import identity, inputs, limits, payloads, viewing
from app.actions import attendance, messages, pins, reactions
from app.channels import user_channel
from app.identity import Caller
from app.sockets.requests import Request, Requests, this_socket


def on_sync(caller: Caller, asked: inputs.Sync) -> payloads.CaughtUp:
    """Everything after the client's seqs. The socket is in all its rooms before this is answered."""
    attendance.hear_all(caller.user, this_socket())
    missed, removed = attendance.sync(caller.user, asked.rooms, asked.epochs)
    return payloads.caught_up(caller.user, missed, removed, limits=limits.ADVERTISED)


def on_post_message(caller: Caller, asked: inputs.PostMessage) -> payloads.Posted:
    """Say something. The same nonce again answers with the first message."""
    said, duplicate = messages.post(
        caller.user, asked.room_id, nonce=asked.nonce, text=asked.text, reply_to=asked.reply_to
    )
    return viewing.posted(caller.user, said, duplicate=duplicate)


def on_edit_message(caller: Caller, asked: inputs.EditMessage) -> payloads.Changed:
    """Say it otherwise, by its author."""
    edited = messages.edit(caller.user, asked.message_id, text=asked.text, version=asked.version)
    return viewing.changed(caller.user, edited)


def on_delete_message(caller: Caller, asked: inputs.DeleteMessage) -> payloads.Changed:
    """Make a tombstone of it."""
    return viewing.changed(caller.user, messages.delete(caller.user, asked.message_id))


def on_set_reaction(caller: Caller, asked: inputs.SetReaction) -> payloads.Changed:
    """Put one's emoji under a message, or take it away."""
    return viewing.changed(
        caller.user, reactions.put(caller.user, asked.message_id, asked.emoji, on=asked.on)
    )


def on_set_pin(caller: Caller, asked: inputs.SetPin) -> payloads.Changed:
    """Pin a message, or take the pin out."""
    return viewing.changed(caller.user, pins.put(caller.user, asked.message_id, on=asked.on))


def on_set_read(caller: Caller, asked: inputs.SetRead) -> payloads.Reading:
    """Move one's read position, on all one's devices."""
    return payloads.reading(
        attendance.set_read(caller.user, asked.room_id, asked.seq, back=asked.back, skip=this_socket())
    )


def on_set_typing(caller: Caller, asked: inputs.SetTyping) -> payloads.Done:
    """Tell the others that one writes, or stopped."""
    attendance.set_typing(caller.user, asked.room_id, typing=asked.typing)
    return {}


def on_heads(caller: Caller, asked: inputs.Heads) -> payloads.Ahead:
    """Which rooms hold more than the client knows of."""
    return {"behind": attendance.heads(caller.user, asked.rooms)}


class Chat(Requests):
    """What a client may ask, and how it comes and goes."""

    requests: Mapping[str, Request] = {
        "sync": Request(inputs.Sync, "read", on_sync, is_long=True),
        "post_message": Request(inputs.PostMessage, "write", on_post_message),
        "edit_message": Request(inputs.EditMessage, "write", on_edit_message),
        "delete_message": Request(inputs.DeleteMessage, "write", on_delete_message),
        "set_reaction": Request(inputs.SetReaction, "write", on_set_reaction),
        "set_pin": Request(inputs.SetPin, "write", on_set_pin),
        "set_read": Request(inputs.SetRead, "write", on_set_read),
        "set_typing": Request(inputs.SetTyping, "write", on_set_typing),
        "heads": Request(inputs.Heads, "read", on_heads),
    }

    def arrive(self, auth: object) -> None:
        """Let a socket in: into its person's channel, then into their rooms' ones, which comes last."""
        caller = identity.socket_caller(inputs.auth(auth))
        attendance.arrive(caller.user, caller.credential, this_socket())
        join_room(user_channel(caller.user.id))

    def depart(self, sid: str) -> None:
        """A socket is gone, or was not let in."""
        attendance.depart(sid)
