#include "archive/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/memory.h"
#include "bytes.inc"

static spk_rc gunzip(struct spk_view packed, size_t step, struct spk_buf *out,
                     struct spk_error *err)
{
    struct spk_view_reader pieces;
    spk_view_reader_init(&pieces, packed);
    pieces.step = step;
    struct spk_archive_gzip_reader reader;
    spk_archive_gzip_reader_init(&reader, &pieces.reader);
    spk_rc rc = spk_reader_all(&reader.reader, out, err);
    spk_archive_gzip_reader_deinit(&reader);
    return rc;
}

static void expect_gunzip(struct spk_view packed, struct spk_view plain)
{
    for (size_t step = 1; step <= packed.len + 1; step++) {
        struct spk_buf out = {0};
        assert_int_equal(gunzip(packed, step, &out, NULL), SPK_OK);
        assert_int_equal(out.len, plain.len);
        assert_true(spk_view_equal(spk_buf_view(&out), plain));
        spk_buf_deinit(&out);
    }
}

static void gzip_is_known_by_its_first_bytes(void **state)
{
    expect_gunzip(gzip_one, text);
    expect_gunzip(gzip_two, text);
    expect_gunzip(SPK_V(""), SPK_V(""));
    expect_gunzip(SPK_V("x"), SPK_V("x"));
    expect_gunzip(SPK_V("\x1f"), SPK_V("\x1f"));
    expect_gunzip(SPK_V("plain text"), SPK_V("plain text"));
}

static void cut_and_broken_gzip_is_refused(void **state)
{
    struct spk_buf out = {0};
    struct spk_error err;
    for (size_t len = 2; len < gzip_one.len; len++)
        assert_int_equal(gunzip(spk_view_slice(gzip_one, 0, len), 7, &out, &err), SPK_EDATA);
    assert_string_equal(err.text, "the gzip data was cut off");
    assert_int_equal(gunzip(SPK_V("\x1f\x8b no gzip"), 7, &out, &err), SPK_EDATA);
    assert_string_equal(err.text, "the data is no gzip, or broken");
    spk_buf_deinit(&out);
}

/* 64 MiB of zeros, which shrink to a thousandth. */
static struct spk_view make_bomb(struct spk_buf *out, int window)
{
    static char zeros[1 << 16];
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_out = (Bytef *)spk_buf_reserve(out, 1 << 20);
    stream.avail_out = 1 << 20;
    for (int i = 0; i < 1024; i++) {
        stream.next_in = (Bytef *)zeros;
        stream.avail_in = sizeof(zeros);
        deflate(&stream, i == 1023 ? Z_FINISH : Z_NO_FLUSH);
    }
    out->len = stream.total_out;
    deflateEnd(&stream);
    return spk_buf_view(out);
}

static void a_bomb_is_refused(void **state)
{
    struct spk_buf bomb = {0}, out;
    struct spk_error err;
    spk_buf_init(&out, 32 << 20);
    struct spk_view packed = make_bomb(&bomb, MAX_WBITS + 16);
    assert_int_equal(gunzip(packed, 1000, &out, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "refused as a decompression bomb"));
    spk_buf_deinit(&bomb);
    spk_buf_deinit(&out);
}

/* Reads all files behind each other, each with its name in front; the first failure ends it. */
static spk_rc read_zip(const struct spk_archive_bytes *bytes, struct spk_buf *out,
                       struct spk_error *err)
{
    struct spk_archive_zip *zip = NULL;
    struct spk_reader *reader = NULL;
    struct spk_view name;
    spk_rc rc = spk_archive_zip_open(bytes, &zip, err);
    if (!rc)
        rc = spk_archive_zip_next(zip, &name, &reader, err);
    while (!rc && reader) {
        spk_buf_printf(out, "<%.*s>", SPK_FMT(name));
        rc = spk_reader_all(reader, out, err);
        if (!rc)
            rc = spk_archive_zip_next(zip, &name, &reader, err);
    }
    spk_archive_zip_close(zip);
    return rc;
}

static spk_rc read_view(struct spk_view zip, struct spk_buf *out, struct spk_error *err)
{
    struct spk_archive_bytes bytes = {.view = zip, .len = zip.len};
    return read_zip(&bytes, out, err);
}

static void the_files_of_a_zip_come_in_order(void **state)
{
    const struct spk_view zips[] = {zip_deflated, zip_stored, zip_with_front};
    struct spk_buf want = {0}, out = {0};
    spk_buf_printf(&want, "<folder/a.jsonl>%.*s<empty><b.jsonl>%.*s", SPK_FMT(text),
                   SPK_FMT(spk_view_slice(text, 0, 60)));
    for (size_t i = 0; i < sizeof(zips) / sizeof(*zips); i++) {
        spk_buf_clear(&out);
        assert_int_equal(read_view(zips[i], &out, NULL), SPK_OK);
        assert_true(spk_view_equal(spk_buf_view(&out), spk_buf_view(&want)));
    }
    spk_buf_clear(&out);
    assert_int_equal(read_view(zip_descriptors, &out, NULL), SPK_OK);
    assert_int_equal(out.len, strlen("<a.jsonl>") + text.len);
    spk_buf_clear(&out);
    assert_int_equal(read_view(zip_none, &out, NULL), SPK_OK);
    assert_int_equal(out.len, 0);
    spk_buf_deinit(&want);
    spk_buf_deinit(&out);
}

static void a_zip_may_lie_in_a_file(void **state)
{
    struct spk_buf out = {0};
    FILE *file = tmpfile();
    assert_int_equal(fwrite(zip_deflated.at, 1, zip_deflated.len, file), zip_deflated.len);
    assert_int_equal(fflush(file), 0);
    struct spk_archive_bytes bytes = {.fd = fileno(file), .len = zip_deflated.len};
    assert_int_equal(read_zip(&bytes, &out, NULL), SPK_OK);
    assert_true(spk_view_starts(spk_buf_view(&out), SPK_V("<folder/a.jsonl>{\"id\": 0")));
    fclose(file);
    spk_buf_deinit(&out);
}

static void a_zip_that_is_cut_or_changed_is_refused(void **state)
{
    struct spk_buf out = {0}, copy = {0};
    struct spk_error err;
    for (size_t len = 0; len < zip_deflated.len; len++)
        assert_int_equal(read_view(spk_view_slice(zip_deflated, 0, len), &out, &err), SPK_EDATA);
    assert_int_equal(read_view(SPK_V("<html>please log in</html>"), &out, &err), SPK_EDATA);
    assert_string_equal(err.text, "the data is no zip archive, or cut off");
    assert_int_equal(read_view(zip_bzip2, &out, &err), SPK_EDATA);
    assert_string_equal(err.text,
                        "folder/a.jsonl: the file is packed by method 12; 0 and 8 are known");
    spk_buf_append(&copy, zip_stored);
    copy.at[spk_view_find(zip_stored, SPK_V("\"id\": 7"), 0)] = 'x';
    assert_int_equal(read_view(spk_buf_view(&copy), &out, &err), SPK_EDATA);
    assert_string_equal(err.text, "the file's size or checksum is wrong");
    spk_buf_deinit(&copy);
    spk_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_known_by_its_first_bytes),
        cmocka_unit_test(cut_and_broken_gzip_is_refused),
        cmocka_unit_test(a_bomb_is_refused),
        cmocka_unit_test(the_files_of_a_zip_come_in_order),
        cmocka_unit_test(a_zip_may_lie_in_a_file),
        cmocka_unit_test(a_zip_that_is_cut_or_changed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
