#include <stddef.h>

#include "base/event.h"
#include "source/kinds.h"

/* CombinedExtractor: the records of several extractors over one body. */
struct combined {
    struct spk_component base;
    struct spk_components extractors;
    int mode;
    bool skip_empty_records;
};

enum { UNION, FIRST_MATCH };
static const char *const modes[] = {"union", "first_match", NULL};

static const struct spk_prop props[] = {
    {.name = "extractors",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct combined, extractors),
     .kind = SPK_KIND_EXTRACTOR,
     .help = "asked in order"},
    {.name = "mode",
     .type = SPK_PROP_ENUM,
     .offset = offsetof(struct combined, mode),
     .choices = modes,
     .standard = "union",
     .help = "the records of all, or of the first that has one"},
    {.name = "skip_empty_records",
     .type = SPK_PROP_BOOL,
     .offset = offsetof(struct combined, skip_empty_records),
     .help = "leave null, {}, [] and '' out; they count for the size of the page"},
    SPK_PROP_END,
};

static bool is_read_once(struct spk_view decoder)
{
    static const char *const names[] = {"CsvDecoder", "JsonlDecoder", "JsonItemsDecoder",
                                        "GzipDecoder", "IterableDecoder"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (spk_view_is(decoder, names[i]))
            return true;
    }
    return false;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct combined *self = (struct combined *)base;
    struct spk_value retriever = spk_get(build->stream, "retriever");
    struct spk_view decoder = spk_value_text_or(spk_get(spk_get(retriever, "decoder"), "type"), "");
    struct spk_value strategy = spk_get(spk_get(retriever, "paginator"), "pagination_strategy");
    if (self->extractors.len == 0)
        return spk_build_fail(build, base->node, err, "extractors needs at least one");
    if (is_read_once(decoder))
        return spk_build_refuse(build, base->node, err,
                                "CombinedExtractor reads a body more than once, which %.*s cannot",
                                SPK_FMT(decoder));
    if (self->mode == UNION &&
        spk_view_is(spk_value_text_or(spk_get(strategy, "type"), ""), "OffsetIncrement"))
        return spk_build_refuse(build, base->node, err,
                                "the mode union counts the records of all extractors, by which "
                                "OffsetIncrement would skip records; use PageIncrement");
    return SPK_OK;
}

struct combination {
    const struct combined *self;
    const struct spk_record_visitor *to;
    bool found;   /* the extractor of the moment has a record */
    int64_t held; /* empty ones before the first record, told when that comes */
    int64_t left_out;
};

static spk_rc tell_empty(struct combination *c, struct spk_record *like, struct spk_error *err)
{
    struct spk_record nothing = {.arena = like->arena};
    return c->to->visit(c->to->context, &nothing, err);
}

static bool is_nothing(const struct spk_record *record)
{
    return !spk_is_defined(record->tree) && !record->node.at;
}

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct combination *c = context;
    bool empty = is_nothing(record);
    if (c->self->skip_empty_records && !empty && !spk_value_truthy(spk_record_tree(record))) {
        empty = true;
        c->left_out++;
    }
    if (empty && c->self->mode == FIRST_MATCH && !c->found) {
        c->held++;
        return SPK_OK;
    }
    if (empty)
        return tell_empty(c, record, err);
    c->found = true;
    for (; c->held > 0; c->held--) {
        spk_rc rc = tell_empty(c, record, err);
        if (rc)
            return rc;
    }
    return c->to->visit(c->to->context, record, err);
}

static spk_rc extract(struct spk_component *base, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err)
{
    struct combined *self = (struct combined *)base;
    struct spk_record_visitor to = {visit, context};
    struct combination c = {.self = self, .to = &to};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < self->extractors.len; i++) {
        struct spk_component *extractor = self->extractors.items[i];
        c.held = 0;
        rc = SPK_OPS(extractor, extractor)->extract(extractor, scope, on_record, &c, err);
        if (c.found && self->mode == FIRST_MATCH)
            break;
    }
    if (c.left_out > 0)
        spk_event_emit(SPK_EVENT_RECORDS_EMPTY, SPK_FIELDS(SPK_INT("records", c.left_out)));
    return rc;
}

static const struct spk_extractor_ops ops = {.extract = extract};

const struct spk_component_type spk_type_combined_extractor = {
    .name = "CombinedExtractor",
    .kind = SPK_KIND_EXTRACTOR,
    .size = sizeof(struct combined),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the records of several extractors over one body",
};
