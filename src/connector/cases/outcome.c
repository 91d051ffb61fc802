#include "cases_internal.h"

#include <stdlib.h>

#include "source/exchange.h"

static struct spk_outcome *of(struct spk_sink *sink)
{
    return (struct spk_outcome *)sink;
}

/* The stream's list of records; made where it is not there. */
static struct spk_value records_of(struct spk_outcome *o, struct spk_view stream)
{
    struct spk_value list = spk_dict_get(o->records, stream);
    if (!spk_is_defined(list)) {
        list = spk_list_new(&o->arena);
        spk_dict_set(o->records, spk_arena_dup(&o->arena, stream), list);
    }
    return list;
}

static spk_rc stream_status(struct spk_sink *sink, const struct spk_stream_info *stream,
                            enum spk_stream_status status, const char *reason,
                            struct spk_error *err)
{
    struct spk_outcome *o = of(sink);
    pthread_mutex_lock(&o->lock);
    if (status == SPK_STREAM_COMPLETE || status == SPK_STREAM_INCOMPLETE) {
        records_of(o, stream->name);
        spk_dict_set(o->statuses, spk_arena_dup(&o->arena, stream->name),
                     spk_str(status == SPK_STREAM_COMPLETE ? "COMPLETE" : "INCOMPLETE"));
    }
    pthread_mutex_unlock(&o->lock);
    return SPK_OK;
}

static spk_rc stream_failed(struct spk_sink *sink, const struct spk_stream_info *stream,
                            const struct spk_error *failure, struct spk_error *err)
{
    struct spk_outcome *o = of(sink);
    pthread_mutex_lock(&o->lock);
    spk_list_append(o->errors, spk_string_dup(&o->arena, spk_view_of(failure->text)));
    pthread_mutex_unlock(&o->lock);
    return SPK_OK;
}

static spk_rc slice_begin(struct spk_sink *sink, const struct spk_stream_info *stream,
                          const struct spk_slice *slice, void **handle, struct spk_error *err)
{
    struct spk_outcome *o = of(sink);
    pthread_mutex_lock(&o->lock);
    *handle = records_of(o, stream->name).list;
    pthread_mutex_unlock(&o->lock);
    return SPK_OK;
}

static spk_rc record(struct spk_sink *sink, void *handle, const struct spk_record *rec,
                     struct spk_error *err)
{
    struct spk_outcome *o = of(sink);
    struct spk_record copy = *rec;
    struct spk_value tree = spk_record_tree(&copy);
    pthread_mutex_lock(&o->lock);
    struct spk_value list = {.kind = SPK_LIST, .list = handle};
    spk_list_append(list, spk_value_copy(&o->arena, tree));
    pthread_mutex_unlock(&o->lock);
    return SPK_OK;
}

static spk_rc state(struct spk_sink *sink, const struct spk_stream_info *stream,
                    struct spk_value stream_state, struct spk_error *err)
{
    struct spk_outcome *o = of(sink);
    pthread_mutex_lock(&o->lock);
    spk_dict_set(o->states, spk_arena_dup(&o->arena, stream->name),
                 spk_value_copy(&o->arena, stream_state));
    pthread_mutex_unlock(&o->lock);
    return SPK_OK;
}

static const struct spk_sink_ops ops = {
    .stream_status = stream_status,
    .stream_failed = stream_failed,
    .slice_begin = slice_begin,
    .record = record,
    .state = state,
};

void spk_outcome_init(struct spk_outcome *o)
{
    *o = (struct spk_outcome){.sink.ops = &ops};
    pthread_mutex_init(&o->lock, NULL);
    o->records = spk_dict_new(&o->arena);
    o->states = spk_dict_new(&o->arena);
    o->statuses = spk_dict_new(&o->arena);
    o->errors = spk_list_new(&o->arena);
}

void spk_outcome_deinit(struct spk_outcome *o)
{
    spk_arena_deinit(&o->arena);
    pthread_mutex_destroy(&o->lock);
}

struct line {
    struct spk_view text;
    struct spk_value value;
};

static int by_text(const void *a, const void *b)
{
    return spk_view_compare(((const struct line *)a)->text, ((const struct line *)b)->text);
}

static void sort(struct spk_arena *arena, struct spk_value list)
{
    size_t n = spk_list_len(list);
    struct line *lines = spk_arena_array(arena, n + 1, sizeof(*lines));
    struct spk_buf text = {0};
    for (size_t i = 0; i < n; i++) {
        spk_buf_clear(&text);
        spk_json_write(&text, spk_list_at(list, i), 0);
        lines[i] = (struct line){spk_arena_dup(arena, spk_buf_view(&text)), spk_list_at(list, i)};
    }
    qsort(lines, n, sizeof(*lines), by_text);
    for (size_t i = 0; i < n; i++)
        list.list->items[i] = lines[i].value;
    spk_buf_deinit(&text);
}

struct spk_value spk_outcome_value(const struct spk_outcome *o)
{
    struct spk_arena *arena = (struct spk_arena *)&o->arena;
    struct spk_value all = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(o->records); i++)
        sort(arena, o->records.dict->entries[i].value);
    if (spk_is_defined(o->result))
        spk_set(all, "result", o->result);
    if (spk_dict_len(o->statuses) > 0) {
        spk_set(all, "statuses", o->statuses);
        spk_set(all, "records", o->records);
        spk_set(all, "states", o->states);
    }
    if (spk_list_len(o->errors) > 0)
        spk_set(all, "errors", o->errors);
    return all;
}
