#include "xml/xml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static spk_rc take_row(void *context, struct spk_value row, struct spk_error *err)
{
    spk_value_repr(context, row);
    return SPK_OK;
}

/* The first byte is the length of the chunks. Whole and in chunks, a document is good or bad. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static const struct spk_view path[] = {SPK_VIEW("*"), SPK_VIEW("row")};
    size_t step = data[0] ? data[0] : 1;
    struct spk_view text = spk_view_make(data + 1, size - 1);
    struct spk_arena arena = {0};
    struct spk_buf buf;
    spk_buf_init(&buf, 1 << 20);
    struct spk_error err;
    struct spk_value value;
    if (spk_xml_parse(&arena, text, NULL, &value, &err) == SPK_OK)
        spk_value_repr(&buf, value);
    spk_xml_root_name(&arena, text, NULL);
    struct spk_xml_rows_options options = {
        .xml = {.max_memory = 1 << 16},
        .path = path,
        .path_len = 2,
        .duplicates = SPK_XML_LAST,
        .strip_attribute_prefix = true,
        .row = take_row,
        .context = &buf,
    };
    struct spk_xml_rows *rows = NULL;
    if (spk_xml_rows_create(&options, &rows, &err) != SPK_OK)
        abort();
    spk_rc rc = SPK_OK;
    for (size_t at = 0; at < text.len && rc == SPK_OK; at += step)
        rc = spk_xml_rows_push(rows, spk_view_slice(text, at, at + step), &err);
    if (rc == SPK_OK)
        rc = spk_xml_rows_finish(rows, &err);
    if (rc == SPK_OK)
        spk_value_repr(&buf, spk_xml_rows_envelope(rows));
    spk_xml_rows_destroy(rows);
    spk_buf_deinit(&buf);
    spk_arena_deinit(&arena);
    return 0;
}
