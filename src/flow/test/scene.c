#include "scene.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/event.h"
#include "counting.h"
#include "transient/transient.h"

static const char *const accounts[] = {"anna", "bert"};
static const char *const streams[] = {"clicks", "sales"};

static void drop_event(void *context, enum spk_event event, enum spk_level level,
                       struct spk_view line)
{
}

/* ---- what the operators answer ---- */

static struct spk_view url_of(struct scene *s, const char *account, const char *stream,
                              struct spk_view day)
{
    return spk_arena_printf(&s->arena, "http://operator.test/%s/%s?day=%.*s", account, stream,
                            SPK_FMT(day));
}

static void make_answers(struct scene *s)
{
    for (size_t i = 0; i < SCENE_ANSWERS; i++) {
        const char *account = accounts[i % 2], *stream = streams[i / 2 % 2];
        struct spk_view day = spk_day_format(&s->arena, SCENE_FIRST_DAY + (int32_t)(i / 4));
        s->answers[i] = (struct spk_http_exchange){
            .url = url_of(s, account, stream, day),
            .status = 200,
            .answer = spk_arena_printf(&s->arena,
                                       "[{\"date\":\"%.*s\",\"who\":\"%s\",\"n\":1},"
                                       "{\"date\":\"%.*s\",\"who\":\"%s\",\"n\":2}]",
                                       SPK_FMT(day), account, SPK_FMT(day), account)};
    }
    scene_answer(s, "bert", "sales", "2026-01-04", "[]");
}

void scene_answer(struct scene *s, const char *account, const char *stream, const char *day,
                  const char *body)
{
    struct spk_view url = url_of(s, account, stream, spk_view_of(day));
    for (size_t i = 0; i < SCENE_ANSWERS; i++) {
        struct spk_http_exchange *answer = &s->answers[i];
        if (!spk_view_equal(answer->url, url))
            continue;
        answer->status = body ? 200 : 500;
        answer->answer = body ? spk_view_of(body) : SPK_V("");
        return;
    }
    fail_msg("no answer for %s %s %s", account, stream, day);
}

/* ---- the parts ---- */

static void open_stores(struct scene *s)
{
    char url[96];
    struct spk_objstore_options memory = {.url = "memory:"}, files = {.url = url, .relaxed = true};
    snprintf(url, sizeof(url), "file://%s/raw", s->folder);
    assert_int_equal(spk_objstore_open(&memory, &s->transient, NULL), SPK_OK);
    assert_int_equal(spk_objstore_open(&files, &s->raw, NULL), SPK_OK);
}

static void open_sql(struct scene *s)
{
    struct spk_sql_options options = {.url = "sqlite::memory:"};
    assert_int_equal(spk_sql_open(&options, &s->sql, NULL), SPK_OK);
}

void scene_make(struct scene *s, enum scene_warehouse warehouse)
{
    static const struct spk_event_sink quiet = {.write = drop_event};
    struct spk_warehouse_options local = {.url = "duckdb:"};
    struct spk_error err = {0};
    *s = (struct scene){.folder = "/tmp/spike-flow-XXXXXX"};
    spk_event_set_sink(&quiet);
    assert_non_null(mkdtemp(s->folder));
    if (spk_project_load(SPK_SOURCE_DIR "/src/flow/test/data", &s->project, &err) ||
        (warehouse == DUCKDB && spk_warehouse_open(&local, &s->warehouse, &err)))
        fail_msg("%s", err.text);
    make_answers(s);
    s->http = spk_http_memory_create(s->answers, SCENE_ANSWERS, SPK_HTTP_MATCHING);
    open_stores(s);
    open_sql(s);
    s->counts = warehouse == COUNTING;
    if (s->counts)
        s->warehouse = counting_create(s->raw);
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *place)
{
    return remove(path);
}

static void empty_store(struct scene *s, struct spk_objstore *store)
{
    struct spk_objstore_page page = scene_objects(s, store);
    for (size_t i = 0; i < page.n; i++)
        assert_int_equal(spk_objstore_delete(store, page.entries[i].key, NULL), SPK_OK);
}

void scene_reset(struct scene *s)
{
    empty_store(s, s->transient);
    empty_store(s, s->raw);
    spk_sql_destroy(s->sql);
    open_sql(s);
    assert_int_equal(
        spk_warehouse_execute(s->warehouse, SPK_V("drop schema if exists raw cascade"), NULL),
        SPK_OK);
}

void scene_remove(struct scene *s)
{
    spk_warehouse_destroy(s->warehouse);
    spk_sql_destroy(s->sql);
    spk_objstore_destroy(s->transient);
    spk_objstore_destroy(s->raw);
    spk_http_destroy(s->http);
    spk_project_destroy(s->project);
    spk_arena_deinit(&s->arena);
    spk_event_set_sink(NULL);
    assert_int_equal(nftw(s->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static struct spk_objstore *give_raw(void *context, const struct spk_platform *platform,
                                     struct spk_error *err)
{
    return ((struct scene *)context)->open_raw;
}

static struct spk_warehouse *give_warehouse(void *context, struct spk_error *err)
{
    return ((struct scene *)context)->open_warehouse;
}

spk_rc scene_open(struct scene *s, const struct fault *fault, struct spk_error *err)
{
    static const struct fault none = {.where = NOWHERE};
    const struct fault *f = fault ? fault : &none;
    struct spk_objstore_fault objects = {.nth = f->nth, .rc = SPK_ETRANSIENT, .late = f->late};
    struct spk_objstore_fault no_objects = {.nth = 0};
    struct spk_sql_fault sql = {.mode = f->where == SQL_COMMIT ? SPK_SQL_FAULT_LOST_COMMIT
                                                               : SPK_SQL_FAULT_CALL,
                                .nth = f->where == SQL_COMMIT || f->where == SQL_CALL ? f->nth : 0,
                                .rc = SPK_ESYSTEM};
    s->open_transient =
        spk_objstore_faulty_create(s->transient, f->where == TRANSIENT ? &objects : &no_objects);
    s->open_raw = spk_objstore_faulty_create(s->raw, f->where == RAW ? &objects : &no_objects);
    s->open_http = spk_http_faulty_create(s->http, f->where == HTTP ? f->nth : 0, f->http, 9);
    s->open_warehouse = spk_warehouse_faulty_create(
        s->warehouse, f->where == WAREHOUSE ? f->nth : 0, SPK_ETRANSIENT, f->late);
    s->open_sql = spk_sql_faulty_create(s->sql, &sql);
    s->storage = NULL;
    spk_rc rc = spk_storage_over(s->open_sql, &s->storage, err);
    s->parts = (struct spk_flow_parts){.project = s->project,
                                       .storage = s->storage,
                                       .transient = s->open_transient,
                                       .raw = give_raw,
                                       .warehouse = give_warehouse,
                                       .context = s,
                                       .http = s->open_http};
    return rc;
}

static int calls_of(const struct scene *s, enum where where)
{
    switch (where) {
    case TRANSIENT: return spk_objstore_faulty_calls(s->open_transient);
    case RAW: return spk_objstore_faulty_calls(s->open_raw);
    case HTTP: return spk_http_faulty_calls(s->open_http);
    case WAREHOUSE: return spk_warehouse_faulty_calls(s->open_warehouse);
    case SQL_CALL:
    case SQL_COMMIT: return s->storage ? spk_sql_faulty_calls(s->open_sql) : INT32_MAX;
    case NOWHERE: break;
    }
    return 0;
}

bool scene_close(struct scene *s, const struct fault *fault)
{
    bool came = fault && calls_of(s, fault->where) >= fault->nth;
    spk_storage_close(s->storage);
    s->storage = NULL;
    spk_objstore_destroy(s->open_transient);
    spk_objstore_destroy(s->open_raw);
    spk_http_destroy(s->open_http);
    spk_warehouse_destroy(s->open_warehouse);
    return came;
}

/* ---- runs ---- */

struct spk_flow_request scene_request(const char *platform, const char *to)
{
    struct spk_flow_request request = {.platform = spk_view_of(platform)};
    assert_true(spk_day_parse(spk_view_of(to), &request.to));
    return request;
}

void scene_run(struct scene *s, const struct spk_flow_request *request)
{
    struct spk_error err = {0};
    if (spk_flow_start(&s->parts, request, &s->arena, &s->run, &err) ||
        spk_flow_finish(&s->parts, &s->run, &s->held, NULL, &err))
        fail_msg("%s", err.text);
}
