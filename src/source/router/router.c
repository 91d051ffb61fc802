#include "router.h"

#include "json/json.h"

enum { MAX_VALUES = 10000000 };

/* Equal values make equal texts: numbers by what they are, texts marked as such. */
static bool make_key(struct spk_buf *key, struct spk_value value)
{
    if (spk_is(value, SPK_BOOL))
        value = spk_int(value.boolean);
    if (spk_is(value, SPK_FLOAT) && value.number >= -0x1p63 && value.number < 0x1p63 &&
        value.number == (double)(int64_t)value.number)
        value = spk_int((int64_t)value.number);
    switch (value.kind) {
    case SPK_LIST:
    case SPK_TUPLE:
    case SPK_DICT: return false;
    case SPK_STRING: spk_buf_append_char(key, '"'); break;
    default: break;
    }
    spk_value_str(key, value);
    return true;
}

spk_rc spk_values_seen_note(struct spk_values_seen *seen, struct spk_value value, bool *again,
                            struct spk_error *err)
{
    static char present;
    struct spk_buf key = {0};
    spk_rc rc = SPK_OK;
    if (!make_key(&key, value)) {
        rc = spk_error_set(err, SPK_EDATA, "a %s cannot be told from others",
                           spk_value_type_name(value));
        spk_error_hint(err, "partitions are made of texts and numbers: choose another key");
    } else if (spk_map_has(&seen->keys, spk_buf_view(&key))) {
        *again = true;
    } else if (seen->keys.len == MAX_VALUES) {
        rc = spk_error_set(err, SPK_EDATA, "more than %d different partitions", MAX_VALUES);
    } else {
        *again = false;
        spk_map_set(&seen->keys, spk_buf_view(&key), &present);
    }
    spk_buf_deinit(&key);
    return rc;
}

void spk_values_seen_deinit(struct spk_values_seen *seen)
{
    spk_map_deinit(&seen->keys);
}

spk_rc spk_router_refuse_options(const struct spk_component *self, struct spk_component *inner,
                                 const struct spk_build *build, struct spk_error *err)
{
    const struct spk_router_ops *ops = SPK_OPS(inner, router);
    if (!ops->has_options || !ops->has_options(inner))
        return SPK_OK;
    spk_build_fail(build, inner->node, err, "Request options are not supported for %s",
                   self->type->name);
    spk_error_hint(err, "use {{ stream_partition }} in the requester instead");
    return SPK_ECONFIG;
}

spk_rc spk_router_build(const struct spk_build *build, struct spk_value node,
                        struct spk_component **out, struct spk_error *err)
{
    *out = NULL;
    if (spk_is_nothing(node) || (spk_is(node, SPK_LIST) && spk_list_len(node) == 0))
        return SPK_OK;
    if (!spk_is(node, SPK_LIST))
        return spk_component_build(build, node, SPK_KIND_ROUTER, out, err);
    struct spk_value product = spk_dict_new(build->arena);
    product.mark = node.mark;
    spk_set(product, "type", spk_str("CartesianProductStreamSlicer"));
    spk_set(product, "stream_slicers", node);
    return spk_component_build(build, product, SPK_KIND_ROUTER, out, err);
}
