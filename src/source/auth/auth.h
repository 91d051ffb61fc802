#ifndef SPK_SOURCE_AUTH_AUTH_H
#define SPK_SOURCE_AUTH_AUTH_H
/* What the authenticators share. Internal to src/source. */
#include "source/request/options.h"

struct spk_http_request;
struct spk_http_response;

/* Templates of an authenticator see config and its $parameters only. */
struct spk_scope spk_auth_scope(struct spk_component *self, struct spk_request *request);
/* Puts a header. ECONFIG where the manifest sets the same one. */
spk_rc spk_auth_header(struct spk_request *request, struct spk_view name, struct spk_view value,
                       struct spk_error *err);
/* Puts a token where a RequestOption says. */
spk_rc spk_auth_inject(struct spk_component *option, const struct spk_scope *scope,
                       struct spk_view token, struct spk_request *request, struct spk_error *err);
/* An instant as configs and answers hold it: seconds since 1970 of at most 10 digits, or ISO 8601.
 */
bool spk_auth_instant(struct spk_view text, int64_t *out_us);
struct spk_view spk_auth_base64(struct spk_arena *arena, struct spk_view bytes);
/* "Basic BASE64(user:password)" in the arena. */
struct spk_view spk_auth_basic(struct spk_arena *arena, struct spk_view user,
                               struct spk_view password);
/* Sends a request of the authenticator's own. No answer, 429 and 5xx are tried again for so long,
 * after random waits of up to 1, 2, 4, ... seconds; the last answer counts. */
spk_rc spk_auth_send(struct spk_source *source, const struct spk_http_request *request,
                     double patience_s, struct spk_http_response *answer, struct spk_error *err);

extern const struct spk_component_type spk_type_jwt_authenticator;
/* jwt_authenticator.c: the signed token of a JwtAuthenticator, with its prefix. */
spk_rc spk_jwt_token(struct spk_component *jwt, const struct spk_scope *scope, struct spk_view *out,
                     struct spk_error *err);

#endif
