#include <stdlib.h>

#include "base/memory.h"
#include "manifest_internal.h"
#include "yaml/yaml.h"

spk_rc spk_manifest_fail(const struct spk_manifest *manifest, struct spk_value at,
                         struct spk_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(err, SPK_ECONFIG, format, args);
    va_end(args);
    spk_error_blame_connector(err);
    if (!at.mark)
        return spk_error_context(err, SPK_ECONFIG, "%s", manifest->file);
    return spk_error_context(err, SPK_ECONFIG, "%s:%u:%u", manifest->file, spk_mark_line(at.mark),
                             spk_mark_column(at.mark));
}

static spk_rc check_root(struct spk_manifest *manifest, struct spk_error *err)
{
    struct spk_value root = manifest->raw;
    if (!spk_is(root, SPK_DICT)) {
        spk_manifest_fail(manifest, root, err, "a manifest is a mapping, this is a %s",
                          spk_value_type_name(root));
        spk_error_hint(err, "start from: type: DeclarativeSource, check:, streams:, spec:");
        return SPK_ECONFIG;
    }
    struct spk_value type = spk_get(root, "type");
    if (spk_is_defined(type) && !spk_view_is(spk_value_text_or(type, ""), "DeclarativeSource"))
        return spk_manifest_fail(manifest, type, err, "type: a manifest is a DeclarativeSource");
    return SPK_OK;
}

static struct spk_manifest *create(const char *file)
{
    struct spk_manifest *manifest = spk_memory_zalloc(sizeof(*manifest));
    pthread_mutex_init(&manifest->lock, NULL);
    manifest->file = spk_arena_strdup(&manifest->arena, spk_view_of(file));
    manifest->resolved = spk_dict_new(&manifest->arena);
    return manifest;
}

static spk_rc finish_loading(struct spk_manifest *manifest, spk_rc rc, struct spk_manifest **out,
                             struct spk_error *err)
{
    if (!rc)
        rc = check_root(manifest, err);
    if (rc) {
        spk_error_blame_connector(err);
        spk_manifest_destroy(manifest);
    } else {
        *out = manifest;
    }
    return rc;
}

spk_rc spk_manifest_load(struct spk_view text, const char *file, struct spk_manifest **out,
                         struct spk_error *err)
{
    struct spk_manifest *manifest = create(file);
    spk_rc rc =
        spk_yaml_parse(&manifest->arena, text, &(struct spk_yaml_options){.file = manifest->file},
                       &manifest->raw, err);
    return finish_loading(manifest, rc, out, err);
}

spk_rc spk_manifest_read(const char *file, struct spk_manifest **out, struct spk_error *err)
{
    struct spk_manifest *manifest = create(file);
    spk_rc rc = spk_yaml_read_file(&manifest->arena, file, NULL, &manifest->raw, err);
    return finish_loading(manifest, rc, out, err);
}

void spk_manifest_destroy(struct spk_manifest *manifest)
{
    if (!manifest)
        return;
    spk_map_deinit(&manifest->references);
    spk_arena_deinit(&manifest->arena);
    pthread_mutex_destroy(&manifest->lock);
    free(manifest);
}

static spk_rc resolve_section(struct spk_manifest *manifest, const char *name,
                              struct spk_value *out, struct spk_error *err)
{
    struct spk_value raw = spk_get(manifest->raw, name);
    if (!spk_is_defined(raw)) {
        *out = raw;
        return SPK_OK;
    }
    struct spk_value whole = spk_dict_new(&manifest->arena);
    spk_set(whole, "type", spk_str("DeclarativeSource"));
    struct spk_value parameters = spk_get(manifest->raw, "$parameters");
    if (spk_is(parameters, SPK_DICT))
        spk_set(whole, "$parameters", parameters);
    struct spk_value resolved;
    spk_rc rc = spk_references_resolve(manifest, raw, &resolved, err);
    if (rc)
        return rc;
    spk_set(whole, name, resolved);
    struct spk_propagation how = {.arena = &manifest->arena};
    rc = spk_parameters_propagate(manifest, &how, whole, &resolved, err);
    if (!rc)
        *out = spk_get(resolved, name);
    return rc;
}

spk_rc spk_manifest_section(struct spk_manifest *manifest, const char *name, struct spk_value *out,
                            struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&manifest->lock);
    struct spk_value found = spk_get(manifest->resolved, name);
    if (!spk_is_defined(found)) {
        rc = resolve_section(manifest, name, &found, err);
        if (!rc && spk_is_defined(found))
            spk_dict_set(manifest->resolved, spk_arena_dup(&manifest->arena, spk_view_of(name)),
                         found);
    }
    pthread_mutex_unlock(&manifest->lock);
    if (!rc)
        *out = found;
    return rc;
}

struct spk_value spk_manifest_written(const struct spk_manifest *manifest)
{
    return manifest->raw;
}

spk_rc spk_manifest_part(const struct spk_manifest *manifest, const char *name,
                         struct spk_value *out, struct spk_error *err)
{
    return spk_manifest_section((struct spk_manifest *)manifest, name, out, err);
}
