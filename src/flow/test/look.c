/* What a flow left behind, for people to compare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parquet/parquet.h"
#include "scene.h"
#include "transient/transient.h"

struct spk_objstore_page scene_objects(struct scene *s, struct spk_objstore *store)
{
    struct spk_objstore_list all = {.max = SCENE_KEYS};
    struct spk_objstore_page page = {0};
    assert_int_equal(spk_objstore_list(store, &all, &s->arena, &page, NULL), SPK_OK);
    assert_int_equal(page.token.len, 0);
    return page;
}

size_t scene_batches(struct scene *s, enum spk_batch_status status, struct spk_batch_list *batches)
{
    struct spk_batch_query query = {.run = spk_view_of(s->run.id), .status = (int)status};
    struct spk_batch_list found = {0};
    assert_int_equal(spk_storage_batches(s->storage, &query, &s->arena, &found, NULL), SPK_OK);
    if (batches)
        *batches = found;
    return found.n;
}

const char *scene_cursor(struct scene *s, const char *account, const char *stream)
{
    struct spk_stream_key key = {s->run.platform, spk_view_of(account), spk_view_of(stream)};
    struct spk_view state = {0};
    assert_int_equal(spk_storage_cursor(s->storage, &key, &s->arena, &state, NULL), SPK_OK);
    return state.len > 0 ? spk_arena_strdup(&s->arena, state) : "none";
}

static void dump_query(struct scene *s, struct spk_view sql, struct spk_buf *out)
{
    struct spk_warehouse_rows *rows = NULL;
    struct spk_error err = {0};
    bool more = false;
    if (spk_warehouse_query(s->warehouse, sql, &rows, &err))
        fail_msg("%s", err.text);
    while (spk_warehouse_rows_next(rows, &more, NULL) == SPK_OK && more) {
        for (size_t i = 0; i < spk_warehouse_rows_columns(rows); i++)
            spk_buf_printf(out, "%.*s ", SPK_FMT(spk_warehouse_rows_text(rows, i)));
        spk_buf_append_char(out, '\n');
    }
    spk_warehouse_rows_destroy(rows);
}

static void dump_storage(struct scene *s, const char *platform, struct spk_buf *out)
{
    struct spk_file_query query = {.platform = spk_view_of(platform)};
    struct spk_file_list files = {0};
    struct spk_run open = {0};
    assert_int_equal(spk_storage_published(s->storage, &query, &s->arena, &files, NULL), SPK_OK);
    for (size_t i = 0; i < files.n; i++)
        spk_buf_printf(out, "published %.*s %.*s %d %lld rows\n", SPK_FMT(files.items[i].account),
                       SPK_FMT(files.items[i].stream), files.items[i].day,
                       (long long)files.items[i].rows);
    query.unlinked_only = true;
    assert_int_equal(spk_storage_published(s->storage, &query, &s->arena, &files, NULL), SPK_OK);
    assert_int_equal(spk_storage_run_open(s->storage, query.platform, &s->arena, &open, NULL),
                     SPK_OK);
    spk_buf_printf(out, "%zu not linked, %s\n", files.n, open.id[0] ? "a run is open" : "no run");
    for (size_t i = 0; i < 4; i++) {
        const char *account = i < 2 ? "anna" : "bert", *stream = i % 2 ? "sales" : "clicks";
        s->run.platform = query.platform;
        spk_buf_printf(out, "cursor %s %s %s\n", account, stream, scene_cursor(s, account, stream));
    }
}

/* Two records of a file are the bounds of its raw_data. */
static void dump_file(struct scene *s, struct spk_view key, struct spk_buf *out)
{
    struct spk_objstore_get get = {.key = key};
    struct spk_parquet_reader *reader = NULL;
    struct spk_parquet_statistics raw = {0};
    struct spk_buf bytes = {0};
    assert_int_equal(spk_objstore_get(s->raw, &get, &bytes, NULL, NULL), SPK_OK);
    assert_int_equal(spk_parquet_reader_open_memory("raw", spk_buf_view(&bytes), &reader, NULL),
                     SPK_OK);
    assert_string_equal(spk_parquet_reader_column_name(reader, 2), "raw_data");
    if (spk_parquet_reader_rows(reader) > 0)
        assert_int_equal(spk_parquet_reader_statistics(reader, 0, 2, &raw, NULL), SPK_OK);
    size_t folder = (size_t)((const char *)memrchr(key.at, '/', key.len) - key.at);
    spk_buf_printf(out, "%.*s %lld %.*s %.*s\n", (int)folder, key.at,
                   (long long)spk_parquet_reader_rows(reader), SPK_FMT(raw.min), SPK_FMT(raw.max));
    spk_parquet_reader_destroy(reader);
    spk_buf_deinit(&bytes);
}

void scene_dump(struct scene *s, const char *platform, struct spk_buf *out)
{
    struct spk_objstore_page raw = scene_objects(s, s->raw);
    dump_storage(s, platform, out);
    spk_buf_printf(out, "%zu transient objects\n", scene_objects(s, s->transient).n);
    for (size_t i = 0; i < raw.n; i++)
        dump_file(s, raw.entries[i].key, out);
    if (s->counts)
        return;
    dump_query(s,
               spk_arena_printf(&s->arena,
                                "select operator_account, stream_name, dt, count(*),"
                                " count(distinct airbyte_id),"
                                " string_agg(raw_data, ' ' order by raw_data)"
                                " from raw.\"%s\" group by all order by all",
                                platform),
               out);
}

static bool has_key(const struct spk_objstore_page *page, struct spk_view key)
{
    for (size_t i = 0; i < page->n; i++) {
        if (spk_view_equal(page->entries[i].key, key))
            return true;
    }
    return false;
}

void scene_check(struct scene *s, const char *platform)
{
    struct spk_objstore_page page = scene_objects(s, s->raw);
    struct spk_file_query query = {.platform = spk_view_of(platform)};
    struct spk_file_list files = {0};
    for (size_t i = 0; i < page.n; i++) {
        int64_t rows = 0, bytes = (int64_t)page.entries[i].size;
        assert_int_equal(spk_transient_count_rows(s->raw, page.entries[i].key, bytes, &rows, NULL),
                         SPK_OK);
        assert_true(rows == 2 || rows == 0);
    }
    assert_int_equal(spk_storage_published(s->storage, &query, &s->arena, &files, NULL), SPK_OK);
    for (size_t i = 0; i < files.n; i++)
        assert_true(has_key(&page, files.items[i].key));
}
