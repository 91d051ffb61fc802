#include <stddef.h>

#include "backoff.h"

/* ConstantBackoffStrategy: always the same time. ExponentialBackoffStrategy: factor * 2^attempt. */
struct timed_backoff {
    struct spk_component base;
    struct spk_template_string *seconds; /* the constant, or the factor */
    double jitter;
};

#define FIELD(name) offsetof(struct timed_backoff, name)

static const struct spk_prop constant_props[] = {
    {.name = "backoff_time_in_seconds",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(seconds),
     .help = "seconds to wait"},
    {.name = "jitter_range_in_seconds",
     .type = SPK_PROP_NUMBER,
     .offset = FIELD(jitter),
     .help = "up to twice as much is added at random"},
    SPK_PROP_END,
};

static const struct spk_prop exponential_props[] = {
    {.name = "factor",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(seconds),
     .standard = "5",
     .help = "seconds, doubled with each try"},
    {.name = "jitter_range_in_seconds",
     .type = SPK_PROP_NUMBER,
     .offset = FIELD(jitter),
     .help = "up to twice as much is added at random"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    if (((struct timed_backoff *)base)->jitter >= 0)
        return SPK_OK;
    return spk_build_fail(build, base->node, err, "jitter_range_in_seconds is at least 0");
}

static double with_jitter(const struct timed_backoff *self, double seconds)
{
    return self->jitter > 0 ? seconds + spk_backoff_random() * 2 * self->jitter : seconds;
}

static double constant(struct spk_component *base, const struct spk_scope *scope, int attempt,
                       struct spk_error *err)
{
    struct timed_backoff *self = (struct timed_backoff *)base;
    double seconds = spk_backoff_number(base, scope, self->seconds, err);
    return seconds < 0 ? -1 : with_jitter(self, seconds);
}

static double exponential(struct spk_component *base, const struct spk_scope *scope, int attempt,
                          struct spk_error *err)
{
    struct timed_backoff *self = (struct timed_backoff *)base;
    double seconds = spk_backoff_number(base, scope, self->seconds, err);
    if (seconds < 0)
        return -1;
    for (int i = 0; i < attempt && i < 32; i++)
        seconds *= 2;
    return with_jitter(self, seconds);
}

static const struct spk_backoff_ops constant_ops = {.seconds = constant};
static const struct spk_backoff_ops exponential_ops = {.seconds = exponential};

const struct spk_component_type spk_type_constant_backoff = {
    .name = "ConstantBackoffStrategy",
    .kind = SPK_KIND_BACKOFF,
    .size = sizeof(struct timed_backoff),
    .props = constant_props,
    .ops = &constant_ops,
    .finish = finish,
    .help = "always the same time",
};

const struct spk_component_type spk_type_exponential_backoff = {
    .name = "ExponentialBackoffStrategy",
    .kind = SPK_KIND_BACKOFF,
    .size = sizeof(struct timed_backoff),
    .props = exponential_props,
    .ops = &exponential_ops,
    .finish = finish,
    .help = "twice the time with each try",
};
