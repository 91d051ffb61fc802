#include <stdatomic.h>
#include <stddef.h>

#include "base/event.h"
#include "expander.h"
#include "source/exchange/template_path.h"

struct expander {
    struct spk_component base;
    struct spk_value expand_field, indicator_field; /* as written */
    struct spk_template_path expand_path, indicator_path;
    struct spk_components parent_fields;
    bool remain_original_record, merge_parent;
    int on_no_records;
    struct spk_value retriever_node;
    struct spk_component *retriever; /* of the whole list, or NULL */
    atomic_bool warned_truncated, warned_incomplete;
};

enum { SKIP, EMIT_PARENT };
static const char *const outcomes[] = {"skip", "emit_parent", NULL};

#define FIELD(name) offsetof(struct expander, name)

static const struct spk_prop props[] = {
    {.name = "expand_records_from_field",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(expand_field),
     .help = "keys from the record to the list; * is any key"},
    {.name = "remain_original_record",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(remain_original_record),
     .help = "each item gets the whole record as original_record"},
    {.name = "parent_fields",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(parent_fields),
     .kind = SPK_KIND_OTHER,
     .part = "ParentFieldPath",
     .help = "fields of the record that each item gets"},
    {.name = "merge_parent",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(merge_parent),
     .help = "each item gets the record's fields, but for the list, where it has none of its own"},
    {.name = "on_no_records",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(on_no_records),
     .choices = outcomes,
     .standard = "skip",
     .help = "what becomes of a record without items"},
    {.name = "truncation_indicator_path",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(indicator_field),
     .help = "keys from the record to a field that is true where the list is not whole"},
    {.name = "truncated_list_retriever",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(retriever_node),
     .help = "reads the whole list then; sees the record as stream_slice['parent_record']"},
    SPK_PROP_END,
};

static spk_rc build_retriever(struct expander *self, const struct spk_build *build,
                              struct spk_error *err)
{
    static const char *const unsupported[] = {"partition_router", "pagination_reset"};
    struct spk_value node = self->retriever_node;
    if (spk_list_len(self->indicator_path.fixed) == 0 && self->indicator_path.len == 0)
        return spk_build_fail(build, node, err,
                              "truncated_list_retriever needs truncation_indicator_path");
    for (size_t i = 0; i < 2; i++) {
        struct spk_value given = spk_get(node, unsupported[i]);
        if (spk_is_defined(given) && spk_value_truthy(given))
            return spk_build_fail(build, given, err, "truncated_list_retriever takes no %s",
                                  unsupported[i]);
    }
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("truncated_list_retriever")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.stream = spk_dict_new(build->arena); /* not the stream's transformations */
    spk_set(inner.stream, "name", spk_str("record_expander_truncated_list"));
    spk_set(inner.stream, "retriever", node);
    return spk_component_build(&inner, node, SPK_KIND_RETRIEVER, &self->retriever, err);
}

static spk_rc refuse_globs(struct spk_component *base, const struct spk_build *build,
                           const struct spk_template_path *templates, struct spk_value written,
                           struct spk_error *err)
{
    struct spk_value path;
    spk_rc rc = spk_template_path_eval(templates, base, build->arena, &path, err);
    if (!rc && spk_path_has_glob(path))
        rc = spk_build_fail(build, written, err, "the path names one field: no * ? [");
    return rc;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct expander *self = (struct expander *)base;
    spk_rc rc = spk_template_path_build(&self->expand_path, build, self->expand_field, err);
    if (!rc)
        rc = spk_template_path_build(&self->indicator_path, build, self->indicator_field, err);
    if (!rc)
        rc = refuse_globs(base, build, &self->indicator_path, self->indicator_field, err);
    if (rc || spk_is_nothing(self->retriever_node))
        return rc;
    rc = build_retriever(self, build, err);
    return rc ? rc : refuse_globs(base, build, &self->expand_path, self->expand_field, err);
}

/* One record being expanded. */
struct expansion {
    struct expander *self;
    const struct spk_scope *scope;
    const struct spk_record_visitor *to;
    struct spk_value parent, path, indicator;
    struct spk_value base; /* of merge_parent: the parent without the lists */
    struct spk_arena item;
    int64_t count;
};

static bool carries_parent(const struct expander *self)
{
    return self->remain_original_record || self->parent_fields.len > 0 || self->merge_parent;
}

/* The parent's context is copied for each item: whoever changes one changes no other. */
static spk_rc add_context(struct expansion *x, struct spk_arena *arena, struct spk_value *item,
                          struct spk_error *err)
{
    if (spk_is_defined(x->base)) {
        struct spk_value merged = spk_value_copy(arena, x->base);
        spk_dict_update(merged, *item);
        *item = merged;
    }
    for (size_t i = 0; i < x->self->parent_fields.len; i++) {
        spk_rc rc =
            spk_parent_field_copy(x->self->parent_fields.items[i], x->parent, arena, *item, err);
        if (rc)
            return rc;
    }
    if (x->self->remain_original_record)
        spk_set(*item, "original_record", spk_value_copy(arena, x->parent));
    return SPK_OK;
}

static spk_rc emit(struct expansion *x, struct spk_value item, struct spk_error *err)
{
    bool carries = carries_parent(x->self);
    spk_rc rc = SPK_OK;
    x->count++;
    if (carries && !spk_is(item, SPK_DICT)) {
        struct spk_value wrapped = spk_dict_new(&x->item);
        spk_set(wrapped, "value", item);
        item = wrapped;
    } else if (carries) {
        item = spk_value_copy(&x->item, item);
    }
    if (carries)
        rc = add_context(x, &x->item, &item, err);
    struct spk_record record = {.tree = item, .arena = &x->item};
    if (!rc)
        rc = x->to->visit(x->to->context, &record, err);
    spk_arena_reset(&x->item);
    return rc;
}

static bool mark_list(void *context, struct spk_value *slot)
{
    if (spk_is(*slot, SPK_LIST))
        *slot = (struct spk_value){0};
    return true;
}

/* Removes what is marked. */
static void sweep(struct spk_value node)
{
    if (spk_is(node, SPK_DICT)) {
        for (size_t i = spk_dict_len(node); i-- > 0;) {
            struct spk_entry *e = &node.dict->entries[i];
            if (spk_is_defined(e->value))
                sweep(e->value);
            else
                spk_dict_remove_value(node, e->key);
        }
    } else if (spk_is(node, SPK_LIST)) {
        for (size_t i = spk_list_len(node); i-- > 0;) {
            if (spk_is_defined(spk_list_at(node, i)))
                sweep(spk_list_at(node, i));
            else
                spk_list_remove(node, i);
        }
    }
}

static void warn_once(atomic_bool *warned, enum spk_event event, struct expansion *x, int64_t items)
{
    if (atomic_exchange(warned, true))
        return;
    struct spk_buf path = {0};
    spk_value_repr(&path, x->path);
    struct spk_view stream = x->scope->stream ? x->scope->stream->name : (struct spk_view){0};
    spk_event_emit(event,
                   SPK_FIELDS(SPK_TEXT("stream", stream), SPK_TEXT("list", spk_buf_view(&path)),
                              SPK_INT("items", items)));
    spk_buf_deinit(&path);
}

/* The number beside the indicator that says how many items there are, or -1. */
static int64_t total_count(struct expansion *x, struct spk_arena *arena)
{
    struct spk_value path = spk_list_new(arena);
    for (size_t i = 0; i + 1 < spk_list_len(x->indicator); i++)
        spk_list_append(path, spk_list_at(x->indicator, i));
    spk_list_append(path, spk_str("total_count"));
    struct spk_value total = spk_dpath_get(x->parent, path);
    return spk_is(total, SPK_INT) ? total.integer : -1;
}

static spk_rc on_fetched(void *context, struct spk_record *record, struct spk_error *err)
{
    return emit(context, spk_record_tree(record), err);
}

static spk_rc fetch_whole_list(struct expansion *x, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_slice slice = {.partition = spk_dict_new(&arena)};
    struct spk_component *retriever = x->self->retriever;
    struct spk_slice_read read = {.slice = &slice,
                                  .any_value = true,
                                  .record = on_fetched,
                                  .context = x,
                                  .evidence = x->scope->evidence};
    spk_set(slice.partition, "parent_record", x->parent);
    spk_slice_finish(&slice, &arena);
    spk_rc rc = SPK_OPS(retriever, retriever)->read(retriever, &read, err);
    if (!rc && x->count < total_count(x, &arena))
        warn_once(&x->self->warned_incomplete, SPK_EVENT_LIST_INCOMPLETE, x, x->count);
    spk_arena_deinit(&arena);
    return rc;
}

struct lists { /* the lists that the path matches */
    struct spk_value found;
    int64_t items;
};

static bool collect_list(void *context, struct spk_value *slot)
{
    struct lists *lists = context;
    if (spk_is(*slot, SPK_LIST)) {
        lists->items += (int64_t)spk_list_len(*slot);
        spk_list_append(lists->found, *slot);
    }
    return true;
}

static spk_rc emit_lists(struct expansion *x, struct spk_value lists, struct spk_error *err)
{
    for (size_t i = 0; i < spk_list_len(lists); i++) {
        struct spk_value list = spk_list_at(lists, i);
        for (size_t j = 0; j < spk_list_len(list); j++) {
            spk_rc rc = emit(x, spk_list_at(list, j), err);
            if (rc)
                return rc;
        }
    }
    return SPK_OK;
}

static spk_rc expand(struct expansion *x, struct spk_arena *arena, struct spk_error *err)
{
    struct expander *self = x->self;
    struct lists lists = {.found = spk_list_new(arena)};
    struct spk_value indicator = {0};
    spk_rc rc = SPK_OK;
    if (spk_list_len(x->indicator) > 0)
        indicator = spk_dpath_get(x->parent, x->indicator);
    bool truncated = spk_is_defined(indicator) && spk_value_truthy(indicator);
    if (self->merge_parent) {
        x->base = spk_value_copy(arena, x->parent);
        spk_dpath_each(x->base, x->path, mark_list, NULL);
        sweep(x->base);
    }
    if (truncated && self->retriever)
        rc = fetch_whole_list(x, err);
    if (rc || x->count > 0)
        return rc;
    spk_dpath_each(x->parent, x->path, collect_list, &lists);
    if (truncated && !self->retriever)
        warn_once(&self->warned_truncated, SPK_EVENT_LIST_TRUNCATED, x, lists.items);
    rc = emit_lists(x, lists.found, err);
    if (rc || lists.items > 0 || self->on_no_records == SKIP)
        return rc;
    struct spk_record record = {.tree = x->parent, .arena = &x->item};
    return x->to->visit(x->to->context, &record, err);
}

spk_rc spk_record_expand(struct spk_component *base, const struct spk_scope *scope,
                         struct spk_value parent, const struct spk_record_visitor *to,
                         struct spk_error *err)
{
    struct expander *self = (struct expander *)base;
    struct expansion x = {.self = self, .scope = scope, .to = to, .parent = parent};
    struct spk_arena arena = {0};
    spk_rc rc = spk_template_path_eval(&self->expand_path, base, &arena, &x.path, err);
    if (!rc)
        rc = spk_template_path_eval(&self->indicator_path, base, &arena, &x.indicator, err);
    if (!rc && spk_is(parent, SPK_DICT) && spk_list_len(x.path) > 0) {
        rc = expand(&x, &arena, err);
    } else if (!rc) {
        struct spk_record record = {.tree = parent, .arena = &x.item};
        rc = to->visit(to->context, &record, err);
    }
    spk_arena_deinit(&x.item);
    spk_arena_deinit(&arena);
    return rc;
}

const struct spk_component_type spk_type_record_expander = {
    .name = "RecordExpander",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct expander),
    .props = props,
    .finish = finish,
    .help = "makes records of the items of a list inside a record",
};
