/* One suite for every database. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "folder.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* ---- kinds ---- */

struct kind {
    const char *name;
    const char *url; /* NULL: a file in a new folder */
    bool faulty;
};

static const struct kind kinds[] = {
    {"sqlite file", NULL, false},
    {"sqlite memory", "sqlite::memory:", false},
    {"faulty", "sqlite::memory:", true},
};

struct fixture {
    struct spk_sql *sql, *inner;
    struct folder folder;
};

static void fixture_init(struct fixture *fixture, const struct kind *kind)
{
    *fixture = (struct fixture){0};
    folder_init(&fixture->folder);
    fixture->sql = open_url(kind->url ? kind->url : fixture->folder.url, 0);
    if (kind->faulty) {
        fixture->inner = fixture->sql;
        fixture->sql = spk_sql_faulty_create(fixture->inner, &(struct spk_sql_fault){.nth = 0});
    }
}

static void fixture_deinit(struct fixture *fixture)
{
    spk_sql_destroy(fixture->sql);
    spk_sql_destroy(fixture->inner);
    folder_deinit(&fixture->folder);
}

static void make_table(struct spk_sql *sql)
{
    exec(sql, SPK_SQL("CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT UNIQUE, x DOUBLE "
                      "PRECISION, b BYTEA)"));
}

/* ---- checks ---- */

static void values_come_back_as_they_went_in(struct spk_sql *sql)
{
    static const struct spk_sql_value values[][3] = {
        {{SPK_SQL_TEXT, .view = SPK_VIEW("Gr\xc3\xbc\xc3\x9f")},
         {SPK_SQL_DOUBLE, .number = -0.1},
         {SPK_SQL_BYTES, .view = SPK_VIEW("a\0\xff")}},
        {{SPK_SQL_TEXT, .view = {NULL, 0}},
         {SPK_SQL_DOUBLE, .number = 1e308},
         {SPK_SQL_BYTES, .view = {NULL, 0}}},
        {{.type = SPK_SQL_NULL}, {.type = SPK_SQL_NULL}, {.type = SPK_SQL_NULL}},
        {{SPK_SQL_TEXT, .view = SPK_VIEW("123")},
         {SPK_SQL_DOUBLE, .number = -INFINITY},
         {SPK_SQL_BYTES, .view = SPK_VIEW("123")}},
    };
    static const int64_t ids[] = {INT64_MIN, -1, 0, INT64_MAX};
    make_table(sql);
    for (size_t i = 0; i < COUNT(values); i++) {
        struct spk_arena arena = {0};
        struct spk_sql_row row = {0};
        exec(sql, SPK_SQL("INSERT INTO t VALUES ($1, $2, $3, $4)", spk_sql_i64(ids[i]),
                          values[i][0], values[i][1], values[i][2]));
        assert_int_equal(spk_sql_query_row(sql,
                                           SPK_SQL("SELECT id, name, x, b FROM t WHERE id = $1",
                                                   spk_sql_i64(ids[i])),
                                           &arena, &row, NULL),
                         SPK_OK);
        assert_int_equal(row.n, 4);
        assert_true(row.values[0].type == SPK_SQL_I64 && row.values[0].i64 == ids[i]);
        for (size_t c = 0; c < 3; c++)
            assert_int_equal(row.values[c + 1].type, values[i][c].type);
        assert_true(spk_view_equal(spk_sql_row_text(&row, 1), values[i][0].view));
        if (values[i][1].type == SPK_SQL_DOUBLE)
            assert_true(row.values[2].number == values[i][1].number);
        assert_true(spk_view_equal(spk_sql_row_text(&row, 3), values[i][2].view));
        assert_int_equal(spk_sql_row_is_null(&row, 1), values[i][0].type == SPK_SQL_NULL);
        assert_int_equal(spk_sql_row_text(&row, 1).at == NULL, values[i][0].type == SPK_SQL_NULL);
        spk_arena_deinit(&arena);
    }
}

static void parameters_are_numbered_not_placed(struct spk_sql *sql)
{
    assert_int_equal(number(sql, SPK_SQL("SELECT $2 - $1 + $2 * $3", spk_sql_i64(1),
                                         spk_sql_i64(20), spk_sql_i64(100))),
                     2019);
}

static void wrong_statements_and_values_are_refused(struct spk_sql *sql)
{
    static const char nul[] = "a\0b";
    const struct {
        struct spk_sql_statement statement;
        const char *says;
    } wrong[] = {
        {SPK_SQL("SELECT $1"), "1 parameters in the statement, 0 values"},
        {SPK_SQL("SELECT 1", spk_sql_i64(1)), "0 parameters in the statement, 1 values"},
        {SPK_SQL("SELECT $2", spk_sql_i64(1)), "none of $1 to $1"},
        {SPK_SQL("SELECT :a", spk_sql_i64(1)), "none of $1 to $1"},
        {SPK_SQL("SELECT 1; SELECT 2"), "more than one statement"},
        {SPK_SQL(" \n"), "no statement"},
        {SPK_SQL("SELECT nothing FROM nowhere"), "nowhere"},
        {SPK_SQL("SELECT $1", spk_sql_double(NAN)), "the value of $1 is not a number"},
        {SPK_SQL("SELECT $1", spk_sql_text(spk_view_make(nul, 3))), "holds a NUL"},
        {SPK_SQL("SELECT $1", spk_sql_str("\xff")), "is not UTF-8"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct spk_error err = {0};
        assert_int_equal(spk_sql_exec(sql, wrong[i].statement, &err), SPK_EDATA);
        if (!strstr(err.text, wrong[i].says))
            fail_msg("%s", err.text);
    }
}

static spk_rc sum_and_stop(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    int64_t n = 0, *sum = (int64_t *)context;
    spk_rc rc = spk_sql_row_i64(row, 0, &n, err);
    *sum += n;
    return rc == SPK_OK && n == 3 ? spk_error_set(err, SPK_ETRANSIENT, "enough") : rc;
}

static void rows_come_in_order_until_the_callback_fails(struct spk_sql *sql)
{
    struct spk_error err = {0};
    int64_t sum = 0;
    struct spk_sql_statement four = SPK_SQL("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 "
                                            "UNION ALL SELECT 4");
    assert_int_equal(spk_sql_query(sql, four, sum_and_stop, &sum, &err), SPK_ETRANSIENT);
    assert_int_equal(sum, 6);
    assert_non_null(strstr(err.text, "enough"));
    assert_non_null(strstr(err.text, "SELECT 1 UNION"));
    assert_int_equal(number(sql, four), 1);
}

static void cells_of_another_type_are_named(struct spk_sql *sql)
{
    struct spk_error err = {0};
    struct spk_arena arena = {0};
    struct spk_sql_row row = {0};
    int64_t n = 7;
    double x = 0;
    assert_int_equal(
        spk_sql_query_row(sql, SPK_SQL("SELECT 'word', 2, 0.5, NULL"), &arena, &row, NULL), SPK_OK);
    assert_int_equal(spk_sql_row_i64(&row, 0, &n, &err), SPK_EDATA);
    assert_string_equal(err.text, "column 1 is a text, not a whole number");
    assert_int_equal(spk_sql_row_i64(&row, 3, &n, NULL), SPK_EDATA);
    assert_int_equal(n, 7);
    assert_int_equal(spk_sql_row_double(&row, 1, &x, NULL), SPK_OK);
    assert_true(x == 2);
    assert_int_equal(spk_sql_row_double(&row, 2, &x, NULL), SPK_OK);
    assert_true(x == 0.5);
    assert_int_equal(spk_sql_row_double(&row, 0, &x, NULL), SPK_EDATA);
    assert_int_equal(spk_sql_query_i64(sql, SPK_SQL("SELECT 1 WHERE 1 = 0"), &n, NULL), SPK_EDATA);
    spk_arena_deinit(&arena);
}

static void changed_rows_are_counted(struct spk_sql *sql)
{
    int64_t changed = -1;
    make_table(sql);
    assert_int_equal(
        spk_sql_exec_count(sql, SPK_SQL("INSERT INTO t (id) VALUES (1), (2), (3)"), &changed, NULL),
        SPK_OK);
    assert_int_equal(changed, 3);
    assert_int_equal(
        spk_sql_exec_count(sql, SPK_SQL("UPDATE t SET x = 1 WHERE id > 5"), &changed, NULL),
        SPK_OK);
    assert_int_equal(changed, 0);
    assert_int_equal(spk_sql_exec_count(sql, SPK_SQL("SELECT 1"), &changed, NULL), SPK_OK);
    assert_int_equal(changed, 0);
}

static void upserts_return_what_they_wrote(struct spk_sql *sql)
{
    make_table(sql);
    for (int64_t i = 1; i < 4; i++) {
        assert_int_equal(number(sql, SPK_SQL("INSERT INTO t (id, x) VALUES (9, $1) ON CONFLICT "
                                             "(id) DO UPDATE SET x = t.x + excluded.x "
                                             "RETURNING CAST(x AS BIGINT)",
                                             spk_sql_i64(i))),
                         i * (i + 1) / 2);
    }
}

static void constraints_are_bad_data(struct spk_sql *sql)
{
    struct spk_error err = {0};
    make_table(sql);
    exec(sql, SPK_SQL("CREATE TABLE child (t BIGINT NOT NULL REFERENCES t (id))"));
    exec(sql, SPK_SQL("INSERT INTO t (id, name) VALUES (1, 'a')"));
    assert_int_equal(spk_sql_exec(sql, SPK_SQL("INSERT INTO t (id, name) VALUES (2, 'a')"), &err),
                     SPK_EDATA);
    assert_non_null(strstr(err.text, "INSERT INTO t (id, name)"));
    assert_int_equal(spk_sql_exec(sql, SPK_SQL("INSERT INTO child VALUES (5)"), &err), SPK_EDATA);
}

static void rollback_drops_and_commit_keeps(struct spk_sql *sql)
{
    make_table(sql);
    for (int64_t keep = 0; keep < 2; keep++) {
        assert_int_equal(spk_sql_begin(sql, SPK_SQL_WRITE, NULL), SPK_OK);
        exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (1)"));
        assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")), 1);
        if (keep)
            assert_int_equal(spk_sql_commit(sql, NULL), SPK_OK);
        else
            spk_sql_rollback(sql);
        assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")), keep);
    }
    spk_sql_rollback(sql);
}

static void a_failed_statement_spoils_its_transaction(struct spk_sql *sql)
{
    struct spk_error err = {0};
    make_table(sql);
    assert_int_equal(spk_sql_begin(sql, SPK_SQL_WRITE, NULL), SPK_OK);
    exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (1)"));
    assert_int_equal(spk_sql_exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (1)"), NULL), SPK_EDATA);
    assert_int_equal(spk_sql_exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (2)"), &err),
                     SPK_ESYSTEM);
    assert_non_null(strstr(err.text, "only rollback is left"));
    assert_int_equal(spk_sql_script(sql, SPK_V("SELECT 1"), NULL), SPK_ESYSTEM);
    assert_int_equal(spk_sql_commit(sql, NULL), SPK_ESYSTEM);
    assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")), 0);
}

static void reading_transactions_cannot_write(struct spk_sql *sql)
{
    make_table(sql);
    assert_int_equal(spk_sql_begin(sql, SPK_SQL_READ, NULL), SPK_OK);
    assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")), 0);
    assert_int_equal(spk_sql_exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (1)"), NULL), SPK_EDATA);
    spk_sql_rollback(sql);
    exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (1)"));
}

struct work {
    int runs, transient_runs;
};

static spk_rc insert_after_failures(struct spk_sql *sql, void *context, struct spk_error *err)
{
    struct work *work = (struct work *)context;
    spk_rc rc = spk_sql_exec(sql, SPK_SQL("INSERT INTO t (id) VALUES (1)"), err);
    if (rc == SPK_OK && ++work->runs <= work->transient_runs)
        return spk_error_set(err, SPK_ETRANSIENT, "not yet");
    return rc;
}

static void transient_work_is_done_again(struct spk_sql *sql)
{
    struct work work = {.transient_runs = 2};
    make_table(sql);
    assert_int_equal(spk_sql_transaction(sql, insert_after_failures, &work, NULL), SPK_OK);
    assert_int_equal(work.runs, 3);
    assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")), 1);
    assert_int_equal(spk_sql_transaction(sql, insert_after_failures, &work, NULL), SPK_EDATA);
    assert_int_equal(work.runs, 3);
    work = (struct work){.transient_runs = 9};
    exec(sql, SPK_SQL("DELETE FROM t"));
    assert_int_equal(spk_sql_transaction(sql, insert_after_failures, &work, NULL), SPK_ETRANSIENT);
    assert_int_equal(work.runs, 5);
}

static void scripts_run_to_the_first_failure(struct spk_sql *sql)
{
    struct spk_error err = {0};
    assert_int_equal(spk_sql_script(sql,
                                    SPK_V("-- two tables\nCREATE TABLE a (x BIGINT);\n"
                                          "CREATE TABLE b (x BIGINT); INSERT INTO b VALUES (3);\n"
                                          "-- the end\n"),
                                    NULL),
                     SPK_OK);
    assert_int_equal(number(sql, SPK_SQL("SELECT x FROM b")), 3);
    assert_int_equal(spk_sql_script(sql, SPK_V("INSERT INTO a VALUES (1); nonsense; "), &err),
                     SPK_EDATA);
    assert_non_null(strstr(err.text, "nonsense"));
    assert_int_equal(spk_sql_script(sql, SPK_V(""), NULL), SPK_OK);
}

static void more_statements_than_are_cached_work(struct spk_sql *sql)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 200; i++) {
            char text[32];
            snprintf(text, sizeof(text), "SELECT %d + $1", i);
            struct spk_sql_value one = spk_sql_i64(1);
            struct spk_sql_statement statement = spk_sql_statement_make(spk_view_of(text), &one, 1);
            assert_int_equal(number(sql, statement), i + 1);
        }
    }
}

/* ---- migrations ---- */

static const struct spk_sql_migration three[] = {
    {1, "accounts", "CREATE TABLE account (id BIGINT PRIMARY KEY); INSERT INTO account VALUES (1)"},
    {2, "runs", "CREATE TABLE run (account BIGINT REFERENCES account (id))"},
    {3, "names", "ALTER TABLE account ADD COLUMN name TEXT"},
};

static void migrations_are_applied_once_and_in_order(struct spk_sql *sql)
{
    assert_int_equal(spk_sql_migrate(sql, three, 1, NULL), SPK_OK);
    assert_int_equal(spk_sql_migrate(sql, three, 3, NULL), SPK_OK);
    assert_int_equal(spk_sql_migrate(sql, three, 3, NULL), SPK_OK);
    assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM account WHERE name IS NULL")), 1);
    assert_int_equal(number(sql, SPK_SQL("SELECT SUM(number) FROM spk_migration")), 6);
}

static void a_newer_database_is_refused(struct spk_sql *sql)
{
    struct spk_error err = {0};
    assert_int_equal(spk_sql_migrate(sql, three, 3, NULL), SPK_OK);
    assert_int_equal(spk_sql_migrate(sql, three, 2, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "migration 3 (names), this program knows 2"));
    assert_non_null(strstr(err.hint, "newer program"));
}

static void a_changed_migration_is_refused(struct spk_sql *sql)
{
    struct spk_sql_migration changed[] = {three[0], three[1]};
    struct spk_error err = {0};
    changed[1].sql = "CREATE TABLE run (account BIGINT)";
    assert_int_equal(spk_sql_migrate(sql, three, 2, NULL), SPK_OK);
    assert_int_equal(spk_sql_migrate(sql, changed, 2, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "migration 2 (runs) was applied with another text"));
    assert_true(err.hint[0] != '\0');
}

static void a_failing_migration_leaves_nothing(struct spk_sql *sql)
{
    struct spk_sql_migration broken[] = {three[0], {2, "broken", "CREATE TABLE x (y BIGINT); no"}};
    struct spk_error err = {0};
    int64_t n;
    assert_int_equal(spk_sql_migrate(sql, broken, 2, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "migration 2 (broken)"));
    assert_int_equal(spk_sql_query_i64(sql, SPK_SQL("SELECT COUNT(*) FROM account"), &n, NULL),
                     SPK_EDATA);
    assert_int_equal(spk_sql_migrate(sql, three, 3, NULL), SPK_OK);
}

/* ---- the run ---- */

static const struct {
    const char *name;
    void (*check)(struct spk_sql *sql);
} checks[] = {
    {"values come back as they went in", values_come_back_as_they_went_in},
    {"parameters are numbered, not placed", parameters_are_numbered_not_placed},
    {"wrong statements and values are refused", wrong_statements_and_values_are_refused},
    {"rows come in order until the callback fails", rows_come_in_order_until_the_callback_fails},
    {"cells of another type are named", cells_of_another_type_are_named},
    {"changed rows are counted", changed_rows_are_counted},
    {"upserts return what they wrote", upserts_return_what_they_wrote},
    {"constraints are bad data", constraints_are_bad_data},
    {"rollback drops and commit keeps", rollback_drops_and_commit_keeps},
    {"a failed statement spoils its transaction", a_failed_statement_spoils_its_transaction},
    {"reading transactions cannot write", reading_transactions_cannot_write},
    {"transient work is done again", transient_work_is_done_again},
    {"scripts run to the first failure", scripts_run_to_the_first_failure},
    {"more statements than are cached work", more_statements_than_are_cached_work},
    {"migrations are applied once and in order", migrations_are_applied_once_and_in_order},
    {"a newer database is refused", a_newer_database_is_refused},
    {"a changed migration is refused", a_changed_migration_is_refused},
    {"a failing migration leaves nothing", a_failing_migration_leaves_nothing},
};

struct pair {
    size_t kind, check;
};

static void run_pair(void **state)
{
    const struct pair *pair = (const struct pair *)*state;
    struct fixture fixture;
    fixture_init(&fixture, &kinds[pair->kind]);
    checks[pair->check].check(fixture.sql);
    fixture_deinit(&fixture);
}

int main(void)
{
    static struct pair pairs[COUNT(kinds) * COUNT(checks)];
    static char names[COUNT(pairs)][96];
    static struct CMUnitTest tests[COUNT(pairs)];
    for (size_t i = 0; i < COUNT(pairs); i++) {
        pairs[i] = (struct pair){i / COUNT(checks), i % COUNT(checks)};
        snprintf(names[i], sizeof(names[i]), "%s: %s", kinds[pairs[i].kind].name,
                 checks[pairs[i].check].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = run_pair, .initial_state = &pairs[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
