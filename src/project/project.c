/* The folder: spike.yaml, then every platforms/NAME.yaml. */
#include "base/memory.h"
#include "project/project_internal.h"
#include "yaml/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLATFORMS_MAX = 1000 };

struct project_file {
    struct spk_view storage, transient, warehouse, raw, dbt;
    struct spk_value checks, defaults;
};

#define AT(member) offsetof(struct project_file, member)

const struct spk_option spk_project_options[] = {
    {.name = "storage",
     .type = SPK_OPTION_STRING,
     .offset = AT(storage),
     .standard = "sqlite:spike.db",
     .help = "what must survive: sqlite:PATH or postgresql://..."},
    {.name = "transient",
     .type = SPK_OPTION_STRING,
     .offset = AT(transient),
     .standard = "file:transient",
     .help = "where reads land before they are judged: file:PATH or s3://BUCKET/PREFIX"},
    {.name = "raw",
     .type = SPK_OPTION_STRING,
     .offset = AT(raw),
     .standard = "file:raw",
     .help = "raw zone of platforms without a bucket of their own; each has a folder in it"},
    {.name = "warehouse",
     .type = SPK_OPTION_STRING,
     .offset = AT(warehouse),
     .standard = "duckdb:warehouse.duckdb",
     .help = "duckdb:PATH or snowflake://..."},
    {.name = "dbt",
     .type = SPK_OPTION_STRING,
     .offset = AT(dbt),
     .help = "folder of the dbt project"},
    {.name = "checks",
     .type = SPK_OPTION_DICT,
     .offset = AT(checks),
     .help = "check settings of every platform"},
    {.name = "defaults",
     .type = SPK_OPTION_DICT,
     .offset = AT(defaults),
     .help = "rule, lookback_days and the like for every platform"},
    SPK_OPTION_END,
};

/* ---- finding the folder ---- */

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool has_project(struct spk_arena *arena, struct spk_view folder)
{
    return is_file(spk_place_join(arena, folder, SPK_V("spike.yaml")).at);
}

static spk_rc fail_not_found(const char *place, bool above, struct spk_error *err)
{
    spk_error_set(err, SPK_ECONFIG, "no spike.yaml in %s%s", place,
                  above ? " or a folder above it" : "");
    spk_error_hint(err, "go to the project's folder or name it; an empty spike.yaml makes one");
    return SPK_ECONFIG;
}

/* *root is absolute. */
static spk_rc find_root(const char *folder, struct spk_arena *arena, struct spk_view *root,
                        struct spk_error *err)
{
    char start[PATH_MAX];
    if (!realpath(folder ? folder : ".", start)) {
        return spk_error_set(err, SPK_ECONFIG, "there is no folder %s", folder ? folder : ".");
    }
    struct spk_view at = spk_arena_dup(arena, spk_view_of(start));
    while (!folder && !has_project(arena, at) && at.len > 1) {
        at = spk_place_join(arena, at, SPK_V(".."));
    }
    if (!has_project(arena, at)) {
        return fail_not_found(start, !folder, err);
    }
    *root = at;
    return SPK_OK;
}

/* ---- platform files ---- */

static bool is_platform_name(struct spk_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && !(i > 0 && (c == '_' || c == '-'))) {
            return false;
        }
    }
    return name.len > 0;
}

static int by_name(const void *a, const void *b)
{
    return spk_view_compare(((const struct spk_platform *)a)->name,
                            ((const struct spk_platform *)b)->name);
}

/* Adds the platform that the folder's entry is, if it is one. */
static spk_rc add_entry(struct spk_project *project, const char *shown, struct spk_view entry,
                        size_t *cap, struct spk_error *err)
{
    bool yaml = spk_view_ends(entry, SPK_V(".yaml"));
    if (entry.at[0] == '.' || (!yaml && !spk_view_ends(entry, SPK_V(".yml")))) {
        return SPK_OK;
    }
    struct spk_view name = spk_view_slice(entry, 0, entry.len - 5);
    if (!yaml || !is_platform_name(name)) {
        spk_error_set(err, SPK_ECONFIG, "%s/%.*s: a platform's file is named NAME.yaml", shown,
                      SPK_FMT(entry));
        spk_error_hint(err, "rename it; NAME has lower-case letters, digits, '_' and '-'");
        return SPK_ECONFIG;
    }
    if (project->platform_count >= PLATFORMS_MAX) {
        return spk_error_set(err, SPK_EDATA, "%s holds more than %d platforms", shown,
                             PLATFORMS_MAX);
    }
    project->platforms = spk_memory_grow(project->platforms, cap, project->platform_count + 1,
                                         sizeof *project->platforms);
    project->platforms[project->platform_count++] =
        (struct spk_platform){.name = spk_arena_dup(&project->arena, name)};
    return SPK_OK;
}

static spk_rc list_platforms(struct spk_project *project, const char *shown, struct spk_error *err)
{
    DIR *dir = opendir(shown);
    if (!dir) {
        return errno == ENOENT ? SPK_OK : spk_error_errno(err, errno, "cannot read %s", shown);
    }
    spk_rc rc = SPK_OK;
    size_t cap = 0;
    for (struct dirent *entry = readdir(dir); entry && rc == SPK_OK; entry = readdir(dir)) {
        rc = add_entry(project, shown, spk_view_of(entry->d_name), &cap, err);
    }
    closedir(dir);
    if (project->platform_count > 0) {
        qsort(project->platforms, project->platform_count, sizeof *project->platforms, by_name);
    }
    return rc;
}

static spk_rc read_platforms(struct spk_project *project, const char *shown,
                             const struct spk_project_defaults *defaults, struct spk_error *err)
{
    spk_rc rc = list_platforms(project, shown, err);
    struct spk_view folder = spk_place_join(&project->arena, project->root, SPK_V("platforms"));
    for (size_t i = 0; rc == SPK_OK && i < project->platform_count; i++) {
        struct spk_platform *platform = &project->platforms[i];
        struct spk_view path =
            spk_arena_printf(&project->arena, "%s/%.*s.yaml", shown, SPK_FMT(platform->name));
        struct spk_project_file file = {&project->arena, path.at, folder};
        rc = spk_platform_read(&file, defaults, platform, err);
    }
    return rc;
}

/* ---- spike.yaml ---- */

static spk_rc read_urls(const struct spk_project_file *file, struct spk_value dict,
                        struct project_file *read, struct spk_error *err)
{
    const struct {
        const char *name;
        enum spk_place_role role;
        struct spk_view *url;
    } urls[] = {
        {"storage", SPK_PLACE_STORAGE, &read->storage},
        {"transient", SPK_PLACE_OBJECTS, &read->transient},
        {"raw", SPK_PLACE_OBJECTS, &read->raw},
        {"warehouse", SPK_PLACE_WAREHOUSE, &read->warehouse},
    };
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < sizeof urls / sizeof urls[0]; i++) {
        struct spk_path path = {.key = spk_view_of(urls[i].name)};
        struct spk_option_origin origin = {
            .file = file->name, .path = &path, .dict = spk_get(dict, urls[i].name)};
        rc = spk_place_url(file, urls[i].role, &origin, urls[i].url, err);
    }
    return rc;
}

static spk_rc read_defaults(const struct spk_project_file *file, const struct project_file *read,
                            struct spk_project_defaults *defaults, struct spk_error *err)
{
    spk_rc rc = spk_project_defaults_check(file, read->defaults, err);
    if (rc != SPK_OK) {
        return rc;
    }
    struct spk_path path = {.key = SPK_V("checks")};
    struct spk_option_origin origin = {.file = file->name, .path = &path, .dict = read->checks};
    struct spk_checks checks = {0};
    *defaults = (struct spk_project_defaults){.flow = read->defaults, .raw_url = read->raw};
    rc = spk_checks_read(file->arena, (struct spk_value){0}, &origin, &checks, err);
    defaults->checks = checks.written;
    return rc;
}

static spk_rc read_project(struct spk_project *project, const struct spk_project_file *file,
                           struct spk_project_defaults *defaults, struct spk_error *err)
{
    struct spk_yaml_options options = {.max_bytes = SPK_PROJECT_FILE_MAX, .unique_keys = true};
    struct spk_option_origin origin = {.file = file->name};
    struct project_file read = {0};
    spk_rc rc = spk_yaml_read_file(file->arena, file->name, &options, &origin.dict, err);
    rc =
        rc == SPK_OK ? spk_options_read(spk_project_options, &origin, file->arena, &read, err) : rc;
    rc = rc == SPK_OK ? read_urls(file, origin.dict, &read, err) : rc;
    rc = rc == SPK_OK ? read_defaults(file, &read, defaults, err) : rc;
    if (rc != SPK_OK) {
        return rc;
    }
    project->storage_url = read.storage;
    project->transient_url = read.transient;
    project->warehouse_url = read.warehouse;
    if (read.dbt.len > 0) {
        project->dbt_folder = spk_place_join(file->arena, file->folder, read.dbt);
    }
    return SPK_OK;
}

spk_rc spk_project_load(const char *folder, struct spk_project **out, struct spk_error *err)
{
    struct spk_project *project = spk_memory_zalloc(sizeof *project);
    struct spk_project_defaults defaults = {0};
    spk_rc rc = find_root(folder, &project->arena, &project->root, err);
    if (rc == SPK_OK) {
        struct spk_arena *arena = &project->arena;
        struct spk_view shown = folder ? spk_view_of(folder) : project->root;
        struct spk_view name = spk_arena_printf(arena, "%.*s/spike.yaml", SPK_FMT(shown));
        struct spk_view platforms = spk_arena_printf(arena, "%.*s/platforms", SPK_FMT(shown));
        struct spk_project_file file = {arena, name.at, project->root};
        rc = read_project(project, &file, &defaults, err);
        rc = rc == SPK_OK ? read_platforms(project, platforms.at, &defaults, err) : rc;
    }
    if (rc != SPK_OK) {
        spk_project_destroy(project);
        return rc;
    }
    *out = project;
    return SPK_OK;
}

void spk_project_destroy(struct spk_project *project)
{
    if (!project) {
        return;
    }
    free(project->platforms);
    spk_arena_deinit(&project->arena);
    free(project);
}

/* ---- questions ---- */

spk_rc spk_project_validate(const struct spk_project *project, struct spk_error *err)
{
    for (size_t i = 0; i < project->platform_count; i++) {
        const struct spk_platform *platform = &project->platforms[i];
        if (!is_file(platform->manifest.at)) {
            spk_error_set(err, SPK_ECONFIG, "%s: connector: there is no file %.*s", platform->file,
                          SPK_FMT(platform->manifest));
            spk_error_hint(err,
                           "connector is the path of a manifest.yaml, from the platform's file");
            return SPK_ECONFIG;
        }
    }
    return SPK_OK;
}

spk_rc spk_project_platform(const struct spk_project *project, struct spk_view name,
                            const struct spk_platform **out, struct spk_error *err)
{
    const char *names[PLATFORMS_MAX];
    for (size_t i = 0; i < project->platform_count; i++) {
        names[i] = project->platforms[i].name.at;
        if (spk_view_equal(project->platforms[i].name, name)) {
            *out = &project->platforms[i];
            return SPK_OK;
        }
    }
    const char *nearest = spk_nearest(name, names, project->platform_count);
    spk_error_set(err, SPK_ECONFIG, "no platform '%.*s'%s%s%s",
                  SPK_FMT(spk_view_slice(name, 0, 60)), nearest ? "; did you mean '" : "",
                  nearest ? nearest : "", nearest ? "'?" : "");
    spk_error_hint(err, "a platform is a file in %.*s/platforms", SPK_FMT(project->root));
    return SPK_ECONFIG;
}

const struct spk_project_account *spk_platform_account(const struct spk_platform *platform,
                                                       struct spk_view id)
{
    for (size_t i = 0; i < platform->account_count; i++) {
        if (spk_view_equal(platform->accounts[i].id, id)) {
            return &platform->accounts[i];
        }
    }
    return NULL;
}

const struct spk_check_settings *spk_platform_checks(const struct spk_platform *platform,
                                                     struct spk_view stream)
{
    for (size_t i = 0; i < platform->stream_count; i++) {
        if (spk_view_equal(platform->streams[i].name, stream)) {
            return &platform->streams[i].checks;
        }
    }
    return &platform->checks;
}

spk_rc spk_platform_account_config(const struct spk_platform *platform,
                                   const struct spk_project_account *account,
                                   struct spk_arena *arena, struct spk_value *config,
                                   struct spk_error *err)
{
    struct spk_resolver resolver = {arena, platform->folder, account->id};
    struct spk_path accounts = {.key = SPK_V("accounts")};
    struct spk_path path = {.parent = &accounts, .key = account->id};
    struct spk_option_origin origin = {.file = platform->file, .path = &path};
    return spk_reference_resolve(&resolver, &origin, account->config, config, err);
}

spk_rc spk_project_text(const struct spk_project *project, struct spk_view text,
                        struct spk_arena *arena, struct spk_view *out, struct spk_error *err)
{
    struct spk_resolver resolver = {.arena = arena, .folder = project->root};
    struct spk_path path = {.key = SPK_V("spike.yaml")};
    struct spk_option_origin origin = {.path = &path};
    struct spk_value made = {0};
    spk_rc rc = spk_reference_resolve(&resolver, &origin, spk_string(text), &made, err);
    if (rc == SPK_OK) {
        *out = made.text;
    }
    return rc;
}
