"""The scenarios of source_live.py. Each is a function that returns a Scenario; its name is the scenario's.

`serve(request)` answers a request of either engine: a JSON value or text (status 200), or (status, body[, headers]).
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SCENARIOS = []


@dataclass
class Request:
    method: str
    path: str
    query: dict
    body: bytes
    headers: Any
    count: int  # how often this path and query were asked in this run


@dataclass
class Scenario:
    manifest: dict
    serve: Callable
    streams: list = field(default_factory=lambda: ["items"])
    config: dict = field(default_factory=dict)
    state: dict = field(default_factory=dict)
    asks_once: bool = (
        False  # the CDK may send a request twice (streams race for its cache), the engine must not
    )
    op: str = "read"
    name: str = ""


def scenario(make):
    made = make()
    made.name = make.__name__
    SCENARIOS.append(made)
    return make


# ---------------------------------------------------------------- parts of manifests
def option(name, into="request_parameter"):
    return {"type": "RequestOption", "inject_into": into, "field_name": name}


def requester(path="/items", **extra):
    return {"type": "HttpRequester", "url_base": "{{ config['base'] }}", "path": path, **extra}


def selector(*path, **extra):
    return {
        "type": "RecordSelector",
        "extractor": {"type": "DpathExtractor", "field_path": list(path)},
        **extra,
    }


def paginator(strategy, token="page", size=None):
    made = {
        "type": "DefaultPaginator",
        "pagination_strategy": strategy,
        "page_token_option": {"type": "RequestPath"} if token is None else option(token),
    }
    if size:
        made["page_size_option"] = option(size)
    return made


def stream(
    name="items",
    path=None,
    schema=None,
    request=None,
    select=None,
    page=None,
    router=None,
    decoder=None,
    retriever=None,
    **extra,
):
    made = {
        "type": "SimpleRetriever",
        "requester": request or requester(path or "/" + name),
        "record_selector": select or selector(),
        **(retriever or {}),
    }
    for key, value in (("paginator", page), ("partition_router", router), ("decoder", decoder)):
        if value:
            made[key] = value
    return {
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": "id",
        "retriever": made,
        "schema_loader": {
            "type": "InlineSchemaLoader",
            "schema": schema or {"type": "object", "properties": {}},
        },
        **extra,
    }


def source(*streams, **extra):
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "streams": list(streams),
        "check": {"type": "CheckStream", "stream_names": [streams[0]["name"]]},
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
        **extra,
    }


def cursor(start="2024-01-01", end="2024-01-05", fmt="%Y-%m-%d", **extra):
    return {
        "type": "DatetimeBasedCursor",
        "cursor_field": "at",
        "datetime_format": fmt,
        "start_datetime": start,
        "end_datetime": end,
        "start_time_option": option("from"),
        "end_time_option": option("to"),
        **extra,
    }


def lists(values, name="kind", with_option=True):
    made = {"type": "ListPartitionRouter", "values": values, "cursor_field": name}
    return {**made, "request_option": option(name)} if with_option else made


def parents(stream_node, key="id", field_name="parent", **extra):
    config = {
        "type": "ParentStreamConfig",
        "stream": stream_node,
        "parent_key": key,
        "partition_field": field_name,
        **extra,
    }
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [config]}


def rows(count, first=0, **extra):
    return [{"id": first + i, **extra} for i in range(count)]


def dated(prefix, *days):
    return [{"id": f"{prefix}-{day}", "at": f"2024-01-{day:02}"} for day in days]


def in_window(request, prefix, *days):
    low, high = request.query.get("from", "2024-01-01"), request.query.get("to", "2024-12-31")
    return [row for row in dated(prefix, *days) if low <= row["at"] <= high]


def refuse(request):
    return 404, "nothing here"


# ---------------------------------------------------------------- full refresh and extraction
@scenario
def full_refresh_of_a_list():
    return Scenario(
        source(stream()), lambda r: rows(3, name="a b", price=1.5, note=None, deep={"x": [1, "ü"]})
    )


@scenario
def records_below_a_path_and_a_wildcard():
    answer = {"data": {"a": {"rows": rows(2)}, "b": {"rows": rows(2, 10)}}, "total": 4}
    return Scenario(
        source(
            stream(select=selector("data", "*")),
            stream("others", select=selector("data", "b", "rows")),
        ),
        lambda r: answer,
        ["items", "others"],
    )


@scenario
def several_streams_and_a_missing_path():
    manifest = source(stream(select=selector("nope")), stream("others"))
    return Scenario(
        manifest, lambda r: {"data": 1} if r.path == "/items" else rows(2), ["items", "others"]
    )


@scenario
def request_parameters_headers_and_body():
    request = requester(
        "/items",
        http_method="POST",
        request_parameters={
            "q": "{{ config['word'] }}",
            "n": "{{ 1 + 1 }}",
            "e": "1e3",
            "none": "{{ none }}",
        },
        request_headers={"X-Word": "{{ config['word'] }}"},
        request_body_json={
            "deep": {"word": "{{ config['word'] }}", "n": 3},
            "list": ["a", "{{ 2 }}"],
        },
    )
    return Scenario(source(stream(request=request)), lambda r: rows(1), config={"word": "a b&c"})


@scenario
def form_body():
    request = requester(
        "/items", http_method="POST", request_body_data={"a": "{{ config['word'] }}", "b": "1"}
    )
    return Scenario(source(stream(request=request)), lambda r: rows(1), config={"word": "ä b"})


# ---------------------------------------------------------------- pagination
@scenario
def page_increment():
    page = paginator(
        {"type": "PageIncrement", "page_size": 2, "start_from_page": 1}, size="per_page"
    )
    return Scenario(
        source(stream(page=page)), lambda r: rows(5)[(int(r.query.get("page", 1)) - 1) * 2 :][:2]
    )


@scenario
def page_increment_on_the_first_request():
    page = paginator(
        {
            "type": "PageIncrement",
            "page_size": 2,
            "start_from_page": 0,
            "inject_on_first_request": True,
        }
    )
    return Scenario(source(stream(page=page)), lambda r: rows(4)[int(r.query["page"]) * 2 :][:2])


@scenario
def offset_increment():
    page = paginator({"type": "OffsetIncrement", "page_size": 3}, "offset", "limit")
    return Scenario(
        source(stream(page=page)), lambda r: rows(7)[int(r.query.get("offset", 0)) :][:3]
    )


@scenario
def cursor_pagination_by_token_in_the_body():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response.next }}",
        "stop_condition": "{{ not response.next }}",
    }
    pages = {None: "t1", "t1": "t2", "t2": None}

    def serve(r):
        token = r.query.get("after")
        return {"rows": rows(2, len(token or "")), "next": pages[token]}

    return Scenario(
        source(stream(select=selector("rows"), page=paginator(strategy, "after"))), serve
    )


@scenario
def cursor_pagination_by_last_record():
    strategy = {
        "type": "CursorPagination",
        "page_size": 2,
        "cursor_value": "{{ last_record['id'] }}",
        "stop_condition": "{{ last_page_size < 2 }}",
    }

    def serve(r):
        return [row for row in rows(5, 1) if row["id"] > int(r.query.get("after", 0))][:2]

    return Scenario(source(stream(page=paginator(strategy, "after", "limit"))), serve)


@scenario
def next_url_as_the_path():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response.next }}",
        "stop_condition": "{{ not response.next }}",
    }
    request = requester("/items", request_parameters={"size": "2"})

    def serve(r):
        at = int(r.query.get("at", 0))
        host = r.headers["Host"]
        return {
            "rows": rows(2, at),
            "next": f"http://{host}/items?size=2&at={at + 2}" if at < 4 else "",
        }

    return Scenario(
        source(stream(request=request, select=selector("rows"), page=paginator(strategy, None))),
        serve,
    )


@scenario
def link_header():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ headers['link']['next']['url'] }}",
        "stop_condition": "{{ 'next' not in headers['link'] }}",
    }

    def serve(r):
        at = int(r.query.get("at", 0))
        link = (
            f'<http://{r.headers["Host"]}/items?at={at + 1}>; rel="next"'
            if at < 2
            else '<x>; rel="self"'
        )
        return 200, rows(1, at), {"Link": link}

    return Scenario(source(stream(page=paginator(strategy, None))), serve)


# ---------------------------------------------------------------- records
@scenario
def fields_are_added_and_removed():
    added = [
        {"type": "AddedFieldDefinition", "path": ["a", "b"], "value": "{{ record['id'] + 1 }}"},
        {
            "type": "AddedFieldDefinition",
            "path": ["text"],
            "value": "{{ record.id }}",
            "value_type": "string",
        },
        {"type": "AddedFieldDefinition", "path": ["word"], "value": "{{ config['word'] }}"},
    ]
    transformations = [
        {"type": "AddFields", "fields": added},
        {"type": "RemoveFields", "field_pointers": [["secret"], ["deep", "*", "x"], ["absent"]]},
    ]
    answer = [{"id": 1, "secret": "s", "deep": {"p": {"x": 1, "y": 2}, "q": {"x": 3}}}]
    return Scenario(
        source(stream(transformations=transformations)), lambda r: answer, config={"word": "007"}
    )


@scenario
def records_are_filtered_and_pages_count_before_that():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['id'] % 2 == 0 }}"}
    )
    page = paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})
    return Scenario(
        source(stream(select=select, page=page)),
        lambda r: rows(5)[(int(r.query.get("page", 1)) - 1) * 2 :][:2],
    )


@scenario
def schema_normalization():
    schema = {
        "type": "object",
        "properties": {
            "id": {"type": ["null", "string"]},
            "n": {"type": "number"},
            "i": {"type": "integer"},
            "b": {"type": "boolean"},
            "s": {"type": "string"},
            "list": {"type": "array", "items": {"type": "integer"}},
            "any": {},
            "o": {"type": "object", "properties": {"n": {"type": ["null", "number"]}}},
        },
    }
    answer = [
        {
            "id": 1,
            "n": "1.5",
            "i": "7",
            "b": "true",
            "s": {"a": 1},
            "list": ["1", 2],
            "any": "1",
            "o": {"n": "2"},
        },
        {
            "id": None,
            "n": 5,
            "i": "x",
            "b": "no",
            "s": True,
            "list": 3,
            "any": None,
            "o": {"n": None},
        },
    ]
    return Scenario(
        source(stream(schema=schema, select=selector(schema_normalization="Default"))),
        lambda r: answer,
    )


@scenario
def csv_body():
    out = io.StringIO()
    csv.writer(out).writerows([["id", "name"], ["1", "a,b"], ["2", ""], ["3", "x\ny"]])
    return Scenario(
        source(stream(decoder={"type": "CsvDecoder"})),
        lambda r: (200, out.getvalue(), {"Content-Type": "text/csv"}),
    )


@scenario
def jsonl_body():
    return Scenario(
        source(stream(decoder={"type": "JsonlDecoder"})),
        lambda r: (200, '{"id": 1}\n{"id": 2, "x": [1]}\n'),
    )


@scenario
def xml_body():
    text = '<r><row id="1"><name>a</name></row><row id="2"><name/></row><n>2</n></r>'
    return Scenario(
        source(stream(select=selector("r", "row"), decoder={"type": "XmlDecoder"})),
        lambda r: (200, text, {"Content-Type": "text/xml"}),
    )


# ---------------------------------------------------------------- authentication
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


# ---------------------------------------------------------------- errors
def handled(handler, serve, **extra):
    return Scenario(source(stream(request=requester(error_handler=handler), **extra)), serve)


def backoff(seconds=0.01):
    return [{"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": seconds}]


@scenario
def server_errors_are_tried_again():
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 2, "backoff_strategies": backoff()},
        lambda r: (503, "later") if r.count == 1 else rows(2),
    )


@scenario
def retries_run_out():
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 1, "backoff_strategies": backoff()},
        lambda r: (500, "broken"),
    )


@scenario
def not_found_is_ignored():
    rule = {"type": "HttpResponseFilter", "http_codes": [404], "action": "IGNORE"}
    return handled({"type": "DefaultErrorHandler", "response_filters": [rule]}, refuse)


@scenario
def not_found_fails():
    return Scenario(
        source(stream(), stream("others")),
        lambda r: refuse(r) if r.path == "/items" else rows(1),
        ["items", "others"],
    )


@scenario
def an_error_in_a_body_of_200_is_tried_again():
    rule = {
        "type": "HttpResponseFilter",
        "predicate": "{{ response.error == 'busy' }}",
        "action": "RETRY",
    }
    return handled(
        {
            "type": "DefaultErrorHandler",
            "response_filters": [rule],
            "backoff_strategies": backoff(),
        },
        lambda r: {"error": "busy"} if r.count == 1 else {"rows": rows(1)},
        select=selector("rows"),
    )


@scenario
def composite_handler_takes_the_first_that_knows():
    def rule(**match):
        return {
            "type": "DefaultErrorHandler",
            "response_filters": [{"type": "HttpResponseFilter", **match}],
        }

    handler = {
        "type": "CompositeErrorHandler",
        "error_handlers": [
            rule(http_codes=[403], action="FAIL", error_message="not yours"),
            rule(error_message_contains="gone", action="IGNORE"),
        ],
    }
    return handled(handler, lambda r: (400, '{"message": "it is gone"}'))


@scenario
def wait_time_from_a_header():
    wait = [{"type": "WaitTimeFromHeader", "header": "Retry-After"}]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        lambda r: (429, "slow down", {"Retry-After": "0.1"}) if r.count == 1 else rows(1),
    )


# ---------------------------------------------------------------- partitions
@scenario
def list_of_values():
    return Scenario(
        source(stream(router=lists(["a", "b c", "3"]))), lambda r: rows(1, kind=r.query["kind"])
    )


@scenario
def list_of_the_config_in_the_path():
    node = stream(
        path="/items/{{ stream_partition.kind }}",
        router=lists("{{ config['kinds'] }}", with_option=False),
        transformations=[
            {
                "type": "AddFields",
                "fields": [
                    {
                        "type": "AddedFieldDefinition",
                        "path": ["kind"],
                        "value": "{{ stream_slice.kind }}",
                    }
                ],
            }
        ],
    )
    return Scenario(source(node), lambda r: rows(1), config={"kinds": ["x", "y"]})


@scenario
def product_of_two_lists():
    router = [lists(["a", "b"]), lists(["1", "2", "3"], "n")]
    return Scenario(source(stream(router=router)), lambda r: rows(1, **r.query))


@scenario
def product_where_both_set_one_parameter():
    router = [
        {**lists(["a", "b"]), "request_option": option("k")},
        {**lists(["1"], "n"), "request_option": option("k")},
    ]
    return Scenario(source(stream(router=router)), lambda r: rows(1, **r.query))


def two_levels(child_extra=None, **config):
    top = stream(
        "tops", page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})
    )
    return stream(
        path="/tops/{{ stream_partition.parent }}/items",
        router=parents(top, **config),
        **(child_extra or {}),
    )


def serve_two_levels(r):
    if r.path == "/tops":
        tops = [{"id": 1, "n": {"k": "x"}}, {"id": 2}, {"id": None}, {"other": 1}, {"id": "five"}]
        return tops[(int(r.query.get("page", 1)) - 1) * 2 :][:2]
    return rows(2, of=r.path)


@scenario
def substream_skips_parents_without_key():
    return Scenario(source(two_levels()), serve_two_levels)


@scenario
def substream_with_nested_key_request_option_and_extra_fields():
    node = stream(
        router=parents(
            stream("tops"), "n/k", request_option=option("top"), extra_fields=[["id"], ["n", "z"]]
        ),
        transformations=[
            {
                "type": "AddFields",
                "fields": [
                    {
                        "type": "AddedFieldDefinition",
                        "path": ["top"],
                        "value": "{{ stream_slice.extra_fields['id'] }}",
                    },
                    {
                        "type": "AddedFieldDefinition",
                        "path": ["z"],
                        "value": "{{ stream_slice.extra_fields['n.z'] }}",
                    },
                ],
            }
        ],
    )

    def serve(r):
        tops = [{"id": 1, "n": {"k": "x", "z": "zz"}}, {"id": 2, "n": {}}, {"id": 3, "n": {"k": 7}}]
        return tops if r.path == "/tops" else rows(1, **r.query)

    return Scenario(source(node), serve)


@scenario
def parent_is_read_once_for_itself_and_two_children():
    top = stream(
        "tops", page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})
    )
    child = two_levels()
    other = stream("others", path="/tops/{{ stream_partition.parent }}/others", router=parents(top))
    return Scenario(
        source(top, child, other), serve_two_levels, ["tops", "items", "others"], asks_once=True
    )


@scenario
def nested_substreams_know_their_parent_slice():
    middle = stream(
        "middles",
        path="/tops/{{ stream_partition.top }}/middles",
        router=parents(stream("tops"), field_name="top"),
    )
    leaf = stream(
        path="/middles/{{ stream_partition.middle }}/items",
        router=parents(middle, field_name="middle"),
        transformations=[
            {
                "type": "AddFields",
                "fields": [
                    {
                        "type": "AddedFieldDefinition",
                        "path": ["top"],
                        "value": "{{ stream_partition.parent_slice.top }}",
                    }
                ],
            }
        ],
    )

    def serve(r):
        if r.path == "/tops":
            return rows(2)
        return (
            rows(2, 10 * int(r.path.split("/")[2]))
            if r.path.endswith("middles")
            else rows(1, of=r.path)
        )

    return Scenario(source(leaf), serve)


@scenario
def two_parents_of_one_child():
    router = parents(stream("tops"))
    router["parent_stream_configs"] += parents(stream("others"))["parent_stream_configs"]
    return Scenario(
        source(stream(path="/items/{{ stream_partition.parent }}", router=router)),
        lambda r: {"/tops": rows(1), "/others": rows(2, 5)}.get(r.path) or rows(1, of=r.path),
    )


@scenario
def parent_and_list_combined():
    router = [parents(stream("tops")), lists(["a", "b"])]
    return Scenario(
        source(stream(path="/items/{{ stream_partition.parent }}", router=router)),
        lambda r: rows(2) if r.path == "/tops" else rows(1, of=r.path, **r.query),
    )


@scenario
def a_failing_parent_fails_the_child_only():
    return Scenario(
        source(two_levels(), stream("others")),
        lambda r: rows(1) if r.path == "/others" else (403, "no"),
        ["items", "others"],
    )


@scenario
def child_errors_that_are_ignored():
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {"type": "HttpResponseFilter", "http_codes": [404], "action": "IGNORE"}
        ],
    }
    node = stream(
        request=requester("/items/{{ stream_partition.parent }}", error_handler=handler),
        router=parents(stream("tops")),
    )
    return Scenario(
        source(node),
        lambda r: (
            rows(3)
            if r.path == "/tops"
            else refuse(r)
            if r.path == "/items/1"
            else rows(1, of=r.path)
        ),
    )


# ---------------------------------------------------------------- datetime cursors
@scenario
def one_window():
    return Scenario(source(stream(incremental_sync=cursor())), lambda r: in_window(r, "a", 1, 3, 4))


@scenario
def windows_of_two_days():
    node = stream(incremental_sync=cursor(step="P2D", cursor_granularity="P1D"))
    return Scenario(source(node), lambda r: in_window(r, "a", 1, 3, 4))


@scenario
def windows_of_a_month():
    node = stream(
        incremental_sync=cursor("2024-01-31", "2024-04-15", step="P1M", cursor_granularity="P1D")
    )
    return Scenario(source(node), lambda r: [{"id": 1, "at": r.query["from"]}])


@scenario
def state_and_lookback():
    node = stream(
        incremental_sync=cursor(lookback_window="P1D", step="P1D", cursor_granularity="P1D")
    )
    return Scenario(
        source(node),
        lambda r: in_window(r, "a", 1, 2, 3, 4, 5),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def state_newer_than_the_end():
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    both = source(node, stream("others"))
    return Scenario(both, lambda r: [], ["items", "others"], state={"items": {"at": "2024-02-01"}})


@scenario
def state_equal_to_the_end():
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    return Scenario(
        source(node), lambda r: in_window(r, "a", 5), state={"items": {"at": "2024-01-05"}}
    )


@scenario
def formats_of_records_windows_and_bounds():
    node = stream(
        incremental_sync=cursor(
            {
                "type": "MinMaxDatetime",
                "datetime": "2024-01-01T00:00:00Z",
                "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
            },
            "2024-01-03T00:00:00Z",
            "%s",
            cursor_datetime_formats=["%Y-%m-%dT%H:%M:%S.%fZ", "%s"],
            step="P1D",
            cursor_granularity="PT1S",
        )
    )
    answer = [
        {"id": 1, "at": "2024-01-01T10:00:00.5Z"},
        {"id": 2, "at": 1704189600},
        {"id": 3, "at": "never"},
        {"id": 4},
    ]
    manifest = source(node)
    manifest["streams"][0]["incremental_sync"]["end_datetime"] = {
        "type": "MinMaxDatetime",
        "datetime": "2024-01-03T00:00:00Z",
        "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
    }
    return Scenario(manifest, lambda r: answer)


@scenario
def milliseconds():
    node = stream(
        incremental_sync=cursor(
            "1704067200000", "1704240000000", "%ms", step="P1D", cursor_granularity="PT0.001S"
        )
    )
    return Scenario(source(node), lambda r: [{"id": 1, "at": int(r.query["from"]) + 5}])


@scenario
def windows_in_the_slice():
    node = stream(
        incremental_sync=cursor(partition_field_start="lo", partition_field_end="hi"),
        request=requester(
            request_parameters={"window": "{{ stream_interval.lo }}..{{ stream_slice['hi'] }}"}
        ),
    )
    return Scenario(source(node), lambda r: in_window(r, "a", 2))


@scenario
def a_failed_window_holds_the_state_back():
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    return Scenario(
        source(node),
        lambda r: (403, "no") if r.query["from"] == "2024-01-03" else in_window(r, "a", 1, 2, 3, 4),
    )


@scenario
def data_feed_stops_at_known_records():
    node = stream(
        incremental_sync=cursor(is_data_feed=True),
        page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
    )

    def serve(r):
        newest_first = dated("a", 5, 4, 3, 2, 1)
        return newest_first[(int(r.query.get("page", 1)) - 1) * 2 :][:2]

    return Scenario(source(node), serve, state={"items": {"at": "2024-01-03"}})


@scenario
def client_side_incremental():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['id'] != 'a-4' }}"}
    )
    node = stream(
        incremental_sync=cursor(is_client_side_incremental=True),
        select=select,
        page=paginator({"type": "PageIncrement", "page_size": 3, "start_from_page": 1}),
    )
    return Scenario(
        source(node),
        lambda r: dated("a", 1, 2, 3, 4, 5, 6)[(int(r.query.get("page", 1)) - 1) * 3 :][:3],
        state={"items": {"at": "2024-01-03"}},
    )


# ---------------------------------------------------------------- state per partition
def per_partition(**extra):
    return stream(router=lists(["a", "b", "c"]), incremental_sync=cursor(**extra))


def serve_partitions(r):
    return in_window(r, r.query["kind"], *{"a": (1, 2), "b": (3,), "c": ()}[r.query["kind"]])


@scenario
def state_per_partition():
    return Scenario(source(per_partition()), serve_partitions)


@scenario
def state_per_partition_with_steps():
    return Scenario(source(per_partition(step="P2D", cursor_granularity="P1D")), serve_partitions)


@scenario
def partitions_resume_and_new_ones_start_from_the_global_state():
    state = {
        "states": [
            {"partition": {"kind": "a"}, "cursor": {"at": "2024-01-02"}},
            {"partition": {"kind": "gone"}, "cursor": {"at": "2024-01-01"}},
        ],
        "state": {"at": "2024-01-03"},
        "lookback_window": 86400,
        "use_global_cursor": False,
    }
    return Scenario(source(per_partition()), serve_partitions, state={"items": state})


@scenario
def state_of_partitions_without_global_one():
    state = {"states": [{"partition": {"kind": "b"}, "cursor": {"at": "2024-01-03"}}]}
    return Scenario(source(per_partition()), serve_partitions, state={"items": state})


@scenario
def plain_state_is_taken_for_all_partitions():
    return Scenario(
        source(per_partition()), serve_partitions, state={"items": {"at": "2024-01-02"}}
    )


@scenario
def global_substream_cursor():
    return Scenario(source(per_partition(global_substream_cursor=True)), serve_partitions)


@scenario
def global_cursor_in_the_state():
    state = {"use_global_cursor": True, "state": {"at": "2024-01-02"}, "lookback_window": 1}
    return Scenario(source(per_partition()), serve_partitions, state={"items": state})


@scenario
def substream_with_state():
    return Scenario(
        source(two_levels({"incremental_sync": cursor()})),
        lambda r: serve_two_levels(r) if r.path == "/tops" else in_window(r, r.path, 2, 4),
    )


@scenario
def legacy_state_of_a_substream():
    node = two_levels(
        {
            "incremental_sync": cursor(),
            "state_migrations": [{"type": "LegacyToPerPartitionStateMigration"}],
        }
    )
    return Scenario(
        source(node),
        lambda r: serve_two_levels(r) if r.path == "/tops" else in_window(r, r.path, 2, 4),
        state={"items": {"1": {"at": "2024-01-03"}, "five": {"at": "2024-01-04"}}},
    )


@scenario
def client_side_incremental_per_partition():
    state = {
        "states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-02"}}],
        "state": {"at": "2024-01-02"},
    }
    return Scenario(
        source(per_partition(is_client_side_incremental=True)),
        lambda r: dated(r.query["kind"], 1, 2, 3),
        state={"items": state},
    )


@scenario
def data_feed_per_partition():
    node = stream(
        router=lists(["a", "b"]),
        incremental_sync=cursor(is_data_feed=True),
        page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
    )
    state = {"states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-03"}}]}
    return Scenario(
        source(node),
        lambda r: dated(r.query["kind"], 5, 4, 3, 2, 1)[(int(r.query.get("page", 1)) - 1) * 2 :][
            :2
        ],
        state={"items": state},
    )


# ---------------------------------------------------------------- parents with state
def dependent(parent_sync=None, **extra):
    top = stream("tops", incremental_sync=parent_sync or cursor())
    return stream(
        path="/tops/{{ stream_partition.parent }}/items",
        incremental_sync=cursor(),
        router=parents(top, incremental_dependency=True),
        **extra,
    )


def serve_dependent(r):
    return in_window(r, "t", 1, 2, 4) if r.path == "/tops" else in_window(r, r.path, 3)


@scenario
def incremental_dependency():
    return Scenario(source(dependent()), serve_dependent)


@scenario
def incremental_dependency_resumes():
    state = {
        "states": [
            {"partition": {"parent": "t-1", "parent_slice": {}}, "cursor": {"at": "2024-01-03"}}
        ],
        "state": {"at": "2024-01-03"},
        "parent_state": {"tops": {"at": "2024-01-02"}},
    }
    return Scenario(source(dependent()), serve_dependent, state={"items": state})


@scenario
def incremental_dependency_on_a_parent_with_windows():
    return Scenario(
        source(dependent(cursor(step="P1D", cursor_granularity="P1D"))), serve_dependent
    )


@scenario
def incremental_dependency_with_a_child_state_of_one_value():
    return Scenario(source(dependent()), serve_dependent, state={"items": {"at": "2024-01-02"}})


@scenario
def incremental_dependency_over_two_levels():
    top = stream("tops", incremental_sync=cursor())
    middle = stream(
        "middles",
        path="/tops/{{ stream_partition.top }}/middles",
        incremental_sync=cursor(),
        router=parents(top, field_name="top", incremental_dependency=True),
    )
    leaf = stream(
        path="/middles/{{ stream_partition.middle }}/items",
        incremental_sync=cursor(),
        router=parents(middle, field_name="middle", incremental_dependency=True),
    )

    def serve(r):
        if r.path == "/tops":
            return in_window(r, "t", 1, 2)
        return (
            in_window(r, "m" + r.path.split("/")[2], 3)
            if r.path.endswith("middles")
            else in_window(r, r.path, 4)
        )

    return Scenario(source(leaf), serve)


# ---------------------------------------------------------------- check
@scenario
def check_reads_no_more_of_a_parent_than_it_needs():
    return Scenario(source(two_levels()), serve_two_levels, op="check")


@scenario
def check_of_an_empty_stream_and_of_a_refused_one():
    manifest = source(stream(), stream("others"))
    manifest["check"]["stream_names"] = ["items", "others"]
    return Scenario(
        manifest, lambda r: [] if r.path == "/items" else (401, "who are you"), op="check"
    )


@scenario
def check_of_a_product_with_windows():
    return Scenario(
        source(
            stream(
                router=[lists(["a", "b"]), lists(["1"], "m")],
                incremental_sync=cursor(step="P1D", cursor_granularity="P1D"),
            )
        ),
        lambda r: in_window(r, "a", 1),
        op="check",
    )
