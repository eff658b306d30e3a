"""FastAPI on uvicorn with uvloop: the connection manager of its documentation, encoding once a broadcast."""

import json
import time

import store
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
db = store.connect()
rooms: dict[str, set[WebSocket]] = {}


async def broadcast(room: str, text: str) -> None:
    """To each member after the other."""
    for member in list(rooms[room]):
        try:
            await member.send_text(text)
        except (RuntimeError, WebSocketDisconnect):
            rooms[room].discard(member)


@app.websocket("/ws")
async def chat(socket: WebSocket, token: str, room: str) -> None:
    try:
        user = store.verify(token)
    except ValueError:
        await socket.close(4401)
        return
    await socket.accept()
    rooms.setdefault(room, set()).add(socket)
    await socket.send_text('{"type":"ready"}')
    try:
        while True:
            said = json.loads(await socket.receive_text())
            at = time.time()
            number = db.execute(store.INSERT, (room, user, said["text"], at)).lastrowid
            fact = {"type": "msg", "id": number, "room": room, "user": user, "text": said["text"], "at": at}
            await broadcast(room, json.dumps(fact))
            await socket.send_text(json.dumps({"type": "ack", "number": said["number"]}))
    except WebSocketDisconnect:
        rooms[room].discard(socket)


uvicorn.run(
    app,
    host="127.0.0.1",
    port=store.PORT,
    loop="uvloop",
    http="httptools",
    ws="websockets-sansio",
    ws_per_message_deflate=False,
    log_level="error",
    backlog=4096,
)
