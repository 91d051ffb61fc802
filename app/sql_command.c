#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "parts.h"
#include "json/json.h"

/* `spike sql "select ..."`: one statement to the project's warehouse, its rows as a table. */
struct words {
    struct spk_view statement, project;
    bool json;
};

enum { MOST_COLUMNS = 64, MOST_WIDTH = 60 };

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "statement",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_POSITIONAL | SPK_OPTION_REQUIRED,
     .offset = FIELD(statement),
     .help = "one SQL statement"},
    SPK_PARTS_PROJECT_OPTION(FIELD(project)),
    {.name = "json", .type = SPK_OPTION_BOOL, .offset = FIELD(json), .help = "a JSON object a row"},
    SPK_OPTION_END,
};

struct table {
    struct spk_arena arena;
    struct spk_value rows; /* LIST of LISTs of text; the first is the header */
    size_t columns;
    size_t widths[MOST_COLUMNS];
};

static size_t width_of(struct spk_view text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return n;
}

static void add_cell(struct table *table, struct spk_value row, size_t column, struct spk_view text)
{
    struct spk_value cell = spk_string_dup(&table->arena, text);
    size_t width = width_of(cell.text);
    width = width > MOST_WIDTH ? MOST_WIDTH : width;
    if (width > table->widths[column])
        table->widths[column] = width;
    spk_list_append(row, cell);
}

static spk_rc load(struct spk_warehouse_rows *rows, struct table *table, struct spk_error *err)
{
    bool more = true;
    struct spk_value header = spk_list_new(&table->arena);
    table->columns = spk_warehouse_rows_columns(rows);
    if (table->columns > MOST_COLUMNS)
        return spk_error_set(err, SPK_EDATA, "%zu columns are more than can be shown",
                             table->columns);
    table->rows = spk_list_new(&table->arena);
    for (size_t i = 0; i < table->columns; i++)
        add_cell(table, header, i, spk_view_of(spk_warehouse_rows_name(rows, i)));
    spk_list_append(table->rows, header);
    spk_rc rc = spk_warehouse_rows_next(rows, &more, err);
    while (!rc && more) {
        struct spk_value row = spk_list_new(&table->arena);
        for (size_t i = 0; i < table->columns; i++)
            add_cell(table, row, i, spk_warehouse_rows_text(rows, i));
        spk_list_append(table->rows, row);
        rc = spk_warehouse_rows_next(rows, &more, err);
    }
    return rc;
}

static void print_row(const struct table *table, struct spk_value row)
{
    for (size_t i = 0; i < table->columns; i++) {
        struct spk_view text = spk_list_at(row, i).text;
        size_t width = width_of(text);
        printf("%s%.*s", i ? "  " : "", SPK_FMT(text));
        for (; i + 1 < table->columns && width < table->widths[i]; width++)
            putchar(' ');
    }
    putchar('\n');
}

static void print_rule(const struct table *table)
{
    for (size_t i = 0; i < table->columns; i++) {
        printf("%s", i ? "  " : "");
        for (size_t j = 0; j < table->widths[i]; j++)
            putchar('-');
    }
    putchar('\n');
}

static void print_table(const struct table *table)
{
    for (size_t i = 0; i < spk_list_len(table->rows); i++) {
        print_row(table, spk_list_at(table->rows, i));
        if (i == 0)
            print_rule(table);
    }
}

static void print_json(struct table *table)
{
    struct spk_value header = spk_list_at(table->rows, 0);
    for (size_t i = 1; i < spk_list_len(table->rows); i++) {
        struct spk_value object = spk_dict_new(&table->arena);
        struct spk_buf text = {0};
        for (size_t j = 0; j < table->columns; j++)
            spk_dict_set_value(object, spk_list_at(header, j),
                               spk_list_at(spk_list_at(table->rows, i), j));
        spk_json_write(&text, object, 0);
        puts(spk_buf_cstr(&text));
        spk_buf_deinit(&text);
    }
}

static spk_rc query(void *given, struct spk_parts *parts, struct spk_error *err)
{
    const struct words *words = given;
    struct table table = {0};
    struct spk_warehouse_rows *rows = NULL;
    struct spk_warehouse *warehouse = parts->flow.warehouse(parts, err);
    if (!warehouse)
        return err->rc;
    spk_rc rc = spk_warehouse_query(warehouse, words->statement, &rows, err);
    if (!rc)
        rc = load(rows, &table, err);
    if (!rc && words->json)
        print_json(&table);
    else if (!rc)
        print_table(&table);
    spk_warehouse_rows_destroy(rows);
    spk_arena_deinit(&table.arena);
    return rc;
}

extern const struct spk_command spk_sql_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    struct words words = {0};
    const struct spk_parts_job job = {&words, &words.project, query};
    return spk_parts_command(&spk_sql_command, &job, argv, err);
}

const struct spk_command spk_sql_command = {
    .name = "sql",
    .usage = "STATEMENT [--json]",
    .help = "ask the project's warehouse",
    .options = options,
    .run = run,
};
