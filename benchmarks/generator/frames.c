#include "frames.h"

#include <string.h>
#include <sys/random.h>

uint64_t frames_random(void) {
    static uint64_t state;
    while (state == 0)
        if (getrandom(&state, sizeof state, 0) != sizeof state) state = 0;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t write_head(unsigned char *out, int opcode, size_t length) {
    out[0] = 0x80 | opcode;
    if (length < 126) {
        out[1] = 0x80 | length;
        return 2;
    }
    out[1] = 0x80 | 126; /* nothing that is sent here is longer than 65,535 */
    out[2] = length >> 8;
    out[3] = length & 0xff;
    return 4;
}

size_t frames_write(char *out, int opcode, const char *payload, size_t length) {
    size_t head = write_head((unsigned char *)out, opcode, length);
    uint32_t mask = (uint32_t)frames_random();
    char *key = out + head, *body = key + sizeof mask;
    memcpy(key, &mask, sizeof mask);
    for (size_t i = 0; i < length; i++) body[i] = payload[i] ^ key[i & 3];
    return head + sizeof mask + length;
}

size_t frames_read(const char *bytes, size_t available, frame *found) {
    const unsigned char *head = (const unsigned char *)bytes;
    if (available < 2) return 0;
    size_t length = head[1] & 0x7f, at = 2;
    if (length == 126) {
        if (available < 4) return 0;
        length = (size_t)head[2] << 8 | head[3];
        at = 4;
    } else if (length == 127) {
        if (available < 10) return 0;
        length = 0;
        for (int i = 2; i < 10; i++) length = length << 8 | head[i];
        at = 10;
    }
    if (available - at < length) return 0;
    *found = (frame){.opcode = head[0] & 0x0f, .payload = bytes + at, .length = length};
    return at + length;
}
