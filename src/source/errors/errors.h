#ifndef SPK_SOURCE_ERRORS_ERRORS_H
#define SPK_SOURCE_ERRORS_ERRORS_H
/* What the error handlers share. Internal to src/source. */
#include "source/kinds.h"

/* DefaultErrorHandler's parts, which custom handlers embed and extend. */
struct spk_default_handler {
    struct spk_component base;
    struct spk_components filters;
    struct spk_components backoffs;
    struct spk_template_string *max_retries;
    double max_time; /* seconds; no property of DefaultErrorHandler */
    int retries;     /* max_retries of this config */
};

#define SPK_DEFAULT_HANDLER_PROPS                                                                  \
    {.name = "response_filters",                                                                   \
     .type = SPK_PROP_COMPONENTS,                                                                  \
     .offset = offsetof(struct spk_default_handler, filters),                                      \
     .kind = SPK_KIND_RESPONSE_FILTER,                                                             \
     .help = "the first that matches decides"},                                                    \
        {.name = "backoff_strategies",                                                             \
         .type = SPK_PROP_COMPONENTS,                                                              \
         .offset = offsetof(struct spk_default_handler, backoffs),                                 \
         .kind = SPK_KIND_BACKOFF,                                                                 \
         .help = "the first that gives a time decides how long to wait"},                          \
    {                                                                                              \
        .name = "max_retries", .type = SPK_PROP_TEMPLATE,                                          \
        .offset = offsetof(struct spk_default_handler, max_retries), .standard = "5",              \
        .help = "tries after the first"                                                            \
    }

/* Call first in `finish`. ECONFIG where max_retries is no number. */
spk_rc spk_default_handler_finish(struct spk_component *self, const struct spk_build *build,
                                  struct spk_error *err);
void spk_default_handler_interpret(struct spk_component *self, const struct spk_scope *scope,
                                   const struct spk_error *failure, struct spk_resolution *out);
double spk_default_handler_backoff(struct spk_component *self, const struct spk_scope *scope,
                                   int attempt, struct spk_error *err);
int spk_default_handler_max_retries(struct spk_component *self, const struct spk_scope *scope);
double spk_default_handler_max_time_s(struct spk_component *self);
bool spk_default_handler_needs_body(struct spk_component *self);

/* Actions and failure types as manifests write them; the first of each is "unset". */
extern const char *const spk_action_names[];
enum spk_action spk_action_of(int choice);
extern const char *const spk_failure_names[];
spk_rc spk_failure_of(int choice);

/* What a status means where no filter says otherwise; action NONE for statuses without an entry. */
void spk_default_resolution(int status, struct spk_resolution *out);
/* The resolution of an answer, or of its absence, by the default table and its fallback. */
void spk_fallback_resolution(const struct spk_response *response, const struct spk_error *failure,
                             struct spk_resolution *out, struct spk_arena *arena);
/* The message inside an error body: message, error, errors, detail, ... of a JSON one, the whole of
 * another. Empty where there is none. */
struct spk_view spk_error_message_of(struct spk_response *response, struct spk_arena *arena);

#endif
