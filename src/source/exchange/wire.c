#include "wire.h"

#include "http/url.h"

static struct spk_view text_of(struct spk_arena *arena, struct spk_value value)
{
    if (spk_is(value, SPK_STRING))
        return value.text;
    struct spk_buf text = {0};
    spk_value_str(&text, value);
    struct spk_view kept = spk_arena_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}

/* As urlencode(doseq=True) of what requests makes of a value: lists of lists are flattened, an
 * object counts as the list of its keys. Null alone is left out. */
static void append_values(struct spk_buf *out, struct spk_arena *arena, struct spk_view key,
                          struct spk_value value, int depth)
{
    enum { DEEPEST = 2 };
    bool list = spk_is(value, SPK_LIST) || spk_is(value, SPK_TUPLE);
    bool dict = spk_is(value, SPK_DICT);
    if (depth < DEEPEST && (list || dict)) {
        size_t n = list ? spk_list_len(value) : spk_dict_len(value);
        for (size_t i = 0; i < n; i++)
            append_values(out, arena, key,
                          list ? spk_list_at(value, i) : value.dict->entries[i].key, depth + 1);
    } else if (depth == DEEPEST || !spk_is_nothing(value)) {
        spk_url_query_append(out, key, text_of(arena, value));
    }
}

/* key=value pairs of a DICT; a list repeats its key. */
static void append_form(struct spk_buf *out, struct spk_arena *arena, struct spk_value dict)
{
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        const struct spk_entry *e = &dict.dict->entries[i];
        append_values(out, arena, text_of(arena, e->key), e->value, 0);
    }
}

static bool unquoted_equal(struct spk_view quoted, struct spk_view plain)
{
    struct spk_buf text = {0};
    spk_url_unquote(&text, quoted, true);
    bool equal = spk_view_equal(spk_buf_view(&text), plain);
    spk_buf_deinit(&text);
    return equal;
}

/* True when the URL's query has this key, and its first value is this one. */
static bool has_parameter(struct spk_view query, struct spk_view key, struct spk_view value)
{
    struct spk_url_pair pair;
    while (spk_url_query_next(&query, &pair)) {
        if (unquoted_equal(pair.key, key))
            return pair.value.len > 0 && unquoted_equal(pair.value, value);
    }
    return false;
}

/* A next link often carries the parameters that the manifest adds too. */
static spk_rc without_repeated(struct spk_arena *arena, struct spk_view text,
                               struct spk_value parameters, struct spk_value *kept,
                               struct spk_error *err)
{
    struct spk_url url;
    spk_rc rc = spk_url_split(arena, text, &url, err);
    if (rc)
        return rc;
    *kept = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(parameters); i++) {
        const struct spk_entry *e = &parameters.dict->entries[i];
        if (!has_parameter(url.query, text_of(arena, e->key), text_of(arena, e->value)))
            spk_dict_set_value(*kept, e->key, e->value);
    }
    return SPK_OK;
}

static spk_rc encode_url(const struct spk_request *request, struct spk_http_request *out,
                         struct spk_error *err)
{
    struct spk_value parameters = request->options.parameters;
    struct spk_buf query = {0};
    out->url = request->url;
    if (!spk_is(parameters, SPK_DICT) || spk_dict_len(parameters) == 0)
        return SPK_OK;
    for (size_t i = 0; i < spk_dict_len(parameters); i++) {
        const struct spk_entry *e = &parameters.dict->entries[i];
        if (spk_is(e->value, SPK_DICT))
            return spk_error_set(err, SPK_EDATA,
                                 "Invalid value for `%.*s` parameter. The values of request params "
                                 "cannot be an object.",
                                 SPK_FMT(spk_value_text_or(e->key, "?")));
    }
    spk_rc rc = without_repeated(request->arena, request->url, parameters, &parameters, err);
    if (rc)
        return rc;
    append_form(&query, request->arena, parameters);
    rc = spk_url_prepare(request->arena, request->url, spk_buf_view(&query), &out->url, err);
    spk_buf_deinit(&query);
    return rc;
}

static bool takes_body(struct spk_view method)
{
    return spk_view_is(method, "GET") || spk_view_is(method, "POST") ||
           spk_view_is(method, "PUT") || spk_view_is(method, "PATCH");
}

/* The body and the content type that goes with it. */
static spk_rc encode_body(const struct spk_request *request, struct spk_http_request *out,
                          struct spk_view *content_type, struct spk_error *err)
{
    struct spk_value json = request->options.body_json, data = request->options.body_data;
    struct spk_buf body = {0};
    *content_type = request->content_type;
    out->body = request->body;
    if (request->body.at || !takes_body(request->method))
        return SPK_OK;
    if (spk_value_truthy(json) && spk_value_truthy(data))
        return spk_error_set(err, SPK_EDATA, "a request has one body: JSON, or data, but not both");
    if (spk_value_truthy(json)) {
        spk_json_write(&body, json, SPK_JSON_SPACED | SPK_JSON_ASCII | SPK_JSON_NAN);
        *content_type = SPK_V("application/json");
    } else if (spk_is(data, SPK_STRING)) {
        spk_buf_append(&body, data.text);
    } else if (spk_is(data, SPK_DICT) && spk_dict_len(data) > 0) {
        append_form(&body, request->arena, data);
        *content_type = SPK_V("application/x-www-form-urlencoded");
    }
    if (body.len > 0)
        out->body = spk_arena_dup(request->arena, spk_buf_view(&body));
    spk_buf_deinit(&body);
    return SPK_OK;
}

static bool has_header(const struct spk_http_request *out, const char *name)
{
    for (size_t i = 0; i < out->headers_len; i++) {
        if (spk_view_equal_nocase(out->headers[i].name, spk_view_of(name)))
            return true;
    }
    return false;
}

spk_rc spk_wire_encode(const struct spk_request *request, struct spk_http_request *out,
                       struct spk_error *err)
{
    struct spk_value headers = request->options.headers;
    size_t n = spk_is(headers, SPK_DICT) ? spk_dict_len(headers) : 0;
    struct spk_http_header *list = spk_arena_array(request->arena, n + 1, sizeof(*list));
    struct spk_view content_type;
    *out = (struct spk_http_request){.method = request->method,
                                     .headers = list,
                                     .connect_timeout_ms = request->connect_timeout_ms,
                                     .stall_timeout_ms = request->read_timeout_ms};
    spk_rc rc = encode_url(request, out, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++) {
        const struct spk_entry *e = &headers.dict->entries[i];
        list[out->headers_len++] = (struct spk_http_header){text_of(request->arena, e->key),
                                                            text_of(request->arena, e->value)};
    }
    rc = encode_body(request, out, &content_type, err);
    if (rc)
        return rc;
    if (content_type.len > 0 && !has_header(out, "content-type"))
        list[out->headers_len++] = (struct spk_http_header){SPK_V("Content-Type"), content_type};
    return SPK_OK;
}

struct spk_value spk_wire_value(const struct spk_http_request *wire, struct spk_arena *arena)
{
    struct spk_value value = spk_dict_new(arena), names = spk_dict_new(arena);
    for (size_t i = 0; i < wire->headers_len; i++)
        spk_dict_set(names, wire->headers[i].name, spk_string(wire->headers[i].value));
    spk_set(value, "method", spk_string(wire->method));
    spk_set(value, "url", spk_string(wire->url));
    spk_set(value, "headers", spk_headers_value(arena, names));
    spk_set(value, "body", wire->body.at ? spk_string(wire->body) : spk_null());
    return value;
}
