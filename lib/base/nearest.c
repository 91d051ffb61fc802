#include "base/view.h"

enum { LONGEST = 64 }; /* longer words are not names anybody mistypes */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Upper case counts as lower case, a dash as an underscore. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c + ('a' - 'A'));
    }
    return c == '-' ? '_' : c;
}

/* Edits that turn a into b: insert, delete, replace, swap of neighbours. */
static unsigned distance(struct spk_view a, struct spk_view b)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (unsigned j = 0; j <= b.len; j++) {
        last[j] = j;
        before[j] = 0;
    }
    for (unsigned i = 1; i <= a.len; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char x = fold(a.at[i - 1]), y = fold(b.at[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == fold(b.at[j - 2]) && y == fold(a.at[i - 2])) {
                now[j] = least(now[j], before[j - 2] + 1);
            }
        }
        unsigned *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b.len];
}

const char *spk_nearest(struct spk_view word, const char *const *names, size_t n)
{
    if (word.len == 0 || word.len > LONGEST) {
        return NULL;
    }
    const char *best = NULL;
    unsigned fewest = 0;
    for (size_t i = 0; i < n; i++) {
        struct spk_view name = spk_view_of(names[i]);
        if (name.len > LONGEST) {
            continue;
        }
        unsigned edits = distance(word, name);
        size_t longer = word.len > name.len ? word.len : name.len;
        if (edits <= (longer + 2) / 3 && edits < longer && (!best || edits < fewest)) {
            best = names[i];
            fewest = edits;
        }
    }
    return best;
}
