/* What inspect says of a batch that was damaged after it was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"
#include "landing.h"

#define FOLDER "r1/anna/s/2024-09-01/"

static const struct landing_slice some = {
    .stream = "s", .from = "2024-09-01", .to = "2024-09-01", .rows = 5};

static spk_rc inspect(struct landing *l, struct spk_transient_batch *batch, struct spk_error *err)
{
    struct spk_batch_place place = {SPK_VIEW("r1"), SPK_VIEW("anna"), SPK_VIEW("s"), 0};
    assert_true(spk_day_parse(SPK_V("2024-09-01"), &place.day));
    return spk_transient_inspect(l->memory, &place, &l->arena, batch, err);
}

static void open_landed(struct landing *l, const struct landing_slice *slice)
{
    const struct spk_transient_batch *batches;
    *l = (struct landing){0};
    landing_open(l, NULL, NULL);
    assert_int_equal(landing_slice(l, slice), SPK_OK);
    assert_int_equal(landing_finish(l, &batches), 1);
}

static void read_object(struct landing *l, const char *key, struct spk_buf *out)
{
    struct spk_objstore_get get = {.key = spk_view_of(key)};
    assert_int_equal(spk_objstore_get(l->memory, &get, out, NULL, NULL), SPK_OK);
}

static void write_object(struct landing *l, const char *key, struct spk_view bytes)
{
    struct spk_objstore_put put = {.key = spk_view_of(key)};
    assert_int_equal(spk_objstore_put(l->memory, &put, bytes, NULL, NULL), SPK_OK);
}

static void a_whole_batch_reads_back_as_it_was_written(void **state)
{
    struct landing l;
    struct spk_transient_batch batch;
    const struct spk_transient_batch *written;
    struct spk_error err = {0};
    open_landed(&l, &some);
    spk_transient_batches(l.transient, &written);
    assert_int_equal(inspect(&l, &batch, &err), SPK_OK);
    assert_int_equal(batch.rows, 5);
    assert_int_equal(batch.records, 5);
    assert_int_equal(batch.bytes, written->bytes);
    assert_int_equal(batch.evidence.requests, 1);
    assert_true(spk_view_equal(batch.schema, SPK_V("n")));
    assert_true(spk_view_equal(batch.files[0].sha256, written->files[0].sha256));
    landing_close(&l);
}

static void an_empty_batch_reads_back_with_its_proof(void **state)
{
    struct landing l;
    struct spk_transient_batch batch;
    struct landing_slice empty = ON("s", "2024-09-01", NULL, 0, .proof = "no data today");
    open_landed(&l, &empty);
    assert_int_equal(inspect(&l, &batch, NULL), SPK_OK);
    assert_int_equal(batch.file_count, 1);
    assert_int_equal(batch.files[0].rows, 0);
    assert_true(batch.evidence.empty_proven);
    assert_string_equal(batch.evidence.proof, "no data today");
    landing_close(&l);
}

/* The first place of `old` in an object, replaced. */
static void replace(struct landing *l, const char *key, const char *old, const char *new)
{
    struct spk_buf text = {0}, changed = {0};
    read_object(l, key, &text);
    struct spk_view all = spk_buf_view(&text);
    ptrdiff_t at = spk_view_find(all, spk_view_of(old), 0);
    assert_true(at >= 0);
    spk_buf_append(&changed, spk_view_slice(all, 0, (size_t)at));
    spk_buf_append_str(&changed, new);
    spk_buf_append(&changed, spk_view_slice(all, (size_t)at + strlen(old), all.len));
    write_object(l, key, spk_buf_view(&changed));
    spk_buf_deinit(&text);
    spk_buf_deinit(&changed);
}

static void cut(struct landing *l, const char *key, size_t bytes)
{
    struct spk_buf text = {0};
    read_object(l, key, &text);
    write_object(l, key, spk_view_slice(spk_buf_view(&text), 0, text.len - bytes));
    spk_buf_deinit(&text);
}

static void lose_document(struct landing *l)
{
    assert_int_equal(spk_objstore_delete(l->memory, SPK_V(FOLDER "batch.json"), NULL), SPK_OK);
}

static void lose_part(struct landing *l)
{
    assert_int_equal(spk_objstore_delete(l->memory, SPK_V(FOLDER "part-0.parquet"), NULL), SPK_OK);
}

static void cut_part(struct landing *l)
{
    cut(l, FOLDER "part-0.parquet", 1);
}

static void spoil_footer(struct landing *l)
{
    struct spk_buf bytes = {0};
    read_object(l, FOLDER "part-0.parquet", &bytes);
    memset(bytes.at + bytes.len - 60, 0xff, 50);
    write_object(l, FOLDER "part-0.parquet", spk_buf_view(&bytes));
    spk_buf_deinit(&bytes);
}

static void cut_document(struct landing *l)
{
    cut(l, FOLDER "batch.json", 20);
}

static void claim_other_rows_of_the_file(struct landing *l)
{
    struct spk_buf text = {0};
    read_object(l, FOLDER "batch.json", &text);
    struct spk_view all = spk_buf_view(&text);
    size_t files = (size_t)spk_view_find(all, SPK_V("\"files\""), 0);
    text.at[spk_view_find(all, SPK_V("5"), (size_t)spk_view_find(all, SPK_V("rows"), files))] = '6';
    write_object(l, FOLDER "batch.json", all);
    spk_buf_deinit(&text);
}

static void claim_other_records(struct landing *l)
{
    replace(l, FOLDER "batch.json", "\"records\": 5", "\"records\": 4");
}

static void drop_the_files(struct landing *l)
{
    replace(l, FOLDER "batch.json", "\"files\"", "\"flies\"");
}

static void every_damage_is_found_and_named(void **state)
{
    static const struct {
        void (*damage)(struct landing *l);
        const char *says;
    } rows[] = {
        {lose_document, FOLDER "batch.json"},
        {lose_part, FOLDER "part-0.parquet"},
        {cut_part, "batch.json says"},
        {spoil_footer, FOLDER "part-0.parquet"},
        {cut_document, FOLDER "batch.json"},
        {claim_other_rows_of_the_file, "has 5 rows, batch.json says 6"},
        {claim_other_records, "4 records, 5 rows"},
        {drop_the_files, "day or files are missing"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct landing l;
        struct spk_transient_batch batch;
        struct spk_error err = {0};
        open_landed(&l, &some);
        rows[i].damage(&l);
        if (inspect(&l, &batch, &err) != SPK_EDATA || !strstr(err.text, rows[i].says))
            fail_msg("damage %zu: %s", i, err.text);
        landing_close(&l);
    }
}

static void removing_a_batch_twice_is_fine(void **state)
{
    struct landing l;
    struct spk_batch_place place = {SPK_VIEW("r1"), SPK_VIEW("anna"), SPK_VIEW("s"), 0};
    assert_true(spk_day_parse(SPK_V("2024-09-01"), &place.day));
    open_landed(&l, &some);
    for (int i = 0; i < 2; i++)
        assert_int_equal(spk_transient_remove(l.memory, &place, NULL), SPK_OK);
    assert_false(landing_has(&l, FOLDER "batch.json"));
    assert_false(landing_has(&l, FOLDER "part-0.parquet"));
    landing_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_batch_reads_back_as_it_was_written),
        cmocka_unit_test(an_empty_batch_reads_back_with_its_proof),
        cmocka_unit_test(every_damage_is_found_and_named),
        cmocka_unit_test(removing_a_batch_twice_is_fine),
    };
    return cmocka_run_group_tests_name("transient inspect", tests, NULL, NULL);
}
