#include "auth.h"

#include <openssl/evp.h>

#include "base/event.h"
#include "http/http.h"
#include "source/backoff/backoff.h"
#include "source/source_internal.h"

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

bool spk_auth_instant(struct spk_view text, int64_t *out_us)
{
    enum { EPOCH_DIGITS = 10 };
    struct spk_civil civil;
    int64_t seconds;
    bool digits = text.len > 0;
    for (size_t i = 0; digits && i < text.len; i++)
        digits = text.at[i] >= '0' && text.at[i] <= '9';
    if (digits) {
        if (text.len > EPOCH_DIGITS || !spk_parse_i64(text, 0, INT64_MAX, &seconds))
            return false;
        *out_us = seconds * SPK_SECOND_US;
        return true;
    }
    if (spk_iso_parse(text, &civil, NULL))
        return false;
    *out_us = spk_civil_to_us(&civil);
    return true;
}

struct spk_view spk_auth_base64(struct spk_arena *arena, struct spk_view bytes)
{
    char *text = spk_arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);
    int len =
        EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.at, (int)bytes.len);
    return (struct spk_view){text, (size_t)len};
}

struct spk_view spk_auth_basic(struct spk_arena *arena, struct spk_view user,
                               struct spk_view password)
{
    struct spk_view plain = spk_arena_printf(arena, "%.*s:%.*s", SPK_FMT(user), SPK_FMT(password));
    struct spk_view encoded = spk_auth_base64(arena, plain);
    return spk_arena_printf(arena, "Basic %.*s", SPK_FMT(encoded));
}

static spk_rc wait_for_next(struct spk_source *source, const struct spk_http_request *request,
                            int tries, double left_s, struct spk_error *err)
{
    struct spk_arena arena = {0};
    double wait = spk_backoff_random() * (double)(1 << (tries < 10 ? tries - 1 : 9));
    wait = wait < left_s ? wait : left_s;
    spk_event_emit(SPK_EVENT_REQUEST_RETRIED,
                   SPK_FIELDS(SPK_TEXT("url", spk_public_url(request->url, &arena)),
                              SPK_INT("attempt", tries), SPK_DOUBLE("wait_s", wait)));
    spk_arena_deinit(&arena);
    return spk_pause_for(&source->pause, wait, err);
}

spk_rc spk_auth_send(struct spk_source *source, const struct spk_http_request *request,
                     double patience_s, struct spk_http_response *answer, struct spk_error *err)
{
    int64_t started_us = spk_time_monotonic_us();
    for (int tries = 1;; tries++) {
        double left_s = patience_s - (double)(spk_time_monotonic_us() - started_us) / 1e6;
        struct spk_error failure = {0};
        spk_rc rc = spk_http_send(source->http, request, answer, &failure);
        bool again = rc ? rc == SPK_ETRANSIENT : answer->status == 429 || answer->status >= 500;
        if (!again || left_s <= 0) {
            if (rc && err)
                *err = failure;
            return rc;
        }
        rc = wait_for_next(source, request, tries, left_s, err);
        if (rc)
            return rc;
    }
}
