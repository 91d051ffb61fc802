#ifndef SPK_SIM_ACCOUNTS_H
#define SPK_SIM_ACCOUNTS_H
/*
 * Operator accounts, made when they are first named: any name works, with credentials that follow
 * from it (see struct spk_sim_account). A scenario sets others. All functions are thread-safe; an
 * account is used between spk_sim_account_lock and _unlock.
 */
#include "faults.h"
#include "model.h"

enum spk_sim_platform { SPK_SIM_CELLXPERT, SPK_SIM_MEXOS, SPK_SIM_PLATFORMS };
enum { SPK_SIM_MAX_ACCOUNTS = 2000, SPK_SIM_TRACKED = 64 };

struct spk_sim_account {
    enum spk_sim_platform platform;
    struct spk_view name;
    /* Defaults: affiliate_id 1001, api_key key-NAME, username user-NAME, password password-NAME,
     * campaign_id 77. */
    struct spk_view affiliate_id, api_key, username, password, campaign_id;
    double scale;
    uint64_t key;
    struct spk_sim_faults faults;
    struct spk_arena arena;
    /* Mexos sessions */
    uint64_t generation; /* tokens of earlier generations have expired */
    uint64_t serial;     /* of the last token */
    uint64_t tracked[SPK_SIM_TRACKED];
};

void spk_sim_accounts_set_seed(uint64_t seed); /* before the first account is named */
uint64_t spk_sim_accounts_seed(void);
void spk_sim_accounts_deinit(void);
const char *spk_sim_platform_name(enum spk_sim_platform platform);
/* The account, locked; NULL past the limit. */
struct spk_sim_account *spk_sim_account_lock(enum spk_sim_platform platform, struct spk_view name);
void spk_sim_account_unlock(struct spk_sim_account *account);
void spk_sim_accounts_clear_faults(void);
/* Reads {"platform", "account", credentials, "scale", "faults": [...]}; ECONFIG. */
spk_rc spk_sim_account_configure(struct spk_value node, struct spk_error *err);
/* How a reader sees this account's operator now. */
struct spk_sim_world spk_sim_account_world(const struct spk_sim_account *account, double times);

#endif
