#ifndef SPK_APP_CDK_H
#define SPK_APP_CDK_H
/* `--engine cdk`: a run in the hands of the installed Python CDK, for manifests with Python
 * classes. The program is the file that SPIKE_CDK names, else source-declarative-manifest of PATH.
 */
#include "base/error.h"
#include "base/view.h"

struct spk_cdk_call {
    const char *op; /* check, discover, read */
    struct spk_view manifest, config, catalog, state;
    struct spk_view components; /* empty: components.py beside the manifest, where there is one */
    bool debug;
};

/* Becomes that program; returns only where it cannot: ECONFIG says how it is installed. */
spk_rc spk_cdk_become(const struct spk_cdk_call *call, struct spk_error *err);

#endif
