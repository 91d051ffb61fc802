#include "lint_internal.h"
#include "template/template.h"

/* Templates that cannot be compiled. The engine tells of them only when they are evaluated. */

enum { DEEPEST = 100 };

static void check_text(struct spk_lint *lint, struct spk_value text)
{
    struct spk_arena arena = {0};
    if (spk_view_find(text.text, SPK_V("{{"), 0) >= 0 ||
        spk_view_find(text.text, SPK_V("{%"), 0) >= 0) {
        const struct spk_error *fault =
            spk_template_error(spk_template_parse(&arena, text.text, NULL));
        if (fault)
            spk_lint_find(lint, text, "template, %s", fault->text);
    }
    spk_arena_deinit(&arena);
}

static void check_tree(struct spk_lint *lint, struct spk_value node, int depth)
{
    if (depth > DEEPEST)
        return;
    if (spk_is(node, SPK_STRING))
        check_text(lint, node);
    for (size_t i = 0; spk_is(node, SPK_LIST) && i < spk_list_len(node); i++)
        check_tree(lint, spk_list_at(node, i), depth + 1);
    for (size_t i = 0; spk_is(node, SPK_DICT) && i < spk_dict_len(node); i++)
        check_tree(lint, node.dict->entries[i].value, depth + 1);
}

/* The spec holds the platform's own templates, which the engine never evaluates. */
void spk_lint_templates(struct spk_lint *lint)
{
    struct spk_value written = spk_manifest_written(lint->manifest);
    for (size_t i = 0; i < spk_dict_len(written); i++) {
        const struct spk_entry *entry = &written.dict->entries[i];
        if (!spk_view_is(spk_value_text_or(entry->key, ""), "spec"))
            check_tree(lint, entry->value, 0);
    }
}
