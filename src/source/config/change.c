#include "source/source_internal.h"

enum { MOST_CHANGES = 100000 };

struct spk_value spk_source_config(const struct spk_source *source)
{
    if (!spk_is(source->config, SPK_DICT))
        return source->config;
    struct spk_value config = {.kind = SPK_DICT};
    config.dict = __atomic_load_n(&source->config.dict, __ATOMIC_ACQUIRE);
    return config;
}

/* A copy of the dicts along the path; all else is shared with the config as it was. */
static struct spk_value with_value(struct spk_arena *arena, struct spk_value dict,
                                   const struct spk_config_change *change, size_t depth)
{
    struct spk_value key = spk_list_at(change->path, depth);
    struct spk_value copy =
        spk_is(dict, SPK_DICT) ? spk_dict_copy(arena, dict) : spk_dict_new(arena);
    struct spk_value inner = change->value;
    if (depth + 1 < spk_list_len(change->path))
        inner = with_value(arena, spk_dict_get_value(copy, key), change, depth + 1);
    spk_dict_set_value(copy, key, inner);
    return copy;
}

static struct spk_value control_message(struct spk_arena *arena, struct spk_value config)
{
    struct spk_value wrapped = spk_dict_new(arena), control = spk_dict_new(arena),
                     message = spk_dict_new(arena);
    spk_set(wrapped, "config", config);
    spk_set(control, "type", spk_str("CONNECTOR_CONFIG"));
    spk_set(control, "emitted_at", spk_float((double)spk_time_now_us() / 1e3));
    spk_set(control, "connectorConfig", wrapped);
    spk_set(message, "type", spk_str("CONTROL"));
    spk_set(message, "control", control);
    return message;
}

spk_rc spk_source_tell_config(struct spk_source *source, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_sink *sink = source->sink;
    spk_rc rc = SPK_OK;
    if (sink && sink->ops->message)
        rc = sink->ops->message(sink, control_message(&arena, spk_source_config(source)), err);
    spk_arena_deinit(&arena);
    return rc;
}

/* Threads read the config without a lock, and keep what they read: what was is never freed. */
spk_rc spk_source_change_config(struct spk_source *source, const struct spk_config_change *changes,
                                size_t len, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&source->config_lock);
    struct spk_value config = spk_source_config(source);
    if (source->config_changes++ >= MOST_CHANGES)
        rc = spk_error_set(err, SPK_EDATA, "the config was changed %d times in one run",
                           MOST_CHANGES);
    for (size_t i = 0; !rc && i < len; i++) {
        struct spk_config_change kept = {changes[i].path,
                                         spk_value_copy(&source->config_arena, changes[i].value)};
        config = with_value(&source->config_arena, config, &kept, 0);
    }
    if (!rc) {
        __atomic_store_n(&source->config.dict, config.dict, __ATOMIC_RELEASE);
        rc = spk_source_tell_config(source, err);
    }
    pthread_mutex_unlock(&source->config_lock);
    return rc;
}
