"""Several tokens with a rate limit each, and sessions."""

import time

from scenarios.parts import Scenario, lists, option, requester, rows, scenario, source, stream


def quota(**extra):
    return {
        "type": "TokenQuota",
        "name": "core",
        "remaining_path": ["core", "left"],
        "reset_path": ["core", "reset"],
        **extra,
    }


def several(serve, tokens="{{ config['tokens'] }}", quotas=None, streams=1, slices=4, **extra):
    status = {"type": "QuotaStatusSource", "url": "{{ config['base'] }}/limits"}
    authenticator = {
        "type": "RateLimitedMultipleTokenAuthenticator",
        "tokens": tokens,
        "quota_status_source": {**status, **extra.pop("status", {})},
        "quotas": quotas or [quota()],
        "budget_min_reserve": 0,
        "budget_reserve_fraction": 0.0,
        **extra,
    }
    names = [f"items{i}" for i in range(streams)]
    made = [
        stream(
            name,
            request=requester(f"/{name}", authenticator=authenticator),
            router=lists([str(i) for i in range(slices)]),
        )
        for name in names
    ]
    return Scenario(
        source(*made),
        serve,
        names,
        config={"tokens": "one,two , three"},
        headers_by_chance=True,
    )


def counts(left, **extra):
    """What the server says of each token; `left` by token, or for all."""

    def serve(r):
        token = r.headers["Authorization"].split()[-1]
        if r.path != "/limits":
            return rows(1)
        number = left[token] if isinstance(left, dict) else left
        reset = str(int(time.time()) + 3600)
        return {"core": {"left": number, "reset": reset, **extra}}

    return serve


@scenario
def the_first_token_serves_while_it_has_calls():
    return several(counts(100))


@scenario
def a_spent_token_is_left_for_the_next():
    return several(counts({"one": 0, "two": 0, "three": 50}))


@scenario
def each_token_to_its_last_call():
    return several(counts({"one": 1, "two": 2, "three": 1}))


@scenario
def two_streams_share_the_counts():
    return several(counts({"one": 2, "two": 2, "three": 4}), streams=2)


@scenario
def tokens_in_a_list():
    return several(counts(9), tokens=["{{ config['tokens'].split(',')[0] }}", " ", "two"])


@scenario
def tokens_by_another_delimiter():
    made = several(counts(9), token_delimiter=";")
    made.config["tokens"] = "one;two"
    return made


@scenario
def tokens_in_another_header():
    def serve(r):
        assert r.headers["X-Token"].startswith("token ")
        return {"core": {"left": 9, "reset": 4000000000}} if r.path == "/limits" else rows(1)

    return several(serve, header="X-Token", auth_method="token")


@scenario
def all_tokens_are_spent_for_longer_than_allowed():
    made = several(counts(0), max_wait_time="PT1M")
    return made


@scenario
def counts_are_asked_for_by_post():
    return several(counts(9), status={"http_method": "POST", "request_headers": {"X-A": "b"}})


@scenario
def a_path_that_is_not_there():
    return several(counts(9), quotas=[quota(remaining_path=["core", "none"])])


@scenario
def a_limit_of_its_own():
    return several(counts(9, limit=10), quotas=[quota(limit_path=["core", "limit"])])


@scenario
def a_server_without_counts():
    def serve(r):
        return (404, "no limits here") if r.path == "/limits" else rows(1)

    return several(serve, slices=1, status={"unavailable_status_codes": [404]})


@scenario
def a_server_that_refuses_to_tell():
    return several(lambda r: (404, "no limits here") if r.path == "/limits" else rows(1))


@scenario
def quotas_by_request():
    def serve(r):
        reset = int(time.time()) + 3600
        if r.path == "/limits":
            return {"core": {"left": 0, "reset": reset}, "search": {"left": 9, "reset": reset}}
        return rows(1)

    search = quota(
        name="search",
        remaining_path=["search", "left"],
        reset_path=["search", "reset"],
        matchers=[{"url_path_pattern": "^/items"}],
    )
    return several(serve, quotas=[quota(), search])


@scenario
def an_answer_tells_that_a_token_is_spent():
    """The first token is refused once: the retry goes out with the second one, at once."""

    def serve(r):
        token = r.headers["Authorization"].split()[-1]
        if r.path == "/limits":
            return {"core": {"left": 50, "reset": int(time.time()) + 3600}}
        return (429, "spent", {"Retry-After": "60"}) if token == "one" else rows(1)

    made = several(
        serve,
        quotas=[quota(exhaustion_status_codes=[429], remaining_header="X-Left")],
        slices=1,
    )
    made.manifest["streams"][0]["retriever"]["requester"]["error_handler"] = {
        "type": "DefaultErrorHandler",
        "backoff_strategies": [{"type": "WaitTimeFromHeader", "header": "Retry-After"}],
    }
    return made


def with_session(serve, count=1, decoder=None, login=None, **authentication):
    authenticator = {
        "type": "SessionTokenAuthenticator",
        "login_requester": {
            "type": "HttpRequester",
            "url_base": "{{ config['base'] }}",
            "path": "/login",
            "http_method": "POST",
            **(login or {}),
        },
        "session_token_path": ["session", "id"],
        "expiration_duration": "PT1H",
        "request_authentication": authentication or {"type": "Bearer"},
        **({"decoder": decoder} if decoder else {}),
    }
    names = [f"items{i}" for i in range(count)]
    made = [stream(n, request=requester(f"/{n}", authenticator=authenticator)) for n in names]
    return Scenario(source(*made), serve, names)


def sessions(r):
    return {"session": {"id": "s1"}} if r.path == "/login" else rows(1)


@scenario
def session_as_a_bearer_token():
    return with_session(sessions, count=2)


@scenario
def session_in_a_word_of_the_api():
    return with_session(
        sessions,
        type="ApiKey",
        inject_into=option("Authorization", "header"),
        api_token="Token {{ session_token }}",
    )


@scenario
def session_in_a_parameter():
    return with_session(sessions, type="ApiKey", inject_into=option("sid"))


@scenario
def session_of_an_xml_answer():
    return with_session(
        lambda r: "<session><id>s1</id></session>" if r.path == "/login" else rows(1),
        decoder={"type": "XmlDecoder"},
    )


@scenario
def session_login_that_fails_once():
    login = {
        "error_handler": {
            "type": "DefaultErrorHandler",
            "backoff_strategies": [
                {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}
            ],
        }
    }
    return with_session(
        lambda r: (503, "later") if r.path == "/login" and r.count == 1 else sessions(r),
        login=login,
    )


@scenario
def session_login_that_is_refused():
    return with_session(lambda r: (401, "who are you") if r.path == "/login" else rows(1))


@scenario
def session_with_a_login_of_its_own_credentials():
    return with_session(
        sessions,
        login={
            "authenticator": {
                "type": "BasicHttpAuthenticator",
                "username": "me",
                "password": "{{ config.get('none', 'x') }}",
            },
            "request_body_data": {"a": "b"},
        },
    )


def legacy(serve, count=2, **config):
    authenticator = {
        "type": "LegacySessionTokenAuthenticator",
        "header": "X-Session",
        "login_url": "login",
        "session_token_response_key": "id",
        "validate_session_url": "me",
        "session_token": "{{ config.get('session', '') }}",
        "username": "{{ config.get('user', '') }}",
        "password": "{{ config.get('password', '') }}",
    }
    names = [f"items{i}" for i in range(count)]
    made = [
        stream(
            n,
            request={
                "type": "HttpRequester",
                "url_base": "{{ config['base'] }}/api/",
                "path": n,
                "authenticator": authenticator,
            },
        )
        for n in names
    ]
    return Scenario(source(*made), serve, names, config=config)


@scenario
def an_older_session_login():
    made = legacy(
        lambda r: {"id": "s1"} if r.path == "/api/login" else rows(1), user="me", password="pw"
    )
    made.asks_once = True
    return made
