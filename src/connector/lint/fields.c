#include "lint_internal.h"

/* Fields of components against their tables: unknown, missing and wrong ones; deprecated forms. */

enum { MOST_NAMES = 256 };

static const char *const everywhere[] = {"type",        "class_name", "$parameters", "name",
                                         "description", "title",      NULL};
static const char *const top_level[] = {"type",
                                        "version",
                                        "check",
                                        "streams",
                                        "dynamic_streams",
                                        "schemas",
                                        "definitions",
                                        "spec",
                                        "concurrency_level",
                                        "api_budget",
                                        "stream_groups",
                                        "max_concurrent_async_job_count",
                                        "metadata",
                                        "description",
                                        NULL};

/* Fields that a component's parts read. */
static const struct {
    const char *type, *field;
} read_elsewhere[] = {
    {"DeclarativeStream", "transformations"},
    {"DeclarativeStream", "file_uploader"},
};

/* Types of Airbyte's schema that the engine reads without a table of properties. */
static const char *const without_table[] = {"ApiKey",
                                            "AuthFlow",
                                            "Bearer",
                                            "BlockSimultaneousSyncsAction",
                                            "CheckDynamicStream",
                                            "ComplexFieldType",
                                            "ComponentMappingDefinition",
                                            "ConditionalStreams",
                                            "ConfigAddFields",
                                            "ConfigComponentsResolver",
                                            "ConfigMigration",
                                            "ConfigNormalizationRules",
                                            "ConfigRemapField",
                                            "ConfigRemoveFields",
                                            "DeclarativeSource",
                                            "DpathValidator",
                                            "DynamicDeclarativeStream",
                                            "DynamicSchemaLoader",
                                            "DynamicStreamCheckConfig",
                                            "FileUploader",
                                            "FixedWindowCallRatePolicy",
                                            "GroupByKeyMergeStrategy",
                                            "GzipDecoder",
                                            "HTTPAPIBudget",
                                            "HttpComponentsResolver",
                                            "HttpRequestRegexMatcher",
                                            "IterableDecoder",
                                            "JsonItemsDecoder",
                                            "JsonSchemaPropertySelector",
                                            "JwtAuthenticator",
                                            "LegacySessionTokenAuthenticator",
                                            "MovingWindowCallRatePolicy",
                                            "OAuthConfigSpecification",
                                            "PageSizeReduction",
                                            "PaginationReset",
                                            "PaginationResetLimits",
                                            "ParametrizedComponentsResolver",
                                            "PredicateValidator",
                                            "PropertiesFromEndpoint",
                                            "PropertyChunking",
                                            "QueryProperties",
                                            "QuotaStatusSource",
                                            "Rate",
                                            "RateLimitedMultipleTokenAuthenticator",
                                            "RequestBodyGraphQL",
                                            "RequestBodyGraphQlQuery",
                                            "RequestBodyJsonObject",
                                            "RequestBodyPlainText",
                                            "RequestBodyUrlEncodedForm",
                                            "RequestWindowSplitting",
                                            "ResponseToFileExtractor",
                                            "SchemaTypeIdentifier",
                                            "SessionTokenRequestApiKeyAuthenticator",
                                            "SessionTokenRequestBearerAuthenticator",
                                            "Spec",
                                            "StateDelegatingStream",
                                            "StreamConfig",
                                            "StreamGroup",
                                            "StreamParametersDefinition",
                                            "TokenQuota",
                                            "TypesMap",
                                            "UnlimitedCallRatePolicy",
                                            "ValidateAdheresToSchema",
                                            "ZipfileDecoder",
                                            NULL};

static const struct {
    const char *type, *field, *instead; /* field NULL: the type itself */
} deprecated[] = {
    {"HttpRequester", "url_base", "url"},
    {"HttpRequester", "path", "url"},
    {"HttpRequester", "request_body_data", "request_body"},
    {"HttpRequester", "request_body_json", "request_body"},
    {"HttpRequester", "fetch_properties_from_endpoint", "query_properties"},
    {"ApiKeyAuthenticator", "header", "inject_into"},
    {"LegacySessionTokenAuthenticator", NULL, "SessionTokenAuthenticator"},
};

static bool is_among(struct spk_view name, const char *const *names)
{
    for (; *names; names++) {
        if (spk_view_is(name, *names))
            return true;
    }
    return false;
}

static void check_deprecated(struct spk_lint *lint, struct spk_value component,
                             struct spk_value key)
{
    struct spk_view type = spk_lint_type(component);
    for (size_t i = 0; i < sizeof(deprecated) / sizeof(*deprecated); i++) {
        if (spk_view_is(type, deprecated[i].type) && deprecated[i].field &&
            spk_view_is(spk_value_text_or(key, ""), deprecated[i].field))
            spk_lint_find(lint, key, "%s of %s is deprecated; use %s", deprecated[i].field,
                          deprecated[i].type, deprecated[i].instead);
    }
}

static bool is_known(struct spk_view type, struct spk_view field)
{
    for (size_t i = 0; i < sizeof(read_elsewhere) / sizeof(*read_elsewhere); i++) {
        if (spk_view_is(type, read_elsewhere[i].type) &&
            spk_view_is(field, read_elsewhere[i].field))
            return true;
    }
    return is_among(field, everywhere) || spk_lint_has_prop(type, field);
}

static void unknown_field(struct spk_lint *lint, const struct spk_component_type *type,
                          struct spk_value key)
{
    const char *names[MOST_NAMES];
    size_t n = 0;
    for (const struct spk_prop *prop = type->props; prop && prop->name && n < MOST_NAMES; prop++)
        names[n++] = prop->name;
    struct spk_view written = spk_value_text_or(key, "?");
    const char *near = spk_nearest(written, names, n);
    spk_lint_find(lint, key, "%s has no field '%.*s'%s%s%s", type->name, SPK_FMT(written),
                  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool enum_has(const struct spk_prop *prop, struct spk_value value)
{
    return !spk_is(value, SPK_STRING) || is_among(value.text, prop->choices);
}

static void check_values(struct spk_lint *lint, const struct spk_component_type *type,
                         struct spk_value component)
{
    for (const struct spk_prop *prop = type->props; prop && prop->name; prop++) {
        struct spk_value value = spk_get(component, prop->name);
        if (spk_is_nothing(value) && (prop->flags & SPK_PROP_REQUIRED) && !prop->standard)
            spk_lint_find(lint, component, "%s needs the field '%s': %s", type->name, prop->name,
                          prop->help);
        else if (prop->type == SPK_PROP_ENUM && !enum_has(prop, value))
            spk_lint_find(lint, value, "'%.*s' is no value of %s", SPK_FMT(value.text), prop->name);
    }
}

/* What the parameters brought in is not the author's. */
static bool is_handed_down(struct spk_value component, const struct spk_entry *entry)
{
    struct spk_value parameters = spk_get(component, "$parameters");
    return spk_is(parameters, SPK_DICT) &&
           spk_is_defined(spk_dict_get_value(parameters, entry->key));
}

static void check_known(struct spk_lint *lint, const struct spk_component_type *type,
                        struct spk_value component)
{
    struct spk_view name = spk_view_of(type->name);
    for (size_t i = 0; i < spk_dict_len(component); i++) {
        const struct spk_entry *entry = &component.dict->entries[i];
        struct spk_view field = spk_value_text_or(entry->key, "");
        if (is_handed_down(component, entry))
            continue;
        check_deprecated(lint, component, entry->key);
        if (!is_known(name, field))
            unknown_field(lint, type, entry->key);
    }
    check_values(lint, type, component);
}

static void unknown_type(struct spk_lint *lint, struct spk_value at, struct spk_view name)
{
    const char *names[MOST_NAMES];
    size_t n = 0;
    for (const struct spk_component_type *const *type = spk_component_types();
         *type && n < MOST_NAMES; type++)
        names[n++] = (*type)->name;
    for (size_t i = 0; without_table[i] && n < MOST_NAMES; i++)
        names[n++] = without_table[i];
    const char *near = spk_nearest(name, names, n);
    spk_lint_find(lint, at, "no component is called '%.*s'%s%s%s", SPK_FMT(name),
                  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void check_component(struct spk_lint *lint, struct spk_value component, void *context)
{
    struct spk_value class_name = spk_get(component, "class_name");
    struct spk_view name = spk_lint_type(component);
    const struct spk_component_type *type = spk_lint_find_type(name);
    for (size_t i = 0; i < sizeof(deprecated) / sizeof(*deprecated); i++) {
        if (!deprecated[i].field && spk_view_is(name, deprecated[i].type))
            spk_lint_find(lint, spk_get(component, "type"), "%s is deprecated; use %s",
                          deprecated[i].type, deprecated[i].instead);
    }
    if (type)
        check_known(lint, type, component);
    else if (spk_is(class_name, SPK_STRING))
        spk_lint_find(lint, class_name, "the class '%.*s' is not native: it runs with --engine cdk",
                      SPK_FMT(class_name.text));
    else if (!is_among(name, without_table))
        unknown_type(lint, spk_get(component, "type"), name);
}

static void check_top(struct spk_lint *lint)
{
    struct spk_value written = spk_manifest_written(lint->manifest);
    size_t n = sizeof(top_level) / sizeof(*top_level) - 1;
    for (size_t i = 0; i < spk_dict_len(written); i++) {
        struct spk_value key = written.dict->entries[i].key;
        struct spk_view name = spk_value_text_or(key, "?");
        if (is_among(name, top_level))
            continue;
        const char *near = spk_nearest(name, top_level, n);
        spk_lint_find(lint, key, "a manifest has no field '%.*s'%s%s%s", SPK_FMT(name),
                      near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}

spk_rc spk_lint_fields(struct spk_lint *lint, struct spk_error *err)
{
    check_top(lint);
    return spk_lint_each_component(lint, check_component, NULL, err);
}
