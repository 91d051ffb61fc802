/* The filters that the CDK adds to Jinja's: hashes, base64, JSON texts and regular expressions. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

#include "template/methods_internal.h"
#include "template/regex_internal.h"
#include "json/json.h"

static spk_rc append_hex(struct spk_tpl_state *s, const unsigned char *digest, unsigned len,
                         struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    for (unsigned i = 0; i < len; i++)
        spk_buf_printf(&buf, "%02x", digest[i]);
    return spk_tpl_take(s, &buf, out);
}

enum { HASHES = 12 };

/* Python's and OpenSSL's names. */
static const char *const hash_names[HASHES][2] = {
    {"md5", "MD5"},           {"sha1", "SHA1"},           {"sha224", "SHA224"},
    {"sha256", "SHA256"},     {"sha384", "SHA384"},       {"sha512", "SHA512"},
    {"sha3_224", "SHA3-224"}, {"sha3_256", "SHA3-256"},   {"sha3_384", "SHA3-384"},
    {"sha3_512", "SHA3-512"}, {"blake2b", "BLAKE2B-512"}, {"blake2s", "BLAKE2S-256"},
};
/* Fetched once: OpenSSL's search by name costs more than the hash of a short text. */
static EVP_MD *hashes[HASHES];
static pthread_once_t hashes_once = PTHREAD_ONCE_INIT;

static void fetch_hashes(void)
{
    for (size_t i = 0; i < HASHES; i++)
        hashes[i] = EVP_MD_fetch(NULL, hash_names[i][1], NULL);
}

/* The hash of Python's hashlib by this name, or NULL. */
static const EVP_MD *hash_of(struct spk_view name)
{
    pthread_once(&hashes_once, fetch_hashes);
    for (size_t i = 0; i < HASHES; i++) {
        if (spk_view_is(name, hash_names[i][0]))
            return hashes[i];
    }
    return NULL;
}

static spk_rc hash(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view name = SPK_V("md5");
    struct spk_view text;
    struct spk_view salt = {0};
    spk_rc rc = spk_tpl_given(call->args[0]) ? spk_tpl_need_text(s, call, 0, &name) : SPK_OK;
    const EVP_MD *known = rc == SPK_OK ? hash_of(name) : NULL;
    if (rc == SPK_OK && !known)
        rc = spk_tpl_value_error(s, "there is no hash '%.*s'", SPK_FMT(name));
    if (rc == SPK_OK)
        rc = spk_tpl_str(s, call->self, &text);
    if (rc == SPK_OK && spk_tpl_given(call->args[1]) && spk_tpl_truthy(call->args[1]))
        rc = spk_tpl_str(s, call->args[1], &salt);
    if (rc != SPK_OK)
        return rc;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context && EVP_DigestInit_ex(context, known, NULL) &&
                EVP_DigestUpdate(context, text.at, text.len) &&
                EVP_DigestUpdate(context, salt.at, salt.len) &&
                EVP_DigestFinal_ex(context, digest, &len);
    EVP_MD_CTX_free(context);
    return done ? append_hex(s, digest, len, out) : spk_tpl_value_error(s, "the hash failed");
}

static spk_rc hmac(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view key;
    struct spk_view text;
    struct spk_value type = call->args[1];
    if (spk_tpl_given(type) && !spk_view_is(spk_value_text_or(type, ""), "sha256"))
        return type.kind == SPK_LIST || type.kind == SPK_DICT
                   ? spk_tpl_type_error(s, "unhashable type")
                   : spk_tpl_value_error(s, "hmac knows sha256 only");
    spk_rc rc = spk_tpl_str(s, call->args[0], &key);
    if (rc == SPK_OK)
        rc = spk_tpl_str(s, call->self, &text);
    if (rc != SPK_OK)
        return rc;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (key.len > INT32_MAX || !HMAC(EVP_sha256(), key.at ? key.at : "", (int)key.len,
                                     (const unsigned char *)text.at, text.len, digest, &len))
        return spk_tpl_value_error(s, "the hmac failed");
    return append_hex(s, digest, len, out);
}

/* The filters call methods of str on the value: others have none. */
static spk_rc need_str(struct spk_tpl_state *s, const struct spk_tpl_call *call)
{
    if (call->self.kind == SPK_STRING)
        return SPK_OK;
    if (call->self.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "%s of an undefined value", call->row->name);
    return spk_tpl_value_error(s, "%s needs a text, not %s", call->row->name,
                               spk_tpl_type_name(call->self));
}

enum { ANY_TEXT, ASCII_ONLY };

static spk_rc base64encode(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    spk_rc rc = need_str(s, call);
    if (rc != SPK_OK)
        return rc;
    struct spk_view text = call->self.text;
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = 0; i < text.len; i += 3) {
        uint32_t group = 0;
        size_t left = text.len - i < 3 ? text.len - i : 3;
        for (size_t n = 0; n < 3; n++)
            group = group << 8 | (n < left ? (unsigned char)text.at[i + n] : 0);
        for (size_t n = 0; n < 4; n++)
            spk_buf_append_char(&buf, n <= left ? letters[group >> (18 - 6 * n) & 63] : '=');
    }
    rc = spk_tpl_take(s, &buf, out);
    for (size_t i = 0; rc == SPK_OK && call->row->op == ASCII_ONLY && i < text.len; i++) {
        if ((unsigned char)text.at[i] >= 0x80)
            rc = spk_tpl_value_error(s, "base64binascii_decode needs an ASCII text");
    }
    return rc;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* As binascii.a2b_base64 does it: other characters are skipped, the padding must be complete. */
static bool decode_base64(struct spk_view text, struct spk_buf *out)
{
    int place = 0; /* of the four characters of a group */
    int pads = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '=') {
            if (place >= 2 && place + ++pads >= 4)
                return true;
            continue;
        }
        int value = base64_value(c);
        if (value < 0)
            continue;
        pads = 0;
        bits = bits << 6 | (uint32_t)value;
        if (place > 0)
            spk_buf_append_char(out, (char)(bits >> (6 - 2 * place) & 0xFF));
        place = (place + 1) % 4;
    }
    return place == 0;
}

static spk_rc base64decode(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    spk_rc rc = need_str(s, call);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    bool good = decode_base64(call->self.text, &buf);
    if (!good || spk_utf8_valid_prefix(spk_buf_view(&buf)) != buf.len) {
        spk_buf_deinit(&buf);
        return spk_tpl_value_error(s, good ? "base64decode: the bytes are no UTF-8 text"
                                           : "base64decode: incorrect padding");
    }
    return spk_tpl_take(s, &buf, out);
}

/* A text stays; another value becomes JSON in triple quotes, which the CDK then reads as a text. */
static spk_rc string(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    if (call->self.kind == SPK_STRING) {
        *out = call->self;
        return SPK_OK;
    }
    struct spk_buf buf = spk_tpl_buf(s);
    spk_buf_append_str(&buf, "\"\"\"");
    spk_rc rc = spk_tpl_json(s, call->self, SPK_JSON_SPACED | SPK_JSON_ASCII | SPK_JSON_NAN, &buf);
    spk_buf_append_str(&buf, "\"\"\"");
    if (rc == SPK_OK)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    return rc;
}

static spk_rc need_pattern(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_view *pattern)
{
    spk_rc rc = spk_tpl_need_text(s, call, 0, pattern);
    if (rc == SPK_OK && call->self.kind != SPK_STRING)
        rc = spk_tpl_type_error(s, "%s needs a text, not %s", call->row->name,
                                spk_tpl_type_name(call->self));
    return rc;
}

static spk_rc regex_search(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    struct spk_view pattern;
    spk_rc rc = need_pattern(s, call, &pattern);
    return rc == SPK_OK ? spk_tpl_regex_search(s, call->self.text, pattern, out) : rc;
}

static spk_rc regex_replace(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                            struct spk_value *out)
{
    struct spk_view pattern;
    struct spk_view replacement;
    spk_rc rc = need_pattern(s, call, &pattern);
    if (rc == SPK_OK)
        rc = spk_tpl_need_text(s, call, 1, &replacement);
    return rc == SPK_OK ? spk_tpl_regex_replace(s, call->self.text, pattern, replacement, out) : rc;
}

const struct spk_tpl_row spk_tpl_filters_cdk[] = {
    {"hash", "?hash_type ?salt", hash, 0},
    {"hmac", "key ?hash_type", hmac, 0},
    {"base64encode", "", base64encode, ANY_TEXT},
    {"base64binascii_decode", "", base64encode, ASCII_ONLY},
    {"base64decode", "", base64decode, 0},
    {"string", "", string, 0},
    {"regex_search", "regex", regex_search, 0},
    {"regex_replace", "regex replacement", regex_replace, 0},
    {0},
};
