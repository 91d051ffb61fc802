#include "base/buf.h"
#include "build_internal.h"

/* Every component type there is. To add one: its file, and its line in components.def. */
#define SPK_COMPONENT(id) extern const struct spk_component_type spk_type_##id;
#include "source/components.def"
#undef SPK_COMPONENT

static const struct spk_component_type *const types[] = {
#define SPK_COMPONENT(id) &spk_type_##id,
#include "source/components.def"
#undef SPK_COMPONENT
    NULL,
};

const struct spk_component_type *const *spk_component_types(void)
{
    return types;
}

const struct spk_component_type *spk_component_find(struct spk_view name,
                                                    enum spk_component_kind kind)
{
    for (size_t i = 0; types[i]; i++) {
        if (types[i]->kind == kind && spk_view_is(name, types[i]->name))
            return types[i];
    }
    return NULL;
}

static const char *const kind_names[SPK_KIND_COUNT] = {
    [SPK_KIND_STREAM] = "stream",
    [SPK_KIND_RETRIEVER] = "retriever",
    [SPK_KIND_REQUESTER] = "requester",
    [SPK_KIND_AUTHENTICATOR] = "authenticator",
    [SPK_KIND_REQUEST_OPTION] = "request option",
    [SPK_KIND_PAGINATOR] = "paginator",
    [SPK_KIND_PAGINATION_STRATEGY] = "pagination strategy",
    [SPK_KIND_RECORD_SELECTOR] = "record selector",
    [SPK_KIND_EXTRACTOR] = "record extractor",
    [SPK_KIND_RECORD_FILTER] = "record filter",
    [SPK_KIND_TRANSFORMATION] = "transformation",
    [SPK_KIND_DECODER] = "decoder",
    [SPK_KIND_ERROR_HANDLER] = "error handler",
    [SPK_KIND_RESPONSE_FILTER] = "response filter",
    [SPK_KIND_BACKOFF] = "backoff strategy",
    [SPK_KIND_ROUTER] = "partition router",
    [SPK_KIND_CURSOR] = "cursor",
    [SPK_KIND_SCHEMA_LOADER] = "schema loader",
    [SPK_KIND_STATE_MIGRATION] = "state migration",
    [SPK_KIND_CHECKER] = "check",
    [SPK_KIND_COMPONENTS_RESOLVER] = "components resolver",
    [SPK_KIND_CALL_POLICY] = "call rate policy",
    [SPK_KIND_CONFIG_TRANSFORMATION] = "config transformation",
    [SPK_KIND_CONFIG_VALIDATION] = "config validation",
    [SPK_KIND_VALIDATION_STRATEGY] = "validation strategy",
    [SPK_KIND_OTHER] = "part",
};

const char *spk_component_kind_name(enum spk_component_kind kind)
{
    return kind_names[kind];
}

static spk_rc unknown_type(const struct spk_build *build, struct spk_value at, struct spk_view name,
                           enum spk_component_kind kind, struct spk_error *err)
{
    struct spk_buf known = {0};
    for (size_t i = 0; types[i]; i++) {
        if (types[i]->kind == kind)
            spk_buf_printf(&known, "%s%s", known.len ? ", " : "", types[i]->name);
    }
    spk_build_fail(build, at, err, "no %s is called '%.*s'; there are: %s", kind_names[kind],
                   SPK_FMT(name), spk_buf_cstr(&known));
    spk_buf_deinit(&known);
    return SPK_ECONFIG;
}

static struct spk_view last_part(struct spk_view class_name)
{
    size_t from = class_name.len;
    while (from > 0 && class_name.at[from - 1] != '.')
        from--;
    return spk_view_slice(class_name, from, class_name.len);
}

spk_rc spk_component_type_of(const struct spk_build *build, struct spk_value node,
                             enum spk_component_kind kind, const struct spk_component_type **out,
                             struct spk_error *err)
{
    struct spk_value class_name = spk_get(node, "class_name");
    struct spk_value type = spk_get(node, "type");
    bool custom = spk_is(class_name, SPK_STRING);
    if (!custom && !spk_is(type, SPK_STRING))
        return spk_build_fail(build, node, err, "a %s needs a type", kind_names[kind]);
    struct spk_view name = custom ? last_part(class_name.text) : type.text;
    *out = spk_component_find(name, kind);
    if (*out)
        return SPK_OK;
    unknown_type(build, custom ? class_name : type, custom ? class_name.text : name, kind, err);
    if (custom)
        spk_error_hint(err, "give this Python class to the CDK with --engine cdk, or make a native "
                            "component of its name");
    return SPK_ECONFIG;
}
