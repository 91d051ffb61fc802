#include "base/secret.h"

#include "base/memory.h"
#include "base/secret_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * Search in the manner of Wu and Manber: a window as long as the shortest form slides over the
 * text; the last two bytes of the window say how far it may jump. Most texts hold no secret, so the
 * jump table is all they touch.
 */
enum { LEAST = 4, WIDEST = 64, PAIRS = 1 << 16, CELLS = 1024 };

struct form {
    struct spk_view text; /* heap */
    struct form *next;    /* of the same cell, longer ones first */
};

static struct {
    pthread_rwlock_t lock;
    atomic_size_t count;
    size_t window;
    unsigned char jump[PAIRS];
    struct form *cells[CELLS]; /* by the last pair of the form's first `window` bytes */
} known = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static uint16_t pair_at(const char *at)
{
    uint16_t pair;
    memcpy(&pair, at, sizeof pair);
    return pair;
}

static struct form **cell_of(uint16_t pair)
{
    return &known.cells[pair * 40503u / 64 % CELLS];
}

static bool is_known(struct spk_view text)
{
    if (known.window == 0 || text.len < known.window) {
        return false;
    }
    const struct form *form = *cell_of(pair_at(text.at + known.window - 2));
    while (form && !spk_view_equal(form->text, text)) {
        form = form->next;
    }
    return form != NULL;
}

static void enter(struct form *form)
{
    const char *start = form->text.at;
    for (size_t i = 0; i + 2 <= known.window; i++) {
        unsigned char *jump = &known.jump[pair_at(start + i)];
        unsigned char far = (unsigned char)(known.window - 2 - i);
        *jump = *jump < far ? *jump : far;
    }
    struct form **link = cell_of(pair_at(start + known.window - 2));
    while (*link && (*link)->text.len > form->text.len) {
        link = &(*link)->next;
    }
    form->next = *link;
    *link = form;
}

/* A shorter form than all before narrows the window: everything is entered again. */
static void narrow(size_t window)
{
    struct form *all = NULL;
    for (size_t i = 0; i < CELLS; i++) {
        while (known.cells[i]) {
            struct form *form = known.cells[i];
            known.cells[i] = form->next;
            form->next = all;
            all = form;
        }
    }
    known.window = window;
    memset(known.jump, (int)(window - 1), sizeof known.jump);
    while (all) {
        struct form *next = all->next;
        enter(all);
        all = next;
    }
}

static void add_form(struct spk_view text)
{
    if (text.len < LEAST || is_known(text)) {
        return;
    }
    size_t window = text.len < WIDEST ? text.len : WIDEST;
    if (known.window == 0 || window < known.window) {
        narrow(window);
    }
    struct form *form = spk_memory_zalloc(sizeof *form);
    char *copy = spk_memory_resize(NULL, text.len, 1);
    memcpy(copy, text.at, text.len);
    form->text = (struct spk_view){copy, text.len};
    enter(form);
    atomic_fetch_add(&known.count, 1);
}

void spk_secret_add(struct spk_view value)
{
    if (value.len < LEAST) {
        return;
    }
    pthread_rwlock_wrlock(&known.lock);
    spk_secret_each_form(value, add_form);
    pthread_rwlock_unlock(&known.lock);
}

/* Length of the longest form that starts at `at`, whose window ends in `pair`; 0 where none does.
 */
static size_t form_at(const char *at, size_t left, uint16_t pair)
{
    for (const struct form *form = *cell_of(pair); form; form = form->next) {
        if (form->text.len <= left && memcmp(form->text.at, at, form->text.len) == 0) {
            return form->text.len;
        }
    }
    return 0;
}

/* First form at or after `from`; its length in *len. text.len where there is none. */
static size_t find_form(struct spk_view text, size_t from, size_t *len)
{
    size_t window = known.window;
    while (from + window <= text.len) {
        uint16_t pair = pair_at(text.at + from + window - 2);
        size_t jump = known.jump[pair];
        if (jump == 0) {
            *len = form_at(text.at + from, text.len - from, pair);
            if (*len) {
                return from;
            }
            jump = 1;
        }
        from += jump;
    }
    return text.len;
}

/* Overlapping hits become one "****", so that no rest of a secret stays visible. Returns the new
 * length: a form is never shorter than its replacement. */
static size_t redact(char *at, size_t length)
{
    struct spk_view text = {at, length};
    size_t len = 0;
    size_t hit = find_form(text, 0, &len);
    size_t read = 0, written = 0;
    while (hit < length) {
        size_t end = hit + len;
        size_t next = find_form(text, hit + 1, &len);
        while (next < end) {
            end = next + len > end ? next + len : end;
            next = find_form(text, next + 1, &len);
        }
        memmove(at + written, at + read, hit - read);
        written += hit - read;
        read = end;
        hit = next;
        memcpy(at + written, "****", 4);
        written += 4;
    }
    memmove(at + written, at + read, length - read);
    return written + length - read;
}

static size_t redact_locked(char *at, size_t length)
{
    if (length == 0 || atomic_load_explicit(&known.count, memory_order_acquire) == 0) {
        return length;
    }
    pthread_rwlock_rdlock(&known.lock);
    length = redact(at, length);
    pthread_rwlock_unlock(&known.lock);
    return length;
}

void spk_secret_redact(struct spk_buf *buf)
{
    buf->len = redact_locked(buf->at, buf->len);
}

void spk_secret_redact_error(struct spk_error *err)
{
    if (err) {
        err->text[redact_locked(err->text, strlen(err->text))] = '\0';
        err->hint[redact_locked(err->hint, strlen(err->hint))] = '\0';
    }
}

void spk_secret_forget_all(void)
{
    pthread_rwlock_wrlock(&known.lock);
    for (size_t i = 0; i < CELLS; i++) {
        while (known.cells[i]) {
            struct form *form = known.cells[i];
            known.cells[i] = form->next;
            free((char *)form->text.at);
            free(form);
        }
    }
    known.window = 0;
    atomic_store(&known.count, 0);
    pthread_rwlock_unlock(&known.lock);
}
