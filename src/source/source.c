#include <stdlib.h>

#include "async/budget.h"
#include "base/memory.h"
#include "base/secret.h"
#include "budget/budget.h"
#include "config/rules.h"
#include "exchange/cache.h"
#include "jsonschema/jsonschema.h"
#include "kinds.h"
#include "source_internal.h"
#include "stream/nodes.h"
#include "stream/stream.h"
#include "template/template.h"

struct spk_build spk_source_build(struct spk_source *source, const struct spk_path *path)
{
    return (struct spk_build){
        .source = source, .arena = &source->arena, .file = source->manifest->file, .path = path};
}

void spk_source_remember(struct spk_source *source, struct spk_component *component)
{
    if (!component->type->close)
        return;
    source->built = spk_memory_grow(source->built, &source->built_cap, source->built_len + 1,
                                    sizeof(*source->built));
    source->built[source->built_len++] = component;
}

enum { MOST_SECRET_DEPTH = 32 };

/* Every text and number in it. */
static void register_values(struct spk_value value, int depth)
{
    struct spk_buf text = {0};
    if (depth > MOST_SECRET_DEPTH || spk_is_nothing(value) || spk_is(value, SPK_BOOL))
        return;
    for (size_t i = 0; spk_is(value, SPK_LIST) && i < spk_list_len(value); i++)
        register_values(spk_list_at(value, i), depth + 1);
    for (size_t i = 0; spk_is(value, SPK_DICT) && i < spk_dict_len(value); i++)
        register_values(value.dict->entries[i].value, depth + 1);
    if (spk_is(value, SPK_LIST) || spk_is(value, SPK_DICT))
        return;
    spk_value_str(&text, value);
    spk_secret_add(spk_buf_view(&text));
    spk_buf_deinit(&text);
}

/* Values of fields that the spec marks airbyte_secret, at any depth, are hidden from all output. */
static void register_secrets(struct spk_value schema, struct spk_value config, int depth)
{
    static const char *const choices[] = {"oneOf", "anyOf", "allOf"};
    if (depth > MOST_SECRET_DEPTH || !spk_is(schema, SPK_DICT))
        return;
    if (spk_value_truthy(spk_get(schema, "airbyte_secret")))
        register_values(config, depth);
    struct spk_value properties = spk_get(schema, "properties");
    for (size_t i = 0; spk_is(properties, SPK_DICT) && i < spk_dict_len(properties); i++) {
        const struct spk_entry *e = &properties.dict->entries[i];
        if (spk_is(e->key, SPK_STRING))
            register_secrets(e->value, spk_dict_get(config, e->key.text), depth + 1);
    }
    for (size_t c = 0; c < sizeof(choices) / sizeof(*choices); c++) {
        struct spk_value some = spk_get(schema, choices[c]);
        for (size_t i = 0; spk_is(some, SPK_LIST) && i < spk_list_len(some); i++)
            register_secrets(spk_list_at(some, i), config, depth + 1);
    }
    for (size_t i = 0; spk_is(config, SPK_LIST) && i < spk_list_len(config); i++)
        register_secrets(spk_get(schema, "items"), spk_list_at(config, i), depth + 1);
}

void spk_source_register_secrets(struct spk_value schema, struct spk_value config)
{
    register_secrets(schema, config, 0);
}

/* What the engine itself put into a config is not the user's to be judged. */
static struct spk_value without_internals(struct spk_arena *arena, struct spk_value config)
{
    struct spk_value copy = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(config); i++) {
        const struct spk_entry *e = &config.dict->entries[i];
        bool internal = spk_is(e->key, SPK_STRING) && (spk_view_is(e->key.text, "_limit") ||
                                                       spk_view_is(e->key.text, "_page_size"));
        if (!internal)
            spk_dict_set_value(copy, e->key, e->value);
    }
    return copy;
}

static spk_rc check_config(struct spk_source *source, struct spk_error *err)
{
    struct spk_value spec;
    spk_rc rc = spk_manifest_section(source->manifest, "spec", &spec, err);
    if (rc || !spk_is(spec, SPK_DICT))
        return rc;
    struct spk_value schema = spk_get(spec, "connection_specification");
    spk_source_register_secrets(schema, source->config);
    struct spk_view problem = {0};
    struct spk_value config = without_internals(&source->arena, source->config);
    if (!spk_is(schema, SPK_DICT) || spk_jsonschema_valid(schema, config, &source->arena, &problem))
        return SPK_OK;
    spk_error_set(err, SPK_ECONFIG, "Config validation error: %.*s", SPK_FMT(problem));
    spk_error_hint(err, "compare the config with the connector's spec");
    return SPK_ECONFIG;
}

spk_rc spk_source_create(const struct spk_manifest *manifest,
                         const struct spk_source_options *options, struct spk_source **out,
                         struct spk_error *err)
{
    struct spk_source *source = spk_memory_zalloc(sizeof(*source));
    source->manifest = (struct spk_manifest *)manifest;
    source->config = options->config;
    source->sink = options->sink;
    source->http = options->http;
    source->concurrency = options->concurrency;
    source->config_is_fixed = options->config_is_fixed;
    source->max_page_bytes = options->max_page_bytes;
    pthread_mutex_init(&source->lock, NULL);
    pthread_mutex_init(&source->config_lock, NULL);
    pthread_mutex_init(&source->token_lock, NULL);
    pthread_mutex_init(&source->shared_lock, NULL);
    spk_rc rc = spk_manifest_validate(source->manifest, err);
    if (!rc)
        rc = spk_config_rules_apply(source, options->config_file, err);
    if (!rc)
        rc = check_config(source, err);
    if (!rc)
        rc = spk_pause_init(&source->pause, err);
    if (!rc)
        rc = spk_budget_open(source, err);
    if (!rc && !source->http) {
        rc = spk_http_curl_create(NULL, &source->http, err);
        source->owns_http = !rc;
    }
    if (!rc)
        source->cache = spk_cache_create(source->http);
    if (rc)
        spk_source_destroy(source);
    else
        *out = source;
    return rc;
}

void spk_source_destroy(struct spk_source *source)
{
    if (!source)
        return;
    while (source->built_len > 0) {
        struct spk_component *component = source->built[--source->built_len];
        component->type->close(component);
    }
    free(source->built);
    spk_source_unshare(source);
    spk_job_budget_destroy(source->jobs);
    spk_cache_destroy(source->cache);
    spk_pause_deinit(&source->pause);
    if (source->owns_http)
        spk_http_destroy(source->http);
    free(source->streams);
    spk_arena_deinit(&source->node_arena);
    spk_arena_deinit(&source->arena);
    spk_arena_deinit(&source->config_arena);
    pthread_mutex_destroy(&source->lock);
    pthread_mutex_destroy(&source->config_lock);
    pthread_mutex_destroy(&source->token_lock);
    pthread_mutex_destroy(&source->shared_lock);
    free(source);
}

spk_rc spk_source_discover(struct spk_source *source, struct spk_arena *arena,
                           struct spk_value *catalog, struct spk_error *err)
{
    spk_rc rc = spk_source_find_streams(source, SPK_STREAMS_ALL, err);
    if (!rc)
        rc = spk_stream_groups_check(source, source->stream_nodes, (struct spk_value){0}, err);
    struct spk_value streams = spk_list_new(arena);
    for (size_t i = 0; !rc && i < source->stream_count; i++) {
        struct spk_component *stream = NULL;
        struct spk_value entry;
        rc = spk_source_stream_at(source, i, &stream, err);
        if (!rc)
            rc = spk_stream_catalog_entry(spk_stream_initial(stream), arena, &entry, err);
        if (!rc)
            spk_list_append(streams, entry);
    }
    if (rc)
        return rc;
    *catalog = spk_dict_new(arena);
    spk_set(*catalog, "streams", streams);
    return SPK_OK;
}
