/* Any two JSON texts (the first line, the rest) as catalog and state of a read whose every request
 * is answered with one record. Windows are years long: a state may name any day up to 9999. */
#include "source/source.h"

#include <stdint.h>
#include <stdlib.h>

#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STREAM(name, more)                                                                         \
    "- type: DeclarativeStream\n"                                                                  \
    "  name: " name "\n"                                                                           \
    "  retriever:\n"                                                                               \
    "    type: SimpleRetriever\n"                                                                  \
    "    requester: {type: HttpRequester, url_base: 'http://api.test', path: /" name               \
    ", error_handler: {type: DefaultErrorHandler, max_retries: 0}}\n"                              \
    "    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: "   \
    "[]}}\n" more
#define DAYS                                                                                       \
    "  incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: "          \
    "'%Y-%m-%d', start_datetime: '2024-01-01', end_datetime: '2024-01-09', step: P9Y, "            \
    "cursor_granularity: P1D}\n"
#define WEEKS                                                                                      \
    "  incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: "          \
    "'%Y-%m-%dT%H:%M:%S%z', cursor_datetime_formats: ['%s', '%ms'], start_datetime: "              \
    "'2024-01-01T00:00:00+0130', end_datetime: '2024-03-09T00:00:00-0800', step: P9Y, "            \
    "cursor_granularity: PT1S, allow_catalog_defined_cursor_field: true, lookback_window: P1M, "   \
    "clamping: {target: WEEK, target_details: {weekday: TUESDAY}}}\n"
#define COUNT                                                                                      \
    "  incremental_sync: {type: IncrementingCountCursor, cursor_field: id, start_value: 3, "       \
    "allow_catalog_defined_cursor_field: true}\n"
#define LIST "    partition_router: {type: ListPartitionRouter, cursor_field: p, values: [x, y]}\n"

static const char manifest_text[] =
    "type: DeclarativeSource\n"
    "version: 6.0.0\n"
    "check: {type: CheckStream, stream_names: [a]}\n"
    "streams:\n" STREAM("a", "") STREAM("b", DAYS) STREAM("c", LIST DAYS) STREAM("d", WEEKS)
        STREAM("e", COUNT);

static spk_rc stream_status(struct spk_sink *sink, const struct spk_stream_info *stream,
                            enum spk_stream_status status, const char *reason,
                            struct spk_error *err)
{
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
    *handle = NULL;
    return SPK_OK;
}

static spk_rc record(struct spk_sink *sink, void *handle, const struct spk_record *rec,
                     struct spk_error *err)
{
    return SPK_OK;
}

static spk_rc state(struct spk_sink *sink, const struct spk_stream_info *stream,
                    struct spk_value value, struct spk_error *err)
{
    struct spk_buf text = {0};
    spk_json_write(&text, value, 0);
    spk_buf_deinit(&text);
    return SPK_OK;
}

static const struct spk_sink_ops sink_ops = {.stream_status = stream_status,
                                             .stream_failed = stream_failed,
                                             .slice_begin = slice_begin,
                                             .record = record,
                                             .state = state};

static struct spk_manifest *manifest(void)
{
    static struct spk_manifest *loaded;
    if (!loaded)
        spk_manifest_load(spk_view_of(manifest_text), "fuzz.yaml", &loaded, NULL);
    return loaded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct spk_http_exchange answers[] = {
        {.status = 200, .answer = SPK_VIEW("[{\"at\": \"2024-01-04\", \"p\": null}]")}};
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_view rest = spk_view_make(data, size), first = spk_view_cut(&rest, '\n');
    struct spk_value catalog = {0}, given = {0};
    struct spk_sink sink = {&sink_ops};
    struct spk_source *source = NULL;
    if (spk_json_parse(&arena, first, NULL, &catalog, NULL) == SPK_OK &&
        (!rest.at || spk_json_parse(&arena, rest, NULL, &given, NULL) == SPK_OK)) {
        struct spk_http *http = spk_http_memory_create(answers, 1, SPK_HTTP_MATCHING);
        struct spk_source_options options = {.config = spk_dict_new(&arena), .http = http};
        if (spk_source_create(manifest(), &options, &source, &err))
            abort(); /* otherwise nothing would be read */
        spk_source_read(source, catalog, given, &sink, &err);
        spk_source_destroy(source);
        spk_http_destroy(http);
    }
    spk_arena_deinit(&arena);
    return 0;
}
