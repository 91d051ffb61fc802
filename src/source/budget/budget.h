#ifndef SPK_SOURCE_BUDGET_BUDGET_H
#define SPK_SOURCE_BUDGET_BUDGET_H
/*
 * HTTPAPIBudget: how many requests may be sent in a time. The first policy with a matcher that
 * takes the request counts it; callers of one policy are served in the order in which they came.
 */
#include "source/kinds.h"

struct spk_http_request;
struct spk_call_waiter;

/* Every policy begins with this. */
struct spk_call_policy {
    struct spk_component base;
    struct spk_components matchers; /* none: every request */
    struct spk_call_waiter *first, *last;
    int64_t waited_us; /* somebody waited until then: time has come that far at least */
};

#define SPK_CALL_POLICY_PROPS                                                                      \
    {.name = "matchers",                                                                           \
     .type = SPK_PROP_COMPONENTS,                                                                  \
     .offset = offsetof(struct spk_call_policy, matchers),                                         \
     .kind = SPK_KIND_OTHER,                                                                       \
     .part = "HttpRequestRegexMatcher",                                                            \
     .help = "which requests it counts; none: all of them"}

/* budget may be NULL. Waits until the request may be sent and counts it; where `later` is given, it
 * does not wait but tells that it would have to. EDATA for a request that weighs more than its
 * limit; ESYSTEM where the read was given up. */
spk_rc spk_budget_acquire(struct spk_component *budget, const struct spk_http_request *request,
                          bool *later, struct spk_error *err);
/* What the answer's status and headers tell of the limit. */
void spk_budget_update(struct spk_component *budget, const struct spk_http_request *request,
                       const struct spk_response *response);
/* The answer's header, trimmed; empty where there is none. */
struct spk_view spk_budget_header(const struct spk_response *response, struct spk_view name);
/* Builds the manifest's api_budget, where it has one. */
spk_rc spk_budget_open(struct spk_source *source, struct spk_error *err);

/* request_matcher.c: *weight is 1 where the matcher says nothing. */
bool spk_request_matches(struct spk_component *matcher, const struct spk_http_request *request,
                         int64_t *weight);

#endif
