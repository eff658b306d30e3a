#define _GNU_SOURCE
#include "speech.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "frames.h"

/* The key needn't be random for a client that doesn't check the answer. */
#define UPGRADE                                                        \
    "Host: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

#define STARTS(text) (length >= sizeof(text) - 1 && memcmp(said, text, sizeof(text) - 1) == 0)

static int socketio_handshake(char *out, size_t size, int port, const char *token, const char *room) {
    (void)token, (void)room;
    return snprintf(out, size, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" UPGRADE, port);
}

/* ---- Parlor: docs of its contract, namespace /chat */

static int parlor_introduce(char *out, size_t size, const char *token, const char *room) {
    (void)room;
    return snprintf(out, size, "40/chat,{\"token\":\"%s\",\"v\":\"1\"}", token);
}

/* The nonce is a version 7 UUID, as Parlor's own page makes them. */
static int parlor_post(char *out, size_t size, unsigned number, const char *room, const char *text) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    uint64_t a = frames_random(), b = frames_random();
    return snprintf(out, size,
                    "42/chat,%u[\"post_message\",{\"room_id\":\"%s\","
                    "\"nonce\":\"%08x-%04x-7%03x-8%03x-%012llx\",\"text\":\"%s\"}]",
                    number, room, (unsigned)(ms >> 16), (unsigned)ms & 0xffff, (unsigned)a & 0xfff,
                    (unsigned)(b >> 48) & 0xfff, (unsigned long long)(b & 0xffffffffffff), text);
}

static int parlor_ask(char *out, size_t size) {
    return snprintf(out, size, "42/chat,1[\"heads\",{\"rooms\":{}}]");
}

static int parlor_catch_up(char *out, size_t size, unsigned number, const char *room, long long since) {
    return snprintf(out, size, "42/chat,%u[\"sync\",{\"rooms\":{\"%s\":%lld}}]", number, room, since);
}

static meaning parlor_hear(const char *said, size_t length) {
    if (STARTS("42/chat,[\"message_posted\"")) return DELIVERED;
    if (STARTS("43/chat,"))
        return memmem(said, length > 48 ? 48 : length, "{\"ok\":true", 10) ? ACKNOWLEDGED : REFUSED;
    if (STARTS("40/chat,")) return JOINED;
    if (STARTS("44/chat,")) return REFUSED;
    if (length == 1 && *said == '2') return HEARTBEAT;
    return STARTS("0{") ? OPENED : OTHER;
}

/* ---- minimal Socket.IO servers: event "msg" in the main namespace */

static int socketio_introduce(char *out, size_t size, const char *token, const char *room) {
    return snprintf(out, size, "40{\"token\":\"%s\",\"room\":\"%s\"}", token, room);
}

static int socketio_post(char *out, size_t size, unsigned number, const char *room, const char *text) {
    (void)room;
    return snprintf(out, size, "42%u[\"msg\",{\"text\":\"%s\"}]", number, text);
}

static meaning socketio_hear(const char *said, size_t length) {
    if (STARTS("42[\"msg\"")) return DELIVERED;
    if (STARTS("43")) return ACKNOWLEDGED;
    if (STARTS("40")) return JOINED;
    if (STARTS("44")) return REFUSED;
    if (length == 1 && *said == '2') return HEARTBEAT;
    return STARTS("0{") ? OPENED : OTHER;
}

/* ---- plain WebSocket servers: one JSON object a message, `type` first */

static int plain_handshake(char *out, size_t size, int port, const char *token, const char *room) {
    return snprintf(out, size, "GET /ws?token=%s&room=%s HTTP/1.1\r\n" UPGRADE, token, room, port);
}

static int plain_post(char *out, size_t size, unsigned number, const char *room, const char *text) {
    (void)room;
    return snprintf(out, size, "{\"type\":\"msg\",\"number\":%u,\"text\":\"%s\"}", number, text);
}

static meaning plain_hear(const char *said, size_t length) {
    if (STARTS("{\"type\":\"msg\"") || STARTS("{\"type\": \"msg\"")) return DELIVERED;
    if (STARTS("{\"type\":\"ack\"") || STARTS("{\"type\": \"ack\"")) return ACKNOWLEDGED;
    if (STARTS("{\"type\":\"ready\"") || STARTS("{\"type\": \"ready\"")) return JOINED;
    return OTHER;
}

static const speech SPEECHES[] = {
    {"parlor", socketio_handshake, parlor_introduce, parlor_post, parlor_hear, parlor_ask, parlor_catch_up},
    {"socketio", socketio_handshake, socketio_introduce, socketio_post, socketio_hear, NULL, NULL},
    {"plain", plain_handshake, NULL, plain_post, plain_hear, NULL, NULL},
};

const speech *speech_named(const char *name) {
    for (size_t i = 0; i < sizeof SPEECHES / sizeof *SPEECHES; i++)
        if (strcmp(SPEECHES[i].name, name) == 0) return &SPEECHES[i];
    return NULL;
}
