#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/curl_internal.h"

/* The first of the variables that is set and not empty, or NULL. */
static const char *first_of(const char *const *names, const char **found)
{
    for (; *names; names++) {
        const char *value = getenv(*names);
        if (value && *value) {
            *found = *names;
            return value;
        }
    }
    return NULL;
}

static const char *read_variable(struct spk_arena *arena, const char *const *names)
{
    const char *found = NULL;
    const char *value = first_of(names, &found);
    return value ? spk_arena_strdup(arena, spk_view_of(value)) : NULL;
}

/* libcurl keeps parsed authorities between connections only where they are one file; Debian's
 * libcurl would look into a folder too. */
void spk_http_environment_complete(struct spk_arena *arena, struct http_environment *environment)
{
    if (environment->ca_file || environment->ca_folder) {
        return;
    }
    const char *path = spk_http_curl.version_info(CURLVERSION_NOW)->cainfo;
    if (path && access(path, R_OK) == 0) {
        environment->ca_file = spk_arena_strdup(arena, spk_view_of(path));
    }
}

static spk_rc read_authorities(struct spk_arena *arena, struct http_environment *out,
                               struct spk_error *err)
{
    static const char *const names[] = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE",
                                        NULL};
    const char *found = NULL;
    const char *path = first_of(names, &found);
    struct stat info;
    if (!path) {
        return SPK_OK;
    }
    if (stat(path, &info)) {
        spk_error_set(err, SPK_ECONFIG, "%s names %s, which cannot be found", found, path);
        spk_error_hint(err, "let %s name a file of PEM certificates, or unset it", found);
        return SPK_ECONFIG;
    }
    const char *copy = spk_arena_strdup(arena, spk_view_of(path));
    *(S_ISDIR(info.st_mode) ? &out->ca_folder : &out->ca_file) = copy;
    return SPK_OK;
}

spk_rc spk_http_environment_read(struct spk_arena *arena, struct http_environment *out,
                                 struct spk_error *err)
{
    /* libcurl would not look at HTTP_PROXY, which a CGI script's client could set. */
    static const char *const proxies[2][5] = {
        {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", NULL},
        {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL},
    };
    static const char *const exceptions[] = {"no_proxy", "NO_PROXY", NULL};
    for (int https = 0; https < 2; https++) {
        out->proxy[https] = read_variable(arena, proxies[https]);
    }
    out->no_proxy = read_variable(arena, exceptions);
    return read_authorities(arena, out, err);
}
