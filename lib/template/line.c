/* One line of `spike template eval`: a JSON request in, a JSON answer out. */
#include "template/template_internal.h"
#include "json/json.h"

enum { MAX_LINE = 16 << 20 };

/* The value with {"$type", "$str"} in place of what JSON has not. */
static struct spk_value as_json(struct spk_arena *arena, struct spk_value v)
{
    if (v.kind == SPK_LIST) {
        struct spk_value list = spk_list_new(arena);
        for (size_t i = 0; i < v.list->len; i++)
            spk_list_append(list, as_json(arena, v.list->items[i]));
        return list;
    }
    if (v.kind == SPK_DICT) {
        struct spk_value dict = spk_dict_new(arena);
        for (size_t i = 0; i < v.dict->len; i++)
            spk_dict_set_value(dict, v.dict->entries[i].key,
                               as_json(arena, v.dict->entries[i].value));
        return dict;
    }
    if (v.kind == SPK_STRING || v.kind == SPK_NULL || v.kind == SPK_BOOL || spk_is_number(v))
        return v;
    struct spk_buf text = {0};
    struct spk_value dict = spk_dict_new(arena);
    spk_value_str(&text, v);
    spk_set(dict, "$type", spk_str(spk_value_type_name(v)));
    spk_set(dict, "$str", spk_string_dup(arena, spk_buf_view(&text)));
    spk_buf_deinit(&text);
    return dict;
}

spk_rc spk_template_env_set_all(struct spk_template_env *env, struct spk_value context,
                                struct spk_error *err)
{
    if (context.dict->len > SPK_TEMPLATE_VARS)
        return spk_error_set(err, SPK_EDATA, "context: more than %d variables", SPK_TEMPLATE_VARS);
    for (size_t i = 0; i < context.dict->len; i++) {
        const struct spk_entry *entry = &context.dict->entries[i];
        struct spk_view name = entry->key.text;
        if (!spk_view_equal(spk_tpl_unalias(name), name))
            return spk_error_set(err, SPK_EDATA, "context: %.*s is reserved", SPK_FMT(name));
        spk_template_env_set(env, spk_arena_strdup(env->arena, name), entry->value);
    }
    return SPK_OK;
}

static spk_rc prepare(struct spk_arena *arena, struct spk_view line, struct spk_template_env *env,
                      struct spk_template **out, struct spk_error *err)
{
    static const struct spk_json_limits limits = {.max_bytes = MAX_LINE, .allow_nan = true};
    struct spk_value request;
    spk_rc rc = spk_json_parse(arena, line, &limits, &request, err);
    if (rc != SPK_OK)
        return rc;
    struct spk_value template = spk_get(request, "template");
    struct spk_value context = spk_get(request, "context");
    struct spk_value now = spk_get(request, "now");
    if (template.kind != SPK_STRING || context.kind != SPK_DICT)
        return spk_error_set(err, SPK_EDATA,
                             "a line must be {\"template\": text, \"context\": {...}}");
    if (now.kind == SPK_STRING) {
        struct spk_civil civil;
        rc = spk_iso_parse(now.text, &civil, err);
        if (rc != SPK_OK)
            return spk_error_context(err, rc, "now");
        env->now_us = spk_civil_to_us(&civil);
        env->fixed_now = true;
    }
    rc = spk_template_env_set_all(env, context, err);
    if (rc == SPK_OK)
        *out = spk_template_parse(arena, template.text, NULL);
    return rc;
}

void spk_template_write_value(struct spk_buf *out, struct spk_value value)
{
    struct spk_arena arena = {0};
    spk_json_write(out, as_json(&arena, value), SPK_JSON_SPACED | SPK_JSON_NAN);
    spk_arena_deinit(&arena);
}

static void write_answer(struct spk_buf *out, spk_rc rc, struct spk_value value,
                         const struct spk_error *failure)
{
    if (rc == SPK_OK) {
        spk_buf_append_str(out, "{\"ok\": true, \"value\": ");
        spk_template_write_value(out, value);
    } else {
        spk_buf_append_str(out, "{\"ok\": false, \"error\": ");
        spk_json_write_string(out, spk_view_of(failure->text), 0);
    }
    spk_buf_append_char(out, '}');
}

spk_rc spk_template_eval_line(struct spk_view line, struct spk_buf *out, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_template_env env;
    struct spk_template *template = NULL;
    spk_template_env_init(&env, &arena);
    spk_rc rc = prepare(&arena, line, &env, &template, err);
    if (rc == SPK_OK) {
        struct spk_value value = {0};
        struct spk_error failure = {0};
        spk_rc evaluated = spk_template_eval(template, &env, &value, &failure);
        write_answer(out, evaluated, value, &failure);
    }
    spk_template_env_deinit(&env);
    spk_arena_deinit(&arena);
    return rc;
}
