#include "base/buf.h"
#include "jsonschema/jsonschema.h"
#include "manifest_internal.h"
#include "json/json.h"

/*
 * A resolved manifest against the schema of its components, as the CDK judges it before anything
 * else: unknown fields are fine, wrong types and missing fields are not. Where one of several
 * components may stand, the one of the node's type is held against it, so that a fault is told with
 * its own place.
 */
static const char schema_text[] =
#include "source/manifest/schema.inc"
    ;

struct walk {
    struct spk_manifest *manifest;
    struct spk_value schema; /* the whole */
    struct spk_arena arena;
    struct spk_error *err;
    int silent; /* > 0: nothing is told */
};

static bool holds(struct walk *w, struct spk_value schema, struct spk_value value,
                  const struct spk_path *path);

static bool fault(struct walk *w, struct spk_value at, const struct spk_path *path,
                  struct spk_view what)
{
    struct spk_buf place = {0};
    if (w->silent > 0)
        return false;
    spk_path_print(&place, path);
    spk_manifest_fail(w->manifest, at, w->err, "%s%s%.*s", spk_buf_cstr(&place),
                      place.len ? ": " : "", SPK_FMT(what));
    spk_error_hint(w->err, "see the component's fields: spike connector lint");
    spk_buf_deinit(&place);
    return false;
}

static struct spk_value follow(struct walk *w, struct spk_value schema)
{
    for (int i = 0; i < 8; i++) {
        struct spk_view reference = spk_value_text_or(spk_get(schema, "$ref"), "");
        if (reference.len == 0)
            break;
        schema = spk_jsonschema_refer(w->schema, reference);
    }
    return schema;
}

/* Keywords that say nothing of what lies inside the value. */
static bool is_of_itself(struct spk_view keyword)
{
    static const char *const keys[] = {"type",      "enum",    "const",   "minItems",
                                       "maxItems",  "minimum", "maximum", "exclusiveMinimum",
                                       "minLength", "pattern"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        if (spk_view_is(keyword, keys[i]))
            return true;
    }
    return false;
}

/* What most rules ask, and most values are: a manifest has a hundred thousand of them. */
static bool is_plainly(struct spk_view type, struct spk_value value)
{
    return (spk_is(value, SPK_STRING) && spk_view_is(type, "string")) ||
           (spk_is(value, SPK_DICT) && spk_view_is(type, "object")) ||
           (spk_is(value, SPK_LIST) && spk_view_is(type, "array"));
}

static bool holds_itself(struct walk *w, struct spk_value schema, struct spk_value value,
                         const struct spk_path *path)
{
    struct spk_value own = {0};
    struct spk_view problem = {0};
    for (size_t i = 0; i < spk_dict_len(schema); i++) {
        const struct spk_entry *rule = &schema.dict->entries[i];
        if (!is_of_itself(rule->key.text) ||
            (spk_view_is(rule->key.text, "type") &&
             is_plainly(spk_value_text_or(rule->value, ""), value)))
            continue;
        if (!spk_is_defined(own))
            own = spk_dict_new(&w->arena);
        spk_dict_set_value(own, rule->key, rule->value);
    }
    if (!spk_is_defined(own) ||
        spk_jsonschema_valid(own, value, &w->arena, w->silent > 0 ? NULL : &problem))
        return true;
    return fault(w, value, path, problem);
}

static bool has_required(struct walk *w, struct spk_value schema, struct spk_value value,
                         const struct spk_path *path)
{
    struct spk_value required = spk_get(schema, "required");
    for (size_t i = 0; spk_is(required, SPK_LIST) && i < spk_list_len(required); i++) {
        struct spk_view name = spk_list_at(required, i).text;
        if (spk_is_defined(spk_dict_get(value, name)))
            continue;
        struct spk_view type = spk_value_text_or(spk_get(value, "type"), "this");
        return fault(w, value, path,
                     spk_arena_printf(&w->arena, "%.*s needs the field '%.*s'", SPK_FMT(type),
                                      SPK_FMT(name)));
    }
    return true;
}

static bool holds_fields(struct walk *w, struct spk_value schema, struct spk_value value,
                         const struct spk_path *path)
{
    struct spk_value properties = spk_get(schema, "properties");
    struct spk_value others = spk_get(schema, "additionalProperties");
    if (!has_required(w, schema, value, path))
        return false;
    for (size_t i = 0; i < spk_dict_len(value); i++) {
        const struct spk_entry *e = &value.dict->entries[i];
        struct spk_view key = spk_value_text_or(e->key, "");
        struct spk_path inner = {.parent = path, .key = key};
        struct spk_value rule = spk_dict_get(properties, key);
        if (!spk_is_defined(rule) && spk_is(others, SPK_BOOL))
            return fault(w, e->value, &inner, SPK_V("there is no such field"));
        if (!spk_is_defined(rule))
            rule = others;
        if (spk_is(rule, SPK_DICT) && !holds(w, rule, e->value, &inner))
            return false;
    }
    return true;
}

static bool holds_items(struct walk *w, struct spk_value rule, struct spk_value value,
                        const struct spk_path *path)
{
    for (size_t i = 0; i < spk_list_len(value); i++) {
        struct spk_path inner = {.parent = path, .index = i};
        if (!holds(w, rule, spk_list_at(value, i), &inner))
            return false;
    }
    return true;
}

static bool names_type(struct spk_value schema, struct spk_value type)
{
    struct spk_value names = spk_get(spk_get(spk_get(schema, "properties"), "type"), "enum");
    for (size_t i = 0; spk_is(names, SPK_LIST) && i < spk_list_len(names); i++) {
        if (spk_value_equal(spk_list_at(names, i), type))
            return true;
    }
    return false;
}

/* What may stand here: the types of components, else the kinds of values. */
static struct spk_view alternatives(struct walk *w, struct spk_value choices, struct spk_view type)
{
    struct spk_buf all = {0};
    if (type.len > 0)
        spk_buf_printf(&all, "'%.*s' is none of ", SPK_FMT(type));
    else
        spk_buf_append_str(&all, "what stands here is none of ");
    for (size_t i = 0; i < spk_list_len(choices); i++) {
        struct spk_value choice = follow(w, spk_list_at(choices, i));
        struct spk_value names = spk_get(spk_get(spk_get(choice, "properties"), "type"), "enum");
        struct spk_value kind = spk_get(choice, "type");
        spk_buf_append_str(&all, i ? ", " : "");
        if (spk_is(names, SPK_LIST))
            spk_value_str(&all, spk_list_at(names, 0));
        else if (spk_is_defined(kind))
            spk_value_str(&all, kind);
        else
            spk_buf_append_str(&all, "other values");
    }
    struct spk_view text = spk_arena_dup(&w->arena, spk_buf_view(&all));
    spk_buf_deinit(&all);
    return text;
}

/* The one choice that takes a mapping or a list at all; UNDEFINED where there are more, or none. */
static struct spk_value only_container(struct walk *w, struct spk_value choices,
                                       struct spk_value value)
{
    const char *kind = spk_is(value, SPK_DICT) ? "object" : "array";
    struct spk_value only = {0};
    if (!spk_is(value, SPK_DICT) && !spk_is(value, SPK_LIST))
        return only;
    for (size_t i = 0; i < spk_list_len(choices); i++) {
        struct spk_value choice = follow(w, spk_list_at(choices, i));
        struct spk_value type = spk_get(choice, "type");
        if (spk_is(type, SPK_STRING) && !spk_view_is(type.text, kind))
            continue;
        if (spk_is_defined(only))
            return (struct spk_value){0};
        only = choice;
    }
    return only;
}

static bool holds_one(struct walk *w, struct spk_value choices, struct spk_value value,
                      const struct spk_path *path)
{
    struct spk_value type = spk_get(value, "type");
    for (size_t i = 0; spk_is(type, SPK_STRING) && i < spk_list_len(choices); i++) {
        struct spk_value choice = follow(w, spk_list_at(choices, i));
        if (names_type(choice, type))
            return holds(w, choice, value, path);
    }
    struct spk_value only = only_container(w, choices, value);
    if (spk_is_defined(only))
        return holds(w, only, value, path);
    bool found = false;
    w->silent++;
    for (size_t i = 0; !found && i < spk_list_len(choices); i++)
        found = holds(w, spk_list_at(choices, i), value, path);
    w->silent--;
    if (found)
        return true;
    return fault(w, value, path, alternatives(w, choices, spk_value_text_or(type, "")));
}

static bool holds(struct walk *w, struct spk_value schema, struct spk_value value,
                  const struct spk_path *path)
{
    schema = follow(w, schema);
    struct spk_value choices = spk_get(schema, "anyOf"), items = spk_get(schema, "items");
    if (!holds_itself(w, schema, value, path))
        return false;
    if (spk_is(choices, SPK_LIST) && !holds_one(w, choices, value, path))
        return false;
    if (spk_is(value, SPK_DICT) && !holds_fields(w, schema, value, path))
        return false;
    return !spk_is(value, SPK_LIST) || !spk_is(items, SPK_DICT) ||
           holds_items(w, items, value, path);
}

/* All sections, but definitions, of which only the references are looked at. */
static spk_rc whole(struct spk_manifest *manifest, struct spk_arena *arena, struct spk_value *out,
                    struct spk_error *err)
{
    struct spk_value raw = manifest->raw;
    *out = spk_dict_new(arena);
    out->mark = raw.mark;
    spk_set(*out, "type", spk_str("DeclarativeSource"));
    for (size_t i = 0; i < spk_dict_len(raw); i++) {
        const struct spk_entry *e = &raw.dict->entries[i];
        struct spk_value section = e->value;
        spk_rc rc = SPK_OK;
        if (!spk_is(e->key, SPK_STRING))
            continue;
        const char *name = spk_arena_strdup(arena, e->key.text);
        if (!spk_view_is(e->key.text, "definitions"))
            rc = spk_manifest_section(manifest, name, &section, err);
        if (rc)
            return rc;
        spk_dict_set_value(*out, e->key, section);
    }
    return SPK_OK;
}

spk_rc spk_manifest_validate(struct spk_manifest *manifest, struct spk_error *err)
{
    struct walk w = {.manifest = manifest, .err = err};
    struct spk_value resolved;
    spk_rc rc = spk_json_parse(&w.arena, spk_view_of(schema_text), NULL, &w.schema, err);
    if (!rc)
        rc = whole(manifest, &w.arena, &resolved, err);
    if (!rc && !holds(&w, w.schema, resolved, NULL))
        rc = SPK_ECONFIG;
    spk_arena_deinit(&w.arena);
    return rc;
}
