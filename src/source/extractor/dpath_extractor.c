#include <stddef.h>

#include "expander.h"
#include "source/exchange/template_path.h"
#include "source/kinds.h"

/*
 * DpathExtractor: the records at a path of the decoded body. A list there gives its items, an
 * object one record, nothing or something empty none. A JSON array as body is read item by item.
 */
struct dpath_extractor {
    struct spk_component base;
    struct spk_value field_path; /* as written */
    struct spk_component *expander;
    struct spk_template_path path;
    bool fixed; /* no step is a template, an index or a wildcard, and a record is as the body has
                   it: the fast path may be taken */
    struct spk_view *keys;
};

static const struct spk_prop props[] = {
    {.name = "field_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct dpath_extractor, field_path),
     .help = "keys from the body to the records; * is any key"},
    {.name = "record_expander",
     .type = SPK_PROP_COMPONENT,
     .offset = offsetof(struct dpath_extractor, expander),
     .kind = SPK_KIND_OTHER,
     .part = "RecordExpander",
     .help = "makes records of the items of a list inside each record"},
    SPK_PROP_END,
};

static bool is_plain_key(struct spk_value constant)
{
    int64_t index;
    return spk_is(constant, SPK_STRING) && spk_view_find(constant.text, SPK_V("*"), 0) < 0 &&
           !spk_parse_i64(constant.text, INT64_MIN, INT64_MAX, &index);
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct dpath_extractor *self = (struct dpath_extractor *)base;
    spk_rc rc = spk_template_path_build(&self->path, build, self->field_path, err);
    if (rc)
        return rc;
    self->keys = spk_arena_array(build->arena, self->path.len + 1, sizeof(*self->keys));
    self->fixed = spk_is_defined(self->path.fixed) && !self->expander;
    for (size_t i = 0; self->fixed && i < self->path.len; i++) {
        struct spk_value key = spk_list_at(self->path.fixed, i);
        self->fixed = is_plain_key(key);
        self->keys[i] = spk_value_text_or(key, "");
    }
    return SPK_OK;
}

struct extraction {
    const struct dpath_extractor *self;
    const struct spk_scope *scope;
    struct spk_value path; /* evaluated, LIST */
    spk_record_visit visit;
    void *context;
    struct spk_arena arena; /* of one record */
    struct spk_error *err;
    spk_rc rc;
};

static spk_rc emit_tree(struct extraction *x, struct spk_value tree)
{
    if (x->self->expander) {
        struct spk_record_visitor to = {x->visit, x->context};
        return spk_record_expand(x->self->expander, x->scope, tree, &to, x->err);
    }
    struct spk_record record = {.tree = tree, .arena = &x->arena};
    spk_rc rc = x->visit(x->context, &record, x->err);
    spk_arena_reset(&x->arena);
    return rc;
}

/* A list gives its items, anything else that is not empty is one record. */
static spk_rc emit_found(struct extraction *x, struct spk_value found)
{
    if (!spk_is(found, SPK_LIST))
        return spk_value_truthy(found) ? emit_tree(x, found) : SPK_OK;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < spk_list_len(found); i++)
        rc = emit_tree(x, spk_list_at(found, i));
    return rc;
}

static bool visit_match(void *context, struct spk_value *slot)
{
    struct extraction *x = context;
    x->rc = emit_tree(x, *slot);
    return x->rc == SPK_OK;
}

static spk_rc extract_tree(struct extraction *x, struct spk_value body)
{
    if (spk_list_len(x->path) == 0)
        return emit_found(x, body);
    if (!spk_path_has_any(x->path))
        return emit_found(x, spk_dpath_get(body, x->path));
    x->rc = SPK_OK;
    spk_dpath_each(body, x->path, visit_match, x);
    return x->rc;
}

/* Records keep the bytes of the page: only where these are JSON for every reader. */
static spk_rc extract_bytes(struct extraction *x, const struct spk_json_doc *doc)
{
    struct spk_json_items items;
    spk_rc rc = SPK_OK;
    spk_json_items_init(&items, doc, x->self->keys, x->self->path.len);
    while (!rc && spk_json_items_next(&items)) {
        struct spk_record record = {.text = items.text, .node = items.node, .arena = &x->arena};
        rc = x->visit(x->context, &record, x->err);
        spk_arena_reset(&x->arena);
    }
    return rc;
}

static spk_rc extract_json(struct extraction *x, const struct spk_document *document)
{
    const struct spk_json_doc *doc = document->json;
    struct spk_json_node root = spk_json_doc_root(doc);
    bool array = spk_json_node_kind(root) == SPK_LIST && document->items_are_documents;
    if (x->self->fixed && spk_json_doc_is_standard(doc) && (!array || x->self->path.len == 0))
        return extract_bytes(x, doc);
    struct spk_arena arena = {0};
    spk_rc rc = SPK_OK;
    if (!array)
        rc = extract_tree(x, spk_json_node_value(&arena, root));
    for (size_t i = 0; array && !rc && i < spk_json_node_len(root); i++) {
        rc = extract_tree(x, spk_json_node_value(&arena, spk_json_node_at(root, i)));
        spk_arena_reset(&arena);
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc on_document(void *context, const struct spk_document *document, struct spk_error *err)
{
    struct extraction *x = context;
    x->err = err;
    return document->json ? extract_json(x, document) : extract_tree(x, document->tree);
}

static spk_rc extract(struct spk_component *self, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err)
{
    struct extraction x = {.self = (const struct dpath_extractor *)self,
                           .scope = scope,
                           .visit = visit,
                           .context = context};
    struct spk_component *decoder = scope->response->decoder;
    spk_rc rc = spk_template_path_eval(&x.self->path, self, scope->arena, &x.path, err);
    if (!rc)
        rc = SPK_OPS(decoder, decoder)->decode(decoder, scope->response, on_document, &x, err);
    spk_arena_deinit(&x.arena);
    return rc;
}

static int64_t count(struct spk_component *base, const struct spk_scope *scope)
{
    const struct dpath_extractor *self = (const struct dpath_extractor *)base;
    const struct spk_json_doc *doc = scope->response->json;
    if (!doc || !self->fixed)
        return -1;
    struct spk_json_node node = spk_json_doc_root(doc);
    if (spk_json_node_kind(node) == SPK_LIST && self->path.len > 0)
        return -1;
    for (size_t i = 0; node.at && i < self->path.len; i++)
        node = spk_json_node_get(node, self->keys[i]);
    if (!node.at)
        return 0;
    bool list = spk_json_node_kind(node) == SPK_LIST;
    return list ? (int64_t)spk_json_node_len(node) : -1;
}

static const struct spk_extractor_ops ops = {.extract = extract, .count = count, .in_pieces = true};

const struct spk_component_type spk_type_dpath_extractor = {
    .name = "DpathExtractor",
    .kind = SPK_KIND_EXTRACTOR,
    .size = sizeof(struct dpath_extractor),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the records at a path of the body",
};
