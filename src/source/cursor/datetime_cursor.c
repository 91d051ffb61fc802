#include "datetime.h"

#include <stddef.h>

#include "template/template.h"

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
    {.name = "clamping",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(clamping),
     .help = "windows of whole periods: target DAY, MONTH, or WEEK with target_details.weekday"},
    {.name = "allow_catalog_defined_cursor_field",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(allow_catalog_field),
     .help = "the configured catalog may name another cursor field"},
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

static bool find_weekday(struct spk_view name, int *out)
{
    static const char *const names[] = {"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                        "FRIDAY", "SATURDAY", "SUNDAY"};
    for (int i = 0; i < 7; i++) {
        if (spk_view_is(name, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* The target is a template; the weekday is not. */
static spk_rc eval_clamping(struct spk_datetime_cursor *self, const struct spk_build *build,
                            struct spk_error *err)
{
    static const char *const targets[] = {"", "DAY", "WEEK", "MONTH"};
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_value written = spk_get(self->clamping, "target");
    struct spk_value weekday = spk_get(spk_get(self->clamping, "target_details"), "weekday");
    struct spk_template_string template;
    struct spk_view target;
    if (spk_is_nothing(self->clamping))
        return SPK_OK;
    if (!spk_is(written, SPK_STRING))
        return spk_build_fail(build, self->clamping, err, "clamping: 'target' is required");
    spk_template_string_init(&template, spk_template_parse(build->arena, written.text, NULL), NULL);
    spk_rc rc = spk_scope_text(&scope, &self->base, &template, &target, err);
    if (rc)
        return rc;
    for (int i = SPK_CLAMP_DAY; i <= SPK_CLAMP_MONTH; i++) {
        if (spk_view_is(target, targets[i]))
            self->clamping_target = (enum spk_clamping)i;
    }
    if (self->clamping_target == SPK_CLAMP_NONE)
        return spk_build_fail(build, written, err,
                              "clamping: target '%.*s' is none of DAY, WEEK, MONTH",
                              SPK_FMT(target));
    if (self->clamping_target == SPK_CLAMP_WEEK &&
        !find_weekday(spk_value_text_or(weekday, ""), &self->clamping_weekday))
        return spk_build_fail(build, self->clamping, err,
                              "clamping: WEEK needs target_details.weekday, MONDAY to SUNDAY");
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_datetime_cursor *self = (struct spk_datetime_cursor *)base;
    struct spk_build inner = *build;
    inner.parent = base;
    self->stream = spk_value_text_or(spk_get(build->stream, "name"), "");
    if ((self->step != NULL) != (self->granularity.len > 0))
        return spk_build_fail(build, base->node, err,
                              "step and cursor_granularity are given both or not at all");
    spk_rc rc = build_bound(&inner, "start_datetime", self->start_datetime, &self->start, err);
    if (!rc)
        rc = build_bound(&inner, "end_datetime", self->end_datetime, &self->end, err);
    if (!rc)
        rc = eval_names(self, build, err);
    return rc ? rc : eval_clamping(self, build, err);
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

static spk_rc start_cursor(struct spk_component *base, struct spk_component *router,
                           struct spk_value given, struct spk_cursor **out, struct spk_error *err)
{
    struct spk_datetime_cursor *cursor = (struct spk_datetime_cursor *)base;
    return router ? spk_per_partition_start(cursor, router, given, out, err)
                  : spk_plain_cursor_start(cursor, given, out, err);
}

static bool takes_catalog_field(struct spk_component *base)
{
    return ((struct spk_datetime_cursor *)base)->allow_catalog_field;
}

static bool instant(struct spk_component *base, struct spk_value state, int64_t *us)
{
    struct spk_datetime_cursor *self = (struct spk_datetime_cursor *)base;
    struct spk_value value = spk_dict_get(state, self->field);
    if (spk_view_is(spk_value_text_or(spk_get(state, "state_type"), ""), "date-range")) {
        struct spk_value slices = spk_get(state, "slices"), first = {0};
        if (spk_is(slices, SPK_LIST) && spk_list_len(slices) > 0)
            first = spk_list_at(slices, 0);
        value = spk_get(first, "most_recent_cursor_value");
        if (!spk_value_truthy(value))
            value = spk_get(first, "end");
    }
    struct spk_moment moment;
    if (!spk_value_truthy(value) || spk_datetime_value(self, value, &moment, NULL))
        return false;
    *us = moment.us;
    return true;
}

static const struct spk_cursor_type_ops ops = {.start = start_cursor,
                                               .cursor_field = cursor_field,
                                               .takes_catalog_field = takes_catalog_field,
                                               .instant = instant};

const struct spk_component_type spk_type_datetime_based_cursor = {
    .name = "DatetimeBasedCursor",
    .kind = SPK_KIND_CURSOR,
    .size = sizeof(struct spk_datetime_cursor),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "windows of time; the state is the newest record read without a gap",
};
