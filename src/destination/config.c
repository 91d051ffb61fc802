#include "base/id.h"
#include "base/memory.h"
#include "destination_internal.h"

#define AT(field) offsetof(struct spk_destination_settings, field)

static const struct spk_option options[] = {
    {.name = "transient",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_REQUIRED,
     .offset = AT(transient),
     .help = "folder of transient storage: a path, or file:PATH"},
    {.name = "platform",
     .type = SPK_OPTION_STRING,
     .offset = AT(platform),
     .standard = "airbyte",
     .help = "platform that the rows come from"},
    {.name = "account",
     .type = SPK_OPTION_STRING,
     .offset = AT(account),
     .standard = "default",
     .help = "operator account, or name of the connection"},
    {.name = "run",
     .type = SPK_OPTION_STRING,
     .offset = AT(run),
     .help = "name of the run; a new id for each write where not given"},
    {.name = "checkpoint_seconds",
     .type = SPK_OPTION_INT,
     .offset = AT(checkpoint_seconds),
     .standard = "15",
     .max = 3600,
     .help = "least time between checkpoints of a stream; 0: every state is answered at once"},
    {.name = "checkpoint_bytes",
     .type = SPK_OPTION_BYTES,
     .offset = AT(checkpoint_bytes),
     .standard = "64MB",
     .help = "a checkpoint comes earlier after so many bytes of records"},
    {.name = "part_bytes",
     .type = SPK_OPTION_BYTES,
     .offset = AT(part_bytes),
     .standard = "256MB",
     .help = "a new Parquet file after so many bytes"},
    SPK_OPTION_END,
};

struct spk_value spk_destination_spec(struct spk_arena *arena)
{
    struct spk_value spec = spk_dict_new(arena), modes = spk_list_new(arena);
    struct spk_value schema = spk_options_schema(arena, options);
    spk_set(schema, "$schema", spk_str("http://json-schema.org/draft-07/schema#"));
    spk_set(schema, "title", spk_str("Spike transient storage"));
    spk_set(spec, "connectionSpecification", schema);
    spk_set(spec, "supportsIncremental", spk_bool(true));
    spk_set(spec, "supportsNormalization", spk_bool(false));
    spk_set(spec, "supportsDBT", spk_bool(false));
    spk_list_append(modes, spk_str("append"));
    spk_list_append(modes, spk_str("overwrite"));
    spk_set(spec, "supported_destination_sync_modes", modes);
    return spec;
}

spk_rc spk_destination_settings_read(struct spk_destination *destination, struct spk_value config,
                                     struct spk_error *err)
{
    struct spk_destination_settings *settings = &destination->settings;
    struct spk_option_origin origin = {.file = "config", .dict = config};
    if (!spk_is(config, SPK_DICT))
        return spk_error_set(err, SPK_ECONFIG, "config: a JSON object is expected");
    spk_rc rc = spk_options_read(options, &origin, &destination->arena, settings, err);
    if (rc)
        return rc;
    if (settings->run.len == 0) {
        char id[SPK_UUID_TEXT];
        spk_uuid7(spk_time_now_us(), id);
        settings->run = spk_arena_dup(&destination->arena, spk_view_of(id));
    }
    if (settings->transient.len == 0 || settings->account.len == 0)
        return spk_error_set(err, SPK_ECONFIG, "config: transient and account must not be empty");
    return SPK_OK;
}
