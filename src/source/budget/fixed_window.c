#include <stddef.h>

#include "budget.h"

/* FixedWindowCallRatePolicy: so many calls in each window. The first call opens the first window;
 * an answer may tell when it ends. UnlimitedCallRatePolicy: any number. */
struct fixed_window {
    struct spk_call_policy base;
    struct spk_view period_text;
    struct spk_duration period;
    int64_t limit, used;
    int64_t ends_us; /* 0: not opened */
};

#define FIELD(name) offsetof(struct fixed_window, name)

static const struct spk_prop props[] = {
    SPK_CALL_POLICY_PROPS,
    {.name = "period",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(period_text),
     .help = "length of a window, such as PT1M"},
    {.name = "call_limit",
     .type = SPK_PROP_INT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(limit),
     .help = "calls in a window"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct fixed_window *self = (struct fixed_window *)base;
    struct spk_error fault = {0};
    if (spk_duration_parse(self->period_text, &self->period, &fault))
        return spk_build_fail(build, base->node, err, "period: %s", fault.text);
    if (spk_duration_add(0, &self->period, 1) <= 0 || self->limit < 1)
        return spk_build_fail(build, base->node, err, "period and call_limit are more than 0");
    return SPK_OK;
}

/* Opens the window that `now` lies in. */
static void roll(struct fixed_window *self, int64_t now_us)
{
    if (now_us <= self->ends_us)
        return;
    int64_t length = spk_duration_add(now_us, &self->period, 1) - now_us;
    int64_t passed = self->ends_us > 0 ? (now_us - self->ends_us) / length : 0;
    self->ends_us = self->ends_us > 0 ? self->ends_us + (passed + 1) * length : now_us + length;
    self->used = 0;
}

static void acquire(struct spk_component *base, int64_t weight, int64_t now_us, int64_t *free_us)
{
    struct fixed_window *self = (struct fixed_window *)base;
    roll(self, now_us);
    *free_us = now_us;
    if (self->used + weight <= self->limit)
        self->used += weight;
    else
        *free_us = self->ends_us + 1;
}

/* Only fewer calls than were left here count: the limit may be lower than the server's. */
static void update(struct spk_component *base, const struct spk_call_told *told, int64_t now_us)
{
    struct fixed_window *self = (struct fixed_window *)base;
    roll(self, now_us);
    if (told->left >= 0 && self->limit - self->used > told->left)
        self->used = self->limit - told->left;
    if (told->reset_us > 0)
        self->ends_us = told->reset_us;
}

static int64_t most(struct spk_component *base)
{
    return ((struct fixed_window *)base)->limit;
}

static const struct spk_call_policy_ops ops = {.acquire = acquire, .update = update, .most = most};

const struct spk_component_type spk_type_fixed_window_call_rate_policy = {
    .name = "FixedWindowCallRatePolicy",
    .kind = SPK_KIND_CALL_POLICY,
    .size = sizeof(struct fixed_window),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "so many calls in each window of time",
};

static void acquire_any(struct spk_component *base, int64_t weight, int64_t now_us,
                        int64_t *free_us)
{
    *free_us = now_us;
}

static void ignore(struct spk_component *base, const struct spk_call_told *told, int64_t now_us)
{
}

static int64_t any(struct spk_component *base)
{
    return INT64_MAX;
}

static const struct spk_prop unlimited_props[] = {SPK_CALL_POLICY_PROPS, SPK_PROP_END};
static const struct spk_call_policy_ops unlimited_ops = {
    .acquire = acquire_any, .update = ignore, .most = any};

const struct spk_component_type spk_type_unlimited_call_rate_policy = {
    .name = "UnlimitedCallRatePolicy",
    .kind = SPK_KIND_CALL_POLICY,
    .size = sizeof(struct spk_call_policy),
    .props = unlimited_props,
    .ops = &unlimited_ops,
    .help = "any number of calls: keeps requests from the policies that follow",
};
