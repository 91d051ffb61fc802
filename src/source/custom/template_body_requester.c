#include <stddef.h>

#include "source/requester/http_requester.h"
#include "template/template.h"

/* TemplateBodyRequester: a JSON body written out in the manifest, changed only at named places.
 * Contract: connectors/components/template_body_requester.yaml. */
struct body_patch {
    struct spk_value path;
    struct spk_template_string *value;
    int type;
};

struct template_body {
    struct spk_http_requester base; /* first: its operations are used too */
    struct spk_view body_template;
    struct spk_value patch_nodes;
    bool keep_empty;
    struct spk_value body;
    struct body_patch *patches;
    size_t patch_count;
};

enum { CAST_STRING, CAST_INTEGER, CAST_NUMBER, CAST_BOOLEAN, CAST_JSON };
static const char *const casts[] = {"string", "integer", "number", "boolean", "json", NULL};

#define FIELD(name) offsetof(struct template_body, name)

static const struct spk_prop props[] = {
    SPK_HTTP_REQUESTER_PROPS,
    {.name = "body_template",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(body_template),
     .help = "JSON text"},
    {.name = "patches",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(patch_nodes),
     .help = "list of {path, value, value_type}: what to change, in order"},
    {.name = "keep_empty",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(keep_empty),
     .standard = "true",
     .help = "false drops members that are \"\" or null"},
    SPK_PROP_END,
};

/* The place that a path names; NULL where there is nothing. */
static struct spk_value *slot_at(struct spk_value document, struct spk_value path)
{
    struct spk_value *slot = NULL;
    struct spk_value at = document;
    for (size_t i = 0; i < spk_list_len(path); i++) {
        struct spk_value step = spk_list_at(path, i);
        if (spk_is(at, SPK_DICT) && spk_is(step, SPK_STRING))
            slot = spk_dict_find(at, step.text);
        else if (spk_is(at, SPK_LIST) && spk_is(step, SPK_INT) && step.integer >= 0 &&
                 (size_t)step.integer < spk_list_len(at))
            slot = &at.list->items[step.integer];
        else
            return NULL;
        if (!slot)
            return NULL;
        at = *slot;
    }
    return slot;
}

static spk_rc cast_of(const struct spk_build *build, struct spk_value node, int *type,
                      struct spk_error *err)
{
    struct spk_view name = spk_value_text_or(spk_get(node, "value_type"), "string");
    for (*type = 0; casts[*type]; (*type)++) {
        if (spk_view_is(name, casts[*type]))
            return SPK_OK;
    }
    return spk_build_fail(build, spk_get(node, "value_type"), err,
                          "value_type is string, integer, number, boolean or json");
}

static spk_rc read_patch(struct template_body *self, const struct spk_build *build,
                         struct spk_value node, struct body_patch *patch, struct spk_error *err)
{
    struct spk_buf text = {0};
    patch->path = spk_get(node, "path");
    if (!spk_is(patch->path, SPK_LIST) || !slot_at(self->body, patch->path))
        return spk_build_fail(build, node, err, "path leads to nothing in body_template");
    spk_value_str(&text, spk_get(node, "value"));
    patch->value = SPK_NEW(build->arena, struct spk_template_string);
    spk_template_string_init(patch->value,
                             spk_template_parse(build->arena, spk_buf_view(&text), NULL), NULL);
    spk_buf_deinit(&text);
    return cast_of(build, node, &patch->type, err);
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct template_body *self = (struct template_body *)base;
    struct spk_path list = {.parent = build->path, .key = SPK_VIEW("patches")};
    struct spk_error fault = {0};
    spk_rc rc = spk_http_requester_finish(base, build, err);
    if (rc)
        return rc;
    if (spk_json_parse(build->arena, self->body_template, NULL, &self->body, &fault))
        return spk_build_fail(build, spk_get(base->node, "body_template"), err,
                              "body_template is no JSON: %s", fault.text);
    size_t n = spk_is(self->patch_nodes, SPK_LIST) ? spk_list_len(self->patch_nodes) : 0;
    self->patches = spk_arena_array(build->arena, n + 1, sizeof(*self->patches));
    for (; !rc && self->patch_count < n; self->patch_count++) {
        struct spk_path item = {.parent = &list, .index = self->patch_count};
        struct spk_build inner = *build;
        inner.path = &item;
        rc = read_patch(self, &inner, spk_list_at(self->patch_nodes, self->patch_count),
                        &self->patches[self->patch_count], err);
    }
    return rc;
}

static spk_rc cast(struct spk_arena *arena, int type, struct spk_view text, struct spk_value *out,
                   struct spk_error *err)
{
    int64_t integer = 0;
    double number = 0;
    struct spk_view word = spk_view_trim(text);
    bool good = true;
    switch (type) {
    case CAST_INTEGER:
        good = spk_parse_i64(word, INT64_MIN, INT64_MAX, &integer);
        *out = spk_int(integer);
        break;
    case CAST_NUMBER:
        good = spk_parse_double(word, &number);
        *out = spk_float(number);
        break;
    case CAST_BOOLEAN:
        *out = spk_bool(word.len > 0 && !spk_view_equal_nocase(word, SPK_V("false")) &&
                        !spk_view_is(word, "0") && !spk_view_equal_nocase(word, SPK_V("none")));
        break;
    case CAST_JSON: return spk_json_parse(arena, text, NULL, out, err);
    default: *out = spk_string(text);
    }
    return good ? SPK_OK
                : spk_error_set(err, SPK_ECONFIG, "'%.*s' is no %s", SPK_FMT(word), casts[type]);
}

static spk_rc apply_patch(struct template_body *self, const struct spk_scope *scope,
                          struct body_patch *patch, struct spk_value body, struct spk_error *err)
{
    struct spk_component *base = &self->base.base;
    struct spk_value value = {0};
    struct spk_buf text = {0};
    struct spk_typed_template what = {patch->value, SPK_TEMPLATE_STR};
    spk_rc rc = spk_scope_eval_as(scope, base, what, &value, err);
    if (!rc && !spk_is_nothing(value))
        spk_value_str(&text, value);
    if (!rc)
        rc = cast(scope->arena, patch->type, spk_arena_dup(scope->arena, spk_buf_view(&text)),
                  slot_at(body, patch->path), err);
    spk_buf_deinit(&text);
    if (!rc)
        return SPK_OK;
    struct spk_buf path = {0};
    spk_value_repr(&path, patch->path);
    spk_error_context(err, rc, "patch of %s", spk_buf_cstr(&path));
    spk_buf_deinit(&path);
    return rc;
}

static bool is_empty(struct spk_value value)
{
    return spk_is_nothing(value) || (spk_is(value, SPK_STRING) && value.text.len == 0);
}

static struct spk_value without_empty(struct spk_arena *arena, struct spk_value node)
{
    if (spk_is(node, SPK_LIST)) {
        struct spk_value list = spk_list_new(arena);
        for (size_t i = 0; i < spk_list_len(node); i++)
            spk_list_append(list, without_empty(arena, spk_list_at(node, i)));
        return list;
    }
    if (!spk_is(node, SPK_DICT))
        return node;
    struct spk_value dict = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(node); i++) {
        const struct spk_entry *e = &node.dict->entries[i];
        if (!is_empty(e->value))
            spk_dict_set_value(dict, e->key, without_empty(arena, e->value));
    }
    return dict;
}

static spk_rc prepare(struct spk_component *base, const struct spk_scope *scope,
                      const struct spk_request_options *extra, struct spk_request *request,
                      struct spk_error *err)
{
    struct template_body *self = (struct template_body *)base;
    struct spk_value body = spk_value_copy(scope->arena, self->body);
    spk_rc rc = spk_http_requester_prepare(base, scope, extra, request, err);
    for (size_t i = 0; !rc && i < self->patch_count; i++)
        rc = apply_patch(self, scope, &self->patches[i], body, err);
    if (!rc)
        request->options.body_json = self->keep_empty ? body : without_empty(scope->arena, body);
    return rc;
}

static const struct spk_requester_ops ops = {.prepare = prepare,
                                             .query_properties = spk_http_requester_properties,
                                             .error_handler = spk_http_requester_error_handler,
                                             .authenticator = spk_http_requester_authenticator};

const struct spk_component_type spk_type_template_body_requester = {
    .name = "TemplateBodyRequester",
    .kind = SPK_KIND_REQUESTER,
    .size = sizeof(struct template_body),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a JSON body written out in the manifest",
};
