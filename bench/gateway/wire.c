/* The two ends of the gateway bench in one file: a fake upstream and a load generator.
 *
 *   wire upstream PORT:EVENTS:INTERVAL_US[:BYTES] ...
 *   wire load --port N --path P --body FILE [--header H]... --connections C
 *             (--seconds S [--rate R] | --requests N) [--ramp-ms M] [--stream]
 *
 * One thread, epoll, TCP_NODELAY, no allocation per request. The upstream answers plainly or, when the
 * body says "stream":true, with EVENTS events INTERVAL_US apart; /messages speaks Anthropic, all else OpenAI.
 * The load generator prints one JSON object. With --rate it is open loop: latency counts from the moment
 * the request was due, so a slow answer cannot hide the ones behind it.
 *
 * Both stay on the last core, and look again instead of sleeping while requests follow each other: to wake a
 * core that sleeps is charged to whoever writes to it, and would be a sixth of what a slow proxy costs and a
 * third of what a quick one does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_FD 65536
#define AWAKE_US 2000 /* how long the upstream looks again after something came */
#define IN_BYTES 16384

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void prepare(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void stay_aside(void) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t last;
    CPU_ZERO(&last);
    CPU_SET(cores > 0 ? cores - 1 : 0, &last);
    sched_setaffinity(0, sizeof last, &last);
}

static void raise_files(void) {
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max < MAX_FD ? r.rlim_max : MAX_FD;
    setrlimit(RLIMIT_NOFILE, &r);
}

/* ------------------------------------------------------------------------------------ upstream -- */

typedef struct {
    int events;
    int64_t interval_us;
    int bytes;
    int first, last; /* streams by due time: one interval for all, so a queue is enough */
} Kind;

typedef struct {
    int kind; /* -1: closed, else index of Kind; listeners are in a table of their own */
    int64_t body_left;
    int head_done, wants_stream, anthropic, sent;
    size_t filled;
    int64_t due_us;
    int next, previous, queued;
    char head[IN_BYTES];
} Peer;

static Kind kinds[16];
static int listeners[16], kind_count;
static Peer *peers[MAX_FD];

static void unqueue(int fd) {
    Peer *p = peers[fd];
    if (!p->queued) return;
    Kind *k = &kinds[p->kind];
    if (p->previous >= 0) peers[p->previous]->next = p->next; else k->first = p->next;
    if (p->next >= 0) peers[p->next]->previous = p->previous; else k->last = p->previous;
    p->queued = 0;
}

static void enqueue(int fd, int64_t due_us) {
    Peer *p = peers[fd];
    Kind *k = &kinds[p->kind];
    p->due_us = due_us;
    p->next = -1;
    p->previous = k->last;
    if (k->last >= 0) peers[k->last]->next = fd; else k->first = fd;
    k->last = fd;
    p->queued = 1;
}

static void drop(int fd) {
    unqueue(fd);
    close(fd);
    free(peers[fd]);
    peers[fd] = NULL;
}

static int push(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) { usleep(200); continue; }
        if (n <= 0) { drop(fd); return -1; }
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int push_chunk(int fd, const char *data) {
    char out[4096];
    int n = snprintf(out, sizeof out, "%zx\r\n%s\r\n", strlen(data), data);
    return push(fd, out, (size_t)n);
}

#define CHUNK_HEAD "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\",\"choices\":"

static void answer_plain(int fd) {
    Peer *p = peers[fd];
    static char text[1 << 20], body[(1 << 20) + 1024], out[(1 << 20) + 2048];
    int size = kinds[p->kind].bytes;
    memset(text, 'a', (size_t)size);
    text[size] = 0;
    int n = p->anthropic
        ? snprintf(body, sizeof body, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"bench\","
              "\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
              "\"usage\":{\"input_tokens\":12,\"output_tokens\":34}}", text)
        : snprintf(body, sizeof body, "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,"
              "\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},"
              "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34,\"total_tokens\":46}}", text);
    n = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", n, body);
    push(fd, out, (size_t)n);
}

static void next_event(int fd) {
    Peer *p = peers[fd];
    Kind *k = &kinds[p->kind];
    char event[1024];
    if (p->sent == 0 && p->anthropic) {
        if (push_chunk(fd, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\","
            "\"role\":\"assistant\",\"model\":\"bench\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
            "\"usage\":{\"input_tokens\":12,\"output_tokens\":1}}}\n\n"
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n")) return;
    }
    if (p->sent < k->events) {
        const char *form = p->anthropic
            ? "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"word%d \"}}\n\n"
            : "data: " CHUNK_HEAD "[{\"index\":0,\"delta\":{\"content\":\"word%d \"},\"finish_reason\":null}]}\n\n";
        snprintf(event, sizeof event, form, p->sent);
        if (push_chunk(fd, event)) return;
        p->sent++;
        enqueue(fd, p->due_us + k->interval_us);
        return;
    }
    const char *end = p->anthropic
        ? "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
          "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":34}}\n\n"
          "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        : "data: " CHUNK_HEAD "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
          "data: " CHUNK_HEAD "[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34,\"total_tokens\":46}}\n\ndata: [DONE]\n\n";
    if (push_chunk(fd, end)) return;
    push(fd, "0\r\n\r\n", 5);
}

static void answer(int fd) {
    Peer *p = peers[fd];
    if (!p->wants_stream) { answer_plain(fd); return; }
    static const char head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    if (push(fd, head, sizeof head - 1)) return;
    p->sent = 0;
    p->due_us = now_us();
    next_event(fd);
}

static void scan_body(Peer *p, const char *data, size_t size) {
    if (memmem(data, size, "\"stream\":true", 13) || memmem(data, size, "\"stream\": true", 14)) p->wants_stream = 1;
}

static void read_peer(int fd) {
    static char rest[1 << 18];
    Peer *p = peers[fd];
    while (p) {
        if (p->head_done) {
            ssize_t n = recv(fd, rest, sizeof rest, 0);
            if (n < 0 && errno == EAGAIN) return;
            if (n <= 0) { drop(fd); return; }
            scan_body(p, rest, (size_t)n);
            p->body_left -= n;
        } else {
            ssize_t n = recv(fd, p->head + p->filled, IN_BYTES - 1 - p->filled, 0);
            if (n < 0 && errno == EAGAIN) return;
            if (n <= 0) { drop(fd); return; }
            p->filled += (size_t)n;
            p->head[p->filled] = 0;
            char *end = memmem(p->head, p->filled, "\r\n\r\n", 4);
            if (!end) continue;
            *end = 0;
            char *length = strcasestr(p->head, "content-length:");
            size_t have = p->filled - (size_t)(end + 4 - p->head);
            p->body_left = (length ? atoll(length + 15) : 0) - (int64_t)have;
            p->anthropic = strstr(p->head, "/messages") != NULL;
            p->wants_stream = 0;
            scan_body(p, end + 4, have);
            p->head_done = 1;
        }
        if (p->head_done && p->body_left <= 0) {
            p->head_done = 0;
            p->filled = 0;
            answer(fd);
            p = peers[fd];
        }
    }
}

__attribute__((noreturn)) static void serve(int argc, char **argv) {
    int poll_fd = epoll_create1(0);
    struct epoll_event event, ready[512];
    for (int i = 0; i < argc && kind_count < 16; i++) {
        int port = 0, events = 0, bytes = 400;
        long interval = 0;
        sscanf(argv[i], "%d:%d:%ld:%d", &port, &events, &interval, &bytes);
        int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        if (bind(fd, (void *)&where, sizeof where) || listen(fd, 8192)) die("listen");
        fcntl(fd, F_SETFL, O_NONBLOCK);
        kinds[kind_count] = (Kind){events, interval, bytes, -1, -1};
        listeners[kind_count++] = fd;
        event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
    }
    printf("ready\n");
    fflush(stdout);
    int64_t awake_until = 0;
    for (;;) {
        int64_t soonest = INT64_MAX, now = now_us();
        for (int i = 0; i < kind_count; i++) {
            while (kinds[i].first >= 0 && peers[kinds[i].first]->due_us <= now) {
                int fd = kinds[i].first;
                unqueue(fd);
                next_event(fd);
            }
            if (kinds[i].first >= 0 && peers[kinds[i].first]->due_us < soonest) soonest = peers[kinds[i].first]->due_us;
        }
        int wait_ms = soonest == INT64_MAX ? 1000 : (int)((soonest - now_us() + 999) / 1000);
        int is_awake = now_us() < awake_until;
        int n = epoll_wait(poll_fd, ready, 512, wait_ms < 0 || is_awake ? 0 : wait_ms);
        if (n) awake_until = now_us() + AWAKE_US;
        else if (is_awake) sched_yield();
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd, kind = -1;
            for (int k = 0; k < kind_count; k++) if (listeners[k] == fd) kind = k;
            if (kind < 0) { if (peers[fd]) read_peer(fd); continue; }
            int taken;
            while ((taken = accept(fd, NULL, NULL)) >= 0) {
                if (taken >= MAX_FD) { close(taken); continue; }
                prepare(taken);
                peers[taken] = calloc(1, sizeof(Peer));
                peers[taken]->kind = kind;
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = taken};
                epoll_ctl(poll_fd, EPOLL_CTL_ADD, taken, &event);
            }
        }
    }
}

/* ---------------------------------------------------------------------------------------- load -- */

typedef struct {
    int fd, busy, status, head_done, chunked, chunk_state, match, seen_body, dead;
    int64_t left, started_us;
    size_t written, filled;
    char head[8192];
} Client;

static char *request;
static size_t request_size;
static int port, expects_stream;
static int64_t *latencies, *firsts;
static long done, errors, first_count, events, capacity;
static Client *clients;
static int *idle, idle_count, load_poll;

static void record(int64_t **list, long *count, int64_t value) {
    if (*count < capacity) (*list)[(*count)++] = value;
}

static void connect_client(int index) {
    Client *c = &clients[index];
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (void *)&where, sizeof where)) die("connect");
    prepare(fd);
    memset(c, 0, sizeof *c);
    c->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    epoll_ctl(load_poll, EPOLL_CTL_ADD, fd, &event);
}

static void flush_request(int index) {
    Client *c = &clients[index];
    while (c->written < request_size) {
        ssize_t n = send(c->fd, request + c->written, request_size - c->written, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) { c->dead = 1; return; }
        c->written += (size_t)n;
    }
    struct epoll_event event = {.events = EPOLLIN | (c->written < request_size ? EPOLLOUT : 0), .data.u32 = (uint32_t)index};
    if (request_size > 60000) epoll_ctl(load_poll, EPOLL_CTL_MOD, c->fd, &event);
}

static void start(int index, int64_t started_us) {
    Client *c = &clients[index];
    c->busy = 1;
    c->head_done = c->chunked = c->chunk_state = c->match = c->seen_body = 0;
    c->left = 0;
    c->filled = c->written = 0;
    c->started_us = started_us;
    flush_request(index);
}

static void count_events(Client *c, const char *data, size_t size) {
    static const char mark[] = "data:";
    for (size_t i = 0; i < size; i++) {
        c->match = data[i] == mark[c->match] ? c->match + 1 : data[i] == 'd';
        if (c->match == 5) { events++; c->match = 0; }
    }
}

/* Returns 1 at the end of the answer. */
static int take_body(Client *c, const char *data, size_t size) {
    if (size && !c->seen_body) {
        c->seen_body = 1;
        if (expects_stream) record(&firsts, &first_count, now_us() - c->started_us);
    }
    if (expects_stream) count_events(c, data, size);
    if (!c->chunked) { c->left -= (int64_t)size; return c->left <= 0; }
    for (size_t i = 0; i < size;) {
        char ch = data[i];
        switch (c->chunk_state) {
        case 0: /* size */
            if (ch == '\n') c->chunk_state = c->left ? 1 : 3;
            else if (ch >= '0' && ch <= '9') c->left = c->left * 16 + (ch - '0');
            else if ((ch | 32) >= 'a' && (ch | 32) <= 'f') c->left = c->left * 16 + ((ch | 32) - 'a' + 10);
            i++;
            break;
        case 1: { /* data */
            size_t take = size - i < (size_t)c->left ? size - i : (size_t)c->left;
            i += take;
            c->left -= (int64_t)take;
            if (!c->left) c->chunk_state = 2;
            break;
        }
        case 2: /* line end after data */
            if (ch == '\n') c->chunk_state = 0;
            i++;
            break;
        default: /* last line */
            if (ch == '\n') return 1;
            i++;
        }
    }
    return 0;
}

static int read_client(int index) {
    static char data[1 << 18];
    Client *c = &clients[index];
    for (;;) {
        ssize_t n = recv(c->fd, data, sizeof data, 0);
        if (n < 0 && errno == EAGAIN) return 0;
        if (n <= 0) { c->dead = 1; return c->busy; }
        char *body = data;
        size_t size = (size_t)n;
        if (!c->head_done) {
            size_t room = sizeof c->head - 1 - c->filled, take = size < room ? size : room;
            memcpy(c->head + c->filled, data, take);
            size_t before = c->filled;
            c->filled += take;
            c->head[c->filled] = 0;
            char *end = memmem(c->head, c->filled, "\r\n\r\n", 4);
            if (!end) continue;
            *end = 0;
            c->status = atoi(c->head + 9);
            char *length = strcasestr(c->head, "content-length:");
            c->chunked = strcasestr(c->head, "transfer-encoding: chunked") != NULL;
            c->left = length && !c->chunked ? atoll(length + 15) : 0;
            c->head_done = 1;
            size_t used = (size_t)(end + 4 - c->head) - before;
            body += used;
            size -= used;
            if (!c->chunked && c->left == 0) return 1;
        }
        if (size && take_body(c, body, size)) return 1;
    }
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_list(const char *name, int64_t *list, long count) {
    qsort(list, (size_t)count, sizeof *list, by_value);
    static const double parts[] = {0.5, 0.9, 0.99, 0.999};
    static const char *names[] = {"p50", "p90", "p99", "p999"};
    printf("\"%s\":{\"count\":%ld", name, count);
    for (int i = 0; i < 4 && count; i++) printf(",\"%s_us\":%ld", names[i], (long)list[(long)((double)(count - 1) * parts[i])]);
    if (count) printf(",\"max_us\":%ld", (long)list[count - 1]);
    printf("}");
}

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*size + 1);
    if (fread(data, 1, *size, file) != *size) die(path);
    fclose(file);
    return data;
}

static int load(int argc, char **argv) {
    const char *path = "/v1/chat/completions", *body_path = NULL;
    char headers[4096] = "";
    int connections = 1, ramp_ms = 0;
    double seconds = 0, rate = 0;
    long limit = 0;
    for (int i = 0; i < argc; i++) {
        const char *a = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(a, "--stream")) { expects_stream = 1; continue; }
        if (!strcmp(a, "--port")) port = atoi(value);
        else if (!strcmp(a, "--path")) path = value;
        else if (!strcmp(a, "--body")) body_path = value;
        else if (!strcmp(a, "--header")) { strcat(headers, value); strcat(headers, "\r\n"); }
        else if (!strcmp(a, "--connections")) connections = atoi(value);
        else if (!strcmp(a, "--seconds")) seconds = atof(value);
        else if (!strcmp(a, "--rate")) rate = atof(value);
        else if (!strcmp(a, "--requests")) limit = atol(value);
        else if (!strcmp(a, "--ramp-ms")) ramp_ms = atoi(value);
        else { fprintf(stderr, "unknown: %s\n", a); return 2; }
        i++;
    }
    size_t body_size;
    char *body = read_file(body_path, &body_size);
    request = malloc(body_size + 8192);
    int head = sprintf(request, "POST %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\n%scontent-length: %zu\r\n\r\n", path, port, headers, body_size);
    memcpy(request + head, body, body_size);
    request_size = (size_t)head + body_size;
    capacity = 4000000;
    latencies = malloc(sizeof(int64_t) * (size_t)capacity);
    firsts = malloc(sizeof(int64_t) * (size_t)capacity);
    clients = calloc((size_t)connections, sizeof(Client));
    idle = malloc(sizeof(int) * (size_t)connections);
    load_poll = epoll_create1(0);
    for (int i = 0; i < connections; i++) connect_client(i);
    for (int i = connections - 1; i >= 0; i--) idle[idle_count++] = i;
    int64_t begin = now_us(), end = seconds > 0 ? begin + (int64_t)(seconds * 1e6) : INT64_MAX;
    long sent = 0, busy = 0, missed = 0;
    int is_closed = rate == 0 && !ramp_ms;
    struct epoll_event ready[512];
    for (;;) {
        int64_t now = now_us();
        int over = now >= end || (limit && sent >= limit);
        int64_t due = now;
        while (!over && idle_count) {
            if (rate > 0) due = begin + (int64_t)((double)sent * 1e6 / rate);
            else if (ramp_ms && sent < connections) due = begin + (int64_t)ramp_ms * 1000 * sent / connections;
            else due = now;
            if (due > now || due >= end) break;
            int index = idle[--idle_count];
            if (clients[index].dead) { close(clients[index].fd); connect_client(index); }
            start(index, rate > 0 ? due : now);
            sent++;
            busy++;
            over = limit && sent >= limit;
        }
        if (over && !busy) break;
        if (over && end > now) end = now;
        if (over && now > end + 60000000) { missed = busy; break; }
        int wait_ms = due > now ? (int)((due - now) / 1000) : (over || !idle_count ? 100 : 0);
        int n = epoll_wait(load_poll, ready, 512, is_closed ? 0 : wait_ms);
        if (!n && is_closed) sched_yield();
        for (int i = 0; i < n; i++) {
            int index = (int)ready[i].data.u32;
            Client *c = &clients[index];
            if (ready[i].events & EPOLLOUT) flush_request(index);
            if (!(ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || !read_client(index)) continue;
            if (c->busy) {
                if (c->dead || c->status != 200) errors++;
                else record(&latencies, &done, now_us() - c->started_us);
                c->busy = 0;
                busy--;
                idle[idle_count++] = index;
            }
        }
    }
    double took = (double)(now_us() - begin) / 1e6;
    printf("{\"seconds\":%.3f,\"requests\":%ld,\"errors\":%ld,\"unfinished\":%ld,\"events\":%ld,\"requests_per_s\":%.1f,", took, done, errors, missed, events, (double)done / took);
    print_list("latency", latencies, done);
    printf(",");
    print_list("first", firsts, first_count);
    printf("}\n");
    return 0;
}

int main(int argc, char **argv) {
    raise_files();
    stay_aside();
    if (argc > 2 && !strcmp(argv[1], "upstream")) serve(argc - 2, argv + 2);
    if (argc > 2 && !strcmp(argv[1], "load")) return load(argc - 2, argv + 2);
    fprintf(stderr, "usage: wire upstream|load ...\n");
    return 2;
}
