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
enum { LEAST = 4, WIDEST = 64, TABLE = 4096 };

struct form {
    struct spk_view text; /* heap */
    struct form *next;    /* of the same table cell, longer ones first */
};

static struct {
    pthread_rwlock_t lock;
    atomic_size_t count;
    size_t window;
    unsigned char jump[TABLE];
    struct form *cells[TABLE]; /* by the last pair of the form's first `window` bytes */
} known = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static size_t cell_of(const char *pair)
{
    unsigned char a = (unsigned char)pair[0], b = (unsigned char)pair[1];
    return (a * 31u + b * 257u) % TABLE;
}

static bool is_known(struct spk_view text)
{
    for (size_t i = 0; i < TABLE && known.window; i++) {
        for (const struct form *form = known.cells[i]; form; form = form->next) {
            if (spk_view_equal(form->text, text)) {
                return true;
            }
        }
    }
    return false;
}

static void enter(struct form *form)
{
    const char *start = form->text.at;
    for (size_t i = 0; i + 2 <= known.window; i++) {
        unsigned char *jump = &known.jump[cell_of(start + i)];
        unsigned char far = (unsigned char)(known.window - 2 - i);
        *jump = *jump < far ? *jump : far;
    }
    struct form **link = &known.cells[cell_of(start + known.window - 2)];
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
    for (size_t i = 0; i < TABLE; i++) {
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

/* Length of the longest form that starts at `at`, whose window ends in `cell`; 0 where none does.
 */
static size_t form_at(const char *at, size_t left, size_t cell)
{
    for (const struct form *form = known.cells[cell]; form; form = form->next) {
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
        size_t cell = cell_of(text.at + from + window - 2);
        size_t jump = known.jump[cell];
        if (jump == 0) {
            *len = form_at(text.at + from, text.len - from, cell);
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
    for (size_t i = 0; i < TABLE; i++) {
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
