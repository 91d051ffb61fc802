/* Attributes and methods of datetime, date, timedelta and isodate's Duration. */
#include <math.h>

#include "template/template_internal.h"

static struct spk_civil civil_of(struct spk_value v)
{
    struct spk_civil civil = {0};
    if (v.kind == SPK_DATE)
        spk_day_to_civil(v.day, &civil.year, &civil.month, &civil.day);
    else
        civil = *v.time;
    return civil;
}

static int32_t day_of(struct spk_value v)
{
    return v.kind == SPK_DATE ? v.day
                              : spk_day_from_civil(v.time->year, v.time->month, v.time->day);
}

static int64_t delta_us(struct spk_value v)
{
    return v.kind == SPK_TIMEDELTA ? v.integer : ((struct spk_tpl_duration *)spk_tpl_what(v))->us;
}

static struct spk_value moment_attribute(struct spk_value object, struct spk_view name)
{
    struct spk_civil civil = civil_of(object);
    const struct {
        const char *name;
        int number;
    } fields[] = {{"year", civil.year},
                  {"month", civil.month},
                  {"day", civil.day},
                  {"hour", civil.hour},
                  {"minute", civil.minute},
                  {"second", civil.second},
                  {"fold", 0},
                  {"microsecond", civil.microsecond}};
    size_t count = object.kind == SPK_DATE ? 3 : sizeof fields / sizeof fields[0];
    for (size_t i = 0; i < count; i++) {
        if (spk_view_is(name, fields[i].name))
            return spk_int(fields[i].number);
    }
    if (object.kind == SPK_DATETIME && spk_view_is(name, "tzinfo"))
        return civil.has_offset
                   ? (struct spk_value){.kind = SPK_TPL_ZONE, .integer = civil.offset_s}
                   : spk_null();
    return (struct spk_value){0};
}

static struct spk_value delta_attribute(struct spk_value object, struct spk_view name)
{
    int64_t us = delta_us(object);
    int64_t days = us / SPK_DAY_US - (us % SPK_DAY_US < 0);
    int64_t rest = us - days * SPK_DAY_US;
    if (spk_view_is(name, "days"))
        return spk_int(days);
    if (spk_view_is(name, "seconds"))
        return spk_int(rest / SPK_SECOND_US);
    if (spk_view_is(name, "microseconds"))
        return spk_int(rest % SPK_SECOND_US);
    if (object.kind != SPK_TPL_DURATION)
        return (struct spk_value){0};
    const struct spk_tpl_duration *duration = spk_tpl_what(object);
    if (spk_view_is(name, "years"))
        return spk_int((int64_t)duration->years);
    if (spk_view_is(name, "months"))
        return spk_int((int64_t)duration->months);
    if (spk_view_is(name, "tdelta"))
        return (struct spk_value){.kind = SPK_TIMEDELTA, .integer = us};
    return (struct spk_value){0};
}

static struct spk_value loop_item(const struct spk_tpl_loop *loop, size_t index)
{
    return index < loop->list.list->len ? loop->list.list->items[index] : (struct spk_value){0};
}

static struct spk_value loop_attribute(struct spk_value object, struct spk_view name)
{
    const struct spk_tpl_loop *loop = spk_tpl_what(object);
    int64_t i = (int64_t)loop->index0;
    int64_t len = (int64_t)loop->list.list->len;
    const struct {
        const char *name;
        int64_t number;
    } fields[] = {{"index0", i},
                  {"index", i + 1},
                  {"length", len},
                  {"revindex0", len - i - 1},
                  {"revindex", len - i},
                  {"depth0", (int64_t)loop->depth0},
                  {"depth", (int64_t)loop->depth0 + 1}};
    for (size_t n = 0; n < sizeof fields / sizeof fields[0]; n++) {
        if (spk_view_is(name, fields[n].name))
            return spk_int(fields[n].number);
    }
    if (spk_view_is(name, "first"))
        return spk_bool(i == 0);
    if (spk_view_is(name, "last"))
        return spk_bool(i + 1 == len);
    if (spk_view_is(name, "previtem") && i > 0)
        return loop_item(loop, (size_t)i - 1);
    if (spk_view_is(name, "nextitem"))
        return loop_item(loop, (size_t)i + 1);
    return (struct spk_value){0};
}

static struct spk_value number_attribute(struct spk_value object, struct spk_view name)
{
    if (object.kind == SPK_BOOL)
        object = spk_int(object.boolean);
    bool integer = object.kind == SPK_INT || object.kind == SPK_BIGINT;
    if (spk_view_is(name, "real") || (integer && spk_view_is(name, "numerator")))
        return object;
    if (spk_view_is(name, "imag"))
        return integer ? spk_int(0) : spk_float(0);
    return integer && spk_view_is(name, "denominator") ? spk_int(1) : (struct spk_value){0};
}

struct spk_value spk_tpl_data_attribute(struct spk_tpl_state *s, struct spk_value object,
                                        struct spk_view name)
{
    switch (object.kind) {
    case SPK_DATE:
    case SPK_DATETIME: return moment_attribute(object, name);
    case SPK_TIMEDELTA:
    case SPK_TPL_DURATION: return delta_attribute(object, name);
    case SPK_TPL_LOOP: return loop_attribute(object, name);
    case SPK_BOOL:
    case SPK_INT:
    case SPK_BIGINT:
    case SPK_FLOAT: return number_attribute(object, name);
    default: return (struct spk_value){0};
    }
}

static spk_rc moment_strftime(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                              struct spk_value *out)
{
    if (call->args[0].kind != SPK_STRING)
        return spk_tpl_type_error(s, "strftime() needs a text, not %s",
                                  spk_tpl_type_name(call->args[0]));
    struct spk_civil civil = civil_of(call->self);
    struct spk_buf buf = spk_tpl_buf(s);
    spk_strftime(&buf, call->args[0].text, &civil);
    return spk_tpl_take(s, &buf, out);
}

static void append_offset(struct spk_buf *out, int offset_s)
{
    int seconds = offset_s < 0 ? -offset_s : offset_s;
    spk_buf_printf(out, "%c%02d:%02d", offset_s < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);
    if (seconds % 60)
        spk_buf_printf(out, ":%02d", seconds % 60);
}

/* The time of day by isoformat's timespec; false where there is no such. */
static bool append_clock(struct spk_buf *out, const struct spk_civil *c, const char *timespec)
{
    static const char *const specs[] = {"hours", "minutes", "seconds", "milliseconds",
                                        "microseconds"};
    size_t precision = 0;
    if (strcmp(timespec, "auto") == 0)
        precision = c->microsecond ? 4 : 2;
    else
        while (precision < 5 && strcmp(timespec, specs[precision]) != 0)
            precision++;
    spk_buf_printf(out, "%02d", c->hour);
    if (precision >= 1)
        spk_buf_printf(out, ":%02d", c->minute);
    if (precision >= 2)
        spk_buf_printf(out, ":%02d", c->second);
    if (precision == 3)
        spk_buf_printf(out, ".%03d", c->microsecond / 1000);
    if (precision == 4)
        spk_buf_printf(out, ".%06d", c->microsecond);
    return precision < 5;
}

static spk_rc datetime_isoformat(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                 struct spk_value *out)
{
    struct spk_civil civil = civil_of(call->self);
    struct spk_view separator = SPK_V("T");
    struct spk_view timespec = SPK_V("auto");
    if (spk_tpl_given(call->args[0])) {
        if (call->args[0].kind != SPK_STRING || spk_tpl_text_len(call->args[0].text) != 1)
            return spk_tpl_type_error(s, "isoformat() separator must be one character");
        separator = call->args[0].text;
    }
    if (spk_tpl_given(call->args[1])) {
        if (call->args[1].kind != SPK_STRING)
            return spk_tpl_type_error(s, "isoformat() timespec must be a text");
        timespec = call->args[1].text;
    }
    struct spk_buf buf = spk_tpl_buf(s);
    spk_buf_printf(&buf, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
    spk_buf_append(&buf, separator);
    if (!append_clock(&buf, &civil, spk_arena_strdup(s->arena, timespec))) {
        spk_buf_deinit(&buf);
        return spk_tpl_value_error(s, "unknown timespec");
    }
    if (civil.has_offset)
        append_offset(&buf, civil.offset_s);
    return spk_tpl_take(s, &buf, out);
}

static spk_rc date_isoformat(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                             struct spk_value *out)
{
    *out = spk_string(spk_day_format(s->arena, day_of(call->self)));
    return SPK_OK;
}

/* Naive times count as UTC: the container's local zone. */
static spk_rc datetime_timestamp(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                 struct spk_value *out)
{
    *out = spk_float((double)spk_civil_to_us(call->self.time) / 1e6);
    return SPK_OK;
}

enum { TO_DATE, TO_WEEKDAY, TO_ISOWEEKDAY, TO_ORDINAL, TO_UTCOFFSET, TO_TZNAME, TO_TIME, TO_CTIME };

static spk_rc moment_part(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    struct spk_civil civil = civil_of(call->self);
    int32_t day = day_of(call->self);
    struct spk_buf buf = spk_tpl_buf(s);
    switch (call->row->op) {
    case TO_DATE: *out = (struct spk_value){.kind = SPK_DATE, .day = day}; return SPK_OK;
    case TO_WEEKDAY: *out = spk_int(spk_day_weekday(day)); return SPK_OK;
    case TO_ISOWEEKDAY: *out = spk_int(spk_day_weekday(day) + 1); return SPK_OK;
    case TO_ORDINAL: *out = spk_int((int64_t)day + 719163); return SPK_OK; /* 0001-01-01 is 1 */
    case TO_UTCOFFSET:
        *out = (struct spk_value){.kind = SPK_TIMEDELTA, .integer = civil.offset_s * SPK_SECOND_US};
        if (!civil.has_offset)
            *out = spk_null();
        return SPK_OK;
    case TO_TIME: {
        struct spk_value time = spk_tpl_datetime(s, &civil);
        time.kind = SPK_TPL_TIME;
        *out = time;
        return SPK_OK;
    }
    case TO_TZNAME:
        if (!civil.has_offset) {
            *out = spk_null();
            return SPK_OK;
        }
        spk_strftime(&buf, SPK_V("%Z"), &civil);
        return spk_tpl_take(s, &buf, out);
    default:
        spk_strftime(&buf, SPK_V("%a %b %e %H:%M:%S %Y"), &civil);
        return spk_tpl_take(s, &buf, out);
    }
}

static spk_rc moment_isocalendar(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                 struct spk_value *out)
{
    struct spk_civil civil = civil_of(call->self);
    struct spk_buf buf = spk_tpl_buf(s);
    spk_strftime(&buf, SPK_V("%G"), &civil);
    spk_buf_append_char(&buf, ' ');
    spk_strftime(&buf, SPK_V("%V"), &civil);
    struct spk_view week = spk_buf_view(&buf);
    struct spk_view year = spk_view_cut(&week, ' ');
    int64_t numbers[3] = {0, 0, spk_day_weekday(day_of(call->self)) + 1};
    spk_parse_i64(year, 0, 9999, &numbers[0]);
    spk_parse_i64(week, 0, 53, &numbers[1]);
    spk_buf_deinit(&buf);
    *out = spk_tuple_new(s->arena);
    for (int i = 0; i < 3; i++)
        spk_list_append(*out, spk_int(numbers[i]));
    return SPK_OK;
}

static bool is_civil(const struct spk_civil *c)
{
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= spk_month_days(c->year, c->month) && c->hour <= 23 && c->minute <= 59 &&
           c->second <= 59;
}

static spk_rc replace_zone(struct spk_tpl_state *s, struct spk_value zone, struct spk_civil *c)
{
    if (zone.kind == SPK_TPL_ZONE || zone.kind == SPK_NULL) {
        c->has_offset = zone.kind == SPK_TPL_ZONE;
        c->offset_s = c->has_offset ? (int)zone.integer : 0;
    } else if (spk_tpl_given(zone)) {
        return spk_tpl_type_error(s, "tzinfo must be a timezone or None");
    }
    return SPK_OK;
}

static spk_rc moment_replace(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                             struct spk_value *out)
{
    struct spk_civil c = civil_of(call->self);
    int *const fields[] = {&c.year,   &c.month,  &c.day,        &c.hour,
                           &c.minute, &c.second, &c.microsecond};
    bool date = call->self.kind == SPK_DATE;
    for (int i = 0; i < (date ? 3 : 7); i++) {
        int64_t number = *fields[i];
        if (spk_tpl_given(call->args[i]) && !spk_tpl_as_int(call->args[i], &number))
            return spk_tpl_type_error(s, "replace() needs integers");
        if (number < 0 || number > 999999)
            return spk_tpl_value_error(s, "replace() would give no valid date");
        *fields[i] = (int)number;
    }
    if (!is_civil(&c))
        return spk_tpl_value_error(s, "replace() would give no valid date");
    spk_rc rc = date ? SPK_OK : replace_zone(s, call->args[7], &c);
    if (rc != SPK_OK)
        return rc;
    *out = spk_tpl_datetime(s, &c);
    if (date)
        *out =
            (struct spk_value){.kind = SPK_DATE, .day = spk_day_from_civil(c.year, c.month, c.day)};
    return SPK_OK;
}

static spk_rc datetime_astimezone(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                  struct spk_value *out)
{
    struct spk_value zone = call->args[0];
    if (spk_tpl_given(zone) && zone.kind != SPK_TPL_ZONE && zone.kind != SPK_NULL)
        return spk_tpl_type_error(s, "astimezone() needs a timezone");
    int offset = zone.kind == SPK_TPL_ZONE ? (int)zone.integer : 0;
    return spk_tpl_datetime_from_us(s, spk_civil_to_us(call->self.time), offset, out);
}

static spk_rc datetime_strptime(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                struct spk_value *out)
{
    struct spk_civil civil = {0};
    if (call->args[0].kind != SPK_STRING || call->args[1].kind != SPK_STRING)
        return spk_tpl_type_error(s, "strptime() needs two texts");
    if (spk_strptime(call->args[0].text, call->args[1].text, &civil, NULL) != SPK_OK)
        return spk_tpl_value_error(s, "the text does not match the format '%.*s'",
                                   SPK_FMT(call->args[1].text));
    *out = spk_tpl_datetime(s, &civil);
    return SPK_OK;
}

static spk_rc datetime_fromtimestamp(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                     struct spk_value *out)
{
    double seconds;
    if (!spk_tpl_as_double(call->args[0], &seconds))
        return spk_tpl_type_error(s, "fromtimestamp() needs a number");
    if (!(fabs(seconds) < 1e12))
        return spk_tpl_value_error(s, "year is out of range");
    struct spk_value zone = call->args[1];
    spk_rc rc = spk_tpl_datetime_from_us(s, (int64_t)nearbyint(seconds * 1e6),
                                         zone.kind == SPK_TPL_ZONE ? (int)zone.integer : 0, out);
    if (rc == SPK_OK && zone.kind != SPK_TPL_ZONE) {
        struct spk_civil civil = *out->time;
        civil.has_offset = false;
        *out = spk_tpl_datetime(s, &civil);
    }
    return rc;
}

static spk_rc datetime_fromisoformat(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                     struct spk_value *out)
{
    struct spk_civil civil = {0};
    if (call->args[0].kind != SPK_STRING)
        return spk_tpl_type_error(s, "fromisoformat() needs a text");
    if (call->args[0].text.len < 8 || !spk_tpl_isoparse(call->args[0].text, &civil))
        return spk_tpl_value_error(s, "not an ISO 8601 instant");
    *out = spk_tpl_datetime(s, &civil);
    return SPK_OK;
}

static spk_rc delta_total_seconds(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                  struct spk_value *out)
{
    *out = spk_float((double)delta_us(call->self) / 1e6);
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_methods_datetime[] = {
    {"isoformat", "?sep ?timespec", datetime_isoformat, 0},
    {"timestamp", "/", datetime_timestamp, 0},
    {"astimezone", "?tz", datetime_astimezone, 0},
    {"strptime", "/date_string format", datetime_strptime, 0},
    {"fromtimestamp", "timestamp ?tz", datetime_fromtimestamp, 0},
    {"fromisoformat", "/date_string", datetime_fromisoformat, 0},
    {"date", "/", moment_part, TO_DATE},
    {"time", "/", moment_part, TO_TIME},
    {"utcoffset", "/", moment_part, TO_UTCOFFSET},
    {"tzname", "/", moment_part, TO_TZNAME},
    {"replace", "?year ?month ?day ?hour ?minute ?second ?microsecond ?tzinfo", moment_replace, 0},
    {0},
};

const struct spk_tpl_row spk_tpl_methods_date[] = {
    {"strftime", "format", moment_strftime, 0},
    {"isoformat", "/", date_isoformat, 0},
    {"weekday", "/", moment_part, TO_WEEKDAY},
    {"isoweekday", "/", moment_part, TO_ISOWEEKDAY},
    {"isocalendar", "/", moment_isocalendar, 0},
    {"toordinal", "/", moment_part, TO_ORDINAL},
    {"ctime", "/", moment_part, TO_CTIME},
    {"replace", "?year ?month ?day", moment_replace, 0},
    {0},
};

const struct spk_tpl_row spk_tpl_methods_timedelta[] = {
    {"total_seconds", "/", delta_total_seconds, 0},
    {0},
};
