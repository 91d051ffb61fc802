/* Paths into trees, as the Python package dpath 2.2 walks them. */
#include <math.h>

#include "value/value_internal.h"

enum {
    MAX_SEGMENTS = 256,
    MAX_PADDING = 1000000, /* list items that a path may add */
};

/* One segment of a glob, looked at once. */
struct segment {
    struct spk_value value;
    bool is_int;    /* Python's int(segment) works */
    bool any;       /* "*" */
    bool any_depth; /* "**" */
    bool plain;     /* a text without fnmatch characters */
    int64_t number;
};

struct glob {
    struct segment segments[MAX_SEGMENTS];
    size_t len;
    size_t wide; /* where "**" stands, or len */
};

/* Where a walk is: the keys from the root, newest first. */
struct step {
    const struct step *outer;
    struct spk_value key; /* of a dict; INT of a list */
    size_t list_len;      /* 0: key of a dict */
    size_t depth;         /* of this key: 1.. */
};

struct walk {
    const struct glob *glob;
    spk_dpath_visit visit; /* NULL: delete */
    spk_dpath_judge judge; /* of deletions; NULL: all */
    void *context;
    size_t deleted;
    bool stopped;
};

bool spk_python_int(struct spk_view text, int64_t *out)
{
    text = spk_view_trim(text);
    bool negative = text.len > 0 && text.at[0] == '-';
    size_t i = negative || (text.len > 0 && text.at[0] == '+') ? 1 : 0;
    bool after_digit = false;
    int64_t number = 0;
    for (; i < text.len; i++) {
        char c = text.at[i];
        if (c == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        after_digit = true;
        if (__builtin_mul_overflow(number, (int64_t)10, &number) ||
            __builtin_add_overflow(number, (int64_t)(c - '0'), &number))
            number = INT64_MAX;
    }
    *out = negative ? -number : number;
    return after_digit;
}

/* Python's int(value), as far as a path may hold it. */
static bool as_int(struct spk_value v, int64_t *out)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_STRING: return spk_python_int(v.text, out);
    case SPK_INT: *out = v.integer; return true;
    case SPK_BOOL: *out = v.boolean; return true;
    case SPK_FLOAT:
        if (!(fabs(v.number) < 9e18))
            return false;
        *out = (int64_t)v.number;
        return true;
    default: return false;
    }
}

static struct segment make_segment(struct spk_value value)
{
    struct segment segment = {.value = value};
    segment.is_int = as_int(value, &segment.number);
    if (value.kind != SPK_STRING)
        return segment;
    segment.any = spk_view_is(value.text, "*");
    segment.any_depth = spk_view_is(value.text, "**");
    segment.plain = true;
    for (size_t i = 0; i < value.text.len; i++) {
        if (memchr("*?[", value.text.at[i], 3))
            segment.plain = false;
    }
    return segment;
}

/* False where nothing can match: no path, a path too long, or two "**" (dpath: InvalidGlob). */
static bool make_glob(struct spk_value path, struct glob *out)
{
    if ((path.kind != SPK_LIST && path.kind != SPK_TUPLE) || path.list->len == 0 ||
        path.list->len > MAX_SEGMENTS)
        return false;
    out->len = path.list->len;
    out->wide = out->len;
    for (size_t i = 0; i < out->len; i++) {
        out->segments[i] = make_segment(path.list->items[i]);
        if (!out->segments[i].any_depth)
            continue;
        if (out->wide < out->len)
            return false;
        out->wide = i;
    }
    return true;
}

static bool is_int_key(struct spk_value key)
{
    return key.kind == SPK_INT || key.kind == SPK_BOOL || key.kind == SPK_BIGINT;
}

static bool matches_int(const struct step *step, const struct segment *segment)
{
    if (segment->is_int) {
        int64_t number = segment->number;
        if (step->list_len > 0 && number < 0)
            number += (int64_t)step->list_len;
        return spk_value_equal(step->key, spk_int(number));
    }
    if (segment->value.kind != SPK_STRING)
        return false;
    if (segment->any)
        return true;
    struct spk_buf text = {0};
    spk_value_str(&text, step->key);
    bool found = spk_fnmatch(spk_buf_view(&text), segment->value.text);
    spk_buf_deinit(&text);
    return found;
}

static bool matches(const struct step *step, const struct segment *segment)
{
    if (is_int_key(step->key))
        return matches_int(step, segment);
    if (step->key.kind != SPK_STRING || segment->value.kind != SPK_STRING)
        return false;
    if (segment->any)
        return true;
    if (segment->plain)
        return spk_view_equal(step->key.text, segment->value.text);
    return spk_fnmatch(step->key.text, segment->value.text);
}

/* What stands under "**": any text or int. */
static bool matches_any(const struct step *step)
{
    return is_int_key(step->key) || step->key.kind == SPK_STRING;
}

/* The whole path to `step` against the glob; the steps before it may be taken as entered rightly.
 */
static bool matches_whole(const struct step *step, const struct glob *glob)
{
    size_t depth = step->depth;
    if (glob->wide == glob->len)
        return depth == glob->len && matches(step, &glob->segments[depth - 1]);
    if (depth + 1 < glob->len)
        return false;
    size_t tail = glob->len - glob->wide - 1;
    for (; step; step = step->outer) {
        size_t from_end = depth - step->depth;
        bool good = step->depth <= glob->wide ? matches(step, &glob->segments[step->depth - 1])
                    : from_end < tail ? matches(step, &glob->segments[glob->len - 1 - from_end])
                                      : matches_any(step);
        if (!good)
            return false;
    }
    return true;
}

/* Whether a match may lie below `step`. */
static bool may_enter(const struct step *step, const struct glob *glob)
{
    if (step->depth > glob->wide)
        return step->depth < VALUE_MAX_DEPTH;
    return step->depth < glob->len && matches(step, &glob->segments[step->depth - 1]);
}

/* `len` is the list's length before the walk touched it: what negative indices count from. */
static struct step step_into_list(size_t i, size_t len, const struct step *outer)
{
    return (struct step){outer, spk_int((int64_t)i), len, outer ? outer->depth + 1 : 1};
}

static struct step step_into_dict(struct spk_value key, const struct step *outer)
{
    return (struct step){outer, key, 0, outer ? outer->depth + 1 : 1};
}

struct deletion {
    struct walk *walk;
    const struct step *outer;
};

/* Whether a match goes: all do, where nobody judges. */
static bool is_condemned(const struct walk *walk, const struct spk_value *value)
{
    return !walk->judge || walk->judge(walk->context, value);
}

static bool is_kept(void *context, const struct spk_entry *entry)
{
    const struct deletion *deletion = context;
    struct step step = step_into_dict(entry->key, deletion->outer);
    return !matches_whole(&step, deletion->walk->glob) ||
           !is_condemned(deletion->walk, &entry->value);
}

/* Of a list only the last item can go without moving others: the rest becomes null. */
static void delete_items(struct walk *walk, struct spk_list *list, const struct step *outer)
{
    size_t len = list->len;
    for (size_t i = 0; i < len; i++) {
        struct step step = step_into_list(i, len, outer);
        if (!matches_whole(&step, walk->glob) || !is_condemned(walk, &list->items[i]))
            continue;
        if (i + 1 == list->len)
            list->len--;
        else
            list->items[i] = spk_null();
        walk->deleted++;
    }
}

static void offer(struct walk *walk, const struct step *step, struct spk_value *slot)
{
    if (!walk->stopped && matches_whole(step, walk->glob))
        walk->stopped = !walk->visit(walk->context, slot);
}

static void walk_into(struct walk *walk, struct spk_value node, const struct step *outer);

static void walk_list(struct walk *walk, struct spk_value node, const struct step *outer)
{
    struct spk_list *list = node.list;
    size_t len = list->len;
    if (!walk->visit && node.kind == SPK_LIST)
        delete_items(walk, list, outer);
    for (size_t i = 0; walk->visit && i < list->len; i++) {
        struct step step = step_into_list(i, len, outer);
        offer(walk, &step, &list->items[i]);
    }
    for (size_t i = 0; !walk->stopped && i < list->len; i++) {
        struct step step = step_into_list(i, len, outer);
        if (may_enter(&step, walk->glob))
            walk_into(walk, list->items[i], &step);
    }
}

/* A plain text key of a dict without "**" needs no look at the other entries. */
static bool walk_known_key(struct walk *walk, struct spk_value node, const struct step *outer)
{
    size_t depth = outer ? outer->depth : 0;
    const struct glob *glob = walk->glob;
    if (depth >= glob->wide || !walk->visit)
        return false;
    const struct segment *segment = &glob->segments[depth];
    if (!segment->plain || segment->is_int)
        return false;
    struct spk_value *slot = spk_dict_find(node, segment->value.text);
    if (slot) {
        struct step step = step_into_dict(segment->value, outer);
        offer(walk, &step, slot);
        if (!walk->stopped && may_enter(&step, glob))
            walk_into(walk, *slot, &step);
    }
    return true;
}

static void walk_dict(struct walk *walk, struct spk_value node, const struct step *outer)
{
    if (walk_known_key(walk, node, outer))
        return;
    struct spk_dict *dict = node.dict;
    if (!walk->visit) {
        struct deletion deletion = {walk, outer};
        walk->deleted += spk_dict_filter(dict, is_kept, &deletion);
    }
    for (size_t i = 0; walk->visit && i < dict->len; i++) {
        struct step step = step_into_dict(dict->entries[i].key, outer);
        offer(walk, &step, &dict->entries[i].value);
    }
    for (size_t i = 0; !walk->stopped && i < dict->len; i++) {
        struct step step = step_into_dict(dict->entries[i].key, outer);
        if (may_enter(&step, walk->glob))
            walk_into(walk, dict->entries[i].value, &step);
    }
}

static void walk_into(struct walk *walk, struct spk_value node, const struct step *outer)
{
    if (node.kind == SPK_DICT)
        walk_dict(walk, node, outer);
    else if (node.kind == SPK_LIST || node.kind == SPK_TUPLE)
        walk_list(walk, node, outer);
}

void spk_dpath_each(struct spk_value root, struct spk_value path, spk_dpath_visit visit,
                    void *context)
{
    struct glob glob;
    if (!make_glob(path, &glob))
        return;
    struct walk walk = {.glob = &glob, .visit = visit, .context = context};
    walk_into(&walk, root, NULL);
}

size_t spk_dpath_delete_if(struct spk_value root, struct spk_value path, spk_dpath_judge judge,
                           void *context)
{
    struct glob glob;
    if (!make_glob(path, &glob))
        return 0;
    struct walk walk = {.glob = &glob, .judge = judge, .context = context};
    walk_into(&walk, root, NULL);
    return walk.deleted;
}

/* The common case needs no walk: one key, spelt out, of a dict. False where it is another one. Keys
 * that are numbers or bools may match texts that look like them. */
static bool delete_key(struct spk_value root, struct spk_value path, size_t *deleted)
{
    bool single = path.kind == SPK_LIST && path.list->len == 1 && root.kind == SPK_DICT;
    struct segment segment = {0};
    if (single)
        segment = make_segment(path.list->items[0]);
    if (!segment.plain || segment.is_int || spk_view_is(segment.value.text, "True") ||
        spk_view_is(segment.value.text, "False"))
        return false;
    *deleted = spk_dict_remove_value(root, segment.value);
    return true;
}

size_t spk_dpath_delete(struct spk_value root, struct spk_value path)
{
    size_t deleted;
    if (delete_key(root, path, &deleted))
        return deleted;
    return spk_dpath_delete_if(root, path, NULL, NULL);
}

struct single {
    struct spk_value value;
    size_t count;
};

static bool keep_single(void *context, struct spk_value *slot)
{
    struct single *single = context;
    single->value = *slot;
    return ++single->count < 2;
}

struct spk_value spk_dpath_get(struct spk_value root, struct spk_value path)
{
    if ((path.kind == SPK_LIST || path.kind == SPK_TUPLE) && path.list->len == 0)
        return root;
    struct single single = {0};
    spk_dpath_each(root, path, keep_single, &single);
    return single.count == 1 ? single.value : (struct spk_value){0};
}

static bool is_list(struct spk_value v)
{
    return v.kind == SPK_LIST || v.kind == SPK_TUPLE;
}

/* Python's str.isdecimal, for ASCII. */
static bool is_decimal(struct spk_value v)
{
    if (v.kind != SPK_STRING || v.text.len == 0)
        return false;
    for (size_t i = 0; i < v.text.len; i++) {
        if (v.text.at[i] < '0' || v.text.at[i] > '9')
            return false;
    }
    return true;
}

static bool is_index(struct spk_value segment)
{
    return segment.kind == SPK_INT || segment.kind == SPK_BOOL || is_decimal(segment);
}

/* The slot of a list that a segment names, or NULL: no index, or outside. */
static struct spk_value *list_slot(struct spk_value list, struct spk_value segment)
{
    int64_t index = 0;
    if (!is_index(segment) || !as_int(segment, &index))
        return NULL;
    if (index < 0)
        index += (int64_t)list.list->len;
    return index >= 0 && (uint64_t)index < list.list->len ? &list.list->items[index] : NULL;
}

static struct spk_value *find_slot(struct spk_value node, struct spk_value segment)
{
    if (is_list(node))
        return list_slot(node, segment);
    return spk_dict_find_value(node, segment);
}

/* Sets an item or an entry; a list is padded up to its index. */
static bool put(struct spk_value node, struct spk_value segment, struct spk_value value)
{
    if (node.kind == SPK_DICT) {
        spk_dict_set_value(node, segment, value);
        return true;
    }
    int64_t index = 0;
    if (node.kind != SPK_LIST || !is_index(segment) || !as_int(segment, &index))
        return false;
    if (index > (int64_t)node.list->len + MAX_PADDING)
        return false;
    while (index >= (int64_t)node.list->len)
        spk_list_append(node, spk_null());
    struct spk_value *slot = list_slot(node, segment);
    if (slot)
        *slot = value;
    return slot != NULL;
}

bool spk_dpath_set(struct spk_arena *arena, struct spk_value root, struct spk_value path,
                   struct spk_value value)
{
    if (!is_list(path) || path.list->len == 0)
        return false;
    struct spk_value node = root;
    size_t last = path.list->len - 1;
    for (size_t i = 0; i < last; i++) {
        struct spk_value segment = path.list->items[i];
        struct spk_value *slot = find_slot(node, segment);
        if (slot) {
            node = *slot;
        } else {
            bool list = is_index(path.list->items[i + 1]);
            struct spk_value made = list ? spk_list_new(arena) : spk_dict_new(arena);
            if (!put(node, segment, made))
                return false;
            node = made;
        }
    }
    return put(node, path.list->items[last], value);
}
