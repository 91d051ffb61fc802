/* Compiles any text and evaluates it with a fixed context, as value, as boolean and as a tree. */
#include "template/template.h"

static void set_variables(struct spk_arena *arena, struct spk_template_env *env)
{
    struct spk_value record = spk_dict_new(arena);
    struct spk_value list = spk_list_new(arena);
    struct spk_value none = spk_dict_new(arena);
    spk_list_append(list, spk_int(3));
    spk_list_append(list, spk_str("b"));
    spk_list_append(list, spk_null());
    spk_list_append(list, spk_float(2.5));
    spk_set(record, "id", spk_int(7));
    spk_set(record, "name", spk_str("Ünï <b>"));
    spk_set(record, "date", spk_str("2024-01-15T10:20:30Z"));
    spk_set(record, "list", list);
    spk_template_env_set(env, "a", spk_int(INT64_MAX));
    spk_template_env_set(env, "b", spk_str("2024-01-15"));
    spk_template_env_set(env, "c", list);
    spk_template_env_set(env, "config", record);
    spk_template_env_set(env, "record", record);
    spk_template_env_set(env, "stream_slice", spk_template_object(arena, record, none, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct spk_template_limits limits = {
        .max_source = 4096, .max_steps = 5000, .max_bytes = 100000, .max_items = 5000};
    struct spk_arena arena = {0};
    struct spk_arena results = {0};
    struct spk_template_env env;
    struct spk_value value;
    bool yes;
    spk_template_env_init(&env, &results);
    env.fixed_now = true;
    set_variables(&arena, &env);
    struct spk_template *t = spk_template_parse(&arena, spk_view_make(data, size), &limits);
    if (spk_template_error(t)) {
        struct spk_buf out = {0};
        spk_template_explain(&out, t, NULL);
        spk_buf_deinit(&out);
    } else {
        const struct spk_template_ask ask = {.fallback = t, .types = SPK_TEMPLATE_STR};
        spk_template_eval(t, &env, &value, NULL);
        spk_template_eval_as(t, &env, &ask, &value, NULL);
        spk_template_eval_bool(t, &env, &yes, NULL);
    }
    spk_template_env_deinit(&env);
    spk_arena_deinit(&results);
    spk_arena_deinit(&arena);
    return 0;
}
