#include "rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "json/json.h"

struct migration {
    struct spk_component base;
    struct spk_view description;
    struct spk_components transformations;
};

struct spk_config_rules {
    struct spk_component base;
    struct spk_components migrations, transformations, validations;
    struct spk_value config; /* as it was made: what a check lays over it is not judged */
};

static const struct spk_prop migration_props[] = {
    {.name = "description",
     .type = SPK_PROP_STRING,
     .offset = offsetof(struct migration, description),
     .help = "what it is for"},
    {.name = "transformations",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct migration, transformations),
     .kind = SPK_KIND_CONFIG_TRANSFORMATION,
     .help = "done in order"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_config_migration = {
    .name = "ConfigMigration",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct migration),
    .props = migration_props,
    .help = "turns a config of an older version into today's, for good",
};

static const struct spk_prop props[] = {
    {.name = "config_migrations",
     .type = SPK_PROP_COMPONENTS,
     .offset = offsetof(struct spk_config_rules, migrations),
     .kind = SPK_KIND_OTHER,
     .part = "ConfigMigration",
     .help = "change the stored config"},
    {.name = "transformations",
     .type = SPK_PROP_COMPONENTS,
     .offset = offsetof(struct spk_config_rules, transformations),
     .kind = SPK_KIND_CONFIG_TRANSFORMATION,
     .help = "change the config of this run"},
    {.name = "validations",
     .type = SPK_PROP_COMPONENTS,
     .offset = offsetof(struct spk_config_rules, validations),
     .kind = SPK_KIND_CONFIG_VALIDATION,
     .help = "what a config must fulfil"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_config_normalization_rules = {
    .name = "ConfigNormalizationRules",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct spk_config_rules),
    .props = props,
    .help = "what becomes of a config before it is used",
};

/* source->config_rules stays NULL where the spec has none. */
static spk_rc build(struct spk_source *source, struct spk_error *err)
{
    struct spk_value spec, node;
    struct spk_path spec_path = {.key = SPK_VIEW("spec")};
    struct spk_path path = {.parent = &spec_path, .key = SPK_VIEW("config_normalization_rules")};
    struct spk_build build = spk_source_build(source, &path);
    struct spk_component *rules = NULL;
    spk_rc rc = spk_manifest_section(source->manifest, "spec", &spec, err);
    if (rc || spk_is_nothing(spk_get(spec, "config_normalization_rules")))
        return rc;
    node = spk_get(spec, "config_normalization_rules");
    rc = spk_component_build(&build, node, SPK_KIND_OTHER, &rules, err);
    if (!rc && rules->type != &spk_type_config_normalization_rules)
        rc = spk_build_fail(&build, node, err, "ConfigNormalizationRules are expected here");
    if (!rc)
        source->config_rules = (struct spk_config_rules *)rules;
    return rc;
}

static spk_rc transform(struct spk_source *source, const struct spk_components *transformations,
                        struct spk_error *err)
{
    for (size_t i = 0; i < transformations->len; i++) {
        struct spk_component *one = transformations->items[i];
        spk_rc rc = SPK_OPS(one, config_transformation)
                        ->transform(one, source->config, &source->config_arena, err);
        if (rc)
            return spk_error_context(err, rc, "config transformation %zu, %s", i + 1,
                                     one->type->name);
    }
    return SPK_OK;
}

static spk_rc write_all(int fd, struct spk_view text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.at, text.len);
        if (n < 0 && errno != EINTR)
            return SPK_ESYSTEM;
        if (n > 0)
            text = spk_view_slice(text, (size_t)n, text.len);
    }
    return SPK_OK;
}

/* In place: a mounted file cannot be replaced by another. */
static spk_rc write_file(const char *file, struct spk_value config, struct spk_error *err)
{
    struct spk_buf text = {0};
    spk_json_write(&text, config, 0);
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    spk_rc rc = fd < 0 ? SPK_ESYSTEM : write_all(fd, spk_buf_view(&text));
    if (fd >= 0 && close(fd) != 0)
        rc = SPK_ESYSTEM;
    if (rc)
        spk_error_errno(err, errno, "the migrated config cannot be written to %s", file);
    spk_buf_deinit(&text);
    return rc;
}

/* What is changed inside of a value at the top is not noticed, as in the CDK: it is done again in
 * each run. */
static spk_rc migrate(struct spk_source *source, const char *file, struct spk_error *err)
{
    struct spk_value before = spk_dict_copy(&source->config_arena, source->config);
    struct spk_components *migrations = &source->config_rules->migrations;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < migrations->len; i++)
        rc = transform(source, &((struct migration *)migrations->items[i])->transformations, err);
    if (rc || spk_value_equal(before, source->config))
        return rc;
    if (file)
        rc = write_file(file, source->config, err);
    return rc ? rc : spk_source_tell_config(source, err);
}

spk_rc spk_config_rules_apply(struct spk_source *source, const char *file, struct spk_error *err)
{
    spk_rc rc = build(source, err);
    if (rc || !source->config_rules || !spk_value_truthy(source->config))
        return rc;
    source->config = spk_value_copy(&source->config_arena, source->config);
    rc = migrate(source, file, err);
    if (!rc)
        rc = transform(source, &source->config_rules->transformations, err);
    source->config_rules->config = source->config;
    return rc;
}

spk_rc spk_config_rules_validate(struct spk_source *source, struct spk_error *err)
{
    struct spk_arena arena = {0};
    spk_rc rc = SPK_OK;
    struct spk_config_rules *rules = source->config_rules;
    for (size_t i = 0; rules && !rc && i < rules->validations.len; i++) {
        struct spk_component *one = rules->validations.items[i];
        rc = SPK_OPS(one, config_validation)->validate(one, rules->config, &arena, err);
        if (rc)
            rc = spk_error_context(err, rc, "config validation %zu, %s", i + 1, one->type->name);
    }
    spk_arena_deinit(&arena);
    return rc;
}
