#include <math.h>
#include <stddef.h>

#include "redo.h"
#include "source/source_internal.h"

/* PageSizeReduction: an API that refuses a page is asked for a smaller one. */
struct page_size_reduction {
    struct spk_component base;
    double factor;
    int64_t minimum, attempts, retries_at_minimum;
    double backoff_s;
    struct spk_view failure_message;
    int reset_policy;
};

enum { NEVER, AFTER_SUCCESSFUL_PAGE };
static const char *const policies[] = {"NEVER", "AFTER_SUCCESSFUL_PAGE", NULL};

#define FIELD(name) offsetof(struct page_size_reduction, name)

static const struct spk_prop props[] = {
    {.name = "reduction_factor",
     .type = SPK_PROP_NUMBER,
     .offset = FIELD(factor),
     .standard = "2",
     .help = "a page size is divided by it, more than 1"},
    {.name = "minimum_page_size",
     .type = SPK_PROP_INT,
     .offset = FIELD(minimum),
     .standard = "1",
     .help = "no page is smaller"},
    {.name = "max_attempts",
     .type = SPK_PROP_INT,
     .offset = FIELD(attempts),
     .standard = "5",
     .help = "reductions in a row before it is given up"},
    {.name = "backoff_seconds",
     .type = SPK_PROP_NUMBER,
     .offset = FIELD(backoff_s),
     .standard = "0.5",
     .help = "wait before a page is asked for again, times the attempts in a row"},
    {.name = "retries_at_minimum_page_size",
     .type = SPK_PROP_INT,
     .offset = FIELD(retries_at_minimum),
     .standard = "0",
     .help = "how often a page of the least size is asked for again as it is"},
    {.name = "failure_message",
     .type = SPK_PROP_STRING,
     .offset = FIELD(failure_message),
     .help = "what the user can do, where it is given up"},
    {.name = "reset_policy",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(reset_policy),
     .choices = policies,
     .help = "when the configured page size is asked for again"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    const struct page_size_reduction *self = (struct page_size_reduction *)base;
    const char *wrong = self->factor <= 1              ? "reduction_factor must be more than 1"
                        : self->minimum < 1            ? "minimum_page_size must be at least 1"
                        : self->attempts < 1           ? "max_attempts must be at least 1"
                        : self->backoff_s < 0          ? "backoff_seconds must not be negative"
                        : self->retries_at_minimum < 0 ? "retries_at_minimum_page_size must not be "
                                                         "negative"
                                                       : NULL;
    return wrong ? spk_build_fail(build, base->node, err, "%s", wrong) : SPK_OK;
}

const struct spk_component_type spk_type_page_size_reduction = {
    .name = "PageSizeReduction",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct page_size_reduction),
    .props = props,
    .finish = finish,
    .help = "asks for smaller pages where an API refuses large ones",
};

int64_t spk_page_size_minimum(const struct spk_component *rules)
{
    return ((const struct page_size_reduction *)rules)->minimum;
}

static spk_rc give_up(const struct page_size_reduction *rules, struct spk_view message,
                      int64_t size, struct spk_error *err)
{
    spk_error_set(err, SPK_ETRANSIENT, "the API refuses pages of any size, down to %lld: %.*s",
                  (long long)size, SPK_FMT(message));
    if (rules->failure_message.len > 0)
        spk_error_hint(err, "%.*s", SPK_FMT(rules->failure_message));
    return SPK_ETRANSIENT;
}

static spk_rc wait_before(const struct page_size_reduction *rules, int attempt,
                          struct spk_error *err)
{
    return spk_pause_for(&rules->base.source->pause, rules->backoff_s * attempt, err);
}

/* The page is as small as may be: the same one again, so often as is allowed. */
static spk_rc retry_at_minimum(struct spk_reductions *r, struct spk_view message, int64_t size,
                               struct spk_error *err)
{
    const struct page_size_reduction *rules = (const struct page_size_reduction *)r->rules;
    if (r->at_minimum < rules->retries_at_minimum)
        return wait_before(rules, ++r->at_minimum, err);
    if (r->size == 0 && rules->minimum > 1)
        return spk_error_set(err, SPK_ECONFIG,
                             "the page size of %lld cannot be reduced: minimum_page_size is %lld",
                             (long long)size, (long long)rules->minimum);
    return give_up(rules, message, size, err);
}

spk_rc spk_reduce_page_size(struct spk_reductions *r, struct spk_view message,
                            struct spk_error *err)
{
    const struct page_size_reduction *rules = (const struct page_size_reduction *)r->rules;
    if (!rules)
        return spk_error_set(err, SPK_ECONFIG,
                             "REDUCE_PAGE_SIZE, and the retriever has no page_size_reduction");
    if (r->configured <= 0)
        return spk_error_set(err, SPK_ECONFIG,
                             "REDUCE_PAGE_SIZE, and the paginator asks for no page size");
    int64_t size = r->size > 0 ? r->size : r->configured;
    int64_t smaller = (int64_t)floor((double)size / rules->factor);
    smaller = smaller < rules->minimum ? rules->minimum : smaller;
    if (smaller >= size)
        return retry_at_minimum(r, message, size, err);
    if (++r->in_a_row > rules->attempts)
        return give_up(rules, message, size, err);
    r->size = smaller;
    return wait_before(rules, r->in_a_row, err);
}

void spk_page_succeeded(struct spk_reductions *r)
{
    const struct page_size_reduction *rules = (const struct page_size_reduction *)r->rules;
    r->in_a_row = r->at_minimum = 0;
    if (rules && rules->reset_policy == AFTER_SUCCESSFUL_PAGE)
        r->size = 0;
}
