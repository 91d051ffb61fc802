#ifndef SPK_HTTP_CURL_LIBRARY_H
#define SPK_HTTP_CURL_LIBRARY_H
/* libcurl, loaded when the first request is sent: with all that it needs it would take longer than
 * a whole command that sends none. */
#include <curl/curl.h>

#include "base/error.h"

#define SPK_CURL_FUNCTIONS(F)                                                                      \
    F(easy_cleanup)                                                                                \
    F(easy_getinfo)                                                                                \
    F(easy_init)                                                                                   \
    F(easy_pause)                                                                                  \
    F(easy_setopt)                                                                                 \
    F(easy_strerror)                                                                               \
    F(global_init)                                                                                 \
    F(multi_add_handle)                                                                            \
    F(multi_cleanup)                                                                               \
    F(multi_info_read)                                                                             \
    F(multi_init)                                                                                  \
    F(multi_remove_handle)                                                                         \
    F(multi_setopt)                                                                                \
    F(multi_socket_action)                                                                         \
    F(multi_strerror)                                                                              \
    F(share_cleanup)                                                                               \
    F(share_init)                                                                                  \
    F(share_setopt)                                                                                \
    F(slist_append)                                                                                \
    F(slist_free_all)                                                                              \
    F(version_info)

struct spk_http_curl_library {
#define SPK_CURL_FUNCTION(name) __typeof__(curl_##name) *name;
    SPK_CURL_FUNCTIONS(SPK_CURL_FUNCTION)
#undef SPK_CURL_FUNCTION
};

/* Set by the first load; read-only behind it. */
extern struct spk_http_curl_library spk_http_curl;

/* Loads and initialises it for the life of the process. Thread-safe. ESYSTEM where it is missing.
 */
spk_rc spk_http_curl_load(struct spk_error *err);

#endif
