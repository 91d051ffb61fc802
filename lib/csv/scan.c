/* The states of Python's csv reader (not strict), over text whose line ends may be of any kind. */
#include "csv/csv_internal.h"

#include "base/memory.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { STOPS_PLAIN = 1, STOPS_QUOTED = 2 };

void spk_csv_scanner_init(struct spk_csv_scanner *scanner, const struct spk_csv_options *options)
{
    *scanner = (struct spk_csv_scanner){.options = *options, .line = 1, .record_line = 1};
    scanner->stops['\n'] = scanner->stops['\r'] = STOPS_PLAIN | STOPS_QUOTED;
    scanner->stops[(unsigned char)options->quote] |= STOPS_QUOTED;
    scanner->stops[(unsigned char)options->delimiter.at[0]] |= STOPS_PLAIN;
    if (options->reject_nul)
        scanner->stops[0] = STOPS_PLAIN | STOPS_QUOTED;
}

void spk_csv_scanner_deinit(struct spk_csv_scanner *scanner)
{
    spk_buf_deinit(&scanner->text);
    free(scanner->spans);
    scanner->spans = NULL;
}

/* Forgets the record that was returned. */
static void begin_record(struct spk_csv_scanner *scanner)
{
    scanner->record_start = scanner->field_start = scanner->write = scanner->scan;
    scanner->len = 0;
}

void spk_csv_scanner_compact(struct spk_csv_scanner *scanner)
{
    if (scanner->state == SPK_CSV_START_RECORD)
        begin_record(scanner);
    size_t shift = scanner->record_start;
    size_t kept = scanner->write - shift;
    size_t unread = scanner->text.len - scanner->scan;
    if (scanner->text.len == 0)
        return;
    memmove(scanner->text.at, scanner->text.at + shift, kept);
    memmove(scanner->text.at + kept, scanner->text.at + scanner->scan, unread);
    scanner->text.len = kept + unread;
    scanner->record_start = 0;
    scanner->field_start -= shift;
    scanner->counted_to -= scanner->counted_to < shift ? scanner->counted_to : shift;
    scanner->write = scanner->scan = kept;
    for (size_t i = 0; i < scanner->len; i++)
        scanner->spans[i].at -= shift;
}

static void start_field(struct spk_csv_scanner *scanner)
{
    scanner->field_start = scanner->counted_to = scanner->write;
    scanner->counted = 0;
}

/* Only fields with more bytes than characters allowed are counted, each byte once. */
static bool field_fits(struct spk_csv_scanner *scanner)
{
    if (scanner->write - scanner->field_start <= scanner->options.max_field)
        return true;
    for (; scanner->counted_to < scanner->write; scanner->counted_to++)
        scanner->counted += ((unsigned char)scanner->text.at[scanner->counted_to] & 0xc0) != 0x80;
    return scanner->counted <= scanner->options.max_field;
}

static bool check_sizes(struct spk_csv_scanner *scanner, struct spk_buf *problem)
{
    const struct spk_csv_options *options = &scanner->options;
    if (scanner->too_long || !field_fits(scanner))
        spk_buf_printf(problem, "a field is longer than %zu characters", options->max_field);
    else if (scanner->write - scanner->record_start > options->max_record)
        spk_buf_printf(problem, "the record is larger than %zu bytes", options->max_record);
    else if (scanner->len > options->max_fields)
        spk_buf_printf(problem, "more than %zu fields", options->max_fields);
    return problem->len == 0;
}

static void end_field(struct spk_csv_scanner *scanner)
{
    scanner->too_long |= !field_fits(scanner);
    if (scanner->len == scanner->cap)
        scanner->spans = spk_memory_grow(scanner->spans, &scanner->cap, scanner->len + 1,
                                         sizeof(*scanner->spans));
    scanner->spans[scanner->len++] =
        (struct spk_csv_span){scanner->field_start, scanner->write - scanner->field_start};
    start_field(scanner);
}

static void put(struct spk_csv_scanner *scanner, char c)
{
    scanner->text.at[scanner->write++] = c;
}

/* Where the run that begins at `scan` stops, sixteen bytes at a time. */
static size_t find_stop(const struct spk_csv_scanner *scanner, uint8_t stop)
{
    const struct spk_csv_options *options = &scanner->options;
    const char *text = scanner->text.at;
    size_t at = scanner->scan;
#ifdef __SSE2__
    const __m128i own =
        _mm_set1_epi8(stop == STOPS_QUOTED ? options->quote : options->delimiter.at[0]);
    const __m128i nul = _mm_set1_epi8(options->reject_nul ? '\0' : '\n');
    for (; scanner->text.len - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, own), _mm_cmpeq_epi8(bytes, nul));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
        int bits = _mm_movemask_epi8(found);
        if (bits)
            return at + (size_t)__builtin_ctz((unsigned)bits);
    }
#endif
    while (at < scanner->text.len && !(scanner->stops[(unsigned char)text[at]] & stop))
        at++;
    return at;
}

/* Moves bytes down up to the next one that stops such a run. */
static void copy_run(struct spk_csv_scanner *scanner, uint8_t stop)
{
    char *text = scanner->text.at;
    size_t end = find_stop(scanner, stop);
    size_t len = end - scanner->scan;
    if (scanner->write != scanner->scan && len > 0)
        memmove(text + scanner->write, text + scanner->scan, len);
    scanner->write += len;
    scanner->scan = end;
}

/* Passes a line end of any kind. */
static void pass_line_end(struct spk_csv_scanner *scanner)
{
    scanner->skip_lf = scanner->text.at[scanner->scan] == '\r';
    scanner->scan++;
    scanner->line++;
}

/* The caller's next look at it is the refusal. */
static bool at_refused_nul(const struct spk_csv_scanner *scanner)
{
    return scanner->options.reject_nul && scanner->text.at[scanner->scan] == '\0';
}

static bool at_line_end(const struct spk_csv_scanner *scanner)
{
    char c = scanner->text.at[scanner->scan];
    return c == '\n' || c == '\r';
}

static bool at_delimiter(const struct spk_csv_scanner *scanner)
{
    struct spk_view delimiter = scanner->options.delimiter;
    const char *at = scanner->text.at + scanner->scan;
    if (*at != delimiter.at[0] || scanner->text.len - scanner->scan < delimiter.len)
        return false;
    return delimiter.len == 1 || memcmp(at, delimiter.at, delimiter.len) == 0;
}

/* True: the record ends. */
static bool step_plain(struct spk_csv_scanner *scanner)
{
    copy_run(scanner, STOPS_PLAIN);
    if (scanner->scan == scanner->text.len)
        return false;
    if (at_line_end(scanner)) {
        end_field(scanner);
        pass_line_end(scanner);
        scanner->state = SPK_CSV_START_RECORD;
        return true;
    }
    if (at_delimiter(scanner)) {
        end_field(scanner);
        scanner->scan += scanner->options.delimiter.len;
        scanner->state = SPK_CSV_START_FIELD;
    } else if (!at_refused_nul(scanner)) {
        put(scanner, scanner->text.at[scanner->scan++]);
    }
    return false;
}

static void step_quoted(struct spk_csv_scanner *scanner)
{
    copy_run(scanner, STOPS_QUOTED);
    if (scanner->scan == scanner->text.len)
        return;
    if (at_line_end(scanner)) {
        pass_line_end(scanner);
        put(scanner, '\n');
    } else if (scanner->text.at[scanner->scan] == scanner->options.quote) {
        scanner->scan++;
        scanner->state = SPK_CSV_QUOTE_IN_QUOTED;
    } else if (!at_refused_nul(scanner)) {
        put(scanner, scanner->text.at[scanner->scan++]);
    }
}

static bool passes_lf(struct spk_csv_scanner *scanner)
{
    bool passes = scanner->skip_lf && scanner->text.at[scanner->scan] == '\n';
    scanner->skip_lf = false;
    scanner->scan += passes;
    return passes;
}

/* True: the record ends. */
static bool step(struct spk_csv_scanner *scanner)
{
    bool quote = scanner->text.at[scanner->scan] == scanner->options.quote;
    switch (scanner->state) {
    case SPK_CSV_START_RECORD:
        begin_record(scanner);
        start_field(scanner);
        if (at_line_end(scanner)) {
            pass_line_end(scanner);
            return true;
        }
        scanner->state = SPK_CSV_START_FIELD;
        return false;
    case SPK_CSV_START_FIELD:
        scanner->scan += quote;
        scanner->state = quote ? SPK_CSV_IN_QUOTED : SPK_CSV_IN_FIELD;
        return false;
    case SPK_CSV_QUOTE_IN_QUOTED:
        if (quote)
            put(scanner, scanner->text.at[scanner->scan++]);
        scanner->state = quote ? SPK_CSV_IN_QUOTED : SPK_CSV_IN_FIELD;
        return false;
    case SPK_CSV_IN_QUOTED: step_quoted(scanner); return false;
    case SPK_CSV_IN_FIELD: return step_plain(scanner);
    }
    return false;
}

enum spk_csv_step spk_csv_scanner_step(struct spk_csv_scanner *scanner, struct spk_buf *problem)
{
    if (scanner->state == SPK_CSV_START_RECORD)
        scanner->record_line = scanner->line;
    while (scanner->scan < scanner->text.len) {
        if (passes_lf(scanner))
            continue;
        if (at_refused_nul(scanner)) {
            spk_buf_append_str(problem, "a NUL character: is the encoding right?");
            return SPK_CSV_FAILED;
        }
        bool ends = step(scanner);
        if (!check_sizes(scanner, problem))
            return SPK_CSV_FAILED;
        if (ends)
            return SPK_CSV_RECORD;
    }
    return SPK_CSV_MORE;
}

enum spk_csv_step spk_csv_scanner_end(struct spk_csv_scanner *scanner, struct spk_buf *problem)
{
    if (scanner->state == SPK_CSV_START_RECORD)
        return SPK_CSV_MORE;
    if (scanner->options.reject_open && scanner->state == SPK_CSV_IN_QUOTED) {
        spk_buf_append_str(problem, "the text ends inside a quoted field");
        return SPK_CSV_FAILED;
    }
    end_field(scanner);
    scanner->state = SPK_CSV_START_RECORD;
    return check_sizes(scanner, problem) ? SPK_CSV_RECORD : SPK_CSV_FAILED;
}
