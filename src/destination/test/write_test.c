/* States are answered only for rows that are there, whatever the store does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "destination/destination_internal.h"

#define CATALOG                                                                                    \
    "{\"streams\":[{\"stream\":{\"name\":\"a\"}},{\"stream\":{\"name\":\"b\",\"namespace\":\"n\"}" \
    "}]}"
#define A(n)                                                                                       \
    "{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":" #n                        \
    "},\"emitted_at\":1700000000000}}\n"
#define B(n)                                                                                       \
    "{\"type\":\"RECORD\",\"record\":{\"namespace\":\"n\",\"stream\":\"b\",\"data\":{\"n\":" #n    \
    "},\"emitted_at\":1700000000000}}\n"
#define STATE(descriptor, n)                                                                       \
    "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":"        \
    "{" descriptor "},\"stream_state\":{\"n\":" #n "}}}}\n"
#define STATE_A(n) STATE("\"name\":\"a\"", n)
#define STATE_B(n) STATE("\"name\":\"b\",\"namespace\":\"n\"", n)
#define GLOBAL(n)                                                                                  \
    "{\"type\":\"STATE\",\"state\":{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{\"n\":" #n   \
    "},\"stream_states\":[]}}}\n"
#define STATUS(descriptor, which)                                                                  \
    "{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,"                \
    "\"stream_status\":{\"stream_descriptor\":{" descriptor "},\"status\":\"" which "\"}}}\n"
#define COMPLETE_A STATUS("\"name\":\"a\"", "COMPLETE")
#define COMPLETE_B STATUS("\"name\":\"b\",\"namespace\":\"n\"", "COMPLETE")

static int file_of(struct spk_view text)
{
    int fd = memfd_create("messages", 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.at, text.len), (ssize_t)text.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

struct run {
    struct spk_arena arena;
    struct spk_destination *destination;
    struct spk_objstore *memory;
    struct spk_buf answers; /* STATE lines alone */
    struct spk_error err;
    spk_rc rc;
    int calls; /* of the store */
};

static void keep_states(struct run *run, int fd)
{
    char bytes[65536];
    ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
    struct spk_view rest = spk_view_make(bytes, (size_t)n);
    while (rest.at) {
        struct spk_view line = spk_view_cut(&rest, '\n');
        if (spk_view_starts(line, SPK_V("{\"type\":\"STATE\"")))
            spk_buf_printf(&run->answers, "%.*s\n", SPK_FMT(line));
    }
}

/* With the nth call of the store failing (0: none). */
static void write_text(struct run *run, const char *text, int nth)
{
    struct spk_value config = spk_dict_new(&run->arena);
    struct spk_destination_write job = {0};
    struct spk_objstore_fault fault = {.nth = nth, .rc = SPK_ESYSTEM};
    int answers = memfd_create("answers", 0);
    spk_set(config, "transient", spk_str("memory:"));
    spk_set(config, "checkpoint_seconds", spk_int(0));
    spk_set(config, "run", spk_str("r"));
    assert_int_equal(spk_destination_create(config, &run->destination, &run->err), SPK_OK);
    run->memory = run->destination->store;
    run->destination->store = spk_objstore_faulty_create(run->memory, &fault);
    assert_int_equal(spk_json_parse(&run->arena, SPK_V(CATALOG), NULL, &job.catalog, NULL), SPK_OK);
    job.input = file_of(spk_view_of(text));
    job.out = spk_airbyte_create(answers);
    run->rc = spk_destination_write(run->destination, &job, &run->err);
    run->calls = spk_objstore_faulty_calls(run->destination->store);
    keep_states(run, answers);
    spk_airbyte_destroy(job.out);
    close(job.input);
    close(answers);
}

static void end_run(struct run *run)
{
    spk_destination_destroy(run->destination);
    spk_objstore_destroy(run->memory);
    spk_buf_deinit(&run->answers);
    spk_arena_deinit(&run->arena);
}

/* Rows of a stream's batch as its document says; -1 where there is none. */
static int64_t rows_of(struct run *run, const char *stream, bool *complete)
{
    struct spk_objstore_get get = {
        .key = spk_arena_printf(&run->arena, "r/default/%s/2023-11-14/batch.json", stream)};
    struct spk_buf text = {0};
    struct spk_value document;
    bool found = false;
    assert_int_equal(spk_objstore_get(run->memory, &get, &text, &found, NULL), SPK_OK);
    if (!found)
        return -1;
    assert_int_equal(spk_json_parse(&run->arena, spk_buf_view(&text), NULL, &document, NULL),
                     SPK_OK);
    spk_buf_deinit(&text);
    *complete = spk_value_truthy(spk_get(document, "complete"));
    return spk_get(document, "rows").integer;
}

static bool answered(const struct run *run, const char *part)
{
    return spk_view_find(spk_buf_view(&run->answers), spk_view_of(part), 0) >= 0;
}

static void states_come_back_in_order_with_their_counts(void **state)
{
    struct run run = {0};
    write_text(&run,
               A(1) A(2) STATE_A(2) B(1) A(3) STATE_A(3) STATE_B(1) GLOBAL(9)
                   COMPLETE_A COMPLETE_B STATE_A(4),
               0);
    assert_int_equal(run.rc, SPK_OK);
    static const char *const counts[] = {"2.0", "1.0", "1.0", "0.0", "0.0"};
    struct spk_view rest = spk_buf_view(&run.answers);
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        struct spk_view line = spk_view_cut(&rest, '\n');
        struct spk_view end =
            spk_arena_printf(&run.arena, "\"destinationStats\":{\"recordCount\":%s}}}", counts[i]);
        assert_true(spk_view_ends(line, end));
    }
    bool complete = false;
    assert_int_equal(rows_of(&run, "a", &complete), 3);
    assert_true(complete);
    assert_int_equal(rows_of(&run, "n.b", &complete), 1);
    end_run(&run);
}

static void no_failure_of_the_store_leaves_an_answer_without_its_rows(void **state)
{
    bool failed = true;
    for (int nth = 1; failed; nth++) {
        struct run run = {0};
        bool complete = false;
        write_text(&run, A(1) STATE_A(1) A(2) A(3) STATE_A(3) B(1) STATE_B(1) COMPLETE_A COMPLETE_B,
                   nth);
        failed = run.calls >= nth;
        assert_true(failed ? run.rc != SPK_OK : run.rc == SPK_OK);
        int64_t a = rows_of(&run, "a", &complete), b = rows_of(&run, "n.b", &complete);
        if (answered(&run, "\"n\":1"))
            assert_true(a >= 1 || b >= 1);
        if (answered(&run, "\"n\":3"))
            assert_int_equal(a, 3);
        if (answered(&run, "\"name\":\"b\""))
            assert_int_equal(b, 1);
        end_run(&run);
        assert_true(nth < 200);
    }
}

static void a_batch_that_was_told_complete_is_partial_when_its_stream_fails_later(void **state)
{
    struct run run = {0};
    bool complete = true;
    write_text(&run, A(1) STATE_A(1) COMPLETE_A STATUS("\"name\":\"a\"", "INCOMPLETE"), 0);
    assert_int_equal(run.rc, SPK_ETRANSIENT);
    assert_int_equal(rows_of(&run, "a", &complete), 1);
    assert_false(complete);
    end_run(&run);
}

static void lines_of_any_length_come_one_by_one(void **state)
{
    struct spk_buf text = {0};
    struct spk_view line;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < (i == 1 ? 9000000 : 10); j++)
            spk_buf_append_char(&text, 'x');
        spk_buf_append_char(&text, '\n');
    }
    struct spk_inflow_lines lines = {.fd = file_of(spk_buf_view(&text))};
    static const size_t lengths[] = {10, 9000000, 10};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(spk_inflow_lines_next(&lines, &line, NULL), SPK_OK);
        assert_int_equal(line.len, lengths[i]);
        assert_int_equal(lines.number, i + 1);
    }
    assert_int_equal(spk_inflow_lines_next(&lines, &line, NULL), SPK_OK);
    assert_null(line.at);
    close(lines.fd);
    spk_inflow_lines_deinit(&lines);
    spk_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_come_back_in_order_with_their_counts),
        cmocka_unit_test(no_failure_of_the_store_leaves_an_answer_without_its_rows),
        cmocka_unit_test(a_batch_that_was_told_complete_is_partial_when_its_stream_fails_later),
        cmocka_unit_test(lines_of_any_length_come_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
