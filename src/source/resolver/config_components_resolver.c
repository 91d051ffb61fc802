#include <stddef.h>

#include "component_mapping.h"
#include "source/exchange/template_path.h"
#include "source/source_internal.h"

/* ConfigComponentsResolver: a stream for each item of a list in the config; of several lists, for
 * each combination of their items. */

struct stream_config {
    struct spk_component base;
    struct spk_value configs_pointer, default_values;
    struct spk_template_path path; /* made of configs_pointer */
};

struct config_resolver {
    struct spk_component base;
    struct spk_components stream_configs; /* struct stream_config */
    struct spk_components mappings;
};

static const struct spk_prop stream_config_props[] = {
    {.name = "configs_pointer",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct stream_config, configs_pointer),
     .help = "keys from the config to the list"},
    {.name = "default_values",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct stream_config, default_values),
     .help = "items that follow those of the config"},
    SPK_PROP_END,
};

static spk_rc finish_stream_config(struct spk_component *base, const struct spk_build *build,
                                   struct spk_error *err)
{
    struct stream_config *self = (struct stream_config *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("configs_pointer")};
    struct spk_build inner = *build;
    inner.path = &path;
    if (!spk_is_nothing(self->default_values) && !spk_is(self->default_values, SPK_LIST))
        return spk_build_fail(build, self->default_values, err, "default_values is a list");
    return spk_template_path_build(&self->path, &inner, self->configs_pointer, err);
}

const struct spk_component_type spk_type_stream_config = {
    .name = "StreamConfig",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct stream_config),
    .props = stream_config_props,
    .finish = finish_stream_config,
    .help = "where the config lists what there is a stream for",
};

static const struct spk_prop props[] = {
    {.name = "stream_config",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct config_resolver, stream_configs),
     .kind = SPK_KIND_OTHER,
     .help = "one list of the config, or several of which all combinations count"},
    {.name = "components_mapping",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct config_resolver, mappings),
     .kind = SPK_KIND_OTHER,
     .help = "where the items' values go in the template"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct config_resolver *self = (struct config_resolver *)base;
    for (size_t i = 0; i < self->stream_configs.len; i++) {
        const struct spk_component *item = self->stream_configs.items[i];
        if (item->type != &spk_type_stream_config)
            return spk_build_fail(build, item->node, err, "stream_config: each is a StreamConfig");
    }
    return spk_mappings_check(build, &self->mappings, SPK_MAPPING_CONDITIONAL, err);
}

struct found {
    struct spk_value value;
    size_t count;
};

static bool note_found(void *context, struct spk_value *slot)
{
    struct found *found = context;
    found->value = *slot;
    return ++found->count < 2;
}

/* The items of one list; what is no list is the only item. */
static spk_rc items_of(struct stream_config *self, const struct spk_scope *scope,
                       struct spk_value *items, struct spk_error *err)
{
    struct spk_value path, config = spk_source_config(scope->source);
    struct found found = {0};
    spk_rc rc = spk_template_path_eval_in(&self->path, scope, &self->base, &path, err);
    if (rc)
        return rc;
    if (spk_list_len(path) == 0)
        found = (struct found){config, 1};
    else
        spk_dpath_each(config, path, note_found, &found);
    if (found.count > 1)
        return spk_error_set(err, SPK_EDATA,
                             "configs_pointer: more than one place of the config matches");
    *items = spk_list_new(scope->arena);
    if (found.count == 1 && !spk_is(found.value, SPK_LIST))
        spk_list_append(*items, found.value);
    for (size_t i = 0; spk_is(found.value, SPK_LIST) && i < spk_list_len(found.value); i++)
        spk_list_append(*items, spk_list_at(found.value, i));
    struct spk_value more = self->default_values;
    for (size_t i = 0; spk_is(more, SPK_LIST) && i < spk_list_len(more); i++)
        spk_list_append(*items, spk_list_at(more, i));
    return SPK_OK;
}

/* One combination: mappings are laid over each other, other items are named by their list. */
static struct spk_value combine(struct spk_arena *arena, const struct spk_value *lists,
                                const size_t *places, size_t count)
{
    struct spk_value values = spk_dict_new(arena);
    for (size_t i = 0; i < count; i++) {
        struct spk_value item = spk_list_at(lists[i], places[i]);
        struct spk_view name = spk_arena_printf(arena, "source_config_%zu", i);
        if (spk_is(item, SPK_DICT)) {
            spk_dict_update(values, item);
        } else if (!spk_is_defined(spk_dict_get(values, name))) {
            struct spk_value pair = spk_tuple_new(arena);
            spk_list_append(pair, spk_int((int64_t)places[i]));
            spk_list_append(pair, item);
            spk_dict_set(values, name, pair);
        }
    }
    return values;
}

/* Moves to the next combination, the last list turning fastest; false after the last. */
static bool turn(const struct spk_value *lists, size_t *places, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        if (++places[i - 1] < spk_list_len(lists[i - 1]))
            return true;
        places[i - 1] = 0;
    }
    return false;
}

static spk_rc resolve(struct spk_component *base, const struct spk_stream_template *template,
                      struct spk_error *err)
{
    struct config_resolver *self = (struct config_resolver *)base;
    struct spk_scope scope = {.source = base->source, .arena = template->arena};
    size_t count = self->stream_configs.len;
    struct spk_value *lists = spk_arena_array(template->arena, count + 1, sizeof(*lists));
    size_t *places = spk_arena_array(template->arena, count + 1, sizeof(*places));
    struct spk_mapping_input input = {.mappings = &self->mappings, .rule = SPK_MAPPING_CONDITIONAL};
    bool more = true;
    for (size_t i = 0; i < count; i++) {
        struct stream_config *config = (struct stream_config *)self->stream_configs.items[i];
        spk_rc rc = items_of(config, &scope, &lists[i], err);
        if (rc)
            return rc;
        places[i] = 0;
        more &= spk_list_len(lists[i]) > 0;
    }
    while (more) {
        input.values = combine(template->arena, lists, places, count);
        spk_rc rc = spk_mappings_apply(&input, template, err);
        if (rc)
            return rc;
        more = turn(lists, places, count);
    }
    return SPK_OK;
}

static const struct spk_components_resolver_ops ops = {.resolve = resolve};

const struct spk_component_type spk_type_config_components_resolver = {
    .name = "ConfigComponentsResolver",
    .kind = SPK_KIND_COMPONENTS_RESOLVER,
    .size = sizeof(struct config_resolver),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a stream for each item of a list in the config",
};
