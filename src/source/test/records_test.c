/* The cases of records.jsonl, whose results tests/oracle/records_golden.py got from the CDK. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>

#include "base/file.h"
#include "source/request/options.h"
#include "source/selector/selector.h"

#define CONFIG "{\"word\": \"w\", \"n\": 3, \"list\": [1, 2], \"path\": \"b\"}"

struct golden {
    struct fixture f;
    struct spk_value line;
    struct spk_value out; /* what came of it */
    struct spk_record record;
};

static spk_rc collect(void *context, struct spk_record *record, struct spk_error *err)
{
    struct golden *g = context;
    spk_list_append(g->out, spk_value_copy(&g->f.arena, spk_record_tree(record)));
    return SPK_OK;
}

static struct spk_component *component(struct golden *g, const char *name,
                                       enum spk_component_kind kind)
{
    return fixture_try(&g->f, spk_get(g->line, name), kind);
}

static spk_rc extract(struct golden *g)
{
    struct fixture *f = &g->f;
    struct spk_component *extractor = component(g, "component", SPK_KIND_EXTRACTOR);
    fixture_answer(f, 200, NULL, spk_get(g->line, "body").text);
    f->response.decoder = component(g, "decoder", SPK_KIND_DECODER);
    g->out = spk_list_new(&f->arena);
    if (!extractor || !f->response.decoder)
        return f->err.rc;
    return SPK_OPS(extractor, extractor)->extract(extractor, &f->scope, collect, g, &f->err);
}

static spk_rc filter(struct golden *g)
{
    bool keep = false;
    struct spk_component *built = component(g, "component", SPK_KIND_RECORD_FILTER);
    if (!built)
        return g->f.err.rc;
    spk_rc rc = SPK_OPS(built, record_filter)->keep(built, &g->f.scope, &keep, &g->f.err);
    g->out = spk_bool(keep);
    return rc;
}

static spk_rc transform(struct golden *g)
{
    struct spk_component *built = component(g, "component", SPK_KIND_TRANSFORMATION);
    if (!built)
        return g->f.err.rc;
    spk_rc rc = SPK_OPS(built, transformation)->transform(built, &g->f.scope, &g->f.err);
    g->out = g->record.tree;
    return rc;
}

static spk_rc normalize(struct golden *g)
{
    g->out = g->record.tree;
    spk_schema_normalize(g->out, spk_get(g->line, "schema"), &g->f.arena);
    return SPK_OK;
}

static struct spk_value or_empty(struct golden *g, struct spk_value value)
{
    return spk_is_defined(value) ? value : spk_dict_new(&g->f.arena);
}

/* What the request of a token gets. */
static spk_rc tell(struct golden *g, struct spk_component *built, struct spk_value token,
                   struct spk_value *out)
{
    struct spk_request_options options;
    struct fixture *f = &g->f;
    f->scope.next_page_token = (struct spk_value){0};
    if (spk_is_defined(token)) {
        f->scope.next_page_token = spk_dict_new(&f->arena);
        spk_set(f->scope.next_page_token, "next_page_token", token);
    }
    spk_request_options_init(&options, &f->arena);
    spk_rc rc = SPK_OPS(built, paginator)->options(built, &f->scope, &options, &f->err);
    *out = spk_dict_new(&f->arena);
    spk_set(*out, "parameters", or_empty(g, options.parameters));
    spk_set(*out, "headers", or_empty(g, options.headers));
    spk_set(*out, "data", or_empty(g, options.body_data));
    spk_set(*out, "json", or_empty(g, options.body_json));
    spk_set(*out, "path", options.path.at ? spk_string(options.path) : spk_null());
    return rc;
}

static const char *lower_case_headers(struct golden *g, struct spk_value headers)
{
    struct spk_buf text = {0};
    struct spk_value lower = spk_dict_new(&g->f.arena);
    for (size_t i = 0; spk_is(headers, SPK_DICT) && i < spk_dict_len(headers); i++) {
        const struct spk_entry *e = &headers.dict->entries[i];
        char *name = spk_arena_strdup(&g->f.arena, e->key.text);
        for (char *at = name; *at; at++)
            *at = (char)tolower((unsigned char)*at);
        spk_set(lower, name, e->value);
    }
    spk_json_write(&text, lower, 0);
    const char *kept = spk_arena_strdup(&g->f.arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}

static spk_rc paginate(struct golden *g)
{
    struct fixture *f = &g->f;
    struct spk_value given = spk_get(g->line, "page"), initial = {0}, next = {0}, told;
    struct spk_component *built = component(g, "component", SPK_KIND_PAGINATOR);
    if (!built)
        return f->err.rc;
    const struct spk_paginator_ops *ops = SPK_OPS(built, paginator);
    const struct spk_page page = {.size = spk_get(given, "size").integer,
                                  .kept = spk_get(given, "size").integer,
                                  .last_record = spk_get(given, "last_record"),
                                  .last_token = spk_get(given, "last_token")};
    g->out = spk_dict_new(&f->arena);
    fixture_answer(f, 200, lower_case_headers(g, spk_get(given, "headers")),
                   spk_get(given, "body").text);
    spk_rc rc = ops->initial(built, &f->scope, &initial, &f->err);
    spk_set(g->out, "initial", spk_is_defined(initial) ? initial : spk_null());
    if (!rc)
        rc = tell(g, built, initial, &told);
    if (rc)
        return rc;
    spk_set(g->out, "first", told);
    f->scope.page = &page;
    rc = ops->next(built, &f->scope, &page, &next, &f->err);
    spk_set(g->out, "next", spk_is_defined(next) ? next : spk_null());
    f->scope.page = NULL;
    if (!rc)
        rc = tell(g, built, next, &told);
    spk_set(g->out, "second", spk_is_defined(next) ? told : spk_null());
    return rc;
}

static const struct {
    const char *kind;
    spk_rc (*run)(struct golden *);
} runners[] = {{"extract", extract},
               {"filter", filter},
               {"paginate", paginate},
               {"transform", transform},
               {"normalize", normalize}};

/* Whether the case gives what the CDK gave. */
static bool holds(struct spk_view text)
{
    struct golden g = {0};
    spk_rc rc = SPK_ESYSTEM;
    fixture_init(&g.f, CONFIG, NULL);
    const struct spk_json_limits limits = {.allow_nan = true};
    if (spk_json_parse(&g.f.arena, text, &limits, &g.line, &g.f.err))
        fail_msg("%s", g.f.err.text);
    g.f.slice.merged = fixture_json(&g.f, "{\"day\": \"d\"}");
    g.record.tree = spk_get(g.line, "record");
    g.record.arena = &g.f.arena;
    g.f.scope.record = spk_is_defined(g.record.tree) ? &g.record : NULL;
    for (size_t i = 0; i < sizeof(runners) / sizeof(*runners); i++) {
        if (spk_view_is(spk_get(g.line, "kind").text, runners[i].kind))
            rc = runners[i].run(&g);
    }
    struct spk_value wanted = spk_get(g.line, "is");
    bool fails = !spk_is_defined(wanted);
    const char *is = rc ? g.f.err.text : fixture_text(&g.f, g.out);
    bool good = fails ? rc != SPK_OK
                      : rc == SPK_OK && spk_view_is(spk_view_of(is), fixture_text(&g.f, wanted));
    if (!good)
        print_error("%.*s\n  here %s\n", SPK_FMT(text), is);
    fixture_deinit(&g.f);
    return good;
}

static void records_become_what_the_cdk_makes_of_them(void **state)
{
    struct spk_buf text = {0};
    const char *file = SPK_SOURCE_DIR "/src/source/test/records.jsonl";
    assert_int_equal(spk_file_read(file, 0, &text, NULL), SPK_OK);
    struct spk_view rest = spk_buf_view(&text);
    size_t cases = 0, wrong = 0;
    while (rest.len > 0) {
        wrong += !holds(spk_view_cut(&rest, '\n'));
        cases++;
    }
    spk_buf_deinit(&text);
    assert_true(cases > 1000);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_what_the_cdk_makes_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
