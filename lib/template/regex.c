/* Python's re by PCRE2: searching, and replacing with references to groups. */
#include "template/regex_internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 10000, HEAP_LIMIT_KIB = 16384, MAX_GROUP = 99 };

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    uint32_t groups;
};

static void regex_deinit(struct regex *regex)
{
    pcre2_match_context_free(regex->context);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
}

/* An escape at `i`, as PCRE2 writes it; returns the offset behind it. */
static size_t translate_escape(struct spk_view pattern, size_t i, struct spk_buf *out)
{
    char c = i + 1 < pattern.len ? pattern.at[i + 1] : 0;
    size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    spk_buf_append_char(out, '\\');
    if (digits && i + 1 + digits < pattern.len) {
        spk_buf_append_str(out, "x{");
        spk_buf_append(out, spk_view_slice(pattern, i + 2, i + 2 + digits));
        spk_buf_append_char(out, '}');
    } else if (c) {
        digits = 0;
        spk_buf_append_char(out, c == 'Z' ? 'z' : c);
    }
    return i + 2 + digits;
}

/* Python's \Z is PCRE2's \z, \uXXXX its \x{XXXX}, and '[' is a plain character inside a class; what
 * else differs is rare enough to stay. */
static struct spk_view translate(struct spk_tpl_state *s, struct spk_view pattern)
{
    struct spk_buf buf = {0};
    size_t class = 0; /* where the members of the open class begin, or 0 */
    for (size_t i = 0; i < pattern.len;) {
        char c = pattern.at[i];
        if (c == '\\') {
            i = translate_escape(pattern, i, &buf);
            continue;
        }
        if (c == '[' && class)
            spk_buf_append_char(&buf, '\\');
        spk_buf_append_char(&buf, c);
        i++;
        if (c == '[' && !class)
            class = i + (i < pattern.len && pattern.at[i] == '^');
        else if (c == ']' && class && i - 1 > class)
            class = 0;
    }
    struct spk_view text = spk_arena_dup(s->arena, spk_buf_view(&buf));
    spk_buf_deinit(&buf);
    return text;
}

static spk_rc regex_init(struct spk_tpl_state *s, struct spk_view pattern, struct regex *out)
{
    int code;
    PCRE2_SIZE at;
    struct regex regex = {0};
    pattern = translate(s, pattern);
    regex.code = pcre2_compile((PCRE2_SPTR)pattern.at, pattern.len,
                               PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
    if (!regex.code) {
        PCRE2_UCHAR message[128] = {0};
        pcre2_get_error_message(code, message, sizeof message);
        return spk_tpl_value_error(s, "bad regular expression at character %zu: %s", at + 1,
                                   (const char *)message);
    }
    regex.match = pcre2_match_data_create_from_pattern(regex.code, NULL);
    regex.context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex.context, MATCH_LIMIT);
    pcre2_set_depth_limit(regex.context, DEPTH_LIMIT);
    pcre2_set_heap_limit(regex.context, HEAP_LIMIT_KIB);
    pcre2_pattern_info(regex.code, PCRE2_INFO_CAPTURECOUNT, &regex.groups);
    *out = regex;
    return SPK_OK;
}

/* Matches from an offset on; *found tells. */
static spk_rc regex_match(struct spk_tpl_state *s, const struct regex *regex, struct spk_view text,
                          size_t from, bool *found)
{
    int rc = pcre2_match(regex->code, (PCRE2_SPTR)(text.at ? text.at : ""), text.len, from, 0,
                         regex->match, regex->context);
    *found = rc > 0;
    if (rc > 0 || rc == PCRE2_ERROR_NOMATCH)
        return SPK_OK;
    PCRE2_UCHAR message[128] = {0};
    pcre2_get_error_message(rc, message, sizeof message);
    return spk_tpl_value_error(s, "the regular expression stopped: %s", (const char *)message);
}

static bool group_text(const struct regex *regex, struct spk_view text, uint32_t group,
                       struct spk_view *out)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match);
    if (group >= pcre2_get_ovector_count(regex->match) || ends[group * 2] == PCRE2_UNSET)
        return false;
    *out = spk_view_slice(text, ends[group * 2], ends[group * 2 + 1]);
    return true;
}

spk_rc spk_tpl_regex_search(struct spk_tpl_state *s, struct spk_view text, struct spk_view pattern,
                            struct spk_value *out)
{
    struct regex regex;
    spk_rc rc = regex_init(s, pattern, &regex);
    if (rc != SPK_OK)
        return rc;
    bool found;
    struct spk_view group;
    rc = regex_match(s, &regex, text, 0, &found);
    if (rc == SPK_OK) {
        *out = spk_str("");
        if (found && regex.groups > 0)
            *out = group_text(&regex, text, 1, &group) ? spk_string(group) : spk_null();
    }
    regex_deinit(&regex);
    return rc;
}

/* The number of a \g<...> reference, or -1. */
static int64_t named_group(struct spk_tpl_state *s, const struct regex *regex, struct spk_view name)
{
    int64_t number;
    if (spk_parse_i64(name, 0, MAX_GROUP, &number))
        return number;
    return pcre2_substring_number_from_name(regex->code,
                                            (PCRE2_SPTR)spk_arena_strdup(s->arena, name));
}

/* The group that \1, \12 or \g<name> at `at` means, and the offset behind it; -1 where it is none.
 */
static int64_t group_reference(struct spk_tpl_state *s, const struct regex *regex,
                               struct spk_view replacement, size_t *at)
{
    char c = replacement.at[*at];
    size_t end = *at + 1;
    int64_t group = -1;
    if (c == 'g' && end < replacement.len && replacement.at[end] == '<') {
        ptrdiff_t close = spk_view_find(replacement, SPK_V(">"), end);
        if (close < 0)
            return -1;
        group = named_group(s, regex, spk_view_slice(replacement, end + 1, (size_t)close));
        end = (size_t)close + 1;
    } else if (c >= '1' && c <= '9') {
        group = c - '0';
        if (end < replacement.len && replacement.at[end] >= '0' && replacement.at[end] <= '9')
            group = group * 10 + replacement.at[end++] - '0';
    }
    *at = end;
    return group > regex->groups ? -1 : group;
}

static bool is_letter_or_zero(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '0';
}

/* What the backslash before `*at` means; its text is appended, *at moved behind. */
static spk_rc expand_escape(struct spk_tpl_state *s, const struct regex *regex,
                            const struct spk_view texts[2], size_t *at, struct spk_buf *out)
{
    static const char letters[] = "abfnrtv\\";
    static const char meanings[] = "\a\b\f\n\r\t\v\\";
    struct spk_view replacement = texts[1];
    char c = *at < replacement.len ? replacement.at[*at] : 0;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
        spk_buf_append_char(out, meanings[letter - letters]);
        *at += 1;
        return SPK_OK;
    }
    if (c && c != 'g' && !is_letter_or_zero(c) && (c < '1' || c > '9')) {
        spk_buf_append(out, spk_view_slice(replacement, *at - 1, *at + 1));
        *at += 1;
        return SPK_OK;
    }
    int64_t group = c ? group_reference(s, regex, replacement, at) : -1;
    if (group < 0)
        return spk_tpl_value_error(s, "bad escape or group in the replacement");
    struct spk_view text;
    if (texts[0].at && group_text(regex, texts[0], (uint32_t)group, &text))
        spk_buf_append(out, text);
    return SPK_OK;
}

static spk_rc expand(struct spk_tpl_state *s, const struct regex *regex,
                     const struct spk_view texts[2], struct spk_buf *out)
{
    struct spk_view replacement = texts[1];
    for (size_t i = 0; i < replacement.len;) {
        if (replacement.at[i] != '\\') {
            spk_buf_append_char(out, replacement.at[i++]);
            continue;
        }
        i++;
        spk_rc rc = expand_escape(s, regex, texts, &i, out);
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

static spk_rc replace_all(struct spk_tpl_state *s, const struct regex *regex,
                          const struct spk_view texts[2], struct spk_buf *out)
{
    struct spk_view text = texts[0];
    size_t at = 0;   /* search from here */
    size_t done = 0; /* copied up to here */
    bool found = true;
    struct spk_buf unused = {0};
    const struct spk_view no_match[2] = {{0}, texts[1]};
    spk_rc good = expand(s, regex, no_match, &unused); /* a bad one is bad without a match, too */
    spk_buf_deinit(&unused);
    if (good != SPK_OK)
        return good;
    while (at <= text.len && !out->overflow) {
        spk_rc rc = regex_match(s, regex, text, at, &found);
        if (rc != SPK_OK)
            return rc;
        if (!found)
            break;
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match);
        size_t start = ends[0];
        size_t end = ends[1];
        spk_buf_append(out, spk_view_slice(text, done, start));
        rc = expand(s, regex, texts, out);
        if (rc != SPK_OK)
            return rc;
        done = end;
        at = end;
        if (start == end) { /* an empty match: the next character stays */
            struct spk_view rest = spk_view_slice(text, end, text.len);
            at = end + (rest.len ? spk_tpl_text_offset(rest, 1) : 1);
        }
    }
    spk_buf_append(out, spk_view_slice(text, done, text.len));
    return SPK_OK;
}

spk_rc spk_tpl_regex_replace(struct spk_tpl_state *s, struct spk_view text, struct spk_view pattern,
                             struct spk_view replacement, struct spk_value *out)
{
    struct regex regex;
    spk_rc rc = regex_init(s, pattern, &regex);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    const struct spk_view texts[2] = {text, replacement};
    rc = replace_all(s, &regex, texts, &buf);
    regex_deinit(&regex);
    if (rc == SPK_OK)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    return rc;
}
