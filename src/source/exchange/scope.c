#include "source/kinds.h"
#include "source/source_internal.h"
#include "template/template.h"

static struct spk_value make_record(void *context, struct spk_arena *arena)
{
    return spk_record_tree(context);
}

/* One key of a record that nobody changed is read from the parsed page, without making the tree. */
static struct spk_value record_field(void *context, struct spk_arena *arena, struct spk_view key)
{
    struct spk_record *record = context;
    if (spk_is_defined(record->tree) || !record->node.at)
        return spk_dict_get(spk_record_tree(record), key);
    struct spk_json_node node = spk_json_node_get(record->node, key);
    return spk_json_node_value_borrowed(arena, node);
}

static struct spk_value make_response(void *context, struct spk_arena *arena)
{
    return spk_response_tree(context);
}

static struct spk_value make_json_response(void *context, struct spk_arena *arena)
{
    return spk_response_json_tree(context);
}

static struct spk_value response_field(void *context, struct spk_arena *arena, struct spk_view key)
{
    const struct spk_response *response = context;
    struct spk_json_node node = spk_json_node_get(spk_json_doc_root(response->json), key);
    return spk_json_node_value_borrowed(arena, node);
}

/* Whether the body is one JSON object: its fields can be had without making the whole tree. */
static bool is_json_object(struct spk_response *response)
{
    const struct spk_component *decoder = response->decoder;
    const struct spk_json_doc *doc;
    if (spk_is_defined(response->tree) || (decoder && !SPK_OPS(decoder, decoder)->whole_json))
        return false;
    return spk_response_json(response, &doc, NULL) == SPK_OK &&
           spk_json_node_kind(spk_json_doc_root(doc)) == SPK_DICT;
}

static void set_response(struct spk_template_env *env, const struct spk_scope *scope,
                         const struct spk_template *template)
{
    struct spk_template_source lazy = {scope->response_is_json ? make_json_response : make_response,
                                       NULL, scope->response};
    if (template && spk_template_uses(template, "response") && is_json_object(scope->response))
        lazy.field = response_field;
    spk_template_env_set_lazy(env, "response", &lazy);
    spk_template_env_set(env, "headers", scope->response->headers);
}

static void set_page(struct spk_template_env *env, const struct spk_page *page)
{
    spk_template_env_set(env, "last_page_size", spk_int(page->kept));
    spk_template_env_set(env, "last_record",
                         spk_is_defined(page->last_record) ? page->last_record : spk_null());
}

/* Names must be NUL-terminated: literals, or keys that spk_arena_dup made. */
static void set_all(struct spk_template_env *env, struct spk_value variables)
{
    for (size_t i = 0; spk_is(variables, SPK_DICT) && i < spk_dict_len(variables); i++) {
        const struct spk_entry *e = &variables.dict->entries[i];
        if (spk_is(e->key, SPK_STRING) && env->count < SPK_TEMPLATE_VARS)
            spk_template_env_set(env, e->key.text.at, e->value);
    }
}

static void set_variables(struct spk_template_env *env, const struct spk_scope *scope,
                          const struct spk_component *self, const struct spk_template *template)
{
    spk_template_env_set(env, "config", spk_source_config(scope->source));
    spk_template_env_set(env, "parameters", self->parameters);
    if (scope->slice) {
        set_all(env, scope->slice->extra_fields);
        spk_template_env_set(env, "stream_slice", scope->slice->merged);
    }
    if (scope->slice || spk_is_defined(scope->next_page_token))
        spk_template_env_set(env, "next_page_token",
                             spk_is_defined(scope->next_page_token) ? scope->next_page_token
                                                                    : spk_null());
    if (scope->record) {
        struct spk_template_source lazy = {make_record, record_field, scope->record};
        spk_template_env_set_lazy(env, "record", &lazy);
    }
    if (scope->response)
        set_response(env, scope, template);
    if (scope->page)
        set_page(env, scope->page);
    set_all(env, scope->extra);
}

/* template NULL: several ones will be evaluated. */
static void open_env(struct spk_template_env *env, const struct spk_scope *scope,
                     const struct spk_component *self, const struct spk_template *template)
{
    spk_template_env_init(env, scope->arena);
    set_variables(env, scope, self, template);
}

static bool is_constant(struct spk_template_string *template, struct spk_value *out)
{
    if (spk_template_kind(template->template) != SPK_TEMPLATE_CONSTANT)
        return false;
    *out = spk_template_constant(template->template);
    return true;
}

/* A failed template says where its component stands. */
static spk_rc placed(const struct spk_component *self, spk_rc rc, struct spk_error *err)
{
    if (!rc || !self->node.mark)
        return rc;
    return spk_error_context(err, rc, "%s:%u:%u: template of %s", self->source->manifest->file,
                             spk_mark_line(self->node.mark), spk_mark_column(self->node.mark),
                             self->type->name);
}

spk_rc spk_scope_eval(const struct spk_scope *scope, const struct spk_component *self,
                      struct spk_template_string *template, struct spk_value *out,
                      struct spk_error *err)
{
    struct spk_template_env env;
    if (!template) {
        *out = (struct spk_value){0};
        return SPK_OK;
    }
    open_env(&env, scope, self, template->template);
    spk_rc rc = spk_template_string_eval(template, &env, out, err);
    spk_template_env_deinit(&env);
    return placed(self, rc, err);
}

spk_rc spk_scope_eval_as(const struct spk_scope *scope, const struct spk_component *self,
                         struct spk_typed_template what, struct spk_value *out,
                         struct spk_error *err)
{
    if (what.types == 0)
        return spk_scope_eval(scope, self, what.template, out, err);
    const struct spk_template *template = what.template->template;
    struct spk_template_env env;
    struct spk_template_ask ask = {.fallback = template, .types = what.types};
    open_env(&env, scope, self, template);
    spk_rc rc = spk_template_eval_as(template, &env, &ask, out, err);
    spk_template_env_deinit(&env);
    return placed(self, rc, err);
}

spk_rc spk_scope_text(const struct spk_scope *scope, const struct spk_component *self,
                      struct spk_template_string *template, struct spk_view *out,
                      struct spk_error *err)
{
    struct spk_value value;
    spk_rc rc = spk_scope_eval(scope, self, template, &value, err);
    if (rc)
        return rc;
    if (spk_is(value, SPK_STRING)) {
        *out = value.text;
        return SPK_OK;
    }
    struct spk_buf text = {0};
    if (spk_is_defined(value))
        spk_value_str(&text, value);
    *out = spk_arena_dup(scope->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return SPK_OK;
}

spk_rc spk_scope_bool(const struct spk_scope *scope, const struct spk_component *self,
                      struct spk_template_string *template, bool *out, struct spk_error *err)
{
    struct spk_template_env env;
    struct spk_value constant;
    if (!template) {
        *out = false;
        return SPK_OK;
    }
    if (is_constant(template, &constant) && spk_is(constant, SPK_BOOL)) {
        *out = constant.boolean;
        return SPK_OK;
    }
    open_env(&env, scope, self, template->template);
    spk_rc rc = spk_template_eval_bool(template->template, &env, out, err);
    spk_template_env_deinit(&env);
    return placed(self, rc, err);
}

spk_rc spk_scope_tree_as(const struct spk_scope *scope, const struct spk_component *self,
                         struct spk_typed_tree what, struct spk_value *out, struct spk_error *err)
{
    struct spk_template_env env;
    if (!what.tree) {
        *out = (struct spk_value){0};
        return SPK_OK;
    }
    open_env(&env, scope, self, NULL);
    spk_rc rc = spk_template_tree_eval(what.tree, &env, what.types, out, err);
    spk_template_env_deinit(&env);
    return placed(self, rc, err);
}

spk_rc spk_scope_tree(const struct spk_scope *scope, const struct spk_component *self,
                      const struct spk_template_tree *tree, struct spk_value *out,
                      struct spk_error *err)
{
    return spk_scope_tree_as(scope, self, (struct spk_typed_tree){tree, 0}, out, err);
}
