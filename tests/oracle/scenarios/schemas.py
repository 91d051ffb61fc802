"""Where schemas come from, and when they are asked for."""

from scenarios.parts import (
    Scenario,
    lists,
    parents,
    requester,
    rows,
    scenario,
    selector,
    source,
    stream,
)

FIELDS = [
    {"name": "Id", "type": {"kind": "int", "nullable": False}},
    {"name": "Amount", "type": {"kind": "money"}},
    {"name": "At", "type": {"kind": "timestamp_with_timezone"}},
    {"name": "Tags", "type": {"kind": "tags"}},
    {"name": "Both", "type": {"kind": ["a", "b"]}},
    {"name": "Free"},
    {"name": "secret_key", "type": {"kind": "string"}},
]
MAPPING = [
    {"target_type": "integer", "current_type": "int"},
    {
        "type": "TypesMap",
        "target_type": "string",
        "current_type": "money",
        "condition": "{{ raw_schema['name'] == 'Other' }}",
    },
    {"target_type": "number", "current_type": "money", "condition": "{{ config['exact'] }}"},
    {
        "target_type": {
            "field_type": "array",
            "items": {"field_type": "array", "items": "string"},
        },
        "current_type": "tags",
    },
    {"target_type": ["string", "integer"], "current_type": ["a", "b"]},
]


def dynamic(identifier=None, **extra):
    return {
        "type": "DynamicSchemaLoader",
        "retriever": {
            "type": "SimpleRetriever",
            "requester": requester("/fields"),
            "record_selector": selector("result"),
        },
        "schema_type_identifier": identifier
        or {
            "type": "SchemaTypeIdentifier",
            "schema_pointer": ["{{ config['place'] }}"],
            "key_pointer": ["name"],
            "type_pointer": ["type", "kind"],
            "types_mapping": MAPPING,
        },
        **extra,
    }


def described(op="discover", loader=None, fields=None, answer=None, **extra):
    made = stream(**extra)
    made["schema_loader"] = loader or dynamic()
    body = {"result": [{"fields": FIELDS if fields is None else fields}, {"fields": []}]}

    def serve(request):
        if request.path == "/fields":
            return answer or body
        return [{"Id": "1", "Amount": "2.5", "Tags": "x"}]

    config = {"place": "fields", "exact": True}
    return Scenario(source(made), serve, op=op, config=config)


def alone(made):
    """The CDK ends where a schema cannot be had; here the stream fails and the others go on."""
    made.refused = made.asks_nothing = True
    made.ends_alike = False
    return made


@scenario
def a_schema_is_asked_for():
    return described()


@scenario
def a_schema_is_asked_for_by_a_read():
    return described("read")


@scenario
def a_schema_that_was_asked_for_normalises_the_records():
    return described("read", select=selector(schema_normalization="Default"))


@scenario
def a_schema_is_asked_for_by_a_check():
    return described("check")


@scenario
def a_schema_is_asked_for_once_for_all_partitions():
    return described("read", router=lists(["a", "b", "c"]))


@scenario
def a_schema_is_filtered_and_transformed():
    loader = dynamic(
        schema_filter={"type": "RecordFilter", "condition": "{{ 'secret_key' not in record }}"},
        schema_transformations=[
            {"type": "KeysToSnakeCase"},
            {
                "type": "AddFields",
                "fields": [{"path": ["added"], "value": "{{ {'type': 'string'} }}"}],
            },
            {"type": "RemoveFields", "field_pointers": [["free"]]},
        ],
    )
    return described(loader=loader)


@scenario
def a_schema_without_types():
    return described(
        loader=dynamic(
            {"type": "SchemaTypeIdentifier", "key_pointer": ["name"], "schema_pointer": ["fields"]}
        )
    )


@scenario
def a_schema_whose_description_is_the_record():
    loader = dynamic(
        {"type": "SchemaTypeIdentifier", "key_pointer": ["n", "k"], "type_pointer": ["t"]}
    )
    loader["retriever"]["record_selector"] = selector("*")
    fields = [{"n": {"k": "a"}, "t": "integer"}, {"n": {"k": "b"}}]
    return described(loader=loader, answer={"x": fields})


@scenario
def a_schema_of_which_nothing_is_said():
    return described(answer={"result": []})


@scenario
def a_schema_with_an_unknown_type():
    return described(fields=[{"name": "a", "type": {"kind": "blob"}}])


@scenario
def a_schema_with_a_field_without_name():
    return described(fields=[{"type": {"kind": "string"}}])


@scenario
def a_schema_with_an_unknown_type_fails_the_read():
    return alone(described("read", fields=[{"name": "a", "type": {"kind": "blob"}}]))


@scenario
def a_schema_that_cannot_be_had_fails_the_read():
    return alone(described("read", answer=(404, "no")))


@scenario
def schemas_are_merged():
    def inline(**properties):
        return {
            "type": "InlineSchemaLoader",
            "schema": {"type": "object", "properties": properties},
        }

    loaders = [
        inline(a={"type": "string"}, Id={"type": "string"}),
        dynamic(),
        inline(a={"type": "number"}, z={"type": "number"}),
    ]
    return described(loader=loaders)


@scenario
def merged_schemas_normalise_the_records():
    loaders = [
        {"type": "InlineSchemaLoader", "schema": {"properties": {"Id": {"type": "number"}}}},
        dynamic(),
    ]
    return described("read", loader=loaders, select=selector(schema_normalization="Default"))


@scenario
def a_schema_that_merges_nothing():
    loaders = [{"type": "InlineSchemaLoader", "schema": {"type": "object"}}, dynamic()]
    made = described(loader=loaders)
    made.asks_nothing = True
    return made


@scenario
def a_list_of_one_loader_is_merged_too():
    made = described(loader=[{"type": "InlineSchemaLoader", "schema": {"properties": {}}}])
    made.asks_nothing = True
    return made


@scenario
def a_stream_without_schema():
    made = stream()
    del made["schema_loader"]
    return Scenario(source(made), lambda r: [], op="discover", asks_nothing=True)


@scenario
def an_inline_schema_without_schema():
    made = stream(select=selector(schema_normalization="Default"))
    made["schema_loader"] = {"type": "InlineSchemaLoader"}
    return Scenario(source(made), lambda r: rows(1))


@scenario
def a_schema_file_that_is_not_there_fails_the_read():
    made = stream()
    made["schema_loader"] = {"type": "JsonFileSchemaLoader", "file_path": "./nowhere/x.json"}
    return alone(Scenario(source(made), lambda r: rows(1)))


@scenario
def a_parents_records_are_normalised_by_its_own_schema():
    parent = stream(
        "parents",
        schema={"type": "object", "properties": {"id": {"type": "string"}}},
        select=selector(schema_normalization="Default"),
    )
    made = stream(
        path="/items/{{ stream_partition['parent'] }}",
        router=parents(parent, extra_fields=[["id"]]),
        select=selector(schema_normalization="Default"),
        schema={"type": "object", "properties": {"id": {"type": "number"}}},
    )
    return Scenario(source(made), lambda r: rows(2))


@scenario
def the_catalog_of_many_kinds_of_streams():
    keys = ["id", ["a", "b"], [["a"], ["b"]], "", []]
    made = []
    for i, key in enumerate(keys):
        one = stream(f"s{i}", path="/x")
        one["primary_key"] = key
        made.append(one)
    return Scenario(source(*made), lambda r: [], op="discover", asks_nothing=True)


@scenario
def a_nested_primary_key_is_refused():
    made = stream()
    made["primary_key"] = [["a"], ["b", "c"]]
    return Scenario(source(made), lambda r: [], op="discover", asks_nothing=True)
