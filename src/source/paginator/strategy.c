#include "strategy.h"

spk_rc spk_page_size_eval(struct spk_component *self, struct spk_template_string *page_size,
                          const struct spk_scope *scope, struct spk_value *size,
                          struct spk_error *err)
{
    struct spk_value value;
    if (scope->page_size > 0) {
        *size = spk_int(scope->page_size);
        return SPK_OK;
    }
    spk_rc rc = spk_scope_eval(scope, self, page_size, &value, err);
    if (rc || !spk_is_defined(value)) {
        *size = (struct spk_value){0};
        return rc;
    }
    if (!spk_is(value, SPK_INT))
        return spk_error_set(err, SPK_ECONFIG, "%s: page_size is of type %s, an int is expected",
                             self->type->name, spk_value_type_name(value));
    *size = value;
    return SPK_OK;
}

bool spk_page_is_last(struct spk_value page_size, int64_t count)
{
    if (count == 0)
        return true;
    return spk_is(page_size, SPK_INT) && page_size.integer != 0 && count < page_size.integer;
}
