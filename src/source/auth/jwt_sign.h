#ifndef SPK_SOURCE_AUTH_JWT_SIGN_H
#define SPK_SOURCE_AUTH_JWT_SIGN_H
/* JSON Web Signatures (RFC 7515, 7518, 8037) by OpenSSL. Internal to src/source/auth. */
#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"

extern const char *const spk_jwt_algorithms[]; /* HS256 ... EdDSA, NULL-terminated */

struct spk_jwt_key {
    int algorithm;              /* index of spk_jwt_algorithms */
    struct spk_view secret;     /* of HS...: the bytes; of the others: a private key in PEM */
    struct spk_view passphrase; /* of an encrypted PEM; empty: none */
};

/* What is signed, as JSON. */
struct spk_jwt_parts {
    struct spk_view header, payload;
};

/* HEADER.PAYLOAD.SIGNATURE in base64url. ECONFIG where the key does not fit the algorithm or cannot
 * be read. */
spk_rc spk_jwt_sign(struct spk_arena *arena, const struct spk_jwt_parts *parts,
                    const struct spk_jwt_key *key, struct spk_view *out, struct spk_error *err);

#endif
