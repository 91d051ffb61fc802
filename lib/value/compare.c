/* Truth, equality, order and hash as Python defines them: 1 == 1.0 == True across the kinds. */
#include <math.h>
#include <stdio.h>

#include "value/value_internal.h"

#define TWO_63 9223372036854775808.0

enum { DOUBLE_DIGITS = 352 }; /* sign, 309 digits, NUL */

bool spk_value_truthy(struct spk_value v)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_UNDEFINED:
    case SPK_NULL: return false;
    case SPK_BOOL: return v.boolean;
    case SPK_INT:
    case SPK_TIMEDELTA: return v.integer != 0;
    case SPK_FLOAT: return v.number != 0;
    case SPK_STRING:
    case SPK_BYTES: return v.text.len > 0;
    case SPK_LIST:
    case SPK_TUPLE: return v.list->len > 0;
    case SPK_DICT: return v.dict->len > 0;
    case SPK_BIGINT:
    case SPK_DATETIME:
    case SPK_DATE: break;
    }
    return true;
}

static inline int sign_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static bool is_numeric(struct spk_value v)
{
    return spk_is_number(v) || v.kind == SPK_BOOL;
}

/* Two integers of any size, as digits. */
static int compare_digits(struct spk_view a, struct spk_view b)
{
    bool a_negative = a.at[0] == '-';
    bool b_negative = b.at[0] == '-';
    if (a_negative != b_negative)
        return a_negative ? -1 : 1;
    int order = sign_of((int64_t)a.len, (int64_t)b.len);
    if (order == 0)
        order = sign_of(memcmp(a.at, b.at, a.len), 0);
    return a_negative ? -order : order;
}

static int compare_int_float(int64_t a, double b)
{
    if (b >= TWO_63)
        return -1;
    if (b < -TWO_63)
        return 1;
    double whole = trunc(b);
    if (a != (int64_t)whole)
        return sign_of(a, (int64_t)whole);
    return (whole > b) - (whole < b);
}

static int compare_big_float(struct spk_view a, double b)
{
    if (b >= TWO_63 || b < -TWO_63) {
        if (isinf(b))
            return b > 0 ? -1 : 1;
        char digits[DOUBLE_DIGITS];
        int len = snprintf(digits, sizeof digits, "%.0f", b);
        return compare_digits(a, spk_view_make(digits, (size_t)len));
    }
    return a.at[0] == '-' ? -1 : 1;
}

/* a against a FLOAT b. */
static int compare_with_float(struct spk_value a, double b)
{
    switch ((enum spk_kind)a.kind) {
    case SPK_FLOAT:
        if (isnan(a.number))
            return SPK_UNORDERED;
        return (a.number > b) - (a.number < b);
    case SPK_BIGINT: return compare_big_float(a.text, b);
    case SPK_BOOL: return compare_int_float(a.boolean, b);
    default: return compare_int_float(a.integer, b);
    }
}

static int compare_numbers(struct spk_value a, struct spk_value b)
{
    if (b.kind == SPK_FLOAT)
        return isnan(b.number) ? SPK_UNORDERED : compare_with_float(a, b.number);
    if (a.kind == SPK_FLOAT) {
        if (isnan(a.number))
            return SPK_UNORDERED;
        return -compare_with_float(b, a.number);
    }
    if (a.kind == SPK_BIGINT && b.kind == SPK_BIGINT)
        return compare_digits(a.text, b.text);
    if (a.kind == SPK_BIGINT)
        return a.text.at[0] == '-' ? -1 : 1;
    if (b.kind == SPK_BIGINT)
        return b.text.at[0] == '-' ? 1 : -1;
    int64_t left = a.kind == SPK_BOOL ? a.boolean : a.integer;
    int64_t right = b.kind == SPK_BOOL ? b.boolean : b.integer;
    return sign_of(left, right);
}

/* Instants: an aware and a naive one are different, and have no order. */
static bool compare_times(const struct spk_civil *a, const struct spk_civil *b, int *order)
{
    if (a->has_offset != b->has_offset)
        return false;
    *order = sign_of(spk_civil_to_us(a), spk_civil_to_us(b));
    return true;
}

static bool equal(struct spk_value a, struct spk_value b, int depth);

static bool equal_lists(const struct spk_list *a, const struct spk_list *b, int depth)
{
    if (a == b)
        return true;
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        if (!equal(a->items[i], b->items[i], depth + 1))
            return false;
    }
    return true;
}

static bool equal_dicts(struct spk_value a, struct spk_value b, int depth)
{
    if (a.dict == b.dict)
        return true;
    if (a.dict->len != b.dict->len)
        return false;
    for (size_t i = 0; i < a.dict->len; i++) {
        const struct spk_entry *entry = &a.dict->entries[i];
        struct spk_value other = spk_dict_get_value(b, entry->key);
        if (!spk_is_defined(other) || !equal(entry->value, other, depth + 1))
            return false;
    }
    return true;
}

static bool equal(struct spk_value a, struct spk_value b, int depth)
{
    if (is_numeric(a) && is_numeric(b))
        return compare_numbers(a, b) == 0;
    if (a.kind != b.kind || depth > VALUE_MAX_DEPTH)
        return false;
    int order = 0;
    switch ((enum spk_kind)a.kind) {
    case SPK_STRING:
    case SPK_BYTES: return spk_view_equal(a.text, b.text);
    case SPK_LIST:
    case SPK_TUPLE: return equal_lists(a.list, b.list, depth);
    case SPK_DICT: return equal_dicts(a, b, depth);
    case SPK_DATETIME: return compare_times(a.time, b.time, &order) && order == 0;
    case SPK_DATE: return a.day == b.day;
    case SPK_TIMEDELTA: return a.integer == b.integer;
    default: return true;
    }
}

bool spk_value_equal(struct spk_value a, struct spk_value b)
{
    return equal(a, b, 0);
}

static bool compare(struct spk_value a, struct spk_value b, int *order, int depth);

/* Python: the first pair that differs decides, then the lengths. */
static bool compare_lists(const struct spk_list *a, const struct spk_list *b, int *order, int depth)
{
    size_t shared = a->len < b->len ? a->len : b->len;
    for (size_t i = 0; i < shared; i++) {
        if (!equal(a->items[i], b->items[i], depth + 1))
            return compare(a->items[i], b->items[i], order, depth + 1);
    }
    *order = sign_of((int64_t)a->len, (int64_t)b->len);
    return true;
}

static bool compare(struct spk_value a, struct spk_value b, int *order, int depth)
{
    if (is_numeric(a) && is_numeric(b)) {
        *order = compare_numbers(a, b);
        return true;
    }
    if (a.kind != b.kind || depth > VALUE_MAX_DEPTH)
        return false;
    switch ((enum spk_kind)a.kind) {
    case SPK_STRING:
    case SPK_BYTES: *order = sign_of(spk_view_compare(a.text, b.text), 0); return true;
    case SPK_LIST:
    case SPK_TUPLE: return compare_lists(a.list, b.list, order, depth);
    case SPK_DATETIME: return compare_times(a.time, b.time, order);
    case SPK_DATE: *order = sign_of(a.day, b.day); return true;
    case SPK_TIMEDELTA: *order = sign_of(a.integer, b.integer); return true;
    default: return false;
    }
}

bool spk_value_compare(struct spk_value a, struct spk_value b, int *order)
{
    return compare(a, b, order, 0);
}

static uint64_t mix(uint64_t n)
{
    n ^= n >> 32;
    n *= UINT64_C(0x9E3779B97F4A7C15);
    return n ^ n >> 29;
}

/* Beyond int64 a whole number hashes modulo the prime 2^61 - 1, which digits and doubles share. */
static const uint64_t hash_prime = (UINT64_C(1) << 61) - 1;

static uint64_t times_modulo(uint64_t a, uint64_t b)
{
    return (uint64_t)((unsigned __int128)a * b % hash_prime);
}

static uint64_t hash_double(double number)
{
    if (number >= -TWO_63 && number < TWO_63 && trunc(number) == number)
        return mix((uint64_t)(int64_t)number);
    if (isfinite(number) && trunc(number) == number) {
        int exponent = 0;
        double fraction = frexp(fabs(number), &exponent);
        uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
        return mix(times_modulo(mantissa, UINT64_C(1) << (exponent - 53) % 61));
    }
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    return mix(bits);
}

static uint64_t hash_digits(struct spk_view digits)
{
    uint64_t rest = 0;
    for (size_t i = digits.at[0] == '-' ? 1 : 0; i < digits.len; i++)
        rest = (times_modulo(rest, 10) + (uint64_t)(digits.at[i] - '0')) % hash_prime;
    return mix(rest);
}

uint64_t spk_value_hash(struct spk_value v)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_BOOL: return mix(v.boolean);
    case SPK_INT:
    case SPK_TIMEDELTA: return mix((uint64_t)v.integer);
    case SPK_FLOAT: return hash_double(v.number);
    case SPK_BIGINT: return hash_digits(v.text);
    case SPK_STRING:
    case SPK_BYTES: return spk_view_hash(v.text);
    case SPK_DATE: return mix((uint64_t)v.day);
    case SPK_DATETIME: return mix((uint64_t)spk_civil_to_us(v.time));
    case SPK_TUPLE: {
        uint64_t hash = v.list->len;
        for (size_t i = 0; i < v.list->len; i++)
            hash = mix(hash + spk_value_hash(v.list->items[i]));
        return hash;
    }
    default: return v.kind;
    }
}

bool spk_value_is_hashable(struct spk_value v)
{
    if (v.kind != SPK_TUPLE)
        return v.kind != SPK_LIST && v.kind != SPK_DICT;
    for (size_t i = 0; i < v.list->len; i++) {
        if (!spk_value_is_hashable(v.list->items[i]))
            return false;
    }
    return true;
}
