#include "store.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void folder_init(struct folder *folder)
{
    snprintf(folder->path, sizeof(folder->path), "/tmp/spk-objstore-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->url, sizeof(folder->url), "file://%s", folder->path);
}

static int remove_one(const char *path, const struct stat *file, int type, struct FTW *walk)
{
    return remove(path);
}

void folder_deinit(struct folder *folder)
{
    assert_int_equal(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

struct spk_objstore *open_with(const struct spk_objstore_options *options)
{
    struct spk_objstore *store = NULL;
    struct spk_error err = {0};
    if (spk_objstore_open(options, &store, &err) != SPK_OK)
        fail_msg("%s", err.text);
    return store;
}

struct spk_objstore *open_url(const char *url, const char *prefix)
{
    return open_with(&(struct spk_objstore_options){.url = url, .prefix = prefix});
}

void put_text(struct spk_objstore *store, const char *key, const char *text)
{
    struct spk_objstore_put put = {.key = spk_view_of(key)};
    struct spk_error err = {0};
    if (spk_objstore_put(store, &put, spk_view_of(text), NULL, &err) != SPK_OK)
        fail_msg("%s", err.text);
}

bool has(struct spk_objstore *store, const char *key)
{
    struct spk_objstore_stat stat;
    bool found = false;
    assert_int_equal(spk_objstore_head(store, spk_view_of(key), &stat, &found, NULL), SPK_OK);
    return found;
}

const char *text_of(struct spk_objstore *store, const char *key)
{
    static char text[4096];
    struct spk_objstore_get get = {.key = spk_view_of(key)};
    struct spk_buf out;
    struct spk_error err = {0};
    bool found = false;
    spk_buf_init(&out, sizeof(text) - 1);
    if (spk_objstore_get(store, &get, &out, &found, &err) != SPK_OK)
        fail_msg("%s", err.text);
    snprintf(text, sizeof(text), "%.*s", SPK_FMT(spk_buf_view(&out)));
    spk_buf_deinit(&out);
    return found ? text : "(none)";
}

const char *keys_of(struct spk_objstore *store)
{
    static char text[65536];
    struct spk_objstore_list list = {.max = 0};
    size_t len = 0;
    do {
        struct spk_arena arena = {0};
        struct spk_objstore_page page;
        struct spk_error err = {0};
        static char token[SPK_OBJSTORE_KEY_MAX];
        if (spk_objstore_list(store, &list, &arena, &page, &err) != SPK_OK)
            fail_msg("%s", err.text);
        for (size_t i = 0; i < page.n; i++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s ",
                                    SPK_FMT(page.entries[i].key));
        assert_true(len < sizeof(text) && page.token.len <= sizeof(token));
        if (page.token.len)
            memcpy(token, page.token.at, page.token.len);
        list.token = spk_view_make(token, page.token.len);
        spk_arena_deinit(&arena);
    } while (list.token.len > 0);
    text[len] = '\0';
    return text;
}
