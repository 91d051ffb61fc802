#include "backoff.h"

#include <math.h>
#include <sys/random.h>

double spk_backoff_random(void)
{
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
        return 0.5;
    return (double)bits / 4294967296.0;
}

double spk_backoff_number(struct spk_component *self, const struct spk_scope *scope,
                          struct spk_template_string *template, struct spk_error *err)
{
    struct spk_value value;
    double number;
    if (!template || spk_scope_eval(scope, self, template, &value, err))
        return -1;
    if (spk_is(value, SPK_INT))
        return (double)value.integer;
    if (spk_is(value, SPK_FLOAT))
        return value.number;
    if (spk_is(value, SPK_STRING) && spk_parse_double(value.text, &number))
        return number;
    if (!spk_is_nothing(value))
        spk_error_set(err, SPK_ECONFIG, "%s: a number of seconds is expected", self->type->name);
    return -1;
}

double spk_backoff_bounded(struct spk_component *self, const struct spk_scope *scope,
                           struct spk_template_string *most, double wait, struct spk_error *err)
{
    double bound = spk_backoff_number(self, scope, most, err);
    if (!most || wait <= 0 || wait < bound)
        return wait;
    spk_error_set(err, SPK_ETRANSIENT,
                  "the server asks to wait %.0f s, more than the %.0f s this connector may wait",
                  wait, bound);
    spk_error_hint(err, "run again later, or raise max_waiting_time_in_seconds");
    return -1;
}

spk_rc spk_backoff_check_bound(struct spk_component *self, const struct spk_build *build,
                               struct spk_template_string *most, struct spk_error *err)
{
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_value value = {0};
    double number = 0;
    spk_rc rc = spk_scope_eval(&scope, self, most, &value, err);
    if (rc || !most)
        return rc;
    bool is_number = spk_is(value, SPK_INT) || spk_is(value, SPK_FLOAT) ||
                     (spk_is(value, SPK_STRING) && spk_parse_double(value.text, &number));
    if (is_number && isfinite(spk_is(value, SPK_FLOAT) ? value.number : number))
        return SPK_OK;
    return spk_build_fail(build, self->node, err,
                          "max_waiting_time_in_seconds: a number is expected for this config");
}
