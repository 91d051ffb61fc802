#include "http/curl_library.h"

#include <pthread.h>

#include "base/library.h"
#include "http/http_internal.h"

struct spk_http_curl_library spk_http_curl;

static struct spk_error failure;

static void load(void)
{
    static const struct spk_library_function functions[] = {
#define SPK_CURL_FUNCTION(name) {"curl_" #name, &spk_http_curl.name},
        SPK_CURL_FUNCTIONS(SPK_CURL_FUNCTION)
#undef SPK_CURL_FUNCTION
    };
    size_t len = sizeof(functions) / sizeof(functions[0]);
    if (spk_library_load("libcurl.so.4", functions, len, &failure) == SPK_OK) {
        spk_http_curl.global_init(CURL_GLOBAL_DEFAULT);
    }
}

spk_rc spk_http_curl_load(struct spk_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure.rc ? spk_http_error_give(err, &failure) : SPK_OK;
}
