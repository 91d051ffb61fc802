#include "flow_internal.h"
#include "link/link.h"

/* Link: the warehouse sees what was published, and counts the same rows. */

spk_rc spk_flow_link(const struct spk_flow_parts *parts, const struct spk_run *run,
                     const struct spk_flow_progress *progress, struct spk_error *err)
{
    const struct spk_platform *platform = NULL;
    struct spk_link_result result = {0};
    spk_rc rc = spk_project_platform(parts->project, run->platform, &platform, err);
    if (rc)
        return rc;
    struct spk_objstore *raw = parts->raw(parts->context, platform, err);
    struct spk_warehouse *warehouse = raw ? parts->warehouse(parts->context, err) : NULL;
    if (!warehouse)
        return err && err->rc ? err->rc : SPK_ESYSTEM;
    struct spk_link_parts between = {
        .storage = parts->storage, .warehouse = warehouse, .raw = raw, .platform = platform};
    rc = spk_link_refresh(&between, &result, err);
    spk_flow_tell(progress, SPK_STEP_LINK, 1, 1, platform->name);
    return rc;
}
