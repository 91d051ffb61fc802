/* Parsing pages: limits, errors with line and column, the second try in Python's manner. */
#include <stdlib.h>

#include "base/memory.h"
#include "json/json_internal.h"

enum {
    DEFAULT_DEPTH = 512,
    MOST_DEPTH = 1000, /* what walks over values bear */
};
#define DEFAULT_BYTES ((size_t)2 << 30)

static const struct spk_json_limits no_limits;

static size_t depth_limit(const struct spk_json_limits *limits)
{
    if (limits->max_depth == 0)
        return DEFAULT_DEPTH;
    return limits->max_depth < MOST_DEPTH ? limits->max_depth : MOST_DEPTH;
}

spk_rc spk_json_check_size(struct spk_view text, const struct spk_json_limits *limits,
                           struct spk_error *err)
{
    size_t most = limits && limits->max_bytes ? limits->max_bytes : DEFAULT_BYTES;
    if (text.len > most)
        return spk_error_set(err, SPK_EDATA, "JSON text of %zu bytes is larger than %zu", text.len,
                             most);
    return SPK_OK;
}

/* Lines end with a line feed; columns count characters. */
static spk_rc fail_at(struct spk_view text, size_t at, const char *what, struct spk_error *err)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    return spk_error_set(err, SPK_EDATA, "%zu:%zu: %s", line, column, what);
}

/* Raw values are numbers that yyjson left alone: integers of any size, or past a double's range. */
static bool is_infinite(yyjson_val *val)
{
    const char *text = yyjson_get_raw(val);
    return text[strcspn(text, ".eE")] != '\0';
}

/* Where the text opens one bracket too many; its length where it never does. */
static size_t find_depth(struct spk_view text, size_t most)
{
    size_t depth = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '"')
            inside = !inside;
        else if (inside && c == '\\')
            i++;
        else if (!inside && (c == '[' || c == '{') && depth++ == most)
            return i;
        else if (!inside && (c == ']' || c == '}'))
            depth -= depth > 0;
    }
    return text.len;
}

bool spk_json_nests_deeper(struct spk_view text, size_t depth)
{
    return find_depth(text, depth) < text.len;
}

/* Null, a bool, an ordinary number or a string. */
static inline bool is_simple(yyjson_val *val)
{
    uint8_t type = unsafe_yyjson_get_type(val);
    return type >= YYJSON_TYPE_NULL && type <= YYJSON_TYPE_STR;
}

/* Whether a container holds scalars and empty containers only: no more values than members. */
static inline bool is_flat(yyjson_val *container)
{
    size_t members = unsafe_yyjson_get_len(container);
    if (unsafe_yyjson_is_obj(container))
        members *= 2;
    return unsafe_yyjson_get_next(container) == container + 1 + members;
}

/* One pass over the values, which lie in one array: nesting, and numbers past a double's range.
 * Where only nesting counts, flat containers are stepped over. */
static spk_rc check_values(const struct parse_job *job, struct spk_error *err)
{
    size_t most = depth_limit(job->limits);
    yyjson_val *ends[MOST_DEPTH + 1];
    size_t depth = 0;
    yyjson_val *val = yyjson_doc_get_root(job->parsed);
    ends[0] = val + yyjson_doc_get_val_count(job->parsed);
    for (;;) {
        yyjson_val *end = ends[depth];
        while (val < end && is_simple(val))
            val++;
        if (val == end) {
            if (depth-- == 0)
                return SPK_OK;
        } else if (unsafe_yyjson_is_ctn(val)) {
            if (depth == most)
                return fail_at(job->text, find_depth(job->text, most), "nested too deeply", err);
            if (job->limits->allow_nan && depth + 1 < most && is_flat(val)) {
                val = unsafe_yyjson_get_next(val);
                continue;
            }
            ends[++depth] = unsafe_yyjson_get_next(val++);
        } else if (!job->limits->allow_nan && is_infinite(val)) {
            return fail_at(job->text, (size_t)(yyjson_get_raw(val) - job->copy),
                           "number is infinity when parsed as double", err);
        } else {
            val++;
        }
    }
}

static bool read_again_as_python(struct parse_job *job, yyjson_read_flag flags)
{
    size_t len = 0;
    if (spk_utf8_valid_prefix(job->text) != job->text.len ||
        !spk_json_relax(job->text, job->copy, &len))
        return false;
    memset(job->copy + len, 0, YYJSON_PADDING_SIZE);
    flags |= YYJSON_READ_ALLOW_INF_AND_NAN | YYJSON_READ_ALLOW_INVALID_UNICODE;
    yyjson_read_err second = {0};
    job->parsed = yyjson_read_opts(job->copy, len, flags, NULL, &second);
    job->aligned = len == job->text.len;
    job->standard = false;
    return job->parsed != NULL;
}

spk_rc spk_json_job_run(struct parse_job *job, struct spk_error *err)
{
    if (!job->limits)
        job->limits = &no_limits;
    memcpy(job->copy, job->text.at ? job->text.at : "", job->text.len);
    memset(job->copy + job->text.len, 0, YYJSON_PADDING_SIZE);
    yyjson_read_flag flags = YYJSON_READ_INSITU;
    if (!job->limits->big_float)
        flags |= YYJSON_READ_BIGNUM_AS_RAW;
    yyjson_read_err why = {0};
    job->aligned = job->standard = true;
    if (job->text.len == 0)
        return fail_at(job->text, 0, "the text is empty", err);
    job->parsed = yyjson_read_opts(job->copy, job->text.len, flags, NULL, &why);
    if (!job->parsed && !(job->limits->allow_nan && read_again_as_python(job, flags)))
        return fail_at(job->text, why.pos, why.msg, err);
    spk_rc rc = check_values(job, err);
    if (rc != SPK_OK) {
        yyjson_doc_free(job->parsed);
        job->parsed = NULL;
    }
    return rc;
}

spk_rc spk_json_doc_parse(struct spk_view text, const struct spk_json_limits *limits,
                          struct spk_json_doc **out, struct spk_error *err)
{
    spk_rc rc = spk_json_check_size(text, limits, err);
    if (rc != SPK_OK)
        return rc;
    struct parse_job job = {.text = text, .limits = limits};
    job.copy = spk_memory_resize(NULL, text.len + YYJSON_PADDING_SIZE, 1);
    rc = spk_json_job_run(&job, err);
    if (rc != SPK_OK) {
        free(job.copy);
        return rc;
    }
    struct spk_json_doc *doc = spk_memory_resize(NULL, 1, sizeof *doc);
    *doc = (struct spk_json_doc){text, job.copy, job.parsed, job.aligned, job.standard};
    *out = doc;
    return SPK_OK;
}

void spk_json_doc_destroy(struct spk_json_doc *doc)
{
    if (!doc)
        return;
    yyjson_doc_free(doc->parsed);
    free(doc->copy);
    free(doc);
}

bool spk_json_doc_is_standard(const struct spk_json_doc *doc)
{
    return doc->standard;
}

struct spk_json_node spk_json_doc_root(const struct spk_json_doc *doc)
{
    return (struct spk_json_node){yyjson_doc_get_root(doc->parsed)};
}

spk_rc spk_json_parse(struct spk_arena *arena, struct spk_view text,
                      const struct spk_json_limits *limits, struct spk_value *out,
                      struct spk_error *err)
{
    spk_rc rc = spk_json_check_size(text, limits, err);
    if (rc != SPK_OK)
        return rc;
    struct parse_job job = {.text = text, .limits = limits};
    job.copy = spk_arena_alloc(arena, text.len + YYJSON_PADDING_SIZE);
    rc = spk_json_job_run(&job, err);
    if (rc != SPK_OK)
        return rc;
    *out = spk_json_build_value(arena, yyjson_doc_get_root(job.parsed), false);
    yyjson_doc_free(job.parsed);
    return SPK_OK;
}
