#include <stddef.h>

#include "auth.h"
#include "base/secret.h"

/* BasicHttpAuthenticator: Authorization: Basic BASE64(user:password). */
struct basic_auth {
    struct spk_component base;
    struct spk_template_string *username;
    struct spk_template_string *password;
};

static const struct spk_prop props[] = {
    {.name = "username",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct basic_auth, username),
     .help = "name of the user"},
    {.name = "password",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct basic_auth, password),
     .standard = "''",
     .help = "password; may be empty"},
    SPK_PROP_END,
};

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct basic_auth *self = (struct basic_auth *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view user = {0}, password = {0};
    spk_rc rc = spk_scope_text(&scope, base, self->username, &user, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->password, &password, err);
    if (rc)
        return rc;
    struct spk_view value = spk_auth_basic(request->arena, user, password);
    spk_secret_add(value);
    return spk_auth_header(request, SPK_V("Authorization"), value, err);
}

static const struct spk_authenticator_ops ops = {.apply = apply};

const struct spk_component_type spk_type_basic_http_authenticator = {
    .name = "BasicHttpAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct basic_auth),
    .props = props,
    .ops = &ops,
    .help = "HTTP Basic",
};
