/*
 * spike-bench-limit URL PAGES [FILE]: what no engine can go below. Downloads PAGES pages
 * (URL?page=1, 2, ...) on one connection, parses each with yyjson and writes the same bytes to
 * /dev/null. With FILE instead: takes the records of `data` and writes the four columns of the raw
 * zone as Parquet (zstd level 1).
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yyjson.h>

#include "base/id.h"
#include "base/time.h"
#include "parquet/parquet.h"
#include "json/json.h"

enum { BATCH_ROWS = 8192 };

static const struct spk_field fields[] = {
    {"airbyte_id", SPK_COLUMN_STRING, false},
    {"airbyte_date_time", SPK_COLUMN_TIMESTAMP, false},
    {"raw_data", SPK_COLUMN_STRING, false},
    {"additional_cntx", SPK_COLUMN_STRING, false},
};
static const char *const dictionary[] = {"additional_cntx"};

struct output {
    int fd;
    struct spk_parquet_writer *parquet; /* NULL: the bytes as they are */
    struct spk_builder *rows;
};

static void die(const char *what)
{
    fprintf(stderr, "bench-limit: %s\n", what);
    exit(1);
}

static size_t collect(char *at, size_t size, size_t count, void *context)
{
    spk_buf_append(context, spk_view_make(at, size * count));
    return size * count;
}

static spk_rc write_fd(void *context, const void *at, size_t len, struct spk_error *err)
{
    const struct output *out = context;
    if (write(out->fd, at, len) != (ssize_t)len)
        die("cannot write");
    return SPK_OK;
}

static void flush_rows(struct output *out)
{
    struct ArrowArray batch;
    if (spk_builder_batch(out->rows, &batch, NULL) ||
        spk_parquet_writer_write(out->parquet, &batch, NULL))
        die("cannot write Parquet");
    spk_arrow_array_release(&batch);
    spk_builder_clear(out->rows);
}

static void add_row(struct output *out, struct spk_view record, int64_t now_us)
{
    char id[SPK_UUID_TEXT];
    spk_uuid4(id);
    spk_builder_string(out->rows, 0, spk_view_make(id, SPK_UUID_TEXT - 1));
    spk_builder_i64(out->rows, 1, now_us);
    spk_builder_string(out->rows, 2, record);
    spk_builder_string(out->rows, 3, SPK_V("{\"run\":\"limit\",\"platform\":\"bench\"}"));
    if (spk_builder_is_full(out->rows))
        flush_rows(out);
}

static void use_page(struct output *out, struct spk_view page)
{
    struct spk_view path = SPK_V("data");
    struct spk_json_doc *doc;
    struct spk_json_items items;
    if (!out->parquet) {
        yyjson_doc *parsed = yyjson_read(page.at, page.len, 0);
        if (!parsed)
            die("a page is no JSON");
        write_fd(out, page.at, page.len, NULL);
        yyjson_doc_free(parsed);
        return;
    }
    if (spk_json_doc_parse(page, NULL, &doc, NULL))
        die("a page is no JSON");
    int64_t now_us = spk_time_now_us();
    spk_json_items_init(&items, doc, &path, 1);
    while (spk_json_items_next(&items))
        add_row(out, items.text, now_us);
    spk_json_doc_destroy(doc);
}

static void open_output(struct output *out, const char *file)
{
    struct spk_parquet_spec spec = {.fields = fields,
                                    .n_fields = 4,
                                    .row_group_bytes = (size_t)16 << 20,
                                    .dictionary = dictionary,
                                    .n_dictionary = 1};
    struct spk_parquet_sink sink = {.write = write_fd, .context = out};
    out->fd = open(file ? file : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out->fd < 0)
        die("cannot open the file");
    if (!file)
        return;
    if (spk_parquet_writer_create(&spec, sink, &out->parquet, NULL))
        die("cannot write Parquet");
    out->rows = spk_builder_create(fields, 4, BATCH_ROWS, 0);
}

static void close_output(struct output *out)
{
    struct spk_parquet_totals totals;
    if (out->parquet) {
        flush_rows(out);
        if (spk_parquet_writer_finish(out->parquet, &totals, NULL))
            die("cannot finish the Parquet file");
    }
    spk_parquet_writer_destroy(out->parquet);
    spk_builder_destroy(out->rows);
    close(out->fd);
}

static void read_pages(CURL *curl, const char *url, uint64_t pages, struct output *out)
{
    struct spk_buf page = {0}, address = {0};
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 512L * 1024);
    for (uint64_t i = 1; i <= pages; i++) {
        spk_buf_clear(&page);
        spk_buf_clear(&address);
        spk_buf_printf(&address, "%s?page=%llu", url, (unsigned long long)i);
        curl_easy_setopt(curl, CURLOPT_URL, spk_buf_cstr(&address));
        if (curl_easy_perform(curl) != CURLE_OK)
            die("cannot download a page");
        use_page(out, spk_buf_view(&page));
    }
    spk_buf_deinit(&page);
    spk_buf_deinit(&address);
}

int main(int argc, char **argv)
{
    struct output out = {0};
    uint64_t pages = 0;
    if (argc < 3 || argc > 4 || !spk_parse_u64(spk_view_of(argv[2]), 10000000, &pages)) {
        fprintf(stderr, "usage: spike-bench-limit URL PAGES [FILE]\n");
        return 2;
    }
    CURL *curl = curl_easy_init();
    if (!curl)
        die("no libcurl");
    open_output(&out, argc == 4 ? argv[3] : NULL);
    read_pages(curl, argv[1], pages, &out);
    close_output(&out);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return 0;
}
