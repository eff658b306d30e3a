/* Many members of chat rooms in one thread: they connect, post, and count what reaches them.
 *
 * The roster names a member a line, "token room"; the first --senders of them post. Every message carries when it
 * was due, who posted it and its number. Each member counts its deliveries, so that nothing lost goes unseen; every
 * --sample-th member also reads them: latency, and order without holes or repetitions per sender.
 *
 *   closed   each sender keeps --in-flight messages under way: the next one leaves when one was both acknowledged
 *            and delivered to its sender
 *   open     --rate messages a second, evenly spaced, whatever the server does; latency counts from when each was due
 *   connect  how long until everybody is in
 *   idle     says READY, holds the lines until a line comes in on standard input; then, with --requests 1, everybody
 *            asks something and is answered; says who is still there
 *   catch-up the first member asks --requests times for everything after --since, one answer after the other
 *
 * One line of JSON on standard output.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"
#include "speech.h"

#define SECOND 1000000000ull
#define READ_SIZE (1 << 20)
#define TEXT_LENGTH 120
#define LATENCIES_MAX (4u << 20)

typedef enum { CONNECTING, UPGRADING, INTRODUCING, READY, GONE } stage;

typedef struct {
    int id, fd, room, is_sender, is_sampled;
    stage stage;
    const char *token;
    uint32_t sent, acknowledged, own;
    uint64_t received;
    uint32_t *heard;            /* sampled members: the last number of each sender */
    char *partial, *unsent;     /* a frame of which more must come; what the socket did not take */
    size_t partial_length, unsent_length;
} member;

typedef struct {
    char name[64];
    uint64_t posted;
} room;

static struct {
    const char *mode, *roster;
    const speech *speech;
    int port, other_port, members, senders, in_flight, sample, concurrency, nap_us, pid, requests;
    double rate, warm, seconds, drain, limit;
    long long since;
} asked = {.mode = "closed", .senders = 10, .in_flight = 4, .sample = 16, .concurrency = 32,
           .rate = 20, .warm = 0.5, .seconds = 1, .drain = 10, .limit = 60};

static member *members;
static room *rooms;
static int room_count, started, ready, gone, epoll;
static uint64_t deliveries, posts, refused, disordered;
static uint64_t window_start = UINT64_MAX, window_end = UINT64_MAX;
static uint32_t *latencies_us, latency_count;
static int is_closed_loop; /* a sender posts again when it may */
static uint64_t answers, answered_entries;
static char *incoming;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static void fail(const char *why) {
    fprintf(stderr, "%s (ready %d of %d, gone %d)\n", why, ready, asked.members, gone);
    exit(2);
}

/* ---- lines */

static void watch(member *m, int change, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = m};
    epoll_ctl(epoll, change, m->fd, &event);
}

static void hang_up(member *m) {
    if (m->stage == GONE) return;
    if (m->stage == READY) ready--;
    m->stage = GONE;
    gone++;
    close(m->fd);
}

static void send_bytes(member *m, const char *bytes, size_t length) {
    ssize_t taken = m->unsent_length ? 0 : send(m->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0 && errno != EAGAIN) {
        hang_up(m);
        return;
    }
    if (taken < 0) taken = 0;
    if ((size_t)taken == length) return;
    m->unsent = realloc(m->unsent, m->unsent_length + length - taken);
    memcpy(m->unsent + m->unsent_length, bytes + taken, length - taken);
    m->unsent_length += length - taken;
    watch(m, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void send_unsent(member *m) {
    ssize_t taken = send(m->fd, m->unsent, m->unsent_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken <= 0) return;
    m->unsent_length -= taken;
    memmove(m->unsent, m->unsent + taken, m->unsent_length);
    if (m->unsent_length == 0) watch(m, EPOLL_CTL_MOD, EPOLLIN);
}

static void say(member *m, int opcode, const char *text, size_t length) {
    char bytes[2048 + FRAME_OVERHEAD];
    send_bytes(m, bytes, frames_write(bytes, opcode, text, length));
}

/* Where there are two processes, every room has members at both, and neighbours among the senders are apart. */
static int port_of(const member *m) {
    int place = m->id / room_count + m->room;
    return asked.other_port && place % 2 ? asked.other_port : asked.port;
}

static void dial(member *m) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(port_of(m))};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    m->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (m->fd < 0) fail("no more sockets");
    setsockopt(m->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(m->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) fail("connect");
    m->stage = CONNECTING;
    watch(m, EPOLL_CTL_ADD, EPOLLOUT);
}

static void upgrade(member *m) {
    char request[2048];
    int length = asked.speech->handshake(request, sizeof request, port_of(m), m->token, rooms[m->room].name);
    m->stage = UPGRADING;
    watch(m, EPOLL_CTL_MOD, EPOLLIN);
    send_bytes(m, request, length);
}

/* ---- talk */

/* "=T", when it was due, its sender, its number: fixed places, in hexadecimal. No "@", which would name somebody. */
#define MARK "\"=T"
#define DUE_AT 3
#define SENDER_AT 19
#define NUMBER_AT 25
#define MARK_LENGTH 33

static uint64_t hexadecimal(const char *digits, int count) {
    uint64_t value = 0;
    for (; count; count--, digits++) value = value << 4 | (*digits <= '9' ? *digits - '0' : *digits - 'a' + 10);
    return value;
}

static void post(member *m, uint64_t due) {
    static const char filler[] = " has anybody looked at the notes for tomorrow? I wrote down what we said about the boat, and the lunch";
    char text[TEXT_LENGTH + 1], said[2048];
    m->sent++;
    int length = snprintf(text, sizeof text, "=T%016llx%06x%08x%.88s", (unsigned long long)due, m->id, m->sent, filler);
    length = asked.speech->post(said, sizeof said, m->sent, rooms[m->room].name, text);
    rooms[m->room].posted++;
    posts++;
    say(m, TEXT, said, length);
}

static void post_on(member *m) {
    if (!is_closed_loop) return;
    uint32_t done = m->acknowledged < m->own ? m->acknowledged : m->own;
    while (m->sent - done < (uint32_t)asked.in_flight && m->stage == READY) post(m, now());
}

static void look_at(member *m, const frame *heard, uint64_t at) {
    const char *mark = memmem(heard->payload, heard->length, MARK, sizeof MARK - 1);
    if (!mark || mark + MARK_LENGTH > heard->payload + heard->length) return;
    uint64_t due = hexadecimal(mark + DUE_AT, 16);
    int sender = hexadecimal(mark + SENDER_AT, 6);
    uint32_t number = hexadecimal(mark + NUMBER_AT, 8);
    if (sender == m->id) m->own++;
    if (!m->is_sampled || sender >= asked.senders) return;
    if (number != ++m->heard[sender]) {
        disordered++;
        m->heard[sender] = number;
    }
    if (due >= window_start && due < window_end && latency_count < LATENCIES_MAX)
        latencies_us[latency_count++] = (at - due) / 1000;
}

static void introduce(member *m) {
    char text[2048];
    m->stage = INTRODUCING;
    say(m, TEXT, text, asked.speech->introduce(text, sizeof text, m->token, rooms[m->room].name));
}

static uint64_t count_entries(const frame *heard) {
    static const char entry[] = "\"type\":\"message_posted\"";
    const char *next = heard->payload, *end = heard->payload + heard->length;
    uint64_t count = 0;
    for (; (next = memmem(next, end - next, entry, sizeof entry - 1)); next += sizeof entry - 1) count++;
    return count;
}

static void hear(member *m, const frame *heard, uint64_t at) {
    if (heard->opcode == PING) say(m, PONG, heard->payload, heard->length);
    if (heard->opcode == CLOSE) hang_up(m);
    if (heard->opcode != TEXT) return;
    switch (asked.speech->hear(heard->payload, heard->length)) {
        case DELIVERED:
            deliveries++;
            m->received++;
            if (m->is_sender || m->is_sampled) look_at(m, heard, at);
            if (m->is_sender) post_on(m);
            break;
        case ACKNOWLEDGED:
            m->acknowledged++;
            answers++;
            if (asked.requests) answered_entries = count_entries(heard);
            post_on(m);
            break;
        case OPENED: introduce(m); break;
        case JOINED:
            m->stage = READY;
            ready++;
            break;
        case REFUSED:
            if (refused++ == 0) fprintf(stderr, "refused: %.*s\n", (int)heard->length, heard->payload);
            if (m->stage == INTRODUCING) hang_up(m);
            break;
        case HEARTBEAT: say(m, TEXT, "3", 1); break;
        case OTHER: break;
    }
}

/* The end of the answer to the handshake; NULL while more must come. */
static char *past_handshake(member *m, char *bytes, size_t length) {
    char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return NULL;
    if (memcmp(bytes, "HTTP/1.1 101", 12) != 0) {
        fprintf(stderr, "refused: %.*s\n", (int)(end - bytes), bytes);
        hang_up(m);
    }
    m->stage = INTRODUCING;
    return end + 4;
}

static void keep(member *m, const char *bytes, size_t length) {
    m->partial_length = length;
    if (length == 0) return;
    m->partial = realloc(m->partial, length);
    memcpy(m->partial, bytes, length);
}

static void read_from(member *m) {
    size_t length = m->partial_length;
    memcpy(incoming, m->partial, length);
    ssize_t count = recv(m->fd, incoming + length, READ_SIZE - length, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        hang_up(m);
        return;
    }
    uint64_t at = now();
    char *next = incoming, *end = incoming + length + count;
    if (m->stage == UPGRADING && !(next = past_handshake(m, next, end - next))) {
        keep(m, incoming, end - incoming);
        return;
    }
    frame heard;
    size_t whole;
    while (m->stage != GONE && (whole = frames_read(next, end - next, &heard))) {
        next += whole;
        hear(m, &heard, at);
    }
    keep(m, next, end - next);
}

static void pump(int wait_ms) {
    struct epoll_event events[512];
    int count = epoll_wait(epoll, events, 512, wait_ms);
    for (int i = 0; i < count; i++) {
        member *m = events[i].data.ptr;
        if (!m || m->stage == GONE) continue; /* no member: the timer of the open loop */
        if (m->stage == CONNECTING) {
            if (events[i].events & (EPOLLERR | EPOLLHUP)) fail("nobody listens");
            upgrade(m);
            continue;
        }
        if (events[i].events & EPOLLOUT) send_unsent(m);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(m);
    }
}

static void pump_for(double seconds) {
    uint64_t until = now() + (uint64_t)(seconds * SECOND);
    while (now() < until) pump(5);
}

static double connect_everybody(void) {
    uint64_t begun = now();
    while (ready < asked.members) {
        while (started < asked.members && started - ready - gone < asked.concurrency) dial(&members[started++]);
        pump(100);
        if (gone) fail("a member was not let in, or cut off");
        if (now() - begun > asked.limit * SECOND) fail("too slow to let everybody in");
    }
    return (double)(now() - begun) / SECOND;
}

/* ---- modes */

static double server_cpu(void) {
    char path[64], text[1024];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", asked.pid);
    FILE *file = asked.pid ? fopen(path, "r") : NULL;
    if (!file) return 0;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    char *after_name = strrchr(text, ')');
    if (after_name)
        sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
    return (double)(user + kernel) / sysconf(_SC_CLK_TCK);
}

static double own_cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

typedef struct {
    uint64_t at, deliveries, posts;
    double server_cpu, own_cpu;
} reading;

static reading read_counters(void) { return (reading){now(), deliveries, posts, server_cpu(), own_cpu()}; }

static void nap(void) {
    struct timespec pause = {.tv_nsec = asked.nap_us * 1000L};
    nanosleep(&pause, NULL);
}

static void talk_closed(uint64_t until) {
    for (int i = 0; i < asked.senders; i++) post_on(&members[i]);
    while (now() < until) {
        if (asked.nap_us) nap();
        pump(asked.nap_us ? 0 : 20);
    }
}

static void talk_open(uint64_t until) {
    static int timer = -1, turn;
    static uint64_t due;
    uint64_t period = SECOND / asked.rate;
    if (timer < 0) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLET};
        timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
        epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
        due = now();
    }
    while (now() < until) {
        for (uint64_t t = now(); due <= t; due += period) {
            member *m = &members[turn++ % asked.senders];
            if (m->stage == READY) post(m, due);
        }
        struct itimerspec next = {.it_value = {.tv_sec = due / SECOND, .tv_nsec = due % SECOND}};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
        pump(20);
    }
}

static uint64_t missing(void) {
    uint64_t sum = 0;
    for (int i = 0; i < asked.members; i++) {
        int64_t difference = (int64_t)rooms[members[i].room].posted - (int64_t)members[i].received;
        sum += difference < 0 ? -difference : difference;
    }
    return sum;
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(double share) {
    return latency_count ? latencies_us[(uint32_t)((latency_count - 1) * share)] / 1000.0 : -1;
}

/* Wait for what is under way, until nothing has come for --drain seconds: what is missing then is lost. */
static void drain(void) {
    uint64_t seen = deliveries, quiet_since = now();
    while (missing() && !gone && now() - quiet_since < asked.drain * SECOND) {
        pump(10);
        if (deliveries == seen) continue;
        seen = deliveries;
        quiet_since = now();
    }
}

static void measure_talk(void (*talk)(uint64_t until), double connect_seconds) {
    pump_for(0.2);
    is_closed_loop = talk == talk_closed;
    talk(now() + (uint64_t)(asked.warm * SECOND));
    reading before = read_counters();
    window_start = before.at;
    talk(window_start + (uint64_t)(asked.seconds * SECOND));
    reading after = read_counters();
    window_end = after.at;
    is_closed_loop = 0;
    drain();
    pump_for(0.05);
    qsort(latencies_us, latency_count, sizeof *latencies_us, compare);
    double seconds = (double)(after.at - before.at) / SECOND;
    uint64_t delivered = after.deliveries - before.deliveries;
    double server = after.server_cpu - before.server_cpu;
    printf("{\"seconds\":%.3f,\"deliveries_per_second\":%.1f,\"posts_per_second\":%.1f,\"lost\":%llu,"
           "\"disordered\":%llu,\"refused\":%llu,\"gone\":%d,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"server_cpu\":%.3f,\"server_us_per_delivery\":%.3f,\"generator_cpu\":%.3f,\"connect_seconds\":%.3f}\n",
           seconds, delivered / seconds, (after.posts - before.posts) / seconds, (unsigned long long)missing(),
           (unsigned long long)disordered, (unsigned long long)refused, gone, percentile_ms(.5), percentile_ms(.99),
           percentile_ms(1), server / seconds, delivered ? server * 1e6 / delivered : 0,
           (after.own_cpu - before.own_cpu) / seconds, connect_seconds);
}

/* Whether each is still answered, where the speech has something to ask that changes nothing. */
static void ask_everybody(void) {
    char text[2048];
    if (!asked.speech->ask || !asked.requests) return;
    int length = asked.speech->ask(text, sizeof text), asking = 0;
    for (uint64_t until = now() + (uint64_t)(asked.limit * SECOND); answers < (uint64_t)ready && now() < until; pump(20))
        for (; asking < asked.members && asking < (int)answers + asked.concurrency; asking++)
            if (members[asking].stage == READY) say(&members[asking], TEXT, text, length);
}

static void hold_idle(double connect_seconds) {
    struct pollfd standard_input = {.fd = STDIN_FILENO, .events = POLLIN};
    printf("READY\n");
    fflush(stdout);
    while (poll(&standard_input, 1, 0) == 0) pump(20);
    uint64_t begun = now();
    ask_everybody();
    printf("{\"ready\":%d,\"gone\":%d,\"answered\":%llu,\"answer_seconds\":%.3f,\"connect_seconds\":%.3f}\n", ready, gone,
           (unsigned long long)answers, (double)(now() - begun) / SECOND, connect_seconds);
}

static void catch_up(void) {
    member *m = &members[0];
    char text[2048];
    if (!asked.speech->catch_up) fail("nobody catches up in this speech");
    for (int number = 1; number <= asked.requests; number++) {
        int length = asked.speech->catch_up(text, sizeof text, number, rooms[m->room].name, asked.since);
        uint64_t before = answers, begun = now();
        say(m, TEXT, text, length);
        while (answers == before) {
            pump(20);
            if (gone || refused || now() - begun > asked.drain * SECOND) fail("no answer to a catch-up");
        }
        latencies_us[latency_count++] = (now() - begun) / 1000;
    }
    qsort(latencies_us, latency_count, sizeof *latencies_us, compare);
    printf("{\"entries\":%llu,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", (unsigned long long)answered_entries,
           percentile_ms(.5), percentile_ms(.99));
}

/* ---- start */

static int room_named(const char *name) {
    static int last; /* a roster goes through its rooms in turn, or stays in one */
    for (int i = 0; i < room_count; i++) {
        int candidate = (last + i) % room_count;
        if (strcmp(rooms[candidate].name, name) == 0) return last = candidate;
    }
    rooms[room_count] = (room){0};
    snprintf(rooms[room_count].name, sizeof rooms->name, "%s", name);
    return last = room_count++;
}

static void read_roster(void) {
    char token[128], name[64];
    FILE *file = fopen(asked.roster, "r");
    if (!file) fail("cannot read the roster");
    int most = asked.members ? asked.members : 1 << 20, read = 0, space = 0;
    for (; read < most && fscanf(file, "%127s %63s", token, name) == 2; read++) {
        if (read == space) {
            space = space ? space * 2 : 64;
            members = realloc(members, space * sizeof *members);
            rooms = realloc(rooms, space * sizeof *rooms);
        }
        members[read] = (member){.id = read, .token = strdup(token), .room = room_named(name)};
    }
    asked.members = read;
    fclose(file);
    if (asked.senders > asked.members) asked.senders = asked.members;
}

static void cast_members(void) {
    for (int i = 0; i < asked.members; i++) {
        member *m = &members[i];
        m->is_sender = i < asked.senders;
        m->is_sampled = i % asked.sample == 0;
        if (m->is_sampled) m->heard = calloc(asked.senders, sizeof *m->heard);
    }
}

static void read_arguments(int count, char **arguments) {
    enum { MODE, SPEECH, ROSTER, PORT, MEMBERS, SENDERS, IN_FLIGHT, SAMPLE, CONCURRENCY, NAP, PID, RATE, WARM,
           SECONDS, DRAIN, LIMIT, OTHER_PORT, REQUESTS, SINCE, OPTIONS };
    static const char *names[] = {"mode", "speech", "roster", "port", "members", "senders", "in-flight", "sample",
                                  "concurrency", "nap", "pid", "rate", "warm", "seconds", "drain", "limit",
                                  "other-port", "requests", "since"};
    struct option options[OPTIONS + 1] = {0};
    for (int i = 0; i < OPTIONS; i++) options[i] = (struct option){names[i], required_argument, NULL, i};
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
        switch (option) {
            case MODE: asked.mode = optarg; break;
            case SPEECH: asked.speech = speech_named(optarg); break;
            case ROSTER: asked.roster = optarg; break;
            case PORT: asked.port = atoi(optarg); break;
            case MEMBERS: asked.members = atoi(optarg); break;
            case SENDERS: asked.senders = atoi(optarg); break;
            case IN_FLIGHT: asked.in_flight = atoi(optarg); break;
            case SAMPLE: asked.sample = atoi(optarg); break;
            case CONCURRENCY: asked.concurrency = atoi(optarg); break;
            case NAP: asked.nap_us = atoi(optarg); break;
            case PID: asked.pid = atoi(optarg); break;
            case RATE: asked.rate = atof(optarg); break;
            case WARM: asked.warm = atof(optarg); break;
            case SECONDS: asked.seconds = atof(optarg); break;
            case DRAIN: asked.drain = atof(optarg); break;
            case LIMIT: asked.limit = atof(optarg); break;
            case OTHER_PORT: asked.other_port = atoi(optarg); break;
            case REQUESTS: asked.requests = atoi(optarg); break;
            case SINCE: asked.since = atoll(optarg); break;
            default: exit(1);
        }
    }
    if (!asked.speech || !asked.roster || !asked.port) fail("needs --speech, --roster and --port");
}

int main(int count, char **arguments) {
    prctl(PR_SET_TIMERSLACK, 1000ul);
    read_arguments(count, arguments);
    read_roster();
    cast_members();
    incoming = malloc(READ_SIZE);
    latencies_us = malloc(LATENCIES_MAX * sizeof *latencies_us);
    epoll = epoll_create1(0);

    double connect_seconds = connect_everybody();
    if (strcmp(asked.mode, "connect") == 0)
        printf("{\"connections_per_second\":%.1f,\"connect_seconds\":%.3f}\n", asked.members / connect_seconds, connect_seconds);
    else if (strcmp(asked.mode, "idle") == 0)
        hold_idle(connect_seconds);
    else if (strcmp(asked.mode, "catch-up") == 0)
        catch_up();
    else if (strcmp(asked.mode, "open") == 0)
        measure_talk(talk_open, connect_seconds);
    else
        measure_talk(talk_closed, connect_seconds);
    return 0;
}
