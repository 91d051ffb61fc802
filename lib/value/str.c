/* Python's str() and repr(), byte for byte. */
#include <stdlib.h>

#include "value/value_internal.h"

/* The containers being printed: one that holds itself prints as [...] once it comes round. */
struct frame {
    const struct frame *outer;
    const void *container;
    int depth;
};

static char quote_for(struct spk_view text)
{
    bool single = text.len > 0 && memchr(text.at, '\'', text.len);
    bool twice = text.len > 0 && memchr(text.at, '"', text.len);
    return single && !twice ? '"' : '\'';
}

/* \n, \\, the quote itself: true when the character was written as a short escape. */
static bool append_short_escape(struct spk_buf *out, uint32_t code, char quote)
{
    char letter = code == '\n'              ? 'n'
                  : code == '\r'            ? 'r'
                  : code == '\t'            ? 't'
                  : code == '\\'            ? '\\'
                  : code == (uint32_t)quote ? quote
                                            : 0;
    if (!letter)
        return false;
    spk_buf_append_char(out, '\\');
    spk_buf_append_char(out, letter);
    return true;
}

static void repr_string(struct spk_buf *out, struct spk_view text)
{
    char quote = quote_for(text);
    spk_buf_append_char(out, quote);
    const char *end = text.len ? text.at + text.len : text.at; /* {NULL, 0} is empty */
    for (const char *p = text.at; p < end;) {
        const char *start = p;
        uint32_t code = spk_utf8_next(&p, end);
        if (append_short_escape(out, code, quote))
            continue;
        if (spk_unicode_is_printable(code))
            spk_buf_append(out, spk_view_make(start, (size_t)(p - start)));
        else if (code < 0x100)
            spk_buf_printf(out, "\\x%02x", code);
        else if (code < 0x10000)
            spk_buf_printf(out, "\\u%04x", code);
        else
            spk_buf_printf(out, "\\U%08x", code);
    }
    spk_buf_append_char(out, quote);
}

static void repr_bytes(struct spk_buf *out, struct spk_view bytes)
{
    char quote = quote_for(bytes);
    spk_buf_append_char(out, 'b');
    spk_buf_append_char(out, quote);
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if (append_short_escape(out, byte, quote))
            continue;
        if (byte >= 0x20 && byte < 0x7F)
            spk_buf_append_char(out, (char)byte);
        else
            spk_buf_printf(out, "\\x%02x", byte);
    }
    spk_buf_append_char(out, quote);
}

/* Days, seconds of the day and microseconds of a timedelta, as Python normalises them. */
static int64_t split_delta(int64_t us, int64_t *seconds, int64_t *rest)
{
    int64_t days = us / SPK_DAY_US;
    int64_t of_day = us % SPK_DAY_US;
    if (of_day < 0) {
        of_day += SPK_DAY_US;
        days--;
    }
    *seconds = of_day / SPK_SECOND_US;
    *rest = of_day % SPK_SECOND_US;
    return days;
}

static void str_delta(struct spk_buf *out, int64_t us)
{
    int64_t seconds = 0;
    int64_t rest = 0;
    int64_t days = split_delta(us, &seconds, &rest);
    if (days != 0)
        spk_buf_printf(out, "%lld day%s, ", (long long)days, days == 1 || days == -1 ? "" : "s");
    spk_buf_printf(out, "%d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                   (int)(seconds % 60));
    if (rest != 0)
        spk_buf_printf(out, ".%06d", (int)rest);
}

static void repr_delta(struct spk_buf *out, int64_t us)
{
    int64_t seconds = 0;
    int64_t rest = 0;
    int64_t days = split_delta(us, &seconds, &rest);
    const struct {
        const char *name;
        int64_t count;
    } parts[] = {{"days", days}, {"seconds", seconds}, {"microseconds", rest}};
    const char *separator = "";
    spk_buf_append_str(out, "datetime.timedelta(");
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].count == 0)
            continue;
        spk_buf_printf(out, "%s%s=%lld", separator, parts[i].name, (long long)parts[i].count);
        separator = ", ";
    }
    spk_buf_append_str(out, us == 0 ? "0)" : ")");
}

static void print_day(struct spk_buf *out, int32_t day, bool as_repr)
{
    int year = 0;
    int month = 0;
    int day_of_month = 0;
    spk_day_to_civil(day, &year, &month, &day_of_month);
    if (as_repr)
        spk_buf_printf(out, "datetime.date(%d, %d, %d)", year, month, day_of_month);
    else
        spk_buf_printf(out, "%04d-%02d-%02d", year, month, day_of_month);
}

static void str_time(struct spk_buf *out, const struct spk_civil *time)
{
    spk_buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d", time->year, time->month, time->day,
                   time->hour, time->minute, time->second);
    if (time->microsecond)
        spk_buf_printf(out, ".%06d", time->microsecond);
    if (!time->has_offset)
        return;
    int offset = abs(time->offset_s);
    spk_buf_printf(out, "%c%02d:%02d", time->offset_s < 0 ? '-' : '+', offset / 3600,
                   offset / 60 % 60);
    if (offset % 60)
        spk_buf_printf(out, ":%02d", offset % 60);
}

static void repr_time(struct spk_buf *out, const struct spk_civil *time)
{
    spk_buf_printf(out, "datetime.datetime(%d, %d, %d, %d, %d", time->year, time->month, time->day,
                   time->hour, time->minute);
    if (time->second || time->microsecond)
        spk_buf_printf(out, ", %d", time->second);
    if (time->microsecond)
        spk_buf_printf(out, ", %d", time->microsecond);
    if (time->has_offset && time->offset_s == 0) {
        spk_buf_append_str(out, ", tzinfo=datetime.timezone.utc");
    } else if (time->has_offset) {
        spk_buf_append_str(out, ", tzinfo=datetime.timezone(");
        repr_delta(out, time->offset_s * SPK_SECOND_US);
        spk_buf_append_char(out, ')');
    }
    spk_buf_append_char(out, ')');
}

static void repr(struct spk_buf *out, struct spk_value v, const struct frame *outer);

static bool is_inside_itself(const void *container, const struct frame *outer)
{
    if (outer && outer->depth > VALUE_MAX_DEPTH)
        return true;
    for (; outer; outer = outer->outer) {
        if (outer->container == container)
            return true;
    }
    return false;
}

static void repr_list(struct spk_buf *out, struct spk_value v, const struct frame *outer)
{
    const struct frame frame = {outer, v.list, outer ? outer->depth + 1 : 0};
    bool tuple = v.kind == SPK_TUPLE;
    spk_buf_append_char(out, tuple ? '(' : '[');
    if (is_inside_itself(v.list, outer)) {
        spk_buf_append_str(out, "...");
    } else {
        for (size_t i = 0; i < v.list->len; i++) {
            spk_buf_append_str(out, i > 0 ? ", " : "");
            repr(out, v.list->items[i], &frame);
        }
        if (tuple && v.list->len == 1)
            spk_buf_append_char(out, ',');
    }
    spk_buf_append_char(out, tuple ? ')' : ']');
}

static void repr_dict(struct spk_buf *out, struct spk_value v, const struct frame *outer)
{
    const struct frame frame = {outer, v.dict, outer ? outer->depth + 1 : 0};
    spk_buf_append_char(out, '{');
    if (is_inside_itself(v.dict, outer)) {
        spk_buf_append_str(out, "...");
    } else {
        for (size_t i = 0; i < v.dict->len; i++) {
            spk_buf_append_str(out, i > 0 ? ", " : "");
            repr(out, v.dict->entries[i].key, &frame);
            spk_buf_append_str(out, ": ");
            repr(out, v.dict->entries[i].value, &frame);
        }
    }
    spk_buf_append_char(out, '}');
}

/* What prints alike alone and inside a container. */
static void print_plain(struct spk_buf *out, struct spk_value v)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_NULL: spk_buf_append_str(out, "None"); break;
    case SPK_BOOL: spk_buf_append_str(out, v.boolean ? "True" : "False"); break;
    case SPK_INT: spk_buf_append_i64(out, v.integer); break;
    case SPK_BIGINT: spk_buf_append(out, v.text); break;
    case SPK_FLOAT: spk_float_repr(out, v.number); break;
    case SPK_BYTES: repr_bytes(out, v.text); break;
    default: break;
    }
}

static void repr(struct spk_buf *out, struct spk_value v, const struct frame *outer)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_UNDEFINED: spk_buf_append_str(out, "Undefined"); break;
    case SPK_STRING:
        spk_buf_append_str(out, v.flags & SPK_VALUE_SAFE ? "Markup(" : "");
        repr_string(out, v.text);
        spk_buf_append_str(out, v.flags & SPK_VALUE_SAFE ? ")" : "");
        break;
    case SPK_LIST:
    case SPK_TUPLE: repr_list(out, v, outer); break;
    case SPK_DICT: repr_dict(out, v, outer); break;
    case SPK_DATETIME: repr_time(out, v.time); break;
    case SPK_DATE: print_day(out, v.day, true); break;
    case SPK_TIMEDELTA: repr_delta(out, v.integer); break;
    default: print_plain(out, v); break;
    }
}

void spk_value_repr(struct spk_buf *out, struct spk_value v)
{
    repr(out, v, NULL);
}

void spk_value_str(struct spk_buf *out, struct spk_value v)
{
    switch ((enum spk_kind)v.kind) {
    case SPK_UNDEFINED: break;
    case SPK_STRING: spk_buf_append(out, v.text); break;
    case SPK_DATETIME: str_time(out, v.time); break;
    case SPK_DATE: print_day(out, v.day, false); break;
    case SPK_TIMEDELTA: str_delta(out, v.integer); break;
    default: repr(out, v, NULL); break;
    }
}
