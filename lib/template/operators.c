/* Arithmetic and comparisons with Python's rules for mixed kinds. */
#include <math.h>

#include "template/template_internal.h"

#define TWO_63 9223372036854775808.0

enum { MAX_ORDER_DEPTH = 1000 };

static const char *op_text(int op)
{
    switch (op) {
    case '+': return "+";
    case '-': return "-";
    case '*': return "*";
    case '/': return "/";
    case '%': return "%";
    case OP_FLOORDIV: return "//";
    case OP_POW: return "**";
    case '<': return "<";
    case '>': return ">";
    case OP_LE: return "<=";
    default: return ">=";
    }
}

static spk_rc bad_operands(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b)
{
    return spk_tpl_type_error(s, "'%s' does not work on '%s' and '%s'", op_text(op),
                              spk_tpl_type_name(a), spk_tpl_type_name(b));
}

bool spk_tpl_as_double(struct spk_value v, double *out)
{
    switch (v.kind) {
    case SPK_BOOL: *out = v.boolean; return true;
    case SPK_INT: *out = (double)v.integer; return true;
    case SPK_FLOAT: *out = v.number; return true;
    case SPK_BIGINT: return spk_parse_double(v.text, out);
    default: return false;
    }
}

bool spk_tpl_as_int(struct spk_value v, int64_t *out)
{
    if (v.kind == SPK_BOOL)
        *out = v.boolean;
    else if (v.kind == SPK_INT)
        *out = v.integer;
    else
        return false;
    return true;
}

spk_rc spk_tpl_int_from_double(struct spk_tpl_state *s, double number, struct spk_value *out)
{
    if (isnan(number) || isinf(number))
        return spk_tpl_value_error(s, "cannot convert float %s to integer",
                                   isnan(number) ? "NaN" : "infinity");
    number = trunc(number);
    if (number >= -TWO_63 && number < TWO_63)
        *out = spk_int((int64_t)number);
    else
        *out = spk_integer_from_digits(s->arena, spk_arena_printf(s->arena, "%.0f", number));
    return SPK_OK;
}

static bool is_integer(struct spk_value v)
{
    return v.kind == SPK_BOOL || v.kind == SPK_INT || v.kind == SPK_BIGINT;
}

static spk_rc division_by_zero(struct spk_tpl_state *s)
{
    return spk_tpl_value_error(s, "division by zero");
}

static double floor_mod(double a, double b)
{
    double rest = fmod(a, b);
    if (rest != 0 && (rest < 0) != (b < 0))
        rest += b;
    return rest == 0 ? copysign(0, b) : rest;
}

static double floor_div(double a, double b)
{
    double rest = fmod(a, b);
    double quotient = (a - rest) / b;
    if (rest != 0 && (rest < 0) != (b < 0))
        quotient -= 1;
    if (quotient == 0)
        return copysign(0, a / b);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

static spk_rc float_power(struct spk_tpl_state *s, double a, double b, struct spk_value *out)
{
    if (a == 0 && b < 0)
        return division_by_zero(s);
    if (a < 0 && b != floor(b) && !isinf(b))
        return spk_tpl_value_error(s, "complex numbers are not supported");
    double power = pow(a, b);
    if (isinf(power) && !isinf(a) && !isinf(b))
        return spk_tpl_value_error(s, "numerical result out of range");
    *out = spk_float(power);
    return SPK_OK;
}

static spk_rc float_binary(struct spk_tpl_state *s, int op, double a, double b,
                           struct spk_value *out)
{
    if (b == 0 && (op == '/' || op == '%' || op == OP_FLOORDIV))
        return division_by_zero(s);
    switch (op) {
    case '+': *out = spk_float(a + b); return SPK_OK;
    case '-': *out = spk_float(a - b); return SPK_OK;
    case '*': *out = spk_float(a * b); return SPK_OK;
    case '/': *out = spk_float(a / b); return SPK_OK;
    case '%': *out = spk_float(floor_mod(a, b)); return SPK_OK;
    case OP_FLOORDIV: *out = spk_float(floor_div(a, b)); return SPK_OK;
    default: return float_power(s, a, b, out);
    }
}

/* False where the result may not fit: the slow way then. */
static bool small_binary(int op, int64_t a, int64_t b, struct spk_value *out)
{
    int64_t n;
    switch (op) {
    case '+':
        if (__builtin_add_overflow(a, b, &n))
            return false;
        break;
    case '-':
        if (__builtin_sub_overflow(a, b, &n))
            return false;
        break;
    case '*':
        if (__builtin_mul_overflow(a, b, &n))
            return false;
        break;
    case '%':
        n = b == -1 ? 0 : a % b;
        if (n != 0 && (n < 0) != (b < 0))
            n += b;
        break;
    case OP_FLOORDIV:
        if (b == -1)
            return false;
        n = a / b;
        if (a % b != 0 && (a < 0) != (b < 0))
            n--;
        break;
    default: return false;
    }
    *out = spk_int(n);
    return true;
}

static spk_rc divide_integers(struct spk_tpl_state *s, struct spk_value a, struct spk_value b,
                              struct spk_value *out)
{
    double x;
    double y;
    int64_t i;
    int64_t j;
    if (spk_tpl_as_int(a, &i) && spk_tpl_as_int(b, &j))
        *out = spk_float((double)((long double)i / (long double)j));
    else if (spk_tpl_as_double(a, &x) && spk_tpl_as_double(b, &y))
        *out = spk_float(x / y);
    else
        return spk_tpl_value_error(s, "integer division result too large for a float");
    return SPK_OK;
}

static spk_rc integer_binary(struct spk_tpl_state *s, int op, struct spk_value a,
                             struct spk_value b, struct spk_value *out)
{
    int64_t i;
    int64_t j = 1;
    bool small = spk_tpl_as_int(b, &j);
    if (j == 0 && (op == '/' || op == '%' || op == OP_FLOORDIV))
        return division_by_zero(s);
    if (op == '/')
        return divide_integers(s, a, b, out);
    if (small && spk_tpl_as_int(a, &i)) {
        if (op == OP_POW && j < 0)
            return float_power(s, (double)i, (double)j, out);
        if (small_binary(op, i, j, out))
            return SPK_OK;
    }
    return spk_tpl_big_binary(s, op, a, b, out);
}

static spk_rc number_binary(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                            struct spk_value *out)
{
    double x;
    double y;
    if (is_integer(a) && is_integer(b))
        return integer_binary(s, op, a, b, out);
    if (!spk_tpl_as_double(a, &x) || !spk_tpl_as_double(b, &y))
        return spk_tpl_value_error(s, "int too large to convert to float");
    return float_binary(s, op, x, y, out);
}

static spk_rc add_texts(struct spk_tpl_state *s, struct spk_value a, struct spk_value b,
                        struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    unsigned safe = (a.flags | b.flags) & SPK_VALUE_SAFE;
    const struct spk_value parts[] = {a, b};
    for (int i = 0; i < 2; i++) {
        if (safe && !(parts[i].flags & SPK_VALUE_SAFE))
            spk_tpl_escape(&buf, parts[i].text);
        else
            spk_buf_append(&buf, parts[i].text);
    }
    spk_rc rc = spk_tpl_take(s, &buf, out);
    if (rc == SPK_OK)
        out->flags |= (uint8_t)safe;
    return rc;
}

static spk_rc add_lists(struct spk_tpl_state *s, struct spk_value a, struct spk_value b,
                        struct spk_value *out)
{
    struct spk_value sum = a.kind == SPK_LIST ? spk_list_new(s->arena) : spk_tuple_new(s->arena);
    const struct spk_value parts[] = {a, b};
    for (int p = 0; p < 2; p++) {
        for (size_t i = 0; i < parts[p].list->len; i++) {
            spk_rc rc = spk_tpl_append(s, sum, parts[p].list->items[i]);
            if (rc != SPK_OK)
                return rc;
        }
    }
    *out = sum;
    return SPK_OK;
}

/* text * count, list * count, in either order. */
static spk_rc repeat(struct spk_tpl_state *s, struct spk_value what, int64_t count,
                     struct spk_value *out)
{
    if (what.kind == SPK_STRING) {
        struct spk_buf buf = spk_tpl_buf(s);
        for (int64_t i = 0; i < count && what.text.len && !buf.overflow; i++)
            spk_buf_append(&buf, what.text);
        return spk_tpl_take(s, &buf, out);
    }
    struct spk_value list =
        what.kind == SPK_LIST ? spk_list_new(s->arena) : spk_tuple_new(s->arena);
    for (int64_t i = 0; i < count && what.list->len; i++) {
        for (size_t n = 0; n < what.list->len; n++) {
            spk_rc rc = spk_tpl_append(s, list, what.list->items[n]);
            if (rc != SPK_OK)
                return rc;
        }
    }
    *out = list;
    return SPK_OK;
}

static bool is_sequence(struct spk_value v)
{
    return v.kind == SPK_STRING || v.kind == SPK_LIST || v.kind == SPK_TUPLE;
}

static bool is_numeric(struct spk_value v)
{
    return is_integer(v) || v.kind == SPK_FLOAT;
}

static spk_rc sequence_binary(struct spk_tpl_state *s, int op, struct spk_value a,
                              struct spk_value b, struct spk_value *out)
{
    bool swap = op == '*' && !is_sequence(a);
    struct spk_value what = swap ? b : a;
    struct spk_value other = swap ? a : b;
    int64_t count;
    if (!is_sequence(what) || (op != '*' && (op != '+' || a.kind != b.kind)))
        return bad_operands(s, op, a, b);
    if (op == '+')
        return a.kind == SPK_STRING ? add_texts(s, a, b, out) : add_lists(s, a, b, out);
    if (other.kind == SPK_BIGINT)
        return spk_tpl_value_error(s, "the count of a repetition is too large");
    return spk_tpl_as_int(other, &count) ? repeat(s, what, count, out) : bad_operands(s, op, a, b);
}

spk_rc spk_tpl_binary(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                      struct spk_value *out)
{
    if (op == '%' && a.kind == SPK_STRING)
        return spk_tpl_percent(s, a.text, b, out);
    if (a.kind == SPK_UNDEFINED || b.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "'%s' with an undefined value", op_text(op));
    if (is_numeric(a) && is_numeric(b))
        return number_binary(s, op, a, b, out);
    bool handled = false;
    const struct spk_value operands[2] = {a, b};
    spk_rc rc = spk_tpl_time_binary(s, op, operands, out, &handled);
    return handled ? rc : sequence_binary(s, op, a, b, out);
}

spk_rc spk_tpl_negate(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out)
{
    if (v.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "sign before an undefined value");
    if (v.kind == SPK_FLOAT)
        *out = spk_float(-v.number);
    else if (v.kind == SPK_TIMEDELTA)
        *out = (struct spk_value){.kind = SPK_TIMEDELTA, .integer = -v.integer};
    else if (v.kind == SPK_TPL_DURATION)
        return spk_tpl_binary(s, '*', v, spk_int(-1), out);
    else if (is_integer(v))
        return number_binary(s, '-', spk_int(0), v, out);
    else
        return spk_tpl_type_error(s, "bad operand for unary -: '%s'", spk_tpl_type_name(v));
    return SPK_OK;
}

static spk_rc order(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                    bool *out);

static bool by_sign(int op, int sign)
{
    return op == '<' ? sign < 0 : op == '>' ? sign > 0 : op == OP_LE ? sign <= 0 : sign >= 0;
}

/* Sequences: the first items that differ decide, then the lengths. */
static spk_rc order_lists(struct spk_tpl_state *s, int op, const struct spk_list *a,
                          const struct spk_list *b, bool *out)
{
    size_t i = 0;
    while (i < a->len && i < b->len && spk_tpl_equal(a->items[i], b->items[i]))
        i++;
    if (i < a->len && i < b->len)
        return order(s, op, a->items[i], b->items[i], out);
    *out = by_sign(op, (a->len > b->len) - (a->len < b->len));
    return SPK_OK;
}

static bool is_nan(struct spk_value v)
{
    return v.kind == SPK_FLOAT && isnan(v.number);
}

static spk_rc order_scalars(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                            bool *out)
{
    int sign;
    if (is_numeric(a) && is_numeric(b) && (is_nan(a) || is_nan(b))) {
        *out = false;
        return SPK_OK;
    }
    if (a.kind >= SPK_TPL_ABSENT || b.kind >= SPK_TPL_ABSENT || !spk_value_compare(a, b, &sign))
        return bad_operands(s, op, a, b);
    *out = by_sign(op, sign);
    return SPK_OK;
}

static spk_rc order(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                    bool *out)
{
    if (a.kind == SPK_UNDEFINED || b.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "'%s' with an undefined value", op_text(op));
    if (a.kind != b.kind || (a.kind != SPK_LIST && a.kind != SPK_TUPLE))
        return order_scalars(s, op, a, b, out);
    if (s->depth >= MAX_ORDER_DEPTH)
        return spk_tpl_value_error(s, "lists nested too deeply to compare");
    s->depth++;
    spk_rc rc = order_lists(s, op, a.list, b.list, out);
    s->depth--;
    return rc;
}

spk_rc spk_tpl_contains(struct spk_tpl_state *s, struct spk_value container, struct spk_value item,
                        bool *out)
{
    *out = false;
    if (container.kind == SPK_STRING) {
        if (item.kind != SPK_STRING)
            return spk_tpl_type_error(s, "'in' of a text needs a text, not %s",
                                      spk_tpl_type_name(item));
        *out = spk_view_find(container.text, item.text, 0) >= 0;
        return SPK_OK;
    }
    if (container.kind == SPK_DICT) {
        spk_rc rc = spk_tpl_hashable(s, item);
        *out = rc == SPK_OK && item.kind < SPK_TPL_ABSENT &&
               spk_is_defined(spk_tpl_object_get(container, item));
        return rc;
    }
    struct spk_value items;
    spk_rc rc = spk_tpl_items(s, container, &items);
    for (size_t i = 0; rc == SPK_OK && !*out && i < items.list->len; i++)
        *out = spk_tpl_equal(items.list->items[i], item);
    return rc;
}

spk_rc spk_tpl_compare(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                       bool *out)
{
    spk_rc rc;
    spk_tpl_charge(s, a);
    spk_tpl_charge(s, b);
    switch (op) {
    case OP_EQ: *out = spk_tpl_equal(a, b); return SPK_OK;
    case OP_NE: *out = !spk_tpl_equal(a, b); return SPK_OK;
    case OP_IN: return spk_tpl_contains(s, b, a, out);
    case OP_NOT_IN:
        rc = spk_tpl_contains(s, b, a, out);
        *out = !*out;
        return rc;
    default: return order(s, op, a, b, out);
    }
}
