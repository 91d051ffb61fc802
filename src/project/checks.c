/* Check settings and how they are inherited. */
#include "project/project_internal.h"

#define AT(member) offsetof(struct spk_check_settings, member)

const struct spk_option spk_check_options[] = {
    {.name = "failed_responses",
     .type = SPK_OPTION_BOOL,
     .offset = AT(failed_responses),
     .standard = "true",
     .help = "hold a batch whose requests failed in the end"},
    {.name = "unproven_empty",
     .type = SPK_OPTION_BOOL,
     .offset = AT(unproven_empty),
     .standard = "true",
     .help = "hold an empty batch unless the platform itself said that there is no data"},
    {.name = "no_rows",
     .type = SPK_OPTION_BOOL,
     .offset = AT(no_rows),
     .standard = "false",
     .help = "hold every empty batch"},
    {.name = "daily_minimum",
     .type = SPK_OPTION_INT,
     .offset = AT(daily_minimum),
     .standard = "0",
     .help = "hold under so many rows; 0 is off",
     .max = INT64_MAX},
    {.name = "average_low",
     .type = SPK_OPTION_DOUBLE,
     .offset = AT(average_low),
     .standard = "0.4",
     .help = "hold under this share of the mean of the last days; 0 is off"},
    {.name = "average_high",
     .type = SPK_OPTION_DOUBLE,
     .offset = AT(average_high),
     .standard = "3",
     .help = "warn over this multiple of the mean of the last days; 0 is off"},
    {.name = "average_days",
     .type = SPK_OPTION_INT,
     .offset = AT(average_days),
     .standard = "30",
     .help = "days that make the mean",
     .min = 1,
     .max = 366},
    {.name = "weekday_deviations",
     .type = SPK_OPTION_DOUBLE,
     .offset = AT(weekday_deviations),
     .standard = "4",
     .help = "robust deviations from the median of the same weekdays: hold below, warn above; "
             "0 is off"},
    {.name = "weekday_warm_up",
     .type = SPK_OPTION_INT,
     .offset = AT(weekday_warm_up),
     .standard = "4",
     .help = "same weekdays needed before they judge",
     .min = 2,
     .max = 52},
    {.name = "weekday_floor",
     .type = SPK_OPTION_DOUBLE,
     .offset = AT(weekday_floor),
     .standard = "0.1",
     .help = "least share of the median that counts as one deviation"},
    {.name = "weekday_floor_rows",
     .type = SPK_OPTION_INT,
     .offset = AT(weekday_floor_rows),
     .standard = "3",
     .help = "least rows that count as one deviation",
     .max = INT64_MAX},
    {.name = "schema_drift",
     .type = SPK_OPTION_BOOL,
     .offset = AT(schema_drift),
     .standard = "true",
     .help = "warn when the set of fields changed"},
    {.name = "freshness_hours",
     .type = SPK_OPTION_INT,
     .offset = AT(freshness_hours),
     .standard = "0",
     .help = "hold when the newest record was older than that when it was read; 0 is off",
     .max = 24 * 366},
    SPK_OPTION_END,
};

struct spk_value spk_settings_overlay(struct spk_arena *arena, struct spk_value under,
                                      struct spk_value over)
{
    struct spk_value all = spk_dict_new(arena);
    struct spk_value levels[] = {under, over};
    for (size_t level = 0; level < 2; level++) {
        size_t n = levels[level].kind == SPK_DICT ? spk_dict_len(levels[level]) : 0;
        for (size_t i = 0; i < n; i++) {
            const struct spk_entry *entry = &levels[level].dict->entries[i];
            if (!spk_is_nothing(entry->value)) {
                spk_dict_set_value(all, entry->key, entry->value);
            }
        }
    }
    return all;
}

static spk_rc check_bound(const struct spk_option_origin *origin, const char *name, bool fits,
                          const char *rule, struct spk_error *err)
{
    if (fits) {
        return SPK_OK;
    }
    struct spk_path path = {.parent = origin->path, .key = spk_view_of(name)};
    struct spk_option_origin at = {.file = origin->file, .path = &path};
    return spk_options_fail(err, &at, spk_get(origin->dict, name), "must be %s", rule);
}

static spk_rc check_bounds(const struct spk_check_settings *s,
                           const struct spk_option_origin *origin, struct spk_error *err)
{
    const struct {
        const char *name;
        bool fits;
        const char *rule;
    } bounds[] = {
        {"average_low", s->average_low >= 0 && s->average_low < 1, "0 (off) or a share under 1"},
        {"average_high", s->average_high == 0 || s->average_high > 1,
         "0 (off) or a multiple over 1"},
        {"weekday_deviations", s->weekday_deviations >= 0, "0 (off) or more"},
        {"weekday_floor", s->weekday_floor >= 0 && s->weekday_floor <= 1, "a share from 0 to 1"},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        spk_rc rc = check_bound(origin, bounds[i].name, bounds[i].fits, bounds[i].rule, err);
        if (rc != SPK_OK) {
            return rc;
        }
    }
    return SPK_OK;
}

spk_rc spk_checks_read(struct spk_arena *arena, struct spk_value inherited,
                       const struct spk_option_origin *origin, struct spk_checks *out,
                       struct spk_error *err)
{
    struct spk_check_settings alone = {0};
    spk_rc rc = spk_options_read(spk_check_options, origin, arena, &alone, err);
    if (rc == SPK_OK) {
        rc = check_bounds(&alone, origin, err);
    }
    if (rc != SPK_OK) {
        return rc;
    }
    out->written = spk_settings_overlay(arena, inherited, origin->dict);
    struct spk_option_origin whole = {
        .file = origin->file, .path = origin->path, .dict = out->written};
    return spk_options_read(spk_check_options, &whole, arena, &out->settings, err);
}
