#include "fixture.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

const struct spk_run fixture_run = {.id = "r1",
                                    .platform = SPK_VIEW("cx"),
                                    .from = 10,
                                    .to = 11,
                                    .days = SPK_VIEW(""),
                                    .started_us = 1000};

static struct spk_extract planned[] = {
    {.account = SPK_VIEW("a"), .stream = SPK_VIEW("s")},
    {.account = SPK_VIEW("b"), .stream = SPK_VIEW("s")},
};
const struct spk_extract_list fixture_planned = {planned, 2};

const struct spk_extract fixture_a = {.account = SPK_VIEW("a"),
                                      .stream = SPK_VIEW("s"),
                                      .status = SPK_EXTRACT_DONE,
                                      .state = SPK_VIEW("{\"date\":\"A\"}"),
                                      .requests = 3,
                                      .retries = 1,
                                      .rows = 30};
const struct spk_extract fixture_b = {.account = SPK_VIEW("b"),
                                      .stream = SPK_VIEW("s"),
                                      .status = SPK_EXTRACT_DONE,
                                      .state = SPK_VIEW("{\"date\":\"B\"}"),
                                      .error = SPK_VIEW("none"),
                                      .failure = SPK_ETRANSIENT,
                                      .failed_requests = 2};

static struct spk_batch a_batches[] = {
    {.account = SPK_VIEW("a"),
     .stream = SPK_VIEW("s"),
     .day = 10,
     .rows = 10,
     .bytes = 100,
     .records = 10,
     .schema = SPK_VIEW("id,n"),
     .newest_us = 77,
     .extracted_us = 500,
     .evidence = SPK_VIEW("{\"requests\":1}")},
    {.account = SPK_VIEW("a"),
     .stream = SPK_VIEW("s"),
     .day = 11,
     .rows = 20,
     .bytes = 200,
     .records = 20,
     .schema = SPK_VIEW("id,n,x"),
     .extracted_us = 501},
};
const struct spk_batch_list fixture_a_batches = {a_batches, 2};

static struct spk_batch b_batches[] = {
    {.account = SPK_VIEW("b"),
     .stream = SPK_VIEW("s"),
     .day = 10,
     .empty_proven = true,
     .proof = SPK_VIEW("body is []"),
     .failed_requests = 2,
     .extracted_us = 502},
};
const struct spk_batch_list fixture_b_batches = {b_batches, 1};

static struct spk_published_file a_files[] = {
    {.account = SPK_VIEW("a"),
     .stream = SPK_VIEW("s"),
     .key = SPK_VIEW("a/s/10.parquet"),
     .day = 10,
     .rows = 10,
     .bytes = 100,
     .sha256 = SPK_VIEW("aa"),
     .run = "r1",
     .extracted_us = 500,
     .published_us = 900},
    {.account = SPK_VIEW("a"),
     .stream = SPK_VIEW("s"),
     .key = SPK_VIEW("a/s/11.parquet"),
     .day = 11,
     .rows = 20,
     .bytes = 200,
     .sha256 = SPK_VIEW("bb"),
     .run = "r1",
     .extracted_us = 501,
     .published_us = 901},
};
const struct spk_file_list fixture_a_files = {a_files, 2};

static struct spk_verdict verdicts[] = {
    {.account = SPK_VIEW("a"),
     .stream = SPK_VIEW("s"),
     .day = 11,
     .check = SPK_VIEW("same_weekday"),
     .outcome = SPK_HOLD,
     .expected = SPK_VIEW("at least 40 rows"),
     .actual = SPK_VIEW("20 rows"),
     .message = SPK_VIEW("far below")},
    {.account = SPK_VIEW("b"),
     .stream = SPK_VIEW("s"),
     .day = 10,
     .check = SPK_VIEW("unproven_empty"),
     .outcome = SPK_PASS,
     .expected = SPK_VIEW("a proof"),
     .actual = SPK_VIEW("0 rows")},
};
const struct spk_verdict_list fixture_verdicts = {verdicts, 2};

struct spk_batch_list fixture_marked(struct spk_arena *arena, const struct spk_batch_list *batches,
                                     enum spk_batch_status status)
{
    struct spk_batch_list marked = {spk_arena_array(arena, batches->n, sizeof *batches->items),
                                    batches->n};
    for (size_t i = 0; i < batches->n; i++) {
        marked.items[i] = batches->items[i];
        marked.items[i].status = status;
    }
    return marked;
}

/* ---- dump ---- */

static spk_rc dump_row(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    struct spk_buf *out = context;
    for (size_t i = 0; i < row->n; i++) {
        const struct spk_sql_value *value = &row->values[i];
        if (value->type == SPK_SQL_I64) {
            spk_buf_append_i64(out, value->i64);
        } else {
            spk_buf_append(out, value->view);
        }
        spk_buf_append_char(out, '|');
    }
    spk_buf_append_char(out, '\n');
    return SPK_OK;
}

void fixture_dump(struct spk_sql *sql, struct spk_buf *out)
{
    static const char *const queries[] = {
        "SELECT id, platform, status, repair, first_day, last_day, days, step, started_us, error, "
        "ended_us > 0 FROM run ORDER BY id",
        "SELECT run, step, detail FROM run_step ORDER BY run, step",
        "SELECT * FROM extraction ORDER BY run, account, stream",
        "SELECT * FROM batch ORDER BY run, account, stream, day",
        "SELECT * FROM verdict ORDER BY run, account, stream, day, check_name",
        "SELECT run, account, stream, day, action, who, reason FROM audit "
        "ORDER BY run, account, stream, day, action",
        "SELECT * FROM published_file ORDER BY platform, object_key",
        "SELECT * FROM cursor_state ORDER BY platform, account, stream",
        "SELECT * FROM day_metric ORDER BY platform, account, stream, day",
    };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct spk_sql_statement statement = {.text = spk_view_of(queries[i])};
        assert_int_equal(spk_sql_query(sql, statement, dump_row, out, NULL), SPK_OK);
        spk_buf_append_str(out, "--\n");
    }
}

/* ---- files ---- */

void fixture_file_make(struct fixture_file *file)
{
    snprintf(file->folder, sizeof file->folder, "/tmp/spk-storage-XXXXXX");
    assert_non_null(mkdtemp(file->folder));
    snprintf(file->url, sizeof file->url, "sqlite:%s/spike.db", file->folder);
}

static int drop(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    return remove(path);
}

void fixture_file_remove(const struct fixture_file *file)
{
    assert_int_equal(nftw(file->folder, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}
