/*
 * Any text: parsing must end; items must carry exactly the bytes that parse to the same value; what
 * is written must read back as the same value. The first byte chooses the limits.
 */
#include <stdlib.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* NaN is not equal to itself, so values are compared as text. */
static void require_same(struct spk_value a, struct spk_value b)
{
    struct spk_buf left = {0};
    struct spk_buf right = {0};
    spk_value_repr(&left, a);
    spk_value_repr(&right, b);
    require(spk_view_equal(spk_buf_view(&left), spk_buf_view(&right)));
    spk_buf_deinit(&left);
    spk_buf_deinit(&right);
}

static void check_items(struct spk_arena *arena, const struct spk_json_doc *doc,
                        struct spk_value list, const struct spk_view *path, size_t n)
{
    const struct spk_json_limits python = {.allow_nan = true};
    struct spk_json_items items;
    size_t count = 0;
    spk_json_items_init(&items, doc, path, n);
    while (spk_json_items_next(&items)) {
        struct spk_value wanted = list.kind == SPK_LIST ? spk_list_at(list, count) : list;
        struct spk_value again = {0};
        size_t consumed = 0;
        require_same(spk_json_node_value(arena, items.node), wanted);
        require(spk_json_parse(arena, items.text, &python, &again, NULL) == SPK_OK);
        require(spk_json_skip_value(items.text, &consumed).len == items.text.len);
        require(consumed == items.text.len);
        count++;
    }
    require(list.kind != SPK_LIST || count == spk_list_len(list));
}

static void check_writing(struct spk_arena *arena, struct spk_value value, unsigned flags)
{
    const struct spk_json_limits python = {.allow_nan = true};
    struct spk_buf first = {0};
    struct spk_buf second = {0};
    struct spk_value again = {0};
    spk_json_write(&first, value, flags | SPK_JSON_NAN);
    require(spk_json_parse(arena, spk_buf_view(&first), &python, &again, NULL) == SPK_OK);
    spk_json_write(&second, again, flags | SPK_JSON_NAN);
    require(spk_view_equal(spk_buf_view(&first), spk_buf_view(&second)));
    if (!(flags & SPK_JSON_SORTED))
        require_same(value, again);
    spk_buf_deinit(&first);
    spk_buf_deinit(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct spk_json_limits limits = {
        .max_depth = data[0] & 16 ? 5 : 0, .allow_nan = data[0] & 32, .big_float = data[0] & 64};
    struct spk_view text = spk_view_make(data + 1, size - 1);
    struct spk_arena arena = {0};
    struct spk_value value = {0};
    struct spk_json_doc *doc = NULL;
    struct spk_error err = {0};
    spk_rc rc = spk_json_parse(&arena, text, &limits, &value, &err);
    require(rc == spk_json_doc_parse(text, &limits, &doc, &err));
    if (rc == SPK_OK) {
        require_same(spk_json_node_value(&arena, spk_json_doc_root(doc)), value);
        check_items(&arena, doc, value, NULL, 0);
        for (size_t i = 0; value.kind == SPK_DICT && i < spk_dict_len(value); i++) {
            const struct spk_entry *entry = &value.dict->entries[i];
            check_items(&arena, doc, entry->value, &entry->key.text, 1);
        }
        check_writing(&arena, value, data[0] & 15);
    } else {
        require(rc == SPK_EDATA && spk_view_find(spk_view_of(err.text), SPK_V(":"), 0) > 0);
    }
    spk_json_doc_destroy(doc);
    spk_arena_deinit(&arena);
    return 0;
}
