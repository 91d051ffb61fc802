/* Buffers, arenas and maps. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void a_buffer_grows_and_ends_in_nul(void **state)
{
    struct spk_buf buf = {0};
    assert_string_equal(spk_buf_cstr(&buf), "");
    spk_buf_append_str(&buf, "n=");
    spk_buf_append_i64(&buf, INT64_MIN);
    spk_buf_append_char(&buf, ' ');
    spk_buf_append_i64(&buf, 0);
    spk_buf_printf(&buf, " %s", "x");
    spk_buf_append(&buf, (struct spk_view){0});
    assert_string_equal(spk_buf_cstr(&buf), "n=-9223372036854775808 0 x");
    spk_buf_clear(&buf);
    spk_buf_printf(&buf, "%01000d", 7);
    assert_int_equal(buf.len, 1000);
    spk_buf_deinit(&buf);
    spk_buf_deinit(&buf);
}

static void past_its_ceiling_a_buffer_keeps_what_fitted(void **state)
{
    struct spk_buf buf;
    struct spk_error err = {0};
    spk_buf_init(&buf, 8);
    spk_buf_append_str(&buf, "12345");
    assert_int_equal(spk_buf_check(&buf, "the page", &err), SPK_OK);
    spk_buf_append_str(&buf, "6789");
    spk_buf_append_str(&buf, "x");
    assert_null(spk_buf_reserve(&buf, 1));
    assert_string_equal(spk_buf_cstr(&buf), "12345678");
    assert_int_equal(spk_buf_check(&buf, "the page", &err), SPK_EDATA);
    assert_string_equal(err.text, "the page is larger than 8 bytes");
    spk_buf_clear(&buf);
    assert_non_null(spk_buf_reserve(&buf, 8));
    assert_null(spk_buf_reserve(&buf, 9));
    spk_buf_deinit(&buf);
}

static void an_arena_gives_aligned_pieces_of_any_size(void **state)
{
    struct spk_arena arena = {0};
    for (size_t round = 0; round < 3; round++) {
        for (size_t size = 0; size < 100000; size = size * 3 + 1) {
            char *piece = spk_arena_alloc(&arena, size);
            assert_int_equal((uintptr_t)piece % 16, 0);
            memset(piece, 0xAB, size);
            char *clear = spk_arena_zalloc(&arena, size + 1);
            assert_int_equal(clear[size], 0);
        }
        assert_true(arena.used > 100000);
        spk_arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    spk_arena_deinit(&arena);
    spk_arena_deinit(&arena);
    spk_arena_reset(&arena);
}

static void a_text_in_an_arena_ends_in_nul(void **state)
{
    struct spk_arena arena = {0};
    struct spk_view copy = spk_arena_dup(&arena, SPK_V("abc"));
    assert_int_equal(copy.len, 3);
    assert_string_equal(copy.at, "abc");
    assert_string_equal(spk_arena_strdup(&arena, (struct spk_view){0}), "");
    assert_string_equal(spk_arena_printf(&arena, "%d-%s", 5, "x").at, "5-x");
    int *zeroes = spk_arena_array(&arena, 100, sizeof *zeroes);
    assert_int_equal(zeroes[99], 0);
    spk_arena_deinit(&arena);
}

static void a_map_keeps_the_order_of_insertion(void **state)
{
    struct spk_map map = {0};
    int values[1000];
    char key[16];
    assert_null(spk_map_get(&map, SPK_V("absent")));
    assert_null(spk_map_remove(&map, SPK_V("absent")));
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "key%d", i);
        assert_null(spk_map_set(&map, spk_view_of(key), &values[i]));
    }
    assert_ptr_equal(spk_map_set(&map, SPK_V("key7"), NULL), &values[7]);
    assert_true(spk_map_has(&map, SPK_V("key7")));
    assert_ptr_equal(spk_map_remove(&map, SPK_V("key8")), &values[8]);
    assert_false(spk_map_has(&map, SPK_V("key8")));
    assert_int_equal(map.len, 999);
    assert_string_equal(map.entries[8].key.at, "key9");
    for (int i = 9; i < 1000; i++) {
        snprintf(key, sizeof key, "key%d", i);
        assert_ptr_equal(spk_map_get(&map, spk_view_of(key)), &values[i]);
    }
    assert_null(spk_map_set(&map, SPK_V(""), &values[0]));
    assert_ptr_equal(spk_map_get(&map, (struct spk_view){0}), &values[0]);
    spk_map_deinit(&map);
    spk_map_deinit(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_and_ends_in_nul),
        cmocka_unit_test(past_its_ceiling_a_buffer_keeps_what_fitted),
        cmocka_unit_test(an_arena_gives_aligned_pieces_of_any_size),
        cmocka_unit_test(a_text_in_an_arena_ends_in_nul),
        cmocka_unit_test(a_map_keeps_the_order_of_insertion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
