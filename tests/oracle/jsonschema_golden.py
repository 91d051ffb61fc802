"""Writes the goldens of lib/jsonschema: verdicts of Python's jsonschema on small schemas.

    python tests/oracle/jsonschema_golden.py lib/jsonschema/test  (pip install jsonschema==4.26.0)

instances.inc has the instances, verdicts.inc the schemas with a verdict per instance, texts.inc the
texts of errors. Schemas and instances are Python literals.
"""

import contextlib
import sys
from pathlib import Path

import golden
import jsonschema

INSTANCES = [
    None, True, False, 0, 1, -1, 2, 3, 10, 1.0, 1.5, -0.0, 0.3, 9007199254740993, 10**25, "", "a",
    "ab", "abc", "1", "é", "日本語", "2024-01-31", "A-1", [], [1], [1, 2], [1, 1], [1, True],
    [0, False], [1, 1.0], ["a", "b"], [[1], [1]], [[1], [True]], [{"a": 1}, {"a": 1.0}], [1, "a"],
    {}, {"a": 1}, {"a": "x"}, {"b": 1}, {"a": 1, "b": 2}, {"a": None}, {"x-1": 1}, {"x-1": "s"},
    {"a": {"a": {"a": 1}}}, {"a": {"a": {"a": "end"}}}, {"a": [1, 2]}, {"type": "key", "key": "k"},
    {"type": "oauth", "key": "k"}, {"type": "oauth", "token": "t"},
]  # fmt: skip

TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]
NESTED = {"properties": {"a": {"anyOf": [{"$ref": "#"}, {"type": "integer"}]}}, "type": "object"}
SCHEMAS = [
    True,
    False,
    {},
    *({"type": name} for name in TYPES),
    {"type": ["string", "null"]},
    {"type": ["integer", "array"]},
    *({"enum": values} for values in ([], [1], [True], [0, None], ["a", [1, 2]], [{"a": 1}])),
    *({"const": value} for value in (1, True, 1.0, None, "a", [1, 2], {"a": 1})),
    *(
        {keyword: bound}
        for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        for bound in (0, 1, 1.5, 10**20)
    ),
    *({"multipleOf": step} for step in (1, 2, 0.1, 0.5, 1.5)),
    *({keyword: n} for keyword in ("minLength", "maxLength") for n in (0, 1, 2, 3)),
    *({keyword: n} for keyword in ("minItems", "maxItems") for n in (0, 1, 2)),
    *({keyword: n} for keyword in ("minProperties", "maxProperties") for n in (0, 1, 2)),
    *({"pattern": p} for p in ("^a", "b", "^\\d{4}-\\d\\d-\\d\\d$", "^[A-Z]-", "", "本")),
    {"uniqueItems": True},
    {"uniqueItems": False},
    {"contains": {"const": 1}},
    {"contains": {"type": "string"}},
    {"items": {"type": "integer"}},
    {"items": [{"type": "integer"}, {"type": "string"}]},
    {"items": [{"type": "integer"}], "additionalItems": False},
    {"items": [{"type": "integer"}], "additionalItems": {"type": "integer"}},
    {"items": False},
    {"required": ["a"]},
    {"required": ["a", "b"]},
    {"properties": {"a": {"type": "integer"}}},
    {"properties": {"a": False}},
    {"properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    {"additionalProperties": {"type": "integer"}},
    {"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
    {"patternProperties": {"a": {"type": "integer"}, "b": {"minimum": 2}}},
    {"propertyNames": {"pattern": "^[a-z]+$"}},
    {"propertyNames": {"maxLength": 1}},
    {"dependencies": {"a": ["b"]}},
    {"dependencies": {"a": {"maxProperties": 1}}},
    {"allOf": [{"type": "integer"}, {"minimum": 1}]},
    {"anyOf": [{"type": "string"}, {"minimum": 2, "type": "integer"}]},
    {"oneOf": [{"type": "integer"}, {"minimum": 2, "type": "number"}]},
    {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"},
    {"not": {"type": "object"}},
    {"not": {}},
    {"if": {"type": "integer"}, "then": {"minimum": 2}, "else": {"type": "string"}},
    {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
    {"if": True, "then": False},
    {"$ref": "#/definitions/n", "definitions": {"n": {"type": "integer"}}},
    {"$ref": "#/definitions/a~1b", "definitions": {"a/b": {"type": "string"}}},
    {"$ref": "#/definitions/a~0b", "type": "null", "definitions": {"a~b": {"type": "array"}}},
    {"items": {"$ref": "#/anyOf/1"}, "anyOf": [True, {"const": 1}]},
    NESTED,
    {
        "type": "object",
        "oneOf": [
            {"properties": {"type": {"const": "key"}}, "required": ["type", "key"]},
            {"properties": {"type": {"const": "oauth"}}, "required": ["type", "token"]},
        ],
    },
    {"title": "x", "description": "y", "default": 3, "format": "date", "examples": [1]},
    {"minimum": 1, "minLength": 2, "minItems": 1, "required": ["a"]},
]

# Keywords whose errors are worded alike, alone in a schema.
TEXTS = {"type", "enum", "const", "required", "minimum", "maximum", "pattern", "multipleOf"}


def errors(schema, instance):
    return list(jsonschema.Draft7Validator(schema).iter_errors(instance))


def verdicts(schema):
    """One digit per instance: 1 is valid."""
    return "".join("01"[not errors(schema, instance)] for instance in INSTANCES)


def texts():
    for schema in SCHEMAS:
        if not isinstance(schema, dict) or len(schema) != 1 or not set(schema) <= TEXTS:
            continue
        told = [(i, errors(schema, i)) for i in INSTANCES]
        failed = [(i, found[0].message) for i, found in told if len(found) == 1]
        yield from ([repr(schema), repr(i), message] for i, message in failed[:4])


def main(folder):
    tables = {
        "instances": [[golden.literal(repr(i))] for i in INSTANCES],
        "verdicts": [[golden.literal(repr(s)), golden.literal(verdicts(s))] for s in SCHEMAS],
        "texts": [[golden.literal(column) for column in row] for row in texts()],
    }
    for name, rows in tables.items():
        with open(Path(folder) / f"{name}.inc", "w") as out, contextlib.redirect_stdout(out):
            golden.write(rows, "jsonschema_golden.py")


main(sys.argv[1])
