#include <stddef.h>

#include "budget.h"
#include "http/http.h"
#include "http/url.h"
#include "regex/regex.h"

/* HttpRequestRegexMatcher: by method, scheme and host, path, parameters and headers; what is not
 * set takes every request. */
struct request_matcher {
    struct spk_component base;
    struct spk_view method, url_base, pattern;
    struct spk_value params, headers;
    struct spk_template_string *weight_text;
    struct spk_regex *path;
    int64_t weight;
};

#define FIELD(name) offsetof(struct request_matcher, name)

static const struct spk_prop props[] = {
    {.name = "method",
     .type = SPK_PROP_STRING,
     .offset = FIELD(method),
     .help = "HTTP method, in any case"},
    {.name = "url_base",
     .type = SPK_PROP_STRING,
     .offset = FIELD(url_base),
     .help = "scheme and host, such as https://api.example.com"},
    {.name = "url_path_pattern",
     .type = SPK_PROP_STRING,
     .offset = FIELD(pattern),
     .help = "regular expression that is searched in the path"},
    {.name = "params",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(params),
     .help = "query parameters with their values"},
    {.name = "headers",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(headers),
     .help = "headers with their values"},
    {.name = "weight",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(weight_text),
     .help = "how many calls such a request counts as; 1 where not given"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct request_matcher *self = (struct request_matcher *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_view weight = {0};
    struct spk_error fault = {0};
    self->weight = 1;
    while (spk_view_ends(self->url_base, SPK_V("/")))
        self->url_base.len--;
    spk_rc rc =
        self->weight_text ? spk_scope_text(&scope, base, self->weight_text, &weight, err) : SPK_OK;
    if (rc)
        return rc;
    if (weight.len > 0 && !spk_parse_i64(spk_view_trim(weight), 1, INT64_MAX, &self->weight))
        return spk_build_fail(build, base->node, err, "weight: a number of at least 1 is expected");
    if (self->pattern.len > 0 && spk_regex_compile(self->pattern, &self->path, &fault))
        return spk_build_fail(build, base->node, err, "url_path_pattern: %s", fault.text);
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    spk_regex_destroy(((struct request_matcher *)base)->path);
}

static bool is_text(struct spk_value value, struct spk_view text)
{
    struct spk_buf written = {0};
    spk_value_str(&written, value);
    bool same = spk_view_equal(spk_buf_view(&written), text);
    spk_buf_deinit(&written);
    return same;
}

static bool unquoted(struct spk_view quoted, struct spk_value plain)
{
    struct spk_buf text = {0};
    spk_url_unquote(&text, quoted, true);
    bool same = is_text(plain, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return same;
}

/* Of a name that comes twice the last value counts; empty ones do not. */
static bool has_parameter(struct spk_view query, const struct spk_entry *wanted)
{
    struct spk_url_pair pair;
    bool found = false;
    while (spk_url_query_next(&query, &pair)) {
        if (pair.value.len > 0 && unquoted(pair.key, wanted->key))
            found = unquoted(pair.value, wanted->value);
    }
    return found;
}

static bool has_header(const struct spk_http_request *request, const struct spk_entry *wanted)
{
    struct spk_view name = spk_value_text_or(wanted->key, "");
    for (size_t i = 0; i < request->headers_len; i++) {
        if (spk_view_equal_nocase(request->headers[i].name, name))
            return is_text(wanted->value, request->headers[i].value);
    }
    return false;
}

static bool url_matches(const struct request_matcher *self, const struct spk_http_request *request,
                        struct spk_arena *arena)
{
    struct spk_url url;
    struct spk_regex_match match;
    if (spk_url_split(arena, request->url, &url, NULL))
        return false;
    struct spk_view base =
        spk_arena_printf(arena, "%.*s://%.*s", SPK_FMT(url.scheme), SPK_FMT(url.netloc));
    if (self->url_base.len > 0 && !spk_view_equal(base, self->url_base))
        return false;
    while (spk_view_ends(url.path, SPK_V("/")))
        url.path.len--;
    if (self->path && (spk_regex_find(self->path, url.path, false, &match, NULL) || !match.found))
        return false;
    for (size_t i = 0; spk_is(self->params, SPK_DICT) && i < spk_dict_len(self->params); i++) {
        if (!has_parameter(url.query, &self->params.dict->entries[i]))
            return false;
    }
    return true;
}

bool spk_request_matches(struct spk_component *matcher, const struct spk_http_request *request,
                         int64_t *weight)
{
    const struct request_matcher *self = (struct request_matcher *)matcher;
    struct spk_arena arena = {0};
    if (self->method.len > 0 && !spk_view_equal_nocase(self->method, request->method))
        return false;
    bool same = url_matches(self, request, &arena);
    spk_arena_deinit(&arena);
    for (size_t i = 0; same && spk_is(self->headers, SPK_DICT) && i < spk_dict_len(self->headers);
         i++)
        same = has_header(request, &self->headers.dict->entries[i]);
    if (same)
        *weight = self->weight;
    return same;
}

const struct spk_component_type spk_type_http_request_regex_matcher = {
    .name = "HttpRequestRegexMatcher",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct request_matcher),
    .props = props,
    .finish = finish,
    .close = close_component,
    .help = "takes requests by method, host, path, parameters and headers",
};
