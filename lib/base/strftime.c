#include "base/time_internal.h"

#include <inttypes.h>
#include <stdio.h>

enum { WIDEST = 255 };

/* All that a directive may print as a number. */
struct numbers {
    int64_t year, century, year_of_century, month, day, hour, hour12, minute, second;
    int64_t day_of_year, weekday_from_monday, weekday_from_sunday;
    int64_t week_from_sunday, week_from_monday, iso_year, iso_week, iso_year_of_century;
    int64_t seconds_since_epoch;
};

#define NUMBER(member) offsetof(struct numbers, member)

static const struct {
    char letter;
    size_t offset;
    int width;
    char pad;
} number_directives[] = {
    {'Y', NUMBER(year), 1, '0'},
    {'C', NUMBER(century), 1, '0'},
    {'y', NUMBER(year_of_century), 2, '0'},
    {'m', NUMBER(month), 2, '0'},
    {'d', NUMBER(day), 2, '0'},
    {'e', NUMBER(day), 2, '_'},
    {'H', NUMBER(hour), 2, '0'},
    {'k', NUMBER(hour), 2, '_'},
    {'I', NUMBER(hour12), 2, '0'},
    {'l', NUMBER(hour12), 2, '_'},
    {'M', NUMBER(minute), 2, '0'},
    {'S', NUMBER(second), 2, '0'},
    {'j', NUMBER(day_of_year), 3, '0'},
    {'u', NUMBER(weekday_from_monday), 1, '0'},
    {'w', NUMBER(weekday_from_sunday), 1, '0'},
    {'U', NUMBER(week_from_sunday), 2, '0'},
    {'W', NUMBER(week_from_monday), 2, '0'},
    {'V', NUMBER(iso_week), 2, '0'},
    {'G', NUMBER(iso_year), 1, '0'},
    {'g', NUMBER(iso_year_of_century), 2, '0'},
    {'s', NUMBER(seconds_since_epoch), 1, '0'},
};

static const struct {
    char letter;
    const char *format;
} composites[] = {
    {'c', "%a %b %e %H:%M:%S %Y"},
    {'x', "%m/%d/%y"},
    {'X', "%H:%M:%S"},
    {'D', "%m/%d/%y"},
    {'F', "%Y-%m-%d"},
    {'T', "%H:%M:%S"},
    {'R', "%H:%M"},
    {'r', "%I:%M:%S %p"},
};

/* A directive with the flags and the width that glibc allows before its letter. */
struct directive {
    char letter;
    char pad;               /* one of "0_-", or 0: the letter's own */
    char modifier;          /* E, O or 0 */
    bool upper, swap, bare; /* bare: no flag, width or modifier */
    int width;
};

struct printer {
    struct spk_buf *out;
    const struct spk_civil *civil;
    struct numbers numbers;
};

static void fill_numbers(struct numbers *n, const struct spk_civil *c)
{
    int32_t day = spk_day_from_civil(c->year, c->month, c->day);
    int weekday = spk_day_weekday(day);
    int yday = spk_day_of_year(c->year, c->month, c->day) - 1;
    int year = 0, month = 0, day_of_month = 0;
    spk_day_to_civil(day - weekday + 3, &year, &month, &day_of_month); /* the week's Thursday */
    struct spk_civil naive = *c;
    naive.has_offset = false;
    naive.microsecond = 0;
    *n = (struct numbers){
        .year = c->year,
        .century = c->year / 100,
        .year_of_century = c->year % 100,
        .month = c->month,
        .day = c->day,
        .hour = c->hour,
        .hour12 = c->hour % 12 ? c->hour % 12 : 12,
        .minute = c->minute,
        .second = c->second,
        .day_of_year = yday + 1,
        .weekday_from_monday = weekday + 1,
        .weekday_from_sunday = (weekday + 1) % 7,
        .week_from_sunday = (yday + 7 - (weekday + 1) % 7) / 7,
        .week_from_monday = (yday + 7 - weekday) / 7,
        .iso_year = year,
        .iso_week = (spk_day_of_year(year, month, day_of_month) - 1) / 7 + 1,
        .iso_year_of_century = year % 100,
        .seconds_since_epoch = spk_civil_to_us(&naive) / SPK_SECOND_US,
    };
}

static void repeat(struct spk_buf *out, char c, int64_t times)
{
    for (int64_t i = 0; i < times; i++) {
        spk_buf_append_char(out, c);
    }
}

static void print_number(struct spk_buf *out, const struct directive *d, int64_t number, int width,
                         char pad)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number < 0 ? -number : number);
    struct spk_view digits = spk_view_of(text);
    pad = d->pad ? d->pad : pad;
    width = d->width > width || pad == '-' ? d->width : width;
    int64_t missing = width - (int64_t)digits.len - (number < 0);
    repeat(out, ' ', pad == '0' ? 0 : missing);
    repeat(out, '-', number < 0);
    repeat(out, '0', pad == '0' ? missing : 0);
    spk_buf_append(out, digits);
}

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void print_text(struct spk_buf *out, const struct directive *d, struct spk_view text)
{
    repeat(out, d->pad == '0' ? '0' : ' ', d->width - (int64_t)text.len);
    for (size_t i = 0; i < text.len; i++) {
        spk_buf_append_char(out, d->upper ? to_upper(text.at[i]) : text.at[i]);
    }
}

/* The flag # turns names to upper case. */
static void print_name(struct spk_buf *out, const struct directive *d, struct spk_view name)
{
    struct directive changed = *d;
    changed.upper = d->upper || d->swap;
    print_text(out, &changed, name);
}

/* %P is lower case, and so is %#p. */
static void print_half(struct spk_buf *out, const struct directive *d, bool morning)
{
    struct directive changed = *d;
    bool lower = d->letter == 'P' || d->swap;
    changed.upper = d->upper && !lower;
    print_text(out, &changed,
               spk_view_of(lower ? (morning ? "am" : "pm") : (morning ? "AM" : "PM")));
}

/* +hhmm[ss], with colons for the name of a zone. */
static void print_offset(struct spk_buf *out, int offset_s, const char *colon)
{
    int size = offset_s < 0 ? -offset_s : offset_s;
    spk_buf_printf(out, "%c%02d%s%02d", offset_s < 0 ? '-' : '+', size / 3600, colon,
                   size / 60 % 60);
    if (size % 60) {
        spk_buf_printf(out, "%s%02d", colon, size % 60);
    }
}

/* Python itself prints the bare directive; others reach the C library, which is told no zone. */
static void print_zone(struct spk_buf *out, const struct directive *d,
                       const struct spk_civil *civil)
{
    if (!civil->has_offset || !d->bare) {
        return;
    }
    if (d->letter == 'z') {
        print_offset(out, civil->offset_s, "");
        return;
    }
    spk_buf_append_str(out, "UTC");
    if (civil->offset_s) {
        print_offset(out, civil->offset_s, ":");
    }
}

static bool print_word(const struct printer *p, const struct directive *d)
{
    const struct numbers *n = &p->numbers;
    struct spk_view weekday = spk_view_of(spk_weekday_names[n->weekday_from_monday - 1]);
    struct spk_view month = spk_view_of(spk_month_names[n->month - 1]);
    switch (d->letter) {
    case 'a': print_name(p->out, d, spk_view_slice(weekday, 0, 3)); return true;
    case 'A': print_name(p->out, d, weekday); return true;
    case 'b':
    case 'h': print_name(p->out, d, spk_view_slice(month, 0, 3)); return true;
    case 'B': print_name(p->out, d, month); return true;
    case 'p':
    case 'P': print_half(p->out, d, n->hour < 12); return true;
    case 'n': print_text(p->out, d, SPK_V("\n")); return true;
    case 't': print_text(p->out, d, SPK_V("\t")); return true;
    case '%': print_text(p->out, d, SPK_V("%")); return true;
    case 'z':
    case 'Z': print_zone(p->out, d, p->civil); return true;
    default: return false;
    }
}

static void print_format(const struct printer *p, struct spk_view format);

static bool print_composite(const struct printer *p, const struct directive *d)
{
    for (size_t i = 0; i < sizeof composites / sizeof composites[0]; i++) {
        if (composites[i].letter == d->letter) {
            struct spk_buf part = {0};
            struct printer inner = {&part, p->civil, p->numbers};
            print_format(&inner, spk_view_of(composites[i].format));
            print_text(p->out, d, spk_buf_view(&part));
            spk_buf_deinit(&part);
            return true;
        }
    }
    return false;
}

static bool print_directive(const struct printer *p, const struct directive *d)
{
    for (size_t i = 0; i < sizeof number_directives / sizeof number_directives[0]; i++) {
        if (number_directives[i].letter == d->letter) {
            int64_t number = 0;
            memcpy(&number, (const char *)&p->numbers + number_directives[i].offset, sizeof number);
            print_number(p->out, d, number, number_directives[i].width, number_directives[i].pad);
            return true;
        }
    }
    return print_word(p, d) || print_composite(p, d);
}

static size_t read_flags(struct spk_view format, size_t i, struct directive *d)
{
    for (; i < format.len && format.at[i] != '\0' && strchr("_-0^#", format.at[i]); i++) {
        char flag = format.at[i];
        d->upper = d->upper || flag == '^';
        d->swap = d->swap || flag == '#';
        d->pad = flag == '^' || flag == '#' ? d->pad : flag;
    }
    return i;
}

/* Reads flags, width, modifier and letter behind the '%'; the place behind the letter. */
static size_t read_directive(struct spk_view format, size_t start, struct directive *d)
{
    *d = (struct directive){0};
    size_t i = read_flags(format, start, d);
    for (; i < format.len && format.at[i] >= '0' && format.at[i] <= '9'; i++) {
        d->width = d->width * 10 + format.at[i] - '0';
        d->width = d->width > WIDEST ? WIDEST : d->width;
    }
    if (i < format.len && (format.at[i] == 'E' || format.at[i] == 'O')) {
        d->modifier = format.at[i++];
    }
    d->bare = i == start;
    if (i < format.len) {
        d->letter = format.at[i++];
    }
    return i;
}

/* Letters that glibc leaves as they stand behind a modifier. */
static bool is_allowed(const struct directive *d)
{
    const char *refused = d->modifier == 'O' ? "aAcDFxXY" : "aADFBbhdeHIkljMmSUVgGWw";
    return d->letter && (!d->modifier || !strchr(refused, d->letter));
}

static void print_format(const struct printer *p, struct spk_view format)
{
    size_t i = 0;
    while (i < format.len) {
        size_t start = i;
        const char *percent = memchr(format.at + i, '%', format.len - i);
        i = percent ? (size_t)(percent - format.at) : format.len;
        spk_buf_append(p->out, spk_view_slice(format, start, i));
        if (!percent) {
            return;
        }
        struct directive d;
        size_t end = read_directive(format, i + 1, &d);
        if (d.letter == 'f' && d.bare) {
            spk_buf_printf(p->out, "%06d", p->civil->microsecond);
        } else if (!is_allowed(&d) || !print_directive(p, &d)) {
            print_text(p->out, &d, spk_view_slice(format, i, end));
        }
        i = end;
    }
}

void spk_strftime(struct spk_buf *out, struct spk_view format, const struct spk_civil *civil)
{
    struct printer p = {.out = out, .civil = civil};
    fill_numbers(&p.numbers, civil);
    print_format(&p, format);
}
