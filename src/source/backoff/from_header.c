#include <stddef.h>

#include "backoff.h"
#include "regex/regex.h"

/* WaitTimeFromHeader: the header holds seconds. WaitUntilTimeFromHeader: it holds an epoch time. */
struct header_backoff {
    struct spk_component base;
    struct spk_template_string *header;
    struct spk_template_string *pattern;
    struct spk_template_string *min_wait;
    struct spk_template_string *max_wait;
};

#define FIELD(name) offsetof(struct header_backoff, name)
#define HEADER_PROPS                                                                               \
    {.name = "header",                                                                             \
     .type = SPK_PROP_TEMPLATE,                                                                    \
     .flags = SPK_PROP_REQUIRED,                                                                   \
     .offset = FIELD(header),                                                                      \
     .help = "name of the header"},                                                                \
        {.name = "regex",                                                                          \
         .type = SPK_PROP_TEMPLATE,                                                                \
         .offset = FIELD(pattern),                                                                 \
         .help = "the part of the header that is the number"},                                     \
        SPK_BACKOFF_BOUND_PROP(FIELD(max_wait))

static const struct spk_prop time_props[] = {HEADER_PROPS, SPK_PROP_END};
static const struct spk_prop until_props[] = {HEADER_PROPS,
                                              {.name = "min_wait",
                                               .type = SPK_PROP_TEMPLATE,
                                               .offset = FIELD(min_wait),
                                               .help = "wait at least so many seconds"},
                                              SPK_PROP_END};

static spk_rc apply_pattern(struct header_backoff *self, const struct spk_scope *scope,
                            struct spk_view *text, struct spk_error *err)
{
    struct spk_view pattern = {0};
    struct spk_regex *regex = NULL;
    struct spk_regex_match match;
    spk_rc rc = spk_scope_text(scope, &self->base, self->pattern, &pattern, err);
    if (rc || pattern.len == 0)
        return rc;
    rc = spk_regex_compile(pattern, &regex, err);
    if (!rc)
        rc = spk_regex_find(regex, *text, true, &match, err);
    if (!rc && match.found)
        *text = spk_view_slice(*text, match.from, match.to);
    spk_regex_destroy(regex);
    return rc;
}

/* The header's number, or < 0 where there is none. */
static double header_number(struct header_backoff *self, const struct spk_scope *scope,
                            struct spk_error *err)
{
    struct spk_view name;
    double number;
    if (!scope->response || spk_scope_text(scope, &self->base, self->header, &name, err))
        return -1;
    struct spk_value headers = scope->response->headers;
    for (size_t i = 0; i < spk_dict_len(headers); i++) {
        const struct spk_entry *e = &headers.dict->entries[i];
        if (!spk_view_equal_nocase(e->key.text, name) || !spk_is(e->value, SPK_STRING))
            continue;
        struct spk_view text = e->value.text;
        if (apply_pattern(self, scope, &text, err))
            return -1;
        return spk_parse_double(spk_view_trim(text), &number) ? number : -1;
    }
    return -1;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    return spk_backoff_check_bound(base, build, ((struct header_backoff *)base)->max_wait, err);
}

static double wait_time(struct spk_component *base, const struct spk_scope *scope, int attempt,
                        struct spk_error *err)
{
    struct header_backoff *self = (struct header_backoff *)base;
    double wait = header_number(self, scope, err);
    return spk_backoff_bounded(base, scope, self->max_wait, wait, err);
}

static double wait_until(struct spk_component *base, const struct spk_scope *scope, int attempt,
                         struct spk_error *err)
{
    struct header_backoff *self = (struct header_backoff *)base;
    double until = header_number(self, scope, err);
    double least = spk_backoff_number(base, scope, self->min_wait, err);
    if (until <= 0)
        return least > 0 ? spk_backoff_bounded(base, scope, self->max_wait, least, err) : -1;
    double wait = until - (double)spk_time_now_us() / 1e6;
    if (least > 0 && wait < least)
        wait = least;
    return wait < 0 ? -1 : spk_backoff_bounded(base, scope, self->max_wait, wait, err);
}

static const struct spk_backoff_ops time_ops = {.seconds = wait_time};
static const struct spk_backoff_ops until_ops = {.seconds = wait_until};

const struct spk_component_type spk_type_wait_time_from_header = {
    .name = "WaitTimeFromHeader",
    .kind = SPK_KIND_BACKOFF,
    .size = sizeof(struct header_backoff),
    .props = time_props,
    .ops = &time_ops,
    .finish = finish,
    .help = "a header says how many seconds to wait",
};

const struct spk_component_type spk_type_wait_until_time_from_header = {
    .name = "WaitUntilTimeFromHeader",
    .kind = SPK_KIND_BACKOFF,
    .size = sizeof(struct header_backoff),
    .props = until_props,
    .ops = &until_ops,
    .finish = finish,
    .help = "a header says until when to wait",
};
