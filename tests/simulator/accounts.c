#include "accounts.h"

#include "clock.h"
#include "seed.h"

#include "base/map.h"
#include "base/memory.h"
#include "options/options.h"

#include <pthread.h>
#include <stdlib.h>

static const char *const platforms[] = {"cellxpert", "mexos", NULL};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct spk_map accounts[SPK_SIM_PLATFORMS];
static uint64_t seed = 1;

void spk_sim_accounts_set_seed(uint64_t value)
{
    seed = value;
}

uint64_t spk_sim_accounts_seed(void)
{
    return seed;
}

void spk_sim_accounts_deinit(void)
{
    for (int platform = 0; platform < SPK_SIM_PLATFORMS; platform++) {
        struct spk_map *map = &accounts[platform];
        for (size_t i = 0; i < map->len; i++) {
            struct spk_sim_account *account = map->entries[i].value;
            spk_sim_faults_deinit(&account->faults);
            spk_arena_deinit(&account->arena);
            free(account);
        }
        spk_map_deinit(map);
    }
}

const char *spk_sim_platform_name(enum spk_sim_platform platform)
{
    return platforms[platform];
}

static struct spk_sim_account *make(enum spk_sim_platform platform, struct spk_view name)
{
    struct spk_sim_account *account = spk_memory_zalloc(sizeof(*account));
    struct spk_arena *arena = &account->arena;
    account->platform = platform;
    account->name = spk_arena_dup(arena, name);
    account->affiliate_id = SPK_V("1001");
    account->campaign_id = SPK_V("77");
    account->api_key = spk_arena_printf(arena, "key-%.*s", SPK_FMT(name));
    account->username = spk_arena_printf(arena, "user-%.*s", SPK_FMT(name));
    account->password = spk_arena_printf(arena, "password-%.*s", SPK_FMT(name));
    account->scale = 1;
    account->key = spk_sim_hash_text(spk_sim_hash(seed, (uint64_t)platform, 0), name);
    spk_map_set(&accounts[platform], account->name, account);
    return account;
}

struct spk_sim_account *spk_sim_account_lock(enum spk_sim_platform platform, struct spk_view name)
{
    pthread_mutex_lock(&lock);
    struct spk_sim_account *account = spk_map_get(&accounts[platform], name);
    if (account == NULL && accounts[platform].len < SPK_SIM_MAX_ACCOUNTS) {
        account = make(platform, name);
    }
    if (account == NULL) {
        pthread_mutex_unlock(&lock);
    }
    return account;
}

void spk_sim_account_unlock(struct spk_sim_account *account)
{
    if (account != NULL) {
        pthread_mutex_unlock(&lock);
    }
}

void spk_sim_accounts_clear_faults(void)
{
    pthread_mutex_lock(&lock);
    for (int platform = 0; platform < SPK_SIM_PLATFORMS; platform++) {
        for (size_t i = 0; i < accounts[platform].len; i++) {
            struct spk_sim_account *account = accounts[platform].entries[i].value;
            spk_sim_faults_clear(&account->faults);
        }
    }
    pthread_mutex_unlock(&lock);
}

struct settings {
    int platform;
    struct spk_view account, affiliate_id, api_key, username, password, campaign_id;
    double scale;
    struct spk_value faults;
};

#define FIELD(name) offsetof(struct settings, name)
static const struct spk_option account_options[] = {
    {.name = "platform",
     .type = SPK_OPTION_ENUM,
     .flags = SPK_OPTION_REQUIRED,
     .offset = FIELD(platform),
     .choices = platforms,
     .help = "which platform"},
    {.name = "account",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_REQUIRED,
     .offset = FIELD(account),
     .help = "name in the base URL"},
    {.name = "affiliate_id",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(affiliate_id),
     .help = "cellxpert: the affiliate's number"},
    {.name = "api_key",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(api_key),
     .help = "cellxpert: the key that is accepted"},
    {.name = "username",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(username),
     .help = "mexos: the user name that is accepted"},
    {.name = "password",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(password),
     .help = "mexos: the password that is accepted"},
    {.name = "campaign_id",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(campaign_id),
     .help = "mexos: the campaign that exists"},
    {.name = "scale",
     .type = SPK_OPTION_DOUBLE,
     .offset = FIELD(scale),
     .standard = "0",
     .help = "size of the operator; 1 is some 10 to 40 sign-ups a day"},
    {.name = "faults",
     .type = SPK_OPTION_LIST,
     .offset = FIELD(faults),
     .help = "what goes wrong; replaces the faults set before"},
    SPK_OPTION_END,
};

static void keep(struct spk_sim_account *account, struct spk_view *field, struct spk_view value)
{
    if (value.len > 0) {
        *field = spk_arena_dup(&account->arena, value);
    }
}

static spk_rc apply(struct spk_sim_account *account, const struct settings *settings,
                    struct spk_error *err)
{
    keep(account, &account->affiliate_id, settings->affiliate_id);
    keep(account, &account->api_key, settings->api_key);
    keep(account, &account->username, settings->username);
    keep(account, &account->password, settings->password);
    keep(account, &account->campaign_id, settings->campaign_id);
    if (settings->scale > 0) {
        account->scale = settings->scale < 1000 ? settings->scale : 1000;
    }
    if (!spk_is(settings->faults, SPK_LIST)) {
        return SPK_OK;
    }
    spk_sim_faults_clear(&account->faults);
    return spk_sim_faults_read(&account->faults, settings->faults, err);
}

spk_rc spk_sim_account_configure(struct spk_value node, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct settings settings = {0};
    struct spk_option_origin origin = {.dict = node};
    spk_rc rc = spk_options_read(account_options, &origin, &arena, &settings, err);
    if (rc == SPK_OK) {
        struct spk_sim_account *account =
            spk_sim_account_lock((enum spk_sim_platform)settings.platform, settings.account);
        rc = account != NULL
                 ? apply(account, &settings, err)
                 : spk_error_set(err, SPK_ECONFIG, "more than %d accounts", SPK_SIM_MAX_ACCOUNTS);
        spk_sim_account_unlock(account);
    }
    spk_arena_deinit(&arena);
    return rc;
}

struct spk_sim_world spk_sim_account_world(const struct spk_sim_account *account, double times)
{
    int64_t now = spk_sim_clock_now_us();
    return (struct spk_sim_world){
        .key = account->key,
        .scale = account->scale * times,
        .today = (int32_t)(now / SPK_DAY_US),
        .passed = (double)(now % SPK_DAY_US) / (double)SPK_DAY_US,
    };
}
