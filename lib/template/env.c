/* Variables of an evaluation, and the objects that the CDK passes as such. */
#include <assert.h>

#include "template/template_internal.h"

void spk_template_env_init(struct spk_template_env *env, struct spk_arena *arena)
{
    /* Not the whole struct: variables past `count` are never looked at. */
    env->arena = arena;
    env->limits = NULL;
    env->now_us = 0;
    env->fixed_now = false;
    env->count = 0;
    env->scratch = (struct spk_buf){0};
}

void spk_template_env_deinit(struct spk_template_env *env)
{
    spk_buf_deinit(&env->scratch);
}

struct spk_template_var *spk_tpl_var_find(struct spk_template_env *env, struct spk_view name)
{
    for (size_t i = 0; i < env->count; i++) {
        if (spk_view_equal(env->vars[i].name, name))
            return &env->vars[i];
    }
    return NULL;
}

static struct spk_template_var *var_for(struct spk_template_env *env, const char *name)
{
    struct spk_view view = spk_view_of(name);
    struct spk_template_var *var = spk_tpl_var_find(env, view);
    if (!var) {
        assert(env->count < SPK_TEMPLATE_VARS);
        var = &env->vars[env->count++];
    }
    *var = (struct spk_template_var){.name = view};
    return var;
}

void spk_template_env_set(struct spk_template_env *env, const char *name, struct spk_value value)
{
    var_for(env, name)->value = value;
}

void spk_template_env_set_lazy(struct spk_template_env *env, const char *name,
                               const struct spk_template_source *source)
{
    struct spk_template_var *var = var_for(env, name);
    var->source = *source;
    var->lazy = true;
}

void spk_template_env_unset(struct spk_template_env *env, const char *name)
{
    struct spk_template_var *var = spk_tpl_var_find(env, spk_view_of(name));
    if (var)
        *var = env->vars[--env->count];
}

struct spk_view spk_tpl_unalias(struct spk_view name)
{
    if (spk_view_is(name, "stream_interval") || spk_view_is(name, "stream_partition"))
        return SPK_V("stream_slice");
    return name;
}

struct spk_value spk_template_object(struct spk_arena *arena, struct spk_value dict,
                                     struct spk_value attributes, bool nocase)
{
    struct spk_tpl_object *object = SPK_NEW(arena, struct spk_tpl_object);
    object->dict = *dict.dict;
    object->dict.cap = SPK_TPL_OBJECT_CAP;
    object->attributes = attributes;
    object->nocase = nocase;
    struct spk_value value = dict;
    value.dict = &object->dict;
    value.flags |= SPK_TPL_OBJECT;
    return value;
}

struct spk_value spk_tpl_object_get(struct spk_value dict, struct spk_value key)
{
    struct spk_value found = spk_dict_get_value(dict, key);
    const struct spk_tpl_object *object = spk_tpl_as_object(dict);
    if (spk_is_defined(found) || !object || !object->nocase || key.kind != SPK_STRING)
        return found;
    for (size_t i = 0; i < dict.dict->len; i++) {
        const struct spk_entry *entry = &dict.dict->entries[i];
        if (entry->key.kind == SPK_STRING && spk_view_equal_nocase(entry->key.text, key.text))
            return entry->value;
    }
    return found;
}
