/* Arithmetic with dates, datetimes, timedeltas and isodate's durations. */
#include <math.h>

#include "template/template_internal.h"

#define FIRST_US     (INT64_C(-62135596800) * SPK_SECOND_US)     /* 0001-01-01 */
#define LAST_US      (INT64_C(253402300800) * SPK_SECOND_US - 1) /* 9999-12-31 */
#define MAX_DELTA_US ((double)INT64_MAX)

int64_t spk_tpl_now(const struct spk_tpl_state *s)
{
    return s->env->fixed_now ? s->env->now_us : spk_time_now_us();
}

bool spk_tpl_in_years(int64_t us)
{
    return us >= FIRST_US && us <= LAST_US;
}

struct spk_value spk_tpl_datetime(struct spk_tpl_state *s, const struct spk_civil *civil)
{
    struct spk_civil *copy = SPK_NEW(s->arena, struct spk_civil);
    *copy = *civil;
    return (struct spk_value){.kind = SPK_DATETIME, .time = copy};
}

static spk_rc out_of_range(struct spk_tpl_state *s)
{
    return spk_tpl_value_error(s, "date value out of range");
}

spk_rc spk_tpl_datetime_from_us(struct spk_tpl_state *s, int64_t us, int offset_s,
                                struct spk_value *out)
{
    struct spk_civil civil;
    if (!spk_tpl_in_years(us) || !spk_tpl_in_years(us + offset_s * SPK_SECOND_US))
        return out_of_range(s);
    spk_civil_from_us(us, offset_s, &civil);
    civil.has_offset = true;
    *out = spk_tpl_datetime(s, &civil);
    return SPK_OK;
}

static struct spk_value timedelta(int64_t us)
{
    return (struct spk_value){.kind = SPK_TIMEDELTA, .integer = us};
}

static int64_t floor_days(int64_t us)
{
    return us / SPK_DAY_US - (us % SPK_DAY_US < 0);
}

/* A moment plus a delta; the wall clock moves, the offset stays. */
static spk_rc shift(struct spk_tpl_state *s, struct spk_value moment, int64_t us,
                    struct spk_value *out)
{
    int64_t sum;
    if (moment.kind == SPK_DATE) {
        sum = moment.day + floor_days(us);
        if (!spk_tpl_in_years(sum > INT32_MAX || sum < INT32_MIN ? INT64_MAX : sum * SPK_DAY_US))
            return out_of_range(s);
        *out = (struct spk_value){.kind = SPK_DATE, .day = (int32_t)sum};
        return SPK_OK;
    }
    struct spk_civil civil = *moment.time;
    civil.has_offset = false;
    civil.offset_s = 0;
    if (__builtin_add_overflow(spk_civil_to_us(&civil), us, &sum) || !spk_tpl_in_years(sum))
        return out_of_range(s);
    spk_civil_from_us(sum, 0, &civil);
    civil.has_offset = moment.time->has_offset;
    civil.offset_s = moment.time->offset_s;
    *out = spk_tpl_datetime(s, &civil);
    return SPK_OK;
}

/* The moment moved by whole years and months; the day is clipped to the month's end. */
static spk_rc shift_months(struct spk_tpl_state *s, struct spk_value moment,
                           const struct spk_tpl_duration *duration, int sign, struct spk_value *out)
{
    if (duration->years != floor(duration->years) || duration->months != floor(duration->months))
        return spk_tpl_value_error(s, "fractional years or months do not work with dates");
    struct spk_civil civil = {0};
    if (moment.kind == SPK_DATE)
        spk_day_to_civil(moment.day, &civil.year, &civil.month, &civil.day);
    else
        civil = *moment.time;
    double months =
        civil.year * 12.0 + civil.month - 1 + sign * (duration->years * 12 + duration->months);
    if (months < 12 || months >= 10000 * 12.0)
        return out_of_range(s);
    civil.year = (int)months / 12;
    civil.month = (int)months % 12 + 1;
    int last = spk_month_days(civil.year, civil.month);
    if (civil.day > last)
        civil.day = last;
    if (moment.kind == SPK_DATE) {
        *out = (struct spk_value){.kind = SPK_DATE,
                                  .day = spk_day_from_civil(civil.year, civil.month, civil.day)};
        return SPK_OK;
    }
    *out = spk_tpl_datetime(s, &civil);
    return SPK_OK;
}

static bool is_moment(struct spk_value v)
{
    return v.kind == SPK_DATE || v.kind == SPK_DATETIME;
}

static bool is_delta(struct spk_value v)
{
    return v.kind == SPK_TIMEDELTA || v.kind == SPK_TPL_DURATION;
}

static spk_rc moment_and_delta(struct spk_tpl_state *s, int sign, struct spk_value moment,
                               struct spk_value delta, struct spk_value *out)
{
    if (delta.kind == SPK_TIMEDELTA)
        return shift(s, moment, sign * delta.integer, out);
    const struct spk_tpl_duration *duration = spk_tpl_what(delta);
    spk_rc rc = shift_months(s, moment, duration, sign, &moment);
    return rc == SPK_OK ? shift(s, moment, sign * duration->us, out) : rc;
}

static spk_rc difference(struct spk_tpl_state *s, struct spk_value a, struct spk_value b,
                         struct spk_value *out)
{
    if (a.kind != b.kind || (a.kind == SPK_DATETIME && a.time->has_offset != b.time->has_offset))
        return spk_tpl_type_error(s, "cannot subtract offset-naive and offset-aware datetimes");
    if (a.kind == SPK_DATE)
        *out = timedelta(((int64_t)a.day - b.day) * SPK_DAY_US);
    else
        *out = timedelta(spk_civil_to_us(a.time) - spk_civil_to_us(b.time));
    return SPK_OK;
}

static struct spk_tpl_duration as_duration(struct spk_value v)
{
    if (v.kind == SPK_TIMEDELTA)
        return (struct spk_tpl_duration){.us = v.integer};
    return *(struct spk_tpl_duration *)spk_tpl_what(v);
}

static spk_rc add_deltas(struct spk_tpl_state *s, int sign, struct spk_value a, struct spk_value b,
                         struct spk_value *out)
{
    struct spk_tpl_duration x = as_duration(a);
    struct spk_tpl_duration y = as_duration(b);
    int64_t us;
    if (__builtin_add_overflow(x.us, sign * y.us, &us) || us == INT64_MIN)
        return out_of_range(s);
    *out = timedelta(us);
    if (a.kind == SPK_TPL_DURATION || b.kind == SPK_TPL_DURATION) {
        struct spk_tpl_duration *sum = SPK_NEW(s->arena, struct spk_tpl_duration);
        *sum = (struct spk_tpl_duration){x.years + sign * y.years, x.months + sign * y.months, us};
        *out = spk_tpl_special(SPK_TPL_DURATION, sum);
    }
    return SPK_OK;
}

/* timedelta * number, / number, // int */
static spk_rc scale(struct spk_tpl_state *s, int op, int64_t us, struct spk_value factor,
                    struct spk_value *out)
{
    double number;
    int64_t whole;
    if (!spk_tpl_as_double(factor, &number))
        return out_of_range(s);
    if (op != '*' && number == 0)
        return spk_tpl_value_error(s, "division by zero");
    bool exact = spk_tpl_as_int(factor, &whole);
    if (op == '*' && exact) {
        if (__builtin_mul_overflow(us, whole, &whole) || whole == INT64_MIN)
            return out_of_range(s);
        *out = timedelta(whole);
        return SPK_OK;
    }
    if (op == OP_FLOORDIV && exact) {
        *out = timedelta(us / whole - (us % whole != 0 && (us < 0) != (whole < 0)));
        return SPK_OK;
    }
    double product = op == '*' ? (double)us * number : (double)us / number;
    if (!(fabs(product) < MAX_DELTA_US))
        return out_of_range(s);
    *out = timedelta((int64_t)nearbyint(product));
    return SPK_OK;
}

static spk_rc scale_duration(struct spk_tpl_state *s, struct spk_value v, int64_t factor,
                             struct spk_value *out)
{
    struct spk_tpl_duration *product = SPK_NEW(s->arena, struct spk_tpl_duration);
    *product = as_duration(v);
    product->years *= (double)factor;
    product->months *= (double)factor;
    if (__builtin_mul_overflow(product->us, factor, &product->us) || product->us == INT64_MIN)
        return out_of_range(s);
    *out = spk_tpl_special(SPK_TPL_DURATION, product);
    return SPK_OK;
}

static spk_rc divide_deltas(struct spk_tpl_state *s, int op, int64_t a, int64_t b,
                            struct spk_value *out)
{
    if (b == 0)
        return spk_tpl_value_error(s, "division by zero");
    int64_t quotient = b == -1 ? -a : a / b - (a % b != 0 && (a < 0) != (b < 0));
    if (op == '/')
        *out = spk_float((double)a / (double)b);
    else if (op == OP_FLOORDIV)
        *out = spk_int(quotient);
    else
        *out = timedelta(a - quotient * b);
    return SPK_OK;
}

static bool is_number(struct spk_value v)
{
    return spk_is_number(v) || v.kind == SPK_BOOL;
}

static bool is_scaling(int op)
{
    return op == '*' || op == '/' || op == OP_FLOORDIV;
}

/* + and - of moments and deltas. */
static spk_rc add_times(struct spk_tpl_state *s, int op, const struct spk_value operands[2],
                        struct spk_value *out, bool *handled)
{
    struct spk_value a = operands[0];
    struct spk_value b = operands[1];
    int sign = op == '-' ? -1 : 1;
    if (is_moment(a) && is_delta(b))
        return moment_and_delta(s, sign, a, b, out);
    if (op == '+' && is_delta(a) && is_moment(b))
        return moment_and_delta(s, 1, b, a, out);
    if (op == '-' && is_moment(a) && is_moment(b))
        return difference(s, a, b, out);
    if (is_delta(a) && is_delta(b))
        return add_deltas(s, sign, a, b, out);
    *handled = false;
    return SPK_OK;
}

/* A delta multiplied or divided; for * the number may stand first. */
static spk_rc scale_times(struct spk_tpl_state *s, int op, const struct spk_value operands[2],
                          struct spk_value *out, bool *handled)
{
    bool swap = op == '*' && !is_delta(operands[0]);
    struct spk_value delta = operands[swap];
    struct spk_value other = operands[!swap];
    int64_t factor;
    if (delta.kind == SPK_TIMEDELTA && is_scaling(op) && is_number(other))
        return scale(s, op, delta.integer, other, out);
    if (delta.kind == SPK_TPL_DURATION && op == '*' && spk_tpl_as_int(other, &factor))
        return scale_duration(s, delta, factor, out);
    if (delta.kind == SPK_TIMEDELTA && other.kind == SPK_TIMEDELTA && op != '*' && op != OP_POW)
        return divide_deltas(s, op, delta.integer, other.integer, out);
    *handled = false;
    return SPK_OK;
}

spk_rc spk_tpl_time_binary(struct spk_tpl_state *s, int op, const struct spk_value operands[2],
                           struct spk_value *out, bool *handled)
{
    *handled = true;
    if (op == '+' || op == '-')
        return add_times(s, op, operands, out, handled);
    return scale_times(s, op, operands, out, handled);
}
