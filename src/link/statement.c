/* The DuckDB twin of an external table: a table of the published files and a view over exactly
 * these files. */
#include "base/memory.h"
#include "base/time.h"
#include "link/link_internal.h"

enum { INSERT_ROWS = 1000 };
#define STATEMENT_BYTES ((size_t)64 << 20)

/* The columns of the files. */
static const struct column {
    const char *name, *type;
} columns[] = {
    {"airbyte_id", "varchar"},
    {"airbyte_date_time", "timestamptz"},
    {"raw_data", "varchar"},
    {"additional_cntx", "varchar"},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* ---- quoting ---- */

static void append_quoted(struct spk_buf *out, char quote, struct spk_view text)
{
    spk_buf_append_char(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == quote)
            spk_buf_append_char(out, quote);
        spk_buf_append_char(out, text.at[i]);
    }
    spk_buf_append_char(out, quote);
}

static void append_text(struct spk_buf *out, struct spk_view text)
{
    append_quoted(out, '\'', text);
}

static void append_day(struct spk_buf *out, int32_t day)
{
    int year, month, day_of_month;
    spk_day_to_civil(day, &year, &month, &day_of_month);
    spk_buf_printf(out, "date '%04d-%02d-%02d'", year, month, day_of_month);
}

static void append_instant(struct spk_buf *out, int64_t us)
{
    struct spk_arena arena = {0};
    append_text(out, spk_iso_format_us(&arena, us));
    spk_arena_deinit(&arena);
}

/* raw."NAME" or raw."NAME_files" */
static void append_relation(struct spk_buf *out, const struct spk_link_source *source,
                            const char *suffix)
{
    struct spk_buf name = {0};
    spk_buf_append(&name, source->platform);
    spk_buf_append_str(&name, suffix);
    spk_buf_append_str(out, "raw.");
    append_quoted(out, '"', spk_buf_view(&name));
    spk_buf_deinit(&name);
}

static bool is_pattern(char c)
{
    return c == '*' || c == '?' || c == '[';
}

/* read_parquet takes every name for a pattern; one in which something would match is written so
 * that it matches just itself. Inside a pattern DuckDB has no way to write a backslash, which it
 * takes for a separator: any one character may stand there, and counting finds what is too many. */
static void append_path(struct spk_buf *out, struct spk_view path)
{
    struct spk_buf exact = {0};
    bool pattern = false;
    for (size_t i = 0; i < path.len; i++)
        pattern |= is_pattern(path.at[i]);
    for (size_t i = 0; i < path.len; i++) {
        if (is_pattern(path.at[i]))
            spk_buf_printf(&exact, "[%c]", path.at[i]);
        else if (path.at[i] == '\\' && pattern)
            spk_buf_append_char(&exact, '?');
        else
            spk_buf_append_char(&exact, path.at[i]);
    }
    append_text(out, spk_buf_view(&exact));
    spk_buf_deinit(&exact);
}

/* ---- the statements ---- */

static spk_rc keep(struct spk_link_source *source, struct spk_link_statements *out,
                   struct spk_buf *sql, struct spk_error *err)
{
    spk_rc rc = spk_buf_check(sql, "a statement for the warehouse", err);
    if (rc == SPK_OK) {
        out->items = spk_memory_grow(out->items, &out->cap, out->n + 1, sizeof(*out->items));
        out->items[out->n++] = spk_arena_dup(&source->arena, spk_buf_view(sql));
    } else {
        spk_error_hint(err, "compact the raw zone, so that it has fewer files");
    }
    spk_buf_clear(sql);
    return rc;
}

static void write_table(struct spk_buf *sql, const struct spk_link_source *source)
{
    spk_buf_append_str(sql, "create or replace table ");
    append_relation(sql, source, "_files");
    spk_buf_append_str(sql,
                       " (filename varchar, operator_account varchar, stream_name varchar, dt date,"
                       " row_count bigint, byte_count bigint, sha256 varchar, run_id varchar,"
                       " extracted_at timestamptz, published_at timestamptz)");
}

static void write_insert(struct spk_buf *sql, const struct spk_link_source *source, size_t from)
{
    spk_buf_append_str(sql, "insert into ");
    append_relation(sql, source, "_files");
    spk_buf_append_str(sql, " values");
    for (size_t i = from; i < source->n && i < from + INSERT_ROWS; i++) {
        const struct spk_link_file *file = &source->files[i];
        const struct spk_published_file *published = file->published;
        const struct spk_view names[] = {published->key, file->account, file->stream};
        spk_buf_append_str(sql, i > from ? ", (" : " (");
        for (size_t t = 0; t < sizeof(names) / sizeof(names[0]); t++) {
            append_text(sql, names[t]);
            spk_buf_append_str(sql, ", ");
        }
        append_day(sql, file->day);
        spk_buf_printf(sql, ", %lld, %lld, ", (long long)published->rows,
                       (long long)published->bytes);
        append_text(sql, published->sha256);
        spk_buf_append_str(sql, ", ");
        append_text(sql, spk_view_of(published->run));
        spk_buf_append_str(sql, ", ");
        append_instant(sql, published->extracted_us);
        spk_buf_append_str(sql, ", ");
        append_instant(sql, published->published_us);
        spk_buf_append_char(sql, ')');
    }
}

static const char day_of_key[] = "cast(split_part(key, '/', 3) || '-' || split_part(key, '/', 4)"
                                 " || '-' || split_part(key, '/', 5) as date)";

/* Stream and days stand as constants in each part: a query that asks for others skips the part
 * before it looks at a single file name. */
static void write_part(struct spk_buf *sql, const struct spk_link_source *source,
                       const struct spk_link_range *range)
{
    spk_buf_append_str(sql, "select struct_pack(");
    for (size_t c = 0; c < COLUMNS; c++)
        spk_buf_printf(sql, "%s%s := %s", c ? ", " : "", columns[c].name, columns[c].name);
    spk_buf_append_str(sql, ") as value, split_part(key, '/', 1) as operator_account, ");
    append_text(sql, source->files[range->from].stream);
    spk_buf_printf(sql, " as stream_name, %s as dt", day_of_key);
    for (size_t c = 0; c < COLUMNS; c++)
        spk_buf_printf(sql, ", %s", columns[c].name);
    spk_buf_append_str(sql, ", key as metadata$filename"
                            " from (select *, substr(filename, length(");
    append_text(sql, source->root);
    spk_buf_append_str(sql, ") + 1) as key from read_parquet([");
    for (size_t i = range->from; i < range->to; i++) {
        spk_buf_append_str(sql, i > range->from ? ", " : "");
        append_path(sql, source->files[i].path);
    }
    spk_buf_printf(sql, "], filename = true)) where %s between ", day_of_key);
    append_day(sql, source->files[range->from].day);
    spk_buf_append_str(sql, " and ");
    append_day(sql, source->files[range->to - 1].day);
}

/* Without files: the same columns and types, and no rows. */
static void write_nothing(struct spk_buf *sql)
{
    spk_buf_append_str(sql, "select cast(null as struct(");
    for (size_t c = 0; c < COLUMNS; c++)
        spk_buf_printf(sql, "%s%s %s", c ? ", " : "", columns[c].name, columns[c].type);
    spk_buf_append_str(sql, ")) as value, cast(null as varchar) as operator_account,"
                            " cast(null as varchar) as stream_name, cast(null as date) as dt");
    for (size_t c = 0; c < COLUMNS; c++)
        spk_buf_printf(sql, ", cast(null as %s) as %s", columns[c].type, columns[c].name);
    spk_buf_append_str(sql, ", cast(null as varchar) as metadata$filename where false");
}

static void write_view(struct spk_buf *sql, const struct spk_link_source *source)
{
    struct spk_link_range range = {0, 0};
    spk_buf_append_str(sql, "create or replace view ");
    append_relation(sql, source, "");
    spk_buf_append_str(sql, " as ");
    if (source->n == 0)
        write_nothing(sql);
    while (spk_link_source_next(source, false, &range)) {
        spk_buf_append_str(sql, range.from > 0 ? " union all " : "");
        write_part(sql, source, &range);
    }
}

spk_rc spk_link_statements_show(struct spk_link_source *source, struct spk_link_statements *out,
                                struct spk_error *err)
{
    struct spk_buf sql = {.limit = STATEMENT_BYTES};
    spk_buf_append_str(&sql, "create schema if not exists raw");
    spk_rc rc = keep(source, out, &sql, err);
    if (rc == SPK_OK) {
        write_table(&sql, source);
        rc = keep(source, out, &sql, err);
    }
    for (size_t from = 0; rc == SPK_OK && from < source->n; from += INSERT_ROWS) {
        write_insert(&sql, source, from);
        rc = keep(source, out, &sql, err);
    }
    if (rc == SPK_OK) {
        write_view(&sql, source);
        rc = keep(source, out, &sql, err);
    }
    spk_buf_deinit(&sql);
    return rc;
}

static struct spk_view take(struct spk_link_source *source, struct spk_buf *sql)
{
    struct spk_view text = spk_arena_dup(&source->arena, spk_buf_view(sql));
    spk_buf_deinit(sql);
    return text;
}

struct spk_view spk_link_statement_count(struct spk_link_source *source,
                                         const struct spk_link_range *range)
{
    struct spk_buf sql = {0};
    spk_buf_append_str(&sql, "select metadata$filename, count(*) from ");
    append_relation(&sql, source, "");
    spk_buf_append_str(&sql, " where stream_name = ");
    append_text(&sql, source->files[range->from].stream);
    spk_buf_append_str(&sql, " and dt between ");
    append_day(&sql, source->files[range->from].day);
    spk_buf_append_str(&sql, " and ");
    append_day(&sql, source->files[range->to - 1].day);
    spk_buf_append_str(&sql, " group by 1");
    return take(source, &sql);
}

struct spk_view spk_link_statement_exists(struct spk_link_source *source)
{
    struct spk_buf sql = {0}, name = {0};
    spk_buf_append(&name, source->platform);
    spk_buf_append_str(&name, "_files");
    spk_buf_append_str(&sql, "select table_name from information_schema.tables"
                             " where table_schema = 'raw' and lower(table_name) = lower(");
    append_text(&sql, spk_buf_view(&name));
    spk_buf_append_char(&sql, ')');
    spk_buf_deinit(&name);
    return take(source, &sql);
}

struct spk_view spk_link_statement_listed(struct spk_link_source *source)
{
    struct spk_buf sql = {0};
    spk_buf_append_str(&sql, "select filename from ");
    append_relation(&sql, source, "_files");
    return take(source, &sql);
}
