#ifndef SPK_BENCH_BODIES_H
#define SPK_BENCH_BODIES_H
/*
 * The prepared bodies of the bench server: SPK_BENCH_PAGES different blocks of 1000 records, each
 * in every format, used again and again. A record has 10 fields and about 280 bytes as JSON.
 */
#include "base/buf.h"

enum { SPK_BENCH_PAGES = 16, SPK_BENCH_ROWS = 1000, SPK_BENCH_PARENTS = 2000 };

struct spk_bench_block {
    struct spk_buf json;  /* [{...},...] */
    struct spk_buf jsonl; /* one record a line */
    struct spk_buf csv;   /* lines without the header */
    struct spk_buf xml;   /* <data><record>...</record>...</data> */
    struct spk_buf gzip;  /* {"data":[...]} compressed */
};

struct spk_bench_bodies {
    struct spk_bench_block blocks[SPK_BENCH_PAGES];
    struct spk_buf parents;  /* [{...},...]: all of them */
    struct spk_buf children; /* [{...},...]: 20 records, the same for each parent */
    struct spk_view csv_header;
};

void spk_bench_bodies_init(struct spk_bench_bodies *bodies);

#endif
