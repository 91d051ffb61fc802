#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "source/kinds.h"
#include "source/request/options.h"
#include "source/source_internal.h"

/* IncrementingCountCursor: the state is the greatest number that a record had in one field; one
 * slice reaches from there on: {"start": 7, "end": inf}. */
struct count_cursor {
    struct spk_component base;
    struct spk_template_string *cursor_field;
    struct spk_template_string *start_value;
    struct spk_component *start_option;
    bool allow_catalog_field;
    /* evaluated once, when it is built */
    struct spk_view stream, field;
    int64_t start;
};

#define FIELD(name) offsetof(struct count_cursor, name)

static const struct spk_prop props[] = {
    {.name = "cursor_field",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(cursor_field),
     .help = "field of a record that holds a growing number"},
    {.name = "start_value",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(start_value),
     .help = "the least number to read; 0 where not given"},
    {.name = "start_value_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(start_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the number to start from goes in a request"},
    {.name = "allow_catalog_defined_cursor_field",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(allow_catalog_field),
     .help = "the configured catalog may name another cursor field"},
    SPK_PROP_END,
};

/* int() of Python. */
static bool whole_number(struct spk_value value, int64_t *out)
{
    if (spk_is(value, SPK_STRING))
        return spk_parse_i64(spk_view_trim(value.text), INT64_MIN, INT64_MAX, out);
    if (spk_is(value, SPK_INT))
        *out = value.integer;
    else if (spk_is(value, SPK_FLOAT) && fabs(value.number) < 9e18)
        *out = (int64_t)value.number;
    else
        return false;
    return true;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct count_cursor *self = (struct count_cursor *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_value start = spk_int(0);
    self->stream = spk_value_text_or(spk_get(build->stream, "name"), "");
    spk_rc rc = spk_scope_text(&scope, base, self->cursor_field, &self->field, err);
    if (!rc && self->start_value)
        rc = spk_scope_eval(&scope, base, self->start_value, &start, err);
    if (rc)
        return rc;
    if (!whole_number(start, &self->start))
        return spk_build_fail(build, base->node, err, "start_value is no whole number");
    return SPK_OK;
}

/* A number that lives where it stands. */
struct count {
    struct spk_value value; /* UNDEFINED: none yet */
    char digits[40];        /* of one outside int64 */
};

static spk_rc keep(struct count *count, struct spk_value value, struct spk_error *err)
{
    if (spk_is(value, SPK_BIGINT)) {
        if (value.text.len > sizeof(count->digits))
            return spk_error_set(err, SPK_EDATA, "cursor value of %zu digits", value.text.len);
        memcpy(count->digits, value.text.at, value.text.len);
        value.text.at = count->digits;
    }
    count->value = value;
    return SPK_OK;
}

/* Keeps the greater one. */
static spk_rc raise(struct count *count, struct spk_value value, struct spk_view field,
                    struct spk_error *err)
{
    int order = 0;
    if (!spk_is_number(value))
        return spk_error_set(err, SPK_EDATA, "cursor field %.*s is of type %s, a number is needed",
                             SPK_FMT(field), spk_value_type_name(value));
    if (spk_is_defined(count->value) &&
        (!spk_value_compare(count->value, value, &order) || order != -1))
        return SPK_OK;
    return keep(count, value, err);
}

struct running {
    struct spk_cursor base;
    const struct count_cursor *cursor;
    struct spk_view field;
    struct spk_arena arena;
    struct spk_value given; /* its other keys are kept */
    struct count from;      /* where this read begins */
    pthread_mutex_t lock;   /* guards what follows */
    struct count reached;
};

struct single {
    struct spk_slices base;
    struct running *cursor;
    bool given;
};

static struct spk_value bounds(struct spk_arena *arena, struct spk_value from)
{
    struct spk_value value = spk_dict_new(arena);
    spk_set(value, "start", spk_value_copy(arena, from));
    spk_set(value, "end", spk_float(INFINITY));
    return value;
}

static spk_rc next_slice(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                         bool *more, struct spk_error *err)
{
    struct single *self = (struct single *)base;
    *more = !self->given;
    self->given = true;
    if (!*more)
        return SPK_OK;
    slice->cursor = bounds(arena, self->cursor->from.value);
    slice->owner = SPK_NEW(arena, struct count);
    spk_slice_finish(slice, arena);
    return SPK_OK;
}

static void destroy_slices(struct spk_slices *base)
{
    free(base);
}

static const struct spk_slices_ops slices_ops = {.next = next_slice, .destroy = destroy_slices};

static spk_rc open_slices(struct spk_cursor *base, struct spk_slices **out, struct spk_error *err)
{
    struct single *single = spk_memory_zalloc(sizeof(*single));
    single->base.ops = &slices_ops;
    single->cursor = (struct running *)base;
    *out = &single->base;
    return SPK_OK;
}

static spk_rc observe(struct spk_cursor *base, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err)
{
    struct running *self = (struct running *)base;
    struct spk_value value = spk_dict_get(spk_record_tree(record), self->field);
    return spk_is_nothing(value) ? SPK_OK : raise(slice->owner, value, self->field, err);
}

/* Nothing was read before, and records end more than one before the start: the state says so, as
 * the CDK's. */
static bool is_before_the_start(const struct running *self, struct spk_value newest)
{
    int order = 0;
    struct spk_value start = spk_int(self->cursor->start);
    struct spk_value last = spk_int(self->cursor->start - (self->cursor->start > INT64_MIN));
    return spk_value_equal(self->from.value, start) && spk_value_compare(newest, last, &order) &&
           order == -1;
}

static spk_rc close_slice(struct spk_cursor *base, const struct spk_slice *slice, bool *emit,
                          struct spk_error *err)
{
    struct running *self = (struct running *)base;
    const struct count *newest = slice->owner;
    *emit = spk_value_truthy(newest->value);
    if (!*emit)
        return SPK_OK;
    pthread_mutex_lock(&self->lock);
    spk_rc rc = is_before_the_start(self, newest->value)
                    ? keep(&self->reached, newest->value, err)
                    : raise(&self->reached, newest->value, self->field, err);
    pthread_mutex_unlock(&self->lock);
    return rc;
}

static struct spk_value state(struct spk_cursor *base, struct spk_arena *arena)
{
    struct running *self = (struct running *)base;
    bool ranges = spk_is_defined(spk_get(self->given, "state_type"));
    struct spk_value out = ranges || !spk_is(self->given, SPK_DICT)
                               ? spk_dict_new(arena)
                               : spk_value_copy(arena, self->given);
    pthread_mutex_lock(&self->lock);
    spk_dict_set(out, self->field, spk_value_copy(arena, self->reached.value));
    pthread_mutex_unlock(&self->lock);
    return out;
}

static spk_rc options(struct spk_cursor *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct spk_component *option = ((struct running *)base)->cursor->start_option;
    struct spk_value from =
        scope->slice ? spk_get(scope->slice->cursor, "start") : (struct spk_value){0};
    return option && spk_is_defined(from) ? spk_request_option_inject(option, scope, from, out, err)
                                          : SPK_OK;
}

static bool rest(struct spk_cursor *base, struct spk_arena *arena, const struct spk_slice *slice,
                 struct spk_slice *out)
{
    const struct count *newest = slice->owner;
    if (!spk_is_defined(newest->value))
        return false;
    *out = *slice;
    out->cursor = bounds(arena, newest->value);
    spk_slice_finish(out, arena);
    return true;
}

static void destroy(struct spk_cursor *base)
{
    struct running *self = (struct running *)base;
    spk_arena_deinit(&self->arena);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct spk_cursor_ops running_ops = {.slices = open_slices,
                                                  .observe = observe,
                                                  .close = close_slice,
                                                  .state = state,
                                                  .options = options,
                                                  .rest = rest,
                                                  .destroy = destroy,
                                                  .observes = true};

/* Of a state in ranges, the first one counts: it is read from its end on. */
static struct spk_value first_range(const struct running *self)
{
    struct spk_value slices = spk_get(self->given, "slices");
    bool ranges = spk_is_defined(spk_get(self->given, "state_type"));
    return ranges && spk_is(slices, SPK_LIST) && spk_list_len(slices) > 0 ? spk_list_at(slices, 0)
                                                                          : (struct spk_value){0};
}

static spk_rc begin(struct running *self, struct spk_error *err)
{
    struct spk_value range = first_range(self);
    struct spk_value given =
        spk_is_defined(range) ? spk_get(range, "end") : spk_dict_get(self->given, self->field);
    struct spk_value newest = spk_get(range, "most_recent_cursor_value");
    spk_rc rc = keep(&self->from, spk_int(self->cursor->start), err);
    if (!rc && spk_value_truthy(given))
        rc = raise(&self->from, given, self->field, err);
    if (rc && err)
        err->rc = rc = SPK_ECONFIG;
    if (rc)
        return spk_error_context(err, rc, "state");
    return keep(&self->reached, spk_value_truthy(newest) ? newest : self->from.value, err);
}

static spk_rc start(struct spk_component *base, struct spk_component *router,
                    struct spk_value given, struct spk_cursor **out, struct spk_error *err)
{
    struct count_cursor *cursor = (struct count_cursor *)base;
    if (router) {
        spk_error_set(err, SPK_ECONFIG,
                      "IncrementingCountCursor does not work with a partition router");
        spk_error_blame_connector(err);
        return SPK_ECONFIG;
    }
    struct running *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &running_ops;
    self->cursor = cursor;
    self->field = cursor->field;
    pthread_mutex_init(&self->lock, NULL);
    if (spk_is(given, SPK_DICT))
        self->given = spk_value_copy(&self->arena, given);
    spk_rc rc = SPK_OK;
    if (cursor->allow_catalog_field)
        rc = spk_source_cursor_field(base->source, cursor->stream, &self->field, err);
    if (!rc)
        rc = begin(self, err);
    if (rc)
        destroy(&self->base);
    else
        *out = &self->base;
    return rc;
}

static struct spk_view cursor_field(struct spk_component *base)
{
    return ((struct count_cursor *)base)->field;
}

static bool takes_catalog_field(struct spk_component *base)
{
    return ((struct count_cursor *)base)->allow_catalog_field;
}

static const struct spk_cursor_type_ops ops = {
    .start = start, .cursor_field = cursor_field, .takes_catalog_field = takes_catalog_field};

const struct spk_component_type spk_type_incrementing_count_cursor = {
    .name = "IncrementingCountCursor",
    .kind = SPK_KIND_CURSOR,
    .size = sizeof(struct count_cursor),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a number that grows with each record",
};
