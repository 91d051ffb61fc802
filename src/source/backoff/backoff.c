#include "backoff.h"

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
