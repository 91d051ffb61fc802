#include "jsonschema_internal.h"

static size_t count_valid(struct spk_check *check, struct spk_value schemas,
                          struct spk_value instance)
{
    size_t n = 0;
    for (size_t i = 0; i < spk_list_len(schemas); i++)
        n += spk_check_quietly(check, spk_list_at(schemas, i), instance);
    return n;
}

static bool check_one_of(struct spk_check *check, struct spk_value schemas,
                         struct spk_value instance)
{
    size_t n = count_valid(check, schemas, instance);
    if (n == 0)
        return spk_check_fail(check, "%s is not valid under any of the given schemas",
                              spk_check_repr(check, instance));
    if (n > 1)
        return spk_check_fail(check, "%s is valid under more than one of the given schemas",
                              spk_check_repr(check, instance));
    return true;
}

bool spk_check_combined(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    struct spk_value all = spk_get(schema, "allOf"), any = spk_get(schema, "anyOf");
    struct spk_value one = spk_get(schema, "oneOf"), none = spk_get(schema, "not");
    struct spk_value condition = spk_get(schema, "if");
    for (size_t i = 0; spk_is(all, SPK_LIST) && i < spk_list_len(all); i++) {
        if (!spk_check_schema(check, spk_list_at(all, i), instance))
            return false;
    }
    if (spk_is(any, SPK_LIST) && count_valid(check, any, instance) == 0)
        return spk_check_fail(check, "%s is not valid under any of the given schemas",
                              spk_check_repr(check, instance));
    if (spk_is(one, SPK_LIST) && !check_one_of(check, one, instance))
        return false;
    if (spk_is_defined(none) && spk_check_quietly(check, none, instance))
        return spk_check_fail(check, "%s should not be valid under %s",
                              spk_check_repr(check, instance), spk_check_repr(check, none));
    if (!spk_is_defined(condition))
        return true;
    bool holds = spk_check_quietly(check, condition, instance);
    return spk_check_schema(check, spk_get(schema, holds ? "then" : "else"), instance);
}
