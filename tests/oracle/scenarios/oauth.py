"""OAuth: how a token is asked for, how long it is kept, and what a refusal means."""

from scenarios.parts import Scenario, paginator, requester, rows, scenario, source, stream

LATER = "2099-01-01T00:00:00Z"


def oauth(**extra):
    made = {
        "type": "OAuthAuthenticator",
        "token_refresh_endpoint": "{{ config['base'] }}/token",
        "client_id": "{{ config['id'] }}",
        "client_secret": "s3cret",
        "refresh_token": "{{ config['r'] }}",
        **extra,
    }
    return {key: value for key, value in made.items() if value is not None}


def answering(token, good="fresh"):
    """`token` answers the token endpoint; rows are for whoever comes with the good token."""

    def serve(r):
        if r.path.startswith("/token"):
            return token(r) if callable(token) else token
        return rows(1) if r.headers["Authorization"] == f"Bearer {good}" else (401, "who are you")

    return serve


def granted(**extra):
    return {"access_token": "fresh", "expires_in": 3600, **extra}


def with_oauth(authenticator, serve=None, config=None, streams=1, **request):
    names = [f"items{i}" for i in range(streams)]
    made = [
        stream(name, request=requester(f"/{name}", authenticator=authenticator, **request))
        for name in names
    ]
    return Scenario(
        source(*made),
        serve or answering(granted()),
        names,
        config={"id": "me", "r": "old", **(config or {})},
    )


@scenario
def oauth_with_other_names():
    return with_oauth(
        oauth(
            client_id_name="cid",
            client_secret_name="csec",
            refresh_token_name="{{ config['rname'] }}",
            grant_type_name="gt",
            access_token_name="tok",
            expires_in_name="ttl",
        ),
        answering({"tok": "fresh", "ttl": "3600"}),
        {"rname": "rt"},
    )


@scenario
def oauth_by_client_credentials():
    return with_oauth(oauth(grant_type="client_credentials", refresh_token=None))


@scenario
def oauth_with_a_token_deep_in_the_answer():
    return with_oauth(
        oauth(), answering({"data": [{"x": 1}, {"auth": granted()}], "access_tokens": None})
    )


@scenario
def oauth_body_and_headers():
    return with_oauth(
        oauth(
            refresh_request_body={
                "audience": "{{ config['id'] }}",
                "client_id": "never",
                "list": ["a", "b"],
                "n": "{{ 7 }}",
            },
            refresh_request_headers={"X-Tenant": "{{ config['id'] }}"},
        )
    )


@scenario
def oauth_credentials_in_a_header():
    return with_oauth(
        oauth(
            refresh_request_headers={
                "Authorization": "Basic {{ (config['id'] ~ ':s') | base64encode }}"
            }
        )
    )


@scenario
def oauth_scopes():
    return with_oauth(oauth(scopes=["read", "write all"]))


@scenario
def oauth_in_the_query():
    return with_oauth(oauth(send_refresh_request_as_query_params=True, scopes=["a", "b"]))


@scenario
def oauth_empty_secret():
    return with_oauth(oauth(client_secret="{{ config['none'] }}"))


@scenario
def oauth_without_an_expiry_in_the_answer():
    return with_oauth(oauth(), answering({"access_token": "fresh"}), streams=2)


@scenario
def oauth_expiry_as_a_date():
    return with_oauth(
        oauth(token_expiry_date_format="%Y-%m-%dT%H:%M:%SZ", expires_in_name="until"),
        answering({"access_token": "fresh", "until": LATER}),
    )


@scenario
def oauth_expiry_as_an_epoch():
    return with_oauth(
        oauth(token_expiry_date_format="%s", expires_in_name="until"),
        answering({"access_token": "fresh", "until": 4000000000}),
    )


@scenario
def oauth_expiry_that_is_no_date():
    return with_oauth(
        oauth(token_expiry_date_format="%Y-%m-%d", expires_in_name="until"),
        answering({"access_token": "fresh", "until": "soon"}),
    )


@scenario
def oauth_expiry_that_is_no_number():
    return with_oauth(oauth(), answering({"access_token": "fresh", "expires_in": "an hour"}))


@scenario
def oauth_given_token_that_is_good():
    return with_oauth(
        oauth(access_token_value="{{ config['t'] }}", token_expiry_date="{{ config['until'] }}"),
        config={"t": "fresh", "until": LATER},
    )


@scenario
def oauth_given_token_that_ended():
    return with_oauth(
        oauth(access_token_value="{{ config['t'] }}", token_expiry_date="1700000000"),
        config={"t": "stale"},
    )


@scenario
def oauth_given_token_without_a_date():
    return with_oauth(oauth(access_token_value="stale"))


@scenario
def oauth_given_token_without_an_endpoint():
    return with_oauth(
        oauth(access_token_value="fresh", token_refresh_endpoint=None),
    )


@scenario
def oauth_refused_refresh_token():
    return with_oauth(
        oauth(),
        answering(
            (400, '{"error": "invalid_grant", "error_description": "AADSTS50173: revoked at 9"}')
        ),
    )


@scenario
def oauth_refusal_that_the_manifest_knows():
    return with_oauth(
        oauth(
            refresh_token_error_status_codes=[400, 418],
            refresh_token_error_key="code",
            refresh_token_error_values=["gone"],
        ),
        answering((418, '{"code": "gone"}')),
    )


@scenario
def oauth_endpoint_that_is_busy():
    turns = [(503, "later"), (429, "later"), granted()]
    return with_oauth(oauth(), answering(lambda r: turns[min(r.count, 3) - 1]))


def updater(**extra):
    return {
        "refresh_token_name": "refresh_token",
        "access_token_config_path": ["credentials", "access_token"],
        "refresh_token_config_path": ["credentials", "refresh_token"],
        "token_expiry_date_config_path": ["credentials", "token_expiry_date"],
        **extra,
    }


@scenario
def single_use_token_that_is_good():
    return with_oauth(
        oauth(refresh_token_updater=updater()),
        config={
            "credentials": {
                "access_token": "fresh",
                "token_expiry_date": LATER,
                "refresh_token": "once",
            }
        },
    )


@scenario
def single_use_token_is_replaced():
    return with_oauth(
        oauth(refresh_token_updater=updater()),
        answering(granted(refresh_token="next")),
        {
            "credentials": {
                "client_id": "held",
                "access_token": "stale",
                "token_expiry_date": "",
                "refresh_token": "once",
            }
        },
        streams=3,
    )


@scenario
def single_use_token_elsewhere():
    return with_oauth(
        oauth(
            refresh_token_updater=updater(
                refresh_token_name="rt",
                access_token_config_path=["now"],
                refresh_token_config_path=["deep", "er", "next"],
                token_expiry_date_config_path=["deep", "until"],
            ),
        ),
        answering(granted(rt="second")),
        {"deep": {"er": {"next": "first"}}},
    )


@scenario
def single_use_token_that_is_not_replaced():
    return with_oauth(
        oauth(refresh_token_updater=updater()),
        config={"credentials": {"refresh_token": "keep"}},
    )


@scenario
def the_config_changes_for_the_rest_of_the_run():
    """The second request shows what the config holds by then."""
    authenticator = oauth(refresh_token_updater=updater())
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {
                "type": "HttpResponseFilter",
                "predicate": "{{ true }}",
                "action": "FAIL",
                "failure_type": "config_error",
                "error_message": "{{ config['credentials']['refresh_token'] }}",
            }
        ],
    }
    return with_oauth(
        authenticator,
        answering(granted(refresh_token="next")),
        {"credentials": {"refresh_token": "once"}},
        error_handler=handler,
    )


REFRESH = {
    "type": "DefaultErrorHandler",
    "response_filters": [
        {
            "type": "HttpResponseFilter",
            "http_codes": [401],
            "action": "REFRESH_TOKEN_THEN_RETRY",
        }
    ],
    "backoff_strategies": [{"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}],
}


@scenario
def a_refused_token_is_refreshed():
    return with_oauth(
        oauth(access_token_value="stale", token_expiry_date=LATER), error_handler=REFRESH
    )


@scenario
def a_refreshed_token_that_is_refused():
    return with_oauth(
        oauth(access_token_value="stale", token_expiry_date=LATER),
        answering({"access_token": "bad", "expires_in": 60}),
        error_handler=REFRESH,
    )


@scenario
def a_refresh_that_is_refused():
    return with_oauth(
        oauth(access_token_value="stale", token_expiry_date=LATER),
        answering((401, '{"error": "invalid_client"}')),
        error_handler=REFRESH,
    )


@scenario
def a_refused_single_use_token_is_refreshed():
    return with_oauth(
        oauth(refresh_token_updater=updater()),
        answering(granted(refresh_token="next")),
        {
            "credentials": {
                "access_token": "stale",
                "token_expiry_date": LATER,
                "refresh_token": "once",
            }
        },
        error_handler=REFRESH,
    )


@scenario
def a_refused_token_of_a_selected_authenticator():
    chosen = {
        "type": "SelectiveAuthenticator",
        "authenticator_selection_path": ["kind"],
        "authenticators": {
            "o": oauth(access_token_value="stale", token_expiry_date=LATER),
            "n": {"type": "NoAuth"},
        },
    }
    return with_oauth(chosen, config={"kind": "o"}, error_handler=REFRESH)


@scenario
def single_use_token_in_check():
    made = with_oauth(
        oauth(refresh_token_updater=updater()),
        answering(granted(refresh_token="next")),
        {"credentials": {"refresh_token": "once"}},
    )
    made.op = "check"
    return made


def ending_in_mid_read(authenticator, config=None):
    """The first token is refused from the third page on; each refresh token is good once."""

    def serve(r):
        if r.path == "/token":
            if f"refresh_token=r{r.count}" not in r.body.decode():
                return 400, '{"error": "invalid_grant"}'
            return {
                "access_token": f"t{r.count}",
                "expires_in": 3600,
                "refresh_token": f"r{r.count + 1}",
            }
        page = int(r.query["page"])
        if r.headers["Authorization"] != f"Bearer t{1 if page < 3 else 2}":
            return 401, "the token has ended"
        return rows(2 if page < 5 else 1, 2 * page)

    pages = {"type": "PageIncrement", "page_size": 2, "start_from_page": 1}
    made = stream(
        request=requester(authenticator=authenticator, error_handler=REFRESH),
        page=paginator({**pages, "inject_on_first_request": True}),
    )
    return Scenario(source(made), serve, config={"id": "me", "r": "r1", **(config or {})})


@scenario
def a_single_use_token_that_ends_in_mid_read():
    return ending_in_mid_read(
        oauth(refresh_token_updater=updater()), {"credentials": {"refresh_token": "r1"}}
    )
