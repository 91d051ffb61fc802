#ifndef SPK_PROJECT_PROJECT_H
#define SPK_PROJECT_PROJECT_H
/*
 * A project folder: spike.yaml (storage, object stores, warehouse, defaults) and platforms/NAME.yaml
 * (connector, flow rule, lookback, streams, checks, operator accounts). Everything is validated when
 * it is loaded, with file:line:column and a suggestion, without touching a network. Secrets in YAML
 * are references, ${env:NAME} or ${file:PATH}; a literal in a field that the connector's spec marks
 * airbyte_secret is refused. They are resolved only by spk_project_account_config.
 */
#include "value/value.h"

enum spk_rule { SPK_RULE_ALL, SPK_RULE_EACH, SPK_RULE_QUORUM };

/* Black-box checks of a stream; each may be set for the project, a platform or a stream. */
struct spk_check_settings {
    bool failed_responses;   /* hold when the slice ended with failed requests */
    bool unproven_empty;     /* hold when there are no rows and the platform did not say "no data" */
    bool no_rows;            /* hold when there are no rows at all, proven or not */
    int64_t daily_minimum;   /* hold under so many rows; 0 = off */
    double average_low;      /* hold under this share of the mean of the last 30 days; 0 = off */
    double average_high;     /* warn over this multiple of it; 0 = off */
    int64_t average_days;    /* 30 */
    double weekday_deviations; /* robust deviations from the same-weekday median; 0 = off */
    int64_t weekday_warm_up; /* same weekdays needed before it judges: 4 */
    double weekday_floor;    /* least share of the median that counts as one deviation: 0.1 */
    int64_t weekday_floor_rows; /* least rows that count as one deviation: 3 */
    bool schema_drift;       /* warn when the set of fields changed */
    int64_t freshness_hours; /* hold when the newest record is older than that at extraction; 0 = off */
};

struct spk_project_stream {
    struct spk_view name;
    struct spk_check_settings checks;
    struct spk_value dq; /* further checks, LIST (dq/) or UNDEFINED */
};

struct spk_project_account {
    struct spk_view id;      /* unique in its platform; the first folder of raw-zone keys */
    struct spk_value config; /* DICT for the connector, references unresolved */
    bool paused;
};

struct spk_platform {
    struct spk_view name;
    struct spk_view manifest; /* path of the connector's manifest, absolute or from the project */
    enum spk_rule rule;
    double quorum; /* share of accounts that must pass, 0..1 */
    int64_t lookback_days;
    int64_t concurrency; /* of one account's read; 0: the manifest's */
    int64_t parallel_accounts;
    struct spk_view raw_url; /* the platform's own bucket */
    struct spk_project_stream *streams; /* the ones to read; none: all of the manifest */
    size_t stream_count;
    struct spk_check_settings checks;
    struct spk_project_account *accounts;
    size_t account_count;
    const char *file; /* for errors */
};

struct spk_project {
    struct spk_arena arena;
    struct spk_view root;         /* absolute folder */
    struct spk_view storage_url;  /* "sqlite:..." */
    struct spk_view transient_url;
    struct spk_view warehouse_url; /* "duckdb:..." */
    struct spk_view dbt_folder;   /* or empty */
    struct spk_platform *platforms;
    size_t platform_count;
};

/* Finds spike.yaml in `folder` (NULL: the current one and its parents). ECONFIG with every place. */
spk_rc spk_project_load(const char *folder, struct spk_project **out, struct spk_error *err);
void spk_project_destroy(struct spk_project *project);
/* ECONFIG "no platform 'cellxprt'; did you mean 'cellxpert'?" */
spk_rc spk_project_platform(const struct spk_project *project, struct spk_view name,
                            const struct spk_platform **out, struct spk_error *err);
const struct spk_project_account *spk_platform_account(const struct spk_platform *platform,
                                                       struct spk_view id);
/* The checks of a stream: the project's, the platform's and the stream's settings laid over. */
const struct spk_check_settings *spk_platform_checks(const struct spk_platform *platform,
                                                     struct spk_view stream);
/* The connector's config with secrets resolved (and registered for redaction). */
spk_rc spk_project_account_config(const struct spk_project *project,
                                  const struct spk_platform *platform,
                                  const struct spk_project_account *account,
                                  struct spk_arena *arena, struct spk_value *config,
                                  struct spk_error *err);

#endif
