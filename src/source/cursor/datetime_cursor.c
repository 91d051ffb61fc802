#include "datetime.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "source/request/options.h"
#include "source/source_internal.h"

#define FIELD(name) offsetof(struct spk_datetime_cursor, name)

static const struct spk_prop props[] = {
    {.name = "cursor_field",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(cursor_field),
     .help = "field of a record that says when it was"},
    {.name = "datetime_format",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(datetime_format),
     .help = "format of windows, of the state, and of records where no other is given"},
    {.name = "cursor_datetime_formats",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(cursor_datetime_formats),
     .help = "formats of the cursor field in records, tried in order"},
    {.name = "start_datetime",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(start_datetime),
     .help = "the earliest instant to read"},
    {.name = "end_datetime",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(end_datetime),
     .help = "the latest instant to read; now where not given"},
    {.name = "step",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(step),
     .help = "length of a window, such as P1D; needs cursor_granularity"},
    {.name = "cursor_granularity",
     .type = SPK_PROP_STRING,
     .offset = FIELD(granularity),
     .help = "smallest unit of the format, such as PT1S; needs step"},
    {.name = "lookback_window",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(lookback),
     .help = "how much before the state is read again"},
    {.name = "partition_field_start",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(partition_field_start),
     .standard = "start_time",
     .help = "key of a window's start in the slice"},
    {.name = "partition_field_end",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(partition_field_end),
     .standard = "end_time",
     .help = "key of a window's end in the slice"},
    {.name = "start_time_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(start_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the window's start goes in a request"},
    {.name = "end_time_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(end_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the window's end goes in a request"},
    {.name = "is_compare_strictly",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(is_compare_strictly),
     .help = "no window starts where it ends"},
    {.name = "is_data_feed",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(is_data_feed),
     .help = "newest first: pages end at the first record that was read before"},
    {.name = "is_client_side_incremental",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(is_client_side_incremental),
     .help = "records that were read before are left out here"},
    {.name = "global_substream_cursor",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(global_substream_cursor),
     .help = "one state for all partitions"},
    SPK_PROP_END,
};

/* A bound is a MinMaxDatetime, or just its text. */
static spk_rc build_bound(const struct spk_build *build, const char *name, struct spk_value written,
                          struct spk_component **out, struct spk_error *err)
{
    struct spk_path path = {.parent = build->path, .key = spk_view_of(name)};
    struct spk_build inner = *build;
    inner.path = &path;
    if (spk_is_nothing(written))
        return SPK_OK;
    if (!spk_is(written, SPK_DICT)) {
        struct spk_value node = spk_dict_new(build->arena);
        node.mark = written.mark;
        spk_set(node, "type", spk_str("MinMaxDatetime"));
        spk_set(node, "datetime", written);
        if (build->parent)
            spk_set(node, "$parameters", build->parent->parameters);
        written = node;
    }
    return spk_component_build(&inner, written, SPK_KIND_OTHER, out, err);
}

static spk_rc eval_names(struct spk_datetime_cursor *self, const struct spk_build *build,
                         struct spk_error *err)
{
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    spk_rc rc = spk_scope_text(&scope, &self->base, self->cursor_field, &self->field, err);
    if (!rc)
        rc = spk_scope_text(&scope, &self->base, self->partition_field_start, &self->field_start,
                            err);
    if (!rc)
        rc = spk_scope_text(&scope, &self->base, self->partition_field_end, &self->field_end, err);
    return rc;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_datetime_cursor *self = (struct spk_datetime_cursor *)base;
    struct spk_build inner = *build;
    inner.parent = base;
    if ((self->step != NULL) != (self->granularity.len > 0))
        return spk_build_fail(build, base->node, err,
                              "step and cursor_granularity are given both or not at all");
    spk_rc rc = build_bound(&inner, "start_datetime", self->start_datetime, &self->start, err);
    if (!rc)
        rc = build_bound(&inner, "end_datetime", self->end_datetime, &self->end, err);
    return rc ? rc : eval_names(self, build, err);
}

struct length {
    bool given;
    struct spk_duration duration;
};

static spk_rc eval_duration(struct spk_datetime_cursor *self, struct spk_template_string *template,
                            const char *name, struct length *out, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_scope scope = {.source = self->base.source, .arena = &arena};
    struct spk_view text = {0};
    *out = (struct length){0};
    spk_rc rc = template ? spk_scope_text(&scope, &self->base, template, &text, err) : SPK_OK;
    if (!rc && text.len > 0) {
        rc = spk_duration_parse(text, &out->duration, err);
        out->given = !rc;
    }
    if (rc && err)
        err->rc = SPK_ECONFIG;
    spk_arena_deinit(&arena);
    return rc ? spk_error_context(err, SPK_ECONFIG, "%s", name) : SPK_OK;
}

spk_rc spk_datetime_rules(struct spk_datetime_cursor *self, struct spk_window_rules *rules,
                          struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_scope scope = {.source = self->base.source, .arena = &arena};
    struct spk_view format = self->datetime_format;
    *rules =
        (struct spk_window_rules){.strict = self->is_compare_strictly, .end = spk_time_now_us()};
    spk_rc rc = spk_min_max_datetime_eval(self->start, &scope, format, &rules->start, err);
    if (rc)
        rc = spk_error_context(err, rc, "start_datetime");
    if (!rc && self->end) {
        rc = spk_min_max_datetime_eval(self->end, &scope, format, &rules->end, err);
        if (rc)
            rc = spk_error_context(err, rc, "end_datetime");
    }
    spk_arena_deinit(&arena);
    struct length step = {0}, lookback = {0};
    if (!rc)
        rc = eval_duration(self, self->step, "step", &step, err);
    if (!rc)
        rc = eval_duration(self, self->lookback, "lookback_window", &lookback, err);
    rules->step = step.duration;
    rules->has_step = step.given;
    rules->lookback = lookback.duration;
    rules->has_lookback = lookback.given;
    if (!rc && self->granularity.len > 0) {
        rc = spk_duration_parse(self->granularity, &rules->granularity, err);
        rules->has_granularity = !rc;
    }
    return rc;
}

static struct spk_view cursor_field(struct spk_component *base)
{
    return ((struct spk_datetime_cursor *)base)->field;
}

void spk_datetime_flags(const struct spk_datetime_cursor *self, struct spk_cursor *cursor)
{
    cursor->is_data_feed = self->is_data_feed;
    cursor->is_client_side = self->is_client_side_incremental && !self->is_data_feed;
}

struct plain_cursor { /* the running cursor without partitions */
    struct spk_cursor base;
    struct spk_datetime_cursor *cursor;
    struct spk_window_rules rules;
    struct spk_track track;
    pthread_mutex_t lock;
};

struct window_slices {
    struct spk_slices base;
    struct plain_cursor *cursor;
    struct spk_windows windows;
    size_t next;
};

static spk_rc next_window(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                          bool *more, struct spk_error *err)
{
    struct window_slices *slices = (struct window_slices *)base;
    *more = slices->next < slices->windows.len;
    if (!*more)
        return SPK_OK;
    struct spk_window window = slices->windows.items[slices->next++];
    struct spk_interval *interval = SPK_NEW(arena, struct spk_interval);
    interval->start = window.start;
    interval->end = window.end;
    slice->cursor = spk_datetime_window_value(slices->cursor->cursor, arena, window);
    slice->owner = interval;
    spk_slice_finish(slice, arena);
    return SPK_OK;
}

static void destroy_slices(struct spk_slices *base)
{
    spk_windows_deinit(&((struct window_slices *)base)->windows);
    free(base);
}

static const struct spk_slices_ops slices_ops = {.next = next_window, .destroy = destroy_slices};

static spk_rc open_slices(struct spk_cursor *base, struct spk_slices **out, struct spk_error *err)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    struct window_slices *slices = spk_memory_zalloc(sizeof(*slices));
    slices->base.ops = &slices_ops;
    slices->cursor = self;
    spk_windows_make(&slices->windows, &self->rules, &self->track.read);
    *out = &slices->base;
    return SPK_OK;
}

static spk_rc observe(struct spk_cursor *base, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    struct spk_interval *interval = slice->owner;
    int64_t us;
    if (!spk_datetime_of_record(self->cursor, record, &us))
        return SPK_OK;
    spk_interval_observe(interval, us);
    return SPK_OK;
}

static bool should_sync(struct spk_cursor *base, const struct spk_slice *slice,
                        struct spk_record *record)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    return spk_track_should_sync(&self->track, self->cursor, &self->rules, record);
}

static spk_rc close_slice(struct spk_cursor *base, const struct spk_slice *slice, bool *emit,
                          struct spk_error *err)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    pthread_mutex_lock(&self->lock);
    spk_track_close(&self->track, &self->rules, *(const struct spk_interval *)slice->owner);
    pthread_mutex_unlock(&self->lock);
    *emit = true;
    return SPK_OK;
}

static struct spk_value state(struct spk_cursor *base, struct spk_arena *arena)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    pthread_mutex_lock(&self->lock);
    struct spk_value value = spk_track_state(&self->track, self->cursor, &self->rules, arena);
    pthread_mutex_unlock(&self->lock);
    return value;
}

static spk_rc options(struct spk_cursor *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    return spk_datetime_options(((struct plain_cursor *)base)->cursor, scope, out, err);
}

static void destroy(struct spk_cursor *base)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    spk_track_deinit(&self->track);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct spk_cursor_ops plain_ops = {.slices = open_slices,
                                                .should_sync = should_sync,
                                                .observe = observe,
                                                .close = close_slice,
                                                .state = state,
                                                .options = options,
                                                .destroy = destroy,
                                                .observes = true};

static spk_rc start_cursor(struct spk_component *base, struct spk_component *router,
                           struct spk_value given, struct spk_cursor **out, struct spk_error *err)
{
    struct spk_datetime_cursor *cursor = (struct spk_datetime_cursor *)base;
    if (router)
        return spk_per_partition_start(cursor, router, given, out, err);
    struct plain_cursor *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &plain_ops;
    spk_datetime_flags(cursor, &self->base);
    self->cursor = cursor;
    pthread_mutex_init(&self->lock, NULL);
    spk_rc rc = spk_datetime_rules(cursor, &self->rules, err);
    if (!rc)
        rc = spk_track_init(&self->track, cursor, &self->rules, given, err);
    if (rc)
        destroy(&self->base);
    else
        *out = &self->base;
    return rc;
}

static const struct spk_cursor_type_ops ops = {.start = start_cursor, .cursor_field = cursor_field};

const struct spk_component_type spk_type_datetime_based_cursor = {
    .name = "DatetimeBasedCursor",
    .kind = SPK_KIND_CURSOR,
    .size = sizeof(struct spk_datetime_cursor),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "windows of time; the state is the newest record read without a gap",
};
