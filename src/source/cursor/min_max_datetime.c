#include <stddef.h>

#include "datetime.h"

/* MinMaxDatetime: an instant, not before min_datetime and not after max_datetime. */
struct min_max_datetime {
    struct spk_component base;
    struct spk_template_string *datetime;
    struct spk_template_string *min, *max;
    struct spk_view format;
};

#define FIELD(name) offsetof(struct min_max_datetime, name)

static const struct spk_prop props[] = {
    {.name = "datetime",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(datetime),
     .help = "the instant"},
    {.name = "datetime_format",
     .type = SPK_PROP_STRING,
     .offset = FIELD(format),
     .help = "its format; of the cursor where not given"},
    {.name = "min_datetime",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(min),
     .help = "not before this"},
    {.name = "max_datetime",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(max),
     .help = "not after this"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_min_max_datetime = {
    .name = "MinMaxDatetime",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct min_max_datetime),
    .props = props,
    .help = "an instant between two bounds",
};

struct instant {
    bool given;
    struct spk_moment moment;
};

static spk_rc eval(const struct spk_scope *scope, const struct min_max_datetime *self,
                   struct spk_template_string *template, struct instant *out, struct spk_error *err)
{
    struct spk_view text = {0};
    out->given = false;
    if (!template)
        return SPK_OK;
    spk_rc rc = spk_scope_text(scope, &self->base, template, &text, err);
    if (rc || text.len == 0)
        return rc;
    out->given = true;
    rc = spk_cdk_moment_parse(text, self->format, &out->moment, err);
    if (rc && err) /* the config or the manifest is wrong, not the data */
        err->rc = SPK_ECONFIG;
    return rc ? SPK_ECONFIG : SPK_OK;
}

spk_rc spk_min_max_datetime_eval(struct spk_component *base, const struct spk_scope *scope,
                                 struct spk_view cursor_format, struct spk_moment *out,
                                 struct spk_error *err)
{
    struct min_max_datetime self = *(struct min_max_datetime *)base;
    struct instant at = {0}, least = {0}, most = {0};
    if (self.format.len == 0)
        self.format = cursor_format;
    spk_rc rc = eval(scope, &self, self.datetime, &at, err);
    if (!rc && !at.given)
        rc = spk_error_set(err, SPK_ECONFIG, "datetime evaluates to nothing");
    if (!rc)
        rc = eval(scope, &self, self.min, &least, err);
    if (!rc)
        rc = eval(scope, &self, self.max, &most, err);
    if (rc)
        return rc;
    if (least.given && least.moment.us > at.moment.us)
        at = least;
    if (most.given && most.moment.us < at.moment.us)
        at = most;
    *out = at.moment;
    return SPK_OK;
}
