"""Many workers at once. Built for ThreadSanitizer too: SPIKE=build-tsan/spike."""

from scenarios.parts import (
    Scenario,
    cursor,
    in_window,
    lists,
    paginator,
    parents,
    requester,
    rows,
    scenario,
    source,
    stream,
)

WORKERS = {"type": "ConcurrencyLevel", "default_concurrency": 20, "max_concurrency": 20}


def login(who):
    return {
        "type": "OAuthAuthenticator",
        "token_refresh_endpoint": "{{ config['base'] }}/token",
        "client_id": who,
        "client_secret": "s",
        "refresh_token": "r",
    }


@scenario
def twenty_workers_share_a_login_parents_and_state():
    def serve(r):
        if r.path == "/token":
            return {"access_token": "t", "expires_in": 3600}
        if r.path == "/tops":
            return rows(20)
        if r.path == "/items":
            return rows(2, 2 * int(r.query["page"])) if r.query["page"] < "3" else rows(1, 99)
        return in_window(r, r.query.get("parent") or r.path.strip("/"), 1, 2, 3, 4)

    def private(path, **extra):
        return requester(path, authenticator=login(path), **extra)

    tops = stream("tops")
    option = {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "parent"}
    windows = {"incremental_sync": cursor(step="P2D", cursor_granularity="P1D")}
    first_page = {"type": "PageIncrement", "page_size": 2, "inject_on_first_request": True}
    kinds = [str(n) for n in range(20)]
    return Scenario(
        source(
            stream(router=lists(kinds), page=paginator(first_page), request=private("/items")),
            tops,
            stream(
                "children",
                request=private("/children"),
                router=parents(tops, request_option=option),
                **windows,
            ),
            stream("days", request=private("/days"), **windows),
            concurrency_level=WORKERS,
        ),
        serve,
        streams=["items", "tops", "children", "days"],
        asks_once=True,
    )
