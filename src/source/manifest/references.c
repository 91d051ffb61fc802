#include "manifest_internal.h"

/*
 * "$ref: '#/definitions/x'" with siblings that override, and the bare text "#/definitions/x". A
 * path is ambiguous where a key holds "/": at each level the whole rest is tried as one key first.
 */
struct resolver {
    struct spk_manifest *manifest;
    struct spk_error *err;
    int depth;
    size_t nodes;
};

struct visiting { /* references being resolved, innermost first */
    struct spk_view reference;
    const struct visiting *outer;
};

static spk_rc resolve(struct resolver *r, const struct visiting *outer, struct spk_value node,
                      struct spk_value *out);

static bool is_reference(struct spk_value node)
{
    return spk_is(node, SPK_STRING) && spk_view_starts(node.text, SPK_V("#/"));
}

/* Keys whose content is the user's, where "#/" means nothing. */
static bool holds_config_values(struct spk_value key)
{
    return spk_is(key, SPK_STRING) && spk_view_is(key.text, "config_overrides");
}

static struct spk_value step_into(struct spk_value node, struct spk_view head)
{
    int64_t index;
    if (spk_is(node, SPK_LIST) &&
        spk_parse_i64(head, -(int64_t)spk_list_len(node), (int64_t)spk_list_len(node) - 1, &index))
        return spk_list_at(node, (size_t)(index < 0 ? index + (int64_t)spk_list_len(node) : index));
    struct spk_value found = spk_dict_get(node, head);
    if (!spk_is_defined(found) && spk_parse_i64(head, INT64_MIN, INT64_MAX, &index))
        found = spk_dict_get_value(node, spk_int(index));
    return found;
}

static struct spk_value look_up(struct spk_value node, struct spk_view path)
{
    while (path.len > 0 && spk_is_defined(node)) {
        struct spk_value whole = spk_dict_get(node, path);
        if (spk_is_defined(whole))
            return whole;
        struct spk_view rest = path;
        struct spk_view head = spk_view_cut(&rest, '/');
        node = step_into(node, head);
        path = rest;
    }
    return node;
}

static spk_rc resolve_reference(struct resolver *r, const struct visiting *outer,
                                struct spk_value node, struct spk_value *out)
{
    struct spk_manifest *m = r->manifest;
    for (const struct visiting *v = outer; v; v = v->outer) {
        if (spk_view_equal(v->reference, node.text))
            return spk_manifest_fail(m, node, r->err, "$ref %.*s leads back to itself",
                                     SPK_FMT(node.text));
    }
    struct spk_value *known = spk_map_get(&m->references, node.text);
    if (known) {
        *out = *known;
        return SPK_OK;
    }
    struct spk_value target = look_up(m->raw, spk_view_slice(node.text, 2, node.text.len));
    if (!spk_is_defined(target)) {
        spk_manifest_fail(m, node, r->err, "$ref %.*s names nothing in this manifest",
                          SPK_FMT(node.text));
        spk_error_hint(r->err, "references start at the top: #/definitions/NAME");
        return SPK_ECONFIG;
    }
    struct visiting here = {node.text, outer};
    spk_rc rc = resolve(r, &here, target, out);
    if (rc)
        return rc;
    known = SPK_NEW(&m->arena, struct spk_value);
    *known = *out;
    spk_map_set(&m->references, node.text, known);
    return SPK_OK;
}

/* What the reference gives, with the siblings' values laid over it: the reference's keys keep their
 * places, new keys follow. */
static struct spk_value overlay(struct resolver *r, struct spk_value below, struct spk_value above)
{
    struct spk_value merged = spk_dict_new(&r->manifest->arena);
    merged.mark = above.mark;
    spk_dict_update(merged, below);
    spk_dict_update(merged, above);
    return merged;
}

static spk_rc resolve_dict(struct resolver *r, const struct visiting *outer, struct spk_value node,
                           struct spk_value *out)
{
    struct spk_value result = spk_dict_new(&r->manifest->arena);
    struct spk_value reference = spk_get(node, "$ref");
    result.mark = node.mark;
    for (size_t i = 0; i < spk_dict_len(node); i++) {
        const struct spk_entry *e = &node.dict->entries[i];
        struct spk_value value = e->value;
        if (spk_is(e->key, SPK_STRING) && spk_view_is(e->key.text, "$ref"))
            continue;
        spk_rc rc = holds_config_values(e->key) ? SPK_OK : resolve(r, outer, e->value, &value);
        if (rc)
            return rc;
        spk_dict_set_value(result, e->key, value);
    }
    if (spk_is_defined(reference)) {
        struct spk_value target;
        spk_rc rc = resolve(r, outer, reference, &target);
        if (rc)
            return rc;
        result = spk_is(target, SPK_DICT) ? overlay(r, target, result) : target;
    }
    *out = result;
    return SPK_OK;
}

static spk_rc resolve_list(struct resolver *r, const struct visiting *outer, struct spk_value node,
                           struct spk_value *out)
{
    struct spk_value result = spk_list_new(&r->manifest->arena);
    result.mark = node.mark;
    for (size_t i = 0; i < spk_list_len(node); i++) {
        struct spk_value item;
        spk_rc rc = resolve(r, outer, spk_list_at(node, i), &item);
        if (rc)
            return rc;
        spk_list_append(result, item);
    }
    *out = result;
    return SPK_OK;
}

static spk_rc resolve(struct resolver *r, const struct visiting *outer, struct spk_value node,
                      struct spk_value *out)
{
    spk_rc rc = SPK_OK;
    if (++r->depth > SPK_MANIFEST_MAX_DEPTH || ++r->nodes > SPK_MANIFEST_MAX_NODES)
        return spk_manifest_fail(r->manifest, node, r->err,
                                 "nested or expanded too far (more than %d levels or %d nodes)",
                                 SPK_MANIFEST_MAX_DEPTH, SPK_MANIFEST_MAX_NODES);
    if (spk_is(node, SPK_DICT))
        rc = resolve_dict(r, outer, node, out);
    else if (spk_is(node, SPK_LIST))
        rc = resolve_list(r, outer, node, out);
    else if (is_reference(node))
        rc = resolve_reference(r, outer, node, out);
    else
        *out = node;
    r->depth--;
    return rc;
}

spk_rc spk_references_resolve(struct spk_manifest *manifest, struct spk_value node,
                              struct spk_value *out, struct spk_error *err)
{
    struct resolver r = {.manifest = manifest, .err = err};
    return resolve(&r, NULL, node, out);
}
