#include "read_internal.h"

/* A state file is a list of messages: {"type":"STREAM","stream":{"stream_descriptor":{..},
 * "stream_state":{..}}}, possibly each inside {"type":"STATE","state":{..}}. */
static bool describes(struct spk_value message, const struct spk_stream_info *stream)
{
    struct spk_value descriptor = spk_get(spk_get(message, "stream"), "stream_descriptor");
    struct spk_view name = spk_value_text_or(spk_get(descriptor, "name"), "");
    struct spk_view space = spk_value_text_or(spk_get(descriptor, "namespace"), "");
    return spk_view_equal(name, stream->name) && spk_view_equal(space, stream->space);
}

static spk_rc refuse_global(struct spk_value message, struct spk_error *err)
{
    struct spk_value shared = spk_get(spk_get(message, "global"), "shared_state");
    if (spk_is_nothing(shared))
        return SPK_OK;
    spk_error_set(err, SPK_ECONFIG, "state: a GLOBAL state with shared_state is not supported");
    spk_error_hint(err, "give one STREAM state per stream");
    return SPK_ECONFIG;
}

static struct spk_value in_global(struct spk_value message, const struct spk_stream_info *stream)
{
    struct spk_value states = spk_get(spk_get(message, "global"), "stream_states");
    for (size_t i = 0; spk_is(states, SPK_LIST) && i < spk_list_len(states); i++) {
        struct spk_value item = spk_list_at(states, i);
        struct spk_view name =
            spk_value_text_or(spk_get(spk_get(item, "stream_descriptor"), "name"), "");
        if (spk_view_equal(name, stream->name))
            return spk_get(item, "stream_state");
    }
    return (struct spk_value){0};
}

/* The form of old platforms: {STREAM: stream_state}. Nothing in it is no state. */
static bool is_by_stream(struct spk_value states)
{
    for (size_t i = 0; spk_is(states, SPK_DICT) && i < spk_dict_len(states); i++) {
        if (!spk_is(states.dict->entries[i].value, SPK_DICT))
            return false;
    }
    return spk_is(states, SPK_DICT);
}

spk_rc spk_state_of_stream(struct spk_value messages, const struct spk_stream_info *stream,
                           struct spk_value *state, struct spk_error *err)
{
    struct spk_value found = {0};
    if (spk_is_nothing(messages)) {
        *state = found;
        return SPK_OK;
    }
    if (is_by_stream(messages)) {
        *state = spk_dict_get(messages, stream->name);
        return SPK_OK;
    }
    if (!spk_is(messages, SPK_LIST))
        return spk_error_set(err, SPK_ECONFIG, "state: a list of state messages is expected");
    for (size_t i = 0; i < spk_list_len(messages); i++) {
        struct spk_value message = spk_list_at(messages, i);
        struct spk_value inner = spk_get(message, "state");
        if (spk_is(inner, SPK_DICT))
            message = inner;
        spk_rc rc = refuse_global(message, err);
        if (rc)
            return rc;
        if (spk_is(spk_get(message, "global"), SPK_DICT))
            found = in_global(message, stream);
        else if (describes(message, stream))
            found = spk_get(spk_get(message, "stream"), "stream_state");
    }
    *state = spk_is(found, SPK_DICT) ? found : (struct spk_value){0};
    return SPK_OK;
}
