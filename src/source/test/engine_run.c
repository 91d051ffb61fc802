#include "engine_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "http/http.h"

struct lines {
    char **items;
    size_t len, cap;
};

struct recorder { /* a sink */
    struct spk_sink base;
    pthread_mutex_t lock;
    struct lines slices, records;
    struct spk_map states; /* stream -> char *, the last */
    struct spk_buf statuses;
};

static void add(struct lines *lines, struct spk_buf *text)
{
    lines->items = spk_memory_grow(lines->items, &lines->cap, lines->len + 1, sizeof(char *));
    lines->items[lines->len++] = strdup(spk_buf_cstr(text));
    spk_buf_deinit(text);
}

static spk_rc stream_status(struct spk_sink *sink, const struct spk_stream_info *stream,
                            enum spk_stream_status status, const char *reason,
                            struct spk_error *err)
{
    static const char *const names[] = {"STARTED", "RUNNING", "COMPLETE", "INCOMPLETE"};
    struct recorder *self = (struct recorder *)sink;
    pthread_mutex_lock(&self->lock);
    spk_buf_printf(&self->statuses, "%.*s %s\n", SPK_FMT(stream->name), names[status]);
    pthread_mutex_unlock(&self->lock);
    return SPK_OK;
}

static spk_rc stream_failed(struct spk_sink *sink, const struct spk_stream_info *stream,
                            const struct spk_error *failure, struct spk_error *err)
{
    return SPK_OK;
}

static spk_rc slice_begin(struct spk_sink *sink, const struct spk_stream_info *stream,
                          const struct spk_slice *slice, void **handle, struct spk_error *err)
{
    struct recorder *self = (struct recorder *)sink;
    struct spk_buf line = {0};
    spk_buf_printf(&line, "%.*s ", SPK_FMT(stream->name));
    spk_json_write(&line, slice->partition, SPK_JSON_SORTED);
    spk_buf_append_char(&line, ' ');
    spk_json_write(&line, slice->cursor, SPK_JSON_SORTED);
    pthread_mutex_lock(&self->lock);
    add(&self->slices, &line);
    pthread_mutex_unlock(&self->lock);
    *handle = (void *)stream;
    return SPK_OK;
}

static spk_rc record(struct spk_sink *sink, void *handle, const struct spk_record *rec,
                     struct spk_error *err)
{
    struct recorder *self = (struct recorder *)sink;
    const struct spk_stream_info *stream = handle;
    struct spk_record copy = *rec;
    struct spk_buf line = {0};
    spk_buf_printf(&line, "%.*s ", SPK_FMT(stream->name));
    if (!spk_is_defined(copy.tree))
        copy.tree = spk_json_node_value(copy.arena, copy.node);
    spk_json_write(&line, copy.tree, SPK_JSON_SORTED);
    pthread_mutex_lock(&self->lock);
    add(&self->records, &line);
    pthread_mutex_unlock(&self->lock);
    return SPK_OK;
}

static spk_rc state(struct spk_sink *sink, const struct spk_stream_info *stream,
                    struct spk_value value, struct spk_error *err)
{
    struct recorder *self = (struct recorder *)sink;
    struct spk_buf line = {0};
    if (spk_is_defined(spk_get(value, "lookback_window")))
        spk_set(value, "lookback_window", spk_int(0));
    spk_json_write(&line, value, 0);
    pthread_mutex_lock(&self->lock);
    free(spk_map_set(&self->states, stream->name, strdup(spk_buf_cstr(&line))));
    pthread_mutex_unlock(&self->lock);
    spk_buf_deinit(&line);
    return SPK_OK;
}

static const struct spk_sink_ops sink_ops = {.stream_status = stream_status,
                                             .stream_failed = stream_failed,
                                             .slice_begin = slice_begin,
                                             .record = record,
                                             .state = state};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Holds the sorted lines against `expected` and frees them. */
static void expect(const char *name, const char *what, struct lines *lines, const char *expected)
{
    struct spk_buf all = {0};
    if (lines->len > 0)
        qsort(lines->items, lines->len, sizeof(char *), by_text);
    for (size_t i = 0; i < lines->len; i++) {
        spk_buf_printf(&all, "%s\n", lines->items[i]);
        free(lines->items[i]);
    }
    free(lines->items);
    if (expected && strcmp(spk_buf_cstr(&all), expected) != 0) {
        print_error("%s: %s\n--- expected\n%s--- got\n%s", name, what, expected,
                    spk_buf_cstr(&all));
        fail();
    }
    spk_buf_deinit(&all);
}

static struct spk_value json(struct spk_arena *arena, const char *text)
{
    struct spk_value value = {0};
    if (text)
        assert_int_equal(spk_json_parse(arena, spk_view_of(text), NULL, &value, NULL), SPK_OK);
    return value;
}

static struct spk_value catalog_of(struct spk_arena *arena, const char *names)
{
    struct spk_view rest = spk_view_of(names);
    struct spk_value catalog = spk_dict_new(arena), streams = spk_list_new(arena);
    while (rest.len > 0) {
        struct spk_value stream = spk_dict_new(arena), entry = spk_dict_new(arena);
        spk_set(stream, "name", spk_string(spk_view_cut(&rest, ' ')));
        spk_set(entry, "stream", stream);
        spk_list_append(streams, entry);
    }
    spk_set(catalog, "streams", streams);
    return catalog;
}

static struct spk_value state_of(struct spk_arena *arena, const char *text)
{
    struct spk_value states = json(arena, text), list = spk_list_new(arena);
    for (size_t i = 0; spk_is(states, SPK_DICT) && i < spk_dict_len(states); i++) {
        struct spk_value name = spk_dict_new(arena), stream = spk_dict_new(arena),
                         item = spk_dict_new(arena);
        spk_set(name, "name", states.dict->entries[i].key);
        spk_set(stream, "stream_descriptor", name);
        spk_set(stream, "stream_state", states.dict->entries[i].value);
        spk_set(item, "type", spk_str("STREAM"));
        spk_set(item, "stream", stream);
        spk_list_append(list, item);
    }
    return list;
}

static struct spk_http *http_of(struct spk_arena *arena, const struct engine_case *test)
{
    struct spk_http_exchange *exchanges = spk_arena_array(arena, ANSWERS, sizeof(*exchanges));
    size_t n = 0;
    for (; n < ANSWERS && test->answers[n].url; n++) {
        const struct answer *answer = &test->answers[n];
        exchanges[n].url = spk_arena_printf(arena, "http://api.test%s", answer->url);
        exchanges[n].status = answer->status;
        exchanges[n].answer = spk_view_of(answer->body);
    }
    return spk_http_memory_create(exchanges, n, SPK_HTTP_MATCHING);
}

static struct spk_manifest *manifest_of(struct spk_arena *arena, const char *streams)
{
    struct spk_manifest *manifest = NULL;
    struct spk_error err = {0};
    struct spk_view text = spk_arena_printf(
        arena,
        "version: 6.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: "
        "[items]}\n"
        "spec: {type: Spec, connection_specification: {type: object}}\nstreams:\n%s",
        streams);
    if (spk_manifest_load(text, "test.yaml", &manifest, &err))
        fail_msg("%s", err.text);
    return manifest;
}

static void expect_requests(const struct engine_case *test, const struct spk_http *http)
{
    struct lines lines = {0};
    for (size_t i = 0; i < spk_http_memory_seen_len(http); i++) {
        struct spk_buf line = {0};
        const struct spk_http_seen *seen = spk_http_memory_seen(http, i);
        spk_buf_append(&line, spk_view_slice(seen->url, strlen("http://api.test"), seen->url.len));
        if (seen->body.len > 0)
            spk_buf_printf(&line, " %.*s", SPK_FMT(seen->body));
        add(&lines, &line);
    }
    expect(test->name, "requests", &lines, test->requests);
}

static void expect_states(const struct engine_case *test, struct spk_map *states)
{
    struct lines lines = {0};
    for (size_t i = 0; i < states->len; i++) {
        struct spk_buf line = {0};
        spk_buf_printf(&line, "%.*s %s", SPK_FMT(states->entries[i].key),
                       (char *)states->entries[i].value);
        free(states->entries[i].value);
        add(&lines, &line);
    }
    spk_map_deinit(states);
    expect(test->name, "states", &lines, test->states);
}

static void expect_result(const struct engine_case *test, spk_rc rc, const struct spk_error *err)
{
    bool as_expected = test->failure ? rc && strstr(err->text, test->failure) : rc == SPK_OK;
    if (!as_expected) {
        print_error("%s: expected %s, got %s\n", test->name,
                    test->failure ? test->failure : "success", rc ? err->text : "success");
        fail();
    }
}

void engine_case_run(const struct engine_case *test)
{
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_source *source = NULL;
    struct recorder recorder = {.base = {&sink_ops}};
    pthread_mutex_init(&recorder.lock, NULL);
    struct spk_http *http = http_of(&arena, test);
    struct spk_manifest *manifest = manifest_of(&arena, test->streams);
    struct spk_source_options options = {.config = spk_dict_new(&arena), .http = http};
    spk_rc rc = spk_source_create(manifest, &options, &source, &err);
    if (!rc)
        rc = spk_source_read(source, catalog_of(&arena, test->read), state_of(&arena, test->state),
                             &recorder.base, &err);
    expect_result(test, rc, &err);
    expect_requests(test, http);
    expect(test->name, "slices", &recorder.slices, test->slices);
    expect(test->name, "records", &recorder.records, test->records);
    expect_states(test, &recorder.states);
    if (test->statuses && strcmp(spk_buf_cstr(&recorder.statuses), test->statuses) != 0)
        fail_msg("%s: statuses:\n%s", test->name, spk_buf_cstr(&recorder.statuses));
    spk_buf_deinit(&recorder.statuses);
    spk_source_destroy(source);
    spk_manifest_destroy(manifest);
    spk_http_destroy(http);
    pthread_mutex_destroy(&recorder.lock);
    spk_arena_deinit(&arena);
}
