/* What writer and reader share: carquet's set-up and its errors. */
#include <pthread.h>
#include <stdlib.h>

#include "parquet/parquet_internal.h"

static void *bounded_malloc(size_t size, void *context)
{
    return size > SPK_PARQUET_ALLOCATION_MAX ? NULL : malloc(size);
}

static void *bounded_realloc(void *memory, size_t size, void *context)
{
    return size > SPK_PARQUET_ALLOCATION_MAX ? NULL : realloc(memory, size);
}

static void plain_free(void *memory, void *context)
{
    free(memory);
}

static void init_once(void)
{
    static const carquet_allocator_t allocator = {bounded_malloc, bounded_realloc, plain_free,
                                                  NULL};
    carquet_set_allocator(&allocator);
    if (carquet_init() != CARQUET_OK)
        abort();
}

void spk_parquet_library_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_once);
}

static spk_rc rc_of(carquet_status_t status)
{
    switch (status) {
    case CARQUET_ERROR_FILE_NOT_FOUND:
    case CARQUET_ERROR_FILE_OPEN:
    case CARQUET_ERROR_FILE_READ:
    case CARQUET_ERROR_FILE_WRITE:
    case CARQUET_ERROR_FILE_SEEK: return SPK_ESYSTEM;
    default:
        return SPK_EDATA; /* an allocation beyond the bound comes from sizes in the file, too */
    }
}

spk_rc spk_parquet_error(const char *name, const carquet_error_t *from, struct spk_error *err)
{
    const char *text = from->message[0] ? from->message : carquet_status_string(from->code);
    char place[96] = "";
    int n = 0;
    if (from->row_group_index >= 0)
        n += snprintf(place + n, sizeof(place) - (size_t)n, ", row group %d",
                      from->row_group_index + 1);
    if (from->column_index >= 0)
        n += snprintf(place + n, sizeof(place) - (size_t)n, ", column %d", from->column_index + 1);
    if (from->offset >= 0)
        n += snprintf(place + n, sizeof(place) - (size_t)n, ", offset %lld",
                      (long long)from->offset);
    return spk_error_set(err, rc_of(from->code), "%s%s: %s", name, place, text);
}
