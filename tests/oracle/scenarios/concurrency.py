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


@scenario
def twenty_workers_share_properties_groups_and_carried_records():
    names = ["a", "b", "c", "d"]
    endpoint = {
        "type": "PropertiesFromEndpoint",
        "property_field_path": ["name"],
        "retriever": stream("properties")["retriever"],
    }
    chunks = {
        "type": "PropertyChunking",
        "property_limit_type": "property_count",
        "property_limit": 1,
    }
    properties = {
        "type": "QueryProperties",
        "property_list": endpoint,
        "property_chunking": chunks,
        "property_selector": {"type": "JsonSchemaPropertySelector"},
    }
    kinds = lists([str(n) for n in range(20)], "parent", with_option=False)
    union = {
        "type": "UnionPartitionRouter",
        "partition_field": "parent",
        "partition_routers": [kinds, parents(stream("tops"))],
    }
    groups = {
        "type": "GroupingPartitionRouter",
        "group_size": 3,
        "underlying_partition_router": union,
    }
    ids = {"ids": "{{ stream_partition.parent | join(',') }}"}

    def serve(r):
        if r.path == "/properties":
            return [{"name": name} for name in names]
        if r.path == "/tops":
            return [{"id": f"t{n}", "kids": rows(3, 10 * n)} for n in range(20)]
        if r.path == "/items":
            return [{"id": str(n), r.query["fields"]: n} for n in range(3)]
        return rows(2, **r.query)

    return Scenario(
        source(
            stream(
                request=requester(request_parameters={"fields": properties}),
                router=lists([str(n) for n in range(10)]),
            ),
            stream("groups", request=requester("/groups", request_parameters=ids), router=groups),
            stream("kids", router=parents(stream("tops"), lazy_read_pointer=["kids"])),
            concurrency_level=WORKERS,
        ),
        serve,
        streams=["items", "groups", "kids"],
        schemas={"items": {"properties": {name: {} for name in names[:3]}}},
        asks_once=True,
    )


@scenario
def twenty_workers_are_refused_limited_and_lose_their_token():
    """Each first try is refused, one of them as if its token had ended; refresh tokens are good once."""
    kinds = [str(n) for n in range(40)]
    retry = {"type": "HttpResponseFilter", "http_codes": [429], "action": "RETRY"}
    refresh = {
        "type": "HttpResponseFilter",
        "http_codes": [401],
        "action": "REFRESH_TOKEN_THEN_RETRY",
    }
    soon = {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [retry, refresh],
        "backoff_strategies": [soon],
    }
    window = {
        "type": "MovingWindowCallRatePolicy",
        "rates": [{"limit": 20, "interval": "PT0.2S"}],
        "matchers": [{"url_path_pattern": "/items"}],
    }

    def serve(r):
        if r.path == "/token":
            if f"refresh_token=r{r.count}" not in r.body.decode():
                return 400, '{"error": "invalid_grant"}'
            return {
                "access_token": "t",
                "expires_in": 3600,
                "refresh_token": f"r{r.count + 1}",
            }
        if r.count == 1:
            return (401, "it has ended") if r.query["kind"] == "7" else (429, "slow down")
        return rows(2, 2 * int(r.query["kind"]))

    authenticator = {**login("me"), "refresh_token_updater": {"type": "RefreshTokenUpdater"}}
    return Scenario(
        source(
            stream(
                request=requester(authenticator=authenticator, error_handler=handler),
                router=lists(kinds),
            ),
            concurrency_level=WORKERS,
            api_budget={"type": "HTTPAPIBudget", "policies": [window]},
        ),
        serve,
        config={"credentials": {"refresh_token": "r1"}},
    )
