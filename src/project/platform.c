/* One platform file. */
#include "project/project_internal.h"
#include "yaml/yaml.h"

struct platform_file {
    struct spk_platform platform;
    struct spk_value checks, streams, accounts, config;
};

static const char *const rules[] = {
    [SPK_RULE_ALL] = "all", [SPK_RULE_EACH] = "each", [SPK_RULE_QUORUM] = "quorum", NULL};

#define FLOW_AT(member) offsetof(struct platform_file, platform.member)
#define AT(member)      offsetof(struct platform_file, member)

/* The part that spike.yaml may give to all platforms stands first: see FLOW_OPTIONS. */
#define FLOW_OPTIONS                                                                               \
    {.name = "rule",                                                                               \
     .type = SPK_OPTION_ENUM,                                                                      \
     .offset = FLOW_AT(rule),                                                                      \
     .standard = "all",                                                                            \
     .help = "which accounts must pass before anything is published",                              \
     .choices = rules},                                                                            \
        {.name = "quorum",                                                                         \
         .type = SPK_OPTION_DOUBLE,                                                                \
         .offset = FLOW_AT(quorum),                                                                \
         .help = "share of the accounts that must pass, with rule: quorum"},                       \
        {.name = "lookback_days",                                                                  \
         .type = SPK_OPTION_INT,                                                                   \
         .offset = FLOW_AT(lookback_days),                                                         \
         .standard = "2",                                                                          \
         .help = "days before the cursor that are read again, because platforms restate them",     \
         .max = 366},                                                                              \
        {.name = "concurrency",                                                                    \
         .type = SPK_OPTION_INT,                                                                   \
         .offset = FLOW_AT(concurrency),                                                           \
         .standard = "0",                                                                          \
         .help = "parallel partitions of one account's read; 0 is what the manifest says",         \
         .max = 64},                                                                               \
        {.name = "parallel_accounts",                                                              \
         .type = SPK_OPTION_INT,                                                                   \
         .offset = FLOW_AT(parallel_accounts),                                                     \
         .standard = "4",                                                                          \
         .help = "accounts that are read at the same time",                                        \
         .min = 1,                                                                                 \
         .max = 64},                                                                               \
    {                                                                                              \
        .name = "schedule", .type = SPK_OPTION_STRING, .offset = FLOW_AT(schedule),                \
        .help = "cron expression for the orchestrator"                                             \
    }

static const struct spk_option flow_options[] = {FLOW_OPTIONS, SPK_OPTION_END};

const struct spk_option spk_platform_options[] = {
    {.name = "connector",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_REQUIRED,
     .offset = FLOW_AT(manifest),
     .help = "path of the connector's manifest, from this file"},
    FLOW_OPTIONS,
    {.name = "raw",
     .type = SPK_OPTION_STRING,
     .offset = FLOW_AT(raw_url),
     .help = "the platform's own bucket: file:PATH or s3://BUCKET/PREFIX"},
    {.name = "checks",
     .type = SPK_OPTION_DICT,
     .offset = AT(checks),
     .help = "check settings of every stream"},
    {.name = "streams",
     .type = SPK_OPTION_DICT,
     .offset = AT(streams),
     .help = "streams to read, each with checks and dq of its own; none: all of the manifest"},
    {.name = "config",
     .type = SPK_OPTION_DICT,
     .offset = AT(config),
     .help = "the connector's settings that all accounts share"},
    {.name = "accounts",
     .type = SPK_OPTION_DICT,
     .offset = AT(accounts),
     .help = "operator accounts: id, then the connector's settings, or paused: true"},
    SPK_OPTION_END,
};

static spk_rc check_quorum(const struct spk_project_file *file, const struct spk_platform *platform,
                           struct spk_value dict, struct spk_error *err)
{
    bool wanted = platform->rule == SPK_RULE_QUORUM;
    struct spk_value written = spk_get(dict, "quorum");
    struct spk_path path = {.key = SPK_V("quorum")};
    struct spk_option_origin origin = {.file = file->name, .path = &path};
    if (wanted && spk_is_nothing(written)) {
        spk_options_fail(err, &origin, spk_get(dict, "rule"), "is missing");
        spk_error_hint(err, "write quorum: 0.8 where 80 %% of the accounts must pass");
        return SPK_ECONFIG;
    }
    if (wanted && (platform->quorum <= 0 || platform->quorum > 1)) {
        return spk_options_fail(err, &origin, written, "must be a share over 0, up to 1");
    }
    if (!wanted && !spk_is_nothing(written)) {
        spk_options_fail(err, &origin, written, "has no meaning with rule: %s",
                         rules[platform->rule]);
        spk_error_hint(err, "write rule: quorum, or leave quorum out");
        return SPK_ECONFIG;
    }
    return SPK_OK;
}

spk_rc spk_project_defaults_check(const struct spk_project_file *file, struct spk_value flow,
                                  struct spk_error *err)
{
    struct platform_file alone = {0};
    struct spk_path path = {.key = SPK_V("defaults")};
    struct spk_option_origin origin = {.file = file->name, .path = &path, .dict = flow};
    spk_rc rc = spk_options_read(flow_options, &origin, file->arena, &alone, err);
    return rc == SPK_OK ? check_quorum(file, &alone.platform, flow, err) : rc;
}

/* ---- streams ---- */

struct stream_file {
    struct spk_value checks, dq;
};

static const struct spk_option stream_options[] = {
    {.name = "checks",
     .type = SPK_OPTION_DICT,
     .offset = offsetof(struct stream_file, checks),
     .help = "check settings of this stream"},
    {.name = "dq",
     .type = SPK_OPTION_LIST,
     .offset = offsetof(struct stream_file, dq),
     .help = "further checks of the records"},
    SPK_OPTION_END,
};

static spk_rc read_stream(const struct spk_project_file *file, const struct spk_entry *entry,
                          struct spk_value checks, struct spk_project_stream *out,
                          struct spk_error *err)
{
    struct spk_path streams = {.key = SPK_V("streams")};
    struct spk_option_origin names = {.file = file->name, .path = &streams};
    spk_rc rc = spk_place_check_name(&names, entry->key, err);
    if (rc != SPK_OK) {
        return rc;
    }
    struct stream_file read = {0};
    struct spk_path path = {.parent = &streams, .key = entry->key.text};
    struct spk_option_origin origin = {.file = file->name, .path = &path, .dict = entry->value};
    rc = spk_options_read(stream_options, &origin, file->arena, &read, err);
    if (rc != SPK_OK) {
        return rc;
    }
    out->name = entry->key.text;
    out->dq = read.dq;
    struct spk_path inner = {.parent = &path, .key = SPK_V("checks")};
    struct spk_option_origin at = {.file = file->name, .path = &inner, .dict = read.checks};
    struct spk_checks made = {0};
    rc = spk_checks_read(file->arena, checks, &at, &made, err);
    out->checks = made.settings;
    return rc;
}

static spk_rc read_streams(const struct spk_project_file *file, const struct platform_file *read,
                           struct spk_value checks, struct spk_platform *platform,
                           struct spk_error *err)
{
    size_t n = read->streams.kind == SPK_DICT ? spk_dict_len(read->streams) : 0;
    platform->streams = spk_arena_array(file->arena, n, sizeof *platform->streams);
    platform->stream_count = n;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < n; i++) {
        rc = read_stream(file, &read->streams.dict->entries[i], checks, &platform->streams[i], err);
    }
    return rc;
}

/* ---- accounts ---- */

/* `paused` is Spike's own word; all else is the connector's. */
static spk_rc take_paused(const struct spk_option_origin *origin, struct spk_value config,
                          struct spk_project_account *out, struct spk_error *err)
{
    struct spk_value paused = spk_get(config, "paused");
    if (spk_is_nothing(paused)) {
        return SPK_OK;
    }
    if (paused.kind != SPK_BOOL) {
        struct spk_path path = {.parent = origin->path, .key = SPK_V("paused")};
        struct spk_option_origin at = {.file = origin->file, .path = &path};
        return spk_options_fail(err, &at, paused, "must be true or false");
    }
    out->paused = paused.boolean;
    return SPK_OK;
}

static spk_rc read_account(const struct spk_project_file *file, const struct spk_entry *entry,
                           struct spk_value shared, struct spk_project_account *out,
                           struct spk_error *err)
{
    struct spk_path accounts = {.key = SPK_V("accounts")};
    struct spk_option_origin names = {.file = file->name, .path = &accounts};
    spk_rc rc = spk_place_check_name(&names, entry->key, err);
    if (rc != SPK_OK) {
        return rc;
    }
    struct spk_path path = {.parent = &accounts, .key = entry->key.text};
    struct spk_option_origin origin = {.file = file->name, .path = &path};
    if (!spk_is_nothing(entry->value) && entry->value.kind != SPK_DICT) {
        return spk_options_fail(err, &origin, entry->value,
                                "must be a mapping of the connector's settings");
    }
    rc = spk_reference_check(&origin, entry->value, err);
    if (rc == SPK_OK) {
        rc = take_paused(&origin, entry->value, out, err);
    }
    if (rc == SPK_OK) {
        out->id = entry->key.text;
        out->config = spk_settings_overlay(file->arena, shared, entry->value);
        spk_dict_remove(out->config, SPK_V("paused"));
    }
    return rc;
}

static spk_rc read_accounts(const struct spk_project_file *file, const struct platform_file *read,
                            struct spk_platform *platform, struct spk_error *err)
{
    struct spk_path config = {.key = SPK_V("config")};
    struct spk_option_origin origin = {.file = file->name, .path = &config};
    spk_rc rc = spk_reference_check(&origin, read->config, err);
    size_t n = read->accounts.kind == SPK_DICT ? spk_dict_len(read->accounts) : 0;
    platform->accounts = spk_arena_array(file->arena, n, sizeof *platform->accounts);
    platform->account_count = n;
    for (size_t i = 0; rc == SPK_OK && i < n; i++) {
        rc = read_account(file, &read->accounts.dict->entries[i], read->config,
                          &platform->accounts[i], err);
    }
    return rc;
}

/* ---- the file ---- */

static spk_rc read_places(const struct spk_project_file *file, struct spk_value dict,
                          const struct spk_project_defaults *defaults,
                          struct spk_platform *platform, struct spk_error *err)
{
    platform->manifest = spk_place_join(file->arena, file->folder, platform->manifest);
    if (platform->raw_url.len == 0) {
        platform->raw_url = spk_arena_printf(file->arena, "%.*s/%.*s", SPK_FMT(defaults->raw_url),
                                             SPK_FMT(platform->name));
        return SPK_OK;
    }
    struct spk_path path = {.key = SPK_V("raw")};
    struct spk_option_origin origin = {
        .file = file->name, .path = &path, .dict = spk_get(dict, "raw")};
    return spk_place_url(file, SPK_PLACE_OBJECTS, &origin, &platform->raw_url, err);
}

static spk_rc read_checks(const struct spk_project_file *file, const struct platform_file *read,
                          const struct spk_project_defaults *defaults,
                          struct spk_platform *platform, struct spk_error *err)
{
    struct spk_path path = {.key = SPK_V("checks")};
    struct spk_option_origin origin = {.file = file->name, .path = &path, .dict = read->checks};
    struct spk_checks made = {0};
    spk_rc rc = spk_checks_read(file->arena, defaults->checks, &origin, &made, err);
    platform->checks = made.settings;
    return rc == SPK_OK ? read_streams(file, read, made.written, platform, err) : rc;
}

/* What the file says, laid over the project's defaults. */
static spk_rc read_settings(const struct spk_project_file *file, struct spk_value dict,
                            const struct spk_project_defaults *defaults, struct platform_file *read,
                            struct spk_error *err)
{
    struct platform_file alone = {0};
    struct spk_option_origin origin = {.file = file->name, .dict = dict};
    spk_rc rc = spk_options_read(spk_platform_options, &origin, file->arena, &alone, err);
    if (rc != SPK_OK) {
        return rc;
    }
    struct spk_value flow =
        spk_settings_overlay(file->arena, defaults->flow, (struct spk_value){0});
    if (!spk_is_nothing(spk_get(dict, "rule"))) {
        spk_dict_remove(flow, SPK_V("quorum")); /* a rule of its own has a quorum of its own */
    }
    origin.dict = spk_settings_overlay(file->arena, flow, dict);
    rc = spk_options_read(spk_platform_options, &origin, file->arena, read, err);
    return rc == SPK_OK ? check_quorum(file, &read->platform, origin.dict, err) : rc;
}

spk_rc spk_platform_read(const struct spk_project_file *file,
                         const struct spk_project_defaults *defaults, struct spk_platform *platform,
                         struct spk_error *err)
{
    struct spk_value dict = {0};
    struct platform_file read = {0};
    struct spk_yaml_options options = {.max_bytes = SPK_PROJECT_FILE_MAX, .unique_keys = true};
    spk_rc rc = spk_yaml_read_file(file->arena, file->name, &options, &dict, err);
    rc = rc == SPK_OK ? read_settings(file, dict, defaults, &read, err) : rc;
    if (rc != SPK_OK) {
        return rc;
    }
    read.platform.name = platform->name;
    read.platform.file = file->name;
    read.platform.folder = file->folder;
    *platform = read.platform;
    rc = read_places(file, dict, defaults, platform, err);
    rc = rc == SPK_OK ? read_checks(file, &read, defaults, platform, err) : rc;
    return rc == SPK_OK ? read_accounts(file, &read, platform, err) : rc;
}
