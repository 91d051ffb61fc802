#include "request_body.h"

static const struct body_kind {
    const char *name;
    enum spk_kind value;
    bool is_json, is_graphql;
} kinds[] = {
    {"RequestBodyPlainText", SPK_STRING, false, false},
    {"RequestBodyUrlEncodedForm", SPK_DICT, false, false},
    {"RequestBodyJsonObject", SPK_DICT, true, false},
    {"RequestBodyGraphQL", SPK_DICT, true, true},
};

static const struct body_kind *find_kind(struct spk_value body)
{
    struct spk_view type = spk_value_text_or(spk_get(body, "type"), "");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (spk_view_is(type, kinds[i].name))
            return &kinds[i];
    }
    return NULL;
}

/* RequestBodyGraphQlQuery: the query, then what stands beside it, such as variables. */
static spk_rc graphql(const struct spk_build *build, struct spk_value written,
                      struct spk_value *json, struct spk_error *err)
{
    struct spk_value query = spk_get(written, "query");
    if (!spk_is(query, SPK_STRING))
        return spk_build_fail(build, written, err, "a GraphQL body needs a 'query'");
    *json = spk_dict_new(build->arena);
    json->mark = written.mark;
    spk_set(*json, "query", query);
    for (size_t i = 0; i < spk_dict_len(written); i++) {
        const struct spk_entry *e = &written.dict->entries[i];
        if (!spk_is_nothing(e->value))
            spk_dict_set_value(*json, e->key, e->value);
    }
    return SPK_OK;
}

spk_rc spk_request_body_resolve(const struct spk_build *build, struct spk_value body,
                                struct spk_value *data, struct spk_value *json,
                                struct spk_error *err)
{
    if (spk_is_nothing(body))
        return SPK_OK;
    const struct body_kind *kind = find_kind(body);
    struct spk_value value = spk_get(body, "value");
    if (!kind)
        return spk_build_fail(build, body, err,
                              "request_body is a RequestBodyPlainText, RequestBodyUrlEncodedForm, "
                              "RequestBodyJsonObject or RequestBodyGraphQL");
    if (!spk_is(value, kind->value))
        return spk_build_fail(build, body, err, "the value of a %s is a %s", kind->name,
                              kind->value == SPK_DICT ? "mapping" : "text");
    if (kind->is_graphql)
        return graphql(build, value, json, err);
    *(kind->is_json ? json : data) = value;
    return SPK_OK;
}
