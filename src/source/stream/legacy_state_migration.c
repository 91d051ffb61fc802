#include "source/exchange.h"
#include "state_migration.h"
#include "template/template.h"

/* LegacyToPerPartitionStateMigration: {parent id: {cursor field: value}} becomes
 * {"states": [{"partition": {partition field: parent id}, "cursor": {...}}]}. */

/* `owner` gives the source and the parameters that the text sees. */
static spk_rc eval_text(struct spk_component owner, struct spk_value written,
                        struct spk_arena *arena, struct spk_view *out, struct spk_error *err)
{
    struct spk_scope scope = {.source = owner.source, .arena = arena};
    struct spk_template_string template;
    spk_template_string_init(&template,
                             spk_template_parse(arena, spk_value_text_or(written, ""), NULL), NULL);
    return spk_scope_text(&scope, &owner, &template, out, err);
}

static struct spk_component with_parameters_of(const struct spk_component *self,
                                               struct spk_value node)
{
    struct spk_component owner = *self;
    struct spk_value parameters = spk_get(node, "$parameters");
    if (spk_is(parameters, SPK_DICT))
        owner.parameters = parameters;
    return owner;
}

static bool is_legacy(struct spk_value state, struct spk_view cursor_field)
{
    if (!spk_is(state, SPK_DICT) || spk_dict_len(state) == 0 ||
        spk_is_defined(spk_get(state, "states")))
        return false;
    for (size_t i = 0; i < spk_dict_len(state); i++) {
        struct spk_value value = state.dict->entries[i].value;
        if (!spk_is(value, SPK_DICT) || spk_dict_len(value) != 1 ||
            !spk_is_defined(spk_dict_get(value, cursor_field)))
            return false;
    }
    return true;
}

static struct spk_value per_partition(struct spk_value state, struct spk_view field,
                                      struct spk_arena *arena)
{
    struct spk_value states = spk_list_new(arena);
    for (size_t i = 0; i < spk_dict_len(state); i++) {
        struct spk_value item = spk_dict_new(arena), partition = spk_dict_new(arena);
        spk_dict_set(partition, field, state.dict->entries[i].key);
        spk_set(item, "partition", partition);
        spk_set(item, "cursor", state.dict->entries[i].value);
        spk_list_append(states, item);
    }
    struct spk_value made = spk_dict_new(arena);
    spk_set(made, "states", states);
    return made;
}

/* The template of the partition's key: a union's own, else that of the first parent. */
static struct spk_value partition_field(struct spk_value router)
{
    struct spk_value parents = spk_get(router, "parent_stream_configs");
    if (spk_is(spk_get(router, "partition_routers"), SPK_LIST))
        return spk_get(router, "partition_field");
    if (!spk_is(parents, SPK_LIST) || spk_list_len(parents) == 0)
        return (struct spk_value){0};
    return spk_get(spk_list_at(parents, 0), "partition_field");
}

static bool has_several_parents(struct spk_value router)
{
    struct spk_value parents = spk_get(router, "parent_stream_configs");
    return spk_is(parents, SPK_LIST) && spk_list_len(parents) > 1;
}

static spk_rc migrate(struct spk_component *self, struct spk_value stream, struct spk_arena *arena,
                      struct spk_value *state, struct spk_error *err)
{
    struct spk_value cursor = spk_get(stream, "incremental_sync");
    struct spk_value router = spk_get(spk_get(stream, "retriever"), "partition_router");
    struct spk_value field_text = partition_field(router);
    struct spk_view cursor_field = {0}, field = {0};
    if (!spk_is_defined(field_text) || !spk_is(cursor, SPK_DICT))
        return spk_error_set(err, SPK_ECONFIG,
                             "LegacyToPerPartitionStateMigration needs a stream with a "
                             "DatetimeBasedCursor and a router of parents");
    spk_rc rc = eval_text(with_parameters_of(self, cursor), spk_get(cursor, "cursor_field"), arena,
                          &cursor_field, err);
    if (!rc)
        rc = eval_text(with_parameters_of(self, stream), field_text, arena, &field, err);
    if (!rc && !has_several_parents(router) && is_legacy(*state, cursor_field))
        *state = per_partition(*state, field, arena);
    return rc;
}

static const struct spk_state_migration_ops ops = {.migrate = migrate};

const struct spk_component_type spk_type_legacy_to_per_partition_state_migration = {
    .name = "LegacyToPerPartitionStateMigration",
    .kind = SPK_KIND_STATE_MIGRATION,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "states by parent id become states by partition",
};
