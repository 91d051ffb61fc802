#include "jsonschema_internal.h"

const char *spk_check_repr(struct spk_check *check, struct spk_value value)
{
    struct spk_buf text = {0};
    if (!check->problem)
        return ""; /* nobody will read it */
    spk_buf_init(&text, 400);
    spk_value_repr(&text, value);
    struct spk_view kept = spk_arena_dup(check->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept.at;
}

bool spk_check_fail(struct spk_check *check, const char *format, ...)
{
    struct spk_buf text = {0};
    va_list args;
    if (!check->problem)
        return false;
    struct spk_error error;
    va_start(args, format);
    spk_error_vset(&error, SPK_EDATA, format, args);
    va_end(args);
    spk_buf_append_str(&text, error.text);
    *check->problem = spk_arena_dup(check->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return false;
}

bool spk_check_quietly(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    struct spk_check quiet = *check;
    quiet.problem = NULL;
    return spk_check_schema(&quiet, schema, instance);
}

struct spk_value spk_jsonschema_refer(struct spk_value root, struct spk_view reference)
{
    struct spk_value at = root;
    struct spk_view rest = spk_view_slice(reference, 1, reference.len);
    if (!spk_view_starts(reference, SPK_V("#")))
        return (struct spk_value){0};
    if (rest.len > 0)
        rest = spk_view_slice(rest, 1, rest.len);
    while (rest.at && rest.len > 0 && spk_is_defined(at)) {
        struct spk_view step = spk_view_cut(&rest, '/');
        struct spk_buf key = {0};
        for (size_t i = 0; i < step.len; i++) {
            bool escape = step.at[i] == '~' && i + 1 < step.len;
            spk_buf_append_char(&key, !escape ? step.at[i] : step.at[i + 1] == '0' ? '~' : '/');
            i += escape;
        }
        int64_t index;
        if (spk_is(at, SPK_LIST) &&
            spk_parse_i64(spk_buf_view(&key), 0, (int64_t)spk_list_len(at) - 1, &index))
            at = spk_list_at(at, (size_t)index);
        else
            at = spk_dict_get(at, spk_buf_view(&key));
        spk_buf_deinit(&key);
    }
    return at;
}

bool spk_check_schema(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    if (spk_is(schema, SPK_BOOL))
        return schema.boolean || spk_check_fail(check, "False schema does not allow %s",
                                                spk_check_repr(check, instance));
    if (!spk_is(schema, SPK_DICT))
        return true;
    struct spk_value reference = spk_get(schema, "$ref");
    if (check->depth >= SPK_JSONSCHEMA_MAX_DEPTH)
        return spk_check_fail(check, "the schema nests too deeply");
    check->depth++;
    bool valid;
    if (spk_is(reference, SPK_STRING))
        valid =
            spk_check_schema(check, spk_jsonschema_refer(check->root, reference.text), instance);
    else
        valid =
            spk_check_any(check, schema, instance) && spk_check_number(check, schema, instance) &&
            spk_check_string(check, schema, instance) &&
            spk_check_object(check, schema, instance) && spk_check_array(check, schema, instance) &&
            spk_check_combined(check, schema, instance);
    check->depth--;
    return valid;
}

bool spk_jsonschema_valid(struct spk_value schema, struct spk_value instance,
                          struct spk_arena *arena, struct spk_view *problem)
{
    struct spk_check check = {.root = schema, .arena = arena, .problem = problem};
    return spk_check_schema(&check, schema, instance);
}
