/* Writing values as orjson or as Python's json.dumps. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "json/json_internal.h"

enum { MOST_DEPTH = 1000 }; /* containers are shared: a tree may hold itself */

struct writer {
    struct spk_buf *out;
    unsigned flags;
    size_t depth;
};

static void write_value(struct writer *w, struct spk_value v);

/* A small number as orjson writes it: no leading zero in exponents, 0.00001 instead of 1e-05. */
static void write_compact_float(struct spk_buf *out, double number)
{
    struct spk_buf text = {0};
    spk_float_repr(&text, number);
    struct spk_view view = spk_buf_view(&text);
    ptrdiff_t at = spk_view_find(view, SPK_V("e-0"), 0);
    if (at < 0) {
        spk_buf_append(out, view);
    } else if (view.at[at + 3] == '5') {
        struct spk_view digits = spk_view_slice(view, view.at[0] == '-', (size_t)at);
        spk_buf_append_str(out, view.at[0] == '-' ? "-0.0000" : "0.0000");
        spk_buf_append_char(out, digits.at[0]);
        spk_buf_append(out, spk_view_slice(digits, 2, digits.len));
    } else {
        spk_buf_append(out, spk_view_slice(view, 0, (size_t)at + 2));
        spk_buf_append(out, spk_view_slice(view, (size_t)at + 3, view.len));
    }
    spk_buf_deinit(&text);
}

static void write_finite(struct writer *w, double number)
{
    bool small = fabs(number) < 1e-4 && number != 0;
    if (small && !(w->flags & SPK_JSON_SPACED))
        write_compact_float(w->out, number);
    else
        spk_float_repr(w->out, number);
}

static void write_float(struct writer *w, double number)
{
    if (isfinite(number)) {
        write_finite(w, number);
    } else if (!(w->flags & SPK_JSON_NAN)) {
        spk_buf_append_str(w->out, "null");
    } else {
        spk_buf_append_str(w->out, isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }
}

/* What other scalars are as text: str(), but instants with a T where orjson writes them. */
static void write_as_text(struct writer *w, struct spk_value v)
{
    struct spk_buf text = {0};
    spk_value_str(&text, v);
    if (v.kind == SPK_DATETIME && !(w->flags & SPK_JSON_SPACED))
        text.at[10] = 'T';
    spk_json_write_string(w->out, spk_buf_view(&text), w->flags);
    spk_buf_deinit(&text);
}

static void write_scalar(struct writer *w, struct spk_value v)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_UNDEFINED:
    case SPK_NULL: spk_buf_append(w->out, SPK_V("null")); break;
    case SPK_BOOL: spk_buf_append(w->out, v.boolean ? SPK_V("true") : SPK_V("false")); break;
    case SPK_INT: spk_buf_append_i64(w->out, v.integer); break;
    case SPK_BIGINT: spk_buf_append(w->out, v.text); break;
    case SPK_FLOAT: write_float(w, v.number); break;
    case SPK_STRING: spk_json_write_string(w->out, v.text, w->flags); break;
    default: write_as_text(w, v); break;
    }
}

static void write_key(struct writer *w, struct spk_value key)
{
    bool bare = key.kind <= SPK_FLOAT;
    if (bare)
        json_put(w->out, '"');
    if (key.kind == SPK_LIST || key.kind == SPK_TUPLE || key.kind == SPK_DICT)
        write_as_text(w, key);
    else
        write_scalar(w, key);
    if (bare)
        json_put(w->out, '"');
}

static void start_line(struct writer *w)
{
    if (!(w->flags & SPK_JSON_PRETTY))
        return;
    json_put(w->out, '\n');
    for (size_t i = 0; i < w->depth; i++)
        spk_buf_append(w->out, SPK_V("  "));
}

static void separate(struct writer *w, bool first)
{
    if (!first)
        json_put(w->out, ',');
    if (w->flags & SPK_JSON_PRETTY)
        start_line(w);
    else if (!first && (w->flags & SPK_JSON_SPACED))
        json_put(w->out, ' ');
}

static void write_list(struct writer *w, const struct spk_list *list)
{
    json_put(w->out, '[');
    w->depth++;
    for (size_t i = 0; i < list->len; i++) {
        separate(w, i == 0);
        write_value(w, list->items[i]);
    }
    w->depth--;
    if (list->len > 0)
        start_line(w);
    json_put(w->out, ']');
}

static void write_entry(struct writer *w, const struct spk_entry *entry, bool first)
{
    separate(w, first);
    write_key(w, entry->key);
    json_put(w->out, ':');
    if (w->flags & (SPK_JSON_SPACED | SPK_JSON_PRETTY))
        json_put(w->out, ' ');
    write_value(w, entry->value);
}

static int compare_entries(const void *a, const void *b)
{
    const struct spk_entry *left = *(const struct spk_entry *const *)a;
    const struct spk_entry *right = *(const struct spk_entry *const *)b;
    int order = 0;
    if (spk_value_compare(left->key, right->key, &order) && order != SPK_UNORDERED)
        return order;
    return (left->key.kind > right->key.kind) - (left->key.kind < right->key.kind);
}

static void write_sorted_entries(struct writer *w, const struct spk_dict *dict)
{
    const struct spk_entry **sorted = spk_memory_resize(NULL, dict->len, sizeof *sorted);
    for (size_t i = 0; i < dict->len; i++)
        sorted[i] = &dict->entries[i];
    qsort(sorted, dict->len, sizeof *sorted, compare_entries);
    for (size_t i = 0; i < dict->len; i++)
        write_entry(w, sorted[i], i == 0);
    free(sorted);
}

static void write_dict(struct writer *w, const struct spk_dict *dict)
{
    json_put(w->out, '{');
    w->depth++;
    if (w->flags & SPK_JSON_SORTED && dict->len > 1) {
        write_sorted_entries(w, dict);
    } else {
        for (size_t i = 0; i < dict->len; i++)
            write_entry(w, &dict->entries[i], i == 0);
    }
    w->depth--;
    if (dict->len > 0)
        start_line(w);
    json_put(w->out, '}');
}

static void write_value(struct writer *w, struct spk_value v)
{
    bool container = v.kind == SPK_LIST || v.kind == SPK_TUPLE || v.kind == SPK_DICT;
    if (!container)
        write_scalar(w, v);
    else if (w->depth >= MOST_DEPTH)
        spk_buf_append(w->out, SPK_V("null"));
    else if (v.kind == SPK_DICT)
        write_dict(w, v.dict);
    else
        write_list(w, v.list);
}

void spk_json_write(struct spk_buf *out, struct spk_value value, unsigned flags)
{
    struct writer writer = {.out = out, .flags = flags};
    write_value(&writer, value);
}
