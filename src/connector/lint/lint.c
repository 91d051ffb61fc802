#include "lint_internal.h"

#include <stdlib.h>

#include "base/memory.h"

/* What the rules share, and their order. */

enum { DEEPEST = 100 };

void spk_findings_deinit(struct spk_findings *findings)
{
    free(findings->items);
    findings->items = NULL;
    findings->len = findings->cap = 0;
}

void spk_lint_find(struct spk_lint *lint, struct spk_value at, const char *format, ...)
{
    struct spk_findings *all = lint->findings;
    struct spk_error text;
    va_list args;
    va_start(args, format);
    spk_error_vset(&text, SPK_EDATA, format, args);
    va_end(args);
    all->items = spk_memory_grow(all->items, &all->cap, all->len + 1, sizeof(*all->items));
    all->items[all->len++] =
        (struct spk_finding){at.mark, spk_arena_dup(all->arena, spk_view_of(text.text))};
}

bool spk_lint_is_component(struct spk_value node)
{
    if (!spk_is(node, SPK_DICT))
        return false;
    struct spk_view type = spk_value_text_or(spk_get(node, "type"), "");
    return (type.len > 0 && type.at[0] >= 'A' && type.at[0] <= 'Z') ||
           spk_is(spk_get(node, "class_name"), SPK_STRING);
}

struct spk_view spk_lint_type(struct spk_value component)
{
    struct spk_value class_name = spk_get(component, "class_name");
    if (!spk_is(class_name, SPK_STRING))
        return spk_value_text_or(spk_get(component, "type"), "");
    size_t from = class_name.text.len;
    while (from > 0 && class_name.text.at[from - 1] != '.')
        from--;
    return spk_view_slice(class_name.text, from, class_name.text.len);
}

const struct spk_component_type *spk_lint_find_type(struct spk_view name)
{
    for (const struct spk_component_type *const *type = spk_component_types(); *type; type++) {
        if (spk_view_is(name, (*type)->name))
            return *type;
    }
    return NULL;
}

bool spk_lint_has_prop(struct spk_view type_name, struct spk_view name)
{
    for (const struct spk_component_type *const *type = spk_component_types(); *type; type++) {
        if (!spk_view_is(type_name, (*type)->name))
            continue;
        for (const struct spk_prop *prop = (*type)->props; prop && prop->name; prop++) {
            if (spk_view_is(name, prop->name))
                return true;
        }
    }
    return false;
}

struct walk {
    struct spk_lint *lint;
    spk_lint_visit visit;
    void *context;
};

/* A schema, parameters, and what is sent as it is written hold no components. */
static bool holds_no_component(struct spk_value node, struct spk_view field)
{
    const struct spk_component_type *type = spk_lint_find_type(spk_lint_type(node));
    if (spk_view_is(field, "schema") || spk_view_is(field, "request_parameters") ||
        spk_view_is(field, "request_headers") || spk_view_is(field, "connection_specification") ||
        spk_view_is(field, "$parameters"))
        return true;
    for (const struct spk_prop *prop = type ? type->props : NULL; prop && prop->name; prop++) {
        if (spk_view_is(field, prop->name))
            return prop->type != SPK_PROP_COMPONENT && prop->type != SPK_PROP_COMPONENTS &&
                   prop->type != SPK_PROP_VALUE;
    }
    return false;
}

static void walk_tree(const struct walk *walk, struct spk_value node, int depth)
{
    if (depth > DEEPEST)
        return;
    if (spk_lint_is_component(node))
        walk->visit(walk->lint, node, walk->context);
    for (size_t i = 0; spk_is(node, SPK_LIST) && i < spk_list_len(node); i++)
        walk_tree(walk, spk_list_at(node, i), depth + 1);
    for (size_t i = 0; spk_is(node, SPK_DICT) && i < spk_dict_len(node); i++) {
        const struct spk_entry *entry = &node.dict->entries[i];
        if (!holds_no_component(node, spk_value_text_or(entry->key, "")))
            walk_tree(walk, entry->value, depth + 1);
    }
}

void spk_lint_each(struct spk_lint *lint, struct spk_value tree, spk_lint_visit visit,
                   void *context)
{
    struct walk walk = {lint, visit, context};
    walk_tree(&walk, tree, 0);
}

spk_rc spk_lint_each_component(struct spk_lint *lint, spk_lint_visit visit, void *context,
                               struct spk_error *err)
{
    static const char *const parts[] = {
        "check", "streams", "dynamic_streams", "api_budget", "concurrency_level", "spec", NULL};
    for (size_t i = 0; parts[i]; i++) {
        struct spk_value part;
        spk_rc rc = spk_manifest_part(lint->manifest, parts[i], &part, err);
        if (rc)
            return rc;
        spk_lint_each(lint, part, visit, context);
    }
    return SPK_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct spk_finding *x = a, *y = b;
    if (x->mark != y->mark)
        return x->mark < y->mark ? -1 : 1;
    return spk_view_compare(x->text, y->text);
}

/* A shared definition is visited as often as it is used; it is told once. */
static void sort_findings(struct spk_findings *all)
{
    size_t kept = 0;
    if (all->len > 0)
        qsort(all->items, all->len, sizeof(*all->items), by_place);
    for (size_t i = 0; i < all->len; i++) {
        if (kept == 0 || by_place(&all->items[kept - 1], &all->items[i]) != 0)
            all->items[kept++] = all->items[i];
    }
    all->len = kept;
}

spk_rc spk_connector_lint(const struct spk_manifest *manifest, struct spk_findings *findings,
                          struct spk_error *err)
{
    struct spk_lint lint = {manifest, findings};
    spk_rc rc = spk_lint_fields(&lint, err);
    if (!rc)
        rc = spk_lint_parameters(&lint, err);
    if (!rc)
        rc = spk_lint_proofs(&lint, err);
    if (!rc)
        rc = spk_lint_secrets(&lint, err);
    spk_lint_definitions(&lint);
    spk_lint_templates(&lint);
    sort_findings(findings);
    return rc;
}
