"""What transformations make of a record, inside whole reads."""

from scenarios.parts import (
    Scenario,
    cursor,
    lists,
    paginator,
    parents,
    rows,
    scenario,
    selector,
    source,
    stream,
)

RECORD = {
    "id": 1,
    "CustomerName": "Äß",
    "nested": {"Street Name": "x", "zip": {"code": 7, "ext": None}},
    "tags": [{"Key": "a"}, {"Key": "b"}],
    "empty": {},
    "at": "2024-01-02",
}


def transformed(*steps, answer=None, **extra):
    schema = extra.pop("schema", None)
    made = stream(transformations=list(steps), schema=schema, **extra)
    return Scenario(source(made), lambda r: answer or [RECORD], config={"word": "w", "key": "zip"})


def added(path, value, **extra):
    return {"type": "AddedFieldDefinition", "path": path, "value": value, **extra}


@scenario
def keys_become_lower_case():
    return transformed({"type": "KeysToLower"})


@scenario
def keys_become_snake_case():
    return transformed({"type": "KeysToSnakeCase"})


@scenario
def keys_are_replaced():
    return transformed({"type": "KeysReplace", "old": " ", "new": "_"})


@scenario
def keys_are_replaced_by_what_templates_give():
    step = {
        "type": "KeysReplace",
        "old": "{{ config['key'] }}",
        "new": "{{ record['id'] }}",
        "$parameters": {"x": 1},
    }
    return transformed(step)


@scenario
def a_record_is_flattened():
    return transformed({"type": "FlattenFields"})


@scenario
def a_record_is_flattened_but_for_its_lists():
    return transformed({"type": "FlattenFields", "flatten_lists": False})


@scenario
def an_object_is_lifted():
    return transformed({"type": "DpathFlattenFields", "field_path": ["nested", "{{ config.key }}"]})


@scenario
def an_object_is_lifted_with_new_keys():
    step = {
        "type": "DpathFlattenFields",
        "field_path": ["nested", "*"],
        "delete_origin_value": True,
        "key_transformation": {
            "type": "KeyTransformation",
            "prefix": "{{ config['word'] }}_",
            "suffix": "_{{ parameters['end'] }}",
        },
        "$parameters": {"end": "e"},
    }
    return transformed(step)


@scenario
def an_object_becomes_the_record():
    return transformed(
        {"type": "DpathFlattenFields", "field_path": ["nested"], "replace_record": True}
    )


@scenario
def transformations_follow_each_other():
    return transformed(
        {"type": "AddFields", "fields": [added(["New Field"], "{{ record['tags'][0]['Key'] }}")]},
        {"type": "KeysToSnakeCase"},
        {"type": "RemoveFields", "field_pointers": [["nested", "*_name"], ["tags", "0", "Key"]]},
        {"type": "AddFields", "fields": [added(["seen"], "{{ record['new_field'] ~ '!' }}")]},
        {"type": "FlattenFields"},
        {"type": "KeysToLower"},
    )


@scenario
def fields_are_added_where_a_condition_holds():
    fields = [
        added(["a"], "{{ record['nested']['zip']['code'] }}"),
        added(["b"], "{{ record.get('missing') }}"),
        added(["c"], "{{ config['word'] }}", value_type="boolean"),
        added(["d"], "{{ 1.0 }}", value_type="number"),
        added(["e"], "{{ record['id'] }}", value_type="integer"),
        added(["f"], "[1, 2]"),
        added(["g"], "{{ none }}"),
        added(["h"], ""),
    ]
    step = {
        "type": "AddFields",
        "fields": fields,
        "condition": "{{ value != 7 and path != ['h'] }}",
    }
    return transformed(step)


@scenario
def fields_are_added_with_parameters_of_each_level():
    step = {
        "type": "AddFields",
        "fields": [
            added(["own"], "{{ parameters['who'] }}", **{"$parameters": {"who": "field"}}),
            added(["theirs"], "{{ parameters['who'] }}"),
        ],
        "$parameters": {"who": "step"},
    }
    return transformed(step)


@scenario
def fields_are_added_from_slices_and_pages():
    fields = [
        added(["kind"], "{{ stream_slice['kind'] }}"),
        added(["from"], "{{ stream_interval['start_time'] }}"),
        added(["part"], "{{ stream_partition.kind }}"),
        added(["all"], "{{ stream_slice }}"),
        added(["cut"], "{{ stream_slice.cursor_slice }}"),
    ]
    made = stream(
        transformations=[{"type": "AddFields", "fields": fields}],
        router=lists(["a", "b"]),
        incremental_sync=cursor(step="P2D", cursor_granularity="P1D"),
    )
    return Scenario(source(made), lambda r: [{"id": 1, "at": "2024-01-02"}])


@scenario
def fields_are_added_from_a_parents_extra_fields():
    fields = [
        added(["name"], "{{ stream_slice.extra_fields['name'] }}"),
        added(["deep"], "{{ stream_slice.extra_fields['owner.login'] }}"),
    ]
    parent = stream("parents")
    child = stream(
        "items",
        path="/items/{{ stream_partition['parent'] }}",
        router=parents(parent, extra_fields=[["name"], ["owner", "login"]]),
        transformations=[{"type": "AddFields", "fields": fields}],
    )

    def serve(request):
        if request.path == "/parents":
            return [{"id": i, "name": f"n{i}", "owner": {"login": f"l{i}"}} for i in (1, 2)]
        return rows(2)

    return Scenario(source(child), serve)


@scenario
def a_field_that_cannot_be_set_fails_the_stream():
    return transformed({"type": "AddFields", "fields": [added(["id", "x", "y"], "1")]})


@scenario
def a_template_that_fails_fails_the_stream():
    return transformed({"type": "AddFields", "fields": [added(["x"], "{{ 1 // 0 }}")]})


@scenario
def an_undefined_variable_fails_the_stream():
    return transformed({"type": "AddFields", "fields": [added(["x"], "{{ nowhere }}")]})


@scenario
def fields_are_removed_by_globs():
    pointers = [["nested", "**", "code"], ["t*", "*", "Key"], ["em?ty"], ["[ab]t"]]
    return transformed({"type": "RemoveFields", "field_pointers": pointers})


@scenario
def fields_are_removed_where_a_condition_holds():
    step = {
        "type": "RemoveFields",
        "field_pointers": [["**"]],
        "condition": "{{ property is none or property == 7 }}",
    }
    return transformed(step)


@scenario
def transformations_come_before_the_filter_where_asked():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['twice'] > 2 }}"},
        transform_before_filtering=True,
    )
    step = {"type": "AddFields", "fields": [added(["twice"], "{{ record['id'] * 2 }}")]}
    made = stream(transformations=[step], select=select)
    return Scenario(source(made), lambda r: rows(4))


@scenario
def normalisation_comes_after_the_transformations():
    step = {"type": "AddFields", "fields": [added(["n"], "{{ record['id'] }}")]}
    schema = {"type": "object", "properties": {"n": {"type": "string"}, "id": {"type": "number"}}}
    made = stream(
        transformations=[step], schema=schema, select=selector(schema_normalization="Default")
    )
    return Scenario(source(made), lambda r: rows(2))


@scenario
def pagination_sees_the_transformed_last_record():
    step = {"type": "AddFields", "fields": [added(["next"], "{{ record['id'] + 1 }}")]}
    token = {
        "type": "CursorPagination",
        "cursor_value": "{{ last_record['next'] }}",
        "stop_condition": "{{ last_record['next'] >= 5 }}",
    }
    made = stream(transformations=[step], page=paginator(token))
    return Scenario(source(made), lambda r: rows(2, int(r.query.get("page", 0))))


@scenario
def a_parents_key_is_what_its_transformations_left():
    step = {"type": "AddFields", "fields": [added(["key"], "p{{ record['id'] }}")]}
    child = stream(
        "items",
        path="/items/{{ stream_partition.parent }}",
        router=parents(stream("parents", transformations=[step]), key="key"),
    )
    return Scenario(source(child), lambda r: rows(2))
