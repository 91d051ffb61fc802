/* Paths, URLs and names that become folders. */
#include "project/project_internal.h"

#include <stdlib.h>

struct scheme {
    const char *name;
    bool has_path;      /* what follows is a path of this machine */
    const char *prefix; /* of the absolute form */
};

enum { SCHEMES = 4, NAME_MAX_BYTES = 200 };

static const struct scheme schemes[][SCHEMES] = {
    [SPK_PLACE_STORAGE] = {{"sqlite", true, "sqlite:"}, {"postgresql", false, NULL}},
    [SPK_PLACE_OBJECTS] = {{"file", true, "file://"}, {"s3", false, NULL}, {"memory", false, NULL}},
    [SPK_PLACE_WAREHOUSE] = {{"duckdb", true, "duckdb:"},
                             {"snowflake", false, NULL},
                             {"recording", false, NULL}},
};

static void drop_last_segment(struct spk_buf *path)
{
    while (path->len > 0 && path->at[path->len - 1] != '/') {
        path->len--;
    }
    path->len -= path->len > 0 ? 1 : 0;
}

struct spk_view spk_place_join(struct spk_arena *arena, struct spk_view folder,
                               struct spk_view path)
{
    struct spk_buf made = {0};
    bool absolute = path.len > 0 && path.at[0] == '/';
    struct spk_view parts[2] = {absolute ? (struct spk_view){NULL, 0} : folder, path};
    for (size_t i = 0; i < 2; i++) {
        struct spk_view rest = parts[i];
        while (rest.at) {
            struct spk_view segment = spk_view_cut(&rest, '/');
            if (spk_view_is(segment, "..")) {
                drop_last_segment(&made);
            } else if (segment.len > 0 && !spk_view_is(segment, ".")) {
                spk_buf_append_char(&made, '/');
                spk_buf_append(&made, segment);
            }
        }
    }
    struct spk_view out = spk_arena_dup(arena, made.len ? spk_buf_view(&made) : SPK_V("/"));
    spk_buf_deinit(&made);
    return out;
}

static const struct scheme *find_scheme(enum spk_place_role role, struct spk_view name)
{
    for (size_t i = 0; i < SCHEMES && schemes[role][i].name; i++) {
        if (spk_view_is(name, schemes[role][i].name)) {
            return &schemes[role][i];
        }
    }
    return NULL;
}

static spk_rc fail_scheme(enum spk_place_role role, const struct spk_option_origin *origin,
                          struct spk_view url, struct spk_error *err)
{
    const char *names[SCHEMES] = {NULL};
    struct spk_buf known = {0};
    size_t n = 0;
    for (; n < SCHEMES && schemes[role][n].name; n++) {
        names[n] = schemes[role][n].name;
        spk_buf_printf(&known, "%s%s:", n ? ", " : "", names[n]);
    }
    struct spk_view rest = url;
    struct spk_view name = spk_view_cut(&rest, ':');
    const char *nearest = rest.at ? spk_nearest(name, names, n) : NULL;
    spk_rc rc = spk_options_fail(
        err, origin, origin->dict, "must begin with one of %s, not '%.*s'%s%s%s",
        spk_buf_cstr(&known), SPK_FMT(spk_view_slice(rest.at ? name : url, 0, 60)),
        nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? ":'?" : "");
    spk_error_hint(err, "a folder or file of this machine is %s:PATH", names[0]);
    spk_buf_deinit(&known);
    return rc;
}

spk_rc spk_place_url(const struct spk_project_file *file, enum spk_place_role role,
                     const struct spk_option_origin *origin, struct spk_view *url,
                     struct spk_error *err)
{
    if (spk_reference_is_in(*url)) {
        return spk_reference_check(origin, spk_string(*url), err);
    }
    struct spk_view rest = *url;
    const struct scheme *scheme = find_scheme(role, spk_view_cut(&rest, ':'));
    if (!rest.at || !scheme) {
        return fail_scheme(role, origin, *url, err);
    }
    if (!scheme->has_path || rest.len == 0 || spk_view_is(rest, ":memory:")) {
        return SPK_OK;
    }
    if (spk_view_starts(rest, SPK_V("//"))) {
        rest = spk_view_slice(rest, 2, rest.len);
        if (rest.len == 0 || rest.at[0] != '/') {
            return spk_options_fail(err, origin, origin->dict,
                                    "a host has no place in '%s://'; write %s:PATH or %s:///PATH",
                                    scheme->name, scheme->name, scheme->name);
        }
    }
    struct spk_view path = spk_place_join(file->arena, file->folder, rest);
    *url = spk_arena_printf(file->arena, "%s%.*s", scheme->prefix, SPK_FMT(path));
    return SPK_OK;
}

static const char *name_flaw(struct spk_view name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES) {
        return "must have 1 to 200 bytes";
    }
    if (name.at[0] == '.' || name.at[0] == ' ' || name.at[name.len - 1] == ' ') {
        return "must not begin with a dot, nor begin or end with a blank";
    }
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
            return "must not hold slashes or control characters";
        }
    }
    return NULL;
}

spk_rc spk_place_check_name(const struct spk_option_origin *origin, struct spk_value key,
                            struct spk_error *err)
{
    if (key.kind != SPK_STRING) {
        struct spk_buf text = {0};
        spk_value_str(&text, key);
        spk_rc rc = spk_options_fail(err, origin, key, "the name %.*s must be quoted",
                                     SPK_FMT(spk_view_slice(spk_buf_view(&text), 0, 60)));
        spk_buf_deinit(&text);
        return rc;
    }
    const char *flaw = name_flaw(key.text);
    if (!flaw) {
        return SPK_OK;
    }
    spk_options_fail(err, origin, key, "the name '%.*s' %s",
                     SPK_FMT(spk_view_slice(key.text, 0, 60)), flaw);
    spk_error_hint(err, "it becomes a folder of the raw zone");
    return SPK_ECONFIG;
}
