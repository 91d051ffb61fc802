/* Fails the Nth statement of another warehouse. */
#include <stdlib.h>

#include "base/memory.h"
#include "warehouse/warehouse_internal.h"

struct faulty {
    struct spk_warehouse base;
    struct spk_warehouse *inner;
    int nth, calls;
    spk_rc rc;
    bool late;
};

/* Counts the call. True where it fails before the inner warehouse hears of it. */
static bool fails_early(struct faulty *faulty)
{
    return ++faulty->calls == faulty->nth && !faulty->late;
}

static spk_rc failure(const struct faulty *faulty, struct spk_error *err)
{
    return spk_error_set(err, faulty->rc, "statement %d fails on purpose", faulty->nth);
}

static spk_rc faulty_execute(struct spk_warehouse *warehouse, struct spk_view sql,
                             struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)warehouse;
    if (fails_early(faulty))
        return failure(faulty, err);
    spk_rc rc = faulty->inner->ops->execute(faulty->inner, sql, err);
    return rc == SPK_OK && faulty->calls == faulty->nth ? failure(faulty, err) : rc;
}

static spk_rc faulty_query(struct spk_warehouse *warehouse, struct spk_view sql,
                           struct ArrowArrayStream *out, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)warehouse;
    struct ArrowArrayStream stream = {0};
    if (fails_early(faulty))
        return failure(faulty, err);
    spk_rc rc = faulty->inner->ops->query(faulty->inner, sql, &stream, err);
    if (rc == SPK_OK && faulty->calls == faulty->nth) {
        spk_arrow_stream_release(&stream);
        return failure(faulty, err);
    }
    if (rc == SPK_OK)
        *out = stream;
    return rc;
}

static void faulty_destroy(struct spk_warehouse *warehouse)
{
    free((struct faulty *)warehouse);
}

static const struct spk_warehouse_ops faulty_ops = {
    .name = "faulty",
    .execute = faulty_execute,
    .query = faulty_query,
    .destroy = faulty_destroy,
};

struct spk_warehouse *spk_warehouse_faulty_create(struct spk_warehouse *inner, int nth, spk_rc rc,
                                                  bool late)
{
    struct faulty *faulty = (struct faulty *)spk_memory_zalloc(sizeof(*faulty));
    faulty->base.ops = &faulty_ops;
    faulty->inner = inner;
    faulty->nth = nth;
    faulty->rc = rc;
    faulty->late = late;
    return &faulty->base;
}

int spk_warehouse_faulty_calls(const struct spk_warehouse *faulty)
{
    return ((const struct faulty *)faulty)->calls;
}
