#include "budget.h"

#include <stddef.h>

#include "http/http.h"
#include "source/source_internal.h"

struct budget {
    struct spk_component base;
    struct spk_components policies;
    struct spk_view reset_header, remaining_header;
    struct spk_value statuses;
    pthread_mutex_t lock; /* of all policies */
    pthread_cond_t turn;  /* a queue moved on */
};

/* On the stack of the one who waits. */
struct spk_call_waiter {
    struct spk_call_waiter *next;
};

#define FIELD(name) offsetof(struct budget, name)

static const struct spk_prop props[] = {
    {.name = "policies",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(policies),
     .kind = SPK_KIND_CALL_POLICY,
     .help = "the first that takes a request counts it"},
    {.name = "ratelimit_reset_header",
     .type = SPK_PROP_STRING,
     .offset = FIELD(reset_header),
     .standard = "ratelimit-reset",
     .help = "header with the time, in seconds since 1970, when the limit is whole again"},
    {.name = "ratelimit_remaining_header",
     .type = SPK_PROP_STRING,
     .offset = FIELD(remaining_header),
     .standard = "ratelimit-remaining",
     .help = "header with the number of calls that are left"},
    {.name = "status_codes_for_ratelimit_hit",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(statuses),
     .standard = "[429]",
     .help = "statuses that mean that no call is left"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct budget *self = (struct budget *)base;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->turn, NULL);
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    struct budget *self = (struct budget *)base;
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->turn);
}

const struct spk_component_type spk_type_http_api_budget = {
    .name = "HTTPAPIBudget",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct budget),
    .props = props,
    .finish = finish,
    .close = close_component,
    .help = "how many requests may be sent in a time",
};

spk_rc spk_budget_open(struct spk_source *source, struct spk_error *err)
{
    struct spk_path path = {.key = SPK_VIEW("api_budget")};
    struct spk_build build = spk_source_build(source, &path);
    struct spk_value node;
    spk_rc rc = spk_manifest_section(source->manifest, "api_budget", &node, err);
    if (rc || !spk_value_truthy(node))
        return rc;
    node = spk_dict_copy(build.arena, node);
    spk_set(node, "type", spk_str("HTTPAPIBudget"));
    return spk_component_build(&build, node, SPK_KIND_OTHER, &source->budget, err);
}

static struct spk_call_policy *find_policy(const struct budget *self,
                                           const struct spk_http_request *request, int64_t *weight)
{
    for (size_t i = 0; i < self->policies.len; i++) {
        struct spk_call_policy *policy = (struct spk_call_policy *)self->policies.items[i];
        *weight = 1;
        if (policy->matchers.len == 0)
            return policy;
        for (size_t j = 0; j < policy->matchers.len; j++) {
            if (spk_request_matches(policy->matchers.items[j], request, weight))
                return policy;
        }
    }
    return NULL;
}

static void join_queue(struct spk_call_policy *policy, struct spk_call_waiter *waiter)
{
    if (policy->last)
        policy->last->next = waiter;
    else
        policy->first = waiter;
    policy->last = waiter;
}

static void leave_queue(struct budget *self, struct spk_call_policy *policy)
{
    policy->first = policy->first->next;
    if (policy->first)
        pthread_cond_broadcast(&self->turn);
    else
        policy->last = NULL;
}

/* Counts the call, or tells when the policy may be asked again. */
static bool try_policy(struct spk_call_policy *policy, int64_t weight, int64_t *now_us,
                       int64_t *free_us)
{
    *now_us = spk_time_now_us();
    *now_us = *now_us > policy->waited_us ? *now_us : policy->waited_us;
    SPK_OPS(&policy->base, call_policy)->acquire(&policy->base, weight, *now_us, free_us);
    return *free_us <= *now_us;
}

/* With the lock held, which is let go while waiting. */
static spk_rc wait_turn(struct budget *self, struct spk_call_policy *policy, int64_t weight,
                        struct spk_error *err)
{
    struct spk_call_waiter me = {0};
    spk_rc rc = SPK_OK;
    int64_t now_us, free_us;
    join_queue(policy, &me);
    while (policy->first != &me)
        pthread_cond_wait(&self->turn, &self->lock);
    while (!rc && !try_policy(policy, weight, &now_us, &free_us)) {
        pthread_mutex_unlock(&self->lock);
        rc = spk_pause_for(&self->base.source->pause, (double)(free_us - now_us) / 1e6, err);
        pthread_mutex_lock(&self->lock);
        policy->waited_us = rc ? policy->waited_us : free_us;
    }
    leave_queue(self, policy);
    return rc;
}

spk_rc spk_budget_acquire(struct spk_component *budget, const struct spk_http_request *request,
                          bool *later, struct spk_error *err)
{
    struct budget *self = (struct budget *)budget;
    int64_t weight;
    struct spk_call_policy *policy = self ? find_policy(self, request, &weight) : NULL;
    if (!policy)
        return SPK_OK;
    if (weight > SPK_OPS(&policy->base, call_policy)->most(&policy->base))
        return spk_error_set(err, SPK_EDATA,
                             "a request weighs more calls than its rate limit allows");
    spk_rc rc = SPK_OK;
    int64_t now_us, free_us;
    pthread_mutex_lock(&self->lock);
    if (later)
        *later = policy->first || !try_policy(policy, weight, &now_us, &free_us);
    else
        rc = wait_turn(self, policy, weight, err);
    pthread_mutex_unlock(&self->lock);
    return rc;
}

struct spk_view spk_budget_header(const struct spk_response *response, struct spk_view name)
{
    struct spk_value headers = response->headers;
    for (size_t i = 0; spk_is(headers, SPK_DICT) && i < spk_dict_len(headers); i++) {
        const struct spk_entry *e = &headers.dict->entries[i];
        if (spk_is(e->value, SPK_STRING) && spk_view_equal_nocase(e->key.text, name))
            return spk_view_trim(e->value.text);
    }
    return (struct spk_view){0};
}

static bool lists_status(struct spk_value list, int status)
{
    for (size_t i = 0; spk_is(list, SPK_LIST) && i < spk_list_len(list); i++) {
        if (spk_value_equal(spk_list_at(list, i), spk_int(status)))
            return true;
    }
    return false;
}

void spk_budget_update(struct spk_component *budget, const struct spk_http_request *request,
                       const struct spk_response *response)
{
    enum { MOST_SECONDS = INT32_MAX };
    struct budget *self = (struct budget *)budget;
    struct spk_call_told told = {.left = -1};
    int64_t weight, seconds;
    struct spk_call_policy *policy = self ? find_policy(self, request, &weight) : NULL;
    if (!policy)
        return;
    struct spk_view left = spk_budget_header(response, self->remaining_header);
    struct spk_view reset = spk_budget_header(response, self->reset_header);
    bool told_left = spk_parse_i64(left, 0, INT64_MAX, &told.left);
    if (!told_left)
        told.left = lists_status(self->statuses, response->status) ? 0 : -1;
    if (spk_parse_i64(reset, 1, MOST_SECONDS, &seconds))
        told.reset_us = seconds * SPK_SECOND_US;
    if (told.left < 0 && told.reset_us == 0)
        return;
    pthread_mutex_lock(&self->lock);
    SPK_OPS(&policy->base, call_policy)->update(&policy->base, &told, spk_time_now_us());
    pthread_mutex_unlock(&self->lock);
}
