#ifndef SPK_SOURCE_REQUESTER_HTTP_REQUESTER_H
#define SPK_SOURCE_REQUESTER_HTTP_REQUESTER_H
/* HttpRequester's parts, which custom requesters embed and extend. Internal to src/source. */
#include "source/request/options.h"

struct spk_http_requester {
    struct spk_component base;
    struct spk_template_string *url;
    struct spk_template_string *url_base; /* the older way: base and path */
    struct spk_template_string *path;
    int http_method;
    struct spk_value parameters; /* as written: a mapping, or text */
    struct spk_value headers;
    struct spk_value body_data;
    struct spk_value body_json;
    struct spk_value request_body;
    struct spk_component *authenticator;
    struct spk_component *error_handler;
    bool use_cache;
    double connect_timeout_s, read_timeout_s; /* 0: the client's */
    bool use_tcp_keepalive;                   /* what the client does anyway */
    struct spk_value fetch_properties, query_properties;
    /* made of the above */
    struct spk_component *properties;     /* QueryProperties, or NULL */
    struct spk_view properties_parameter; /* what their names are joined into; at NULL: nothing */
    struct spk_template_tree *parameters_tree, *headers_tree, *data_tree, *json_tree;
    struct spk_template_string *parameters_text, *headers_text, *data_text, *json_text;
};

extern const char *const spk_http_methods[];

/* The rows that all requesters have, to be put into a table of properties. */
#define SPK_HTTP_REQUESTER_PROPS                                                                   \
    {.name = "url",                                                                                \
     .type = SPK_PROP_TEMPLATE,                                                                    \
     .offset = offsetof(struct spk_http_requester, url),                                           \
     .help = "where the request goes"},                                                            \
        {.name = "url_base",                                                                       \
         .type = SPK_PROP_TEMPLATE,                                                                \
         .offset = offsetof(struct spk_http_requester, url_base),                                  \
         .help = "base that the path is joined to"},                                               \
        {.name = "path",                                                                           \
         .type = SPK_PROP_TEMPLATE,                                                                \
         .offset = offsetof(struct spk_http_requester, path),                                      \
         .help = "path of the endpoint"},                                                          \
        {.name = "http_method",                                                                    \
         .type = SPK_PROP_ENUM,                                                                    \
         .offset = offsetof(struct spk_http_requester, http_method),                               \
         .standard = "GET",                                                                        \
         .choices = spk_http_methods,                                                              \
         .help = "GET or POST"},                                                                   \
        {.name = "request_parameters",                                                             \
         .type = SPK_PROP_VALUE,                                                                   \
         .offset = offsetof(struct spk_http_requester, parameters),                                \
         .help = "query parameters"},                                                              \
        {.name = "request_headers",                                                                \
         .type = SPK_PROP_VALUE,                                                                   \
         .offset = offsetof(struct spk_http_requester, headers),                                   \
         .help = "headers"},                                                                       \
        {.name = "authenticator",                                                                  \
         .type = SPK_PROP_COMPONENT,                                                               \
         .offset = offsetof(struct spk_http_requester, authenticator),                             \
         .kind = SPK_KIND_AUTHENTICATOR,                                                           \
         .help = "adds the credentials"},                                                          \
        {.name = "error_handler",                                                                  \
         .type = SPK_PROP_COMPONENT,                                                               \
         .offset = offsetof(struct spk_http_requester, error_handler),                             \
         .kind = SPK_KIND_ERROR_HANDLER,                                                           \
         .standard = "{type: DefaultErrorHandler}",                                                \
         .help = "what answers mean and when to try again"},                                       \
        {.name = "connect_timeout_in_seconds",                                                     \
         .type = SPK_PROP_NUMBER,                                                                  \
         .offset = offsetof(struct spk_http_requester, connect_timeout_s),                         \
         .help = "from the host's name to TLS; standard 30"},                                      \
        {.name = "read_timeout_in_seconds",                                                        \
         .type = SPK_PROP_NUMBER,                                                                  \
         .offset = offsetof(struct spk_http_requester, read_timeout_s),                            \
         .help = "without a byte, in whole seconds; standard 300"},                                \
        {.name = "use_tcp_keepalive",                                                              \
         .type = SPK_PROP_BOOL,                                                                    \
         .offset = offsetof(struct spk_http_requester, use_tcp_keepalive),                         \
         .help = "idle connections are probed, which they always are"},                            \
        {.name = "fetch_properties_from_endpoint",                                                 \
         .type = SPK_PROP_VALUE,                                                                   \
         .offset = offsetof(struct spk_http_requester, fetch_properties),                          \
         .help = "the older way: a PropertiesFromEndpoint"},                                       \
        {.name = "query_properties",                                                               \
         .type = SPK_PROP_VALUE,                                                                   \
         .offset = offsetof(struct spk_http_requester, query_properties),                          \
         .help = "QueryProperties: names that templates see as query_properties"},                 \
    {                                                                                              \
        .name = "use_cache", .type = SPK_PROP_BOOL,                                                \
        .offset = offsetof(struct spk_http_requester, use_cache),                                  \
        .help = "answers are kept for the run; of parent streams true unless it says false"        \
    }

spk_rc spk_http_requester_finish(struct spk_component *self, const struct spk_build *build,
                                 struct spk_error *err);
spk_rc spk_http_requester_prepare(struct spk_component *self, const struct spk_scope *scope,
                                  const struct spk_request_options *extra,
                                  struct spk_request *request, struct spk_error *err);
struct spk_component *spk_http_requester_error_handler(struct spk_component *self);
struct spk_component *spk_http_requester_authenticator(struct spk_component *self);
bool spk_http_requester_use_cache(struct spk_component *self);
struct spk_component *spk_http_requester_properties(struct spk_component *self);

#endif
