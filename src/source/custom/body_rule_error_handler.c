#include <stddef.h>

#include "regex/regex.h"
#include "source/errors/errors.h"

/*
 * BodyRuleErrorHandler: decides by the text of the body, for platforms that answer errors with HTTP
 * 200. In order: empty_proof (a success that is proven to hold no rows), rules, the default for
 * every other 2xx answer, and for the rest what DefaultErrorHandler does. Contract:
 * connectors/components/body_rule_error_handler.yaml.
 */
struct body_rule {
    struct spk_component base;
    struct spk_value status;
    struct spk_view pattern;
    struct spk_regex *regex; /* NULL: any body */
    int action;
    int failure_type;
    struct spk_view message;
};

struct rule_list {
    struct body_rule **items;
    size_t len;
};

struct body_rule_handler {
    struct spk_default_handler base; /* first: its operations are used too */
    struct spk_value rule_nodes, proof_nodes, default_node;
    struct rule_list rules, proofs;
    struct body_rule *standard;
};

#define RULE(name)  offsetof(struct body_rule, name)
#define FIELD(name) offsetof(struct body_rule_handler, name)

static const struct spk_prop rule_props[] = {
    {.name = "status",
     .type = SPK_PROP_VALUE,
     .offset = RULE(status),
     .help = "HTTP statuses; any where not given"},
    {.name = "body_regex",
     .type = SPK_PROP_STRING,
     .offset = RULE(pattern),
     .help = "searched in the body; any where not given"},
    {.name = "action",
     .type = SPK_PROP_ENUM,
     .offset = RULE(action),
     .standard = "SUCCESS",
     .choices = spk_action_names,
     .help = "what to do"},
    {.name = "failure_type",
     .type = SPK_PROP_ENUM,
     .offset = RULE(failure_type),
     .choices = spk_failure_names,
     .help = "class of FAIL and of retries that ran out"},
    {.name = "message",
     .type = SPK_PROP_STRING,
     .offset = RULE(message),
     .help = "text of the failure and the next step"},
    SPK_PROP_END,
};

static spk_rc finish_rule(struct spk_component *base, const struct spk_build *build,
                          struct spk_error *err)
{
    struct body_rule *rule = (struct body_rule *)base;
    struct spk_error fault = {0};
    if (rule->pattern.len == 0 || spk_regex_compile(rule->pattern, &rule->regex, &fault) == SPK_OK)
        return SPK_OK;
    return spk_build_fail(build, spk_get(base->node, "body_regex"), err, "%s", fault.text);
}

static void close_rule(struct spk_component *base)
{
    spk_regex_destroy(((struct body_rule *)base)->regex);
}

const struct spk_component_type spk_type_body_rule = {
    .name = "BodyRule",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct body_rule),
    .props = rule_props,
    .finish = finish_rule,
    .close = close_rule,
    .help = "one rule of BodyRuleErrorHandler",
};

static const struct spk_prop props[] = {
    SPK_DEFAULT_HANDLER_PROPS,
    {.name = "max_time",
     .type = SPK_PROP_NUMBER,
     .offset = offsetof(struct spk_default_handler, max_time),
     .help = "seconds after which no further try is made; 600 where not given"},
    {.name = "rules",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(rule_nodes),
     .help = "rules in order; the first that matches decides"},
    {.name = "empty_proof",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(proof_nodes),
     .help = "which bodies prove that there are no rows"},
    {.name = "default",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(default_node),
     .help = "for a 2xx answer that nothing matched; FAIL where not given"},
    SPK_PROP_END,
};

static spk_rc build_rule(const struct spk_build *build, struct spk_value node,
                         struct body_rule **out, struct spk_error *err)
{
    struct spk_component *component = NULL;
    if (!spk_is(node, SPK_DICT))
        return spk_build_fail(build, node, err, "a rule is a mapping");
    struct spk_value typed = spk_dict_copy(build->arena, node);
    spk_set(typed, "type", spk_str("BodyRule"));
    spk_rc rc = spk_component_build(build, typed, SPK_KIND_OTHER, &component, err);
    if (!rc)
        *out = (struct body_rule *)component;
    return rc;
}

static spk_rc build_rules(const struct spk_build *build, const char *name, struct spk_value nodes,
                          struct rule_list *out, struct spk_error *err)
{
    struct spk_path list = {.parent = build->path, .key = spk_view_of(name)};
    size_t n = spk_is(nodes, SPK_LIST) ? spk_list_len(nodes) : 0;
    out->items = spk_arena_array(build->arena, n + 1, sizeof(*out->items));
    for (size_t i = 0; i < n; i++) {
        struct spk_path item = {.parent = &list, .index = i};
        struct spk_build inner = *build;
        inner.path = &item;
        spk_rc rc = build_rule(&inner, spk_list_at(nodes, i), &out->items[i], err);
        if (rc)
            return rc;
        out->len++;
    }
    return SPK_OK;
}

/* What is not written of the default is: FAIL, system_error, not recognised. */
static struct spk_value default_rule(struct spk_arena *arena, struct spk_value written)
{
    struct spk_value node = spk_dict_new(arena);
    spk_set(node, "action", spk_str("FAIL"));
    spk_set(node, "failure_type", spk_str("system_error"));
    spk_set(node, "message", spk_str("the platform's answer is not recognised"));
    spk_dict_update(node, written);
    return node;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct body_rule_handler *self = (struct body_rule_handler *)base;
    spk_rc rc = spk_default_handler_finish(base, build, err);
    if (!rc)
        rc = build_rules(build, "rules", self->rule_nodes, &self->rules, err);
    if (!rc)
        rc = build_rules(build, "empty_proof", self->proof_nodes, &self->proofs, err);
    return rc ? rc
              : build_rule(build, default_rule(build->arena, self->default_node), &self->standard,
                           err);
}

static bool has_status(struct spk_value list, int status)
{
    if (!spk_is(list, SPK_LIST) || spk_list_len(list) == 0)
        return true;
    for (size_t i = 0; i < spk_list_len(list); i++) {
        struct spk_value item = spk_list_at(list, i);
        if (spk_is(item, SPK_INT) && item.integer == status)
            return true;
    }
    return false;
}

static bool rule_matches(const struct body_rule *rule, int status, struct spk_view body)
{
    struct spk_regex_match match;
    if (!has_status(rule->status, status))
        return false;
    if (!rule->regex)
        return true;
    return spk_regex_find(rule->regex, body, false, &match, NULL) == SPK_OK && match.found;
}

static void resolve(const struct body_rule *rule, struct spk_resolution *out)
{
    *out = (struct spk_resolution){.action = spk_action_of(rule->action),
                                   .failure = spk_failure_of(rule->failure_type),
                                   .message = rule->message};
}

static struct spk_view without_bom(struct spk_view body)
{
    return spk_view_starts(body, SPK_V("\xEF\xBB\xBF")) ? spk_view_slice(body, 3, body.len) : body;
}

static bool is_proven_empty(struct body_rule_handler *self, struct spk_response *response,
                            struct spk_view body)
{
    for (size_t i = 0; i < self->proofs.len; i++) {
        const struct body_rule *proof = self->proofs.items[i];
        if (!rule_matches(proof, response->status, body))
            continue;
        struct spk_view what = proof->message.len > 0 ? proof->message : proof->pattern;
        spk_evidence_prove_empty(response->evidence, "%.*s", SPK_FMT(what));
        response->proven_empty = true;
        return true;
    }
    return false;
}

static void interpret(struct spk_component *base, const struct spk_scope *scope,
                      const struct spk_error *failure, struct spk_resolution *out)
{
    struct body_rule_handler *self = (struct body_rule_handler *)base;
    struct spk_response *response = scope->response;
    if (!response) {
        spk_default_handler_interpret(base, scope, failure, out);
        return;
    }
    struct spk_view body = without_bom(response->body);
    if (is_proven_empty(self, response, body)) {
        *out = (struct spk_resolution){.action = SPK_ACTION_SUCCESS};
        return;
    }
    for (size_t i = 0; i < self->rules.len; i++) {
        if (rule_matches(self->rules.items[i], response->status, body)) {
            resolve(self->rules.items[i], out);
            return;
        }
    }
    if (response->status < 400)
        resolve(self->standard, out);
    else
        spk_default_handler_interpret(base, scope, failure, out);
}

static const struct spk_error_handler_ops ops = {.interpret = interpret,
                                                 .backoff = spk_default_handler_backoff,
                                                 .max_retries = spk_default_handler_max_retries,
                                                 .max_time_s = spk_default_handler_max_time_s};

const struct spk_component_type spk_type_body_rule_error_handler = {
    .name = "BodyRuleErrorHandler",
    .kind = SPK_KIND_ERROR_HANDLER,
    .size = sizeof(struct body_rule_handler),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "decides by the text of the body",
};
