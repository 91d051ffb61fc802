/* One suite for every store. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/time.h"
#include "store.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* ---- kinds ---- */

struct kind {
    const char *name;
    struct spk_objstore_options options; /* without url: a new folder */
    bool faulty;
};

static const struct kind kinds[] = {
    {"memory", {.url = "memory:"}, false},
    {"file", {.url = NULL}, false},
    {"relaxed file", {.relaxed = true}, false},
    {"memory with prefix", {.url = "memory:", .prefix = "raw/v1/"}, false},
    {"file with prefix", {.prefix = "raw/v1-", .relaxed = true}, false},
    {"faulty", {.relaxed = true}, true},
};

struct fixture {
    struct spk_objstore *store, *inner;
    struct folder folder;
};

static void fixture_init(struct fixture *fixture, const struct kind *kind)
{
    *fixture = (struct fixture){0};
    folder_init(&fixture->folder);
    struct spk_objstore_options options = kind->options;
    if (!options.url)
        options.url = fixture->folder.url;
    fixture->store = open_with(&options);
    if (kind->faulty) {
        fixture->inner = fixture->store;
        fixture->store =
            spk_objstore_faulty_create(fixture->inner, &(struct spk_objstore_fault){.nth = 0});
    }
}

static void fixture_deinit(struct fixture *fixture)
{
    spk_objstore_destroy(fixture->store);
    spk_objstore_destroy(fixture->inner);
    folder_deinit(&fixture->folder);
}

/* ---- writing and reading ---- */

#define SHA_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void an_object_comes_back_as_it_was_put(struct spk_objstore *store)
{
    struct spk_objstore_put put = {.key = SPK_V("Acme Ltd/Daily Figures/2024/x.parquet")};
    struct spk_objstore_written written;
    struct spk_objstore_stat stat;
    bool found = false;
    int64_t before = spk_time_now_us() - SPK_SECOND_US;
    assert_int_equal(spk_objstore_put(store, &put, SPK_V("abc"), &written, NULL), SPK_OK);
    assert_false(written.exists);
    assert_int_equal(written.size, 3);
    assert_string_equal(written.sha256, SHA_ABC);
    assert_string_equal(text_of(store, "Acme Ltd/Daily Figures/2024/x.parquet"), "abc");
    assert_int_equal(spk_objstore_head(store, put.key, &stat, &found, NULL), SPK_OK);
    assert_true(found);
    assert_int_equal(stat.size, 3);
    assert_string_equal(stat.etag, written.etag);
    assert_true(stat.etag[0] != '\0');
    assert_true(stat.modified_us > before && stat.modified_us < before + 60 * SPK_SECOND_US);
    assert_true(stat.sha256[0] == '\0' || strcmp(stat.sha256, SHA_ABC) == 0);
}

static void empty_objects_exist(struct spk_objstore *store)
{
    struct spk_objstore_put put = {.key = SPK_V("empty")};
    struct spk_objstore_written written;
    assert_int_equal(spk_objstore_put(store, &put, (struct spk_view){0}, &written, NULL), SPK_OK);
    assert_string_equal(written.sha256, SHA_EMPTY);
    assert_true(has(store, "empty"));
    assert_string_equal(text_of(store, "empty"), "");
}

static void a_second_put_replaces_the_first(struct spk_objstore *store)
{
    struct spk_objstore_put put = {.key = SPK_V("k")};
    struct spk_objstore_written first, second;
    assert_int_equal(spk_objstore_put(store, &put, SPK_V("one"), &first, NULL), SPK_OK);
    assert_int_equal(spk_objstore_put(store, &put, SPK_V("two"), &second, NULL), SPK_OK);
    assert_string_not_equal(first.etag, second.etag);
    assert_string_equal(text_of(store, "k"), "two");
}

static void if_absent_never_replaces(struct spk_objstore *store)
{
    struct spk_objstore_put put = {.key = SPK_V("a/k"), .if_absent = true};
    struct spk_objstore_written written;
    assert_int_equal(spk_objstore_put(store, &put, SPK_V("one"), &written, NULL), SPK_OK);
    assert_false(written.exists);
    assert_int_equal(spk_objstore_put(store, &put, SPK_V("two"), &written, NULL), SPK_OK);
    assert_true(written.exists);
    assert_string_equal(written.etag, "");
    assert_string_equal(text_of(store, "a/k"), "one");
    assert_string_equal(keys_of(store), "a/k ");
}

static void nothing_is_visible_before_finish(struct spk_objstore *store)
{
    struct spk_objstore_put put = {.key = SPK_V("a/streamed")};
    struct spk_objstore_writer *writer;
    struct spk_objstore_written written;
    assert_int_equal(spk_objstore_writer_open(store, &put, &writer, NULL), SPK_OK);
    assert_int_equal(spk_objstore_writer_write(writer, SPK_V("a"), NULL), SPK_OK);
    assert_int_equal(spk_objstore_writer_write(writer, SPK_V(""), NULL), SPK_OK);
    assert_false(has(store, "a/streamed"));
    assert_string_equal(keys_of(store), "");
    assert_int_equal(spk_objstore_writer_write(writer, SPK_V("bc"), NULL), SPK_OK);
    assert_int_equal(spk_objstore_writer_finish(writer, &written, NULL), SPK_OK);
    assert_string_equal(written.sha256, SHA_ABC);
    assert_string_equal(text_of(store, "a/streamed"), "abc");

    put.key = SPK_V("a/aborted");
    assert_int_equal(spk_objstore_writer_open(store, &put, &writer, NULL), SPK_OK);
    assert_int_equal(spk_objstore_writer_write(writer, SPK_V("abc"), NULL), SPK_OK);
    spk_objstore_writer_abort(writer);
    assert_string_equal(keys_of(store), "a/streamed ");
}

static void ranges_are_clipped(struct spk_objstore *store)
{
    static const struct {
        uint64_t offset, length;
        const char *expected;
    } ranges[] = {
        {0, 0, "0123456789"},  {3, 0, "3456789"},   {3, 4, "3456"},
        {8, 100, "89"},        {10, 0, ""},         {11, 5, ""},
        {0, 10, "0123456789"}, {UINT64_MAX, 1, ""}, {9, UINT64_MAX, "9"},
    };
    put_text(store, "digits", "0123456789");
    for (size_t i = 0; i < COUNT(ranges); i++) {
        struct spk_objstore_get get = {SPK_V("digits"), ranges[i].offset, ranges[i].length};
        struct spk_buf out = {0};
        assert_int_equal(spk_objstore_get(store, &get, &out, NULL, NULL), SPK_OK);
        assert_true(spk_view_is(spk_buf_view(&out), ranges[i].expected));
        spk_buf_deinit(&out);
    }
}

static void the_limit_of_the_buffer_is_kept(struct spk_objstore *store)
{
    struct spk_objstore_get get = {.key = SPK_V("digits")};
    struct spk_buf out;
    struct spk_error err = {0};
    put_text(store, "digits", "0123456789");
    spk_buf_init(&out, 14);
    spk_buf_append_str(&out, "kept");
    assert_int_equal(spk_objstore_get(store, &get, &out, NULL, NULL), SPK_OK);
    assert_true(spk_view_is(spk_buf_view(&out), "kept0123456789"));
    assert_int_equal(spk_objstore_get(store, &get, &out, NULL, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "larger than the limit of 14 bytes"));
    assert_true(spk_view_is(spk_buf_view(&out), "kept0123456789"));
    spk_buf_deinit(&out);
}

static void absence_is_an_answer(struct spk_objstore *store)
{
    struct spk_objstore_get get = {.key = SPK_V("no/such")};
    struct spk_objstore_copy copy = {.from = SPK_V("no/such"), .to = SPK_V("b")};
    struct spk_objstore_reader *reader = NULL;
    struct spk_objstore_stat stat;
    struct spk_buf out = {0};
    struct spk_error err = {0};
    bool found = true;
    assert_int_equal(spk_objstore_reader_open(store, &get, &reader, NULL), SPK_OK);
    assert_null(reader);
    assert_int_equal(spk_objstore_get(store, &get, &out, &found, NULL), SPK_OK);
    assert_false(found);
    assert_int_equal(spk_objstore_get(store, &get, &out, NULL, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "\"no/such\": no such object"));
    assert_int_equal(spk_objstore_head(store, get.key, &stat, NULL, NULL), SPK_EDATA);
    assert_int_equal(spk_objstore_copy(store, &copy, NULL, &err), SPK_EDATA);
    assert_int_equal(spk_objstore_delete(store, get.key, NULL), SPK_OK);
    put_text(store, "no/such/deep", "x"); /* a folder is no object, and nothing lies below one */
    assert_false(has(store, "no/such"));
    assert_string_equal(text_of(store, "no/such"), "(none)");
    assert_string_equal(text_of(store, "no/such/deep/er"), "(none)");
    assert_int_equal(spk_objstore_delete(store, SPK_V("no/such"), NULL), SPK_OK);
    assert_int_equal(spk_objstore_delete(store, SPK_V("no/such/deep/er"), NULL), SPK_OK);
    assert_string_equal(keys_of(store), "no/such/deep ");
}

static void a_reader_keeps_the_object_it_opened(struct spk_objstore *store)
{
    struct spk_objstore_get get = {.key = SPK_V("k")};
    struct spk_objstore_reader *reader = NULL;
    char at[8];
    size_t n = 0;
    put_text(store, "k", "first");
    assert_int_equal(spk_objstore_reader_open(store, &get, &reader, NULL), SPK_OK);
    assert_int_equal(spk_objstore_reader_read(reader, at, 2, &n, NULL), SPK_OK);
    assert_int_equal(n, 2);
    put_text(store, "k", "second");
    assert_int_equal(spk_objstore_delete(store, get.key, NULL), SPK_OK);
    assert_int_equal(spk_objstore_reader_read(reader, at + 2, 6, &n, NULL), SPK_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(at, "first", 5);
    assert_int_equal(spk_objstore_reader_read(reader, at, 8, &n, NULL), SPK_OK);
    assert_int_equal(n, 0);
    spk_objstore_reader_close(reader);
}

static void large_objects_stream_through(struct spk_objstore *store)
{
    enum { BLOCK = 100003, BLOCKS = 40 };
    struct spk_objstore_put put = {.key = SPK_V("large")};
    struct spk_objstore_copy copy = {.from = SPK_V("large"), .to = SPK_V("copy")};
    struct spk_objstore_get get = {.key = SPK_V("copy")};
    struct spk_objstore_writer *writer;
    struct spk_objstore_written written;
    struct spk_buf out = {0};
    static char block[BLOCK];
    assert_int_equal(spk_objstore_writer_open(store, &put, &writer, NULL), SPK_OK);
    for (int i = 0; i < BLOCKS; i++) {
        memset(block, 'a' + i % 26, BLOCK);
        assert_int_equal(spk_objstore_writer_write(writer, spk_view_make(block, BLOCK), NULL),
                         SPK_OK);
    }
    assert_int_equal(spk_objstore_writer_finish(writer, &written, NULL), SPK_OK);
    assert_int_equal(written.size, BLOCK * BLOCKS);
    assert_int_equal(spk_objstore_copy(store, &copy, &written, NULL), SPK_OK);
    assert_int_equal(written.size, BLOCK * BLOCKS);
    assert_int_equal(spk_objstore_get(store, &get, &out, NULL, NULL), SPK_OK);
    assert_int_equal(out.len, BLOCK * BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
        memset(block, 'a' + i % 26, BLOCK);
        assert_memory_equal(out.at + (size_t)i * BLOCK, block, BLOCK);
    }
    spk_buf_deinit(&out);
}

/* ---- keys ---- */

static void odd_keys_are_fine(struct spk_objstore *store)
{
    static const char *const keys[] = {
        "a b/c d",    "\xc3\xa4/\xe2\x82\xac \xf0\x9f\x8e\xb0",
        "...",        "..a/b..",
        ".hidden",    "%41/+&?#",
        "quote'\"\\", "a\nb\tc",
        "-",          "~/*",
    };
    for (size_t i = 0; i < COUNT(keys); i++)
        put_text(store, keys[i], keys[i]);
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_string_equal(text_of(store, keys[i]), keys[i]);
    char longest[501];
    for (size_t i = 0; i < sizeof(longest); i++)
        longest[i] = i % 251 == 250 ? '/' : 'x';
    longest[500] = '\0';
    put_text(store, longest, "long");
    assert_string_equal(text_of(store, longest), "long");
}

static void bad_keys_are_refused_everywhere(struct spk_objstore *store)
{
    static char too_long[1026], long_segment[257];
    memset(too_long, 'x', sizeof(too_long) - 1);
    memset(long_segment, 'x', sizeof(long_segment) - 1);
    for (size_t i = 100; i < sizeof(too_long); i += 100)
        too_long[i] = '/';
    const struct {
        struct spk_view key;
        const char *says;
    } bad[] = {
        {SPK_V(""), "is empty"},
        {SPK_V("/a"), "empty segment"},
        {SPK_V("a/"), "empty segment"},
        {SPK_V("a//b"), "empty segment"},
        {SPK_V(".."), "\"..\""},
        {SPK_V("../etc/passwd"), "\"..\""},
        {SPK_V("a/../b"), "\"..\""},
        {SPK_V("a/./b"), "\"..\""},
        {SPK_V("a\0b"), "NUL"},
        {SPK_V("a\xff"), "UTF-8"},
        {SPK_V(".spike-tmp/x"), "reserved"},
        {spk_view_of(too_long), "more than 1024 bytes"},
        {spk_view_of(long_segment), "more than 255 bytes"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct spk_objstore_put put = {.key = bad[i].key};
        struct spk_objstore_get get = {.key = bad[i].key};
        struct spk_objstore_copy copy = {.from = SPK_V("a"), .to = bad[i].key};
        struct spk_objstore_reader *reader;
        struct spk_objstore_stat stat;
        struct spk_arena arena = {0};
        struct spk_error err = {0};
        bool found;
        assert_int_equal(spk_objstore_put(store, &put, SPK_V("x"), NULL, &err), SPK_EDATA);
        assert_non_null(strstr(err.text, bad[i].says));
        assert_int_equal(spk_objstore_reader_open(store, &get, &reader, NULL), SPK_EDATA);
        assert_int_equal(spk_objstore_head(store, bad[i].key, &stat, &found, NULL), SPK_EDATA);
        assert_int_equal(spk_objstore_delete(store, bad[i].key, NULL), SPK_EDATA);
        assert_int_equal(spk_objstore_copy(store, &copy, NULL, NULL), SPK_EDATA);
        assert_null(spk_objstore_local_path(store, bad[i].key, &arena).at);
        spk_arena_deinit(&arena);
    }
}

static void no_object_lies_below_another(struct spk_objstore *store)
{
    struct spk_objstore_put below = {.key = SPK_V("a/b"), .if_absent = true};
    struct spk_objstore_put above = {.key = SPK_V("c")};
    struct spk_objstore_written written;
    put_text(store, "a", "object");
    put_text(store, "c/d/e", "object");
    assert_int_equal(spk_objstore_put(store, &below, SPK_V("x"), &written, NULL), SPK_EDATA);
    assert_int_equal(spk_objstore_put(store, &above, SPK_V("x"), &written, NULL), SPK_EDATA);
    above.if_absent = true;
    assert_int_equal(spk_objstore_put(store, &above, SPK_V("x"), &written, NULL), SPK_EDATA);
    assert_string_equal(keys_of(store), "a c/d/e ");
    assert_int_equal(spk_objstore_delete(store, SPK_V("c/d/e"), NULL), SPK_OK);
    put_text(store, "c", "free again");
    assert_string_equal(keys_of(store), "a c ");
}

/* ---- copying, deleting ---- */

static void copies_are_whole_and_conditional(struct spk_objstore *store)
{
    struct spk_objstore_copy copy = {.from = SPK_V("a"), .to = SPK_V("x/y/z"), .if_absent = true};
    struct spk_objstore_written written;
    struct spk_objstore_stat stat;
    put_text(store, "a", "one");
    assert_int_equal(spk_objstore_copy(store, &copy, &written, NULL), SPK_OK);
    assert_false(written.exists);
    assert_int_equal(written.size, 3);
    assert_int_equal(spk_objstore_head(store, copy.to, &stat, NULL, NULL), SPK_OK);
    assert_string_equal(stat.etag, written.etag);
    put_text(store, "a", "two");
    assert_int_equal(spk_objstore_copy(store, &copy, &written, NULL), SPK_OK);
    assert_true(written.exists);
    assert_string_equal(text_of(store, "x/y/z"), "one");
    copy.if_absent = false;
    assert_int_equal(spk_objstore_copy(store, &copy, NULL, NULL), SPK_OK);
    assert_string_equal(text_of(store, "x/y/z"), "two");
    copy.to = SPK_V("a");
    assert_int_equal(spk_objstore_copy(store, &copy, NULL, NULL), SPK_OK);
    assert_string_equal(text_of(store, "a"), "two");
}

static void many_keys_are_deleted_at_once(struct spk_objstore *store)
{
    const struct spk_view keys[] = {SPK_V("a/1"), SPK_V("a/2"), SPK_V("b/c/3"), SPK_V("none")};
    put_text(store, "a/1", "x");
    put_text(store, "a/2", "x");
    put_text(store, "a/kept", "x");
    put_text(store, "b/c/3", "x");
    assert_int_equal(spk_objstore_delete_many(store, keys, COUNT(keys), NULL), SPK_OK);
    assert_string_equal(keys_of(store), "a/kept ");
    assert_int_equal(spk_objstore_delete_many(store, NULL, 0, NULL), SPK_OK);
    const struct spk_view half_bad[] = {SPK_V("a/kept"), SPK_V("../x")};
    assert_int_equal(spk_objstore_delete_many(store, half_bad, 2, NULL), SPK_EDATA);
    assert_true(has(store, "a/kept"));
}

/* ---- listing ---- */

static const char *const listed[] = {
    "a", "a b/c", "a-b", "b/1", "b/2/x", "b/2/y", "b/3", "b-1", "b.1", "c/d/e/f", "\xc3\xa4/x",
};

static void fill(struct spk_objstore *store)
{
    for (size_t i = 0; i < COUNT(listed); i++)
        put_text(store, listed[i], listed[i]);
}

/* All pages of `max` entries, keys followed by '|'. */
static void list_all(struct spk_objstore *store, struct spk_objstore_list list, struct spk_buf *out)
{
    struct spk_arena arena = {0};
    struct spk_objstore_page page;
    do {
        struct spk_error err = {0};
        if (spk_objstore_list(store, &list, &arena, &page, &err) != SPK_OK)
            fail_msg("%s", err.text);
        assert_true(list.max == 0 || page.n <= list.max);
        assert_true(page.token.len == 0 || page.n == list.max);
        for (size_t i = 0; i < page.n; i++) {
            struct spk_view key = page.entries[i].key;
            bool folder = key.at[key.len - 1] == '/';
            assert_int_equal(page.entries[i].size, folder ? 0 : key.len);
            assert_int_equal(page.entries[i].modified_us != 0, !folder);
            spk_buf_append(out, key);
            spk_buf_append_char(out, '|');
        }
        list.token = page.token;
    } while (list.token.len > 0);
    spk_arena_deinit(&arena);
}

static void lists_are_sorted_filtered_and_paged(struct spk_objstore *store)
{
    static const struct {
        const char *prefix;
        bool folders;
        const char *expected;
    } lists[] = {
        {"", false, "a|a b/c|a-b|b-1|b.1|b/1|b/2/x|b/2/y|b/3|c/d/e/f|\xc3\xa4/x|"},
        {"", true, "a|a b/|a-b|b-1|b.1|b/|c/|\xc3\xa4/|"},
        {"b", false, "b-1|b.1|b/1|b/2/x|b/2/y|b/3|"},
        {"b", true, "b-1|b.1|b/|"},
        {"b/", false, "b/1|b/2/x|b/2/y|b/3|"},
        {"b/", true, "b/1|b/2/|b/3|"},
        {"b/2", true, "b/2/|"},
        {"b/2/", true, "b/2/x|b/2/y|"},
        {"b/2/x", false, "b/2/x|"},
        {"c/d", true, "c/d/|"},
        {"nothing/here", false, ""},
        {"a/", false, ""},
        {"../", false, ""},
        {"/", false, ""},
        {"b//", false, ""},
    };
    fill(store);
    for (size_t i = 0; i < COUNT(lists); i++) {
        for (size_t max = 0; max < 6; max++) {
            struct spk_buf out = {0};
            struct spk_objstore_list list = {
                .prefix = spk_view_of(lists[i].prefix), .folders = lists[i].folders, .max = max};
            list_all(store, list, &out);
            if (!spk_view_is(spk_buf_view(&out), lists[i].expected))
                fail_msg("prefix \"%s\", max %zu: %s", lists[i].prefix, max, spk_buf_cstr(&out));
            spk_buf_deinit(&out);
        }
    }
}

static void a_page_holds_a_thousand_at_most(struct spk_objstore *store)
{
    struct spk_arena arena = {0};
    struct spk_objstore_page page;
    struct spk_objstore_list list = {.prefix = SPK_V("n/"), .max = 5000};
    for (int i = 0; i < SPK_OBJSTORE_PAGE_MAX + 1; i++) {
        char key[32];
        snprintf(key, sizeof(key), "n/%d/%04d", i % 3, i);
        put_text(store, key, "");
    }
    assert_int_equal(spk_objstore_list(store, &list, &arena, &page, NULL), SPK_OK);
    assert_int_equal(page.n, SPK_OBJSTORE_PAGE_MAX);
    list.token = page.token;
    assert_int_equal(spk_objstore_list(store, &list, &arena, &page, NULL), SPK_OK);
    assert_int_equal(page.n, 1);
    assert_true(spk_view_is(page.entries[0].key, "n/2/0998"));
    spk_arena_deinit(&arena);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 20 };

struct race {
    struct spk_objstore *store;
    atomic_int winners, failures;
};

/* Each round: all threads want one key; one wins. Each also makes and drops a key of the shared
 * folder, which the store of files makes and removes meanwhile. */
static void *race(void *context)
{
    struct race *race = (struct race *)context;
    for (int i = 0; i < ROUNDS; i++) {
        char key[64], own[64];
        struct spk_objstore_written written = {0};
        struct spk_arena arena = {0};
        struct spk_objstore_page page;
        struct spk_objstore_list list = {.max = 3};
        snprintf(key, sizeof(key), "race/%d", i);
        snprintf(own, sizeof(own), "shared/folder/%p", (void *)&written);
        struct spk_objstore_put put = {spk_view_of(key), true}, put_own = {spk_view_of(own), false};
        bool ok = spk_objstore_put(race->store, &put, SPK_V("x"), &written, NULL) == SPK_OK;
        atomic_fetch_add(&race->winners, ok && !written.exists);
        ok = ok && spk_objstore_put(race->store, &put_own, SPK_V("y"), NULL, NULL) == SPK_OK;
        ok = ok && spk_objstore_list(race->store, &list, &arena, &page, NULL) == SPK_OK;
        ok = ok && spk_objstore_delete(race->store, put_own.key, NULL) == SPK_OK;
        atomic_fetch_add(&race->failures, !ok);
        spk_arena_deinit(&arena);
    }
    return NULL;
}

static void one_of_many_threads_wins_a_key(struct spk_objstore *store)
{
    struct race shared = {.store = store};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, race, &shared), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&shared.winners), ROUNDS);
    assert_int_equal(atomic_load(&shared.failures), 0);
}

static void the_store_says_where_it_is(struct spk_objstore *store)
{
    assert_true(strstr(spk_objstore_describe(store), "file:///tmp/") ||
                strstr(spk_objstore_describe(store), "memory:"));
}

/* ---- the run ---- */

static const struct {
    const char *name;
    void (*check)(struct spk_objstore *store);
} checks[] = {
    {"an object comes back as it was put", an_object_comes_back_as_it_was_put},
    {"empty objects exist", empty_objects_exist},
    {"a second put replaces the first", a_second_put_replaces_the_first},
    {"if_absent never replaces", if_absent_never_replaces},
    {"nothing is visible before finish", nothing_is_visible_before_finish},
    {"ranges are clipped", ranges_are_clipped},
    {"the limit of the buffer is kept", the_limit_of_the_buffer_is_kept},
    {"absence is an answer", absence_is_an_answer},
    {"a reader keeps the object it opened", a_reader_keeps_the_object_it_opened},
    {"large objects stream through", large_objects_stream_through},
    {"odd keys are fine", odd_keys_are_fine},
    {"bad keys are refused everywhere", bad_keys_are_refused_everywhere},
    {"no object lies below another", no_object_lies_below_another},
    {"copies are whole and conditional", copies_are_whole_and_conditional},
    {"many keys are deleted at once", many_keys_are_deleted_at_once},
    {"lists are sorted, filtered and paged", lists_are_sorted_filtered_and_paged},
    {"a page holds a thousand at most", a_page_holds_a_thousand_at_most},
    {"one of many threads wins a key", one_of_many_threads_wins_a_key},
    {"the store says where it is", the_store_says_where_it_is},
};

struct pair {
    size_t kind, check;
};

static void run_pair(void **state)
{
    const struct pair *pair = (const struct pair *)*state;
    struct fixture fixture;
    fixture_init(&fixture, &kinds[pair->kind]);
    checks[pair->check].check(fixture.store);
    fixture_deinit(&fixture);
}

int main(void)
{
    static struct pair pairs[COUNT(kinds) * COUNT(checks)];
    static char names[COUNT(pairs)][96];
    static struct CMUnitTest tests[COUNT(pairs)];
    for (size_t i = 0; i < COUNT(pairs); i++) {
        pairs[i] = (struct pair){i / COUNT(checks), i % COUNT(checks)};
        snprintf(names[i], sizeof(names[i]), "%s: %s", kinds[pairs[i].kind].name,
                 checks[pairs[i].check].name);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = run_pair, .initial_state = &pairs[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
