"""QueryProperties: the fields that requests ask for, in one request or several, told or asked for."""

from scenarios.parts import (
    Scenario,
    cursor,
    lists,
    paginator,
    parents,
    requester,
    rows,
    scenario,
    selector,
    source,
    stream,
)

NAMES = ["name", "color", "size", "weight"]


def properties(names=None, **extra):
    return {"type": "QueryProperties", "property_list": names or NAMES, **extra}


def chunks(limit=2, kind="property_count", **extra):
    made = {"type": "PropertyChunking", "property_limit_type": kind, **extra}
    return {**made, "property_limit": limit} if limit is not None else made


def merged_by(key):
    return {"type": "GroupByKeyMergeStrategy", "key": key}


def from_endpoint(*path, **extra):
    return {
        "type": "PropertiesFromEndpoint",
        "property_field_path": list(path) or ["name"],
        "retriever": {
            "type": "SimpleRetriever",
            "requester": requester("/properties"),
            "record_selector": selector(),
            **extra,
        },
    }


def chosen(*transformations):
    made = {"type": "JsonSchemaPropertySelector"}
    return {**made, "transformations": list(transformations)} if transformations else made


def asked(query_properties, **extra):
    return stream(
        request=requester(request_parameters={"a": "1", "fields": query_properties}), **extra
    )


def things(names, count=3, first=1):
    """Things with the properties that were asked for."""
    return [
        {
            "id": str(first + i),
            "n": {name: i for name in names},
            **{name: f"{name}{first + i}" for name in names},
        }
        for i in range(count)
    ]


def serve(r):
    if r.path == "/properties":
        return [{"name": name, "deep": {"er": name}} for name in NAMES]
    names = [name for name in r.query.get("fields", "").split(",") if name]
    return things(names)


@scenario
def properties_in_a_parameter():
    return Scenario(source(asked(properties())), serve)


@scenario
def properties_with_some_always():
    return Scenario(source(asked(properties(always_include_properties=["id", "at"]))), serve)


@scenario
def no_properties_at_all():
    return Scenario(source(asked({"type": "QueryProperties", "property_list": []})), serve)


@scenario
def properties_in_chunks():
    node = asked(properties(property_chunking=chunks(), always_include_properties=["id"]))
    return Scenario(source(node), serve)


@scenario
def properties_in_chunks_without_a_limit():
    node = asked(properties(property_chunking=chunks(None), always_include_properties=["id"]))
    return Scenario(source(node), serve)


@scenario
def properties_in_chunks_of_characters():
    names = ["a", "bé", "cccc", "a name longer than the limit", "d", "e"]
    node = asked(properties(names, property_chunking=chunks(9, "characters")))
    return Scenario(source(node), serve)


@scenario
def properties_in_chunks_that_none_fits():
    node = asked(properties(property_chunking=chunks(2, "characters")))
    return Scenario(source(node), serve)


@scenario
def parts_are_merged_by_a_key_of_two_fields():
    node = asked(
        properties(
            ["name", "color"],
            property_chunking=chunks(1, record_merge_strategy=merged_by(["id", "day"])),
        )
    )

    def answer(r):
        name = r.query["fields"]
        return [{"id": str(i), "day": day, name: i} for i in (1, 2) for day in ("x", "y")]

    return Scenario(source(node), answer)


@scenario
def parts_without_a_key_stand_alone():
    node = asked(properties(["name", "color"], property_chunking=chunks(1)))

    def answer(r):
        return [{"id": "1", r.query["fields"]: 1}, {r.query["fields"]: 2}, {"id": "", "v": 3}]

    return Scenario(source(node), answer)


@scenario
def parts_are_merged_deeply():
    node = asked(properties(["a", "b"], property_chunking=chunks(1)))
    parts = {
        "a": [{"id": "1", "n": {"x": 1, "deep": {"k": 1}}, "list": [1], "v": {"q": 1}}],
        "b": [{"id": "1", "n": {"y": 2, "deep": {"l": 2}}, "list": [2], "v": 5}, {"id": "2"}],
    }
    return Scenario(source(node), lambda r: parts[r.query["fields"]])


@scenario
def parts_are_filtered_and_transformed_before_they_are_merged():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['name'] != 'name2' }}"}
    )
    node = asked(
        properties(["name", "color"], property_chunking=chunks(1)),
        select=select,
        transformations=[
            {
                "type": "AddFields",
                "fields": [
                    {
                        "type": "AddedFieldDefinition",
                        "path": ["fields"],
                        "value": "{{ stream_slice.extra_fields }}",
                    }
                ],
            }
        ],
    )
    return Scenario(source(node), serve)


@scenario
def each_page_is_asked_for_in_chunks():
    strategy = {"type": "PageIncrement", "page_size": 2, "start_from_page": 1}
    node = asked(properties(property_chunking=chunks()), page=paginator(strategy))

    def answer(r):
        page = int(r.query.get("page", 1))
        names = r.query["fields"].split(",")
        return things(names, 2 if page < 3 else 1, 10 * page)

    return Scenario(source(node), answer)


@scenario
def the_last_record_of_a_page_is_a_merged_one():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ last_record['id'] }}-{{ last_page_size }}-{{ last_record['size'] }}",
        "stop_condition": "{{ last_page_size < 2 }}",
    }
    node = asked(properties(property_chunking=chunks()), page=paginator(strategy, "after"))

    def answer(r):
        return things(r.query["fields"].split(","), 1 if "after" in r.query else 2)

    return Scenario(source(node), answer)


@scenario
def a_next_link_with_properties():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response['next'] }}",
        "stop_condition": "{{ not response.get('next') }}",
    }
    node = asked(
        properties(property_chunking=chunks()),
        page=paginator(strategy, None),
        select=selector("items"),
    )

    def answer(r):
        found = {"items": things(r.query["fields"].split(","), 1)}
        return {**found, "next": "/more?x=1"} if r.path == "/items" else found

    return Scenario(source(node), answer)


@scenario
def properties_of_an_endpoint():
    return Scenario(source(asked(properties(from_endpoint()))), serve)


@scenario
def properties_of_an_endpoint_by_a_path_of_the_config():
    path = ["{{ config['deep'] }}", "{{ parameters['leaf'] }}"]
    endpoint = {**from_endpoint(*path), "$parameters": {"leaf": "er"}}
    node = asked(properties(endpoint, property_chunking=chunks()))
    return Scenario(source(node), serve, config={"deep": "deep"})


@scenario
def properties_of_an_endpoint_that_lacks_some():
    def answer(r):
        if r.path == "/properties":
            return [{"name": "a"}, {"other": 1}, {"name": 5}, {"name": None}]
        return rows(1, **r.query)

    return Scenario(source(asked(properties(from_endpoint()))), answer)


@scenario
def properties_of_an_endpoint_with_pages():
    strategy = {"type": "PageIncrement", "page_size": 3, "start_from_page": 1}
    endpoint = from_endpoint(paginator=paginator(strategy))

    def answer(r):
        if r.path != "/properties":
            return rows(1, **r.query)
        at = 3 * (int(r.query.get("page", 1)) - 1)
        return [{"name": name} for name in NAMES[at : at + 3]]

    return Scenario(source(asked(properties(endpoint))), answer)


@scenario
def properties_of_an_endpoint_are_asked_for_once():
    endpoint = from_endpoint()
    endpoint["retriever"]["requester"]["use_cache"] = False
    node = asked(properties(endpoint), router=lists(list("abcdef")))
    return Scenario(source(node), serve, asks_once=True)


@scenario
def properties_of_an_endpoint_that_refuses():
    return Scenario(
        source(asked(properties(from_endpoint())), stream("others")),
        lambda r: (403, "no") if r.path == "/properties" else rows(1),
        ["items", "others"],
    )


@scenario
def properties_of_an_endpoint_do_not_see_the_transformations():
    node = asked(
        properties(from_endpoint()),
        transformations=[{"type": "RemoveFields", "field_pointers": [["name"]]}],
    )
    return Scenario(source(node), serve)


@scenario
def properties_fetched_the_older_way():
    request = requester(
        fetch_properties_from_endpoint=from_endpoint(),
        request_parameters={"fields": "{{ query_properties | join('|') }}"},
    )
    return Scenario(source(stream(request=request)), serve)


@scenario
def properties_of_the_requester_in_a_json_body():
    request = requester(
        http_method="POST",
        query_properties=properties(property_chunking=chunks(), always_include_properties=["id"]),
        request_body_json={
            "fields": "{{ query_properties }}",
            "n": "{{ query_properties | length }}",
        },
    )

    def answer(r):
        return [{"id": "1", "body": r.body.decode()[:14]}]

    return Scenario(source(stream(request=request)), answer)


@scenario
def properties_of_the_requester_in_its_templates():
    request = requester(
        "/items/{{ stream_slice.extra_fields['query_properties'][0] }}",
        query_properties=properties(property_chunking=chunks()),
        request_headers={"X-Fields": "{{ query_properties | join(' ') }}"},
        request_parameters={
            "k": "{{ stream_partition.kind }}",
            "q": "{{ stream_slice.query_properties }}",
        },
    )
    return Scenario(
        source(stream(request=request, router=lists(["a", "b"]))),
        lambda r: [{"id": r.query["k"], r.path: r.headers["X-Fields"]}],
    )


@scenario
def properties_hide_the_extra_fields_of_the_slice():
    request = requester(
        query_properties=properties(["a"]),
        request_parameters={"x": "{{ stream_slice.extra_fields.get('name') or 'none' }}"},
    )
    node = stream(request=request, router=parents(stream("tops"), extra_fields=[["name"]]))
    return Scenario(
        source(node), lambda r: rows(2, name="n") if r.path == "/tops" else rows(1, **r.query)
    )


@scenario
def properties_and_a_cursor_per_partition():
    node = asked(
        properties(property_chunking=chunks()),
        router=lists(["a", "b"]),
        incremental_sync=cursor(step="P2D", cursor_granularity="P1D"),
    )

    def answer(r):
        names = r.query["fields"].split(",")
        return [{**row, "at": r.query["from"]} for row in things(names, 2)]

    return Scenario(source(node), answer)


@scenario
def properties_told_twice_are_refused():
    request = requester(
        fetch_properties_from_endpoint=from_endpoint(),
        request_parameters={"fields": properties()},
    )
    return Scenario(source(stream(request=request)), serve, refused=True)


@scenario
def two_parameters_of_properties_are_refused():
    request = requester(request_parameters={"a": properties(), "b": properties()})
    return Scenario(source(stream(request=request)), serve, refused=True)


def schema(*names):
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


@scenario
def properties_of_the_configured_schema():
    node = asked(
        properties(property_selector=chosen(), always_include_properties=["id"]), schema=schema("x")
    )
    return Scenario(source(node), serve, schemas={"items": schema("size", "name", "other")})


@scenario
def properties_of_the_configured_schema_in_chunks():
    node = asked(
        properties(property_selector=chosen(), property_chunking=chunks(1)), schema=schema("x")
    )
    return Scenario(source(node), serve, schemas={"items": schema("size", "name", "other")})


@scenario
def properties_of_a_schema_without_any():
    node = asked(properties(property_selector=chosen(), property_chunking=chunks(1)))
    return Scenario(source(node), serve)


@scenario
def properties_of_the_configured_schema_that_is_transformed():
    keys = [
        {"type": "KeysReplace", "old": "my_", "new": ""},
        {"type": "KeysToLower"},
        {"type": "RemoveFields", "field_pointers": [["weight"]]},
        {
            "type": "AddFields",
            "fields": [
                {
                    "type": "AddedFieldDefinition",
                    "path": ["{{ config['more'] }}"],
                    "value": "{{ record['size'] }}",
                }
            ],
        },
    ]
    node = asked(properties(property_selector=chosen(*keys)))
    return Scenario(
        source(node),
        serve,
        config={"more": "color"},
        schemas={"items": schema("my_Name", "weight", "size")},
    )


@scenario
def a_limit_of_nothing_takes_all_whatever_is_configured():
    node = asked(properties(property_selector=chosen(), property_chunking=chunks(0)))
    return Scenario(source(node), serve, schemas={"items": schema("size")})


@scenario
def properties_of_a_parent_are_all():
    top = stream(
        "tops",
        request=requester(
            "/tops", request_parameters={"fields": properties(property_selector=chosen())}
        ),
    )
    node = stream(path="/items/{{ stream_partition.parent }}", router=parents(top))
    return Scenario(
        source(node, top),
        serve,
        ["items", "tops"],
        schemas={"tops": schema("size"), "items": schema("name")},
    )


@scenario
def properties_in_a_check():
    node = asked(
        properties(from_endpoint(), property_chunking=chunks(), property_selector=chosen())
    )
    return Scenario(source(node), serve, op="check")


@scenario
def a_chunk_that_fails_fails_the_slice():
    node = asked(properties(property_chunking=chunks()))
    return Scenario(
        source(node), lambda r: (403, "no") if "size" in r.query["fields"] else serve(r)
    )


def ignoring(*codes):
    return {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {"type": "HttpResponseFilter", "http_codes": list(codes), "action": "IGNORE"}
        ],
    }


@scenario
def a_chunk_that_is_ignored_leaves_the_others():
    strategy = {"type": "PageIncrement", "page_size": 3, "start_from_page": 1}
    request = requester(
        request_parameters={"fields": properties(property_chunking=chunks())},
        error_handler=ignoring(404),
    )
    node = stream(request=request, page=paginator(strategy))

    def answer(r):
        if r.query["fields"].startswith("name"):
            return 404, "none"
        return things(r.query["fields"].split(","), 3 if "page" not in r.query else 1)

    return Scenario(source(node), answer)


@scenario
def a_last_chunk_that_is_ignored_ends_the_pages():
    strategy = {"type": "PageIncrement", "page_size": 3, "start_from_page": 1}
    request = requester(
        request_parameters={"fields": properties(property_chunking=chunks())},
        error_handler=ignoring(404),
    )
    node = stream(request=request, page=paginator(strategy))
    return Scenario(
        source(node), lambda r: (404, "none") if "size" in r.query["fields"] else serve(r)
    )
