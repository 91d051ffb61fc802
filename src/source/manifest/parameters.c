#include "manifest_internal.h"

/* The type of a component that does not write it: by its parent's type and the field it stands in.
 */
static const struct {
    const char *field, *type;
} default_types[] = {
    {"AddFields.fields", "AddedFieldDefinition"},
    {"CompositeErrorHandler.error_handlers", "DefaultErrorHandler"},
    {"ConfigComponentsResolver.components_mapping", "ComponentMappingDefinition"},
    {"ConfigComponentsResolver.stream_config", "StreamConfig"},
    {"CursorPagination.decoder", "JsonDecoder"},
    {"CustomPartitionRouter.parent_stream_configs", "ParentStreamConfig"},
    {"DatetimeBasedCursor.end_datetime", "MinMaxDatetime"},
    {"DatetimeBasedCursor.end_time_option", "RequestOption"},
    {"DatetimeBasedCursor.start_datetime", "MinMaxDatetime"},
    {"DatetimeBasedCursor.start_time_option", "RequestOption"},
    {"DeclarativeSource.check", "CheckStream"},
    {"DeclarativeSource.spec", "Spec"},
    {"DeclarativeSource.streams", "DeclarativeStream"},
    {"DeclarativeStream.retriever", "SimpleRetriever"},
    {"DeclarativeStream.schema_loader", "JsonFileSchemaLoader"},
    {"DefaultErrorHandler.response_filters", "HttpResponseFilter"},
    {"DefaultPaginator.decoder", "JsonDecoder"},
    {"DefaultPaginator.page_size_option", "RequestOption"},
    {"DpathExtractor.decoder", "JsonDecoder"},
    {"DpathExtractor.record_expander", "RecordExpander"},
    {"DynamicDeclarativeStream.components_resolver", "ConfigComponentResolver"},
    {"DynamicDeclarativeStream.stream_template", "DeclarativeStream"},
    {"DynamicSchemaLoader.retriever", "SimpleRetriever"},
    {"HttpComponentsResolver.components_mapping", "ComponentMappingDefinition"},
    {"HttpComponentsResolver.retriever", "SimpleRetriever"},
    {"HttpRequester.error_handler", "DefaultErrorHandler"},
    {"ListPartitionRouter.request_option", "RequestOption"},
    {"ParentStreamConfig.request_option", "RequestOption"},
    {"ParentStreamConfig.stream", "DeclarativeStream"},
    {"RecordExpander.parent_fields", "ParentFieldPath"},
    {"RecordSelector.extractor", "DpathExtractor"},
    {"RecordSelector.record_filter", "RecordFilter"},
    {"SchemaTypeIdentifier.types_map", "TypesMap"},
    {"SimpleRetriever.paginator", "NoPagination"},
    {"SimpleRetriever.record_selector", "RecordSelector"},
    {"SimpleRetriever.requester", "HttpRequester"},
    {"SubstreamPartitionRouter.parent_stream_configs", "ParentStreamConfig"},
};

/* The same for components that name a class. */
static const struct {
    const char *field, *type;
} custom_types[] = {
    {"CompositeErrorHandler.backoff_strategies", "CustomBackoffStrategy"},
    {"DeclarativeStream.retriever", "CustomRetriever"},
    {"DeclarativeStream.transformations", "CustomTransformation"},
    {"DefaultErrorHandler.backoff_strategies", "CustomBackoffStrategy"},
    {"DefaultPaginator.pagination_strategy", "CustomPaginationStrategy"},
    {"HttpRequester.authenticator", "CustomAuthenticator"},
    {"HttpRequester.error_handler", "CustomErrorHandler"},
    {"RecordSelector.extractor", "CustomRecordExtractor"},
    {"SimpleRetriever.partition_router", "CustomPartitionRouter"},
};

struct propagation {
    const struct spk_manifest *manifest;
    const struct spk_propagation *how;
    struct spk_error *err;
    int depth;
    size_t nodes;
};

/* `field` is "ParentType.field". */
static spk_rc propagate(struct propagation *p, struct spk_view field, struct spk_value node,
                        struct spk_value parameters, struct spk_value *out);

static const char *type_of_field(struct spk_view field, bool custom)
{
    size_t n = custom ? sizeof(custom_types) / sizeof(*custom_types)
                      : sizeof(default_types) / sizeof(*default_types);
    for (size_t i = 0; i < n; i++) {
        const char *name = custom ? custom_types[i].field : default_types[i].field;
        if (spk_view_is(field, name))
            return custom ? custom_types[i].type : default_types[i].type;
    }
    return NULL;
}

/* A JSON schema is no component: `type: object`, a union of types, or a property called "type". */
static bool is_json_schema(struct spk_value node)
{
    struct spk_value type = spk_get(node, "type");
    return spk_is(type, SPK_LIST) || spk_is(type, SPK_DICT) ||
           (spk_is(type, SPK_STRING) && spk_view_is(type.text, "object"));
}

static bool is_typed_dict(struct spk_value node)
{
    return spk_is(node, SPK_DICT) && spk_value_truthy(spk_get(node, "type"));
}

static struct spk_value merge_parameters(const struct spk_propagation *how, struct spk_value outer,
                                         struct spk_value own)
{
    bool swap = how->outer_wins && spk_is(own, SPK_DICT);
    struct spk_value merged = spk_dict_copy(how->arena, swap ? own : outer);
    spk_dict_update(merged, swap ? outer : own);
    return merged;
}

/* A plain mapping: components directly inside it still get the parameters. */
static spk_rc propagate_plain(struct propagation *p, struct spk_view field, struct spk_value node,
                              struct spk_value parameters)
{
    for (size_t i = 0; i < spk_dict_len(node); i++) {
        struct spk_value *slot = &node.dict->entries[i].value;
        if (!is_typed_dict(*slot))
            continue;
        spk_rc rc = propagate(p, field, *slot, parameters, slot);
        if (rc)
            return rc;
    }
    return SPK_OK;
}

static spk_rc propagate_list(struct propagation *p, struct spk_view field, struct spk_value list,
                             struct spk_value parameters, struct spk_value *out)
{
    struct spk_value copy = spk_list_new(p->how->arena);
    copy.mark = list.mark;
    for (size_t i = 0; i < spk_list_len(list); i++) {
        struct spk_value item = spk_list_at(list, i);
        if (spk_is(item, SPK_DICT)) {
            spk_rc rc = propagate(p, field, item, parameters, &item);
            if (rc)
                return rc;
        }
        spk_list_append(copy, item);
    }
    *out = copy;
    return SPK_OK;
}

/* One field of a component. A parameter of the field's own name is kept out of it, or it would nest
 * for ever; where it is empty it is gone for the fields that follow, too. */
static spk_rc propagate_field(struct propagation *p, struct spk_value type, struct spk_entry *entry,
                              struct spk_value parameters)
{
    struct spk_arena *arena = p->how->arena;
    bool list = spk_is(entry->value, SPK_LIST);
    if ((!list && !spk_is(entry->value, SPK_DICT)) || !spk_is(entry->key, SPK_STRING))
        return SPK_OK;
    struct spk_value inner = parameters;
    struct spk_value same = spk_dict_get(parameters, entry->key.text);
    if (spk_is_defined(same)) {
        inner = spk_dict_copy(arena, parameters);
        spk_dict_remove(inner, entry->key.text);
        if (!spk_value_truthy(same))
            spk_dict_remove(parameters, entry->key.text);
    }
    struct spk_view name = spk_arena_printf(
        arena, "%.*s.%.*s", SPK_FMT(spk_value_text_or(type, "")), SPK_FMT(entry->key.text));
    if (list)
        return propagate_list(p, name, entry->value, inner, &entry->value);
    return propagate(p, name, entry->value, inner, &entry->value);
}

static spk_rc propagate_component(struct propagation *p, struct spk_value node,
                                  struct spk_value parameters)
{
    for (size_t i = 0; i < spk_dict_len(parameters); i++) {
        const struct spk_entry *e = &parameters.dict->entries[i];
        if (!spk_value_truthy(spk_dict_get_value(node, e->key)))
            spk_dict_set_value(node, e->key, e->value);
    }
    struct spk_value type = spk_get(node, "type");
    for (size_t i = 0; i < spk_dict_len(node); i++) {
        spk_rc rc = propagate_field(p, type, &node.dict->entries[i], parameters);
        if (rc)
            return rc;
    }
    if (spk_dict_len(parameters) > 0)
        spk_set(node, "$parameters", parameters);
    return SPK_OK;
}

static spk_rc propagate(struct propagation *p, struct spk_view field, struct spk_value node,
                        struct spk_value parameters, struct spk_value *out)
{
    struct spk_arena *arena = p->how->arena;
    if (++p->depth > SPK_MANIFEST_MAX_DEPTH || ++p->nodes > SPK_MANIFEST_MAX_NODES)
        return spk_manifest_fail(p->manifest, node, p->err, "components are nested too deeply");
    struct spk_value copy = spk_dict_copy(arena, node);
    struct spk_value type = spk_get(copy, "type");
    if (!spk_is_defined(type)) {
        const char *found = type_of_field(field, spk_is_defined(spk_get(copy, "class_name")));
        if (found)
            spk_set(copy, "type", spk_str(found));
    }
    struct spk_value current = merge_parameters(p->how, parameters, spk_get(copy, "$parameters"));
    spk_dict_remove(copy, SPK_V("$parameters"));
    spk_rc rc = SPK_OK;
    if (is_json_schema(copy))
        rc = SPK_OK;
    else if (!spk_is_defined(spk_get(copy, "type")))
        rc = propagate_plain(p, field, copy, current);
    else
        rc = propagate_component(p, copy, current);
    p->depth--;
    if (!rc)
        *out = copy;
    return rc;
}

spk_rc spk_parameters_propagate(const struct spk_manifest *manifest,
                                const struct spk_propagation *how, struct spk_value node,
                                struct spk_value *out, struct spk_error *err)
{
    struct propagation p = {.manifest = manifest, .how = how, .err = err};
    return propagate(&p, SPK_V(""), node, spk_dict_new(how->arena), out);
}
