"""Requests and where records are found."""

from scenarios.parts import Scenario, requester, rows, scenario, selector, source, stream


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
