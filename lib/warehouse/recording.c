/* A warehouse that keeps what it is told and answers from a table. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/memory.h"
#include "warehouse/warehouse_internal.h"

struct recording {
    struct spk_warehouse base;
    const struct spk_warehouse_answer *answers;
    size_t n_answers;
    struct spk_arena arena;
    struct spk_view *statements;
    size_t n, cap;
};

/* The rows of one answer, as a stream of one batch. */
struct answer_stream {
    struct ArrowSchema schema;
    struct ArrowArray batch;
};

static int give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct answer_stream *answer = (struct answer_stream *)stream->private_data;
    *out = answer->schema;
    answer->schema.release = NULL;
    return 0;
}

static int give_batch(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct answer_stream *answer = (struct answer_stream *)stream->private_data;
    *out = answer->batch;
    answer->batch = (struct ArrowArray){0};
    return 0;
}

static const char *no_error(struct ArrowArrayStream *stream)
{
    return NULL;
}

static void release_answer(struct ArrowArrayStream *stream)
{
    struct answer_stream *answer = (struct answer_stream *)stream->private_data;
    spk_arrow_schema_release(&answer->schema);
    spk_arrow_array_release(&answer->batch);
    free(answer);
    stream->release = NULL;
}

static spk_rc make_batch(const struct spk_warehouse_answer *from, struct answer_stream *answer,
                         struct spk_error *err)
{
    struct spk_field *fields =
        (struct spk_field *)spk_memory_zalloc(from->n_columns * sizeof(*fields));
    for (size_t c = 0; c < from->n_columns; c++)
        fields[c] = (struct spk_field){from->columns[c], SPK_COLUMN_STRING, true};
    spk_arrow_schema_make(fields, from->n_columns, &answer->schema);
    struct spk_builder *builder = spk_builder_create(fields, from->n_columns, 0, 0);
    for (size_t i = 0; i < from->n_rows * from->n_columns; i++) {
        if (from->cells[i])
            spk_builder_string(builder, i % from->n_columns, spk_view_of(from->cells[i]));
        else
            spk_builder_null(builder, i % from->n_columns);
    }
    spk_rc rc = spk_builder_take(builder, &answer->batch, err);
    spk_builder_destroy(builder);
    free(fields);
    return rc;
}

/* Keeps the statement; *answer is NULL where the table has none. EDATA where it has a failure. */
static spk_rc record(struct spk_warehouse *warehouse, struct spk_view sql,
                     const struct spk_warehouse_answer **answer, struct spk_error *err)
{
    struct recording *recording = (struct recording *)warehouse;
    recording->statements = (struct spk_view *)spk_memory_grow(
        recording->statements, &recording->cap, recording->n + 1, sizeof(sql));
    recording->statements[recording->n++] = spk_arena_dup(&recording->arena, sql);
    *answer = NULL;
    for (size_t i = 0; i < recording->n_answers && !*answer; i++) {
        if (spk_view_starts(sql, spk_view_of(recording->answers[i].starts)))
            *answer = &recording->answers[i];
    }
    if (*answer && (*answer)->failure)
        return spk_error_set(err, SPK_EDATA, "%s", (*answer)->failure);
    return SPK_OK;
}

static spk_rc recording_execute(struct spk_warehouse *warehouse, struct spk_view sql,
                                struct spk_error *err)
{
    const struct spk_warehouse_answer *answer;
    return record(warehouse, sql, &answer, err);
}

static spk_rc recording_query(struct spk_warehouse *warehouse, struct spk_view sql,
                              struct ArrowArrayStream *out, struct spk_error *err)
{
    static const char *const no_columns[] = {"nothing"};
    static const struct spk_warehouse_answer nothing = {.columns = no_columns, .n_columns = 1};
    const struct spk_warehouse_answer *answer;
    spk_rc rc = record(warehouse, sql, &answer, err);
    if (rc != SPK_OK)
        return rc;
    struct answer_stream *stream = (struct answer_stream *)spk_memory_zalloc(sizeof(*stream));
    *out = (struct ArrowArrayStream){
        .get_schema = give_schema,
        .get_next = give_batch,
        .get_last_error = no_error,
        .release = release_answer,
        .private_data = stream,
    };
    rc = make_batch(answer && answer->n_columns ? answer : &nothing, stream, err);
    if (rc != SPK_OK)
        spk_arrow_stream_release(out);
    return rc;
}

static void recording_destroy(struct spk_warehouse *warehouse)
{
    struct recording *recording = (struct recording *)warehouse;
    spk_arena_deinit(&recording->arena);
    free(recording->statements);
    free(recording);
}

static const struct spk_warehouse_ops recording_ops = {
    .name = "recording",
    .execute = recording_execute,
    .query = recording_query,
    .destroy = recording_destroy,
};

struct spk_warehouse *spk_warehouse_recording_create(const struct spk_warehouse_answer *answers,
                                                     size_t n)
{
    struct recording *recording = (struct recording *)spk_memory_zalloc(sizeof(*recording));
    recording->base.ops = &recording_ops;
    recording->answers = answers;
    recording->n_answers = n;
    return &recording->base;
}

size_t spk_warehouse_recording_count(const struct spk_warehouse *recording)
{
    return ((const struct recording *)recording)->n;
}

struct spk_view spk_warehouse_recording_statement(const struct spk_warehouse *recording,
                                                  size_t index)
{
    return ((const struct recording *)recording)->statements[index];
}
