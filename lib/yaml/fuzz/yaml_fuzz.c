#include "yaml/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read can be printed: its expanded size and depth are bounded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_arena arena = {0};
    struct spk_yaml_options options = {.max_bytes = 1 << 16, .max_depth = 64, .max_nodes = 10000};
    struct spk_error err;
    struct spk_value value;
    if (spk_yaml_parse(&arena, spk_view_make(data, size), &options, &value, &err) == SPK_OK) {
        struct spk_buf buf;
        spk_buf_init(&buf, 1 << 20);
        spk_value_repr(&buf, value);
        spk_buf_deinit(&buf);
    } else if (err.rc != SPK_ECONFIG || err.hint[0] == '\0') {
        abort();
    }
    spk_arena_deinit(&arena);
    return 0;
}
