/* The limit: what the kernel and SQLite leave possible on one core. One thread, epoll, nothing of an application.
 *
 * It checks the token, unmasks, stores, and tells. All that came in one round of epoll is one transaction and one write
 * per member; with the environment's EACH=1 it commits and writes for each message alone. The clients are trusted to
 * send what generator/load.c sends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KEY "only for measuring"
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define ROOMS_MAX 8192
#define QUEUE_MAX (8 << 20) /* a member that lags by more misses the rest, and the generator counts it */

typedef struct {
    char *bytes;
    size_t length, space;
} buffer;

typedef struct member {
    int fd, is_in, room, user, is_waiting, place;
    buffer partial, unsent, acknowledgements;
} member;

typedef struct {
    char name[64];
    member **members;
    int count, space;
    buffer told;
} room;

static room rooms[ROOMS_MAX];
static int room_count, is_each, epoll, is_in_transaction;
static int told_rooms[ROOMS_MAX], told_count;
static member *acknowledged[65536];
static int acknowledged_count;
static sqlite3 *database;
static sqlite3_stmt *insert;
static char incoming[1 << 20];

static void append(buffer *b, const char *bytes, size_t length) {
    if (b->length + length > b->space) b->bytes = realloc(b->bytes, b->space = (b->length + length) * 2);
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void append_frame(buffer *b, const char *text, size_t length) {
    char head[4] = {(char)0x81, (char)length};
    if (length >= 126) head[1] = 126, head[2] = length >> 8, head[3] = length & 0xff;
    append(b, head, length < 126 ? 2 : 4);
    append(b, text, length);
}

static void watch(member *m, int change, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = m};
    epoll_ctl(epoll, change, m->fd, &event);
}

static void write_to(member *m, const char *bytes, size_t length) {
    ssize_t taken = m->unsent.length ? 0 : send(m->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0 && errno != EAGAIN) return; /* gone: reading will tell */
    if (taken < 0) taken = 0;
    if ((size_t)taken == length || m->unsent.length + length > QUEUE_MAX) return;
    append(&m->unsent, bytes + taken, length - taken);
    if (!m->is_waiting) watch(m, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    m->is_waiting = 1;
}

static void write_unsent(member *m) {
    ssize_t taken = send(m->fd, m->unsent.bytes, m->unsent.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken <= 0) return;
    m->unsent.length -= taken;
    memmove(m->unsent.bytes, m->unsent.bytes + taken, m->unsent.length);
    if (m->unsent.length) return;
    m->is_waiting = 0;
    watch(m, EPOLL_CTL_MOD, EPOLLIN);
}

/* ---- messages */

static void begin(void) {
    if (!is_in_transaction && !is_each) sqlite3_exec(database, "BEGIN IMMEDIATE", 0, 0, 0);
    is_in_transaction = !is_each;
}

static void flush(void) {
    if (is_in_transaction) sqlite3_exec(database, "COMMIT", 0, 0, 0);
    is_in_transaction = 0;
    for (int i = 0; i < told_count; i++) {
        room *r = &rooms[told_rooms[i]];
        for (int j = 0; j < r->count; j++) write_to(r->members[j], r->told.bytes, r->told.length);
        r->told.length = 0;
    }
    for (int i = 0; i < acknowledged_count; i++) {
        buffer *b = &acknowledged[i]->acknowledgements;
        write_to(acknowledged[i], b->bytes, b->length);
        b->length = 0;
    }
    told_count = acknowledged_count = 0;
}

static sqlite3_int64 store(const member *m, const char *text, int length, double at) {
    begin();
    sqlite3_bind_text(insert, 1, rooms[m->room].name, -1, SQLITE_STATIC);
    sqlite3_bind_int(insert, 2, m->user);
    sqlite3_bind_text(insert, 3, text, length, SQLITE_STATIC);
    sqlite3_bind_double(insert, 4, at);
    if (sqlite3_step(insert) != SQLITE_DONE) fprintf(stderr, "%s\n", sqlite3_errmsg(database)), exit(1);
    sqlite3_reset(insert);
    return sqlite3_last_insert_rowid(database);
}

static void take_message(member *m, char *said, size_t length) {
    char *text = memmem(said, length, "\"text\":\"", 8), *number = memmem(said, length, "\"number\":", 9), out[4096];
    if (!text || !number) return;
    text += 8;
    int text_length = said + length - 2 - text;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    double at = t.tv_sec + t.tv_nsec / 1e9;
    sqlite3_int64 id = store(m, text, text_length, at);
    room *r = &rooms[m->room];
    if (r->told.length == 0) told_rooms[told_count++] = m->room;
    if (m->acknowledgements.length == 0) acknowledged[acknowledged_count++] = m;
    int n = snprintf(out, sizeof out, "{\"type\":\"msg\",\"id\":%lld,\"room\":\"%s\",\"user\":%d,\"text\":\"%.*s\",\"at\":%.3f}",
                     (long long)id, r->name, m->user, text_length, text, at);
    append_frame(&r->told, out, n);
    n = snprintf(out, sizeof out, "{\"type\":\"ack\",\"number\":%d}", atoi(number + 9));
    append_frame(&m->acknowledgements, out, n);
    if (is_each) flush();
}

/* ---- coming and going */

static int room_named(const char *name, size_t length) {
    uint32_t place = 2166136261u;
    for (size_t i = 0; i < length; i++) place = (place ^ (uint8_t)name[i]) * 16777619u;
    for (;; place++) {
        room *r = &rooms[place % ROOMS_MAX];
        if (!r->name[0]) {
            if (++room_count == ROOMS_MAX) exit(1);
            snprintf(r->name, sizeof r->name, "%.*s", (int)length, name);
        }
        if (strlen(r->name) == length && memcmp(r->name, name, length) == 0) return place % ROOMS_MAX;
    }
}

static int is_signed(const char *token, size_t length) {
    const char *dot = memchr(token, '.', length);
    if (!dot || token + length - dot != 65) return 0;
    unsigned char mac[32];
    char expected[65];
    HMAC(EVP_sha256(), KEY, sizeof KEY - 1, (const unsigned char *)token, dot - token, mac, NULL);
    for (int i = 0; i < 32; i++) sprintf(expected + 2 * i, "%02x", mac[i]);
    return CRYPTO_memcmp(expected, dot + 1, 64) == 0;
}

static void leave(member *m) {
    room *r = &rooms[m->room];
    if (m->is_in) {
        r->members[m->place] = r->members[--r->count];
        r->members[m->place]->place = m->place;
    }
    for (int i = 0; i < acknowledged_count; i++)
        if (acknowledged[i] == m) acknowledged[i] = acknowledged[--acknowledged_count];
    close(m->fd);
    free(m->partial.bytes), free(m->unsent.bytes), free(m->acknowledgements.bytes), free(m);
}

static void greet(member *m, const char *key, size_t key_length) {
    char text[128], answer[256];
    unsigned char digest[20], encoded[32];
    int length = snprintf(text, sizeof text, "%.*s" GUID, (int)key_length, key);
    SHA1((unsigned char *)text, length, digest);
    EVP_EncodeBlock(encoded, digest, sizeof digest);
    length = snprintf(answer, sizeof answer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: %s\r\n\r\n\x81\x10{\"type\":\"ready\"}", encoded);
    write_to(m, answer, length);
}

/* Whether this handshake lets the member in. */
static int let_in(member *m, const char *request) {
    const char *key = strcasestr(request, "Sec-WebSocket-Key: "), *token = strstr(request, "token="), *name = strstr(request, "room=");
    if (!key || !token || !name || !is_signed(token + 6, strcspn(token + 6, "& "))) return 0;
    m->user = atoi(token + 6);
    m->room = room_named(name + 5, strcspn(name + 5, "& "));
    m->is_in = 1;
    room *r = &rooms[m->room];
    if (r->count == r->space) r->members = realloc(r->members, (r->space = r->space * 2 + 8) * sizeof *r->members);
    m->place = r->count;
    r->members[r->count++] = m;
    greet(m, key + 19, strcspn(key + 19, "\r"));
    return 1;
}

/* The length of the frame at `bytes`, unmasked in place and taken; 0 while more must come, -1 when the client leaves. */
static int take_frame(member *m, char *bytes, size_t available) {
    if (available < 6) return 0;
    size_t length = bytes[1] & 0x7f, head = 2;
    if (length == 126) {
        if (available < 8) return 0;
        length = (size_t)(uint8_t)bytes[2] << 8 | (uint8_t)bytes[3];
        head = 4;
    }
    if (available < head + 4 + length) return 0;
    char *mask = bytes + head, *body = mask + 4;
    for (size_t i = 0; i < length; i++) body[i] ^= mask[i & 3];
    if ((bytes[0] & 15) == 8) return -1;
    if ((bytes[0] & 15) == 1) take_message(m, body, length);
    return head + 4 + length;
}

static void read_from(member *m) {
    size_t before = m->partial.length;
    memcpy(incoming, m->partial.bytes ? m->partial.bytes : "", before);
    ssize_t count = recv(m->fd, incoming + before, sizeof incoming - before - 1, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return leave(m);
    char *next = incoming, *end = incoming + before + count;
    *end = 0;
    if (!m->is_in) {
        char *after = strstr(next, "\r\n\r\n");
        if (after && !let_in(m, next)) return leave(m);
        if (after) next = after + 4;
    }
    for (int taken = 0; m->is_in && (taken = take_frame(m, next, end - next)); next += taken)
        if (taken < 0) return leave(m);
    m->partial.length = 0;
    if (next < end) append(&m->partial, next, end - next);
}

static void accept_all(int listener) {
    for (int fd, on = 1; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        member *m = calloc(1, sizeof *m);
        m->fd = fd;
        watch(m, EPOLL_CTL_ADD, EPOLLIN);
    }
}

/* ---- start */

static void open_database(void) {
    char pragmas[128];
    snprintf(pragmas, sizeof pragmas, "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s", getenv("SYNCHRONOUS"));
    sqlite3_open(getenv("DATABASE"), &database);
    sqlite3_exec(database, pragmas, 0, 0, 0);
    sqlite3_exec(database,
                 "CREATE TABLE IF NOT EXISTS message(id INTEGER PRIMARY KEY, room TEXT NOT NULL, user INTEGER NOT NULL,"
                 " text TEXT NOT NULL, at REAL NOT NULL);"
                 "CREATE INDEX IF NOT EXISTS message_by_room ON message(room, id)", 0, 0, 0);
    const char *text = "INSERT INTO message(room, user, text, at) VALUES(?, ?, ?, ?)";
    if (sqlite3_prepare_v2(database, text, -1, &insert, NULL)) fprintf(stderr, "%s\n", sqlite3_errmsg(database)), exit(1);
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, 4096)) perror("listen"), exit(1);
    return fd;
}

int main(void) {
    is_each = getenv("EACH") && atoi(getenv("EACH"));
    open_database();
    int listener = listen_on(atoi(getenv("PORT")));
    epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, events[1024]; /* data.ptr NULL: the listener */
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, 1024, -1);
        for (int i = 0; i < count; i++) {
            member *m = events[i].data.ptr;
            if (!m) {
                accept_all(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT) write_unsent(m);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(m);
        }
        flush();
    }
}
