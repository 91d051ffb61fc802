/* The CDK's macros, and the globals of Jinja that it leaves in place. */
#include <math.h>
#include <stdio.h>

#include "base/id.h"
#include "template/template_internal.h"

static spk_rc now_utc(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    return spk_tpl_datetime_from_us(s, spk_tpl_now(s), 0, out);
}

static int32_t day_at(int64_t us)
{
    return (int32_t)(us / SPK_DAY_US - (us % SPK_DAY_US < 0));
}

static spk_rc today_utc(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    *out = (struct spk_value){.kind = SPK_DATE, .day = day_at(spk_tpl_now(s))};
    return SPK_OK;
}

static spk_rc today_with_timezone(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                  struct spk_value *out)
{
    int64_t now = spk_tpl_now(s);
    int offset;
    if (call->args[0].kind != SPK_STRING || !spk_tpl_zone_offset(call->args[0].text, now, &offset))
        return spk_tpl_value_error(s, "unknown timezone; write a name such as Europe/Malta");
    *out = (struct spk_value){.kind = SPK_DATE, .day = day_at(now + offset * SPK_SECOND_US)};
    return SPK_OK;
}

/* A text as an aware UTC datetime. */
static spk_rc parse_instant(struct spk_tpl_state *s, struct spk_value v, struct spk_civil *out)
{
    struct spk_civil civil;
    size_t len;
    if (v.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "an undefined value is no date");
    bool container = v.kind == SPK_LIST || v.kind == SPK_TUPLE || v.kind == SPK_DICT;
    bool small = container && spk_tpl_length(s, v, &len) == SPK_OK && len < 4;
    if (v.kind != SPK_STRING && !small)
        return spk_tpl_type_error(s, "'%s' is no date", spk_tpl_type_name(v));
    if (small || !spk_tpl_isoparse(v.text, &civil))
        return spk_tpl_value_error(s, "not an ISO 8601 date");
    int64_t us = spk_civil_to_us(&civil);
    if (!spk_tpl_in_years(us))
        return spk_tpl_value_error(s, "date value out of range");
    spk_civil_from_us(us, 0, out);
    out->has_offset = true;
    return SPK_OK;
}

static spk_rc str_to_datetime(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                              struct spk_value *out)
{
    struct spk_civil civil;
    spk_rc rc = parse_instant(s, call->args[0], &civil);
    if (rc == SPK_OK)
        *out = spk_tpl_datetime(s, &civil);
    return rc;
}

static spk_rc timestamp(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_value v = call->args[0];
    struct spk_civil civil;
    int64_t number;
    if (v.kind == SPK_FLOAT)
        return spk_tpl_int_from_double(s, v.number, out);
    if (spk_tpl_as_int(v, &number))
        v = spk_int(number);
    if (v.kind == SPK_INT || v.kind == SPK_BIGINT) {
        *out = v;
        return SPK_OK;
    }
    spk_rc rc = parse_instant(s, v, &civil);
    if (rc == SPK_OK)
        *out = spk_float((double)spk_civil_to_us(&civil) / 1e6);
    return rc;
}

static spk_rc day_delta(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_view format = SPK_V("%Y-%m-%dT%H:%M:%S.%f%z");
    double days;
    if (!spk_tpl_as_double(call->args[0], &days))
        return spk_tpl_type_error(s, "day_delta() needs a number of days");
    if (spk_tpl_given(call->args[1])) {
        if (call->args[1].kind != SPK_STRING)
            return spk_tpl_type_error(s, "day_delta() format must be a text");
        format = call->args[1].text;
    }
    struct spk_value moment;
    if (!(fabs(days) < 5e6))
        return spk_tpl_value_error(s, "date value out of range");
    int64_t shift = (int64_t)nearbyint(days * (double)SPK_DAY_US);
    spk_rc rc = spk_tpl_datetime_from_us(s, spk_tpl_now(s) + shift, 0, &moment);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    spk_strftime(&buf, format, moment.time);
    return spk_tpl_take(s, &buf, out);
}

static spk_rc duration(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    if (call->args[0].kind != SPK_STRING)
        return spk_tpl_type_error(s, "duration() needs a text");
    if (!spk_tpl_duration_parse(s, call->args[0].text, out))
        return spk_tpl_value_error(s, "not an ISO 8601 duration; write one such as P1D");
    return SPK_OK;
}

/* "%_ms" is "%f" when reading; when writing, it is milliseconds. */
static struct spk_view replace_milliseconds(struct spk_tpl_state *s, struct spk_view format)
{
    struct spk_buf buf = {0};
    size_t at = 0;
    for (ptrdiff_t hit; (hit = spk_view_find(format, SPK_V("%_ms"), at)) >= 0;
         at = (size_t)hit + 4) {
        spk_buf_append(&buf, spk_view_slice(format, at, (size_t)hit));
        spk_buf_append_str(&buf, "%f");
    }
    spk_buf_append(&buf, spk_view_slice(format, at, format.len));
    struct spk_view text = spk_arena_dup(s->arena, spk_buf_view(&buf));
    spk_buf_deinit(&buf);
    return text;
}

/* DatetimeParser.parse of an int. */
static spk_rc parse_number(struct spk_tpl_state *s, int64_t number, struct spk_view format,
                           struct spk_civil *out)
{
    int64_t unit = spk_view_is(format, "%s") || spk_view_is(format, "%s_as_float") ? SPK_SECOND_US
                   : spk_view_is(format, "%ms")                                    ? 1000
                   : spk_view_is(format, "%epoch_microseconds")                    ? 1
                                                                                   : 0;
    int64_t us;
    if (unit) {
        if (__builtin_mul_overflow(number, unit, &us) || !spk_tpl_in_years(us))
            return spk_tpl_value_error(s, "year is out of range");
        spk_civil_from_us(us, 0, out);
        out->has_offset = true;
        return SPK_OK;
    }
    struct spk_view text = spk_arena_printf(s->arena, "%lld", (long long)number);
    *out = (struct spk_civil){0};
    if (spk_strptime(text, replace_milliseconds(s, format), out, NULL) != SPK_OK)
        return spk_tpl_value_error(s, "the number does not match the format");
    return SPK_OK;
}

/* DatetimeParser.format */
static spk_rc cdk_format(struct spk_tpl_state *s, const struct spk_civil *civil,
                         struct spk_view format, struct spk_value *out)
{
    int64_t us = spk_civil_to_us(civil);
    double seconds = (double)us / 1e6;
    struct spk_buf buf = spk_tpl_buf(s);
    if (spk_view_is(format, "%s")) {
        spk_buf_append_i64(&buf, (int64_t)seconds);
    } else if (spk_view_is(format, "%s_as_float")) {
        spk_float_repr(&buf, seconds);
    } else if (spk_view_is(format, "%epoch_microseconds")) {
        spk_buf_append_i64(&buf, (int64_t)(seconds * 1e6));
    } else if (spk_view_is(format, "%ms")) {
        spk_buf_append_i64(&buf, (int64_t)(seconds * 1000));
    } else if (spk_view_find(format, SPK_V("%_ms"), 0) >= 0) {
        struct spk_value text;
        spk_strftime(&buf, replace_milliseconds(s, format), civil);
        spk_rc rc = spk_tpl_take(s, &buf, &text);
        if (rc != SPK_OK)
            return rc;
        char fraction[16];
        char milliseconds[16];
        snprintf(fraction, sizeof fraction, "%06d", civil->microsecond);
        snprintf(milliseconds, sizeof milliseconds, "%03d", civil->microsecond / 1000);
        size_t at = 0;
        buf = spk_tpl_buf(s);
        for (ptrdiff_t hit; (hit = spk_view_find(text.text, spk_view_of(fraction), at)) >= 0;
             at = (size_t)hit + 6) {
            spk_buf_append(&buf, spk_view_slice(text.text, at, (size_t)hit));
            spk_buf_append_str(&buf, milliseconds);
        }
        spk_buf_append(&buf, spk_view_slice(text.text, at, text.text.len));
    } else {
        spk_strftime(&buf, format, civil);
    }
    return spk_tpl_take(s, &buf, out);
}

/* The instant that format_datetime was given, by its input format where there is one. */
static spk_rc input_instant(struct spk_tpl_state *s, struct spk_value moment,
                            struct spk_value input_format, struct spk_civil *out)
{
    bool has_format = spk_tpl_given(input_format) && spk_tpl_truthy(input_format);
    int64_t number;
    if (has_format && input_format.kind != SPK_STRING)
        return spk_tpl_type_error(s, "format_datetime() input format must be a text");
    if (moment.kind == SPK_BIGINT)
        return spk_tpl_value_error(s, "year is out of range");
    if (spk_tpl_as_int(moment, &number))
        return parse_number(s, number, has_format ? input_format.text : SPK_V("%s"), out);
    if (!has_format)
        return parse_instant(s, moment, out);
    if (moment.kind != SPK_STRING)
        return spk_tpl_type_error(s, "format_datetime() with an input format needs a text");
    *out = (struct spk_civil){0};
    if (spk_strptime(moment.text, input_format.text, out, NULL) != SPK_OK)
        return spk_tpl_value_error(s, "the text does not match the format '%.*s'",
                                   SPK_FMT(input_format.text));
    return SPK_OK;
}

static spk_rc format_datetime(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                              struct spk_value *out)
{
    struct spk_value moment = call->args[0];
    struct spk_value format = call->args[1];
    if (moment.kind == SPK_DATETIME && format.kind == SPK_STRING) {
        struct spk_buf buf = spk_tpl_buf(s);
        spk_strftime(&buf, format.text, moment.time);
        return spk_tpl_take(s, &buf, out);
    }
    struct spk_civil civil;
    spk_rc rc =
        moment.kind == SPK_DATETIME ? SPK_OK : input_instant(s, moment, call->args[2], &civil);
    if (rc == SPK_OK && format.kind != SPK_STRING)
        rc = spk_tpl_type_error(s, "format_datetime() needs a format text");
    if (rc != SPK_OK)
        return rc;
    civil.has_offset = true; /* a naive one is UTC */
    return cdk_format(s, &civil, format.text, out);
}

enum { LARGEST, SMALLEST };

static spk_rc extreme(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    const struct spk_tpl_args *args = call->raw;
    if (args->named_len || args->len == 0)
        return spk_tpl_type_error(s, "%s() needs values", call->row->name);
    const struct spk_value *items = args->list;
    size_t len = args->len;
    if (len == 1) {
        struct spk_value list;
        spk_rc rc = spk_tpl_items(s, args->list[0], &list);
        if (rc != SPK_OK)
            return rc;
        items = list.list->items;
        len = list.list->len;
    }
    if (len == 0)
        return spk_tpl_value_error(s, "%s() of nothing", call->row->name);
    size_t best = 0;
    for (size_t i = 1; i < len; i++) {
        bool better;
        int op = call->row->op == LARGEST ? '>' : '<';
        spk_rc rc = spk_tpl_compare(s, op, items[i], items[best], &better);
        if (rc != SPK_OK)
            return rc;
        if (better)
            best = i;
    }
    *out = items[best];
    return SPK_OK;
}

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("_.-~", c);
}

static spk_rc sanitize_url(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    struct spk_value v = call->args[0];
    if (v.kind != SPK_STRING && v.kind != SPK_BYTES)
        return spk_tpl_type_error(s, "sanitize_url() needs a text");
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = 0; i < v.text.len; i++) {
        char c = v.text.at[i];
        if (c == ' ')
            spk_buf_append_char(&buf, '+');
        else if (c && is_unreserved(c))
            spk_buf_append_char(&buf, c);
        else
            spk_buf_printf(&buf, "%%%02X", (unsigned char)c);
    }
    return spk_tpl_take(s, &buf, out);
}

static spk_rc camel_case_to_snake_case(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                       struct spk_value *out)
{
    struct spk_value v = call->args[0];
    if (v.kind != SPK_STRING)
        return spk_tpl_type_error(s, "camel_case_to_snake_case() needs a text");
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = 0; i < v.text.len; i++) {
        char c = v.text.at[i];
        if (i > 0 && c >= 'A' && c <= 'Z')
            spk_buf_append_char(&buf, '_');
        spk_buf_append_char(&buf, c);
    }
    struct spk_value snake;
    spk_rc rc = spk_tpl_take(s, &buf, &snake);
    if (rc != SPK_OK)
        return rc;
    buf = spk_tpl_buf(s);
    spk_tpl_text_case(&buf, snake.text, CASE_LOWER);
    return spk_tpl_take(s, &buf, out);
}

static spk_rc generate_uuid(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                            struct spk_value *out)
{
    char uuid[SPK_UUID_TEXT];
    spk_uuid4(uuid);
    *out = spk_string_dup(s->arena, spk_view_of(uuid));
    return SPK_OK;
}

/* dict.update with the argument of dict(): a mapping, or pairs. */
static spk_rc add_pairs(struct spk_tpl_state *s, struct spk_value from, struct spk_value dict)
{
    struct spk_value pairs;
    if (from.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "a mapping is undefined");
    if (from.kind == SPK_DICT)
        from = spk_tpl_dict_view(s, from, "dict_items");
    spk_rc rc = spk_tpl_items(s, from, &pairs);
    for (size_t i = 0; rc == SPK_OK && i < pairs.list->len; i++) {
        struct spk_value pair;
        rc = spk_tpl_items(s, pairs.list->items[i], &pair);
        if (rc == SPK_OK && pair.list->len != 2)
            rc = spk_tpl_value_error(s, "a mapping needs pairs");
        if (rc == SPK_OK)
            rc = spk_tpl_hashable(s, pair.list->items[0]);
        if (rc == SPK_OK)
            spk_dict_set_value(dict, pair.list->items[0], pair.list->items[1]);
    }
    return rc;
}

/* dict(...) and namespace(...): pairs or a mapping, and names. */
static spk_rc new_dict(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    const struct spk_tpl_args *args = call->raw;
    struct spk_value dict = spk_dict_new(s->arena);
    if (args->len > 1)
        return spk_tpl_type_error(s, "%s() takes one mapping", call->row->name);
    spk_rc rc = args->len ? add_pairs(s, args->list[0], dict) : SPK_OK;
    for (unsigned i = 0; i < args->named_len; i++)
        spk_dict_set(dict, args->named[i].name, args->named[i].value);
    if (rc == SPK_OK)
        *out = dict;
    return rc;
}

static spk_rc new_namespace(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                            struct spk_value *out)
{
    spk_rc rc = new_dict(s, call, out);
    if (rc == SPK_OK)
        out->kind = SPK_TPL_NAMESPACE;
    return rc;
}

static spk_rc unsupported(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    return spk_tpl_value_error(s, "%s() is not supported in templates", call->row->name);
}

const struct spk_tpl_row spk_tpl_macros[] = {
    {"now_utc", "", now_utc, 0},
    {"today_utc", "", today_utc, 0},
    {"today_with_timezone", "timezone", today_with_timezone, 0},
    {"timestamp", "dt", timestamp, 0},
    {"str_to_datetime", "s", str_to_datetime, 0},
    {"day_delta", "num_days ?format", day_delta, 0},
    {"duration", "datestring", duration, 0},
    {"format_datetime", "dt format ?input_format", format_datetime, 0},
    {"max", "*", extreme, LARGEST},
    {"min", "*", extreme, SMALLEST},
    {"sanitize_url", "value", sanitize_url, 0},
    {"camel_case_to_snake_case", "value", camel_case_to_snake_case, 0},
    {"generate_uuid", "", generate_uuid, 0},
    {0},
};

const struct spk_tpl_row spk_tpl_globals[] = {
    {"dict", "*", new_dict, 0},      {"namespace", "*", new_namespace, 0},
    {"lipsum", "*", unsupported, 0}, {"cycler", "*", unsupported, 0},
    {"joiner", "*", unsupported, 0}, {0},
};
