#include "async.h"

/* What creating and polling the job cost. */
static void add_evidence(struct spk_evidence *to, struct spk_evidence *from)
{
    to->requests += from->requests;
    to->retries += from->retries;
    to->bytes += from->bytes;
    for (size_t i = 0; i < sizeof(to->status) / sizeof(*to->status); i++)
        to->status[i] += from->status[i];
    *from = (struct spk_evidence){0};
}

struct counted { /* passes records on and knows how many */
    struct spk_slice_read *read;
    int64_t records;
};

static spk_rc count_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct counted *counted = context;
    counted->records++;
    return counted->read->record(counted->read->context, record, err);
}

static spk_rc count_page(void *context, struct spk_error *err)
{
    struct spk_slice_read *read = ((struct counted *)context)->read;
    return read->page ? read->page(read->context, err) : SPK_OK;
}

static bool is_enough(const struct counted *counted)
{
    return counted->read->limit > 0 && counted->records >= counted->read->limit;
}

static spk_rc read_target(struct spk_job *job, struct spk_value target, struct counted *counted,
                          struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_slice slice = {.partition = job->slice.partition,
                              .cursor = job->slice.cursor,
                              .extra_fields = spk_dict_new(&arena)};
    struct spk_value fields = job->extra_fields;
    for (size_t i = 0; i < spk_dict_len(fields); i++)
        spk_dict_set_value(slice.extra_fields, fields.dict->entries[i].key,
                           fields.dict->entries[i].value);
    spk_set(slice.extra_fields, "download_target", target);
    spk_slice_finish(&slice, &arena);
    struct spk_slice_read inner = *counted->read;
    inner.cursor = NULL;
    inner.slice = &slice;
    inner.record = count_record;
    inner.page = count_page;
    inner.context = counted;
    spk_rc rc = spk_pages_read(&job->retriever->download, &inner, err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc read_job(struct spk_job *job, struct spk_slice_read *read, struct spk_error *err)
{
    struct counted counted = {.read = read};
    struct spk_value targets;
    spk_rc rc = spk_job_targets(job, &targets, err);
    for (size_t i = 0; !rc && !is_enough(&counted) && i < spk_list_len(targets); i++)
        rc = read_target(job, spk_list_at(targets, i), &counted, err);
    if (!rc && !is_enough(&counted))
        rc = spk_job_delete(job, err);
    add_evidence(read->evidence, &job->evidence);
    return rc;
}

static spk_rc read_slices(struct spk_cursor *cursor, struct spk_slices *slices,
                          struct counted *counted, struct spk_error *err)
{
    struct spk_arena arena = {0};
    bool more = true, emit = false;
    spk_rc rc = SPK_OK;
    while (!rc && !is_enough(counted)) {
        struct spk_slice slice = {0};
        spk_arena_reset(&arena);
        rc = slices->ops->next(slices, &arena, &slice, &more, err);
        if (rc || !more)
            break;
        struct spk_slice_read read = *counted->read;
        read.slice = &slice;
        read.record = count_record;
        read.page = count_page;
        read.context = counted;
        rc = read_job(slice.owner, &read, err);
        if (!rc)
            rc = cursor->ops->close(cursor, &slice, &emit, err);
    }
    spk_arena_deinit(&arena);
    return rc;
}

/* For who has no slice, as a schema loader: the jobs are made here. */
static spk_rc read_sliceless(struct spk_async_retriever *retriever, struct spk_slice_read *read,
                             struct spk_error *err)
{
    const struct spk_retriever_ops *ops = SPK_OPS(&retriever->base, retriever);
    struct counted counted = {.read = read};
    struct spk_cursor *cursor = NULL;
    struct spk_slices *slices = NULL;
    spk_rc rc = ops->start(&retriever->base, NULL, (struct spk_value){0}, &cursor, err);
    if (!rc)
        rc = cursor->ops->slices(cursor, &slices, err);
    if (!rc)
        rc = read_slices(cursor, slices, &counted, err);
    if (slices)
        slices->ops->destroy(slices);
    if (cursor)
        cursor->ops->destroy(cursor);
    return rc;
}

spk_rc spk_job_read(struct spk_async_retriever *retriever, struct spk_slice_read *read,
                    struct spk_error *err)
{
    return read->slice->owner ? read_job(read->slice->owner, read, err)
                              : read_sliceless(retriever, read, err);
}
