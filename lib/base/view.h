#ifndef SPK_BASE_VIEW_H
#define SPK_BASE_VIEW_H
/* A borrowed string: `len` bytes at `at`, not terminated, may hold NULs. {NULL, 0} is empty. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct spk_view {
    const char *at;
    size_t len;
};

/* A view of a string literal; usable in static initializers. */
#define SPK_VIEW(literal) {"" literal, sizeof(literal) - 1}
#define SPK_V(literal)    ((struct spk_view)SPK_VIEW(literal))
/* printf("%.*s", SPK_FMT(view)) */
#define SPK_FMT(view) (int)(view).len, (view).at ? (view).at : ""

static inline struct spk_view spk_view_of(const char *text) /* NULL gives the empty view */
{
    return (struct spk_view){text, text ? strlen(text) : 0};
}

static inline struct spk_view spk_view_make(const void *at, size_t len)
{
    return (struct spk_view){(const char *)at, len};
}

static inline bool spk_view_equal(struct spk_view a, struct spk_view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool spk_view_is(struct spk_view a, const char *text)
{
    return spk_view_equal(a, spk_view_of(text));
}

int spk_view_compare(struct spk_view a, struct spk_view b);       /* bytewise, <0 0 >0 */
bool spk_view_equal_nocase(struct spk_view a, struct spk_view b); /* ASCII case only */
bool spk_view_starts(struct spk_view text, struct spk_view prefix);
bool spk_view_ends(struct spk_view text, struct spk_view suffix);
/* Offset of the first `needle` at or after `from`, or -1. An empty needle is found at `from`. */
ptrdiff_t spk_view_find(struct spk_view text, struct spk_view needle, size_t from);
/* Bytes [from, to) clipped to the view. */
struct spk_view spk_view_slice(struct spk_view text, size_t from, size_t to);
struct spk_view spk_view_trim(struct spk_view text); /* ASCII white space at both ends */
/* Cuts *rest at the first `separator`: returns what is before, *rest = what is behind (at NULL when
 * there was no separator: the last piece). Loop: while (rest.at) { piece = spk_view_cut(&rest,
 * ','); } */
struct spk_view spk_view_cut(struct spk_view *rest, char separator);
uint64_t spk_view_hash(struct spk_view text);
/* Length in bytes of the valid UTF-8 prefix; == len when all is valid. */
size_t spk_utf8_valid_prefix(struct spk_view text);
/* The best match of `word` among n names by edit distance, or NULL when none is near: "did you
 * mean". */
const char *spk_nearest(struct spk_view word, const char *const *names, size_t n);

/* Numbers: the whole view must be the number (no blanks, no trailing text). False when it is not,
 * or is out of range; *out untouched then. */
bool spk_parse_i64(struct spk_view text, int64_t min, int64_t max, int64_t *out);
bool spk_parse_u64(struct spk_view text, uint64_t max, uint64_t *out);
bool spk_parse_double(struct spk_view text, double *out); /* decimal or exponent form; no inf/nan */
bool spk_parse_bool(struct spk_view text, bool *out);     /* true false yes no on off 1 0 */

#endif
