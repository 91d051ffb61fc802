#include "jsonschema_internal.h"

static bool check_count(struct spk_check *check, struct spk_value schema,
                        const char *const names[2], size_t count, struct spk_value instance)
{
    struct spk_value least = spk_get(schema, names[0]), most = spk_get(schema, names[1]);
    if (spk_is(least, SPK_INT) && (int64_t)count < least.integer)
        return spk_check_fail(check, "%s is too short", spk_check_repr(check, instance));
    if (spk_is(most, SPK_INT) && (int64_t)count > most.integer)
        return spk_check_fail(check, "%s is too long", spk_check_repr(check, instance));
    return true;
}

static bool check_unique(struct spk_check *check, struct spk_value instance)
{
    for (size_t i = 0; i < spk_list_len(instance); i++) {
        for (size_t j = i + 1; j < spk_list_len(instance); j++) {
            if (spk_check_same(spk_list_at(instance, i), spk_list_at(instance, j)))
                return spk_check_fail(check, "%s has non-unique elements",
                                      spk_check_repr(check, instance));
        }
    }
    return true;
}

static bool check_contains(struct spk_check *check, struct spk_value schema,
                           struct spk_value instance)
{
    for (size_t i = 0; i < spk_list_len(instance); i++) {
        if (spk_check_quietly(check, schema, spk_list_at(instance, i)))
            return true;
    }
    return spk_check_fail(check, "%s does not contain items matching the given schema",
                          spk_check_repr(check, instance));
}

/* `items` is one schema for all, or a list by place with additionalItems for the rest. */
static bool check_items(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    struct spk_value items = spk_get(schema, "items");
    for (size_t i = 0; i < spk_list_len(instance); i++) {
        struct spk_value one = items;
        if (spk_is(items, SPK_LIST))
            one = i < spk_list_len(items) ? spk_list_at(items, i)
                                          : spk_get(schema, "additionalItems");
        if (!spk_check_schema(check, one, spk_list_at(instance, i)))
            return false;
    }
    return true;
}

bool spk_check_array(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    static const char *const names[] = {"minItems", "maxItems"};
    struct spk_value contains = spk_get(schema, "contains");
    if (!spk_is(instance, SPK_LIST))
        return true;
    if (!check_count(check, schema, names, spk_list_len(instance), instance))
        return false;
    if (spk_value_truthy(spk_get(schema, "uniqueItems")) && !check_unique(check, instance))
        return false;
    if (spk_is_defined(contains) && !check_contains(check, contains, instance))
        return false;
    return check_items(check, schema, instance);
}

static bool check_required(struct spk_check *check, struct spk_value required,
                           struct spk_value instance)
{
    for (size_t i = 0; spk_is(required, SPK_LIST) && i < spk_list_len(required); i++) {
        struct spk_value name = spk_list_at(required, i);
        if (!spk_is_defined(spk_dict_get_value(instance, name)))
            return spk_check_fail(check, "%s is a required property", spk_check_repr(check, name));
    }
    return true;
}

/* One member: by its name, by patterns, and by additionalProperties where neither spoke. */
static bool check_member(struct spk_check *check, struct spk_value schema,
                         const struct spk_entry *member)
{
    struct spk_value named = spk_dict_get_value(spk_get(schema, "properties"), member->key);
    struct spk_value patterns = spk_get(schema, "patternProperties");
    struct spk_value rest = spk_get(schema, "additionalProperties");
    struct spk_view key = spk_value_text_or(member->key, "");
    bool known = spk_is_defined(named);
    if (known && !spk_check_schema(check, named, member->value))
        return false;
    for (size_t i = 0; spk_is(patterns, SPK_DICT) && i < spk_dict_len(patterns); i++) {
        const struct spk_entry *p = &patterns.dict->entries[i];
        if (!spk_check_pattern(spk_value_text_or(p->key, ""), key))
            continue;
        known = true;
        if (!spk_check_schema(check, p->value, member->value))
            return false;
    }
    if (known || !spk_is_defined(rest))
        return true;
    if (spk_is(rest, SPK_BOOL) && !rest.boolean)
        return spk_check_fail(check, "Additional properties are not allowed (%s was unexpected)",
                              spk_check_repr(check, member->key));
    return spk_check_schema(check, rest, member->value);
}

static bool check_dependencies(struct spk_check *check, struct spk_value dependencies,
                               struct spk_value instance)
{
    for (size_t i = 0; spk_is(dependencies, SPK_DICT) && i < spk_dict_len(dependencies); i++) {
        const struct spk_entry *d = &dependencies.dict->entries[i];
        if (!spk_is_defined(spk_dict_get_value(instance, d->key)))
            continue;
        bool valid = spk_is(d->value, SPK_LIST) ? check_required(check, d->value, instance)
                                                : spk_check_schema(check, d->value, instance);
        if (!valid)
            return false;
    }
    return true;
}

bool spk_check_object(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    static const char *const names[] = {"minProperties", "maxProperties"};
    struct spk_value key_schema = spk_get(schema, "propertyNames");
    if (!spk_is(instance, SPK_DICT))
        return true;
    if (!check_required(check, spk_get(schema, "required"), instance) ||
        !check_count(check, schema, names, spk_dict_len(instance), instance) ||
        !check_dependencies(check, spk_get(schema, "dependencies"), instance))
        return false;
    for (size_t i = 0; i < spk_dict_len(instance); i++) {
        const struct spk_entry *member = &instance.dict->entries[i];
        if (!spk_check_schema(check, key_schema, member->key) ||
            !check_member(check, schema, member))
            return false;
    }
    return true;
}
