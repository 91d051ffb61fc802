/* Integers past 64 bits, by OpenSSL's numbers. */
#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "template/template_internal.h"

enum {
    MAX_BITS = 1 << 16, /* a result may be that large; Python prints 4,300 digits at most */
};

static BIGNUM *number_of(struct spk_tpl_state *s, struct spk_value v)
{
    struct spk_view digits = v.kind == SPK_BIGINT ? v.text : (struct spk_view){0};
    if (v.kind != SPK_BIGINT)
        digits = spk_arena_printf(s->arena, "%lld",
                                  (long long)(v.kind == SPK_BOOL ? v.boolean : v.integer));
    BIGNUM *number = NULL;
    BN_dec2bn(&number, spk_arena_strdup(s->arena, digits));
    return number;
}

/* Floor division and its rest: BN_div truncates. */
static bool divide(BIGNUM *quotient, BIGNUM *rest, const BIGNUM *a, const BIGNUM *b,
                   BN_CTX *context)
{
    if (!BN_div(quotient, rest, a, b, context))
        return false;
    if (!BN_is_zero(rest) && BN_is_negative(rest) != BN_is_negative(b))
        return BN_add(rest, rest, b) && BN_sub_word(quotient, 1);
    return true;
}

static bool power(BIGNUM *out, const BIGNUM *a, const BIGNUM *b, BN_CTX *context)
{
    if (BN_is_negative(b) || BN_num_bits(b) > 20)
        return false;
    size_t bits = (size_t)BN_num_bits(a) * BN_get_word(b);
    return bits <= MAX_BITS && BN_exp(out, a, b, context);
}

static bool compute(int op, BIGNUM *out, const BIGNUM *a, const BIGNUM *b, BN_CTX *context)
{
    BIGNUM *other = BN_new();
    bool done = false;
    switch (op) {
    case '+': done = BN_add(out, a, b); break;
    case '-': done = BN_sub(out, a, b); break;
    case '*':
        done = BN_num_bits(a) + BN_num_bits(b) <= MAX_BITS && BN_mul(out, a, b, context);
        break;
    case '%': done = divide(other, out, a, b, context); break;
    case OP_FLOORDIV: done = divide(out, other, a, b, context); break;
    case OP_POW: done = power(out, a, b, context); break;
    default: break;
    }
    BN_free(other);
    return done;
}

spk_rc spk_tpl_big_binary(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                          struct spk_value *out)
{
    BIGNUM *x = number_of(s, a);
    BIGNUM *y = number_of(s, b);
    BIGNUM *result = BN_new();
    BN_CTX *context = BN_CTX_new();
    char *digits = compute(op, result, x, y, context) ? BN_bn2dec(result) : NULL;
    spk_rc rc = SPK_OK;
    if (digits)
        *out = spk_integer_from_digits(s->arena, spk_view_of(digits));
    else
        rc = spk_tpl_value_error(s, "the number would be too large");
    OPENSSL_free(digits);
    BN_CTX_free(context);
    BN_free(result);
    BN_free(y);
    BN_free(x);
    return rc;
}
