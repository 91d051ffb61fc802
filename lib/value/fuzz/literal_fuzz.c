/* Any text: literal_eval must end, and what it makes must survive repr and copy. */
#include <stdlib.h>

#include "value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_arena arena = {0};
    struct spk_value value = {0};
    if (spk_value_literal_eval(&arena, spk_view_make(data, size), &value)) {
        struct spk_buf first = {0};
        struct spk_buf second = {0};
        struct spk_value again = {0};
        spk_value_repr(&first, spk_value_copy(&arena, value));
        /* inf has no literal, and bytes that are no UTF-8 print as surrogates. */
        if (spk_value_literal_eval(&arena, spk_buf_view(&first), &again)) {
            spk_value_repr(&second, again);
            require(spk_view_equal(spk_buf_view(&first), spk_buf_view(&second)));
        }
        spk_buf_deinit(&first);
        spk_buf_deinit(&second);
    }
    spk_arena_deinit(&arena);
    return 0;
}
