"""Authentication."""

from scenarios.parts import Scenario, option, requester, rows, scenario, source, stream


def authenticated(authenticator, serve=lambda r: rows(1), **config):
    return Scenario(
        source(stream(request=requester(authenticator=authenticator))), serve, config=config
    )


@scenario
def bearer_token():
    return authenticated(
        {"type": "BearerAuthenticator", "api_token": "{{ config['token'] }}"}, token="t0"
    )


@scenario
def basic_auth():
    return authenticated(
        {"type": "BasicHttpAuthenticator", "username": "{{ config['user'] }}", "password": "p:w"},
        user="me",
    )


@scenario
def api_key_in_a_header():
    return authenticated(
        {"type": "ApiKeyAuthenticator", "api_token": "k", "inject_into": option("X-Key", "header")}
    )


@scenario
def api_key_as_a_parameter():
    return authenticated(
        {
            "type": "ApiKeyAuthenticator",
            "api_token": "{{ config['k'] }}",
            "inject_into": option("key"),
        },
        k="a b",
    )


@scenario
def oauth_refresh_token():
    def serve(r):
        if r.path == "/token":
            return {"access_token": "fresh", "expires_in": 3600}
        return rows(1) if r.headers["Authorization"] == "Bearer fresh" else (401, "who are you")

    return authenticated(
        {
            "type": "OAuthAuthenticator",
            "token_refresh_endpoint": "{{ config['base'] }}/token",
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": "{{ config['r'] }}",
        },
        serve,
        r="old",
    )


@scenario
def authenticator_that_the_config_selects():
    return authenticated(
        {
            "type": "SelectiveAuthenticator",
            "authenticator_selection_path": ["auth", "kind"],
            "authenticators": {
                "a": {"type": "NoAuth"},
                "b": {"type": "BearerAuthenticator", "api_token": "{{ config['auth']['t'] }}"},
            },
        },
        auth={"kind": "b", "t": "tok"},
    )


@scenario
def session_token():
    login = {
        "type": "HttpRequester",
        "url_base": "{{ config['base'] }}",
        "path": "/login",
        "http_method": "POST",
        "request_body_json": {"user": "me"},
    }

    def serve(r):
        return {"session": {"id": "s1"}} if r.path == "/login" else rows(1)

    return authenticated(
        {
            "type": "SessionTokenAuthenticator",
            "login_requester": login,
            "session_token_path": ["session", "id"],
            "expiration_duration": "PT1H",
            "request_authentication": {
                "type": "ApiKey",
                "inject_into": option("X-Session", "header"),
            },
        },
        serve,
    )


def api_key(into, token="{{ config['k'] }}", method="POST", **request):
    authenticator = {"type": "ApiKeyAuthenticator", "api_token": token, "inject_into": into}
    return Scenario(
        source(
            stream(request=requester(authenticator=authenticator, http_method=method, **request))
        ),
        lambda r: rows(1),
        config={"k": "00017", "n": 5},
    )


@scenario
def api_key_in_a_form():
    return api_key(option("key", "body_data"), request_body_data={"a": "b"})


@scenario
def api_key_in_a_json_body():
    return api_key(option("key", "body_json"), request_body_json={"a": {"b": 1}})


@scenario
def api_key_deep_in_a_json_body():
    deep = {"type": "RequestOption", "inject_into": "body_json", "field_path": ["a", "key"]}
    return api_key(deep, request_body_json={"a": {"b": 1}})


@scenario
def api_key_that_is_a_number():
    return api_key(option("X-Key", "header"), token="{{ config['n'] }}", method="GET")


@scenario
def api_key_by_the_older_property():
    return authenticated({"type": "ApiKeyAuthenticator", "api_token": "k", "header": "X-Key"})


@scenario
def api_key_of_a_parameter_of_the_component():
    return authenticated(
        {
            "type": "ApiKeyAuthenticator",
            "api_token": "{{ parameters['word'] }} {{ config['k'] }}",
            "inject_into": option("{{ parameters['name'] }}", "header"),
            "$parameters": {"word": "Key", "name": "X-Named"},
        },
        k="a",
    )


@scenario
def a_header_that_the_requester_sets_too():
    return Scenario(
        source(
            stream(
                request=requester(
                    authenticator={"type": "BearerAuthenticator", "api_token": "t"},
                    request_headers={"Authorization": "mine"},
                )
            )
        ),
        lambda r: rows(1),
        asks_nothing=True,
    )


@scenario
def basic_auth_beyond_ascii():
    return authenticated(
        {"type": "BasicHttpAuthenticator", "username": "{{ config['u'] }}"}, u="jürgen"
    )


@scenario
def bearer_token_that_is_missing():
    return authenticated({"type": "BearerAuthenticator", "api_token": "{{ config['none'] }}"})


@scenario
def authenticator_selected_by_a_boolean():
    return authenticated(
        {
            "type": "SelectiveAuthenticator",
            "authenticator_selection_path": ["sandbox"],
            "authenticators": {
                "True": {
                    "type": "ApiKeyAuthenticator",
                    "api_token": "k",
                    "inject_into": option("X-Key", "header"),
                },
                "False": {"type": "NoAuth"},
            },
        },
        sandbox=True,
    )


@scenario
def credentials_stay_with_the_retries():
    handler = {
        "type": "DefaultErrorHandler",
        "backoff_strategies": [
            {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}
        ],
    }
    return Scenario(
        source(
            stream(
                request=requester(
                    authenticator={
                        "type": "ApiKeyAuthenticator",
                        "api_token": "k",
                        "inject_into": option("key"),
                    },
                    error_handler=handler,
                )
            )
        ),
        lambda r: (503, "later") if r.count == 1 else rows(1),
    )
