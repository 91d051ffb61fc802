#ifndef SPK_PROJECT_PROJECT_H
#define SPK_PROJECT_PROJECT_H
/*
 * A project folder: spike.yaml (storage, object stores, warehouse, defaults) and
 * platforms/NAME.yaml (connector, flow rule, lookback, streams, checks, operator accounts).
 * Everything is validated when it is loaded, without touching a network; a failure is ECONFIG with
 * file:line:column, path and what to do. Relative paths are relative to the file they stand in.
 *
 * Secrets are references inside texts of an account's config: ${env:NAME} and ${file:PATH}; also
 * ${account}, the account's id. A literal under a key that looks secret (its last word is key,
 * token, password, secret) is refused while loading, one in a field that the connector's spec marks
 * airbyte_secret by spk_platform_check_secrets. Only spk_platform_account_config and
 * spk_project_text read what they refer to; it counts as secret from then on.
 *
 * A loaded project is read-only: any number of threads may use it.
 */
#include "options/options.h"

enum spk_rule { SPK_RULE_ALL, SPK_RULE_EACH, SPK_RULE_QUORUM };

/* Black-box checks of a stream; each may be set for the project, a platform or a stream. What is
 * not written is inherited: stream, platform, project, built-in. */
struct spk_check_settings {
    bool failed_responses;      /* hold when the slice ended with failed requests */
    bool unproven_empty;        /* hold when there are no rows and the platform did not say so */
    bool no_rows;               /* hold when there are no rows at all, proven or not */
    int64_t daily_minimum;      /* hold under so many rows; 0 = off */
    double average_low;         /* hold under this share of the mean of the last days; 0 = off */
    double average_high;        /* warn over this multiple of it; 0 = off */
    int64_t average_days;       /* how many days: 30 */
    double weekday_deviations;  /* deviations from the same-weekday median that count; 0 = off */
    int64_t weekday_warm_up;    /* same weekdays needed before it judges: 4 */
    double weekday_floor;       /* least share of the median that counts as one deviation: 0.1 */
    int64_t weekday_floor_rows; /* least rows that count as one deviation: 3 */
    bool schema_drift;          /* warn when the set of fields changed */
    int64_t freshness_hours;    /* hold when the newest record is older than that when extracted */
};

struct spk_project_stream {
    struct spk_view name;
    struct spk_check_settings checks;
    struct spk_value dq; /* further checks, LIST (dq/) or UNDEFINED */
};

struct spk_project_account {
    struct spk_view id;      /* unique in its platform; the first folder of raw-zone keys */
    struct spk_value config; /* DICT for the connector, platform defaults under it, unresolved */
    bool paused;
};

struct spk_platform {
    struct spk_view name;     /* of the file */
    struct spk_view manifest; /* absolute path of the connector's manifest */
    struct spk_view schedule; /* cron expression for the orchestrator, or empty */
    enum spk_rule rule;
    double quorum; /* share of accounts that must pass, above 0, up to 1; 0 for other rules */
    int64_t lookback_days;
    int64_t concurrency; /* of one account's read; 0: the manifest's */
    int64_t parallel_accounts;
    struct spk_view raw_url;            /* the platform's own bucket */
    struct spk_project_stream *streams; /* the ones to read; none: all of the manifest */
    size_t stream_count;
    struct spk_check_settings checks; /* of streams that are not listed */
    struct spk_project_account *accounts;
    size_t account_count;
    const char *file;       /* for errors */
    struct spk_view folder; /* absolute: where relative paths start */
};

struct spk_project {
    struct spk_arena arena;
    struct spk_view root;           /* absolute folder */
    struct spk_view storage_url;    /* "sqlite:/abs/spike.db" */
    struct spk_view transient_url;  /* "file:///abs/transient" */
    struct spk_view warehouse_url;  /* "duckdb:/abs/warehouse.duckdb" */
    struct spk_view dbt_folder;     /* absolute, or empty */
    struct spk_platform *platforms; /* by name */
    size_t platform_count;
};

/* The settings of spike.yaml, of a platform file and of `checks`: for help, schema and docs. */
extern const struct spk_option spk_project_options[];
extern const struct spk_option spk_platform_options[];
extern const struct spk_option spk_check_options[];

/* Finds spike.yaml in `folder` (NULL: the current one and its parents). The first mistake ends it.
 */
spk_rc spk_project_load(const char *folder, struct spk_project **out, struct spk_error *err);
void spk_project_destroy(struct spk_project *project);
/* What loading leaves out because only a read needs it: the connectors' manifests exist. */
spk_rc spk_project_validate(const struct spk_project *project, struct spk_error *err);
/* ECONFIG "no platform 'cellxprt'; did you mean 'cellxpert'?" */
spk_rc spk_project_platform(const struct spk_project *project, struct spk_view name,
                            const struct spk_platform **out, struct spk_error *err);
/* NULL where there is none. */
const struct spk_project_account *spk_platform_account(const struct spk_platform *platform,
                                                       struct spk_view id);
/* The checks of a stream: the project's, the platform's and the stream's settings laid over. */
const struct spk_check_settings *spk_platform_checks(const struct spk_platform *platform,
                                                     struct spk_view stream);
/* `specification` is the connector's connection specification (a JSON schema). ECONFIG where an
 * account has a literal in a field marked airbyte_secret. */
spk_rc spk_platform_check_secrets(const struct spk_platform *platform,
                                  struct spk_value specification, struct spk_error *err);
/* The connector's config with references resolved; what came from environment and files is
 * registered for redaction. Dates become texts, as in JSON. ECONFIG names the variable or the file
 * that is missing, never a value. */
spk_rc spk_platform_account_config(const struct spk_platform *platform,
                                   const struct spk_project_account *account,
                                   struct spk_arena *arena, struct spk_value *config,
                                   struct spk_error *err);
/* The same for one text, such as a storage_url that holds a password's reference. */
spk_rc spk_project_text(const struct spk_project *project, struct spk_view text,
                        struct spk_arena *arena, struct spk_view *out, struct spk_error *err);

#endif
