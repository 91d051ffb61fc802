#include <math.h>
#include <stddef.h>

#include "backoff.h"
#include "template/template.h"

/* WaitTimeFromResponse: a template over body and headers gives the seconds. What is no number, or
 * cannot be evaluated on this body, says nothing: the next strategy decides. */
struct response_backoff {
    struct spk_component base;
    struct spk_template_string *wait;
    struct spk_template_string *max_wait;
};

#define FIELD(name) offsetof(struct response_backoff, name)

static const struct spk_prop props[] = {
    {.name = "wait_time_in_seconds",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(wait),
     .help = "seconds to wait; sees response, headers and config"},
    SPK_BACKOFF_BOUND_PROP(FIELD(max_wait)),
    SPK_PROP_END,
};

static spk_rc evaluate(struct response_backoff *self, const struct spk_scope *scope,
                       struct spk_value *value, struct spk_error *err)
{
    enum { ANY = 63 }; /* evaluated anew each time: one odd body must not make it plain text */
    struct spk_scope inner = {.source = scope->source,
                              .response = scope->response,
                              .response_is_json = true,
                              .arena = scope->arena};
    if (!inner.response) {
        inner.extra = spk_dict_new(scope->arena);
        spk_set(inner.extra, "response", spk_dict_new(scope->arena));
        spk_set(inner.extra, "headers", spk_dict_new(scope->arena));
    }
    struct spk_typed_template what = {self->wait, ANY};
    return spk_scope_eval_as(&inner, &self->base, what, value, err);
}

/* A name that no answer could give is the manifest's fault, and is told before anything is read. */
static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    static const char *const names[] = {"config", "parameters", "response", "headers"};
    struct response_backoff *self = (struct response_backoff *)base;
    struct spk_template_env env;
    spk_template_env_init(&env, build->arena);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        spk_template_env_set(&env, names[i], spk_dict_new(build->arena));
    struct spk_view missing = spk_template_missing(self->wait->template, &env);
    spk_template_env_deinit(&env);
    if (missing.at)
        return spk_build_fail(build, base->node, err,
                              "wait_time_in_seconds: there is no variable '%.*s' here",
                              SPK_FMT(missing));
    return spk_backoff_check_bound(base, build, self->max_wait, err);
}

static double seconds_of(struct spk_value value)
{
    double number = -1;
    if (spk_is(value, SPK_INT))
        number = (double)value.integer;
    else if (spk_is(value, SPK_FLOAT))
        number = value.number;
    else if (spk_is(value, SPK_BOOL))
        number = value.boolean;
    else if (spk_is(value, SPK_STRING))
        spk_parse_double(spk_view_trim(value.text), &number);
    return isfinite(number) && number >= 0 ? number : -1;
}

static double seconds(struct spk_component *base, const struct spk_scope *scope, int attempt,
                      struct spk_error *err)
{
    struct response_backoff *self = (struct response_backoff *)base;
    struct spk_value value = {0};
    struct spk_error ignored;
    if (evaluate(self, scope, &value, &ignored))
        return -1;
    return spk_backoff_bounded(base, scope, self->max_wait, seconds_of(value), err);
}

static const struct spk_backoff_ops ops = {.seconds = seconds, .needs_body = true};

const struct spk_component_type spk_type_wait_time_from_response = {
    .name = "WaitTimeFromResponse",
    .kind = SPK_KIND_BACKOFF,
    .size = sizeof(struct response_backoff),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a template over the answer says how many seconds to wait",
};
