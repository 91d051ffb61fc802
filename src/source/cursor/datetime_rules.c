#include "datetime.h"
#include "source/source_internal.h"

/* What a read that starts now takes from the component. */

struct length {
    bool given;
    struct spk_duration duration;
};

static spk_rc eval_duration(const struct spk_datetime_cursor *self,
                            struct spk_template_string *template, const char *name,
                            struct length *out, struct spk_error *err)
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
    if (rc)
        spk_error_blame_connector(err);
    spk_arena_deinit(&arena);
    return rc ? spk_error_context(err, SPK_ECONFIG, "%s", name) : SPK_OK;
}

static spk_rc eval_bound(const struct spk_datetime_cursor *self, struct spk_component *bound,
                         const char *name, struct spk_moment *out, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_scope scope = {.source = self->base.source, .arena = &arena};
    spk_rc rc = spk_min_max_datetime_eval(bound, &scope, self->datetime_format, out, err);
    spk_arena_deinit(&arena);
    return rc ? spk_error_context(err, rc, "%s", name) : SPK_OK;
}

/* With clamping, the last unit of the last period that is whole. */
static struct spk_moment clamped_end(const struct spk_window_rules *rules, struct spk_moment end)
{
    static const struct spk_duration second = {.us = SPK_SECOND_US}, day = {.us = SPK_DAY_US};
    const struct spk_duration *unit = rules->has_granularity             ? &rules->granularity
                                      : rules->clamping == SPK_CLAMP_DAY ? &second
                                                                         : &day;
    return rules->clamping == SPK_CLAMP_NONE
               ? end
               : spk_moment_add(spk_moment_clamp(rules, end, false), unit, -1);
}

spk_rc spk_datetime_end(const struct spk_datetime_cursor *self, struct spk_window_rules *rules,
                        struct spk_error *err)
{
    struct spk_moment end = {.us = spk_time_now_us()};
    spk_rc rc = self->end ? eval_bound(self, self->end, "end_datetime", &end, err) : SPK_OK;
    if (!rc)
        rules->end = clamped_end(rules, end);
    return rc;
}

static spk_rc eval_rules(const struct spk_datetime_cursor *self, struct spk_window_rules *rules,
                         struct spk_error *err)
{
    struct length step = {0}, lookback = {0};
    *rules = (struct spk_window_rules){.strict = self->is_compare_strictly,
                                       .clamping = self->clamping_target,
                                       .weekday = self->clamping_weekday};
    spk_rc rc = eval_bound(self, self->start, "start_datetime", &rules->start, err);
    if (!rc)
        rc = eval_duration(self, self->step, "step", &step, err);
    if (!rc)
        rc = eval_duration(self, self->lookback, "lookback_window", &lookback, err);
    if (!rc && self->granularity.len > 0) {
        rc = spk_duration_parse(self->granularity, &rules->granularity, err);
        if (rc && err)
            err->rc = rc = SPK_ECONFIG;
        rules->has_granularity = !rc;
    }
    rules->step = step.duration;
    rules->has_step = step.given;
    rules->lookback = lookback.duration;
    rules->has_lookback = lookback.given;
    return rc ? rc : spk_datetime_end(self, rules, err);
}

spk_rc spk_datetime_start(const struct spk_datetime_cursor *self,
                          struct spk_datetime_cursor *running, struct spk_window_rules *rules,
                          struct spk_error *err)
{
    *running = *self;
    spk_rc rc = SPK_OK;
    if (self->allow_catalog_field)
        rc = spk_source_cursor_field(self->base.source, self->stream, &running->field, err);
    return rc ? rc : eval_rules(self, rules, err);
}
