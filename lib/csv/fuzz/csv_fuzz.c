#include "csv/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static spk_rc read_all(const struct spk_csv_options *options, struct spk_view text, size_t step,
                       struct spk_buf *out)
{
    struct spk_csv *csv = NULL;
    struct spk_arena arena = {0};
    struct spk_error err;
    const struct spk_csv_row *row = NULL;
    spk_rc rc = spk_csv_create(options, &csv, &err);
    for (size_t at = 0; rc == SPK_OK && at < text.len + step; at += step) {
        rc = at >= text.len ? spk_csv_finish(csv, &err)
                            : spk_csv_push(csv, spk_view_slice(text, at, at + step), &err);
        while (rc == SPK_OK && (rc = spk_csv_next(csv, &row, &err)) == SPK_OK && row) {
            spk_value_repr(out, spk_csv_row_dict(&arena, csv, row, false));
            spk_arena_reset(&arena);
        }
    }
    spk_csv_destroy(csv);
    spk_arena_deinit(&arena);
    return rc;
}

/* Two bytes choose options and chunk length. In chunks and whole, the same rows come. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const encodings[] = {"utf-8",  "utf-8-sig", "latin-1",
                                            "cp1252", "utf-16",    "utf-16-le"};
    static const struct spk_view delimiters[] = {SPK_VIEW(","), SPK_VIEW(";"), SPK_VIEW("\t"),
                                                 SPK_VIEW("\u00a6")};
    if (size < 2)
        return 0;
    struct spk_csv_options options = {
        .delimiter = delimiters[data[0] >> 6],
        .encoding = encodings[(data[0] & 7) % 6],
        .no_header = data[0] & 8,
        .reject_nul = data[0] & 16,
        .max_field = data[0] & 32 ? 100 : 0,
        .max_record = 1 << 16,
    };
    struct spk_view text = spk_view_make(data + 2, size - 2);
    struct spk_buf whole, pieces;
    spk_buf_init(&whole, 1 << 20);
    spk_buf_init(&pieces, 1 << 20);
    spk_rc rc = read_all(&options, text, text.len + 1, &whole);
    if (read_all(&options, text, data[1] ? data[1] : 1, &pieces) != rc ||
        !spk_view_equal(spk_buf_view(&whole), spk_buf_view(&pieces)))
        abort();
    spk_buf_deinit(&whole);
    spk_buf_deinit(&pieces);
    return 0;
}
