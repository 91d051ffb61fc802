"""What becomes of a config before it is used: migrations, transformations, validations."""

from scenarios.parts import Scenario, requester, rows, scenario, source, stream

SCHEMA = {"type": "object", "properties": {"base": {"type": "string"}, "key": {"type": "string"}}}


def ruled(config, op="read", schema=None, quiet=False, **rules):
    """With quiet the config is refused: a config_error here, which the CDK has for `check` only."""
    path = "/items/{{ config.get('key') }}/{{ config.get('made') }}"
    made = source(stream(request=requester(path)))
    made["spec"]["connection_specification"] = schema or SCHEMA
    made["spec"]["config_normalization_rules"] = {"type": "ConfigNormalizationRules", **rules}
    return Scenario(
        made, lambda r: rows(1), config=config, op=op, asks_nothing=quiet, ends_alike=not quiet
    )


def migration(*steps):
    return [{"type": "ConfigMigration", "description": "of old", "transformations": list(steps)}]


def add(path, value, condition=None, **extra):
    field = {"type": "AddedFieldDefinition", "path": path, "value": value, **extra}
    made = {"type": "ConfigAddFields", "fields": [field]}
    return {**made, "condition": condition} if condition else made


def remove(*pointers, **extra):
    return {"type": "ConfigRemoveFields", "field_pointers": list(pointers), **extra}


def remap(mapping, *path):
    return {"type": "ConfigRemapField", "map": mapping, "field_path": list(path)}


def validator(schema, *path):
    strategy = {"type": "ValidateAdheresToSchema", "base_schema": schema}
    return {"type": "DpathValidator", "field_path": list(path), "validation_strategy": strategy}


@scenario
def a_config_is_migrated_and_written():
    steps = [add(["key"], "{{ config['old'] }}"), remove(["old"])]
    return ruled({"old": "o1"}, config_migrations=migration(*steps))


@scenario
def a_config_is_migrated_by_a_check():
    return ruled({"old": "o1"}, "check", config_migrations=migration(add(["key"], "k")))


@scenario
def a_config_is_migrated_by_a_discover():
    made = ruled({}, "discover", config_migrations=migration(add(["key"], "k")), quiet=True)
    return made


@scenario
def a_config_of_today_is_not_migrated():
    step = add(["key"], "{{ config['old'] }}", "{{ 'old' in config }}")
    return ruled({"key": "k"}, config_migrations=migration(step))


@scenario
def what_changes_inside_a_config_is_not_written():
    step = add(["inner", "key"], "x")
    return ruled({"inner": {"a": 1}}, config_migrations=migration(step))


@scenario
def migrations_follow_each_other():
    both = [*migration(add(["key"], "a")), *migration(add(["made"], "{{ config.key ~ 'b' }}"))]
    return ruled({}, config_migrations=both)


@scenario
def a_config_is_transformed():
    steps = [
        add(["made"], "{{ config['key'] | upper }}"),
        add(["n"], "{{ 5 }}", value_type="string"),
        add(["never"], "x", "{{ config.key == 'z' }}"),
        add(["path", "to"], "x", "{{ path == ['path', 'to'] and value == 'x' }}"),
        remove(["gone"], ["deep", "*"]),
    ]
    return ruled({"key": "k", "gone": 1, "deep": {"a": 1, "b": 2}}, transformations=steps)


@scenario
def a_config_is_migrated_then_transformed():
    return ruled(
        {"old": "o"},
        config_migrations=migration(add(["key"], "{{ config.old }}"), remove(["old"])),
        transformations=[add(["made"], "{{ config.get('old', 'none') }}")],
    )


@scenario
def a_field_is_remapped():
    steps = [
        remap({"a": "b", "c": "d"}, "key"),
        remap({"x": "{{ config['key'] }}"}, "deep", "{{ config['name'] }}"),
        remap({"x": "y"}, "not", "there"),
    ]
    return ruled({"key": "a", "deep": {"f": "x"}, "name": "f"}, transformations=steps)


@scenario
def a_value_that_no_map_has_stays():
    return ruled({"key": "q"}, transformations=[remap({"a": "b"}, "key")])


@scenario
def fields_are_removed_from_a_config_under_a_condition():
    steps = [
        remove(["key"], condition="{{ config.key == 'other' }}"),
        remove(["made"], condition="{{ config.key == 'k' }}"),
    ]
    return ruled({"key": "k", "made": "m"}, transformations=steps)


@scenario
def the_spec_judges_the_config_as_it_became():
    schema = {**SCHEMA, "required": ["key"]}
    return ruled({"old": "o"}, schema=schema, transformations=[add(["key"], "k")])


@scenario
def the_spec_refuses_what_a_config_became():
    schema = {**SCHEMA, "additionalProperties": False}
    return ruled({}, schema=schema, transformations=[add(["more"], "k")], quiet=True)


@scenario
def the_spec_refuses_what_a_config_became_in_a_check():
    schema = {**SCHEMA, "additionalProperties": False}
    return ruled({}, "check", schema=schema, transformations=[add(["more"], "k")], quiet=True)


@scenario
def a_config_that_is_valid():
    rules = [
        validator({"type": "string", "minLength": 1}, "key"),
        validator({"type": "array"}, "list"),
        validator({"type": "object"}, "missing", "x"),
        validator({"type": "number"}, "deep", "*", "n"),
    ]
    return ruled({"key": '"k"', "list": "[1]", "deep": {"a": {"n": 1}}}, validations=rules)


@scenario
def a_config_that_is_not_valid():
    return ruled(
        {"key": 5}, schema={}, validations=[validator({"type": "string"}, "key")], quiet=True
    )


@scenario
def a_config_that_is_not_valid_for_a_check():
    rules = [validator({"type": "array"}, "key")]
    return ruled({"key": "{}"}, "check", validations=rules, quiet=True)


@scenario
def a_config_that_is_not_valid_for_a_discover():
    rules = [validator({"type": "array"}, "key")]
    return ruled({"key": "{}"}, "discover", validations=rules, quiet=True)


@scenario
def a_config_whose_text_is_no_json():
    return ruled({"key": "no json"}, validations=[validator({"type": "string"}, "key")], quiet=True)


@scenario
def a_transformed_config_is_valid():
    return ruled(
        {"key": "k"},
        transformations=[add(["made"], "[1, 2]")],
        validations=[validator({"type": "array", "maxItems": 2}, "made")],
    )


@scenario
def a_custom_transformation_of_a_config_is_refused():
    step = {"type": "CustomConfigTransformation", "class_name": "components.Mine"}
    return ruled({"key": "k"}, transformations=[step], quiet=True)
