#include "bodies.h"

#include <stdlib.h>
#include <zlib.h>

/* Values that vary a little, the same at every start. */
struct row {
    unsigned id;
    char token[17];
    const char *country;
    unsigned cents;
    unsigned day, second;
};

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct row make_row(unsigned id)
{
    static const char *const countries[] = {"DE", "SE", "BR", "CA", "NZ", "MT", "FI", "PE"};
    unsigned seed = id * 2654435761u + 12345;
    struct row row = {.id = id};
    for (size_t i = 0; i < 16; i++)
        row.token[i] = "0123456789abcdef"[next_random(&seed) & 15];
    row.country = countries[next_random(&seed) & 7];
    row.cents = next_random(&seed) % 1000000;
    row.day = 1 + next_random(&seed) % 28;
    row.second = next_random(&seed) % 86400;
    return row;
}

#define TIME_FORMAT  "2026-03-%02uT%02u:%02u:%02uZ"
#define TIME_ARGS(r) (r)->day, (r)->second / 3600, (r)->second / 60 % 60, (r)->second % 60

static void append_json(struct spk_buf *out, const struct row *r)
{
    spk_buf_printf(
        out,
        "{\"id\":%u,\"player\":\"%s\",\"name\":\"Player number %u\","
        "\"email\":\"player.%s@example.org\",\"country\":\"%s\",\"amount\":%u.%02u,"
        "\"active\":%s,\"created_at\":\"" TIME_FORMAT "\",\"score\":%u,"
        "\"note\":\"registered by campaign %u on the landing page of the spring offer\"}",
        r->id, r->token, r->id, r->token, r->country, r->cents / 100, r->cents % 100,
        r->cents & 1 ? "true" : "false", TIME_ARGS(r), r->cents % 977, r->cents % 89);
}

static void append_csv(struct spk_buf *out, const struct row *r)
{
    spk_buf_printf(out,
                   "%u,%s,Player number %u,player.%s@example.org,%s,%u.%02u,%s," TIME_FORMAT
                   ",%u,registered by campaign %u on the landing page of the spring offer\n",
                   r->id, r->token, r->id, r->token, r->country, r->cents / 100, r->cents % 100,
                   r->cents & 1 ? "true" : "false", TIME_ARGS(r), r->cents % 977, r->cents % 89);
}

static void append_xml(struct spk_buf *out, const struct row *r)
{
    spk_buf_printf(out,
                   "<record><id>%u</id><player>%s</player><name>Player number %u</name>"
                   "<email>player.%s@example.org</email><country>%s</country>"
                   "<amount>%u.%02u</amount><active>%s</active><created_at>" TIME_FORMAT
                   "</created_at><score>%u</score><note>registered by campaign %u on the landing "
                   "page of the spring offer</note></record>",
                   r->id, r->token, r->id, r->token, r->country, r->cents / 100, r->cents % 100,
                   r->cents & 1 ? "true" : "false", TIME_ARGS(r), r->cents % 977, r->cents % 89);
}

static void compress_page(const struct spk_buf *array, struct spk_buf *out)
{
    struct spk_buf whole = {0};
    z_stream z = {0};
    spk_buf_append_str(&whole, "{\"data\":");
    spk_buf_append(&whole, spk_buf_view(array));
    spk_buf_append_char(&whole, '}');
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.next_in = (Bytef *)whole.at;
    z.avail_in = (uInt)whole.len;
    z.avail_out = (uInt)deflateBound(&z, whole.len);
    z.next_out = (Bytef *)spk_buf_reserve(out, z.avail_out);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    out->len = z.total_out;
    deflateEnd(&z);
    spk_buf_deinit(&whole);
}

static void fill_block(struct spk_bench_block *block, unsigned first)
{
    spk_buf_append_char(&block->json, '[');
    spk_buf_append_str(&block->xml, "<data>");
    for (unsigned i = 0; i < SPK_BENCH_ROWS; i++) {
        struct row row = make_row(first + i);
        if (i > 0)
            spk_buf_append_char(&block->json, ',');
        append_json(&block->json, &row);
        append_json(&block->jsonl, &row);
        spk_buf_append_char(&block->jsonl, '\n');
        append_csv(&block->csv, &row);
        append_xml(&block->xml, &row);
    }
    spk_buf_append_char(&block->json, ']');
    spk_buf_append_str(&block->xml, "</data>");
    compress_page(&block->json, &block->gzip);
}

void spk_bench_bodies_init(struct spk_bench_bodies *bodies)
{
    *bodies = (struct spk_bench_bodies){
        .csv_header =
            SPK_VIEW("id,player,name,email,country,amount,active,created_at,score,note\n")};
    for (unsigned i = 0; i < SPK_BENCH_PAGES; i++)
        fill_block(&bodies->blocks[i], 1 + i * SPK_BENCH_ROWS);
    for (unsigned i = 1; i <= SPK_BENCH_PARENTS; i++)
        spk_buf_printf(&bodies->parents, "%c{\"id\":%u,\"name\":\"parent %u\"}", i == 1 ? '[' : ',',
                       i, i);
    spk_buf_append_char(&bodies->parents, ']');
    for (unsigned i = 1; i <= 20; i++) {
        struct row row = make_row(i);
        spk_buf_append_char(&bodies->children, i == 1 ? '[' : ',');
        append_json(&bodies->children, &row);
    }
    spk_buf_append_char(&bodies->children, ']');
}
