#include <math.h>

#include "jsonschema_internal.h"
#include "regex/regex.h"

static bool is_integer(struct spk_value v)
{
    return spk_is(v, SPK_INT) || spk_is(v, SPK_BIGINT) ||
           (spk_is(v, SPK_FLOAT) && isfinite(v.number) && v.number == floor(v.number));
}

static bool has_type(struct spk_value v, struct spk_view type)
{
    if (spk_view_is(type, "string"))
        return spk_is(v, SPK_STRING);
    if (spk_view_is(type, "integer"))
        return is_integer(v);
    if (spk_view_is(type, "number"))
        return spk_is_number(v);
    if (spk_view_is(type, "boolean"))
        return spk_is(v, SPK_BOOL);
    if (spk_view_is(type, "object"))
        return spk_is(v, SPK_DICT);
    if (spk_view_is(type, "array"))
        return spk_is(v, SPK_LIST);
    return spk_view_is(type, "null") && spk_is(v, SPK_NULL);
}

static bool check_type(struct spk_check *check, struct spk_value type, struct spk_value instance)
{
    if (spk_is(type, SPK_STRING) && !has_type(instance, type.text))
        return spk_check_fail(check, "%s is not of type '%.*s'", spk_check_repr(check, instance),
                              SPK_FMT(type.text));
    if (!spk_is(type, SPK_LIST))
        return true;
    struct spk_buf names = {0};
    bool valid = false;
    for (size_t i = 0; !valid && i < spk_list_len(type); i++) {
        struct spk_value one = spk_list_at(type, i);
        valid = has_type(instance, spk_value_text_or(one, ""));
        spk_buf_printf(&names, "%s%s", i ? ", " : "", spk_check_repr(check, one));
    }
    if (!valid)
        spk_check_fail(check, "%s is not of type %s", spk_check_repr(check, instance),
                       spk_buf_cstr(&names));
    spk_buf_deinit(&names);
    return valid;
}

static bool same_members(struct spk_value a, struct spk_value b)
{
    bool same = spk_dict_len(a) == spk_dict_len(b);
    for (size_t i = 0; same && i < spk_dict_len(a); i++) {
        const struct spk_entry *member = &a.dict->entries[i];
        struct spk_value other = spk_dict_get_value(b, member->key);
        same = spk_is_defined(other) && spk_check_same(member->value, other);
    }
    return same;
}

bool spk_check_same(struct spk_value a, struct spk_value b)
{
    if (spk_is(a, SPK_DICT) && spk_is(b, SPK_DICT))
        return same_members(a, b);
    if (!spk_is(a, SPK_LIST) || !spk_is(b, SPK_LIST))
        return spk_is(a, SPK_BOOL) == spk_is(b, SPK_BOOL) && spk_value_equal(a, b);
    bool same = spk_list_len(a) == spk_list_len(b);
    for (size_t i = 0; same && i < spk_list_len(a); i++)
        same = spk_check_same(spk_list_at(a, i), spk_list_at(b, i));
    return same;
}

bool spk_check_any(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    struct spk_value choices = spk_get(schema, "enum");
    struct spk_value constant = spk_get(schema, "const");
    if (!check_type(check, spk_get(schema, "type"), instance))
        return false;
    bool found = !spk_is(choices, SPK_LIST);
    for (size_t i = 0; !found && i < spk_list_len(choices); i++)
        found = spk_check_same(instance, spk_list_at(choices, i));
    if (!found)
        return spk_check_fail(check, "%s is not one of %s", spk_check_repr(check, instance),
                              spk_check_repr(check, choices));
    if (spk_is_defined(constant) && !spk_check_same(instance, constant))
        return spk_check_fail(check, "%s was expected", spk_check_repr(check, constant));
    return true;
}

static double as_double(struct spk_value v)
{
    double number = 0;
    if (spk_is(v, SPK_FLOAT))
        return v.number;
    if (spk_is(v, SPK_BIGINT) && spk_parse_double(v.text, &number))
        return number;
    return (double)v.integer;
}

/* The remainder of decimal digits. */
static uint64_t digits_modulo(struct spk_view digits, uint64_t step)
{
    unsigned __int128 rest = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] >= '0' && digits.at[i] <= '9')
            rest = (rest * 10 + (unsigned)(digits.at[i] - '0')) % step;
    }
    return (uint64_t)rest;
}

/* Whole steps divide exactly; others give a quotient without a fraction, as floats have it. */
static bool is_multiple(struct spk_value n, struct spk_value step)
{
    if (spk_is(step, SPK_INT) && step.integer > 0) {
        if (spk_is(n, SPK_INT))
            return n.integer % step.integer == 0;
        if (spk_is(n, SPK_BIGINT))
            return digits_modulo(n.text, (uint64_t)step.integer) == 0;
        return fmod(n.number, (double)step.integer) == 0;
    }
    double quotient = as_double(n) / as_double(step);
    return quotient == trunc(quotient);
}

bool spk_check_number(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    if (!spk_is_number(instance))
        return true;
    double n = as_double(instance);
    struct spk_value least = spk_get(schema, "minimum"), most = spk_get(schema, "maximum");
    struct spk_value over = spk_get(schema, "exclusiveMinimum");
    struct spk_value under = spk_get(schema, "exclusiveMaximum");
    struct spk_value step = spk_get(schema, "multipleOf");
    const char *repr = spk_check_repr(check, instance);
    if (spk_is_number(least) && n < as_double(least))
        return spk_check_fail(check, "%s is less than the minimum of %s", repr,
                              spk_check_repr(check, least));
    if (spk_is_number(most) && n > as_double(most))
        return spk_check_fail(check, "%s is greater than the maximum of %s", repr,
                              spk_check_repr(check, most));
    if (spk_is_number(over) && n <= as_double(over))
        return spk_check_fail(check, "%s is less than or equal to the minimum of %s", repr,
                              spk_check_repr(check, over));
    if (spk_is_number(under) && n >= as_double(under))
        return spk_check_fail(check, "%s is greater than or equal to the maximum of %s", repr,
                              spk_check_repr(check, under));
    if (spk_is_number(step) && as_double(step) > 0 && !is_multiple(instance, step))
        return spk_check_fail(check, "%s is not a multiple of %s", repr,
                              spk_check_repr(check, step));
    return true;
}

static int64_t characters(struct spk_view text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return n;
}

bool spk_check_pattern(struct spk_view pattern, struct spk_view text)
{
    struct spk_regex *regex = NULL;
    struct spk_regex_match match;
    if (spk_regex_compile(pattern, &regex, NULL))
        return true;
    bool found = spk_regex_find(regex, text, false, &match, NULL) == SPK_OK && match.found;
    spk_regex_destroy(regex);
    return found;
}

bool spk_check_string(struct spk_check *check, struct spk_value schema, struct spk_value instance)
{
    struct spk_value least = spk_get(schema, "minLength"), most = spk_get(schema, "maxLength");
    struct spk_value pattern = spk_get(schema, "pattern");
    if (!spk_is(instance, SPK_STRING))
        return true;
    const char *repr = spk_check_repr(check, instance);
    int64_t len = characters(instance.text);
    if (spk_is(least, SPK_INT) && len < least.integer)
        return spk_check_fail(check, "%s is too short", repr);
    if (spk_is(most, SPK_INT) && len > most.integer)
        return spk_check_fail(check, "%s is too long", repr);
    if (spk_is(pattern, SPK_STRING) && !spk_check_pattern(pattern.text, instance.text))
        return spk_check_fail(check, "%s does not match %s", repr, spk_check_repr(check, pattern));
    return true;
}
