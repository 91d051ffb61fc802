#include <stddef.h>

#include "keys.h"
#include "source/kinds.h"

/* KeysReplace: puts one text in the place of another in the keys of a record and of the objects in
 * it. */
struct keys_replace {
    struct spk_component base;
    struct spk_template_string *old, *new;
};

static const struct spk_prop props[] = {
    {.name = "old",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct keys_replace, old),
     .help = "the part of a key that is replaced, wherever it stands"},
    {.name = "new",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct keys_replace, new),
     .help = "what comes in its place"},
    SPK_PROP_END,
};

struct replacement {
    struct spk_view old, new;
};

/* As Python: an empty text stands before each character and at the end. */
static void replace_nothing(struct spk_view key, struct spk_view new, struct spk_buf *out)
{
    const char *end = key.at + key.len;
    for (const char *at = key.at; at < end;) {
        const char *from = at;
        spk_utf8_next(&at, end);
        spk_buf_append(out, new);
        spk_buf_append(out, spk_view_make(from, (size_t)(at - from)));
    }
    spk_buf_append(out, new);
}

static void replace(void *context, struct spk_view key, struct spk_buf *out)
{
    const struct replacement *r = context;
    if (r->old.len == 0) {
        replace_nothing(key, r->new, out);
        return;
    }
    size_t from = 0;
    for (ptrdiff_t at; (at = spk_view_find(key, r->old, from)) >= 0;) {
        spk_buf_append(out, spk_view_slice(key, from, (size_t)at));
        spk_buf_append(out, r->new);
        from = (size_t)at + r->old.len;
    }
    spk_buf_append(out, spk_view_slice(key, from, key.len));
}

static spk_rc transform(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_error *err)
{
    struct keys_replace *self = (struct keys_replace *)base;
    struct replacement r = {0};
    spk_rc rc = spk_scope_text(scope, base, self->old, &r.old, err);
    if (!rc)
        rc = spk_scope_text(scope, base, self->new, &r.new, err);
    if (rc)
        return rc;
    const struct spk_key_renamer renamer = {.rename = replace, .context = &r, .deep = true};
    spk_record_replace(scope->record,
                       spk_keys_renamed(scope->arena, spk_record_tree(scope->record), &renamer));
    return SPK_OK;
}

static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_keys_replace = {
    .name = "KeysReplace",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct keys_replace),
    .props = props,
    .ops = &ops,
    .help = "replaces a part of the keys of a record",
};
