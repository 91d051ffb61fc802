/* Black-box checks. */
#include "dq/blackbox.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { AVERAGE_WARM_UP = 7, SCHEMA_SHOWN = 400 };

/* How many times sqrt(mean) a day must be away before the plain average judges: small counts swing
 * by chance. */
static const double average_noise = 4;
static const double mad_to_deviation = 1.4826;

/* What a check finds; check and place are filled in by the loop. */
struct finding {
    bool applies;
    enum spk_outcome outcome;
    struct spk_view expected, actual, message;
};

struct case_file {
    const struct spk_blackbox_input *input;
    const struct spk_batch *batch;
    const struct spk_check_settings *settings;
    struct spk_arena *arena;
};

static struct spk_view rows_text(const struct case_file *c, int64_t rows)
{
    return spk_arena_printf(c->arena, "%" PRId64 " row%s", rows, rows == 1 ? "" : "s");
}

/* ---- absolute rules ---- */

static void check_row_count(const struct case_file *c, struct finding *f)
{
    bool equal = c->batch->records == c->batch->rows;
    f->applies = true;
    f->outcome = equal ? SPK_PASS : SPK_HOLD;
    f->expected = rows_text(c, c->batch->records);
    f->actual = rows_text(c, c->batch->rows);
    f->message = equal ? SPK_V("as many rows as records read")
                       : SPK_V("the files hold another number of rows than records were read");
}

static void check_failed_responses(const struct case_file *c, struct finding *f)
{
    bool failed = c->batch->failed_requests > 0;
    f->applies = c->settings->failed_responses;
    f->outcome = failed ? SPK_HOLD : SPK_PASS;
    f->expected = SPK_V("0 failed requests");
    f->actual =
        spk_arena_printf(c->arena, "%" PRId64 " failed request%s", c->batch->failed_requests,
                         c->batch->failed_requests == 1 ? "" : "s");
    f->message = failed ? SPK_V("requests failed in the end: rows may be missing")
                        : SPK_V("every request was answered");
}

static void check_unproven_empty(const struct case_file *c, struct finding *f)
{
    bool empty = c->batch->rows == 0;
    f->applies = c->settings->unproven_empty;
    f->outcome = empty && !c->batch->empty_proven ? SPK_HOLD : SPK_PASS;
    f->expected = SPK_V("rows, or a proof that there are none");
    f->actual = !empty ? rows_text(c, c->batch->rows)
                       : spk_arena_printf(c->arena, "0 rows, %s%.*s",
                                          c->batch->empty_proven ? "proof: " : "no proof",
                                          SPK_FMT(c->batch->proof));
    f->message = f->outcome == SPK_HOLD
                     ? SPK_V("empty, and the platform did not say that there is no data")
                 : empty ? SPK_V("the platform said that there is no data")
                         : SPK_V("there are rows");
}

static void check_no_rows(const struct case_file *c, struct finding *f)
{
    bool empty = c->batch->rows == 0;
    f->applies = c->settings->no_rows;
    f->outcome = empty ? SPK_HOLD : SPK_PASS;
    f->expected = SPK_V("at least 1 row");
    f->actual = rows_text(c, c->batch->rows);
    f->message = empty ? SPK_V("this stream must have rows every day") : SPK_V("there are rows");
}

static void check_daily_minimum(const struct case_file *c, struct finding *f)
{
    bool low = c->batch->rows < c->settings->daily_minimum;
    f->applies = c->settings->daily_minimum > 0;
    f->outcome = low ? SPK_HOLD : SPK_PASS;
    f->expected =
        spk_arena_printf(c->arena, "at least %" PRId64 " row%s", c->settings->daily_minimum,
                         c->settings->daily_minimum == 1 ? "" : "s");
    f->actual = rows_text(c, c->batch->rows);
    f->message =
        low ? SPK_V("fewer rows than the daily minimum") : SPK_V("the daily minimum is reached");
}

static void check_freshness(const struct case_file *c, struct finding *f)
{
    const struct spk_batch *batch = c->batch;
    int64_t hours = c->settings->freshness_hours;
    f->applies = hours > 0 && batch->rows > 0;
    f->expected = spk_arena_printf(c->arena, "newest record at most %" PRId64 " h old", hours);
    if (batch->newest_us == 0) {
        f->outcome = SPK_WARN_ONLY;
        f->actual = SPK_V("unknown");
        f->message = SPK_V("no record tells its time");
        return;
    }
    int64_t day_end = ((int64_t)batch->day + 1) * SPK_DAY_US;
    int64_t until = batch->extracted_us < day_end ? batch->extracted_us : day_end;
    int64_t age_s = (until - batch->newest_us) / SPK_SECOND_US;
    bool stale = age_s > hours * 3600;
    f->outcome = stale ? SPK_HOLD : SPK_PASS;
    f->actual = spk_arena_printf(c->arena, "%.1f h", age_s > 0 ? (double)age_s / 3600 : 0.0);
    f->message = stale ? SPK_V("the newest record is too old") : SPK_V("the data is fresh");
}

/* ---- schema ---- */

/* Appends the names of sorted list `a` that sorted list `b` lacks. */
static void append_lacking(struct spk_buf *out, const char *label, struct spk_view a,
                           struct spk_view b)
{
    size_t found = 0;
    struct spk_view name = spk_view_cut(&a, ',');
    struct spk_view other = spk_view_cut(&b, ',');
    for (; name.at; name = spk_view_cut(&a, ',')) {
        while (other.at && spk_view_compare(other, name) < 0) {
            other = spk_view_cut(&b, ',');
        }
        if (!other.at || !spk_view_equal(other, name)) {
            spk_buf_printf(out, "%s%.*s", found++ ? ", " : label, SPK_FMT(name));
        }
    }
}

static void check_schema_drift(const struct case_file *c, struct finding *f)
{
    struct spk_view now = c->batch->schema, before = c->input->last_schema;
    f->applies = c->settings->schema_drift && now.len > 0 && before.len > 0;
    if (!f->applies) {
        return;
    }
    bool same = spk_view_equal(now, before);
    struct spk_buf text = {0};
    spk_buf_init(&text, SCHEMA_SHOWN);
    append_lacking(&text, "new: ", now, before);
    append_lacking(&text, text.len > 0 ? "; gone: " : "gone: ", before, now);
    f->outcome = same ? SPK_PASS : SPK_WARN_ONLY;
    f->expected = before;
    f->actual = now;
    f->message =
        same ? SPK_V("the fields are those published last")
             : spk_arena_printf(c->arena, "the fields changed; %.*s", SPK_FMT(spk_buf_view(&text)));
    spk_buf_deinit(&text);
}

/* ---- variance ---- */

static void say_warming_up(const struct case_file *c, struct finding *f, size_t have, int64_t need)
{
    f->outcome = SPK_PASS;
    f->expected = spk_arena_printf(c->arena, "not known before %" PRId64 " days", need);
    f->actual = rows_text(c, c->batch->rows);
    f->message = spk_arena_printf(c->arena, "warming up: %zu of %" PRId64 " days", have, need);
}

/* Holds below `low`, warns above `high`; a bound of NAN does not judge. */
static void judge_range(const struct case_file *c, struct finding *f, double low, double high)
{
    double rows = (double)c->batch->rows;
    f->outcome = rows < low ? SPK_HOLD : rows > high ? SPK_WARN_ONLY : SPK_PASS;
    struct spk_buf text = {0};
    spk_buf_printf(&text, "at least %.0f rows", low > 0 ? ceil(low) : 0.0);
    if (!isnan(high)) {
        spk_buf_printf(&text, ", at most %.0f", floor(high));
    }
    f->expected = spk_arena_dup(c->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    f->actual = rows_text(c, c->batch->rows);
}

static void check_average(const struct case_file *c, struct finding *f)
{
    const struct spk_check_settings *s = c->settings;
    f->applies = s->average_low > 0 || s->average_high > 0;
    double sum = 0;
    size_t days = 0;
    for (size_t i = 0; i < c->input->history_count && days < (size_t)s->average_days; i++) {
        if (c->input->history[i].rows > 0) {
            sum += (double)c->input->history[i].rows;
            days++;
        }
    }
    int64_t need = s->average_days < AVERAGE_WARM_UP ? s->average_days : AVERAGE_WARM_UP;
    if (days == 0 || (int64_t)days < need) {
        say_warming_up(c, f, days, need);
        return;
    }
    double mean = sum / (double)days;
    double noise = average_noise * sqrt(mean);
    double low = s->average_low > 0 ? fmin(s->average_low * mean, mean - noise) : NAN;
    double high = s->average_high > 0 ? fmax(s->average_high * mean, mean + noise) : NAN;
    judge_range(c, f, low, high);
    f->message = spk_arena_printf(c->arena, "%s the mean of the last %zu days with rows, %.1f",
                                  f->outcome == SPK_HOLD        ? "far below"
                                  : f->outcome == SPK_WARN_ONLY ? "far above"
                                                                : "near",
                                  days, mean);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

/* Sorts the values. */
static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static size_t same_weekdays(const struct case_file *c, double *rows, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < c->input->history_count && n < most; i++) {
        if ((c->batch->day - c->input->history[i].day) % 7 == 0) {
            rows[n++] = (double)c->input->history[i].rows;
        }
    }
    return n;
}

static void check_same_weekday(const struct case_file *c, struct finding *f)
{
    enum { WEEKS_MAX = 52 };
    const struct spk_check_settings *s = c->settings;
    f->applies = s->weekday_deviations > 0;
    double rows[WEEKS_MAX];
    int64_t need = s->weekday_warm_up < 1           ? 1
                   : s->weekday_warm_up > WEEKS_MAX ? WEEKS_MAX
                                                    : s->weekday_warm_up;
    size_t most = need > SPK_BLACKBOX_WEEKS ? (size_t)need : SPK_BLACKBOX_WEEKS;
    size_t n = same_weekdays(c, rows, most);
    if ((int64_t)n < need) {
        say_warming_up(c, f, n, need);
        return;
    }
    double middle = median(rows, n);
    for (size_t i = 0; i < n; i++) {
        rows[i] = fabs(rows[i] - middle);
    }
    double one = mad_to_deviation * median(rows, n);
    one = fmax(fmax(one, sqrt(middle)), fmax(s->weekday_floor * middle, 1));
    one = fmax(one, (double)s->weekday_floor_rows);
    double away = s->weekday_deviations * one;
    judge_range(c, f, middle - away, middle + away);
    f->message =
        spk_arena_printf(c->arena, "%.1f deviations %s the median of %zu same weekdays, %.1f",
                         fabs((double)c->batch->rows - middle) / one,
                         (double)c->batch->rows < middle ? "below" : "above", n, middle);
}

/* ---- all ---- */

size_t spk_blackbox_judge(const struct spk_blackbox_input *input, struct spk_arena *arena,
                          struct spk_verdict *out)
{
    static const struct {
        struct spk_view name;
        void (*check)(const struct case_file *c, struct finding *f);
    } checks[SPK_BLACKBOX_CHECKS] = {
        {SPK_VIEW("row_count"), check_row_count},
        {SPK_VIEW("failed_responses"), check_failed_responses},
        {SPK_VIEW("unproven_empty"), check_unproven_empty},
        {SPK_VIEW("no_rows"), check_no_rows},
        {SPK_VIEW("daily_minimum"), check_daily_minimum},
        {SPK_VIEW("freshness"), check_freshness},
        {SPK_VIEW("schema_drift"), check_schema_drift},
        {SPK_VIEW("average"), check_average},
        {SPK_VIEW("same_weekday"), check_same_weekday},
    };
    struct case_file c = {input, input->batch, input->settings, arena};
    size_t n = 0;
    for (size_t i = 0; i < SPK_BLACKBOX_CHECKS; i++) {
        struct finding f = {0};
        checks[i].check(&c, &f);
        if (f.applies) {
            out[n++] = (struct spk_verdict){.account = c.batch->account,
                                            .stream = c.batch->stream,
                                            .day = c.batch->day,
                                            .check = checks[i].name,
                                            .outcome = f.outcome,
                                            .expected = f.expected,
                                            .actual = f.actual,
                                            .message = f.message};
        }
    }
    return n;
}
