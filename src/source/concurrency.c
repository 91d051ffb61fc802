#include <stddef.h>

#include "exchange.h"
#include "source_internal.h"

/* ConcurrencyLevel: how many slices are read at the same time. */
struct concurrency_level {
    struct spk_component base;
    struct spk_template_string *default_concurrency;
    int64_t max_concurrency;
};

enum { LEAST_WORKERS = 2, MOST_WORKERS = 256 };

#define FIELD(name) offsetof(struct concurrency_level, name)

static const struct spk_prop props[] = {
    {.name = "default_concurrency",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(default_concurrency),
     .help = "slices read at the same time"},
    {.name = "max_concurrency",
     .type = SPK_PROP_INT,
     .offset = FIELD(max_concurrency),
     .help = "ceiling of default_concurrency"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_concurrency_level = {
    .name = "ConcurrencyLevel",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct concurrency_level),
    .props = props,
    .help = "how many slices are read at the same time",
};

static spk_rc level_of(struct spk_source *source, struct spk_value node, int64_t *out,
                       struct spk_error *err)
{
    struct spk_path path = {.key = SPK_VIEW("concurrency_level")};
    struct spk_build build = spk_source_build(source, &path);
    struct spk_component *component = NULL;
    spk_rc rc = spk_component_build(&build, node, SPK_KIND_OTHER, &component, err);
    if (rc)
        return rc;
    struct concurrency_level *level = (struct concurrency_level *)component;
    struct spk_scope scope = {.source = source, .arena = &source->arena};
    struct spk_value value;
    rc = spk_scope_eval(&scope, component, level->default_concurrency, &value, err);
    if (rc)
        return rc;
    if (!spk_is(value, SPK_INT))
        return spk_build_fail(&build, node, err,
                              "default_concurrency did not evaluate to an integer");
    bool capped = level->max_concurrency > 0 && value.integer > level->max_concurrency;
    *out = capped ? level->max_concurrency : value.integer;
    return SPK_OK;
}

spk_rc spk_source_concurrency(struct spk_source *source, int *out, struct spk_error *err)
{
    int64_t level = source->concurrency;
    struct spk_value node;
    spk_rc rc = SPK_OK;
    if (level == 0) {
        rc = spk_manifest_section(source->manifest, "concurrency_level", &node, err);
        if (!rc && spk_is(node, SPK_DICT))
            rc = level_of(source, node, &level, err);
    }
    if (rc)
        return rc;
    level = level < LEAST_WORKERS ? LEAST_WORKERS : level;
    *out = (int)(level > MOST_WORKERS ? MOST_WORKERS : level);
    return SPK_OK;
}
