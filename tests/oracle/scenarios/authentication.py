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
