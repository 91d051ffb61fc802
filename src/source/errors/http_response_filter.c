#include <stddef.h>

#include "errors.h"
#include "template/template.h"

/* HttpResponseFilter: an action for answers with some status, a true predicate or a message.
 * Without an action it matches nothing. */
struct response_filter {
    struct spk_component base;
    int action;
    int failure_type;
    struct spk_value http_codes;
    struct spk_view error_message_contains;
    struct spk_template_string *predicate;
    struct spk_template_string *error_message;
};

#define FIELD(name) offsetof(struct response_filter, name)

static const struct spk_prop props[] = {
    {.name = "action",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(action),
     .choices = spk_action_names,
     .help = "what to do with a matching answer"},
    {.name = "failure_type",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(failure_type),
     .choices = spk_failure_names,
     .help = "class of the failure, for FAIL"},
    {.name = "http_codes",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(http_codes),
     .help = "statuses that match"},
    {.name = "error_message_contains",
     .type = SPK_PROP_STRING,
     .offset = FIELD(error_message_contains),
     .help = "text in the error message of the body that matches"},
    {.name = "predicate",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(predicate),
     .help = "an answer matches where this is true; sees response, headers, request_url"},
    {.name = "error_message",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(error_message),
     .help = "text for the user"},
    SPK_PROP_END,
};

static bool has_code(const struct response_filter *self, int status)
{
    struct spk_value codes = self->http_codes;
    for (size_t i = 0; spk_is(codes, SPK_LIST) && i < spk_list_len(codes); i++) {
        struct spk_value code = spk_list_at(codes, i);
        if (spk_is(code, SPK_INT) && code.integer == status)
            return true;
    }
    return false;
}

static struct spk_scope answer_scope(const struct spk_scope *scope)
{
    struct spk_scope inner = {.source = scope->source,
                              .response = scope->response,
                              .arena = scope->arena,
                              .response_is_json = true};
    inner.extra = spk_dict_new(scope->arena);
    spk_set(inner.extra, "request_url",
            spk_string(spk_public_url(scope->response->url, scope->arena)));
    return inner;
}

/* A predicate sees no config. */
static bool predicate_holds(struct response_filter *self, const struct spk_scope *scope)
{
    bool holds = false;
    struct spk_error ignored;
    if (!self->predicate || spk_template_text(self->predicate->template).len == 0)
        return false;
    struct spk_scope inner = answer_scope(scope);
    spk_set(inner.extra, "config", spk_null());
    spk_rc rc = spk_scope_bool(&inner, &self->base, self->predicate, &holds, &ignored);
    return !rc && holds;
}

static bool message_matches(struct response_filter *self, const struct spk_scope *scope)
{
    if (self->error_message_contains.len == 0)
        return false;
    struct spk_view message = spk_error_message_of(scope->response, scope->arena);
    return spk_view_find(message, self->error_message_contains, 0) >= 0;
}

static void match(struct spk_component *base, const struct spk_scope *scope,
                  const struct spk_error *failure, struct spk_resolution *out)
{
    struct response_filter *self = (struct response_filter *)base;
    *out = (struct spk_resolution){.action = SPK_ACTION_NONE};
    if (!scope->response || self->action == 0)
        return;
    int status = scope->response->status;
    if (!has_code(self, status) && !predicate_holds(self, scope) && !message_matches(self, scope))
        return;
    struct spk_resolution standard;
    spk_default_resolution(status, &standard);
    out->action = spk_action_of(self->action);
    out->failure = standard.failure;
    if (out->action == SPK_ACTION_FAIL && self->failure_type > 0)
        out->failure = spk_failure_of(self->failure_type);
    struct spk_error ignored;
    struct spk_scope inner = answer_scope(scope);
    if (self->error_message)
        spk_scope_text(&inner, base, self->error_message, &out->message, &ignored);
    if (out->message.len == 0)
        out->message = standard.message;
}

static bool is_text(const struct spk_template_string *template)
{
    return !template || spk_template_kind(template->template) == SPK_TEMPLATE_CONSTANT;
}

/* A predicate that is an empty text never holds. */
static bool needs_body(struct spk_component *base)
{
    const struct response_filter *self = (const struct response_filter *)base;
    bool has_predicate = self->predicate && spk_template_text(self->predicate->template).len > 0;
    return has_predicate || self->error_message_contains.len > 0 || !is_text(self->error_message);
}

static const struct spk_response_filter_ops ops = {.match = match, .needs_body = needs_body};

const struct spk_component_type spk_type_http_response_filter = {
    .name = "HttpResponseFilter",
    .kind = SPK_KIND_RESPONSE_FILTER,
    .size = sizeof(struct response_filter),
    .props = props,
    .ops = &ops,
    .help = "an action for answers with some status, predicate or message",
};
