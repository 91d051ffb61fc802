"""Partitions and parents."""

from scenarios.parts import (
    Scenario,
    lists,
    option,
    paginator,
    parents,
    refuse,
    requester,
    rows,
    scenario,
    source,
    stream,
)


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
