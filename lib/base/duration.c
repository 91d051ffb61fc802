#include "base/time_internal.h"

enum {
    MOST_DIGITS = 12,        /* of a fraction; more change nothing that is a microsecond long */
    MOST_MONTHS = 9999 * 12, /* more leave the calendar from any day */
};
#define MOST_US (SPK_TIME_LAST_US - SPK_TIME_FIRST_US)

typedef __int128 picos; /* 10^-12 of a unit */
static const picos pico = INT64_C(1000000000000);

/* Digits with an optional fraction behind point or comma. False where there are none. */
static bool read_amount(struct spk_view *rest, picos *amount, bool *whole)
{
    picos sum = 0;
    size_t i = 0;
    for (; i < rest->len && rest->at[i] >= '0' && rest->at[i] <= '9'; i++) {
        sum = sum > pico ? sum : sum * 10 + (rest->at[i] - '0'); /* past any bound: stay there */
    }
    if (i == 0) {
        return false;
    }
    sum *= pico;
    *whole = true;
    if (i < rest->len && (rest->at[i] == '.' || rest->at[i] == ',')) {
        size_t start = ++i;
        picos unit = pico;
        for (; i < rest->len && rest->at[i] >= '0' && rest->at[i] <= '9'; i++) {
            unit = i - start < MOST_DIGITS ? unit / 10 : 0;
            sum += unit * (rest->at[i] - '0');
            *whole = *whole && rest->at[i] == '0';
        }
        if (i == start) {
            return false;
        }
    }
    *amount = sum;
    *rest = spk_view_slice(*rest, i, rest->len);
    return true;
}

static const struct unit {
    char letter;
    bool of_day; /* stands behind the T */
    int months;
    int64_t us;
} units[] = {
    {'Y', false, 12, 0},
    {'M', false, 1, 0},
    {'W', false, 0, 7 * SPK_DAY_US},
    {'D', false, 0, SPK_DAY_US},
    {'H', true, 0, 3600 * SPK_SECOND_US},
    {'M', true, 0, 60 * SPK_SECOND_US},
    {'S', true, 0, SPK_SECOND_US},
};
enum { UNITS = sizeof units / sizeof units[0] };

/* Units come in falling order, each at most once: the one at or after *next, or NULL. */
static const struct unit *find_unit(char letter, bool of_day, size_t *next)
{
    for (; *next < UNITS; (*next)++) {
        if (units[*next].letter == letter && units[*next].of_day == of_day) {
            return &units[(*next)++];
        }
    }
    return NULL;
}

static int64_t round_half_even(picos sum)
{
    int64_t whole = (int64_t)(sum / pico);
    picos twice = sum % pico * 2;
    return whole + (twice > pico || (twice == pico && whole % 2));
}

/* Reads what stands behind the P. NULL, or what is wrong. */
static const char *read_units(struct spk_view rest, struct spk_duration *out)
{
    size_t next = 0;
    bool of_day = false;
    picos us = 0;
    while (rest.len > 0) {
        if (!of_day && rest.at[0] == 'T') {
            of_day = true;
            rest = spk_view_slice(rest, 1, rest.len);
            continue;
        }
        picos amount = 0;
        bool whole = false;
        bool read = read_amount(&rest, &amount, &whole) && rest.len > 0;
        const struct unit *unit = read ? find_unit(rest.at[0], of_day, &next) : NULL;
        if (!unit) {
            return "is no ISO 8601 duration such as P1Y2M3DT4H5M6.5S";
        }
        rest = spk_view_slice(rest, 1, rest.len);
        if (unit->months && !whole) {
            return "has a fraction of a year or month, which is no fixed time";
        }
        if (unit->months && amount / pico * unit->months > MOST_MONTHS) {
            return "is longer than the calendar";
        }
        out->years += unit->months == 12 ? (int)(amount / pico) : 0;
        out->months += unit->months == 1 ? (int)(amount / pico) : 0;
        us += amount * unit->us;
    }
    out->us = us / pico > MOST_US ? 0 : round_half_even(us);
    return us / pico > MOST_US ? "is longer than the calendar" : NULL;
}

spk_rc spk_duration_parse(struct spk_view text, struct spk_duration *out, struct spk_error *err)
{
    struct spk_view rest = text;
    bool negative = spk_view_starts(rest, SPK_V("-"));
    if (negative || spk_view_starts(rest, SPK_V("+"))) {
        rest = spk_view_slice(rest, 1, rest.len);
    }
    struct spk_duration result = {0};
    const char *why = "is no ISO 8601 duration: it does not begin with P";
    if (spk_view_starts(rest, SPK_V("P")) && rest.len > 1) {
        why = read_units(spk_view_slice(rest, 1, rest.len), &result);
    }
    if (why) {
        return spk_error_set(err, SPK_EDATA, "'%.*s' %s", SPK_SHOWN(text), why);
    }
    if (negative) {
        result = (struct spk_duration){-result.years, -result.months, -result.us};
    }
    *out = result;
    return SPK_OK;
}

static int64_t clamp(int64_t us)
{
    return us < SPK_TIME_FIRST_US  ? SPK_TIME_FIRST_US
           : us > SPK_TIME_LAST_US ? SPK_TIME_LAST_US
                                   : us;
}

struct spk_moment spk_moment_add(struct spk_moment moment, const struct spk_duration *duration,
                                 int sign)
{
    struct spk_civil civil;
    int64_t us = clamp(moment.us);
    spk_civil_from_us(us, moment.offset_s, &civil);
    int months = sign * (duration->years * 12 + duration->months);
    int total = civil.year * 12 + civil.month - 1 + months;
    if (total < 12 || total >= 10000 * 12) {
        us = total < 12 ? SPK_TIME_FIRST_US : SPK_TIME_LAST_US;
    } else if (months != 0) {
        civil.year = total / 12;
        civil.month = total % 12 + 1;
        int last = spk_month_days(civil.year, civil.month);
        civil.day = civil.day > last ? last : civil.day;
        us = spk_civil_to_us(&civil);
    }
    return (struct spk_moment){clamp(us + sign * duration->us), moment.offset_s};
}

int64_t spk_duration_add(int64_t us, const struct spk_duration *duration, int sign)
{
    return spk_moment_add((struct spk_moment){us, 0}, duration, sign).us;
}
