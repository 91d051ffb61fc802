#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json.h"

bool golden_same(struct spk_value a, struct spk_value b)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == SPK_LIST) {
        bool equal = a.list->len == b.list->len;
        for (size_t i = 0; equal && i < a.list->len; i++)
            equal = golden_same(a.list->items[i], b.list->items[i]);
        return equal;
    }
    if (a.kind == SPK_DICT) {
        bool equal = a.dict->len == b.dict->len;
        for (size_t i = 0; equal && i < a.dict->len; i++)
            equal = golden_same(a.dict->entries[i].value,
                                spk_dict_get_value(b, a.dict->entries[i].key));
        return equal;
    }
    return spk_value_equal(a, b);
}

struct spk_value golden_parse(struct spk_arena *arena, struct spk_view text)
{
    static const struct spk_json_limits limits = {.allow_nan = true};
    struct spk_value value = {0};
    struct spk_error err = {0};
    if (spk_json_parse(arena, text, &limits, &value, &err) != SPK_OK)
        fail_msg("%s: %.*s", err.text, SPK_FMT(spk_view_slice(text, 0, 200)));
    return value;
}
