#include <stddef.h>

#include "rows.h"
#include "xml/xml.h"

/* XmlRecordExtractor: every element at a path is a record; the root must be the path's first name.
 * Contract: connectors/components/xml_record_extractor.yaml. */
struct xml_rows {
    struct spk_component base;
    struct spk_value record_path;
    struct spk_view envelope, attribute_prefix;
    int duplicates;
    struct spk_view *names;
    size_t name_count;
};

enum { MAX_DEPTH = 64 };

#define FIELD(name) offsetof(struct xml_rows, name)

static const struct spk_prop props[] = {
    {.name = "record_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(record_path),
     .help = "element names from the root to the record"},
    {.name = "duplicate_policy",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(duplicates),
     .choices = spk_duplicates_names,
     .help = "for a child name that repeats in one element"},
    {.name = "attribute_prefix",
     .type = SPK_PROP_STRING,
     .offset = FIELD(attribute_prefix),
     .standard = "'@'",
     .help = "put before attribute names: @ or nothing"},
    {.name = "envelope",
     .type = SPK_PROP_STRING,
     .offset = FIELD(envelope),
     .help = "key under which the row is put"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct xml_rows *self = (struct xml_rows *)base;
    struct spk_value path = self->record_path;
    if (!spk_is(path, SPK_LIST) || spk_list_len(path) == 0)
        return spk_build_fail(build, path, err, "record_path is a list of element names");
    if (self->attribute_prefix.len > 0 && !spk_view_is(self->attribute_prefix, "@"))
        return spk_build_fail(build, spk_get(base->node, "attribute_prefix"), err,
                              "attribute_prefix is @ or empty");
    self->name_count = spk_list_len(path);
    self->names = spk_arena_array(build->arena, self->name_count, sizeof(*self->names));
    for (size_t i = 0; i < self->name_count; i++)
        self->names[i] = spk_value_text_or(spk_list_at(path, i), "");
    return SPK_OK;
}

struct extraction {
    const struct xml_rows *self;
    struct spk_record_visitor to;
    struct spk_arena arena; /* of one record */
};

/* Children that repeat arrive as lists; `number` gives each a name of its own, at every level. */
static struct spk_value numbered(struct spk_arena *arena, struct spk_value element)
{
    if (!spk_is(element, SPK_DICT))
        return element;
    struct spk_value out = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(element); i++) {
        const struct spk_entry *e = &element.dict->entries[i];
        if (!spk_is(e->value, SPK_LIST)) {
            spk_row_put(arena, out, e->key.text, numbered(arena, e->value), SPK_DUPLICATES_NUMBER);
            continue;
        }
        for (size_t j = 0; j < spk_list_len(e->value); j++)
            spk_row_put(arena, out, e->key.text, numbered(arena, spk_list_at(e->value, j)),
                        SPK_DUPLICATES_NUMBER);
    }
    return out;
}

static spk_rc on_row(void *context, struct spk_value row, struct spk_error *err)
{
    struct extraction *x = context;
    if (!spk_is(row, SPK_DICT))
        row = spk_dict_new(&x->arena);
    if (x->self->duplicates == SPK_DUPLICATES_NUMBER)
        row = numbered(&x->arena, row);
    spk_rc rc = spk_row_visit(row, x->self->envelope, &x->arena, &x->to, err);
    spk_arena_reset(&x->arena);
    return rc;
}

static spk_rc check_root(const struct xml_rows *self, struct spk_view root, struct spk_error *err)
{
    if (spk_view_equal(root, self->names[0]))
        return SPK_OK;
    if (root.len == 0)
        return spk_error_set(err, SPK_EDATA, "the answer is no XML");
    return spk_error_set(err, SPK_EDATA, "the answer's root is <%.*s>, not <%.*s>", SPK_FMT(root),
                         SPK_FMT(self->names[0]));
}

static spk_rc push(const struct spk_xml_rows_options *options, struct spk_view body,
                   struct spk_error *err)
{
    struct spk_xml_rows *rows = NULL;
    spk_rc rc = spk_xml_rows_create(options, &rows, err);
    if (!rc)
        rc = spk_xml_rows_push(rows, body, err);
    if (!rc)
        rc = spk_xml_rows_finish(rows, err);
    spk_xml_rows_destroy(rows);
    return rc;
}

static spk_rc no_row(void *context, struct spk_value row, struct spk_error *err)
{
    return SPK_OK;
}

/* The body is gone through before its first row is told: one that is cut short has none. */
static spk_rc parse(struct extraction *x, struct spk_view body, struct spk_error *err)
{
    static const enum spk_xml_duplicates policies[] = {SPK_XML_LIST, SPK_XML_FIRST, SPK_XML_LAST,
                                                       SPK_XML_LIST};
    struct spk_xml_rows_options options = {.xml = {.max_depth = MAX_DEPTH},
                                           .path = x->self->names,
                                           .path_len = x->self->name_count,
                                           .duplicates = policies[x->self->duplicates],
                                           .strip_attribute_prefix =
                                               x->self->attribute_prefix.len == 0,
                                           .row = no_row,
                                           .context = x};
    spk_rc rc = push(&options, body, err);
    if (rc)
        return spk_error_context(err, rc, "the answer is cut short or no XML");
    options.row = on_row;
    return push(&options, body, err);
}

static spk_rc extract(struct spk_component *base, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err)
{
    const struct xml_rows *self = (const struct xml_rows *)base;
    struct extraction x = {.self = self, .to = {visit, context}};
    struct spk_view body = scope->response->body;
    spk_rc rc = check_root(self, spk_xml_root_name(scope->response->arena, body, NULL), err);
    if (!rc)
        rc = parse(&x, body, err);
    spk_arena_deinit(&x.arena);
    return rc;
}

static const struct spk_extractor_ops ops = {.extract = extract};

const struct spk_component_type spk_type_xml_record_extractor = {
    .name = "XmlRecordExtractor",
    .kind = SPK_KIND_EXTRACTOR,
    .size = sizeof(struct xml_rows),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the elements at a path of an XML document",
};
