/* ResponseToFileExtractor: what it refuses. What it gives is held against pandas, live. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "source/kinds.h"

static spk_rc count_row(void *context, struct spk_record *record, struct spk_error *err)
{
    ++*(int *)context;
    return SPK_OK;
}

static const struct {
    const char *name, *body, *says;
    int rows; /* before the failure */
} cases[] = {
    {"a row longer than the header", "a,b\n1,2\n1,2,3\n", "line 3 of the CSV has 3 fields", 1},
    {"a first row longer than the header", "a,b\n1,2,3\n", "line 2 of the CSV has 3 fields", 0},
    {"quotes that nothing closes", "a,b\n1,2\n3,\"4\n", "line 3", 1},
    {"a byte that is no UTF-8", "a,b\n1,\xff\n", "record 2, line 2: bytes that are not text", 0},
};

static void damaged_files_are_refused_with_their_place(void **unused)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        int rows = 0;
        fixture_init(&f, NULL, NULL);
        struct spk_component *extractor =
            fixture_build(&f, "type: ResponseToFileExtractor", SPK_KIND_EXTRACTOR);
        fixture_answer(&f, 200, NULL, spk_view_of(cases[i].body));
        spk_rc rc =
            SPK_OPS(extractor, extractor)->extract(extractor, &f.scope, count_row, &rows, &f.err);
        if (rc != SPK_EDATA ||
            spk_view_find(spk_view_of(f.err.text), spk_view_of(cases[i].says), 0) < 0)
            fail_msg("%s: %d %s", cases[i].name, rc, f.err.text);
        assert_int_equal(rows, cases[i].rows);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
