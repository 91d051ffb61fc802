#include "http_requester.h"

#include <stddef.h>

#include "http/url.h"
#include "request_body.h"
#include "source/properties/properties.h"
#include "template/template.h"

const char *const spk_http_methods[] = {"GET", "POST", NULL};

#define FIELD(name) offsetof(struct spk_http_requester, name)

static const struct spk_prop props[] = {
    SPK_HTTP_REQUESTER_PROPS,
    {.name = "request_body_data",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(body_data),
     .help = "form fields, or text"},
    {.name = "request_body_json",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(body_json),
     .help = "JSON body"},
    {.name = "request_body",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(request_body),
     .help = "the body by type: RequestBodyJsonObject, UrlEncodedForm, PlainText or GraphQL"},
    SPK_PROP_END,
};

static struct spk_template_string *text_template(struct spk_arena *arena, struct spk_view text)
{
    struct spk_template_string *string = SPK_NEW(arena, struct spk_template_string);
    spk_template_string_init(string, spk_template_parse(arena, text, NULL),
                             spk_template_parse(arena, SPK_V(""), NULL));
    return string;
}

/* A part is a mapping of templates, or one template that gives the whole. */
static void compile_part(struct spk_arena *arena, struct spk_value written,
                         enum spk_template_tree_mode mode, struct spk_template_tree **tree,
                         struct spk_template_string **text)
{
    if (spk_is(written, SPK_STRING))
        *text = text_template(arena, written.text);
    else if (spk_value_truthy(written))
        *tree = spk_template_tree_parse(arena, written, mode, NULL);
}

/* What is left of the parameters when the QueryProperties among them are taken out. */
static struct spk_value without_components(struct spk_arena *arena, struct spk_value parameters)
{
    if (!spk_is(parameters, SPK_DICT))
        return parameters;
    struct spk_value texts = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(parameters); i++) {
        const struct spk_entry *e = &parameters.dict->entries[i];
        if (!spk_is_query_properties(e->value))
            spk_dict_set_value(texts, e->key, e->value);
    }
    return texts;
}

static spk_rc check_timeouts(const struct spk_http_requester *self, const struct spk_build *build,
                             struct spk_error *err)
{
    static const char *const names[] = {"connect_timeout_in_seconds", "read_timeout_in_seconds"};
    const double seconds[] = {self->connect_timeout_s, self->read_timeout_s};
    enum { MOST = 1000000 };
    for (size_t i = 0; i < 2; i++) {
        struct spk_value written = spk_get(self->base.node, names[i]);
        if (!spk_is_nothing(written) && !(seconds[i] > 0 && seconds[i] <= MOST))
            return spk_build_fail(build, written, err, "%s is more than 0 and at most %d", names[i],
                                  MOST);
    }
    return SPK_OK;
}

spk_rc spk_http_requester_finish(struct spk_component *base, const struct spk_build *build,
                                 struct spk_error *err)
{
    struct spk_http_requester *self = (struct spk_http_requester *)base;
    spk_rc rc = spk_request_body_resolve(build, self->request_body, &self->body_data,
                                         &self->body_json, err);
    if (!rc && spk_value_truthy(self->body_data) && spk_value_truthy(self->body_json))
        rc = spk_build_fail(build, self->body_data, err,
                            "only one of request_body_data and request_body_json can be given");
    if (!rc)
        rc = spk_query_properties_build(build, base->node, &self->properties_parameter,
                                        &self->properties, err);
    if (!rc)
        rc = check_timeouts(self, build, err);
    if (rc)
        return rc;
    compile_part(build->arena, without_components(build->arena, self->parameters),
                 SPK_TEMPLATE_TREE_MAPPING, &self->parameters_tree, &self->parameters_text);
    compile_part(build->arena, self->headers, SPK_TEMPLATE_TREE_MAPPING, &self->headers_tree,
                 &self->headers_text);
    compile_part(build->arena, self->body_data, SPK_TEMPLATE_TREE_MAPPING, &self->data_tree,
                 &self->data_text);
    compile_part(build->arena, self->body_json, SPK_TEMPLATE_TREE_NESTED, &self->json_tree,
                 &self->json_text);
    return SPK_OK;
}

static struct spk_value without_nulls(struct spk_arena *arena, struct spk_value dict)
{
    struct spk_value kept = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        if (!spk_is_nothing(dict.dict->entries[i].value))
            spk_dict_set_value(kept, dict.dict->entries[i].key, dict.dict->entries[i].value);
    }
    return kept;
}

/* A part of the request as it is written: a mapping of templates, or one template. */
struct part {
    struct spk_typed_tree mapping;
    struct spk_template_string *text;
};

static spk_rc eval_part(const struct spk_scope *scope, struct spk_component *self, struct part part,
                        struct spk_value *out, struct spk_error *err)
{
    spk_rc rc = part.text ? spk_scope_eval(scope, self, part.text, out, err)
                          : spk_scope_tree_as(scope, self, part.mapping, out, err);
    if (!rc && spk_is(*out, SPK_DICT))
        *out = without_nulls(scope->arena, *out);
    return rc;
}

static void keep_mapping(struct spk_value *part, struct spk_arena *arena)
{
    if (!spk_is(*part, SPK_DICT))
        *part = spk_dict_new(arena);
}

/* A template may give anything: a text can be the whole of body_data only; what is neither text nor
 * mapping counts as nothing. */
static spk_rc keep_usable(struct spk_request_options *options, struct spk_arena *arena,
                          struct spk_error *err)
{
    if (spk_is(options->headers, SPK_STRING))
        return spk_error_set(err, SPK_EDATA, "request_headers are a text, not a mapping");
    if (spk_is(options->body_json, SPK_STRING))
        return spk_error_set(err, SPK_EDATA, "request_body_json is a text, not a mapping");
    keep_mapping(&options->parameters, arena);
    keep_mapping(&options->headers, arena);
    keep_mapping(&options->body_json, arena);
    if (!spk_is(options->body_data, SPK_STRING) || options->body_data.text.len == 0)
        keep_mapping(&options->body_data, arena);
    return SPK_OK;
}

/* The names of the scope's slice, joined. */
static spk_rc add_properties(struct spk_http_requester *self, const struct spk_scope *scope,
                             struct spk_value parameters, struct spk_error *err)
{
    struct spk_value names = {0};
    struct spk_buf text = {0};
    if (!self->properties_parameter.at)
        return SPK_OK;
    if (scope->slice)
        names = spk_get(scope->slice->extra_fields, "query_properties");
    if (!spk_is(names, SPK_LIST))
        return spk_error_set(err, SPK_EDATA,
                             "QueryProperties are for the requests of a SimpleRetriever only");
    for (size_t i = 0; i < spk_list_len(names); i++) {
        if (i > 0)
            spk_buf_append_char(&text, ',');
        spk_value_str(&text, spk_list_at(names, i));
    }
    spk_dict_set(parameters, self->properties_parameter,
                 spk_string_dup(scope->arena, spk_buf_view(&text)));
    spk_buf_deinit(&text);
    return SPK_OK;
}

static spk_rc own_options(struct spk_http_requester *self, const struct spk_scope *scope,
                          struct spk_request_options *out, struct spk_error *err)
{
    enum { TEXTS = SPK_TEMPLATE_STR | SPK_TEMPLATE_LIST };
    const struct part parameters = {{self->parameters_tree, TEXTS}, self->parameters_text};
    const struct part headers = {{self->headers_tree, 0}, self->headers_text};
    const struct part data = {{self->data_tree, TEXTS}, self->data_text};
    const struct part json = {{self->json_tree, 0}, self->json_text};
    struct spk_component *base = &self->base;
    spk_request_options_init(out, scope->arena);
    spk_rc rc = eval_part(scope, base, parameters, &out->parameters, err);
    if (!rc)
        rc = eval_part(scope, base, headers, &out->headers, err);
    if (!rc)
        rc = eval_part(scope, base, data, &out->body_data, err);
    if (!rc)
        rc = eval_part(scope, base, json, &out->body_json, err);
    if (!rc)
        rc = keep_usable(out, scope->arena, err);
    return rc ? rc : add_properties(self, scope, out->parameters, err);
}

static struct spk_view without_leading_slashes(struct spk_view path)
{
    while (path.len > 0 && path.at[0] == '/')
        path = spk_view_slice(path, 1, path.len);
    return path;
}

static spk_rc join(struct spk_arena *arena, struct spk_view base, struct spk_view path,
                   struct spk_view *out, struct spk_error *err)
{
    if (path.len == 0) {
        *out = base;
        return SPK_OK;
    }
    if (!spk_view_ends(base, SPK_V("/")))
        base = spk_arena_printf(arena, "%.*s/", SPK_FMT(base));
    return spk_url_join(arena, base, path, out, err);
}

static spk_rc make_url(struct spk_http_requester *self, const struct spk_scope *scope,
                       struct spk_view override, struct spk_view *out, struct spk_error *err)
{
    struct spk_view url = {0}, base = {0}, path = {0};
    spk_rc rc = SPK_OK;
    if (self->url)
        rc = spk_scope_text(scope, &self->base, self->url, &url, err);
    if (!rc && self->url_base)
        rc = spk_scope_text(scope, &self->base, self->url_base, &base, err);
    if (!rc && self->path && override.len == 0)
        rc = spk_scope_text(scope, &self->base, self->path, &path, err);
    if (rc)
        return rc;
    path = override.len > 0 ? override : without_leading_slashes(path);
    return join(scope->arena, base.len > 0 ? base : url, path, out, err);
}

/* At least one, where a time is given at all. */
static int milliseconds(double seconds)
{
    return seconds > 0 && seconds < 1e-3 ? 1 : (int)(seconds * 1e3);
}

spk_rc spk_http_requester_prepare(struct spk_component *base, const struct spk_scope *scope,
                                  const struct spk_request_options *extra,
                                  struct spk_request *request, struct spk_error *err)
{
    struct spk_http_requester *self = (struct spk_http_requester *)base;
    request->method = spk_view_of(spk_http_methods[self->http_method]);
    request->connect_timeout_ms = milliseconds(self->connect_timeout_s);
    request->read_timeout_ms = milliseconds(self->read_timeout_s);
    spk_rc rc = own_options(self, scope, &request->options, err);
    if (!rc)
        rc = spk_request_options_merge(&request->options, extra, request->arena, err);
    return rc ? rc : make_url(self, scope, request->options.path, &request->url, err);
}

struct spk_component *spk_http_requester_error_handler(struct spk_component *self)
{
    return ((struct spk_http_requester *)self)->error_handler;
}

struct spk_component *spk_http_requester_authenticator(struct spk_component *self)
{
    return ((struct spk_http_requester *)self)->authenticator;
}

bool spk_http_requester_use_cache(struct spk_component *self)
{
    return ((struct spk_http_requester *)self)->use_cache;
}

struct spk_component *spk_http_requester_properties(struct spk_component *self)
{
    return ((struct spk_http_requester *)self)->properties;
}

static const struct spk_requester_ops ops = {.prepare = spk_http_requester_prepare,
                                             .use_cache = spk_http_requester_use_cache,
                                             .query_properties = spk_http_requester_properties,
                                             .error_handler = spk_http_requester_error_handler,
                                             .authenticator = spk_http_requester_authenticator};

const struct spk_component_type spk_type_http_requester = {
    .name = "HttpRequester",
    .kind = SPK_KIND_REQUESTER,
    .size = sizeof(struct spk_http_requester),
    .props = props,
    .ops = &ops,
    .finish = spk_http_requester_finish,
    .help = "makes HTTP requests",
};
