#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "budget.h"

/* MovingWindowCallRatePolicy: in any stretch of time as long as a rate's interval there are no more
 * calls than its limit. The times of calls are kept while they count for the longest one. */
struct rate {
    struct spk_component base;
    struct spk_template_string *limit_text;
    struct spk_view interval_text;
    int64_t limit, interval_us;
};

struct call {
    int64_t at_us, weight;
};

struct rate_use {  /* of one rate, in the order of the manifest */
    uint64_t from; /* number of the first call that counts */
    int64_t used;
};

struct moving_window {
    struct spk_call_policy base;
    struct spk_components rates;
    struct rate_use *uses;
    struct call *calls; /* a ring of `cap`, a power of two: number N stands at N % cap */
    size_t cap;
    uint64_t from, to; /* numbers of the first call that is kept and of the next */
    int64_t grain_us;  /* calls so close to each other are kept as one */
};

enum { MOST_CALLS = 1 << 20 };

#define RATE(name)  offsetof(struct rate, name)
#define FIELD(name) offsetof(struct moving_window, name)

static const struct spk_prop rate_props[] = {
    {.name = "limit",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = RATE(limit_text),
     .help = "calls in the interval"},
    {.name = "interval",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = RATE(interval_text),
     .help = "length of the interval, such as PT1S"},
    SPK_PROP_END,
};

static spk_rc finish_rate(struct spk_component *base, const struct spk_build *build,
                          struct spk_error *err)
{
    struct rate *self = (struct rate *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_view limit = {0};
    struct spk_duration interval;
    struct spk_error fault = {0};
    spk_rc rc = spk_scope_text(&scope, base, self->limit_text, &limit, err);
    if (rc)
        return rc;
    if (!spk_parse_i64(spk_view_trim(limit), 1, INT64_MAX, &self->limit))
        return spk_build_fail(build, base->node, err, "limit: a number of at least 1 is expected");
    if (spk_duration_parse(self->interval_text, &interval, &fault))
        return spk_build_fail(build, base->node, err, "interval: %s", fault.text);
    self->interval_us = spk_duration_add(0, &interval, 1);
    if (self->interval_us < 1)
        return spk_build_fail(build, base->node, err, "interval is more than 0");
    return SPK_OK;
}

const struct spk_component_type spk_type_rate = {
    .name = "Rate",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct rate),
    .props = rate_props,
    .finish = finish_rate,
    .help = "so many calls in an interval",
};

static const struct spk_prop props[] = {
    SPK_CALL_POLICY_PROPS,
    {.name = "rates",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(rates),
     .kind = SPK_KIND_OTHER,
     .part = "Rate",
     .help = "all of them are kept to"},
    SPK_PROP_END,
};

static const struct rate *rate_at(const struct moving_window *self, size_t i)
{
    return (struct rate *)self->rates.items[i];
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct moving_window *self = (struct moving_window *)base;
    if (self->rates.len == 0)
        return spk_build_fail(build, base->node, err, "The list of rates can not be empty");
    self->uses = spk_arena_zalloc(build->arena, self->rates.len * sizeof(*self->uses));
    for (size_t i = 0; i < self->rates.len; i++) {
        int64_t grain = rate_at(self, i)->interval_us / MOST_CALLS;
        self->grain_us = grain > self->grain_us ? grain : self->grain_us;
    }
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    free(((struct moving_window *)base)->calls);
}

static struct call *call_at(const struct moving_window *self, uint64_t number)
{
    return &self->calls[number & (self->cap - 1)];
}

static void grow(struct moving_window *self)
{
    size_t cap = self->cap ? self->cap * 2 : 64;
    struct call *calls = spk_memory_zalloc(cap * sizeof(*calls));
    for (uint64_t i = self->from; i < self->to; i++)
        calls[i & (cap - 1)] = *call_at(self, i);
    free(self->calls);
    self->calls = calls;
    self->cap = cap;
}

static void note(struct moving_window *self, int64_t weight, int64_t now_us)
{
    struct call *last = self->to > self->from ? call_at(self, self->to - 1) : NULL;
    for (size_t i = 0; i < self->rates.len; i++)
        self->uses[i].used += weight;
    if (last && now_us - last->at_us <= self->grain_us) {
        last->at_us = now_us;
        last->weight += weight;
        return;
    }
    if (self->to - self->from == self->cap)
        grow(self);
    *call_at(self, self->to++) = (struct call){now_us, weight};
}

/* Leaves out what a rate counts no more, and forgets what none does. */
static void forget(struct moving_window *self, int64_t now_us)
{
    uint64_t least = self->to;
    for (size_t i = 0; i < self->rates.len; i++) {
        struct rate_use *use = &self->uses[i];
        int64_t since_us = now_us - rate_at(self, i)->interval_us;
        while (use->from < self->to && call_at(self, use->from)->at_us < since_us)
            use->used -= call_at(self, use->from++)->weight;
        least = use->from < least ? use->from : least;
    }
    self->from = least;
}

/* When enough calls have gone for one of `weight` to fit into the rate. */
static int64_t free_at(const struct moving_window *self, size_t i, int64_t weight)
{
    const struct rate *rate = rate_at(self, i);
    int64_t used = self->uses[i].used;
    for (uint64_t n = self->uses[i].from; n < self->to; n++) {
        used -= call_at(self, n)->weight;
        if (used + weight <= rate->limit)
            return call_at(self, n)->at_us + rate->interval_us + 1;
    }
    return 0;
}

static void acquire(struct spk_component *base, int64_t weight, int64_t now_us, int64_t *free_us)
{
    struct moving_window *self = (struct moving_window *)base;
    forget(self, now_us);
    *free_us = now_us;
    for (size_t i = 0; i < self->rates.len; i++) {
        if (self->uses[i].used + weight <= rate_at(self, i)->limit)
            continue;
        int64_t at_us = free_at(self, i, weight);
        *free_us = at_us > *free_us ? at_us : *free_us;
    }
    if (*free_us <= now_us)
        note(self, weight, now_us);
}

/* A limit that is used up, by whomever: as if the calls that are left were made now. */
static void update(struct spk_component *base, const struct spk_call_told *told, int64_t now_us)
{
    struct moving_window *self = (struct moving_window *)base;
    if (told->left != 0 || told->reset_us > 0)
        return;
    forget(self, now_us);
    int64_t left = INT64_MAX;
    for (size_t i = 0; i < self->rates.len; i++) {
        int64_t of_rate = rate_at(self, i)->limit - self->uses[i].used;
        left = of_rate < left ? of_rate : left;
    }
    if (left > 0)
        note(self, left, now_us);
}

static int64_t most(struct spk_component *base)
{
    const struct moving_window *self = (struct moving_window *)base;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < self->rates.len; i++)
        least = rate_at(self, i)->limit < least ? rate_at(self, i)->limit : least;
    return least;
}

static const struct spk_call_policy_ops ops = {.acquire = acquire, .update = update, .most = most};

const struct spk_component_type spk_type_moving_window_call_rate_policy = {
    .name = "MovingWindowCallRatePolicy",
    .kind = SPK_KIND_CALL_POLICY,
    .size = sizeof(struct moving_window),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .close = close_component,
    .help = "so many calls in any stretch of time",
};
