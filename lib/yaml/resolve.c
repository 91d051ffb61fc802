/* Which tag a plain scalar has: the patterns of YAML 1.1 as PyYAML 6 writes them. */
#include "yaml/yaml_internal.h"

#define DIGITS "0123456789"

size_t spk_yaml_scan_many(struct spk_yaml_scan *scan, const char *set, size_t max)
{
    size_t n = 0;
    while (n < max && scan->at < scan->end && *scan->at && strchr(set, *scan->at)) {
        scan->at++;
        n++;
    }
    return n;
}

enum spk_yaml_tag spk_yaml_tag_of(const char *name)
{
    static const struct {
        const char *name;
        enum spk_yaml_tag tag;
    } tags[] = {
        {"null", SPK_YAML_NULL},
        {"bool", SPK_YAML_BOOL},
        {"int", SPK_YAML_INT},
        {"float", SPK_YAML_FLOAT},
        {"timestamp", SPK_YAML_TIMESTAMP},
        {"binary", SPK_YAML_BINARY},
        {"str", SPK_YAML_STR},
        {"seq", SPK_YAML_SEQ},
        {"map", SPK_YAML_MAP},
        {"merge", SPK_YAML_MERGE},
        {"value", SPK_YAML_VALUE},
    };
    struct spk_view full = spk_view_of(name);
    struct spk_view prefix = SPK_V("tag:yaml.org,2002:");
    if (!spk_view_starts(full, prefix))
        return SPK_YAML_UNKNOWN;
    struct spk_view suffix = spk_view_slice(full, prefix.len, full.len);
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (spk_view_is(suffix, tags[i].name))
            return tags[i].tag;
    }
    return SPK_YAML_UNKNOWN;
}

static bool is_one_of(struct spk_view text, const char *const *words)
{
    for (; *words; words++) {
        if (spk_view_is(text, *words))
            return true;
    }
    return false;
}

static bool is_bool(struct spk_view text)
{
    static const char *const words[] = {"yes",  "Yes",   "YES",   "no",    "No",  "NO",   "on",
                                        "On",   "ON",    "off",   "Off",   "OFF", "true", "True",
                                        "TRUE", "false", "False", "FALSE", NULL};
    return text.len <= 5 && is_one_of(text, words);
}

static bool is_null(struct spk_view text)
{
    static const char *const words[] = {"~", "null", "Null", "NULL", NULL};
    return text.len <= 4 && is_one_of(text, words);
}

/* (:[0-5]?[0-9])+ */
static bool scan_sixties(struct spk_yaml_scan *scan)
{
    size_t groups = 0;
    while (spk_yaml_scan_one(scan, ":")) {
        const char *start = scan->at;
        size_t digits = spk_yaml_scan_many(scan, DIGITS, 2);
        if (digits == 0 || (digits == 2 && *start > '5'))
            return false;
        groups++;
    }
    return groups > 0;
}

/* ([eE][-+][0-9]+)? to the end */
static bool scan_exponent(struct spk_yaml_scan *scan)
{
    if (spk_yaml_scan_one(scan, "eE")) {
        if (!spk_yaml_scan_one(scan, "-+") || !spk_yaml_scan_one(scan, DIGITS))
            return false;
        spk_yaml_scan_many(scan, DIGITS, SIZE_MAX);
    }
    return spk_yaml_scan_done(scan);
}

static bool is_float(struct spk_view text)
{
    static const char *const infinities[] = {".inf", ".Inf", ".INF", NULL};
    static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};
    struct spk_yaml_scan scan = spk_yaml_scan_start(text);
    bool sign = spk_yaml_scan_one(&scan, "-+");
    struct spk_view rest = {scan.at, (size_t)(scan.end - scan.at)};
    if (is_one_of(rest, infinities))
        return true;
    if (spk_yaml_scan_one(&scan, ".")) {
        if (sign || is_one_of(text, nans) || !spk_yaml_scan_one(&scan, DIGITS))
            return !sign && is_one_of(text, nans);
        spk_yaml_scan_many(&scan, DIGITS "_", SIZE_MAX);
        return scan_exponent(&scan);
    }
    if (!spk_yaml_scan_one(&scan, DIGITS))
        return false;
    spk_yaml_scan_many(&scan, DIGITS "_", SIZE_MAX);
    bool sixties = !spk_yaml_scan_done(&scan) && *scan.at == ':';
    if ((sixties && !scan_sixties(&scan)) || !spk_yaml_scan_one(&scan, "."))
        return false;
    spk_yaml_scan_many(&scan, DIGITS "_", SIZE_MAX);
    return sixties ? spk_yaml_scan_done(&scan) : scan_exponent(&scan);
}

static bool is_int(struct spk_view text)
{
    struct spk_yaml_scan scan = spk_yaml_scan_start(text);
    spk_yaml_scan_one(&scan, "-+");
    if (spk_yaml_scan_one(&scan, "0")) {
        if (spk_yaml_scan_done(&scan))
            return true;
        const char *set = "01234567_";
        if (spk_yaml_scan_one(&scan, "b"))
            set = "01_";
        else if (spk_yaml_scan_one(&scan, "x"))
            set = DIGITS "abcdefABCDEF_";
        return spk_yaml_scan_many(&scan, set, SIZE_MAX) > 0 && spk_yaml_scan_done(&scan);
    }
    if (!spk_yaml_scan_one(&scan, DIGITS))
        return false;
    spk_yaml_scan_many(&scan, DIGITS "_", SIZE_MAX);
    return spk_yaml_scan_done(&scan) || (scan_sixties(&scan) && spk_yaml_scan_done(&scan));
}

/* HH:MM:SS[.digits][blanks (Z | +H[H][:MM])] behind the date */
static bool scan_clock(struct spk_yaml_scan *scan)
{
    if (spk_yaml_scan_many(scan, DIGITS, 2) == 0)
        return false;
    for (int i = 0; i < 2; i++) {
        if (!spk_yaml_scan_one(scan, ":") || spk_yaml_scan_many(scan, DIGITS, 2) != 2)
            return false;
    }
    if (spk_yaml_scan_one(scan, "."))
        spk_yaml_scan_many(scan, DIGITS, SIZE_MAX);
    if (spk_yaml_scan_done(scan))
        return true;
    spk_yaml_scan_many(scan, " \t", SIZE_MAX);
    if (spk_yaml_scan_one(scan, "Z"))
        return spk_yaml_scan_done(scan);
    if (!spk_yaml_scan_one(scan, "-+") || spk_yaml_scan_many(scan, DIGITS, 2) == 0)
        return false;
    if (spk_yaml_scan_one(scan, ":") && spk_yaml_scan_many(scan, DIGITS, 2) != 2)
        return false;
    return spk_yaml_scan_done(scan);
}

static bool is_timestamp(struct spk_view text)
{
    struct spk_yaml_scan scan = spk_yaml_scan_start(text);
    if (spk_yaml_scan_many(&scan, DIGITS, 4) != 4 || !spk_yaml_scan_one(&scan, "-"))
        return false;
    size_t month = spk_yaml_scan_many(&scan, DIGITS, 2);
    if (month == 0 || !spk_yaml_scan_one(&scan, "-"))
        return false;
    size_t day = spk_yaml_scan_many(&scan, DIGITS, 2);
    if (spk_yaml_scan_done(&scan))
        return month == 2 && day == 2;
    if (day == 0 ||
        (!spk_yaml_scan_one(&scan, "Tt") && spk_yaml_scan_many(&scan, " \t", SIZE_MAX) == 0))
        return false;
    return scan_clock(&scan);
}

enum spk_yaml_tag spk_yaml_resolve(struct spk_view text)
{
    if (text.len == 0)
        return SPK_YAML_NULL;
    char first = text.at[0];
    if (strchr("yYnNtTfFoO~", first)) {
        if (is_bool(text))
            return SPK_YAML_BOOL;
        return is_null(text) ? SPK_YAML_NULL : SPK_YAML_STR;
    }
    if (strchr("-+." DIGITS, first)) {
        if (is_float(text))
            return SPK_YAML_FLOAT;
        if (is_int(text))
            return SPK_YAML_INT;
        return is_timestamp(text) ? SPK_YAML_TIMESTAMP : SPK_YAML_STR;
    }
    if (spk_view_is(text, "<<"))
        return SPK_YAML_MERGE;
    return spk_view_is(text, "=") ? SPK_YAML_VALUE : SPK_YAML_STR;
}
