#include <stddef.h>

#include "source/kinds.h"

/* RecordFilter: keeps the records for which a condition holds. */
struct record_filter {
    struct spk_component base;
    struct spk_template_string *condition;
};

static const struct spk_prop props[] = {
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct record_filter, condition),
     .standard = "''",
     .help = "a record is kept where this is true"},
    SPK_PROP_END,
};

static spk_rc keep_record(struct spk_component *self, const struct spk_scope *scope, bool *keep,
                          struct spk_error *err)
{
    struct record_filter *filter = (struct record_filter *)self;
    return spk_scope_bool(scope, self, filter->condition, keep, err);
}

static const struct spk_record_filter_ops ops = {.keep = keep_record};

const struct spk_component_type spk_type_record_filter = {
    .name = "RecordFilter",
    .kind = SPK_KIND_RECORD_FILTER,
    .size = sizeof(struct record_filter),
    .props = props,
    .ops = &ops,
    .help = "keeps the records for which a condition holds",
};
