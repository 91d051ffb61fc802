#ifndef SPK_SOURCE_AUTH_OAUTH_H
#define SPK_SOURCE_AUTH_OAUTH_H
/* OAuthAuthenticator's parts. Internal to src/source/auth. */
#include <pthread.h>

#include "auth.h"

/* RefreshTokenUpdater: the tokens live in the config, and each refresh writes them there. */
struct spk_oauth_updater {
    struct spk_component base;
    struct spk_view refresh_token_name; /* in request and answer */
    struct spk_value access_token_path, refresh_token_path, expiry_path;
    struct spk_value error_statuses, error_values;
    struct spk_view error_key;
};

struct spk_oauth {
    struct spk_component base;
    struct spk_template_string *endpoint, *client_id, *client_secret, *refresh_token, *grant_type;
    struct spk_template_string *access_token_value, *token_expiry_date;
    struct spk_template_string *client_id_name, *client_secret_name, *refresh_token_name;
    struct spk_template_string *grant_type_name, *access_token_name, *expires_in_name;
    struct spk_view expiry_format;
    struct spk_value scopes;
    struct spk_template_tree *body, *headers;
    bool as_query, use_assertion;
    struct spk_component *assertion;
    struct spk_oauth_updater *updater; /* NULL: the token is kept here */
    /* Which answers mean that the refresh token is refused. */
    struct spk_value error_statuses, error_values;
    struct spk_view error_key;

    pthread_mutex_t own_lock;
    pthread_mutex_t *lock; /* the source's where the config holds the tokens */
    struct spk_buf token;
    bool has_token;
    int64_t expires_us;
};

/* The token as it is now; in the scope's arena. Call under `lock`. */
struct spk_oauth_token {
    struct spk_view text;
    bool there;
    int64_t expires_us;
};

/* oauth_request.c: asks the token endpoint. ECONFIG where it refuses. The answer is a parsed JSON
 * document in the scope's arena. */
spk_rc spk_oauth_ask(struct spk_oauth *self, const struct spk_scope *scope,
                     struct spk_value *answer, struct spk_error *err);

/* oauth_answer.c: the first field of that name at any depth up to 5, or UNDEFINED. */
struct spk_value spk_oauth_find(struct spk_value answer, struct spk_view name);
/* When the token ends: seconds from now, or a date where a format is given; without any, `before`
 * where that token is still good, or in an hour. EDATA for what is neither. */
spk_rc spk_oauth_expiry(struct spk_view format, struct spk_value expires,
                        const struct spk_oauth_token *before, int64_t *out_us,
                        struct spk_error *err);
/* `error` and the code that begins `error_description`, for people; empty where there is none. */
struct spk_view spk_oauth_error_detail(struct spk_value answer, struct spk_arena *arena);

#endif
