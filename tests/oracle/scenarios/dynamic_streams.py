"""Streams that are made of a template, and checks of them."""

from scenarios.async_jobs import api, job_stream, jobs, rows_of
from scenarios.delegating_streams import QUIET, delegating
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


def mapping(path, value, **extra):
    return {
        "type": "ComponentMappingDefinition",
        "field_path": path if isinstance(path, list) else path.split("."),
        "value": value,
        **extra,
    }


NAME = mapping("name", "{{ components_values['name'] }}", value_type="string")
PATH = mapping("retriever.requester.path", "/of/{{ components_values['id'] }}", value_type="string")


def from_http(*mappings, path="/tables", **retriever):
    return {
        "type": "HttpComponentsResolver",
        "retriever": {
            "type": "SimpleRetriever",
            "requester": requester(path),
            "record_selector": selector(),
            **retriever,
        },
        "components_mapping": list(mappings) or [NAME, PATH],
    }


def from_config(*mappings, pointer=("tables",), **extra):
    return {
        "type": "ConfigComponentsResolver",
        "stream_config": {
            "type": "StreamConfig",
            "configs_pointer": list(pointer),
            **extra,
        },
        "components_mapping": list(mappings) or [NAME, PATH],
    }


def from_parameters(parameters, *mappings):
    return {
        "type": "ParametrizedComponentsResolver",
        "stream_parameters": {
            "type": "StreamParametersDefinition",
            "list_of_parameters_for_stream": parameters,
        },
        "components_mapping": list(mappings) or [NAME, PATH],
    }


def dynamic(resolver, template=None, **extra):
    return {
        "type": "DynamicDeclarativeStream",
        "stream_template": template or stream("", path="/"),
        "components_resolver": resolver,
        **extra,
    }


def dynamics(*definitions, static=(), **extra):
    made = source(stream(), dynamic_streams=list(definitions), **extra)
    made["streams"] = list(static)
    if not static:
        del made["streams"]
        if "check" not in extra:
            made["check"] = {"type": "CheckDynamicStream", "stream_count": 1}
    return made


TABLES = [{"id": 1, "name": "ones"}, {"id": 2, "name": "twos"}, {"id": 3, "name": "threes"}]
NAMES = ["ones", "twos", "threes"]


def serve(r):
    return TABLES if r.path == "/tables" else rows(2, of=r.path, **r.query)


@scenario
def streams_of_an_endpoint():
    return Scenario(dynamics(dynamic(from_http())), serve, NAMES)


@scenario
def catalog_of_an_endpoint():
    return Scenario(dynamics(dynamic(from_http())), serve, op="discover")


@scenario
def some_streams_of_an_endpoint():
    return Scenario(dynamics(dynamic(from_http())), serve, ["twos", "nothing"])


@scenario
def streams_beside_those_of_an_endpoint():
    manifest = dynamics(dynamic(from_http()), static=[stream()])
    return Scenario(manifest, serve, ["items"])


@scenario
def a_written_stream_and_a_made_one_of_one_name():
    manifest = dynamics(dynamic(from_http()), static=[stream("ones", path="/written")])
    return Scenario(manifest, serve, ["ones"])


@scenario
def catalog_with_a_written_stream_and_a_made_one_of_one_name():
    written = stream("ones", path="/written", primary_key="k")
    return Scenario(dynamics(dynamic(from_http()), static=[written]), serve, op="discover")


@scenario
def an_endpoint_with_pages_and_slices():
    resolver = from_http(
        mapping("name", "{{ components_values.name }}_{{ stream_slice['kind'] }}"),
        PATH,
        paginator=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
        partition_router=lists(["a", "b"]),
    )

    def answer(r):
        if r.path != "/tables":
            return rows(1, of=r.path)
        return TABLES[(int(r.query.get("page", 1)) - 1) * 2 :][:2]

    names = ["ones_a", "twos_b", "threes_a"]
    return Scenario(dynamics(dynamic(resolver)), answer, names)


@scenario
def an_endpoint_with_parents():
    router = parents(stream("tops"), extra_fields=[["id"]])
    resolver = from_http(
        mapping("name", "p{{ stream_slice.extra_fields['id'] }}_{{ components_values['name'] }}"),
        mapping("retriever.requester.path", "/of/{{ stream_partition.parent }}"),
        path="/tops/{{ stream_partition.parent }}/tables",
        partition_router=router,
    )

    def answer(r):
        if r.path == "/tops":
            return rows(2, 1)
        return TABLES[:2] if r.path.endswith("tables") else rows(1, of=r.path)

    return Scenario(dynamics(dynamic(resolver)), answer, ["p1_ones", "p2_twos"])


@scenario
def an_endpoint_of_records_below_a_path():
    select = selector(
        "data", record_filter={"type": "RecordFilter", "condition": "{{ record.id > 1 }}"}
    )
    resolver = from_http(record_selector=select)
    return Scenario(
        dynamics(dynamic(resolver)),
        lambda r: {"data": TABLES} if r.path == "/tables" else rows(1, of=r.path),
        NAMES,
    )


def refused(status, op="read", **extra):
    def answer(r):
        return (status, "no") if r.path == "/tables" else rows(1)

    request = requester("/tables", error_handler={"type": "DefaultErrorHandler", "max_retries": 0})
    resolver = from_http(requester=request)
    manifest = dynamics(dynamic(resolver), static=[stream()], **extra)
    return Scenario(manifest, answer, ["items"], op=op)


@scenario
def an_endpoint_that_refuses():
    return refused(401)


@scenario
def an_endpoint_that_is_not_there():
    return refused(404)


@scenario
def an_endpoint_that_is_down():
    return refused(500)


@scenario
def catalog_of_an_endpoint_that_refuses():
    return refused(401, "discover")


@scenario
def check_beside_an_endpoint_that_refuses():
    return refused(401, "check")


@scenario
def check_of_an_endpoint_that_refuses():
    return refused(401, "check", check={"type": "CheckDynamicStream", "stream_count": 1})


@scenario
def check_of_an_endpoint_that_is_down():
    return refused(500, "check", check={"type": "CheckDynamicStream", "stream_count": 1})


@scenario
def check_of_an_unknown_stream_where_an_endpoint_refuses():
    return refused(401, "check", check={"type": "CheckStream", "stream_names": ["ones"]})


@scenario
def an_endpoint_that_has_nothing():
    return Scenario(
        dynamics(dynamic(from_http()), static=[stream()]), lambda r: [], ["ones", "items"]
    )


@scenario
def catalog_of_an_endpoint_that_has_nothing():
    return Scenario(dynamics(dynamic(from_http())), lambda r: [], op="discover")


def same_names(resolver, **extra):
    return Scenario(dynamics(dynamic(resolver)), serve, ["same"], **extra)


SAME = mapping("name", "same")


@scenario
def an_endpoint_that_gives_one_name_twice():
    return same_names(from_http(SAME, PATH))


@scenario
def a_config_that_gives_one_name_twice():
    return same_names(from_config(SAME, PATH), config={"tables": TABLES}, asks_nothing=True)


@scenario
def parameters_that_give_one_name_twice():
    return same_names(from_parameters(TABLES, SAME, PATH), asks_nothing=True)


@scenario
def two_templates_that_give_one_name():
    manifest = dynamics(dynamic(from_parameters(TABLES[:1])), dynamic(from_parameters(TABLES[:1])))
    return Scenario(manifest, serve, ["ones"], **QUIET)


@scenario
def check_where_a_config_gives_one_name_twice():
    manifest = dynamics(dynamic(from_config(SAME, PATH)))
    return Scenario(manifest, serve, config={"tables": TABLES}, op="check", **QUIET)


@scenario
def a_name_that_is_no_text():
    resolver = from_http(mapping("name", "{{ components_values['id'] }}"), PATH)
    return Scenario(dynamics(dynamic(resolver)), serve, ["1"])


@scenario
def a_name_that_is_made_text():
    number = mapping("name", "{{ components_values['id'] }}", value_type="string")
    return Scenario(dynamics(dynamic(from_http(number, PATH))), serve, ["1", "2"])


@scenario
def values_that_are_missing():
    resolver = from_http(mapping("name", "{{ components_values['nothing']['at all'] }}"), PATH)
    return Scenario(dynamics(dynamic(resolver)), serve, ["1"])


@scenario
def fields_that_the_template_lacks_are_not_made():
    resolver = from_http(
        NAME,
        PATH,
        mapping("retriever.requester.request_parameters.id", "{{ components_values.id }}"),
    )
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES)


WITH_PARAMETERS = stream(
    "",
    request=requester("/", request_parameters={"a": "1", "b": "2"}, request_headers={"X-A": "0"}),
)


@scenario
def globs_set_all_that_they_match():
    resolver = from_http(
        NAME,
        PATH,
        mapping("retriever.requester.request_parameters.*", "{{ components_values.id }}"),
        mapping("retriever.requester.request_h*.X-?", "h{{ components_values.id }}"),
    )
    return Scenario(dynamics(dynamic(resolver, WITH_PARAMETERS)), serve, NAMES)


@scenario
def a_glob_of_any_depth():
    resolver = from_parameters(
        TABLES, NAME, PATH, mapping("**.request_parameters.a", "{{ components_values.name }}")
    )
    return Scenario(dynamics(dynamic(resolver, WITH_PARAMETERS)), serve, NAMES)


@scenario
def paths_of_templates():
    resolver = from_config(
        NAME,
        PATH,
        mapping(
            ["retriever", "requester", "request_parameters", "{{ components_values['key'] }}"],
            "{{ components_values['id'] }}",
        ),
    )
    tables = [{**table, "key": key} for table, key in zip(TABLES, "abc", strict=True)]
    manifest = dynamics(dynamic(resolver, WITH_PARAMETERS))
    return Scenario(manifest, serve, NAMES, config={"tables": tables})


@scenario
def places_in_lists():
    added = [
        {"type": "AddedFieldDefinition", "path": ["x"], "value": "old"},
        {"type": "AddedFieldDefinition", "path": ["y"], "value": "old"},
    ]
    template = stream("", transformations=[{"type": "AddFields", "fields": added}])
    resolver = from_parameters(
        TABLES, NAME, PATH, mapping("transformations.0.fields.1.value", "new")
    )
    return Scenario(dynamics(dynamic(resolver, template)), serve, NAMES)


@scenario
def fields_that_are_made():
    resolver = from_config(
        NAME,
        PATH,
        mapping(
            "retriever.requester.request_parameters",
            "{id: {{ components_values.id }}, n: '{{ components_values.name }}'}",
            create_or_update=True,
        ),
        mapping("schema_loader.schema.properties.made", "{type: string}", create_or_update=True),
        mapping("primary_key", "[a, b]", create_or_update=True),
        mapping("schema_loader.schema.properties.empty", "", create_or_update=True),
    )
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES, config={"tables": TABLES})


@scenario
def catalog_with_fields_that_are_made():
    resolver = from_parameters(
        TABLES,
        NAME,
        PATH,
        mapping("schema_loader.schema.properties.made.type", "string", create_or_update=True),
        mapping("schema_loader.schema.list.0.a", "1", create_or_update=True),
        mapping("schema_loader.schema.yes", "yes", create_or_update=True),
        mapping("schema_loader.schema.text", "yes", value_type="string", create_or_update=True),
        mapping("schema_loader.schema.number", "0x10", create_or_update=True),
        mapping("primary_key", "[a, b]", create_or_update=True),
    )
    return Scenario(dynamics(dynamic(resolver)), serve, op="discover", **QUIET)


@scenario
def catalog_with_texts_that_stay_texts():
    resolver = from_config(
        NAME,
        PATH,
        mapping("schema_loader.schema.a", "yes", value_type="string", create_or_update=True),
        mapping("schema_loader.schema.b", "12", value_type="string", create_or_update=True),
        mapping("schema_loader.schema.c", "12", value_type="integer", create_or_update=True),
        mapping("schema_loader.schema.d", "1.5", value_type="number", create_or_update=True),
        mapping("schema_loader.schema.e", "true", value_type="boolean", create_or_update=True),
        mapping("schema_loader.schema.f", "[1, {a: b}]", create_or_update=True),
        mapping("schema_loader.schema.g", "[1, 'x'", create_or_update=True),
        mapping("schema_loader.schema.h", "%Y-%m-%d", create_or_update=True),
        mapping("schema_loader.schema.i", "a\tb", create_or_update=True),
    )
    return Scenario(
        dynamics(dynamic(resolver)), serve, config={"tables": TABLES}, op="discover", **QUIET
    )


@scenario
def plain_values_of_an_endpoint():
    template = stream("", request=requester("/", request_parameters={"v": "x", "w": "x"}))
    resolver = from_http(
        NAME,
        PATH,
        mapping("retriever.requester.request_parameters.v", "[1, x]"),
        mapping("retriever.requester.request_parameters.w", "007"),
    )
    return Scenario(dynamics(dynamic(resolver, template)), serve, NAMES)


@scenario
def a_path_through_a_scalar():
    resolver = from_config(NAME, PATH, mapping("name.deeper", "x", create_or_update=True))
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES, config={"tables": TABLES}, **QUIET)


@scenario
def mappings_under_a_condition():
    condition = "{{ components_values['id'] == 2 }}"
    resolver = from_config(
        NAME,
        PATH,
        mapping("retriever.requester.request_parameters.a", "two", condition=condition),
        mapping("retriever.requester.request_parameters.b", "all", condition=""),
    )
    manifest = dynamics(dynamic(resolver, WITH_PARAMETERS))
    return Scenario(manifest, serve, NAMES, config={"tables": TABLES})


@scenario
def a_condition_of_an_endpoint_is_refused():
    resolver = from_http({**NAME, "condition": "{{ True }}"}, PATH)
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES, **QUIET)


@scenario
def a_condition_of_parameters_is_refused():
    resolver = from_parameters(TABLES, {**NAME, "condition": "{{ True }}"}, PATH)
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES, **QUIET)


@scenario
def streams_of_the_config():
    return Scenario(dynamics(dynamic(from_config())), serve, NAMES, config={"tables": TABLES})


@scenario
def streams_of_the_config_and_of_the_manifest():
    resolver = from_config(default_values=[{"id": 9, "name": "nines"}])
    return Scenario(
        dynamics(dynamic(resolver)), serve, [*NAMES, "nines"], config={"tables": TABLES}
    )


@scenario
def a_config_without_the_list():
    manifest = dynamics(dynamic(from_config(default_values=[{"id": 9, "name": "nines"}])))
    return Scenario(manifest, serve, ["nines"])


@scenario
def an_item_that_is_no_list():
    resolver = from_config(pointer=["deep", "{{ config['which'] }}"])
    config = {"deep": {"table": TABLES[0]}, "which": "table"}
    return Scenario(dynamics(dynamic(resolver)), serve, ["ones"], config=config)


@scenario
def the_whole_config():
    resolver = from_config(pointer=[])
    return Scenario(dynamics(dynamic(resolver)), serve, ["me"], config={"id": 5, "name": "me"})


@scenario
def a_pointer_that_fits_twice():
    resolver = from_config(pointer=["deep", "*"])
    config = {"deep": {"a": TABLES, "b": TABLES}}
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES, config=config, **QUIET)


def two_lists(*mappings):
    resolver = from_config(*mappings)
    resolver["stream_config"] = [
        {"type": "StreamConfig", "configs_pointer": ["tables"]},
        {"type": "StreamConfig", "configs_pointer": ["kinds"], "default_values": [{"kind": "z"}]},
    ]
    return resolver


@scenario
def combinations_of_two_lists():
    resolver = two_lists(
        mapping("name", "{{ components_values.name }}_{{ components_values.kind }}"), PATH
    )
    names = ["ones_a", "ones_z", "threes_b"]
    config = {"tables": TABLES, "kinds": [{"kind": "a"}, {"kind": "b"}]}
    return Scenario(dynamics(dynamic(resolver)), serve, names, config=config)


@scenario
def combinations_with_texts():
    resolver = from_config(
        mapping(
            "name", "{{ components_values['source_config_0'][1] }}_{{ components_values['kind'] }}"
        ),
        mapping("retriever.requester.path", "/n{{ components_values['source_config_0'][0] }}"),
    )
    resolver["stream_config"] = [
        {"type": "StreamConfig", "configs_pointer": ["words"]},
        {"type": "StreamConfig", "configs_pointer": ["kinds"]},
    ]
    config = {"words": ["x", "y"], "kinds": [{"kind": "a"}, {"kind": "b"}]}
    return Scenario(dynamics(dynamic(resolver)), serve, ["x_a", "y_b"], config=config)


@scenario
def combinations_with_an_empty_list():
    resolver = two_lists()
    resolver["stream_config"][1].pop("default_values")
    config = {"tables": TABLES, "kinds": []}
    return Scenario(dynamics(dynamic(resolver), static=[stream()]), serve, ["items"], config=config)


@scenario
def streams_of_parameters():
    return Scenario(dynamics(dynamic(from_parameters(TABLES))), serve, NAMES)


def with_inner_parameters(**extra):
    """A template whose parts have $parameters of one name."""
    template = stream("", request=requester("/", request_parameters={"p": "{{ parameters['p'] }}"}))
    template["$parameters"] = {"p": "outer"}
    template["retriever"]["requester"]["$parameters"] = {"p": "inner"}
    return Scenario(dynamics(dynamic(from_parameters(TABLES), template, **extra)), serve, NAMES)


@scenario
def parameters_of_the_outer_component():
    return with_inner_parameters()


@scenario
def parameters_of_the_inner_component():
    return with_inner_parameters(use_parent_parameters=False)


@scenario
def parameters_that_a_mapping_sets():
    template = stream("", request=requester("/{{ parameters['p'] }}"))
    template["$parameters"] = {"p": "old", "name": "none"}
    resolver = from_parameters(
        TABLES,
        NAME,
        mapping(["$parameters", "p"], "{{ components_values['name'] }}"),
        mapping(["retriever", "requester", "$parameters", "p"], "inner"),
    )
    return Scenario(dynamics(dynamic(resolver, template)), serve, NAMES)


@scenario
def parameters_of_the_resolver():
    resolver = from_parameters(TABLES, mapping("name", "{{ parameters['prefix'] }}x"), PATH)
    resolver["$parameters"] = {"prefix": "p_"}
    resolver["stream_parameters"]["list_of_parameters_for_stream"] = TABLES[:1]
    return Scenario(dynamics(dynamic(resolver)), serve, ["p_x"])


@scenario
def parameters_of_the_definition():
    template = stream("", request=requester("/{{ parameters['p'] }}"))
    definition = dynamic(from_parameters(TABLES, NAME), template)
    definition["$parameters"] = {"p": "given"}
    return Scenario(dynamics(definition), serve, NAMES)


@scenario
def jobs_give_the_streams():
    resolver = from_http()
    resolver["retriever"] = job_stream()["retriever"]
    answer = api(lambda r: TABLES)
    return jobs(
        dynamics(dynamic(resolver)),
        lambda r: rows(2, of=r.path) if r.path.startswith("/of/") else answer(r),
        NAMES,
    )


@scenario
def templates_of_jobs():
    resolver = from_parameters(TABLES, NAME)
    return Scenario(dynamics(dynamic(resolver, job_stream())), api(rows_of(2)), NAMES)


@scenario
def the_template_is_seen_by_mappings():
    resolver = from_parameters(
        TABLES,
        mapping("name", "{{ stream_template_config['name'] }}-{{ components_values.id }}"),
        PATH,
    )
    template = stream("base", path="/")
    return Scenario(dynamics(dynamic(resolver, template)), serve, ["base-1", "base-3"])


@scenario
def templates_with_windows_and_state():
    template = stream("", incremental_sync=cursor(step="P2D", cursor_granularity="P1D"))
    return Scenario(
        dynamics(dynamic(from_http(), template)),
        lambda r: TABLES if r.path == "/tables" else [{"id": 1, "at": r.query["from"]}],
        NAMES,
        state={"twos": {"at": "2024-01-03"}},
    )


@scenario
def templates_of_delegating_streams():
    resolver = from_parameters(
        TABLES,
        mapping("name", "{{ components_values.name }}"),
        mapping("full_refresh_stream.name", "{{ components_values.name }}"),
        mapping("incremental_stream.name", "{{ components_values.name }}"),
        mapping("*.retriever.requester.path", "/of/{{ components_values.id }}"),
    )
    return Scenario(
        dynamics(dynamic(resolver, delegating())),
        lambda r: [{"at": "2024-01-05", **r.query}],
        NAMES,
        state={"twos": {"at": "2024-01-03"}},
    )


@scenario
def templates_with_parents():
    template = stream("", path="/of/{{ stream_partition.parent }}", router=parents(stream("tops")))
    resolver = from_parameters(
        TABLES,
        NAME,
        mapping(
            "retriever.requester.request_parameters",
            "{t: '{{ components_values.id }}'}",
            create_or_update=True,
        ),
    )
    return Scenario(
        dynamics(dynamic(resolver, template), static=[stream("tops")]),
        lambda r: rows(2) if r.path == "/tops" else rows(1, of=r.path, **r.query),
        ["tops", *NAMES],
        asks_once=True,
    )


@scenario
def templates_that_are_made_wrong():
    resolver = from_parameters(TABLES, NAME, mapping("retriever", "nothing"))
    return Scenario(dynamics(dynamic(resolver)), serve, NAMES, asks_nothing=True)


def checks(check, answer=serve, static=(), **extra):
    manifest = dynamics(dynamic(from_http(), name="tables"), static=static, check=check, **extra)
    return Scenario(manifest, answer, op="check")


def check_dynamic(count, **extra):
    return {"type": "CheckDynamicStream", "stream_count": count, **extra}


def fails_from(number):
    """Tables from that one on are refused."""
    return lambda r: (
        TABLES
        if r.path == "/tables"
        else (403, "no")
        if r.path.startswith("/of/") and int(r.path[4:]) >= number
        else rows(1)
    )


@scenario
def check_of_the_first_dynamic_streams():
    return checks(check_dynamic(2))


@scenario
def check_of_more_dynamic_streams_than_there_are():
    return checks(check_dynamic(10))


@scenario
def check_of_no_dynamic_stream():
    return checks(check_dynamic(0))


@scenario
def check_counts_written_streams_too():
    return checks(check_dynamic(2), fails_from(2), static=[stream()])


@scenario
def check_of_a_dynamic_stream_that_fails():
    return checks(check_dynamic(2), fails_from(2))


@scenario
def check_stops_before_a_dynamic_stream_that_fails():
    return checks(check_dynamic(1), fails_from(2))


@scenario
def check_without_asking_the_streams():
    return checks(check_dynamic(3, use_check_availability=False), fails_from(1))


@scenario
def check_where_no_dynamic_stream_is_made():
    return checks(check_dynamic(1), lambda r: [])


def check_configs(*configs, names=None, **extra):
    check = {
        "type": "CheckStream",
        "dynamic_streams_check_configs": [
            {"type": "DynamicStreamCheckConfig", **config} for config in configs
        ],
        **extra,
    }
    if names is not None:
        check["stream_names"] = names
    return check


@scenario
def check_of_all_streams_of_a_dynamic_one():
    return checks(check_configs({"dynamic_stream_name": "tables"}))


@scenario
def check_of_one_stream_of_a_dynamic_one():
    return checks(
        check_configs({"dynamic_stream_name": "tables", "stream_count": 1}), fails_from(2)
    )


@scenario
def check_of_a_failing_stream_of_a_dynamic_one():
    return checks(
        check_configs({"dynamic_stream_name": "tables", "stream_count": 2}), fails_from(2)
    )


@scenario
def check_of_an_unknown_dynamic_stream():
    return checks(check_configs({"dynamic_stream_name": "nothing"}))


@scenario
def check_of_a_count_below_one():
    made = checks(check_configs({"dynamic_stream_name": "tables", "stream_count": 0}))
    made.refused = True
    return made


@scenario
def check_of_written_and_dynamic_streams():
    return checks(
        check_configs({"dynamic_stream_name": "tables", "stream_count": 1}, names=["items"]),
        static=[stream()],
    )


@scenario
def check_of_a_written_stream_fails_before_the_dynamic_ones():
    return checks(
        check_configs({"dynamic_stream_name": "tables"}, names=["items"]),
        lambda r: TABLES if r.path == "/tables" else (403, "no"),
        static=[stream()],
    )


@scenario
def check_of_a_dynamic_stream_by_its_own_name():
    return checks({"type": "CheckStream", "stream_names": ["twos"]})


@scenario
def check_of_a_dynamic_stream_without_a_name():
    made = checks(check_configs({"dynamic_stream_name": "dynamic_stream_0", "stream_count": 1}))
    del made.manifest["dynamic_streams"][0]["name"]
    return made


@scenario
def check_of_written_streams_asks_for_no_dynamic_ones():
    return checks({"type": "CheckStream", "stream_names": ["items"]}, static=[stream()])


@scenario
def check_of_a_stream_that_is_not_there():
    return checks({"type": "CheckStream", "stream_names": ["items", "no"]}, static=[stream()])


@scenario
def check_without_any_names():
    made = checks({"type": "CheckStream"}, static=[stream()])
    made.asks_nothing = True
    return made


@scenario
def check_of_an_empty_list_of_names():
    return checks({"type": "CheckStream", "stream_names": []}, static=[stream()])


def names_in_config(names, **extra):
    made = checks(
        {"type": "CheckStream", "stream_names": ["items"]}, static=[stream(), stream("others")]
    )
    made.config = {"__airbyte_check_stream_names": names}
    made.asks_nothing = extra.get("asks_nothing", False)
    return made


@scenario
def check_of_streams_that_the_config_names():
    return names_in_config(["others", "ones"])


@scenario
def check_where_the_config_names_none():
    return names_in_config([])


@scenario
def check_where_the_config_names_no_list():
    return names_in_config("others", asks_nothing=True)


@scenario
def check_where_the_config_names_numbers():
    return names_in_config([1], asks_nothing=True)


def overriding(overrides, check=None, request=None, **extra):
    node = stream(
        request=request
        or requester(
            "/{{ config['path'] }}",
            request_parameters={
                "a": "{{ config.get('a') }}",
                "b": "{{ config.get('b') }}",
            },
        )
    )
    manifest = source(node, **extra)
    manifest["check"] = {
        **(check or {"type": "CheckStream", "stream_names": ["items"]}),
        "config_overrides": overrides,
    }
    config = {"path": "items", "a": {"x": 1, "y": 2}}
    return Scenario(manifest, lambda r: rows(1), config=config, op="check")


@scenario
def check_with_another_config():
    return overriding({"path": "others", "b": "{{ 1 + 1 }}"})


@scenario
def check_with_a_part_of_the_config_replaced():
    return overriding({"a": {"z": 3}, "b": {"$ref": "#/nothing"}})


@scenario
def check_with_no_override():
    return overriding({})


@scenario
def check_with_a_reserved_override():
    made = overriding({"__airbyte_check_stream_names": ["items"]})
    made.asks_nothing = True
    return made


@scenario
def check_of_dynamic_streams_with_another_config():
    return overriding({"path": "others"}, check_dynamic(1))


@scenario
def check_of_conditional_streams_with_another_config():
    made = overriding({"on": True})
    made.manifest["streams"].append(
        {
            "type": "ConditionalStreams",
            "condition": "{{ config.get('on') }}",
            "streams": [stream("others")],
        }
    )
    made.manifest["check"]["stream_names"] = ["others"]
    return made


@scenario
def check_with_an_override_where_tokens_are_written_back():
    oauth = {
        "type": "OAuthAuthenticator",
        "token_refresh_endpoint": "{{ config['base'] }}/token",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
        "refresh_token_updater": {},
    }
    made = overriding({"path": "others"}, request=requester("/x", authenticator=oauth))
    made.asks_nothing = True
    return made


@scenario
def a_read_ignores_the_override_of_the_check():
    made = overriding({"path": "others"})
    made.op = "read"
    return made


@scenario
def a_resolver_keeps_its_answers():
    top = stream("tables", path="/tables")
    node = stream(path="/of/{{ stream_partition.parent }}", router=parents(top))
    manifest = dynamics(dynamic(from_http(), name="tables"), static=[node])
    return Scenario(manifest, serve, ["items"])


@scenario
def two_resolvers_of_one_endpoint():
    other = from_http(mapping("name", "x{{ components_values.name }}"), PATH, path="/tables")
    manifest = dynamics(dynamic(from_http()), dynamic(other))
    return Scenario(manifest, serve, ["ones", "xtwos"])


@scenario
def a_resolver_that_sends_the_config():
    request = requester("/tables", request_parameters={"w": "{{ config['word'] }}"})
    resolver = from_http(NAME, PATH, requester=request)
    template = stream("", request=requester("/", request_parameters={"v": "x"}))
    resolver["components_mapping"].append(
        mapping("retriever.requester.request_parameters.v", "{{ config['word'] }}")
    )
    return Scenario(dynamics(dynamic(resolver, template)), serve, NAMES, config={"word": "a b"})


@scenario
def a_list_in_the_resolver_and_its_parameter():
    router = {**lists(["a", "b"]), "request_option": option("of")}
    resolver = from_http(
        mapping("name", "{{ components_values.name }}{{ stream_partition.kind }}"),
        PATH,
        partition_router=router,
    )
    return Scenario(dynamics(dynamic(resolver)), serve, ["onesa", "threesb"])
