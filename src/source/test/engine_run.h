#ifndef SPK_SOURCE_TEST_ENGINE_RUN_H
#define SPK_SOURCE_TEST_ENGINE_RUN_H
/* A whole read without network: manifest, answers, and what came of it as sorted lines. */
#include "source/source.h"

struct answer {
    const char *url; /* what follows http://api.test */
    const char *body;
    int status;
};
#define OK(url, body) {url, body, 200}

enum { ANSWERS = 16 };

struct engine_case {
    const char *name;    /* a sentence */
    const char *streams; /* YAML: the items of `streams`; further sections may follow */
    const char *read;    /* names, separated by spaces */
    const char *state;   /* JSON: {stream: stream_state}, or NULL */
    struct answer answers[ANSWERS];
    /* Expected lines, sorted, each ended by a newline; NULL: not looked at. */
    const char *requests; /* URL, and body where there is one */
    const char *slices;   /* partition, then window */
    const char *records;  /* stream and data */
    const char *states;   /* the last of each stream */
    const char *failure;  /* part of the error text; NULL: the read succeeds */
    const char *statuses; /* stream and status, in the order in which they came */
};

/* Runs the case and holds what it expects; the lookback_window of states counts as 0. */
void engine_case_run(const struct engine_case *test);

/* A stream of `name` that reads `path`: to be followed by lines of its retriever and its own. */
#define STREAM(name, path)                                                                         \
    "- type: DeclarativeStream\n"                                                                  \
    "  name: " name "\n"                                                                           \
    "  schema_loader: {type: InlineSchemaLoader, schema: {}}\n"                                    \
    "  retriever:\n"                                                                               \
    "    type: SimpleRetriever\n"                                                                  \
    "    requester: {type: HttpRequester, url_base: 'http://api.test', path: '" path "'}\n"        \
    "    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: "   \
    "[]}}\n"
/* The same in one line, as a parent. `more` follows in its retriever and stream. */
#define PARENT(name, path, retriever, own)                                                         \
    "{type: DeclarativeStream, name: " name ", " own                                               \
    "schema_loader: {type: InlineSchemaLoader, schema: {}}, retriever: {type: SimpleRetriever, "   \
    "requester: {type: HttpRequester, url_base: 'http://api.test', path: '" path "'}, " retriever  \
    "record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}}}"
#define CONFIG(key, field, stream, more)                                                           \
    "{type: ParentStreamConfig, parent_key: " key ", partition_field: " field ", " more            \
    "stream: " stream "}"
#define ROUTER(configs) "{type: SubstreamPartitionRouter, parent_stream_configs: [" configs "]}"
#define DAYS(more)                                                                                 \
    "{type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%d', " more             \
    "start_datetime: '2024-01-01', end_datetime: '2024-01-05'}"

#endif
