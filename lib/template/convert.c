/* str(), bool(), len(), iter() and json.dumps() for all that an evaluation may hold. */
#include "template/template_internal.h"
#include <math.h>

#include "json/json.h"

enum {
    JSON_DEPTH = 900, /* Python's recursion limit, less what is in use */
    REPR_DEPTH = 200,
};

bool spk_tpl_truthy(struct spk_value v)
{
    if (v.kind == SPK_TPL_ITERATOR) {
        const struct spk_tpl_iterator *iterator = spk_tpl_what(v);
        return !iterator->view || iterator->list.list->len > 0;
    }
    if (v.kind == SPK_TPL_DURATION) {
        const struct spk_tpl_duration *duration = spk_tpl_what(v);
        return duration->years != 0 || duration->months != 0 || duration->us != 0;
    }
    return v.kind >= SPK_TPL_ABSENT || spk_value_truthy(v);
}

bool spk_tpl_equal(struct spk_value a, struct spk_value b)
{
    if (a.kind >= SPK_TPL_ABSENT || b.kind >= SPK_TPL_ABSENT) {
        if (a.kind == SPK_TPL_DURATION && b.kind == SPK_TPL_DURATION)
            return memcmp(spk_tpl_what(a), spk_tpl_what(b), sizeof(struct spk_tpl_duration)) == 0;
        return a.kind == b.kind && a.text.at == b.text.at;
    }
    return spk_value_equal(a, b);
}

const char *spk_tpl_type_name(struct spk_value v)
{
    switch (v.kind) {
    case SPK_TPL_CALLABLE: return "builtin_function_or_method";
    case SPK_TPL_ITERATOR: {
        const struct spk_tpl_iterator *iterator = spk_tpl_what(v);
        return iterator->view ? iterator->view : "generator";
    }
    case SPK_TPL_NAMESPACE: return "Namespace";
    case SPK_TPL_LOOP: return "LoopContext";
    case SPK_TPL_DURATION: return "Duration";
    case SPK_TPL_ZONE: return "timezone";
    case SPK_TPL_TIME: return "time";
    case SPK_UNDEFINED: return "Undefined";
    default: return spk_value_type_name(v);
    }
}

static void append_zone(struct spk_buf *out, int64_t offset)
{
    spk_buf_append_str(out, "UTC");
    int64_t minutes = (offset < 0 ? -offset : offset) / 60;
    if (offset)
        spk_buf_printf(out, "%c%02d:%02d", offset < 0 ? '-' : '+', (int)(minutes / 60),
                       (int)(minutes % 60));
}

static void append_time(struct spk_buf *out, const struct spk_civil *time)
{
    spk_buf_printf(out, "%02d:%02d:%02d", time->hour, time->minute, time->second);
    if (time->microsecond)
        spk_buf_printf(out, ".%06d", time->microsecond);
}

/* Python adds an address, which no one can rely on. */
static void append_callable(struct spk_buf *out, const struct spk_tpl_callable *callable)
{
    if (!callable->row)
        spk_buf_printf(out, "<Macro '%.*s'>", SPK_FMT(callable->macro->name));
    else if (callable->self.kind == SPK_UNDEFINED)
        spk_buf_printf(out, "<function %s>", callable->row->name);
    else
        spk_buf_printf(out, "<built-in method %s of %s object>", callable->row->name,
                       spk_tpl_type_name(callable->self));
}

static void append_special(struct spk_buf *out, struct spk_value v)
{
    switch (v.kind) {
    case SPK_TPL_CALLABLE: append_callable(out, spk_tpl_what(v)); break;
    case SPK_TPL_ITERATOR: {
        const struct spk_tpl_iterator *iterator = spk_tpl_what(v);
        if (!iterator->view) {
            spk_buf_append_str(out, "<generator object>");
            break;
        }
        spk_buf_printf(out, "%s(", iterator->view);
        spk_value_str(out, iterator->list);
        spk_buf_append_char(out, ')');
        break;
    }
    case SPK_TPL_NAMESPACE:
        spk_buf_append_str(out, "<Namespace ");
        v.kind = SPK_DICT;
        spk_value_str(out, v);
        spk_buf_append_char(out, '>');
        break;
    case SPK_TPL_LOOP: {
        const struct spk_tpl_loop *loop = spk_tpl_what(v);
        spk_buf_printf(out, "<LoopContext %zu/%zu>", loop->index0 + 1, loop->list.list->len);
        break;
    }
    case SPK_TPL_DURATION: spk_tpl_duration_str(out, spk_tpl_what(v)); break;
    case SPK_TPL_ZONE: append_zone(out, v.integer); break;
    case SPK_TPL_TIME: append_time(out, v.time); break;
    default: spk_buf_printf(out, "<%s>", spk_tpl_type_name(v));
    }
}

/* Whether a container holds what lib/value cannot print. */
static bool holds_special(struct spk_value v, int depth)
{
    bool special = v.kind >= SPK_TPL_ABSENT;
    if (v.kind == SPK_LIST || v.kind == SPK_TUPLE) {
        for (size_t i = 0; !special && depth < REPR_DEPTH && i < v.list->len; i++)
            special = holds_special(v.list->items[i], depth + 1);
    } else if (v.kind == SPK_DICT) {
        for (size_t i = 0; !special && depth < REPR_DEPTH && i < v.dict->len; i++)
            special = holds_special(v.dict->entries[i].value, depth + 1);
    }
    return special;
}

static void append_repr(struct spk_buf *out, struct spk_value v, int depth);

static void append_items(struct spk_buf *out, struct spk_value v, int depth)
{
    bool list = v.kind == SPK_LIST;
    spk_buf_append_char(out, list ? '[' : '(');
    for (size_t i = 0; i < v.list->len; i++) {
        if (i > 0)
            spk_buf_append_str(out, ", ");
        append_repr(out, v.list->items[i], depth + 1);
    }
    if (!list && v.list->len == 1)
        spk_buf_append_char(out, ',');
    spk_buf_append_char(out, list ? ']' : ')');
}

static void append_entries(struct spk_buf *out, const struct spk_dict *dict, int depth)
{
    spk_buf_append_char(out, '{');
    for (size_t i = 0; i < dict->len; i++) {
        if (i > 0)
            spk_buf_append_str(out, ", ");
        append_repr(out, dict->entries[i].key, depth + 1);
        spk_buf_append_str(out, ": ");
        append_repr(out, dict->entries[i].value, depth + 1);
    }
    spk_buf_append_char(out, '}');
}

static void append_duration_repr(struct spk_buf *out, const struct spk_tpl_duration *duration)
{
    int64_t days = duration->us / SPK_DAY_US - (duration->us % SPK_DAY_US < 0);
    int64_t rest = duration->us - days * SPK_DAY_US;
    spk_buf_printf(out, "isodate.duration.Duration(%lld, %lld, %lld, years=%.0f, months=%.0f)",
                   (long long)days, (long long)(rest / SPK_SECOND_US),
                   (long long)(rest % SPK_SECOND_US), trunc(duration->years),
                   trunc(duration->months));
}

static void append_repr(struct spk_buf *out, struct spk_value v, int depth)
{
    bool deep = depth >= REPR_DEPTH;
    if ((v.kind == SPK_LIST || v.kind == SPK_TUPLE) && !deep) {
        append_items(out, v, depth);
    } else if (v.kind == SPK_DICT && !deep) {
        append_entries(out, v.dict, depth);
    } else if (v.kind == SPK_TPL_DURATION) {
        append_duration_repr(out, spk_tpl_what(v));
    } else if (v.kind >= SPK_TPL_ABSENT) {
        append_special(out, v);
    } else {
        spk_value_repr(out, v);
    }
}

void spk_tpl_str_append(struct spk_buf *out, struct spk_value v)
{
    bool container = v.kind == SPK_LIST || v.kind == SPK_TUPLE || v.kind == SPK_DICT;
    if (v.kind == SPK_STRING)
        spk_buf_append(out, v.text);
    else if (v.kind >= SPK_TPL_ABSENT)
        append_special(out, v);
    else if (container && holds_special(v, 0))
        append_repr(out, v, 0);
    else if (v.kind != SPK_UNDEFINED)
        spk_value_str(out, v);
}

struct spk_buf spk_tpl_buf(const struct spk_tpl_state *s)
{
    struct spk_buf buf;
    spk_buf_init(&buf, s->limits.max_bytes);
    return buf;
}

spk_rc spk_tpl_take(struct spk_tpl_state *s, struct spk_buf *buf, struct spk_value *out)
{
    spk_rc rc = SPK_OK;
    if (buf->overflow)
        rc = spk_tpl_value_error(s, "a text grew larger than %zu bytes", s->limits.max_bytes);
    else
        *out = spk_string_dup(s->arena, spk_buf_view(buf));
    spk_buf_deinit(buf);
    return rc;
}

spk_rc spk_tpl_str(struct spk_tpl_state *s, struct spk_value v, struct spk_view *out)
{
    if (v.kind == SPK_STRING) {
        *out = v.text;
        return SPK_OK;
    }
    struct spk_buf buf = spk_tpl_buf(s);
    struct spk_value text;
    spk_tpl_str_append(&buf, v);
    spk_rc rc = spk_tpl_take(s, &buf, &text);
    if (rc == SPK_OK)
        *out = text.text;
    return rc;
}

spk_rc spk_tpl_append(struct spk_tpl_state *s, struct spk_value list, struct spk_value item)
{
    if (list.list->len >= s->limits.max_items)
        return spk_tpl_value_error(s, "a list grew longer than %zu items", s->limits.max_items);
    spk_list_append(list, item);
    return SPK_OK;
}

static spk_rc characters(struct spk_tpl_state *s, struct spk_view text, struct spk_value *out)
{
    struct spk_value list = spk_list_new(s->arena);
    const char *end = spk_tpl_end(text);
    for (const char *p = text.at; p < end;) {
        const char *start = p;
        spk_tpl_text_next(&p, end);
        spk_rc rc = spk_tpl_append(s, list, spk_string(spk_view_make(start, (size_t)(p - start))));
        if (rc != SPK_OK)
            return rc;
    }
    *out = list;
    return SPK_OK;
}

struct spk_value spk_tpl_dict_view(struct spk_tpl_state *s, struct spk_value dict, const char *view)
{
    struct spk_value list = spk_list_new(s->arena);
    for (size_t i = 0; i < dict.dict->len; i++) {
        const struct spk_entry *entry = &dict.dict->entries[i];
        if (strcmp(view, "dict_items") == 0) {
            struct spk_value pair = spk_tuple_new(s->arena);
            spk_list_append(pair, entry->key);
            spk_list_append(pair, entry->value);
            spk_list_append(list, pair);
        } else {
            spk_list_append(list, strcmp(view, "dict_keys") == 0 ? entry->key : entry->value);
        }
    }
    struct spk_tpl_iterator *iterator = SPK_NEW(s->arena, struct spk_tpl_iterator);
    iterator->list = list;
    iterator->view = view;
    return spk_tpl_special(SPK_TPL_ITERATOR, iterator);
}

struct spk_value spk_tpl_generator(struct spk_tpl_state *s, struct spk_value list)
{
    struct spk_tpl_iterator *iterator = SPK_NEW(s->arena, struct spk_tpl_iterator);
    iterator->list = list;
    return spk_tpl_special(SPK_TPL_ITERATOR, iterator);
}

static struct spk_value take_rest(struct spk_tpl_state *s, struct spk_tpl_iterator *iterator)
{
    if (iterator->view || iterator->next == 0) {
        iterator->next = iterator->view ? 0 : iterator->list.list->len;
        return iterator->list;
    }
    struct spk_value rest = spk_list_new(s->arena);
    for (size_t i = iterator->next; i < iterator->list.list->len; i++)
        spk_list_append(rest, iterator->list.list->items[i]);
    iterator->next = iterator->list.list->len;
    return rest;
}

spk_rc spk_tpl_items(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out)
{
    switch (v.kind) {
    case SPK_LIST:
    case SPK_TUPLE: *out = v; return SPK_OK;
    case SPK_STRING: return characters(s, v.text, out);
    case SPK_UNDEFINED: *out = spk_list_new(s->arena); return SPK_OK;
    case SPK_DICT: {
        const struct spk_tpl_iterator *keys = spk_tpl_what(spk_tpl_dict_view(s, v, "dict_keys"));
        *out = keys->list;
        return SPK_OK;
    }
    case SPK_TPL_ITERATOR: *out = take_rest(s, spk_tpl_what(v)); return SPK_OK;
    case SPK_BYTES: {
        struct spk_value list = spk_list_new(s->arena);
        for (size_t i = 0; i < v.text.len; i++)
            spk_list_append(list, spk_int((unsigned char)v.text.at[i]));
        *out = list;
        return SPK_OK;
    }
    default: return spk_tpl_type_error(s, "'%s' is not iterable", spk_tpl_type_name(v));
    }
}

spk_rc spk_tpl_length(struct spk_tpl_state *s, struct spk_value v, size_t *out)
{
    switch (v.kind) {
    case SPK_LIST:
    case SPK_TUPLE: *out = v.list->len; return SPK_OK;
    case SPK_DICT: *out = v.dict->len; return SPK_OK;
    case SPK_STRING: *out = spk_tpl_text_len(v.text); return SPK_OK;
    case SPK_BYTES: *out = v.text.len; return SPK_OK;
    case SPK_UNDEFINED: *out = 0; return SPK_OK;
    case SPK_TPL_LOOP:
        *out = ((struct spk_tpl_loop *)spk_tpl_what(v))->list.list->len;
        return SPK_OK;
    case SPK_TPL_ITERATOR: {
        const struct spk_tpl_iterator *iterator = spk_tpl_what(v);
        *out = iterator->list.list->len;
        if (iterator->view)
            return SPK_OK;
        break;
    }
    default: break;
    }
    return spk_tpl_type_error(s, "object of type '%s' has no len()", spk_tpl_type_name(v));
}

spk_rc spk_tpl_hashable(struct spk_tpl_state *s, struct spk_value v)
{
    if (v.kind == SPK_LIST || v.kind == SPK_DICT || v.kind == SPK_TPL_NAMESPACE)
        return spk_tpl_type_error(s, "unhashable type: '%s'", spk_tpl_type_name(v));
    for (size_t i = 0; v.kind == SPK_TUPLE && i < v.list->len; i++) {
        spk_rc rc = spk_tpl_hashable(s, v.list->items[i]);
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

static bool is_json_key(struct spk_value key)
{
    return key.kind == SPK_STRING || key.kind == SPK_NULL || key.kind == SPK_BOOL ||
           spk_is_number(key);
}

/* Whether json.dumps knows every value; sorted keys must also be comparable. */
static bool is_json(struct spk_value v, bool sorted, int depth)
{
    if (depth > JSON_DEPTH)
        return false;
    if (v.kind == SPK_LIST || v.kind == SPK_TUPLE) {
        for (size_t i = 0; i < v.list->len; i++) {
            if (!is_json(v.list->items[i], sorted, depth + 1))
                return false;
        }
        return true;
    }
    if (v.kind == SPK_DICT && !spk_tpl_as_object(v)) {
        for (size_t i = 0; i < v.dict->len; i++) {
            const struct spk_entry *entry = &v.dict->entries[i];
            int order;
            bool ordered =
                !sorted || i == 0 || spk_value_compare(v.dict->entries[0].key, entry->key, &order);
            if (!ordered || !is_json_key(entry->key) || !is_json(entry->value, sorted, depth + 1))
                return false;
        }
        return true;
    }
    return is_json_key(v);
}

spk_rc spk_tpl_json(struct spk_tpl_state *s, struct spk_value v, unsigned flags,
                    struct spk_buf *out)
{
    if (!is_json(v, flags & SPK_JSON_SORTED, 0))
        return spk_tpl_type_error(s, "object of type %s is not JSON serializable",
                                  spk_tpl_type_name(v));
    spk_json_write(out, v, flags);
    return SPK_OK;
}
