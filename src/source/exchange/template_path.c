#include "template_path.h"

#include "source/exchange.h"
#include "template/template.h"

static struct spk_template *parse_step(struct spk_arena *arena, struct spk_value written)
{
    struct spk_buf text = {0};
    spk_value_str(&text, written);
    struct spk_template *step = spk_template_parse(arena, spk_buf_view(&text), NULL);
    spk_buf_deinit(&text);
    return step;
}

spk_rc spk_template_path_build(struct spk_template_path *path, const struct spk_build *build,
                               struct spk_value written, struct spk_error *err)
{
    *path = (struct spk_template_path){.fixed = spk_list_new(build->arena)};
    if (spk_is_nothing(written))
        return SPK_OK;
    if (!spk_is(written, SPK_LIST))
        return spk_build_fail(build, written, err, "a path is a list of keys");
    path->len = spk_list_len(written);
    path->steps =
        spk_arena_array(build->arena, path->len + 1, sizeof(struct spk_template_string *));
    for (size_t i = 0; i < path->len; i++) {
        struct spk_template *step = parse_step(build->arena, spk_list_at(written, i));
        path->steps[i] = SPK_NEW(build->arena, struct spk_template_string);
        spk_template_string_init(path->steps[i], step, NULL);
        if (spk_template_kind(step) != SPK_TEMPLATE_CONSTANT)
            path->fixed = (struct spk_value){0};
        else if (spk_is_defined(path->fixed))
            spk_list_append(path->fixed, spk_template_constant(step));
    }
    return SPK_OK;
}

spk_rc spk_template_path_eval(const struct spk_template_path *path,
                              const struct spk_component *self, struct spk_arena *arena,
                              struct spk_value *out, struct spk_error *err)
{
    struct spk_scope scope = {.source = self->source, .arena = arena};
    return spk_template_path_eval_in(path, &scope, self, out, err);
}

spk_rc spk_template_path_eval_in(const struct spk_template_path *path,
                                 const struct spk_scope *scope, const struct spk_component *self,
                                 struct spk_value *out, struct spk_error *err)
{
    if (spk_is_defined(path->fixed)) {
        *out = path->fixed;
        return SPK_OK;
    }
    struct spk_value keys = spk_list_new(scope->arena);
    for (size_t i = 0; i < path->len; i++) {
        struct spk_value key;
        spk_rc rc = spk_scope_eval(scope, self, path->steps[i], &key, err);
        if (rc)
            return rc;
        spk_list_append(keys, key);
    }
    *out = keys;
    return SPK_OK;
}

static bool has(struct spk_value path, bool (*is)(struct spk_view key))
{
    for (size_t i = 0; i < spk_list_len(path); i++) {
        struct spk_value key = spk_list_at(path, i);
        if (spk_is(key, SPK_STRING) && is(key.text))
            return true;
    }
    return false;
}

static bool is_any(struct spk_view key)
{
    return spk_view_is(key, "*");
}

static bool is_glob(struct spk_view key)
{
    return spk_view_find(key, SPK_V("*"), 0) >= 0 || spk_view_find(key, SPK_V("?"), 0) >= 0 ||
           spk_view_find(key, SPK_V("["), 0) >= 0;
}

bool spk_path_has_any(struct spk_value path)
{
    return has(path, is_any);
}

bool spk_path_has_glob(struct spk_value path)
{
    return has(path, is_glob);
}
