#ifndef SPK_HTTP_TEST_SERVER_H
#define SPK_HTTP_TEST_SERVER_H
/* A small HTTP/1.1 server on 127.0.0.1, one thread per connection, that behaves as badly as told.
 */
#include "base/buf.h"

enum server_manner {
    PLAIN,     /* Content-Length */
    CHUNKED,   /* in chunks of 1000 bytes */
    BY_CLOSE,  /* no length: the body ends with the connection */
    TRUNCATED, /* closed in the middle of the body */
    CUT_CHUNK, /* the same, chunked */
    RESET,     /* the connection is reset in the middle of the body */
    ENDLESS,   /* the body, then zero bytes for ever */
    STALLED,   /* half of the body, then nothing */
    SILENT,    /* no answer at all */
    DROPPED,   /* the connection is closed in place of an answer */
    GARBAGE,   /* the body alone, without a head */
    ECHO,      /* answers with the request, head and body, as it came */
};

struct server_answer {
    const char *path; /* without a query: whatever the query is */
    int status;
    const char *headers; /* "Name: value\r\n" each; NULL: none */
    struct spk_view body;
    enum server_manner manner;
};

struct server;

/* Answers 404 to other paths, and echoes where a whole URL is asked for, as of a proxy. The answers
 * are borrowed. */
struct server *server_start(const struct server_answer *answers, size_t len);
void server_stop(struct server *server);
int server_port(const struct server *server);
/* Connections that were accepted so far. */
int server_connections(struct server *server);

#endif
