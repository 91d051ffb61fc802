#include "auth.h"

struct spk_scope spk_auth_scope(struct spk_component *self, struct spk_request *request)
{
    return (struct spk_scope){.source = self->source, .arena = request->arena};
}

spk_rc spk_auth_header(struct spk_request *request, struct spk_view name, struct spk_view value,
                       struct spk_error *err)
{
    struct spk_request_options own;
    spk_request_options_init(&own, request->arena);
    spk_dict_set(own.headers, name, spk_string(value));
    return spk_request_options_merge(&request->options, &own, request->arena, err);
}

spk_rc spk_auth_inject(struct spk_component *option, const struct spk_scope *scope,
                       struct spk_view token, struct spk_request *request, struct spk_error *err)
{
    struct spk_request_options own;
    spk_request_options_init(&own, request->arena);
    spk_rc rc = spk_request_option_inject(option, scope, spk_string(token), &own, err);
    return rc ? rc : spk_request_options_merge(&request->options, &own, request->arena, err);
}

static void append_base64(struct spk_buf *out, const unsigned char *at, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t)at[i] << 16;
        bits |= left > 1 ? (uint32_t)at[i + 1] << 8 : 0;
        bits |= left > 2 ? at[i + 2] : 0;
        spk_buf_append_char(out, digits[bits >> 18]);
        spk_buf_append_char(out, digits[bits >> 12 & 63]);
        spk_buf_append_char(out, left > 1 ? digits[bits >> 6 & 63] : '=');
        spk_buf_append_char(out, left > 2 ? digits[bits & 63] : '=');
    }
}

struct spk_view spk_auth_basic(struct spk_arena *arena, struct spk_view user,
                               struct spk_view password)
{
    struct spk_buf out = {0};
    struct spk_view plain = spk_arena_printf(arena, "%.*s:%.*s", SPK_FMT(user), SPK_FMT(password));
    spk_buf_append_str(&out, "Basic ");
    append_base64(&out, (const unsigned char *)plain.at, plain.len);
    struct spk_view value = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return value;
}
