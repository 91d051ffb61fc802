#ifndef SPK_BASE_TIME_INTERNAL_H
#define SPK_BASE_TIME_INTERNAL_H
/* What the parts of time share: names of the C locale, limits, the matcher of strptime. */
#include "base/time.h"

extern const char *const spk_weekday_names[7]; /* Monday first; the short name is 3 letters */
extern const char *const spk_month_names[12];

/* The first and the last instant of the years 1 to 9999. */
#define SPK_TIME_FIRST_US (INT64_C(-62135596800) * SPK_SECOND_US)
#define SPK_TIME_LAST_US  (INT64_C(253402300800) * SPK_SECOND_US - 1)

/* For "%.*s": so much of a text as an error message shows. */
#define SPK_SHOWN(view) SPK_FMT(spk_view_slice((view), 0, 200))

/* 1 on 1 January. */
int spk_day_of_year(int year, int month, int day);
/* True for a year, month and day that exist, in the years 1 to 9999. */
bool spk_civil_date_exists(int year, int month, int day);

/* What a text showed for each directive of a format. */
struct spk_captures {
    struct spk_view text[128]; /* by the directive's letter; at NULL where it does not occur */
    char order[32];            /* letters as they stand in the format */
    size_t count;
};

/* Matches like the regular expression that Python makes of the format: the first match in the order
 * of its alternatives counts, then nothing may be left over. */
spk_rc spk_strptime_match(struct spk_view text, struct spk_view format, struct spk_captures *out,
                          struct spk_error *err);

#endif
