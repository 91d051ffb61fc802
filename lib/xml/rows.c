/* The elements at one path, one at a time. */
#include "xml/xml_internal.h"

#include "base/memory.h"

#include <stdlib.h>

enum { DEFAULT_MEMORY = 64 << 20, MAX_PATH = 32 };

struct spk_xml_rows {
    struct spk_xml_rows_options options;
    struct spk_xml_reader reader;
    struct spk_xml_builder builder;
    struct spk_arena lasting; /* names and the envelope */
    struct spk_arena row;     /* cleared behind each row */
    size_t matched;           /* outermost open elements that match the path */
    uint64_t count;
    struct spk_view root;
    struct spk_value envelope;
};

static bool in_row(const struct spk_xml_rows *rows)
{
    return rows->matched == rows->options.path_len;
}

static bool matches(const struct spk_xml_rows *rows, const char *name)
{
    if (in_row(rows) || rows->builder.depth != rows->matched)
        return false;
    struct spk_view wanted = rows->options.path[rows->matched];
    return spk_view_is(wanted, "*") || spk_view_is(wanted, name);
}

static void enter_row(struct spk_xml_rows *rows)
{
    rows->builder.values = &rows->row;
    rows->builder.duplicates = rows->options.duplicates;
    rows->builder.strip_attribute_prefix = rows->options.strip_attribute_prefix;
}

static spk_rc leave_row(struct spk_xml_rows *rows, struct spk_value value, struct spk_error *err)
{
    rows->count++;
    spk_rc rc = rows->options.row(rows->options.context, value, err);
    spk_arena_reset(&rows->row);
    rows->builder.values = &rows->lasting;
    rows->builder.duplicates = SPK_XML_LIST;
    rows->builder.strip_attribute_prefix = false;
    return rc;
}

static spk_rc rows_start(void *context, const char *name, const char *const *attributes,
                         struct spk_error *err)
{
    struct spk_xml_rows *rows = context;
    bool is_root = rows->builder.depth == 0;
    if (matches(rows, name) && ++rows->matched == rows->options.path_len)
        enter_row(rows);
    spk_rc rc = spk_xml_builder_start(&rows->builder, name, attributes, err);
    if (is_root)
        rows->root = rows->builder.frames[0].name;
    return rc;
}

static spk_rc rows_text(void *context, struct spk_view text, struct spk_error *err)
{
    struct spk_xml_rows *rows = context;
    return spk_xml_builder_text(&rows->builder, text, err);
}

static spk_rc rows_end(void *context, struct spk_error *err)
{
    struct spk_xml_rows *rows = context;
    struct spk_view name;
    struct spk_value value = spk_xml_builder_pop(&rows->builder, &name);
    size_t depth = rows->builder.depth;
    bool is_row = in_row(rows) && depth + 1 == rows->matched;
    if (depth < rows->matched)
        rows->matched = depth;
    if (is_row)
        return leave_row(rows, value, err);
    if (depth > 0) {
        spk_xml_builder_attach(&rows->builder, name, value);
    } else {
        rows->envelope = spk_dict_new(&rows->lasting);
        spk_dict_set(rows->envelope, name, value);
    }
    return SPK_OK;
}

static const struct spk_xml_target rows_target = {
    .start = rows_start, .text = rows_text, .end = rows_end};

spk_rc spk_xml_rows_create(const struct spk_xml_rows_options *options, struct spk_xml_rows **out,
                           struct spk_error *err)
{
    if (options->path_len == 0 || options->path_len > MAX_PATH)
        return spk_error_set(err, SPK_ECONFIG, "xml: a path of rows has 1 to %d names, not %zu",
                             MAX_PATH, options->path_len);
    struct spk_xml_rows *rows = spk_memory_zalloc(sizeof(*rows));
    rows->options = *options;
    spk_rc rc = spk_xml_reader_init(&rows->reader, &options->xml, &rows_target, rows, err);
    if (rc != SPK_OK) {
        free(rows);
        return rc;
    }
    size_t max_memory = options->xml.max_memory ? options->xml.max_memory : DEFAULT_MEMORY;
    spk_xml_builder_init(&rows->builder, &rows->lasting, &rows->lasting, max_memory);
    *out = rows;
    return SPK_OK;
}

void spk_xml_rows_destroy(struct spk_xml_rows *rows)
{
    if (!rows)
        return;
    spk_xml_reader_deinit(&rows->reader);
    spk_xml_builder_deinit(&rows->builder);
    spk_arena_deinit(&rows->row);
    spk_arena_deinit(&rows->lasting);
    free(rows);
}

spk_rc spk_xml_rows_push(struct spk_xml_rows *rows, struct spk_view chunk, struct spk_error *err)
{
    return spk_xml_reader_push(&rows->reader, chunk, err);
}

spk_rc spk_xml_rows_finish(struct spk_xml_rows *rows, struct spk_error *err)
{
    return spk_xml_reader_finish(&rows->reader, err);
}

struct spk_view spk_xml_rows_root(const struct spk_xml_rows *rows)
{
    return rows->root;
}

uint64_t spk_xml_rows_count(const struct spk_xml_rows *rows)
{
    return rows->count;
}

struct spk_value spk_xml_rows_open(const struct spk_xml_rows *rows, size_t depth)
{
    struct spk_value item = {0};
    if (depth < rows->builder.depth && rows->builder.frames[depth].item.kind == SPK_DICT)
        item = rows->builder.frames[depth].item;
    return item;
}

struct spk_value spk_xml_rows_envelope(const struct spk_xml_rows *rows)
{
    return rows->envelope;
}
