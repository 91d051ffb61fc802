"""Bodies of requests in all forms, what is sent of any value, URLs, and time limits."""

import time

from scenarios.parts import (
    Scenario,
    cursor,
    lists,
    option,
    paginator,
    parents,
    requester,
    rows,
    scenario,
    selector,
    source,
    stream,
)

CONFIG = {
    "n": 5,
    "f": 1.50,
    "yes": True,
    "none": None,
    "empty": "",
    "list": ["a", "b c", 1, None],
    "nested": [["x", "y"], [1, None]],
    "object": {"k": "v", "l": [1, 2]},
    "text": "é ü/&=?#+ %41\u2028\"'",
    "big": 12345678901234567890123,
    "date": "2024-01-01",
    "key": "name",
}


def echo(r):
    """The request as it came, in its record."""
    return [
        {
            "id": 1,
            "body": r.body.decode("utf-8", "backslashreplace"),
            "type": r.headers.get("Content-Type"),
            "length": r.headers.get("Content-Length"),
            "query": r.query,
            "x": r.headers.get("X-Value"),
        }
    ]


def sent(**extra):
    extra.setdefault("http_method", "POST")
    return Scenario(source(stream(request=requester(**extra))), echo, config=CONFIG)


def silent(made):
    made.asks_nothing = True
    return made


def body(kind, value):
    return {"request_body": {"type": f"RequestBody{kind}", "value": value}}


VALUES = {
    "plain": "word",
    "number": "5",
    "float": "1.50",
    "bool": "True",
    "none": "None",
    "n": "{{ config['n'] }}",
    "f": "{{ config['f'] }}",
    "yes": "{{ config['yes'] }}",
    "null": "{{ config['none'] }}",
    "empty": "{{ config['empty'] }}",
    "missing": "{{ config['missing'] }}",
    "list": "{{ config['list'] }}",
    "nested": "{{ config['nested'] }}",
    "object": "{{ config['object'] }}",
    "text": "{{ config['text'] }}",
    "big": "{{ config['big'] }}",
    "date": "{{ config['date'] }}",
    "literal": "['p', 'q']",
    "tuple": "('p', 'q')",
    "zeros": "007",
    "quoted": "'5'",
    "{{ config['key'] }}": "of the config",
    "json": '{"from": "2023-08-20", "n": [1, 2]}',
    "single": "{'from': '2023-08-20'}",
    "numbers": "1,2",
    "comma": "a,b",
}


LIST_AS_KEY = {'["a", "b"]': "{{ config['list'] }}"}


@scenario
def form_of_all_kinds_of_values():
    return sent(**body("UrlEncodedForm", {**VALUES, **LIST_AS_KEY}))


@scenario
def form_the_older_way():
    return sent(request_body_data=VALUES)


@scenario
def json_of_all_kinds_of_values():
    return sent(**body("JsonObject", VALUES))


@scenario
def json_with_a_list_as_key_is_a_failure():
    return silent(sent(**body("JsonObject", LIST_AS_KEY)))


@scenario
def json_the_older_way_with_written_values():
    written = {
        "n": 5,
        "f": 1.0,
        "e": 1e22,
        "yes": True,
        "null": None,
        "list": [1, "{{ config['n'] }}", None, {"x": "{{ config['list'] }}", "y": None}],
        "deep": {"er": {"{{ config['key'] }}": "{{ config['object'] }}", "none": None}},
        "empty": {},
        "empties": [],
        "text": 'é\u2028"\\/\n\t\x01',
    }
    return sent(request_body_json=written)


@scenario
def json_written_as_a_text():
    return sent(request_body_json="{{ config['object'] }}")


@scenario
def json_written_as_a_literal():
    return sent(request_body_json="{'a': [1, 2.0, None, True], 'b': {'c': ''}}")


@scenario
def json_that_is_a_list_is_nothing():
    return sent(request_body_json="{{ config['list'] }}")


@scenario
def json_that_is_a_text_is_a_failure():
    return silent(sent(request_body_json="{{ config['date'] }}"))


@scenario
def json_that_is_empty_is_a_failure():
    return silent(sent(request_body_json="{{ config['empty'] }}"))


@scenario
def json_that_is_a_number_is_nothing():
    return sent(request_body_json="{{ config['n'] }}")


@scenario
def plain_text():
    return sent(**body("PlainText", "a b\n{{ config['text'] }} {{ config['n'] }}"))


@scenario
def plain_text_that_reads_as_a_mapping():
    return sent(**body("PlainText", "{'a': 1, 'b': ['x', 'y'], 'c': None}"))


@scenario
def plain_text_that_reads_as_a_list_is_nothing():
    return sent(**body("PlainText", "['a', 'b']"))


@scenario
def plain_text_that_reads_as_a_number_is_nothing():
    return sent(**body("PlainText", "{{ config['n'] }}"))


@scenario
def plain_text_that_is_empty():
    return sent(**body("PlainText", "{{ config['missing'] }}"))


@scenario
def plain_text_with_a_type_of_its_own():
    return sent(**body("PlainText", "<x/>"), request_headers={"content-type": "text/xml"})


@scenario
def json_in_plain_text():
    return sent(
        **body("PlainText", '{"a": "{{ config[\'n\'] }}", "t": true}'),
        request_headers={"Content-Type": "application/json"},
    )


@scenario
def graphql_query():
    query = "query {\n  things(first: {{ config['n'] }}) { id }\n}"
    return sent(**body("GraphQL", {"query": query}))


@scenario
def graphql_query_with_variables():
    value = {
        "variables": {"n": "{{ config['n'] }}", "none": None, "list": ["{{ config['yes'] }}"]},
        "operationName": None,
        "query": "query q($n: Int) { x }",
    }
    return sent(**body("GraphQL", value))


@scenario
def graphql_with_an_option_inside():
    router = lists(["a", "b"], "kind", with_option=False)
    router["request_option"] = {
        "type": "RequestOption",
        "inject_into": "body_json",
        "field_path": ["variables", "kind"],
    }
    request = requester(
        http_method="POST", **body("GraphQL", {"query": "query q { x }", "variables": {"n": 1}})
    )
    return Scenario(source(stream(request=request, router=router)), echo)


@scenario
def graphql_whose_query_an_option_replaces_is_a_failure():
    router = {**lists(["a"]), "request_option": option("query", "body_json")}
    request = requester(http_method="POST", **body("GraphQL", {"query": "query q { x }"}))
    return silent(Scenario(source(stream(request=request, router=router)), echo))


@scenario
def two_bodies_are_refused():
    made = sent(request_body_data={"a": "1"}, request_body_json={"b": 2})
    made.refused = True
    return made


@scenario
def a_body_beside_an_older_one_of_the_other_kind_is_refused():
    made = sent(**body("JsonObject", {"a": 1}), request_body_data={"b": "2"})
    made.refused = True
    return made


@scenario
def a_body_in_place_of_an_older_one():
    return sent(**body("JsonObject", {"a": 1}), request_body_json={"b": 2})


@scenario
def an_option_that_makes_two_bodies_is_a_failure():
    router = {**lists(["a"]), "request_option": option("k", "body_data")}
    request = requester(http_method="POST", request_body_json={"a": 1})
    return silent(Scenario(source(stream(request=request, router=router)), echo))


@scenario
def an_option_beside_a_text_is_a_failure():
    router = {**lists(["a"]), "request_option": option("k", "body_data")}
    request = requester(http_method="POST", **body("PlainText", "text"))
    return silent(Scenario(source(stream(request=request, router=router)), echo))


@scenario
def an_option_that_sets_a_field_again_is_a_failure():
    router = {**lists(["a"]), "request_option": option("k", "body_data")}
    request = requester(http_method="POST", request_body_data={"k": "a"})
    return silent(Scenario(source(stream(request=request, router=router)), echo))


@scenario
def an_option_that_sets_a_json_field_to_the_same_value():
    router = {**lists(["a"]), "request_option": option("k", "body_json")}
    request = requester(http_method="POST", request_body_json={"k": "a"})
    return Scenario(source(stream(request=request, router=router)), echo)


@scenario
def an_option_that_sets_a_parameter_again_is_a_failure():
    router = {**lists(["a"]), "request_option": option("k")}
    request = requester(request_parameters={"k": "a"})
    return silent(Scenario(source(stream(request=request, router=router)), echo))


@scenario
def an_option_that_sets_a_header_again_is_a_failure():
    router = {**lists(["a"]), "request_option": option("X-Value", "header")}
    request = requester(request_headers={"X-Value": "a"})
    return silent(Scenario(source(stream(request=request, router=router)), echo))


@scenario
def options_of_a_page_and_a_slice_that_clash_are_a_failure():
    strategy = {"type": "OffsetIncrement", "page_size": 1, "inject_on_first_request": True}
    node = stream(
        router={**lists(["a"]), "request_option": option("k")}, page=paginator(strategy, "k")
    )
    return silent(Scenario(source(node), echo))


def option_at(*path):
    return {"type": "RequestOption", "inject_into": "body_json", "field_path": list(path)}


@scenario
def options_side_by_side_in_a_json_body():
    strategy = {"type": "OffsetIncrement", "page_size": 1, "inject_on_first_request": True}
    page = paginator(strategy)
    page["page_token_option"] = option_at("page", "offset")
    page["page_size_option"] = option_at("page", "limit")
    router = lists(["a"], with_option=False)
    router["request_option"] = option_at("filter", "kind")
    node = stream(
        request=requester(http_method="POST", request_body_json={"filter": {"x": 1}}),
        router=router,
        page=page,
        incremental_sync=cursor(
            start_time_option=option_at("at", "from"), end_time_option=option_at("at", "to")
        ),
    )

    def answer(r):
        return echo(r) if r.count == 1 and b'"offset": 0' in r.body else []

    return Scenario(source(node), answer)


@scenario
def options_where_one_stands_in_the_way_are_a_failure():
    strategy = {"type": "OffsetIncrement", "page_size": 1, "inject_on_first_request": True}
    page = paginator(strategy)
    page["page_token_option"] = option_at("page", "offset")
    router = lists(["a"], with_option=False)
    router["request_option"] = option_at("page")
    node = stream(request=requester(http_method="POST"), router=router, page=page)
    return silent(Scenario(source(node), echo))


@scenario
def get_with_a_json_body():
    return sent(http_method="GET", request_body_json={"a": 1})


@scenario
def get_with_a_form():
    return sent(http_method="GET", request_body_data={"a": "1", "b": "x y"})


@scenario
def post_without_a_body():
    return sent()


@scenario
def another_method_is_refused():
    made = sent(http_method="PUT")
    made.refused = True
    return made


@scenario
def parameters_of_all_kinds_of_values():
    return sent(http_method="GET", request_parameters={**VALUES, **LIST_AS_KEY})


@scenario
def parameters_that_are_an_object_are_a_failure():
    return silent(sent(http_method="GET", request_parameters="{'a': {'b': 1}}"))


@scenario
def parameters_as_a_template():
    return sent(
        http_method="GET", request_parameters="{{ {'a': 1, 'b': config['list'], 'c': none} }}"
    )


@scenario
def parameters_that_are_a_text_are_nothing():
    return sent(http_method="GET", request_parameters="a=1&b=2")


@scenario
def headers_of_all_kinds_of_values():
    kinds = ("n", "f", "yes", "none", "list", "object", "big", "date")
    lines = {f"X-{name}": f"{{{{ config['{name}'] }}}}" for name in kinds}
    return sent(request_headers={**lines, "X-{{ config['key'] }}": "{{ 'a' ~ 1 }}"})


@scenario
def headers_as_a_template():
    return sent(request_headers="{{ {'X-Value': config['n'], 'X-None': none} }}")


@scenario
def headers_that_are_a_text_are_a_failure():
    return silent(sent(request_headers="X-Value: 1"))


@scenario
def headers_that_are_a_number_are_nothing():
    return sent(request_headers="{{ config['n'] }}")


def at(**extra):
    """A request to a URL made of these parts; `base` stands for the server."""
    made = {"type": "HttpRequester", **extra}
    router = lists(["a/b", "x y", "é", ""], with_option=False)
    return Scenario(
        source(stream(request=made, router=router)),
        lambda r: rows(1, path=r.path, query=r.query),
        config={"p": "/v1/", "q": "items"},
    )


@scenario
def url_alone():
    return at(url="{{ config['base'] }}/items")


@scenario
def url_with_a_template_and_a_query():
    return at(url="{{ config['base'] }}/{{ stream_slice.kind }}/x?k={{ stream_partition['kind'] }}")


@scenario
def url_with_a_path():
    return at(url="{{ config['base'] }}/v2", path="items/{{ stream_slice.kind }}")


@scenario
def url_with_a_path_and_slashes():
    return at(url="{{ config['base'] }}/v2/", path="//items/{{ stream_slice.kind }}/")


@scenario
def url_base_wins_over_the_url():
    return at(url="{{ config['base'] }}/u", url_base="{{ config['base'] }}/b", path="items")


@scenario
def url_base_alone():
    return at(url_base="{{ config['base'] }}/b/")


@scenario
def url_base_with_a_path_of_the_config():
    return at(url_base="{{ config['base'] }}{{ config['p'] }}", path="{{ config['q'] }}")


@scenario
def path_that_is_a_whole_url():
    return at(
        url_base="{{ config['base'] }}/b", path="{{ config['base'] }}/c/{{ stream_slice.kind }}"
    )


@scenario
def path_with_a_query():
    return at(url_base="{{ config['base'] }}", path="items?a=1&b={{ stream_slice.kind }}")


@scenario
def path_with_dots():
    return at(url_base="{{ config['base'] }}/a/b", path="../{{ stream_slice.kind }}/./x")


@scenario
def path_that_names_no_scheme():
    return silent(at(url_base="{{ config['base'] }}", path="items:{{ stream_slice.kind }}"))


@scenario
def parameters_that_the_url_has_already():
    return at(
        url="{{ config['base'] }}/items?a=1&b=x%20y&c=&d=1&d=2",
        request_parameters={"a": "1", "b": "x y", "c": "", "d": "2", "e": "1"},
    )


@scenario
def url_of_a_next_page():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response['next'] }}",
        "stop_condition": "{{ not response.get('next') }}",
    }
    request = {
        "type": "HttpRequester",
        "url": "{{ config['base'] }}/v1/items/{{ next_page_token['next_page_token'] if next_page_token }}",
        "request_parameters": {"size": "2", "first": "{{ not next_page_token }}"},
    }
    node = stream(request=request, page=paginator(strategy, "after"), select=selector("items"))

    def answer(r):
        found = {"items": rows(1, path=r.path, query=r.query)}
        return {**found, "next": "p2"} if "after" not in r.query else found

    return Scenario(source(node), answer)


@scenario
def an_answer_within_its_time():
    return sent(read_timeout_in_seconds=20, connect_timeout_in_seconds=2.5, use_tcp_keepalive=True)


@scenario
def an_answer_that_takes_too_long_is_tried_again():
    handler = {
        "type": "DefaultErrorHandler",
        "max_retries": 1,
        "backoff_strategies": [{"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.1}],
    }
    request = requester(read_timeout_in_seconds=1, error_handler=handler)

    def answer(r):
        if r.path == "/items" and r.count == 1:
            time.sleep(2.5)
        return rows(1)

    return Scenario(source(stream(request=request)), answer)


@scenario
def no_time_at_all_is_refused():
    made = sent(read_timeout_in_seconds=0)
    made.refused = True
    return made


@scenario
def a_negative_time_is_refused():
    made = sent(connect_timeout_in_seconds=-1)
    made.refused = True
    return made


@scenario
def templates_of_a_request_see_the_slice_and_the_page():
    strategy = {"type": "PageIncrement", "page_size": 1, "start_from_page": 1}
    request = requester(
        http_method="POST",
        request_parameters={"k": "{{ stream_interval.parent }}", "p": "{{ next_page_token }}"},
        request_body_json={
            "slice": "{{ stream_slice }}",
            "partition": "{{ stream_partition.parent_slice }}",
            "extra": "{{ stream_slice.extra_fields }}",
            "name": "{{ name }}",
        },
    )
    node = stream(
        request=request,
        page=paginator(strategy),
        router=parents(stream("tops"), extra_fields=[["name"]]),
    )

    def answer(r):
        if r.path == "/tops":
            return rows(1, 1, name="n")
        return echo(r) if "page" not in r.query else []

    return Scenario(source(node), answer)


def refused_option(made):
    router = {**lists(["a"], with_option=False), "request_option": made}
    return Scenario(source(stream(router=router)), echo, refused=True)


@scenario
def an_option_without_a_place_is_refused():
    return refused_option({"type": "RequestOption", "inject_into": "header"})


@scenario
def an_option_with_two_places_is_refused():
    return refused_option({**option_at("a", "b"), "field_name": "c"})


@scenario
def an_option_with_an_empty_path_is_refused():
    return refused_option(option_at())


@scenario
def a_path_outside_of_a_json_body_is_refused():
    return refused_option({**option_at("a", "b"), "inject_into": "header"})


@scenario
def an_option_into_an_unknown_place_is_refused():
    return refused_option(option("a", "path"))


@scenario
def options_of_a_page_that_clash_are_refused():
    strategy = {"type": "OffsetIncrement", "page_size": 1}
    node = stream(page=paginator(strategy, "k", "k"))
    return Scenario(source(node), echo, refused=True)


@scenario
def options_of_a_page_inside_one_another_are_refused():
    page = paginator({"type": "OffsetIncrement", "page_size": 1})
    page["page_token_option"] = option_at("page")
    page["page_size_option"] = option_at("page", "size")
    node = stream(request=requester(http_method="POST"), page=page)
    return Scenario(source(node), echo, refused=True)


@scenario
def an_option_named_by_the_config():
    router = {
        **lists(["a"], with_option=False),
        "request_option": option("{{ config['key'] }}-{{ config['n'] }}"),
    }
    return Scenario(source(stream(router=router)), echo, config=CONFIG)


@scenario
def an_option_whose_name_is_a_number():
    router = {**lists(["a"], with_option=False), "request_option": option("{{ config['n'] }}")}
    return Scenario(source(stream(router=router)), echo, config=CONFIG)


@scenario
def a_parameter_that_is_written_as_an_object_is_refused():
    made = sent(request_parameters={"a": "1", "b": {"c": 1}})
    made.refused = True
    return made
