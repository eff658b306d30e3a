/* WebSocket frames (RFC 6455), from the client's side: masked on the way out, bare on the way in. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum opcode { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

#define FRAME_OVERHEAD 14

typedef struct {
    int opcode;
    const char *payload; /* inside the buffer that was read */
    size_t length;
} frame;

/* A random number; not for secrets. */
uint64_t frames_random(void);

/* Write one masked frame into `out`, which holds length + FRAME_OVERHEAD. The frame's length. */
size_t frames_write(char *out, int opcode, const char *payload, size_t length);

/* Read the frame that begins at `bytes`. Its whole length, or 0 while more bytes must come. */
size_t frames_read(const char *bytes, size_t available, frame *found);

#endif
