/* Authenticators: what they put into a request, and what they ask for before. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "source/request/options.h"

enum { ANSWERS = 4 };

struct auth_case {
    const char *name; /* a sentence */
    const char *node;
    int times;                                 /* that it is applied; 0 is 1 */
    struct spk_http_exchange answers[ANSWERS]; /* in order */
    const char *options;                       /* of the last request; NULL: it fails */
    const char *seen;                          /* method, URL, headers and body of each request */
    const char *error;
};

#define CONFIG   "{\"key\": \"K\", \"user\": \"u\", \"password\": \"007\"}"
#define OK(body) {.status = 200, .answer = SPK_VIEW(body)}
#define PLAIN(parameters, headers)                                                                 \
    "{\"parameters\":" parameters ",\"headers\":" headers ",\"data\":null,\"json\":null}"
#define OAUTH(more)                                                                                \
    "{type: OAuthAuthenticator, client_id: i, client_secret: s, " more                             \
    "token_refresh_endpoint: 'http://a.test/token'}"
#define REFRESH "refresh_token: r, "
#define CLIENT  "grant_type: client_credentials, "
#define LOGIN                                                                                      \
    "{class_name: x.SessionLoginAuthenticator, url_base: 'http://a.test/b/', login: {path: "       \
    "/in}, token_path: [t], header: X-Token, username: \"{{ config['user'] }}\", password: "       \
    "\"{{ config['password'] }}\", post_login: [{method: PUT, path: track}]}"
#define SESSION(more)                                                                              \
    "{type: SessionTokenAuthenticator, session_token_path: [a, t], " more                          \
    "login_requester: {type: HttpRequester, url_base: 'http://a.test', path: in, http_method: "    \
    "POST}}"
#define BASIC "Authorization: Basic dTowMDc="

static const struct auth_case cases[] = {
    {.name = "no credentials", .node = "type: NoAuth", .options = PLAIN("{}", "{}"), .seen = ""},
    {.name = "a bearer token",
     .node = "{type: BearerAuthenticator, api_token: \"{{ config['key'] }}\"}",
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer K\"}"),
     .seen = ""},
    {.name = "a name and a password",
     .node = "{type: BasicHttpAuthenticator, username: \"{{ config['user'] }}\", password: "
             "\"{{ config['password'] }}\"}",
     .options = PLAIN("{}", "{\"Authorization\":\"Basic dTowMDc=\"}"),
     .seen = ""},
    {.name = "a key in a header",
     .node = "{type: ApiKeyAuthenticator, api_token: K, inject_into: {type: RequestOption, "
             "inject_into: header, field_name: X-Key}}",
     .options = PLAIN("{}", "{\"X-Key\":\"K\"}"),
     .seen = ""},
    {.name = "a key in a parameter",
     .node = "{type: ApiKeyAuthenticator, api_token: K, inject_into: {type: RequestOption, "
             "inject_into: request_parameter, field_name: key}}",
     .options = PLAIN("{\"key\":\"K\"}", "{}"),
     .seen = ""},
    {.name = "one refresh serves all requests",
     .node = OAUTH(REFRESH),
     .times = 3,
     .answers = {OK("{\"access_token\": \"T\", \"expires_in\": 3600}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer T\"}"),
     .seen = "POST http://a.test/token grant_type=refresh_token&client_id=i&client_secret=s&"
             "refresh_token=r\n"},
    {.name = "a token that ended is asked for again",
     .node = OAUTH(REFRESH),
     .times = 2,
     .answers = {OK("{\"access_token\": \"T\", \"expires_in\": -1}"),
                 OK("{\"access_token\": \"U\", \"expires_in\": \"3600\"}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer U\"}"),
     .seen = "POST http://a.test/token grant_type=refresh_token&client_id=i&client_secret=s&"
             "refresh_token=r\n"
             "POST http://a.test/token grant_type=refresh_token&client_id=i&client_secret=s&"
             "refresh_token=r\n"},
    {.name = "client credentials have no refresh token",
     .node = OAUTH(CLIENT),
     .answers = {OK("{\"access_token\": \"T\"}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer T\"}"),
     .seen = "POST http://a.test/token grant_type=client_credentials&client_id=i&"
             "client_secret=s\n"},
    {.name = "a token of the config that is good is used",
     .node = OAUTH(REFRESH "access_token_value: V, token_expiry_date: '2099-01-01T00:00:00Z', "),
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer V\"}"),
     .seen = ""},
    {.name = "no expiry is an hour, and an expiry as text counts",
     .node = OAUTH(REFRESH),
     .times = 2,
     .answers = {OK("{\"access_token\": \"T\"}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer T\"}")},
    {.name = "an expiry that is no number",
     .node = OAUTH(REFRESH),
     .answers = {OK("{\"access_token\": \"T\", \"expires_in\": \"soon\"}")},
     .error = "access token: the expiry of the token is no number of seconds"},
    {.name = "a refresh token that is refused",
     .node = OAUTH(REFRESH),
     .answers = {{.status = 400,
                  .answer = SPK_VIEW("{\"error\": \"invalid_grant\", \"error_description\": "
                                     "\"AADSTS50173: s is no secret\"}")}},
     .error = "access token: invalid_grant: AADSTS50173: the token endpoint refused the refresh "
              "token (invalid, ended or used)"},
    {.name = "an endpoint that fails once",
     .node = OAUTH(REFRESH),
     .answers = {{.status = 503}, OK("{\"access_token\": \"T\"}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer T\"}")},
    {.name = "an endpoint that gives no answer once",
     .node = OAUTH(REFRESH),
     .answers = {{.failure = SPK_ETRANSIENT, .failure_text = "reset"},
                 OK("{\"access_token\": \"T\"}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer T\"}")},
    {.name = "a refused refresh is the config's fault",
     .node = OAUTH(REFRESH),
     .answers = {{.status = 401}},
     .error = "access token: the token endpoint answered HTTP 401"},
    {.name = "an answer without a token",
     .node = OAUTH(REFRESH),
     .answers = {OK("{}")},
     .error = "access token: the token endpoint's answer has no access_token"},
    {.name = "one login and its follow-up serve all requests",
     .node = LOGIN,
     .times = 3,
     .answers = {OK("{\"t\": \"T\"}"), OK("")},
     .options = PLAIN("{}", "{\"X-Token\":\"T\"}"),
     .seen = "GET http://a.test/b/in " BASIC " \nPUT http://a.test/b/track X-Token: T \n"},
    {.name = "wrong credentials are tried once",
     .node = LOGIN,
     .times = 3,
     .answers = {{.status = 403}},
     .seen = "GET http://a.test/b/in " BASIC " \n",
     .error = "login: the platform refuses the user name or the password"},
    {.name = "a login that fails once is tried again",
     .node = LOGIN,
     .answers = {{.status = 500}, OK("{\"t\": \"T\"}"), OK("")},
     .options = PLAIN("{}", "{\"X-Token\":\"T\"}")},
    {.name = "a login whose answer is cut off is made again",
     .node = LOGIN,
     .answers = {{.failure = SPK_ETRANSIENT, .failure_text = "cut off"},
                 OK("{\"t\": \"T\"}"),
                 OK("")},
     .options = PLAIN("{}", "{\"X-Token\":\"T\"}")},
    {.name = "a page in the login's place is no token",
     .node = LOGIN,
     .answers = {OK("<html>")},
     .error = "login: the answer to the login holds no token"},
    {.name = "a session token stays for its time",
     .node = SESSION("expiration_duration: PT1H, request_authentication: {type: Bearer}, "),
     .times = 2,
     .answers = {OK("{\"a\": {\"t\": \"T\"}}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer T\"}"),
     .seen = "POST http://a.test/in \n"},
    {.name = "without a time each request logs in",
     .node = SESSION("request_authentication: {type: Bearer}, "),
     .times = 2,
     .answers = {OK("{\"a\": {\"t\": \"T\"}}"), OK("{\"a\": {\"t\": \"U\"}}")},
     .options = PLAIN("{}", "{\"Authorization\":\"Bearer U\"}"),
     .seen = "POST http://a.test/in \nPOST http://a.test/in \n"},
    {.name = "a session token as a key",
     .node = SESSION("request_authentication: {type: ApiKey, inject_into: {type: RequestOption, "
                     "inject_into: header, field_name: X}}, "),
     .answers = {OK("{\"a\": {\"t\": \"T\"}}")},
     .options = PLAIN("{}", "{\"X\":\"T\"}"),
     .seen = "POST http://a.test/in \n"},
    {.name = "a login without a token",
     .node = SESSION("request_authentication: {type: Bearer}, "),
     .answers = {OK("{}")},
     .error = "login: the login's answer has no token at session_token_path"},
};

static const char *seen(struct fixture *f)
{
    struct spk_buf all = {0};
    for (size_t i = 0; i < spk_http_memory_seen_len(f->http); i++) {
        const struct spk_http_seen *request = spk_http_memory_seen(f->http, i);
        spk_buf_printf(&all, "%.*s %.*s ", SPK_FMT(request->method), SPK_FMT(request->url));
        for (size_t j = 0; j < request->headers_len; j++) {
            const struct spk_http_header *header = &request->headers[j];
            if (!spk_view_equal_nocase(header->name, SPK_V("content-type")))
                spk_buf_printf(&all, "%.*s: %.*s ", SPK_FMT(header->name), SPK_FMT(header->value));
        }
        spk_buf_printf(&all, "%.*s\n", SPK_FMT(request->body));
    }
    const char *kept = spk_arena_strdup(&f->arena, spk_buf_view(&all));
    spk_buf_deinit(&all);
    return kept;
}

static const char *options_text(struct fixture *f, const struct spk_request_options *options)
{
    const struct {
        const char *name;
        struct spk_value value;
    } parts[] = {{"parameters", options->parameters},
                 {"headers", options->headers},
                 {"data", options->body_data},
                 {"json", options->body_json}};
    struct spk_value all = spk_dict_new(&f->arena);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        spk_set(all, parts[i].name,
                spk_is_defined(parts[i].value) && spk_value_truthy(parts[i].value) ? parts[i].value
                : i < 2 ? spk_dict_new(&f->arena)
                        : spk_null());
    return fixture_text(f, all);
}

static spk_rc apply_once(struct fixture *f, struct spk_component *auth, struct spk_error *err)
{
    f->request = (struct spk_request){.method = SPK_V("GET"), .arena = &f->arena};
    spk_request_options_init(&f->request.options, &f->arena);
    return SPK_OPS(auth, authenticator)->apply(auth, &f->request, err);
}

static void expect(const char *name, const char *is, const char *wanted)
{
    if (wanted && strcmp(is, wanted) != 0)
        fail_msg("%s:\n  %s\nnot\n  %s", name, is, wanted);
}

static void run_case(const struct auth_case *test)
{
    struct fixture f;
    struct spk_error err = {0};
    size_t answers = 0;
    while (answers < ANSWERS && (test->answers[answers].status || test->answers[answers].failure))
        answers++;
    fixture_init(&f, CONFIG, spk_http_memory_create(test->answers, answers, SPK_HTTP_IN_ORDER));
    struct spk_component *auth = fixture_build(&f, test->node, SPK_KIND_AUTHENTICATOR);
    spk_rc rc = apply_once(&f, auth, &err);
    for (int i = 1; i < test->times; i++) {
        err = (struct spk_error){0};
        rc = apply_once(&f, auth, &err);
    }
    expect(test->name, rc ? err.text : options_text(&f, &f.request.options),
           test->error ? test->error : test->options);
    expect(test->name, seen(&f), test->seen);
    fixture_deinit(&f);
}

static void credentials_go_where_the_manifest_says(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        run_case(&cases[i]);
}

static void a_refused_session_is_opened_again(void **state)
{
    static const struct spk_http_exchange answers[] = {OK("{\"t\": \"T\"}"), OK(""),
                                                       OK("{\"t\": \"U\"}"), OK("")};
    struct fixture f;
    fixture_init(&f, CONFIG, spk_http_memory_create(answers, 4, SPK_HTTP_IN_ORDER));
    struct spk_component *auth = fixture_build(&f, LOGIN, SPK_KIND_AUTHENTICATOR);
    const struct spk_authenticator_ops *ops = SPK_OPS(auth, authenticator);
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    struct spk_request first = f.request;
    ops->answered(auth, &first, &(struct spk_response){.status = 500});
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    assert_int_equal(spk_http_memory_seen_len(f.http), 2);
    ops->answered(auth, &first, &(struct spk_response){.status = 401});
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    assert_int_equal(spk_http_memory_seen_len(f.http), 4);
    ops->answered(
        auth, &first,
        &(struct spk_response){.status = 401}); /* of the first session: the second one stays */
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    assert_int_equal(spk_http_memory_seen_len(f.http), 4);
    expect("header", options_text(&f, &f.request.options), PLAIN("{}", "{\"X-Token\":\"U\"}"));
    fixture_deinit(&f);
}

#define NODE(more)                                                                                 \
    "{type: OAuthAuthenticator, token_refresh_endpoint: 'http://a.test/token'" more "}"
#define TOKENS(tokens)                                                                             \
    "{type: RateLimitedMultipleTokenAuthenticator, quotas: [{name: q, remaining_path: [l], "       \
    "reset_path: [r]}], budget_min_reserve: 0, budget_reserve_fraction: 0, quota_status_source: "  \
    "{url: 'http://a.test/limits'}, tokens: '" tokens "'}"
#define JWT(more) "{type: JwtAuthenticator, algorithm: HS256, secret_key: k" more "}"

static void a_node_that_cannot_work_is_told_when_it_is_built(void **state)
{
    static const char *const nodes[] = {
        TOKENS(" , "),
        TOKENS("a', max_wait_time: 'P1M"),
        NODE(", client_id: i, refresh_token: r"),
        NODE(", client_secret: s, refresh_token: r"),
        NODE(", client_id: i, client_secret: s"),
        NODE(", use_profile_assertion: true"),
        NODE(", use_profile_assertion: true, profile_assertion: {type: NoAuth}"),
        NODE(", client_id: i, client_secret: s, refresh_token: r, access_token_value: v, "
             "token_expiry_date: soon"),
        NODE(", refresh_token_updater: {access_token_config_path: []}"),
        NODE(", refresh_token_error_key: a, refresh_token_updater: {refresh_token_error_key: b}"),
        "{type: OAuthAuthenticator, client_id: i, client_secret: s, refresh_token: r}",
        "{type: JwtAuthenticator, algorithm: HS1, secret_key: k}",
        "{type: JwtAuthenticator, algorithm: HS256}",
    };
    for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
        struct fixture f;
        fixture_init(&f, CONFIG, NULL);
        if (fixture_try(&f, fixture_yaml(&f, nodes[i]), SPK_KIND_AUTHENTICATOR))
            fail_msg("%s is taken", nodes[i]);
        assert_int_equal(f.err.rc, SPK_ECONFIG);
        fixture_deinit(&f);
    }
}

static void a_signed_token_is_sent_or_the_reason_told(void **state)
{
    static const struct {
        const char *node, *begins; /* of the header's value, or of the error */
    } tokens[] = {
        {JWT(""), "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiO"},
        {JWT(", header_prefix: Bearer"), "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."},
        {JWT(", additional_jwt_payload: {exp: 1}"),
         "signed token: exp is set by the engine, or beside it"},
        {JWT(", additional_jwt_headers: {alg: none}"),
         "signed token: alg is set by the engine, or beside it"},
        {"{type: JwtAuthenticator, algorithm: RS256, secret_key: k}",
         "signed token: the secret key is no private key in PEM, or its passphrase is wrong"},
    };
    for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
        struct fixture f;
        struct spk_error err = {0};
        fixture_init(&f, CONFIG, NULL);
        struct spk_component *auth = fixture_build(&f, tokens[i].node, SPK_KIND_AUTHENTICATOR);
        spk_rc rc = apply_once(&f, auth, &err);
        struct spk_value sent = spk_get(f.request.options.headers, "Authorization");
        struct spk_view is = rc ? spk_view_of(err.text) : spk_value_text_or(sent, "");
        if (!spk_view_starts(is, spk_view_of(tokens[i].begins)))
            fail_msg("%s: %.*s", tokens[i].node, SPK_FMT(is));
        fixture_deinit(&f);
    }
}

static void a_signed_profile_is_exchanged(void **state)
{
    static const struct spk_http_exchange answers[] = {OK("{\"access_token\": \"T\"}")};
    struct fixture f;
    fixture_init(&f, CONFIG, spk_http_memory_create(answers, 1, SPK_HTTP_IN_ORDER));
    struct spk_component *auth =
        fixture_build(&f, NODE(", use_profile_assertion: true, profile_assertion: " JWT("")),
                      SPK_KIND_AUTHENTICATOR);
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    struct spk_view body = spk_http_memory_seen(f.http, 0)->body;
    assert_true(spk_view_starts(
        body, SPK_V("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&"
                    "assertion=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.")));
    fixture_deinit(&f);
}

static void a_refused_token_is_replaced_once(void **state)
{
    static const struct spk_http_exchange answers[] = {OK("{\"access_token\": \"T\"}"),
                                                       OK("{\"access_token\": \"U\"}")};
    struct fixture f;
    fixture_init(&f, CONFIG, spk_http_memory_create(answers, 2, SPK_HTTP_IN_ORDER));
    struct spk_component *auth = fixture_build(&f, OAUTH(REFRESH), SPK_KIND_AUTHENTICATOR);
    const struct spk_authenticator_ops *ops = SPK_OPS(auth, authenticator);
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    struct spk_request first = f.request;
    assert_int_equal(ops->refresh(auth, &first, NULL), SPK_OK);
    assert_int_equal(ops->refresh(auth, &first, NULL), SPK_OK); /* replaced already */
    assert_int_equal(spk_http_memory_seen_len(f.http), 2);
    assert_int_equal(apply_once(&f, auth, NULL), SPK_OK);
    expect("header", options_text(&f, &f.request.options),
           PLAIN("{}", "{\"Authorization\":\"Bearer U\"}"));
    fixture_deinit(&f);
}

static void a_token_that_is_good_once_is_replaced_in_the_config(void **state)
{
    static const struct spk_http_exchange answers[] = {
        OK("{\"access_token\": \"T\", \"refresh_token\": \"second\", \"expires_in\": 9}")};
    struct fixture f;
    fixture_init(&f, "{\"a\": {\"b\": [1]}, \"credentials\": {\"refresh_token\": \"first\"}}",
                 spk_http_memory_create(answers, 1, SPK_HTTP_IN_ORDER));
    struct spk_value before = spk_source_config(f.source);
    struct spk_component *auths[2];
    for (int i = 0; i < 2; i++)
        auths[i] =
            fixture_build(&f, NODE(", client_id: i, client_secret: s, refresh_token_updater: {}"),
                          SPK_KIND_AUTHENTICATOR);
    assert_int_equal(apply_once(&f, auths[0], NULL), SPK_OK);
    assert_int_equal(apply_once(&f, auths[1], NULL), SPK_OK); /* finds the first one's token */
    assert_int_equal(spk_http_memory_seen_len(f.http), 1);
    struct spk_value held = spk_get(spk_source_config(f.source), "credentials");
    assert_string_equal(fixture_text(&f, spk_get(held, "refresh_token")), "\"second\"");
    assert_string_equal(fixture_text(&f, spk_get(held, "access_token")), "\"T\"");
    assert_string_equal(fixture_text(&f, before),
                        "{\"a\":{\"b\":[1]},\"credentials\":{\"refresh_token\":\"first\"}}");
    fixture_deinit(&f);
}

#define LEGACY                                                                                     \
    "{type: HttpRequester, url_base: 'http://a.test/', authenticator: {type: "                     \
    "LegacySessionTokenAuthenticator, header: X, login_url: in, session_token_response_key: id, "  \
    "validate_session_url: me, session_token: \"{{ config.get('given', '') }}\", username: u, "    \
    "password: p}}"
#define SEEN_LOGIN "POST http://a.test/in {\"username\": \"u\", \"password\": \"p\"}\n"

static void an_older_session_is_checked_or_opened_once(void **state)
{
    static const struct {
        const char *config;
        struct spk_http_exchange answers[ANSWERS];
        const char *sent, *seen; /* twice */
    } sessions[] = {
        {"{\"given\": \"G\"}", {OK("")}, "\"G\"", "GET http://a.test/me X: G \n"},
        {"{\"given\": \"G\"}",
         {{.status = 401}, OK("{\"id\": 7}")},
         "\"7\"",
         "GET http://a.test/me X: G \n" SEEN_LOGIN},
        {"{}", {OK("{\"id\": \"S\"}")}, "\"S\"", SEEN_LOGIN},
        {"{}", {{.status = 403}, {.status = 403}}, NULL, SEEN_LOGIN SEEN_LOGIN},
    };
    for (size_t i = 0; i < sizeof(sessions) / sizeof(*sessions); i++) {
        struct fixture f;
        fixture_init(&f, sessions[i].config,
                     spk_http_memory_create(sessions[i].answers, 2, SPK_HTTP_IN_ORDER));
        struct spk_component *requester = fixture_build(&f, LEGACY, SPK_KIND_REQUESTER);
        struct spk_component *auth = SPK_OPS(requester, requester)->authenticator(requester);
        for (int j = 0; j < 2; j++) {
            spk_rc rc = apply_once(&f, auth, NULL);
            assert_int_equal(rc, sessions[i].sent ? SPK_OK : SPK_ECONFIG);
        }
        if (sessions[i].sent)
            assert_string_equal(fixture_text(&f, spk_get(f.request.options.headers, "X")),
                                sessions[i].sent);
        expect("requests", seen(&f), sessions[i].seen);
        fixture_deinit(&f);
    }
}

static void *apply_in_thread(void *context)
{
    struct spk_component *auth = context;
    struct spk_arena arena = {0};
    struct spk_request request = {.method = SPK_V("GET"), .arena = &arena};
    spk_request_options_init(&request.options, &arena);
    spk_rc rc = SPK_OPS(auth, authenticator)->apply(auth, &request, NULL);
    bool good = !rc && spk_dict_len(request.options.headers) == 1;
    spk_arena_deinit(&arena);
    return good ? context : NULL;
}

static void apply_in_many_threads(struct spk_component *auth)
{
    enum { THREADS = 20 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, apply_in_thread, auth), 0);
    for (int i = 0; i < THREADS; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        assert_non_null(good);
    }
}

static void many_threads_log_in_once(void **state)
{
    static const struct {
        const char *node;
        struct spk_http_exchange answers[2];
        size_t len;
    } logins[] = {
        {LOGIN, {OK("{\"t\": \"T\"}"), OK("")}, 2},
        {OAUTH(REFRESH), {OK("{\"access_token\": \"T\"}")}, 1},
        {NODE(", refresh_token_updater: {}"),
         {OK("{\"access_token\": \"T\", \"refresh_token\": \"R\"}")},
         1},
        {TOKENS("a, b"),
         {OK("{\"l\": 19, \"r\": 4000000000}"), OK("{\"l\": 1, \"r\": 4000000000}")},
         2},
        {SESSION("expiration_duration: PT1H, request_authentication: {type: Bearer}, "),
         {OK("{\"a\": {\"t\": \"T\"}}")},
         1},
    };
    for (size_t i = 0; i < sizeof(logins) / sizeof(*logins); i++) {
        struct fixture f;
        fixture_init(&f, CONFIG,
                     spk_http_memory_create(logins[i].answers, logins[i].len, SPK_HTTP_IN_ORDER));
        apply_in_many_threads(fixture_build(&f, logins[i].node, SPK_KIND_AUTHENTICATOR));
        assert_int_equal(spk_http_memory_seen_len(f.http), logins[i].len);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_go_where_the_manifest_says),
        cmocka_unit_test(a_refused_session_is_opened_again),
        cmocka_unit_test(a_node_that_cannot_work_is_told_when_it_is_built),
        cmocka_unit_test(a_signed_token_is_sent_or_the_reason_told),
        cmocka_unit_test(a_signed_profile_is_exchanged),
        cmocka_unit_test(a_refused_token_is_replaced_once),
        cmocka_unit_test(a_token_that_is_good_once_is_replaced_in_the_config),
        cmocka_unit_test(an_older_session_is_checked_or_opened_once),
        cmocka_unit_test(many_threads_log_in_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
