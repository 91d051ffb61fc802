/* What the CDK makes of a rendered text: Python literals, fallbacks, source texts, booleans. */
#include <math.h>

#include "template/template_internal.h"

enum { PURE_DEPTH = 90 }; /* deeper ones go the long way, where the literal's own limit holds */

struct spk_view spk_template_missing(const struct spk_template *t, struct spk_template_env *env)
{
    for (size_t i = 0; i < t->undeclared.len; i++) {
        if (!spk_tpl_var_find(env, spk_tpl_unalias(t->undeclared.items[i])))
            return t->undeclared.items[i];
    }
    return (struct spk_view){0};
}

spk_rc spk_tpl_declared(struct spk_tpl_state *s)
{
    struct spk_view name = spk_template_missing(s->t, s->env);
    if (!name.at)
        return SPK_OK;
    return spk_tpl_value_error(s, "there is no variable '%.*s' here",
                               SPK_FMT(spk_view_slice(name, 0, 80)));
}

static bool is_pure(struct spk_value v, int depth);

static bool are_pure(const struct spk_value *items, size_t len, int depth)
{
    bool pure = depth < PURE_DEPTH;
    for (size_t i = 0; pure && i < len; i++)
        pure = is_pure(items[i], depth + 1);
    return pure;
}

static bool is_pure_dict(const struct spk_dict *dict, int depth)
{
    bool pure = depth < PURE_DEPTH;
    for (size_t i = 0; pure && i < dict->len; i++)
        pure =
            is_pure(dict->entries[i].key, depth + 1) && is_pure(dict->entries[i].value, depth + 1);
    return pure;
}

/* Values whose text reads back as themselves; a text only inside a container, where it is quoted.
 */
static bool is_pure(struct spk_value v, int depth)
{
    switch (v.kind) {
    case SPK_NULL:
    case SPK_BOOL:
    case SPK_INT: return true;
    case SPK_FLOAT: return isfinite(v.number);
    case SPK_STRING: return depth > 0 && !(v.flags & SPK_VALUE_SAFE);
    case SPK_LIST:
    case SPK_TUPLE: return are_pure(v.list->items, v.list->len, depth);
    case SPK_DICT: return is_pure_dict(v.dict, depth);
    default: return false;
    }
}

static bool has_type(struct spk_value v, unsigned types)
{
    switch (v.kind) {
    case SPK_STRING: return types & SPK_TEMPLATE_STR;
    case SPK_BOOL: return types & (SPK_TEMPLATE_BOOL | SPK_TEMPLATE_INT);
    case SPK_INT:
    case SPK_BIGINT: return types & SPK_TEMPLATE_INT;
    case SPK_FLOAT: return types & SPK_TEMPLATE_FLOAT;
    case SPK_LIST: return types & SPK_TEMPLATE_LIST;
    case SPK_DICT: return types & SPK_TEMPLATE_DICT;
    default: return false;
    }
}

/* A literal begins with a digit, a sign, a bracket, a quote, or a letter of None, True, False or of
 * a prefix of quotes. */
static bool may_be_literal(struct spk_view text)
{
    static const char first[] = "0123456789+-.([{'\"NTFrRuUbBfF#\\\n\r\f";
    size_t i = 0;
    while (i < text.len && (text.at[i] == ' ' || text.at[i] == '\t'))
        i++;
    return i < text.len && text.at[i] && strchr(first, text.at[i]);
}

static struct spk_value literal(struct spk_arena *arena, struct spk_view text, unsigned types)
{
    struct spk_value value;
    if (may_be_literal(text) && spk_value_literal_eval(arena, text, &value) &&
        (types == 0 || has_type(value, types)))
        return value;
    return spk_string(text);
}

/* The text outlives the evaluation: what lives in the scratch buffer is copied. */
static struct spk_view keep(struct spk_template_env *env, struct spk_view text)
{
    bool scratch = env->scratch.at && text.at >= env->scratch.at &&
                   text.at < env->scratch.at + env->scratch.cap;
    return scratch ? spk_arena_dup(env->arena, text) : text;
}

/* The value of a LOOKUP whose way leads through plain dicts; false where the long way must tell. */
static bool quick_lookup(const struct spk_template *t, struct spk_template_env *env,
                         struct spk_value *out)
{
    const struct spk_template_var *var = spk_tpl_var_find(env, t->lookup.name);
    if (!var || var->lazy)
        return false;
    struct spk_value v = var->value;
    for (size_t i = 0; i < t->lookup.count; i++) {
        if (v.kind != SPK_DICT || spk_tpl_as_object(v))
            return false;
        v = spk_dict_get(v, t->lookup.keys[i]);
    }
    *out = v;
    return true;
}

/* A rendering: a value that is its own literal, or a text. */
struct rendering {
    bool pure;
    struct spk_value value;
    struct spk_view text;
};

static spk_rc render(struct spk_tpl_state *s, struct rendering *out)
{
    *out = (struct rendering){0};
    if (s->t->kind == SPK_TEMPLATE_CONSTANT) {
        out->text = s->t->root->items.len ? s->t->root->items.items[0]->value.text : s->t->text;
        return SPK_OK;
    }
    bool found = s->t->kind == SPK_TEMPLATE_LOOKUP && quick_lookup(s->t, s->env, &out->value);
    spk_rc rc = found ? SPK_OK : spk_tpl_declared(s);
    if (rc == SPK_OK && !s->t->single)
        return spk_tpl_render(s, &out->text);
    if (rc == SPK_OK && !found)
        rc = spk_tpl_eval(s, s->t->root->items.items[0]->a, &out->value);
    if (rc != SPK_OK)
        return rc;
    out->pure = is_pure(out->value, 0);
    return out->pure ? SPK_OK : spk_tpl_str(s, out->value, &out->text);
}

static struct spk_value pure_value(struct spk_arena *arena, struct spk_value v)
{
    v.flags = 0;
    v.mark = 0;
    bool container = v.kind == SPK_LIST || v.kind == SPK_TUPLE || v.kind == SPK_DICT;
    return container ? spk_value_copy(arena, v) : v;
}

/* The value of a rendering: never empty here. */
static spk_rc finish(struct spk_tpl_state *s, struct rendering *r, unsigned types,
                     struct spk_value *out)
{
    if (r->pure && (types == 0 || has_type(r->value, types))) {
        *out = pure_value(s->arena, r->value);
        return SPK_OK;
    }
    spk_rc rc = r->pure ? spk_tpl_str(s, r->value, &r->text) : SPK_OK;
    if (rc == SPK_OK)
        *out = literal(s->arena, keep(s->env, r->text), types);
    return rc;
}

static spk_rc give_up(const struct spk_tpl_state *s, struct spk_error *err)
{
    if (err)
        *err = s->error;
    return s->error.rc;
}

static spk_rc faulty(const struct spk_template *t, struct spk_error *err)
{
    if (err)
        *err = *t->fault;
    return t->fault->rc;
}

/* JinjaInterpolation._eval and _literal_eval of the fallback. */
static spk_rc eval_fallback(struct spk_template_env *env, const struct spk_template_ask *ask,
                            struct spk_value *out, struct spk_error *err)
{
    struct spk_tpl_state s;
    struct rendering r;
    if (!ask->fallback) {
        *out = spk_null();
        return SPK_OK;
    }
    if (ask->fallback->faulty)
        return faulty(ask->fallback, err);
    spk_tpl_state_init(&s, ask->fallback, env);
    spk_rc rc = render(&s, &r);
    if (rc != SPK_OK && s.raise == RAISE_TYPE)
        r = (struct rendering){.text = ask->fallback->source};
    else if (rc != SPK_OK)
        return give_up(&s, err);
    return finish(&s, &r, ask->types, out);
}

spk_rc spk_template_eval_as(const struct spk_template *t, struct spk_template_env *env,
                            const struct spk_template_ask *ask, struct spk_value *out,
                            struct spk_error *err)
{
    static const struct spk_template_ask standard;
    struct spk_tpl_state s;
    struct rendering r;
    if (!ask)
        ask = &standard;
    if (t->faulty)
        return faulty(t, err);
    if (t->kind == SPK_TEMPLATE_CONSTANT && t->constant.kind != SPK_NULL && ask->types == 0) {
        *out = t->constant;
        return SPK_OK;
    }
    spk_tpl_state_init(&s, t, env);
    spk_rc rc = render(&s, &r);
    if (rc != SPK_OK && s.raise == RAISE_TYPE)
        r = (struct rendering){.text = t->source};
    else if (rc != SPK_OK && s.raise == RAISE_UNDEFINED)
        r = (struct rendering){0};
    else if (rc != SPK_OK)
        return give_up(&s, err);
    if (!r.pure && r.text.len == 0)
        return eval_fallback(env, ask, out, err);
    rc = finish(&s, &r, ask->types, out);
    return rc == SPK_OK ? rc : give_up(&s, err);
}

spk_rc spk_template_eval(const struct spk_template *t, struct spk_template_env *env,
                         struct spk_value *out, struct spk_error *err)
{
    return spk_template_eval_as(t, env, NULL, out, err);
}

static bool is_false(struct spk_value v)
{
    static const char *const texts[] = {"False", "false", "{}", "[]", "()", "", "0", "0.0"};
    if (v.kind != SPK_STRING)
        return !spk_tpl_truthy(v);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (spk_view_is(v.text, texts[i]))
            return true;
    }
    return false;
}

spk_rc spk_template_eval_bool(const struct spk_template *t, struct spk_template_env *env, bool *out,
                              struct spk_error *err)
{
    struct spk_value value;
    spk_rc rc = spk_template_eval_as(t, env, NULL, &value, err);
    if (rc == SPK_OK)
        *out = !is_false(value); /* the fallback "False" and no fallback at all are both false */
    return rc;
}

spk_rc spk_template_render(const struct spk_template *t, struct spk_template_env *env,
                           struct spk_view *out, struct spk_error *err)
{
    struct spk_tpl_state s;
    struct rendering r;
    if (t->faulty)
        return faulty(t, err);
    spk_tpl_state_init(&s, t, env);
    spk_rc rc = render(&s, &r);
    if (rc == SPK_OK && r.pure)
        rc = spk_tpl_str(&s, r.value, &r.text);
    if (rc != SPK_OK)
        return give_up(&s, err);
    *out = keep(env, r.text);
    return SPK_OK;
}

enum { PLAIN_UNKNOWN, PLAIN_YES, PLAIN_NO };

void spk_template_string_init(struct spk_template_string *string, const struct spk_template *t,
                              const struct spk_template *fallback)
{
    string->template = t;
    string->fallback = fallback;
    atomic_init(&string->plain, PLAIN_UNKNOWN);
}

spk_rc spk_template_string_eval(struct spk_template_string *string, struct spk_template_env *env,
                                struct spk_value *out, struct spk_error *err)
{
    const struct spk_template *t = string->template;
    unsigned char plain = atomic_load_explicit(&string->plain, memory_order_relaxed);
    if (plain == PLAIN_YES) {
        *out = spk_string(t->source);
        return SPK_OK;
    }
    const struct spk_template *fallback = string->fallback;
    const struct spk_template_ask ask = {fallback && fallback->source.len ? fallback : t, 0};
    struct spk_value value;
    spk_rc rc = spk_template_eval_as(t, env, &ask, &value, err);
    if (rc != SPK_OK)
        return rc;
    if (plain == PLAIN_UNKNOWN) {
        bool same = value.kind == SPK_STRING && spk_view_equal(value.text, t->source);
        unsigned char unknown = PLAIN_UNKNOWN;
        atomic_compare_exchange_strong(&string->plain, &unknown, same ? PLAIN_YES : PLAIN_NO);
    }
    *out = value;
    return SPK_OK;
}
