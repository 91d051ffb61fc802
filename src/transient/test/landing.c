#include "landing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/time.h"

void landing_open(struct landing *l, const struct spk_transient_options *options,
                  const struct spk_objstore_fault *fault)
{
    static const struct spk_objstore_fault none = {.nth = 0};
    struct spk_objstore_options memory = {.url = "memory:"};
    struct spk_transient_options all = options ? *options : (struct spk_transient_options){0};
    if (!l->memory)
        assert_int_equal(spk_objstore_open(&memory, &l->memory, NULL), SPK_OK);
    l->store = spk_objstore_faulty_create(l->memory, fault ? fault : &none);
    all.store = l->store;
    all.run = SPK_V("r1");
    all.platform = SPK_V("p");
    all.account = SPK_V("anna");
    all.now_us = LANDING_TODAY * SPK_DAY_US + 42;
    assert_int_equal(spk_transient_create(&all, &l->transient, NULL), SPK_OK);
}

void landing_close(struct landing *l)
{
    spk_transient_destroy(l->transient);
    spk_objstore_destroy(l->store);
    spk_objstore_destroy(l->memory);
    spk_arena_deinit(&l->arena);
    *l = (struct landing){0};
}

static struct spk_slice make_slice(struct landing *l, const struct landing_slice *from)
{
    struct spk_slice slice = {.partition = spk_dict_new(&l->arena),
                              .cursor = spk_dict_new(&l->arena),
                              .extra_fields = spk_dict_new(&l->arena),
                              .merged = spk_dict_new(&l->arena)};
    if (from->partition)
        spk_set(slice.partition, "brand", spk_str(from->partition));
    if (from->from) {
        spk_set(slice.cursor, "start_time", spk_str(from->from));
        spk_set(slice.cursor, "end_time", spk_str(from->to));
        spk_set(slice.merged, "start_time", spk_str(from->from));
    }
    return slice;
}

static spk_rc feed(struct landing *l, const struct landing_slice *slice, void *handle)
{
    struct spk_sink *sink = spk_transient_sink(l->transient);
    spk_rc rc = SPK_OK;
    for (int i = 0; !rc && i < slice->rows; i++) {
        struct spk_arena arena = {0};
        struct spk_record record = {
            .text = spk_view_of(slice->record ? slice->record : "{\"n\":1}"), .arena = &arena};
        struct spk_error err = {0};
        assert_int_equal(spk_json_parse(&arena, record.text, NULL, &record.tree, &err), SPK_OK);
        rc = sink->ops->record(sink, handle, &record, &err);
        spk_arena_deinit(&arena);
    }
    return rc ? rc : sink->ops->page_end(sink, handle, NULL);
}

spk_rc landing_slice(struct landing *l, const struct landing_slice *from)
{
    struct spk_sink *sink = spk_transient_sink(l->transient);
    struct spk_stream_info stream = {.name = spk_view_of(from->stream)};
    struct spk_slice slice = make_slice(l, from);
    struct spk_evidence evidence = {
        .requests = 1, .pages = 1, .records = from->rows, .empty_proven = from->proof != NULL};
    struct spk_error failure = {0};
    void *handle = NULL;
    spk_rc rc = sink->ops->slice_begin(sink, &stream, &slice, &handle, NULL);
    if (rc)
        return rc;
    if (from->proof)
        snprintf(evidence.proof, sizeof(evidence.proof), "%s", from->proof);
    rc = feed(l, from, handle);
    if (from->failure)
        spk_error_set(&failure, SPK_ETRANSIENT, "%s", from->failure);
    assert_int_equal(
        sink->ops->slice_end(sink, handle, &evidence, from->failure ? &failure : NULL, NULL),
        SPK_OK);
    return rc;
}

size_t landing_finish(struct landing *l, const struct spk_transient_batch **batches)
{
    struct spk_error err = {0};
    if (spk_transient_finish(l->transient, &err))
        fail_msg("%s", err.text);
    return spk_transient_batches(l->transient, batches);
}

bool landing_has(struct landing *l, const char *key)
{
    struct spk_objstore_stat stat;
    bool found = false;
    assert_int_equal(spk_objstore_head(l->memory, spk_view_of(key), &stat, &found, NULL), SPK_OK);
    return found;
}
