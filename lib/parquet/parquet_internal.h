#ifndef SPK_PARQUET_INTERNAL_H
#define SPK_PARQUET_INTERNAL_H
#include "parquet/parquet.h" /* before carquet: it brings the Arrow ABI under the common guards */

#include <carquet/carquet.h>

/* What a cursor needs of a reader. */
struct spk_parquet_reader {
    carquet_reader_t *handle;
    char *name;
    FILE *stream; /* of a source; NULL for files and memory */
    struct spk_parquet_source source;
    uint64_t position;
    struct spk_error source_error; /* rc is SPK_OK unless the source failed */
};

/* No single allocation inside carquet is larger than this: the sizes in a damaged file are
 * arbitrary. Row groups of our writers need a small part of it. */
enum { SPK_PARQUET_ALLOCATION_MAX = 512 << 20 };

/* Sets up carquet's allocator and dispatch tables; once per process, thread-safe. */
void spk_parquet_library_init(void);
/* EDATA or ESYSTEM with "NAME: row group 1, column 2, offset 3: text". */
spk_rc spk_parquet_error(const char *name, const carquet_error_t *from, struct spk_error *err);
/* The same for a reader, where a failure of its source comes first. */
spk_rc spk_parquet_reader_error(struct spk_parquet_reader *reader, const carquet_error_t *from,
                                struct spk_error *err);

#endif
