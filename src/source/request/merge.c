#include "options.h"

void spk_request_options_init(struct spk_request_options *options, struct spk_arena *arena)
{
    *options = (struct spk_request_options){.parameters = spk_dict_new(arena),
                                            .headers = spk_dict_new(arena)};
}

static spk_rc collision(struct spk_value key, struct spk_error *err)
{
    struct spk_buf text = {0};
    spk_value_str(&text, key);
    spk_error_set(err, SPK_EDATA, "Request body collision, duplicate keys detected at key path: %s",
                  spk_buf_cstr(&text));
    spk_error_hint(err, "each key of a request may be set by one component only");
    spk_buf_deinit(&text);
    return SPK_EDATA;
}

static spk_rc merge_dict(struct spk_value to, struct spk_value from, bool nested,
                         struct spk_arena *arena, struct spk_error *err)
{
    for (size_t i = 0; i < spk_dict_len(from); i++) {
        const struct spk_entry *e = &from.dict->entries[i];
        struct spk_value there = spk_dict_get_value(to, e->key);
        if (!spk_is_defined(there)) {
            spk_dict_set_value(to, e->key, spk_value_copy(arena, e->value));
            continue;
        }
        if (nested && spk_is(there, SPK_DICT) && spk_is(e->value, SPK_DICT)) {
            spk_rc rc = merge_dict(there, e->value, nested, arena, err);
            if (rc)
                return rc;
        } else if (!nested || !spk_value_equal(there, e->value)) {
            return collision(e->key, err);
        }
    }
    return SPK_OK;
}

static bool is_empty(struct spk_value part)
{
    return spk_is_nothing(part) || (spk_is(part, SPK_DICT) && spk_dict_len(part) == 0);
}

static spk_rc merge_part(struct spk_value *to, struct spk_value from, bool nested,
                         struct spk_arena *arena, struct spk_error *err)
{
    if (is_empty(from))
        return SPK_OK;
    if (is_empty(*to)) {
        *to = spk_value_copy(arena, from);
        return SPK_OK;
    }
    if (!spk_is(*to, SPK_DICT) || !spk_is(from, SPK_DICT))
        return spk_error_set(err, SPK_EDATA,
                             "a request body that is text cannot be combined with other options");
    return merge_dict(*to, from, nested, arena, err);
}

spk_rc spk_request_options_merge(struct spk_request_options *to,
                                 const struct spk_request_options *from, struct spk_arena *arena,
                                 struct spk_error *err)
{
    spk_rc rc = merge_part(&to->parameters, from->parameters, false, arena, err);
    if (!rc)
        rc = merge_part(&to->headers, from->headers, false, arena, err);
    if (!rc)
        rc = merge_part(&to->body_data, from->body_data, false, arena, err);
    if (!rc)
        rc = merge_part(&to->body_json, from->body_json, true, arena, err);
    if (!rc && from->path.at)
        to->path = spk_arena_dup(arena, from->path);
    return rc;
}
