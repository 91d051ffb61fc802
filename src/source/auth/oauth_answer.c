#include "oauth.h"

#include <math.h>

enum { MOST_DEPTH = 5, MOST_DETAIL = 64, HOUR_S = 3600 };

static struct spk_value find(struct spk_value in, struct spk_view name, int depth)
{
    struct spk_value found = {0};
    if (depth > MOST_DEPTH)
        return found;
    if (spk_is(in, SPK_DICT)) {
        found = spk_dict_get(in, name);
        for (size_t i = 0; !spk_is_defined(found) && i < spk_dict_len(in); i++)
            found = find(in.dict->entries[i].value, name, depth + 1);
    } else if (spk_is(in, SPK_LIST)) {
        for (size_t i = 0; !spk_is_defined(found) && i < spk_list_len(in); i++)
            found = find(spk_list_at(in, i), name, depth + 1);
    }
    return depth > 0 && spk_is(found, SPK_NULL) ? (struct spk_value){0} : found;
}

struct spk_value spk_oauth_find(struct spk_value answer, struct spk_view name)
{
    return find(answer, name, 0);
}

static spk_rc parse_expiry(struct spk_view format, struct spk_view text, int64_t *out_us,
                           struct spk_error *err)
{
    enum { MOST_SECONDS = 2000000000 };
    double seconds;
    if (format.len > 0) {
        if (spk_auth_instant(text, out_us) ||
            spk_cdk_datetime_parse(text, format, out_us, NULL) == SPK_OK)
            return SPK_OK;
        return spk_error_set(err, SPK_EDATA,
                             "the expiry of the token is no date of the format %.*s",
                             SPK_FMT(format));
    }
    if (!spk_parse_double(text, &seconds) || !isfinite(seconds)) {
        spk_error_set(err, SPK_EDATA, "the expiry of the token is no number of seconds");
        spk_error_hint(err, "where it is a date, set token_expiry_date_format");
        return SPK_EDATA;
    }
    seconds = fmin(fmax(trunc(seconds), -MOST_SECONDS), MOST_SECONDS);
    *out_us = spk_time_now_us() + (int64_t)seconds * SPK_SECOND_US;
    return SPK_OK;
}

spk_rc spk_oauth_expiry(struct spk_view format, struct spk_value expires,
                        const struct spk_oauth_token *before, int64_t *out_us,
                        struct spk_error *err)
{
    int64_t now_us = spk_time_now_us();
    if (spk_is_nothing(expires)) {
        bool good = before->there && before->expires_us >= now_us;
        *out_us = good ? before->expires_us : now_us + HOUR_S * SPK_SECOND_US;
        return SPK_OK;
    }
    struct spk_buf text = {0};
    spk_value_str(&text, expires);
    spk_rc rc = parse_expiry(format, spk_view_trim(spk_buf_view(&text)), out_us, err);
    spk_buf_deinit(&text);
    return rc;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* AADSTS50173: three letters or more, four digits or more, then no letter or digit. */
static struct spk_view leading_code(struct spk_view text)
{
    size_t letters = 0, digits = 0;
    while (letters < text.len && is_letter(text.at[letters]))
        letters++;
    while (letters + digits < text.len && text.at[letters + digits] >= '0' &&
           text.at[letters + digits] <= '9')
        digits++;
    size_t end = letters + digits;
    bool ends = end == text.len || (!is_letter(text.at[end]) && text.at[end] != '_');
    return letters >= 3 && digits >= 4 && ends ? spk_view_slice(text, 0, end)
                                               : (struct spk_view){0};
}

struct spk_view spk_oauth_error_detail(struct spk_value answer, struct spk_arena *arena)
{
    struct spk_view error = spk_view_trim(spk_value_text_or(spk_get(answer, "error"), ""));
    struct spk_view description =
        spk_view_trim(spk_value_text_or(spk_get(answer, "error_description"), ""));
    struct spk_view code = leading_code(description);
    const char *between = error.len > 0 && code.len > 0 ? ": " : "";
    struct spk_view all =
        spk_arena_printf(arena, "%.*s%s%.*s", SPK_FMT(error), between, SPK_FMT(code));
    return spk_view_slice(all, 0, all.len < MOST_DETAIL ? all.len : MOST_DETAIL);
}
