#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex/regex.h"

#include <pcre2.h>

#include "base/memory.h"

#include <stdlib.h>

enum {
    MATCH_LIMIT = 1000000,
    DEPTH_LIMIT = 2000,
    HEAP_LIMIT_KIB = 16 * 1024,
    MAX_PATTERN = 64 * 1024
};

struct spk_regex {
    pcre2_code *code;
    pcre2_match_context *context;
};

spk_rc spk_regex_compile(struct spk_view pattern, struct spk_regex **out, struct spk_error *err)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    if (pattern.len > MAX_PATTERN)
        return spk_error_set(err, SPK_ECONFIG, "a pattern of %zu bytes is too long", pattern.len);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.len, 0,
                                         &code, &offset, NULL);
    if (!compiled) {
        PCRE2_UCHAR text[160] = "";
        pcre2_get_error_message(code, text, sizeof(text));
        return spk_error_set(err, SPK_ECONFIG, "pattern '%.*s': %s at offset %zu",
                             (int)(pattern.len < 200 ? pattern.len : 200), pattern.at, text,
                             offset);
    }
    struct spk_regex *regex = spk_memory_zalloc(sizeof(*regex));
    regex->code = compiled;
    regex->context = pcre2_match_context_create(NULL);
    if (!regex->context)
        abort();
    pcre2_set_match_limit(regex->context, MATCH_LIMIT);
    pcre2_set_depth_limit(regex->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(regex->context, HEAP_LIMIT_KIB);
    *out = regex;
    return SPK_OK;
}

void spk_regex_destroy(struct spk_regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    pcre2_match_context_free(regex->context);
    free(regex);
}

static void take_match(const pcre2_match_data *data, int groups, struct spk_regex_match *match)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer((pcre2_match_data *)data);
    bool group = groups > 1 && at[2] != PCRE2_UNSET;
    *match = (struct spk_regex_match){.found = true,
                                      .from = at[0],
                                      .to = at[1],
                                      .group_from = group ? at[2] : at[0],
                                      .group_to = group ? at[3] : at[1]};
}

spk_rc spk_regex_find(const struct spk_regex *regex, struct spk_view text, bool anchored,
                      struct spk_regex_match *match, struct spk_error *err)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    if (!data)
        abort();
    int n = pcre2_match(regex->code, (PCRE2_SPTR)(text.at ? text.at : ""), text.len, 0,
                        anchored ? PCRE2_ANCHORED : 0, data, regex->context);
    spk_rc rc = SPK_OK;
    if (n > 0) {
        take_match(data, n, match);
    } else if (n == PCRE2_ERROR_NOMATCH) {
        *match = (struct spk_regex_match){0};
    } else {
        rc = spk_error_set(err, SPK_EDATA, "a pattern took too many steps on this text");
        spk_error_hint(err, "simplify the pattern: nested repetitions explode");
    }
    pcre2_match_data_free(data);
    return rc;
}
