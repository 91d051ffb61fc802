#include "cases_internal.h"

/* Two trees held against each other, for people. */

enum { MOST_BYTES = 16384 };

static void write_line(struct spk_buf *out, char sign, struct spk_view path, struct spk_value value)
{
    spk_buf_append_char(out, sign);
    spk_buf_printf(out, " %.*s: ", SPK_FMT(path));
    if (spk_is_defined(value))
        spk_json_write(out, value, 0);
    else
        spk_buf_append_str(out, "nothing");
    spk_buf_append_char(out, '\n');
}

static bool holds(struct spk_value list, struct spk_value item)
{
    for (size_t i = 0; i < spk_list_len(list); i++) {
        if (spk_value_equal(spk_list_at(list, i), item))
            return true;
    }
    return false;
}

/* What only one of two lists has; where each has what the other has, they differ by their number.
 */
static void differ_lists(struct spk_buf *out, struct spk_view path, struct spk_value expected,
                         struct spk_value got)
{
    size_t before = out->len;
    for (size_t i = 0; i < spk_list_len(expected); i++) {
        if (!holds(got, spk_list_at(expected, i)))
            write_line(out, '-', path, spk_list_at(expected, i));
    }
    for (size_t i = 0; i < spk_list_len(got); i++) {
        if (!holds(expected, spk_list_at(got, i)))
            write_line(out, '+', path, spk_list_at(got, i));
    }
    if (out->len == before && spk_list_len(expected) != spk_list_len(got)) {
        write_line(out, '-', path, spk_int((int64_t)spk_list_len(expected)));
        write_line(out, '+', path, spk_int((int64_t)spk_list_len(got)));
    }
}

static void differ(struct spk_buf *out, struct spk_view path, struct spk_value expected,
                   struct spk_value got)
{
    struct spk_arena arena = {0};
    if (spk_is_defined(expected) && spk_is_defined(got) && spk_value_equal(expected, got))
        return;
    if (spk_is(expected, SPK_LIST) && spk_is(got, SPK_LIST)) {
        differ_lists(out, path, expected, got);
        return;
    }
    if (!spk_is(expected, SPK_DICT) || !spk_is(got, SPK_DICT)) {
        write_line(out, '-', path, expected);
        write_line(out, '+', path, got);
        return;
    }
    struct spk_value keys = spk_dict_copy(&arena, expected);
    spk_dict_update(keys, got);
    for (size_t i = 0; i < spk_dict_len(keys); i++) {
        struct spk_view key = spk_value_text_or(keys.dict->entries[i].key, "?");
        struct spk_value a = spk_dict_get(expected, key), b = spk_dict_get(got, key);
        if (!spk_is_defined(a) && !spk_is_defined(b))
            continue;
        struct spk_view inner =
            path.len == 0 ? key
                          : spk_arena_printf(&arena, "%.*s.%.*s", SPK_FMT(path), SPK_FMT(key));
        differ(out, inner, a, b);
    }
    spk_arena_deinit(&arena);
}

void spk_case_difference(struct spk_buf *out, struct spk_value expected, struct spk_value got)
{
    struct spk_buf all = {.limit = MOST_BYTES};
    differ(&all, SPK_V(""), expected, got);
    spk_buf_append(out, spk_buf_view(&all));
    if (all.overflow)
        spk_buf_append_str(out, "\n... and more\n");
    spk_buf_deinit(&all);
}
