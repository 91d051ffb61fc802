#ifndef SPK_SOURCE_AUTH_AUTH_H
#define SPK_SOURCE_AUTH_AUTH_H
/* What the authenticators share. Internal to src/source. */
#include "source/request/options.h"

/* Templates of an authenticator see config and its $parameters only. */
struct spk_scope spk_auth_scope(struct spk_component *self, struct spk_request *request);
/* Puts a header. ECONFIG where the manifest sets the same one. */
spk_rc spk_auth_header(struct spk_request *request, struct spk_view name, struct spk_view value,
                       struct spk_error *err);
/* Puts a token where a RequestOption says. */
spk_rc spk_auth_inject(struct spk_component *option, const struct spk_scope *scope,
                       struct spk_view token, struct spk_request *request, struct spk_error *err);
/* "Basic BASE64(user:password)" in the arena. */
struct spk_view spk_auth_basic(struct spk_arena *arena, struct spk_view user,
                               struct spk_view password);

#endif
