/* What is said over a WebSocket: Parlor's contract, a minimal Socket.IO server's, and plain JSON messages. */
#ifndef SPEECH_H
#define SPEECH_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    OTHER,     /* heard, and of no interest */
    OPENED,    /* the line is open: say who we are */
    JOINED,    /* let in: what is posted in the room comes from here on */
    REFUSED,   /* not let in, or a post not taken */
    DELIVERED, /* a message of the room */
    ACKNOWLEDGED,
    HEARTBEAT, /* asks for the answer "3" */
} meaning;

typedef struct {
    const char *name;
    /* Each writes text into `out` and returns its length; a `size` of 2,048 always suffices. */
    int (*handshake)(char *out, size_t size, int port, const char *token, const char *room);
    int (*introduce)(char *out, size_t size, const char *token, const char *room); /* NULL: said in the handshake */
    int (*post)(char *out, size_t size, unsigned number, const char *room, const char *text);
    meaning (*hear)(const char *said, size_t length);
    int (*ask)(char *out, size_t size); /* something that is answered and changes nothing; NULL: there is nothing */
    int (*catch_up)(char *out, size_t size, unsigned number, const char *room, long long since); /* NULL: cannot */
} speech;

/* The one of that name: parlor, socketio or plain. NULL for another. */
const speech *speech_named(const char *name);

#endif
