#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "columnar/columnar.h"

void spk_arrow_schema_release(struct ArrowSchema *schema)
{
    if (schema->release)
        schema->release(schema);
}

void spk_arrow_array_release(struct ArrowArray *array)
{
    if (array->release)
        array->release(array);
}

void spk_arrow_stream_release(struct ArrowArrayStream *stream)
{
    if (stream->release)
        stream->release(stream);
}

static const char *format_of(enum spk_column_type type)
{
    static const char *const formats[] = {
        [SPK_COLUMN_STRING] = "u", [SPK_COLUMN_LARGE_STRING] = "U",
        [SPK_COLUMN_INT64] = "l",  [SPK_COLUMN_DOUBLE] = "g",
        [SPK_COLUMN_BOOL] = "b",   [SPK_COLUMN_TIMESTAMP] = "tsu:UTC",
        [SPK_COLUMN_DATE] = "tdD",
    };
    assert((size_t)type < sizeof(formats) / sizeof(formats[0]));
    return formats[type];
}

static void release_field(struct ArrowSchema *schema)
{
    free((char *)schema->name);
    schema->release = NULL;
}

/* A consumer may have moved a child away: its release is NULL then. */
static void release_struct(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        spk_arrow_schema_release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    schema->release = NULL;
}

static char *copy_name(const char *name)
{
    size_t size = strlen(name) + 1;
    return (char *)memcpy(spk_memory_zalloc(size), name, size);
}

void spk_arrow_schema_make(const struct spk_field *fields, size_t n, struct ArrowSchema *out)
{
    struct ArrowSchema **children = (struct ArrowSchema **)spk_memory_zalloc(n * sizeof(*children));
    for (size_t i = 0; i < n; i++) {
        children[i] = (struct ArrowSchema *)spk_memory_zalloc(sizeof(**children));
        *children[i] = (struct ArrowSchema){
            .format = format_of(fields[i].type),
            .name = copy_name(fields[i].name),
            .flags = fields[i].nullable ? ARROW_FLAG_NULLABLE : 0,
            .release = release_field,
        };
    }
    *out = (struct ArrowSchema){
        .format = "+s",
        .name = "",
        .n_children = (int64_t)n,
        .children = children,
        .release = release_struct,
    };
}
