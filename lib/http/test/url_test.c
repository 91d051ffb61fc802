#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/url.h"

struct golden {
    struct spk_view first, second, expected; /* expected at NULL: refused */
};

static const struct golden joins[] = {
#include "url_join.inc"
};

static const struct golden prepared[] = {
#include "url_prepare.inc"
};

enum work { QUOTE, QUOTE_PLUS, UNQUOTE, UNQUOTE_PLUS, REQUOTE, REBUILD_QUERY };

static const struct {
    struct spk_view text;
    enum work work;
    struct spk_view expected;
} quotes[] = {
#include "url_quote.inc"
};

static void expect(struct spk_view got, struct spk_view expected, struct spk_view input)
{
    if (!spk_view_equal(got, expected)) {
        fail_msg("%.*s\n gives    %.*s\n expected %.*s", SPK_FMT(input), SPK_FMT(got),
                 SPK_FMT(expected));
    }
}

typedef spk_rc (*two_texts)(struct spk_arena *arena, struct spk_view first, struct spk_view second,
                            struct spk_view *out, struct spk_error *err);

static void compare(const struct golden *rows, size_t len, two_texts function, spk_rc failure)
{
    struct spk_arena arena = {0};
    for (size_t i = 0; i < len; i++) {
        struct spk_view got = {0};
        spk_rc rc = function(&arena, rows[i].first, rows[i].second, &got, NULL);
        struct spk_view input = spk_arena_printf(&arena, "row %zu: '%.*s' and '%.*s'", i,
                                                 SPK_FMT(rows[i].first), SPK_FMT(rows[i].second));
        expect(got, rows[i].expected, input);
        assert_int_equal(rc, rows[i].expected.at ? SPK_OK : failure);
    }
    spk_arena_deinit(&arena);
}

static void references_join_as_in_python(void **state)
{
    compare(joins, sizeof(joins) / sizeof(joins[0]), spk_url_join, SPK_EDATA);
}

static void urls_are_prepared_as_by_requests(void **state)
{
    compare(prepared, sizeof(prepared) / sizeof(prepared[0]), spk_url_prepare, SPK_ECONFIG);
}

static void rebuild_query(struct spk_buf *out, struct spk_view query)
{
    struct spk_view rest = query;
    struct spk_url_pair pair;
    while (spk_url_query_next(&rest, &pair)) {
        struct spk_buf key = {0};
        struct spk_buf value = {0};
        spk_url_unquote(&key, pair.key, true);
        spk_url_unquote(&value, pair.value, true);
        spk_url_query_append(out, spk_buf_view(&key), spk_buf_view(&value));
        spk_buf_deinit(&key);
        spk_buf_deinit(&value);
    }
}

static void texts_are_quoted_as_in_python(void **state)
{
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        struct spk_buf out = {0};
        struct spk_view text = quotes[i].text;
        switch (quotes[i].work) {
        case QUOTE: spk_url_quote(&out, text, "/"); break;
        case QUOTE_PLUS: spk_url_quote_plus(&out, text, ""); break;
        case UNQUOTE: spk_url_unquote(&out, text, false); break;
        case UNQUOTE_PLUS: spk_url_unquote(&out, text, true); break;
        case REQUOTE: spk_url_requote(&out, text); break;
        case REBUILD_QUERY: rebuild_query(&out, text); break;
        }
        expect(spk_buf_view(&out), quotes[i].expected, text);
        spk_buf_deinit(&out);
    }
}

static void a_netloc_falls_into_user_host_and_port(void **state)
{
    static const struct {
        struct spk_view netloc;
        const char *userinfo, *host, *port;
    } rows[] = {
        {SPK_VIEW("h"), NULL, "h", ""},
        {SPK_VIEW("u:p@H:80"), "u:p", "H", "80"},
        {SPK_VIEW("a@b@h"), "a@b", "h", ""},
        {SPK_VIEW("@h:"), "", "h", ""},
        {SPK_VIEW("[::1]:81"), NULL, "::1", "81"},
        {SPK_VIEW(""), NULL, "", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_view userinfo = spk_url_userinfo(rows[i].netloc);
        assert_int_equal(!userinfo.at, !rows[i].userinfo);
        expect(userinfo, spk_view_of(rows[i].userinfo), rows[i].netloc);
        expect(spk_url_host(rows[i].netloc), spk_view_of(rows[i].host), rows[i].netloc);
        expect(spk_url_port(rows[i].netloc), spk_view_of(rows[i].port), rows[i].netloc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_join_as_in_python),
        cmocka_unit_test(urls_are_prepared_as_by_requests),
        cmocka_unit_test(texts_are_quoted_as_in_python),
        cmocka_unit_test(a_netloc_falls_into_user_host_and_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
