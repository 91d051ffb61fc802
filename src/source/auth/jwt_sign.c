#include "jwt_sign.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/buf.h"

enum family { HMAC_SHA, RSA_PKCS1, RSA_PSS, ECDSA, EDDSA };

const char *const spk_jwt_algorithms[] = {"HS256", "HS384", "HS512", "ES256", "ES256K",
                                          "ES384", "ES512", "RS256", "RS384", "RS512",
                                          "PS256", "PS384", "PS512", "EdDSA", NULL};

static const struct {
    enum family family;
    const EVP_MD *(*digest)(void);
} algorithms[] = {
    {HMAC_SHA, EVP_sha256},  {HMAC_SHA, EVP_sha384},  {HMAC_SHA, EVP_sha512},
    {ECDSA, EVP_sha256},     {ECDSA, EVP_sha256},     {ECDSA, EVP_sha384},
    {ECDSA, EVP_sha512},     {RSA_PKCS1, EVP_sha256}, {RSA_PKCS1, EVP_sha384},
    {RSA_PKCS1, EVP_sha512}, {RSA_PSS, EVP_sha256},   {RSA_PSS, EVP_sha384},
    {RSA_PSS, EVP_sha512},   {EDDSA, NULL},
};

static struct spk_view base64url(struct spk_arena *arena, struct spk_view bytes)
{
    char *text = spk_arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);
    int len =
        EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.at, (int)bytes.len);
    while (len > 0 && text[len - 1] == '=')
        len--;
    for (int i = 0; i < len; i++)
        text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    return (struct spk_view){text, (size_t)len};
}

static spk_rc no_key(struct spk_error *err, const char *what)
{
    spk_error_set(err, SPK_ECONFIG, "%s", what);
    spk_error_hint(err, "check secret_key, passphrase and algorithm");
    return SPK_ECONFIG;
}

static int give_passphrase(char *to, int room, int writing, void *context)
{
    const struct spk_view *passphrase = context;
    if (writing || passphrase->len > (size_t)room)
        return -1;
    if (passphrase->len > 0)
        memcpy(to, passphrase->at, passphrase->len);
    return (int)passphrase->len;
}

static EVP_PKEY *read_key(const struct spk_jwt_key *key)
{
    struct spk_view passphrase = key->passphrase;
    BIO *pem = BIO_new_mem_buf(key->secret.at, (int)key->secret.len);
    EVP_PKEY *pkey = pem ? PEM_read_bio_PrivateKey(pem, NULL, give_passphrase, &passphrase) : NULL;
    BIO_free(pem);
    return pkey;
}

static bool fits(EVP_PKEY *pkey, enum family family)
{
    int kind = EVP_PKEY_get_base_id(pkey);
    switch (family) {
    case RSA_PKCS1:
    case RSA_PSS: return kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
    case ECDSA: return kind == EVP_PKEY_EC;
    case EDDSA: return kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;
    case HMAC_SHA: break;
    }
    return false;
}

/* ASN.1 -> r and s, each as long as the curve's numbers. */
static bool plain_ecdsa(struct spk_arena *arena, EVP_PKEY *pkey, struct spk_view *signature)
{
    const unsigned char *at = (const unsigned char *)signature->at;
    int half = (EVP_PKEY_get_bits(pkey) + 7) / 8;
    unsigned char *plain = spk_arena_alloc(arena, (size_t)half * 2);
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)signature->len);
    bool good = parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed), plain, half) == half &&
                BN_bn2binpad(ECDSA_SIG_get0_s(parsed), plain + half, half) == half;
    ECDSA_SIG_free(parsed);
    *signature = (struct spk_view){(const char *)plain, (size_t)half * 2};
    return good;
}

static bool sign_by_key(struct spk_arena *arena, EVP_PKEY *pkey, int algorithm,
                        struct spk_view text, struct spk_view *out)
{
    enum family family = algorithms[algorithm].family;
    const EVP_MD *digest = algorithms[algorithm].digest ? algorithms[algorithm].digest() : NULL;
    const unsigned char *at = (const unsigned char *)text.at;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = NULL;
    size_t len = 0;
    bool good = context && EVP_DigestSignInit(context, &options, digest, NULL, pkey) > 0;
    if (good && family == RSA_PSS)
        good = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) > 0 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) > 0;
    good = good && EVP_DigestSign(context, NULL, &len, at, text.len) > 0;
    unsigned char *signature = good ? spk_arena_alloc(arena, len) : NULL;
    good = good && EVP_DigestSign(context, signature, &len, at, text.len) > 0;
    EVP_MD_CTX_free(context);
    *out = (struct spk_view){(const char *)signature, len};
    return good && (family != ECDSA || plain_ecdsa(arena, pkey, out));
}

static spk_rc sign(struct spk_arena *arena, const struct spk_jwt_key *key, struct spk_view text,
                   struct spk_view *out, struct spk_error *err)
{
    enum family family = algorithms[key->algorithm].family;
    if (family == HMAC_SHA) {
        unsigned char *mac = spk_arena_alloc(arena, EVP_MAX_MD_SIZE);
        unsigned len = 0;
        if (!HMAC(algorithms[key->algorithm].digest(), key->secret.at, (int)key->secret.len,
                  (const unsigned char *)text.at, text.len, mac, &len))
            return no_key(err, "the token cannot be signed");
        *out = (struct spk_view){(const char *)mac, len};
        return SPK_OK;
    }
    EVP_PKEY *pkey = read_key(key);
    spk_rc rc = SPK_OK;
    if (!pkey)
        rc = no_key(err, "the secret key is no private key in PEM, or its passphrase is wrong");
    else if (!fits(pkey, family) || !sign_by_key(arena, pkey, key->algorithm, text, out))
        rc = no_key(err, "the private key does not fit the algorithm");
    EVP_PKEY_free(pkey);
    return rc;
}

spk_rc spk_jwt_sign(struct spk_arena *arena, const struct spk_jwt_parts *parts,
                    const struct spk_jwt_key *key, struct spk_view *out, struct spk_error *err)
{
    enum { MOST = 1 << 20 };
    struct spk_view signature = {0};
    if (parts->header.len > MOST || parts->payload.len > MOST || key->secret.len > MOST)
        return spk_error_set(err, SPK_EDATA, "a token of more than 1 MiB");
    struct spk_view header = base64url(arena, parts->header);
    struct spk_view payload = base64url(arena, parts->payload);
    struct spk_view text = spk_arena_printf(arena, "%.*s.%.*s", SPK_FMT(header), SPK_FMT(payload));
    spk_rc rc = sign(arena, key, text, &signature, err);
    if (rc)
        return rc;
    signature = base64url(arena, signature);
    *out = spk_arena_printf(arena, "%.*s.%.*s", SPK_FMT(text), SPK_FMT(signature));
    return SPK_OK;
}
