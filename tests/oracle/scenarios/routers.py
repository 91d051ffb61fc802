"""Routers that group, unite and combine others; records that parents carry; the state of parents."""

import time

from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    in_window,
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

CHILD = "/items/{{ stream_partition.parent }}"


def grouped(inner, size, **extra):
    return {
        "type": "GroupingPartitionRouter",
        "group_size": size,
        "underlying_partition_router": inner,
        **extra,
    }


def united(*routers, field_name="parent", **extra):
    return {
        "type": "UnionPartitionRouter",
        "partition_field": field_name,
        "partition_routers": list(routers),
        **extra,
    }


def plain(values, name="parent"):
    return lists(values, name, with_option=False)


def added(**fields):
    return [
        {
            "type": "AddFields",
            "fields": [
                {"type": "AddedFieldDefinition", "path": [name], "value": value}
                for name, value in fields.items()
            ],
        }
    ]


def by_ids(router, **extra):
    """A stream that asks for a group's members in one request."""
    request = requester(
        "/items", request_parameters={"ids": "{{ stream_partition.parent | join(',') }}"}
    )
    return stream(request=request, router=router, **extra)


def dated_parent(name="tops", **extra):
    """A parent that is read from where its state stands."""
    return stream(name, incremental_sync=cursor(**extra), primary_key="id")


def serve_dated(r, *days):
    if r.path.startswith("/tops"):
        return in_window(r, "t", *days)
    return in_window(r, r.path + r.query.get("ids", ""), *days)


@scenario
def groups_of_a_list():
    return Scenario(source(by_ids(grouped(plain(list("abcde")), 2))), lambda r: rows(1, **r.query))


@scenario
def groups_keep_duplicates_where_asked():
    router = grouped(plain(["a", "a", "b", "a"]), 3, deduplicate=False)
    return Scenario(source(by_ids(router)), lambda r: rows(1, **r.query))


@scenario
def groups_hold_a_value_once_over_all_groups():
    router = grouped(plain(["a", "b", "a", "c", "b", "d"]), 2)
    return Scenario(source(by_ids(router)), lambda r: rows(1, **r.query))


@scenario
def groups_of_parents_with_extra_fields():
    router = grouped(parents(stream("tops"), extra_fields=[["name"], ["n", "z"]]), 2)
    node = by_ids(
        router,
        transformations=added(
            names="{{ stream_slice.extra_fields['name'] }}",
            zs="{{ stream_slice.extra_fields['n.z'] }}",
            above="{{ stream_partition.parent_slice }}",
        ),
    )
    tops = [{"id": 1, "name": "x", "n": {"z": 9}}, {"id": 2}, {"id": 1}, {"id": 3, "name": None}]
    return Scenario(source(node), lambda r: tops if r.path == "/tops" else rows(1, **r.query))


@scenario
def groups_of_a_union():
    router = grouped(united(plain(["a", "b"]), parents(stream("tops"))), 2)
    tops = [{"id": "b"}, {"id": "c"}]
    return Scenario(
        source(by_ids(router)), lambda r: tops if r.path == "/tops" else rows(1, **r.query)
    )


@scenario
def groups_use_the_global_state():
    node = by_ids(grouped(plain(list("abc")), 2), incremental_sync=cursor())
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3))


@scenario
def groups_go_on_from_the_global_state():
    node = by_ids(grouped(plain(list("abc")), 2), incremental_sync=cursor())
    state = {"use_global_cursor": True, "state": {"at": "2024-01-03"}, "lookback_window": 0}
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3, 4), state={"items": state})


@scenario
def groups_go_on_from_the_states_of_groups():
    node = by_ids(grouped(plain(list("abc")), 2), incremental_sync=cursor())
    state = {
        "states": [{"partition": {"parent": ["a", "b"]}, "cursor": {"at": "2024-01-03"}}],
        "state": {"at": "2024-01-02"},
    }
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3, 4), state={"items": state})


@scenario
def groups_of_an_incremental_parent():
    router = grouped(parents(dated_parent(), incremental_dependency=True), 2)
    node = by_ids(router, incremental_sync=cursor())
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3, 4))


@scenario
def groups_of_an_incremental_parent_go_on():
    router = grouped(parents(dated_parent(), incremental_dependency=True), 2)
    node = by_ids(router, incremental_sync=cursor())
    state = {
        "use_global_cursor": True,
        "state": {"at": "2024-01-02"},
        "lookback_window": 1,
        "parent_state": {"tops": {"at": "2024-01-03"}},
    }
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3, 4), state={"items": state})


@scenario
def groups_over_an_option_are_refused():
    node = by_ids(grouped(lists(["a"], "parent"), 2))
    return Scenario(source(node), lambda r: rows(1), refused=True)


@scenario
def groups_of_products_are_refused():
    router = grouped(parents(stream("tops"), field_name="k"), 2)
    router["underlying_partition_router"]["parent_stream_configs"][0]["partition_field"] = (
        "parent_slice"
    )
    return Scenario(source(by_ids(router)), lambda r: rows(2))


@scenario
def union_of_lists():
    router = united(plain(["a", "b"]), plain(["b", "c"]), plain(["a", "d"]))
    return Scenario(source(stream(path=CHILD, router=router)), lambda r: rows(1, of=r.path))


@scenario
def union_of_a_list_and_parents():
    router = united(plain(["a", "1"]), parents(stream("tops"), extra_fields=[["name"]]))
    node = stream(
        path=CHILD,
        router=router,
        transformations=added(
            name="{{ stream_slice.extra_fields.get('name') }}",
            above="{{ stream_slice.extra_fields.get('parent_slice') }}",
            part="{{ stream_partition }}",
        ),
    )
    tops = [{"id": "a", "name": "x"}, {"id": 1, "name": "y"}, {"id": 1}, {"id": "z"}]
    return Scenario(source(node), lambda r: tops if r.path == "/tops" else rows(1, of=r.path))


@scenario
def union_inside_a_union_with_a_field_of_the_config():
    name = "{{ config['field'] }}"
    inner = united(plain(["a"], name), plain(["b"], name), field_name=name)
    router = united(inner, plain(["b", "c"], name), field_name="{{ parameters['f'] }}")
    router["$parameters"] = {"f": "parent"}
    return Scenario(
        source(stream(path=CHILD, router=router)),
        lambda r: rows(1, of=r.path),
        config={"field": "parent"},
    )


@scenario
def union_of_different_fields_is_refused():
    router = united(plain(["a"]), plain(["b"], "other"))
    return Scenario(
        source(stream(path=CHILD, router=router)),
        lambda r: rows(1),
        refused=True,
    )


@scenario
def union_over_an_option_is_refused():
    router = united(plain(["a"]), parents(stream("tops"), request_option=option("x")))
    return Scenario(
        source(stream(path=CHILD, router=router)),
        lambda r: rows(1),
        refused=True,
    )


@scenario
def union_of_values_that_are_objects_is_a_failure():
    router = united(plain(["a"]), parents(stream("tops"), key="n"))
    node = stream(path=CHILD, router=router)
    tops = [{"id": 1, "n": {"x": 1}}]
    return Scenario(source(node), lambda r: tops if r.path == "/tops" else rows(1, of=r.path))


def incremental_union():
    return stream(
        path=CHILD,
        router=united(
            plain(["a"]),
            parents(dated_parent(), incremental_dependency=True),
            parents(dated_parent("others"), incremental_dependency=True),
        ),
        incremental_sync=cursor(),
    )


def serve_incremental_union(r):
    if r.path in ("/tops", "/others"):
        return in_window(r, r.path.strip("/"), 2, 3)
    return in_window(r, r.path, 2, 4)


@scenario
def union_tells_the_state_of_all_parents():
    return Scenario(source(incremental_union()), serve_incremental_union)


@scenario
def union_goes_on_from_the_state_of_its_parents():
    state = {
        "use_global_cursor": False,
        "states": [{"partition": {"parent": "a"}, "cursor": {"at": "2024-01-04"}}],
        "state": {"at": "2024-01-02"},
        "lookback_window": 0,
        "parent_state": {"tops": {"at": "2024-01-03"}},
    }
    return Scenario(source(incremental_union()), serve_incremental_union, state={"items": state})


@scenario
def product_with_an_incremental_parent_keeps_no_parent_state():
    router = [parents(dated_parent(), incremental_dependency=True), lists(["x", "y"])]
    node = stream(path=CHILD, router=router, incremental_sync=cursor())
    state = {
        "use_global_cursor": False,
        "states": [],
        "state": {"at": "2024-01-02"},
        "lookback_window": 0,
        "parent_state": {"tops": {"at": "2024-01-03"}},
    }
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3, 4), state={"items": state})


@scenario
def product_of_one_incremental_parent():
    router = [parents(dated_parent(), incremental_dependency=True)]
    node = stream(path=CHILD, router=router, incremental_sync=cursor())
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3, 4))


@scenario
def product_of_groups_and_a_list():
    request = requester(
        "/items", request_parameters={"ids": "{{ stream_partition.parent | join(',') }}"}
    )
    node = stream(
        request=request,
        router=[grouped(plain(list("abc")), 2), lists(["x", "y"])],
        incremental_sync=cursor(),
    )
    return Scenario(source(node), lambda r: serve_dated(r, 2, 3))


@scenario
def product_of_three():
    router = [lists(["a", "b"]), parents(stream("tops")), lists(["1"], "n")]
    node = stream(path=CHILD, router=router)
    return Scenario(
        source(node), lambda r: rows(2) if r.path == "/tops" else rows(1, of=r.path, **r.query)
    )


@scenario
def product_of_a_header_and_a_body_option():
    router = [
        {**plain(["a", "b"], "k"), "request_option": option("X-Kind", "header")},
        {**plain(["1"], "n"), "request_option": option("n", "body_json")},
    ]
    node = stream(request=requester(http_method="POST"), router=router)
    return Scenario(source(node), lambda r: rows(1, kind=r.headers["X-Kind"]))


@scenario
def list_that_the_config_does_not_have():
    node = stream(router=lists("{{ config['kinds'] }}"))
    return Scenario(source(node, stream("others")), lambda r: rows(1), ["items", "others"])


@scenario
def list_of_numbers_of_the_config():
    node = stream(router=lists("{{ config['kinds'] }}"), incremental_sync=cursor())
    return Scenario(
        source(node),
        lambda r: in_window(r, r.query["kind"], 2),
        config={"kinds": [1, 2.5, "3", True]},
    )


@scenario
def list_written_as_a_literal():
    router = plain("['a', 'b']", "{{ parameters['f'] }}")
    router["$parameters"] = {"f": "kind"}
    return Scenario(
        source(stream(path="/items/{{ stream_slice.kind }}", router=router)),
        lambda r: rows(1, of=r.path),
    )


@scenario
def list_with_an_empty_value_has_no_option():
    return Scenario(source(stream(router=lists(["", "a", "0"]))), lambda r: rows(1, **r.query))


@scenario
def list_option_in_the_body():
    made = plain(["a", "b"], "kind")
    made["request_option"] = {
        "type": "RequestOption",
        "inject_into": "body_json",
        "field_path": ["filter", "{{ config['k'] }}"],
    }
    request = requester(http_method="POST", request_body_json={"filter": {"x": 1}, "y": 2})
    return Scenario(
        source(stream(request=request, router=made)),
        lambda r: rows(1, body=r.body.decode()),
        config={"k": "kind"},
    )


def top_with_items(**extra):
    return parents(stream("tops"), lazy_read_pointer=["items", "data"], **extra)


def embedded(*ids, more=None):
    found = {"data": rows(len(ids), ids[0] if ids else 0, at="2024-01-02")}
    return {**found, "next": more} if more else found


TOPS = [
    {"id": 1, "items": embedded(10, 11)},
    {"id": 2, "items": embedded()},
    {"id": 3},
    {"id": 4, "items": embedded(40)},
]


@scenario
def records_of_the_parent_are_not_asked_for():
    node = stream(
        path=CHILD,
        router=top_with_items(),
        transformations=added(of="{{ stream_partition.parent }}"),
    )
    return Scenario(source(node), lambda r: TOPS if r.path == "/tops" else rows(1, of=r.path))


@scenario
def records_of_the_parent_with_a_state_are_asked_for():
    node = stream(path=CHILD, router=top_with_items())
    return Scenario(
        source(node),
        lambda r: TOPS if r.path == "/tops" else rows(1, of=r.path),
        state={"items": {"__ab_no_cursor_state_message": True}},
    )


@scenario
def records_of_the_parent_and_its_further_pages():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response['next'] }}",
        "stop_condition": "{{ not response.get('next') }}",
    }
    node = stream(
        path=CHILD,
        router=parents(stream("tops"), lazy_read_pointer=["{{ config['in'] }}"]),
        select=selector("data"),
        page=paginator(strategy, "after"),
    )

    def serve(r):
        if r.path == "/tops":
            return [
                {"id": 1, "items": embedded(10, 11, more="p2")},
                {"id": 2, "items": embedded(20)},
            ]
        return embedded(12, 13, more="p3") if r.query["after"] == "p2" else embedded(14)

    return Scenario(source(node), serve, config={"in": "items"})


@scenario
def records_of_the_parent_and_pages_that_are_counted():
    strategy = {"type": "OffsetIncrement", "page_size": 2}
    node = stream(path=CHILD, router=top_with_items(), page=paginator(strategy, "offset", "limit"))
    return Scenario(source(node), lambda r: TOPS if r.path == "/tops" else rows(1, 90))


@scenario
def records_of_the_parent_with_a_cursor():
    node = stream(path=CHILD, router=top_with_items(), incremental_sync=cursor())
    return Scenario(source(node), lambda r: TOPS if r.path == "/tops" else rows(1, of=r.path))


@scenario
def records_of_the_parent_with_a_cursor_go_on():
    node = stream(path=CHILD, router=top_with_items(), incremental_sync=cursor())
    return Scenario(
        source(node),
        lambda r: TOPS if r.path == "/tops" else in_window(r, r.path, 2, 3),
        state={"items": {"at": "2024-01-02"}},
    )


@scenario
def records_of_the_parent_with_windows_are_refused():
    node = stream(
        path=CHILD,
        router=top_with_items(),
        incremental_sync=cursor(step="P1D", cursor_granularity="P1D"),
    )
    return Scenario(source(node), lambda r: rows(1), refused=True)


@scenario
def records_of_the_parent_as_lines_are_refused():
    node = stream(path=CHILD, router=top_with_items(), decoder={"type": "JsonlDecoder"})
    return Scenario(source(node), lambda r: rows(1), refused=True)


@scenario
def records_of_the_parent_by_a_wildcard_are_refused():
    node = stream(path=CHILD, router=parents(stream("tops"), lazy_read_pointer=["*"]))
    return Scenario(source(node), lambda r: rows(1), refused=True)


@scenario
def records_of_the_parent_in_a_check():
    node = stream(path=CHILD, router=top_with_items())
    return Scenario(source(node), lambda r: TOPS if r.path == "/tops" else rows(1), op="check")


@scenario
def records_of_the_parent_in_a_product_are_asked_for():
    node = stream(path=CHILD, router=[top_with_items(), lists(["a"])])
    return Scenario(
        source(node), lambda r: TOPS if r.path == "/tops" else rows(1, of=r.path, **r.query)
    )


@scenario
def one_record_of_the_parent_that_is_an_object():
    node = stream(path=CHILD, router=parents(stream("tops"), lazy_read_pointer=["one"]))
    tops = [{"id": 1, "one": {"v": 1}}, {"id": 2, "one": None}, {"id": 3, "one": [{"v": 2.50}]}]
    return Scenario(source(node), lambda r: tops if r.path == "/tops" else rows(1, of=r.path))


@scenario
def parent_key_of_the_config_and_of_parameters():
    router = parents(
        stream("tops"),
        key="{{ config['key'] }}/{{ parameters['leaf'] }}",
        field_name="{{ config['field'] }}",
        extra_fields=[["{{ config['key'] }}", "{{ parameters['leaf'] }}"]],
        request_option=option("{{ config['field'] }}"),
    )
    router["$parameters"] = {"leaf": "id"}
    node = stream(
        router=router,
        transformations=added(a="{{ stream_slice.extra_fields['k.id'] }}"),
    )
    tops = [{"k": {"id": 7}}, {"k": {"id": "s"}}, {"k": 1}]
    return Scenario(
        source(node),
        lambda r: tops if r.path == "/tops" else rows(1, **r.query),
        config={"key": "k", "field": "top"},
    )


@scenario
def extra_fields_by_wildcard():
    router = parents(stream("tops"), extra_fields=[["n", "*"], ["n", "a*", "x"]])
    node = stream(
        path=CHILD,
        router=router,
        transformations=added(
            a="{{ stream_slice.extra_fields['n.*'] }}",
            b="{{ stream_slice.extra_fields['n.a*.x'] }}",
        ),
    )
    tops = [{"id": 1, "n": {"abc": {"x": 5}}}, {"id": 2, "n": {"q": 1}}, {"id": 3}]
    return Scenario(source(node), lambda r: tops if r.path == "/tops" else rows(1, of=r.path))


@scenario
def extra_fields_that_fit_twice_are_a_failure():
    router = parents(stream("tops"), extra_fields=[["n", "*"]])
    tops = [{"id": 1, "n": {"a": 1, "b": 2}}]
    return Scenario(
        source(stream(path=CHILD, router=router)),
        lambda r: tops if r.path == "/tops" else rows(1, of=r.path),
    )


def into(place, **extra):
    router = parents(stream("tops"), request_option=option("top", place))
    request = requester(http_method="POST", **extra)
    return Scenario(
        source(stream(request=request, router=router)),
        lambda r: (
            [{"id": 1}, {"id": "a b"}, {"id": 0}, {"id": [1, "x"]}]
            if r.path == "/tops"
            else rows(1, body=r.body.decode(), top=r.headers.get("X-Top"))
        ),
    )


@scenario
def parent_in_a_header():
    router = parents(stream("tops"), request_option=option("X-Top", "header"))
    return Scenario(
        source(stream(router=router)),
        lambda r: (
            [{"id": 1}, {"id": "b"}, {"id": 0}, {"id": 2.0}, {"id": True}]
            if r.path == "/tops"
            else rows(1, top=r.headers.get("X-Top"))
        ),
    )


@scenario
def parent_in_a_form():
    return into("body_data", request_body_data={"a": "1"})


@scenario
def parent_in_a_json_body():
    return into("body_json", request_body_json={"a": "1"})


@scenario
def parent_in_a_place_of_a_json_body():
    router = parents(
        stream("tops"),
        request_option={
            "type": "RequestOption",
            "inject_into": "body_json",
            "field_path": ["where", "top", "id"],
        },
    )
    request = requester(http_method="POST", request_body_json={"where": {"b": 2}})
    return Scenario(
        source(stream(request=request, router=router)),
        lambda r: rows(2, 1) if r.path == "/tops" else rows(1, body=r.body.decode()),
    )


@scenario
def parent_that_clashes_with_the_body_is_a_failure():
    return into("body_json", request_body_json={"top": "other"})


@scenario
def options_of_a_slice_on_its_first_page_only():
    strategy = {"type": "PageIncrement", "page_size": 2, "start_from_page": 1}
    node = stream(
        router=parents(stream("tops"), request_option=option("top")),
        page=paginator(strategy),
        incremental_sync=cursor(),
        retriever={"ignore_stream_slicer_parameters_on_paginated_requests": True},
    )

    def serve(r):
        if r.path == "/tops":
            return rows(1, 7)
        return dated("x", 2, 3) if "page" not in r.query else dated("y", 4)

    return Scenario(source(node), serve)


def three_levels():
    top = stream("tops")
    middle = stream("middles", path="/middles/{{ stream_partition.parent }}", router=parents(top))
    leaf = stream(path=CHILD, router=parents(middle))
    return source(leaf, middle, top)


def serve_three_levels(r):
    return rows(2, 1) if r.path == "/tops" else rows(1, 10 * int(r.path.split("/")[2]), of=r.path)


@scenario
def parents_of_parents_are_kept():
    return Scenario(three_levels(), serve_three_levels, ["items"])


@scenario
def parents_of_parents_keep_no_answers():
    return Scenario(three_levels(), serve_three_levels, ["items", "tops"])


@scenario
def two_streams_that_keep_answers_share_them():
    both = {"use_cache": True}
    later = stream(
        "others", request=requester("/same", **both), router=parents(stream("tops", "/slow"))
    )

    def serve(r):
        if r.path == "/slow":
            time.sleep(0.3)  # the other stream's answer is there by then
        return rows(1)

    return Scenario(
        source(stream("items", request=requester("/same", **both)), later),
        serve,
        ["items", "others"],
    )


@scenario
def a_parent_that_says_it_keeps_no_answers():
    top = stream("tops", request=requester("/tops", use_cache=False))
    return Scenario(
        source(stream(path=CHILD, router=parents(top)), top),
        lambda r: rows(2, 1) if r.path == "/tops" else rows(1, of=r.path),
        ["items", "tops"],
    )


@scenario
def unselected_parents_leave_no_state():
    router = parents(dated_parent(), incremental_dependency=True)
    node = stream(path=CHILD, router=router, incremental_sync=cursor())
    return Scenario(source(node, dated_parent()), lambda r: serve_dated(r, 2, 3))


def two_incremental_parents(**kwargs):
    router = parents(dated_parent(), incremental_dependency=True)
    router["parent_stream_configs"] += parents(dated_parent("others"))["parent_stream_configs"]
    node = stream(path=CHILD, router=router, incremental_sync=cursor())
    return Scenario(source(node), serve_incremental_union, **kwargs)


@scenario
def one_of_two_parents_is_incremental():
    return two_incremental_parents()


@scenario
def one_of_two_parents_goes_on():
    state = {
        "states": [],
        "state": {"at": "2024-01-02"},
        "parent_state": {"tops": {"at": "2024-01-03"}, "others": {"at": "2024-01-03"}},
    }
    return two_incremental_parents(state={"items": state})


@scenario
def parent_state_of_a_legacy_state():
    router = parents(dated_parent(), incremental_dependency=True)
    node = stream(path=CHILD, router=router, incremental_sync=cursor())
    return Scenario(
        source(node),
        lambda r: serve_dated(r, 2, 3, 4),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def parent_state_without_a_cursor_of_the_child():
    router = parents(dated_parent(), incremental_dependency=True)
    node = stream(path=CHILD, router=router)
    state = {"parent_state": {"tops": {"at": "2024-01-03"}}}
    return Scenario(
        source(node),
        lambda r: serve_dated(r, 2, 3, 4) if r.path == "/tops" else rows(1, of=r.path),
        state={"items": state},
    )


@scenario
def parent_of_an_incremental_parent_with_partitions():
    middle = stream(
        "middles",
        path="/middles/{{ stream_partition.top }}",
        router=parents(dated_parent(), field_name="top", incremental_dependency=True),
        incremental_sync=cursor(),
    )
    node = stream(
        path=CHILD,
        router=parents(middle, incremental_dependency=True),
        incremental_sync=cursor(),
    )

    def serve(r):
        return in_window(r, r.path.replace("/", "."), 2, 3)

    return Scenario(source(node), serve)


def paged_tops(**extra):
    pages = paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})
    return stream("tops", page=pages, **extra)


def serve_paged(r):
    if r.path != "/tops":
        return rows(1, of=r.path, **r.query)
    return rows(2, 1) if "page" not in r.query else rows(1, 3)


@scenario
def groups_in_a_check():
    router = grouped(parents(paged_tops()), 2)
    return Scenario(source(by_ids(router)), serve_paged, op="check")


@scenario
def union_in_a_check():
    router = united(parents(paged_tops()), parents(stream("others")))
    return Scenario(source(stream(path=CHILD, router=router)), serve_paged, op="check")


@scenario
def product_in_a_check():
    router = [parents(paged_tops()), lists(["a", "b"])]
    return Scenario(source(stream(path=CHILD, router=router)), serve_paged, op="check")


@scenario
def parents_in_a_check():
    return Scenario(
        source(stream(path=CHILD, router=parents(paged_tops()))), serve_paged, op="check"
    )


def failing_on_the_second_page(r):
    return (403, "no") if r.path == "/tops" and "page" in r.query else serve_paged(r)


@scenario
def product_with_a_parent_that_fails_asks_for_nothing_of_the_child():
    router = [parents(paged_tops()), lists(["a", "b"])]
    return Scenario(source(stream(path=CHILD, router=router)), failing_on_the_second_page)


@scenario
def groups_of_a_parent_that_fails():
    return Scenario(source(by_ids(grouped(parents(paged_tops()), 2))), failing_on_the_second_page)


@scenario
def union_with_a_parent_that_fails():
    router = united(plain(["a"]), parents(paged_tops()), plain(["b"]))
    return Scenario(source(stream(path=CHILD, router=router)), failing_on_the_second_page)


@scenario
def union_goes_on_from_a_legacy_state():
    node = incremental_union()
    node["state_migrations"] = [{"type": "LegacyToPerPartitionStateMigration"}]
    state = {"a": {"at": "2024-01-04"}, "tops-2": {"at": "2024-01-03"}}
    return Scenario(source(node), serve_incremental_union, state={"items": state})


@scenario
def groups_in_a_product_of_one():
    return Scenario(
        source(by_ids([grouped(plain(list("abc")), 2)], incremental_sync=cursor())),
        lambda r: serve_dated(r, 2, 3),
    )


@scenario
def groups_of_one():
    return Scenario(source(by_ids(grouped(parents(paged_tops()), 1))), serve_paged)


@scenario
def no_groups_without_partitions():
    node = by_ids(grouped(parents(stream("tops")), 3), incremental_sync=cursor())
    return Scenario(source(node), lambda r: [])


@scenario
def a_group_of_nothing_is_refused():
    return Scenario(source(by_ids(grouped(plain(["a"]), 0))), serve_paged, refused=True)


@scenario
def a_union_of_one_is_refused():
    router = united(plain(["a"]))
    return Scenario(source(stream(path=CHILD, router=router)), serve_paged, refused=True)


@scenario
def parents_without_any_are_refused():
    router = {"type": "SubstreamPartitionRouter", "parent_stream_configs": []}
    return Scenario(source(stream(path="/items", router=router)), serve_paged, refused=True)
