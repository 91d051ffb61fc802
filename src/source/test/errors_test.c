/* What an answer means and how long to wait: default table, filters, composites, backoffs. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

struct decision {
    const char *name; /* a sentence */
    const char *handler;
    int status; /* 0: no answer came */
    const char *body;
    enum spk_action action;
    spk_rc failure;
    const char *message; /* NULL: not looked at */
};

#define DEFAULT "{type: DefaultErrorHandler}"
#define FILTER(more)                                                                               \
    "{type: DefaultErrorHandler, response_filters: [{type: HttpResponseFilter, " more "}]}"
#define COMPOSITE(a, b) "{type: CompositeErrorHandler, error_handlers: [" a ", " b "]}"

static const struct decision decisions[] = {
    {"2xx succeeds", DEFAULT, 204, "", SPK_ACTION_SUCCESS, SPK_OK, NULL},
    {"3xx succeeds", DEFAULT, 304, "", SPK_ACTION_SUCCESS, SPK_OK, NULL},
    {"400 fails", DEFAULT, 400, "", SPK_ACTION_FAIL, SPK_ESYSTEM, NULL},
    {"401 is the config's fault", DEFAULT, 401, "", SPK_ACTION_FAIL, SPK_ECONFIG, NULL},
    {"403 is the config's fault", DEFAULT, 403, "", SPK_ACTION_FAIL, SPK_ECONFIG, NULL},
    {"404 fails", DEFAULT, 404, "", SPK_ACTION_FAIL, SPK_ESYSTEM, NULL},
    {"405 fails", DEFAULT, 405, "", SPK_ACTION_FAIL, SPK_ESYSTEM, NULL},
    {"408 is tried again", DEFAULT, 408, "", SPK_ACTION_RETRY, SPK_ETRANSIENT, NULL},
    {"429 is a limit", DEFAULT, 429, "", SPK_ACTION_RATE_LIMITED, SPK_ETRANSIENT, NULL},
    {"500 is tried again", DEFAULT, 500, "", SPK_ACTION_RETRY, SPK_ETRANSIENT, NULL},
    {"502 is tried again", DEFAULT, 502, "", SPK_ACTION_RETRY, SPK_ETRANSIENT, NULL},
    {"503 is tried again", DEFAULT, 503, "", SPK_ACTION_RETRY, SPK_ETRANSIENT, NULL},
    {"504 is tried again", DEFAULT, 504, "", SPK_ACTION_RETRY, SPK_ETRANSIENT, NULL},
    {"an unknown status is tried again", DEFAULT, 418, "", SPK_ACTION_RETRY, SPK_ESYSTEM,
     "unexpected HTTP status 418"},
    {"no answer is tried again", DEFAULT, 0, "", SPK_ACTION_RETRY, SPK_ETRANSIENT, "no answer"},
    {"a status is filtered", FILTER("http_codes: [200, 404], action: IGNORE"), 404, "",
     SPK_ACTION_IGNORE, SPK_ESYSTEM, NULL},
    {"another status is not", FILTER("http_codes: [404], action: IGNORE"), 400, "", SPK_ACTION_FAIL,
     SPK_ESYSTEM, NULL},
    {"a predicate sees the body", FILTER("predicate: '{{ response.code == 7 }}', action: RETRY"),
     200, "{\"code\": 7}", SPK_ACTION_RETRY, SPK_ESYSTEM, NULL},
    {"a predicate that does not hold", FILTER("predicate: '{{ response.code == 7 }}'"), 200,
     "{\"code\": 8}", SPK_ACTION_SUCCESS, SPK_OK, NULL},
    {"a predicate that cannot be evaluated does not hold",
     FILTER("predicate: '{{ response.a.b.c }}'"), 200, "{}", SPK_ACTION_SUCCESS, SPK_OK, NULL},
    {"a predicate sees the headers",
     FILTER("predicate: \"{{ headers['X-Left'] == '0' }}\", action: RATE_LIMITED"), 200, "{}",
     SPK_ACTION_RATE_LIMITED, SPK_ESYSTEM, NULL},
    {"the message of the body is searched",
     FILTER("error_message_contains: 'too old', action: IGNORE"), 400,
     "{\"error\": {\"message\": \"data too old\"}}", SPK_ACTION_IGNORE, SPK_ESYSTEM, NULL},
    {"several messages are one text", FILTER("error_message_contains: 'a, b', action: IGNORE"), 400,
     "{\"errors\": [{\"msg\": \"a\"}, \"b\"]}", SPK_ACTION_IGNORE, SPK_ESYSTEM, NULL},
    {"the message may be a template",
     FILTER("http_codes: [403], action: FAIL, error_message: 'no {{ response.what }}'"), 403,
     "{\"what\": \"key\"}", SPK_ACTION_FAIL, SPK_ECONFIG, "no key"},
    {"the class may be given",
     FILTER("http_codes: [400], action: FAIL, failure_type: config_error"), 400, "",
     SPK_ACTION_FAIL, SPK_ECONFIG, NULL},
    {"a filter without an action matches nothing",
     FILTER("http_codes: [400], failure_type: config_error"), 400, "", SPK_ACTION_FAIL, SPK_ESYSTEM,
     NULL},
    {"a predicate sees no config", FILTER("predicate: \"{{ config == None }}\", action: IGNORE"),
     400, "", SPK_ACTION_IGNORE, SPK_ESYSTEM, NULL},
    {"a new token and then another try",
     FILTER("http_codes: [401], action: REFRESH_TOKEN_THEN_RETRY"), 401, "",
     SPK_ACTION_REFRESH_TOKEN, SPK_ECONFIG, NULL},
    {"a page address shows no secret",
     FILTER("http_codes: [400], action: FAIL, error_message: '{{ request_url }}'"), 400, "",
     SPK_ACTION_FAIL, SPK_ESYSTEM, "http://api.test/items"},
    {"the first handler with an opinion decides",
     COMPOSITE(FILTER("http_codes: [400], action: RETRY"),
               FILTER("http_codes: [400], action: IGNORE")),
     400, "", SPK_ACTION_RETRY, SPK_ESYSTEM, NULL},
    {"a handler that fails leaves it to the next",
     COMPOSITE(DEFAULT, FILTER("http_codes: [400], action: IGNORE")), 400, "", SPK_ACTION_IGNORE,
     SPK_ESYSTEM, NULL},
    {"where all fail the last one speaks",
     COMPOSITE(FILTER("http_codes: [400], action: FAIL, error_message: one"),
               FILTER("http_codes: [400], action: FAIL, error_message: two")),
     400, "", SPK_ACTION_FAIL, SPK_ESYSTEM, "two"},
};

static void an_answer_is_resolved_as_the_cdk_does(void **state)
{
    for (size_t i = 0; i < sizeof(decisions) / sizeof(*decisions); i++) {
        const struct decision *test = &decisions[i];
        const struct spk_error failure = {.rc = SPK_ETRANSIENT, .text = "no answer"};
        struct spk_resolution is = {0};
        struct fixture f;
        fixture_init(&f, NULL, NULL);
        struct spk_component *handler = fixture_build(&f, test->handler, SPK_KIND_ERROR_HANDLER);
        if (test->status)
            fixture_answer(&f, test->status, "{\"x-left\": \"0\"}", spk_view_of(test->body));
        SPK_OPS(handler, error_handler)
            ->interpret(handler, &f.scope, test->status ? NULL : &failure, &is);
        if (is.action != test->action || is.failure != test->failure ||
            (test->message && !spk_view_is(is.message, test->message)))
            fail_msg("%s: action %d, failure %d, '%.*s'", test->name, (int)is.action,
                     (int)is.failure, SPK_FMT(is.message));
        fixture_deinit(&f);
    }
}

struct pause_case {
    const char *name; /* a sentence */
    const char *strategy;
    const char *headers;
    int attempt;
    double seconds; /* < 0: nothing to say */
    const char *error;
};

#define HEADER(more) "{type: WaitTimeFromHeader, header: Retry-After" more "}"
#define UNTIL(more)  "{type: WaitUntilTimeFromHeader, header: Reset" more "}"

#define RESPONSE(template, more)                                                                   \
    "{type: WaitTimeFromResponse, wait_time_in_seconds: \"" template "\"" more "}"

static const struct pause_case pauses[] = {
    {"constant", "{type: ConstantBackoffStrategy, backoff_time_in_seconds: 2.5}", NULL, 3, 2.5,
     NULL},
    {"constant by template",
     "{type: ConstantBackoffStrategy, backoff_time_in_seconds: \"{{ config['pause'] }}\"}", NULL, 1,
     7, NULL},
    {"exponential starts at twice the factor", "{type: ExponentialBackoffStrategy}", NULL, 1, 10,
     NULL},
    {"exponential doubles", "{type: ExponentialBackoffStrategy, factor: 3}", NULL, 3, 24, NULL},
    {"a header in seconds", HEADER(""), "{\"retry-after\": \"12\"}", 1, 12, NULL},
    {"a header with a fraction", HEADER(""), "{\"retry-after\": \"1.5\"}", 1, 1.5, NULL},
    {"a header that is not there", HEADER(""), "{}", 1, -1, NULL},
    {"a header that is no number", HEADER(""), "{\"retry-after\": \"soon\"}", 1, -1, NULL},
    {"a pattern cuts the number out", HEADER(", regex: '[0-9]+'"), "{\"retry-after\": \"30 s\"}", 1,
     30, NULL},
    {"a pattern matches from the start", HEADER(", regex: '[.0-9]+'"),
     "{\"retry-after\": \"30;w=60\"}", 1, 30, NULL},
    {"a wait under the bound", HEADER(", max_waiting_time_in_seconds: 60"),
     "{\"retry-after\": \"59\"}", 1, 59, NULL},
    {"a wait at the bound is too long", HEADER(", max_waiting_time_in_seconds: 60"),
     "{\"retry-after\": \"60\"}", 1, -1,
     "the server asks to wait 60 s, more than the 60 s this connector may wait"},
    {"a time in the past", UNTIL(""), "{\"reset\": \"100\"}", 1, -1, NULL},
    {"a time in the past with a least wait", UNTIL(", min_wait: 4"), "{\"reset\": \"100\"}", 1, 4,
     NULL},
    {"no time with a least wait", UNTIL(", min_wait: 4"), "{}", 1, 4, NULL},
    {"a bound of 0 allows no wait", HEADER(", max_waiting_time_in_seconds: 0"),
     "{\"retry-after\": \"1\"}", 1, -1,
     "the server asks to wait 1 s, more than the 0 s this connector may wait"},
    {"a bound of 0 allows none to be asked", HEADER(", max_waiting_time_in_seconds: 0"),
     "{\"retry-after\": \"0\"}", 1, 0, NULL},
    {"seconds of the body", RESPONSE("{{ response.retry.after }}", ""), "{}", 1, 9, NULL},
    {"seconds of a header", RESPONSE("{{ headers['X-Wait'] | float * 2 }}", ""),
     "{\"x-wait\": \"1.5\"}", 1, 3, NULL},
    {"a body without them", RESPONSE("{{ response.other.after }}", ""), "{}", 1, -1, NULL},
    {"a sum that cannot be made", RESPONSE("{{ response.text + 1 }}", ""), "{}", 1, -1, NULL},
    {"seconds in the past", RESPONSE("{{ response.retry.after - 100 }}", ""), "{}", 1, -1, NULL},
    {"seconds that are too many",
     RESPONSE("{{ response.retry.after }}", ", max_waiting_time_in_seconds: 9"), "{}", 1, -1,
     "the server asks to wait 9 s, more than the 9 s this connector may wait"},
};

static void a_pause_is_as_long_as_the_strategy_says(void **state)
{
    for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
        const struct pause_case *test = &pauses[i];
        struct spk_error err = {0};
        struct fixture f;
        fixture_init(&f, "{\"pause\": 7}", NULL);
        struct spk_component *strategy = fixture_build(&f, test->strategy, SPK_KIND_BACKOFF);
        fixture_answer(&f, 429, test->headers,
                       SPK_V("{\"retry\": {\"after\": 9}, \"text\": \"x\"}"));
        double is = SPK_OPS(strategy, backoff)->seconds(strategy, &f.scope, test->attempt, &err);
        bool same = test->seconds < 0 ? is < 0 : fabs(is - test->seconds) < 1e-9;
        if (!same || strcmp(err.text, test->error ? test->error : "") != 0)
            fail_msg("%s: %g, '%s'", test->name, is, err.text);
        fixture_deinit(&f);
    }
}

static void a_strategy_that_cannot_work_is_told_before_reading(void **state)
{
    static const char *const nodes[] = {
        RESPONSE("{{ resposne.after }}", ""),
        RESPONSE("1", ", max_waiting_time_in_seconds: \"{{ config['none'] }}\""),
        HEADER(", max_waiting_time_in_seconds: much"),
        UNTIL(", max_waiting_time_in_seconds: nan"),
        "{type: ConstantBackoffStrategy, backoff_time_in_seconds: 1, jitter_range_in_seconds: -1}",
        "{type: ExponentialBackoffStrategy, jitter_range_in_seconds: -1}",
    };
    for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
        struct fixture f;
        fixture_init(&f, NULL, NULL);
        if (fixture_try(&f, fixture_yaml(&f, nodes[i]), SPK_KIND_BACKOFF))
            fail_msg("%s is taken", nodes[i]);
        assert_int_equal(f.err.rc, SPK_ECONFIG);
        fixture_deinit(&f);
    }
}

static void a_wait_until_a_time_is_what_is_left_of_it(void **state)
{
    struct fixture f;
    char headers[64];
    struct spk_error err = {0};
    fixture_init(&f, NULL, NULL);
    snprintf(headers, sizeof(headers), "{\"reset\": \"%lld\"}",
             (long long)spk_time_now_us() / SPK_SECOND_US + 100);
    struct spk_component *strategy = fixture_build(&f, UNTIL(""), SPK_KIND_BACKOFF);
    fixture_answer(&f, 429, headers, SPK_V(""));
    double is = SPK_OPS(strategy, backoff)->seconds(strategy, &f.scope, 1, &err);
    assert_true(is > 80 && is <= 100);
    fixture_deinit(&f);
}

static void jitter_adds_at_most_twice_its_range(void **state)
{
    struct fixture f;
    fixture_init(&f, NULL, NULL);
    struct spk_component *strategy = fixture_build(
        &f,
        "{type: ConstantBackoffStrategy, backoff_time_in_seconds: 1, jitter_range_in_seconds: 2}",
        SPK_KIND_BACKOFF);
    for (int i = 0; i < 100; i++) {
        double is = SPK_OPS(strategy, backoff)->seconds(strategy, &f.scope, 1, NULL);
        assert_true(is >= 1 && is < 5);
    }
    fixture_deinit(&f);
}

static void retries_are_counted_by_template(void **state)
{
    struct fixture f;
    fixture_init(&f, "{\"tries\": 9}", NULL);
    struct spk_component *handler =
        fixture_build(&f, "{type: DefaultErrorHandler, max_retries: \"{{ config['tries'] }}\"}",
                      SPK_KIND_ERROR_HANDLER);
    const struct spk_error_handler_ops *ops = SPK_OPS(handler, error_handler);
    assert_int_equal(ops->max_retries(handler, &f.scope), 9);
    assert_true(ops->max_time_s(handler) == 600);
    handler = fixture_build(&f, DEFAULT, SPK_KIND_ERROR_HANDLER);
    assert_int_equal(ops->max_retries(handler, &f.scope), 5);
    assert_true(ops->max_time_s(handler) == 600);
    assert_true(ops->backoff(handler, &f.scope, 1, NULL) < 0);
    const char *many = "{type: DefaultErrorHandler, max_retries: many}";
    assert_null(fixture_try(&f, fixture_yaml(&f, many), SPK_KIND_ERROR_HANDLER));
    assert_int_equal(f.err.rc, SPK_ECONFIG);
    fixture_deinit(&f);
}

static void an_address_is_shown_without_what_is_secret(void **state)
{
    static const char *const cases[][2] = {
        {"http://a.test/x?key=1#f", "http://a.test/x"},
        {"http://u:p@a.test/x", "http://a.test/x"},
        {"http://u:p@a.test?x=/@", "http://a.test"},
        {"http://a.test/x#key", "http://a.test/x"},
        {"a.test/x@y", "a.test/x@y"},
        {"", ""},
    };
    struct spk_arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct spk_view shown = spk_public_url(spk_view_of(cases[i][0]), &arena);
        assert_string_equal(spk_arena_strdup(&arena, shown), cases[i][1]);
    }
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_resolved_as_the_cdk_does),
        cmocka_unit_test(a_pause_is_as_long_as_the_strategy_says),
        cmocka_unit_test(a_strategy_that_cannot_work_is_told_before_reading),
        cmocka_unit_test(a_wait_until_a_time_is_what_is_left_of_it),
        cmocka_unit_test(jitter_adds_at_most_twice_its_range),
        cmocka_unit_test(retries_are_counted_by_template),
        cmocka_unit_test(an_address_is_shown_without_what_is_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
