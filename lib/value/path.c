/* Paths as error messages show them. */
#include "value/value_internal.h"

void spk_path_print(struct spk_buf *out, const struct spk_path *path)
{
    enum { SHOWN = 64 };
    const struct spk_path *steps[SHOWN];
    size_t count = 0;
    for (; path && count < SHOWN; path = path->parent)
        steps[count++] = path;
    if (path)
        spk_buf_append_str(out, "...");
    for (size_t i = count; i > 0; i--) {
        const struct spk_path *step = steps[i - 1];
        if (!step->key.at) {
            spk_buf_printf(out, "[%zu]", step->index);
            continue;
        }
        if (out->len > 0 && i < count)
            spk_buf_append_char(out, '.');
        spk_buf_append(out, step->key);
    }
}
