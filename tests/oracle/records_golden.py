"""Writes src/source/test/records.jsonl: what the CDK's components make of bodies and records.

    python tests/oracle/records_golden.py src/source/test  (pip install airbyte-cdk==7.39.1)

One case per line: `component` (a manifest node), what it is given, and `is`, which is what it gave;
`is` is missing where it fails.
"""

import copy
import io
import json
import sys
from pathlib import Path
from xml.parsers.expat import ExpatError

import requests
import urllib3
import xmltodict
from airbyte_cdk.sources.declarative.models import declarative_component_schema as models
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import (
    ModelToComponentFactory,
)
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.sources.utils.transform import TransformConfig, TypeTransformer

SLICE = StreamSlice(partition={"day": "d"}, cursor_slice={})
CONFIG = {"word": "w", "n": 3, "list": [1, 2], "path": "b"}
FACTORY = ModelToComponentFactory()

JSON = {"type": "JsonDecoder"}
JSONL = {"type": "JsonlDecoder"}
CSV = {"type": "CsvDecoder"}
XML = {"type": "XmlDecoder"}
EXTRACTIONS = [
    *((JSON, path, body) for path in ([], ["a"], ["a", "b"], ["a", "*"], ["*"], ["*", "b"], ["0"],
      ["{{ config['path'] }}"], ["a", "{{ config['path'] }}"], ["x", "*", "y"]) for body in (
        "", "{}", "[]", "null", "7", '"text"', '{"a": [{"b": 1}, {"b": 2}]}',
        '{"a": {"b": [1, 2]}}',
        '{"a": {"b": {"c": 1}, "d": {"c": 2}}}', '[{"a": 1}, {"a": {"b": 2}}]', '{"b": [{"x": 1}]}',
        '{"a": null}', '{"a": []}', '{"a": {}}', '{"a": 0}', '{"a": "t"}', '{"a": [[1], [2]]}',
        '{"0": {"x": 1}}', '{"x": [{"y": 1}, {"z": 2}, {"y": [3]}]}')),
    *((JSON, [], body) for body in ("{", '{"a": 1', "<html>", "[1, 2", '\ufeff{"a": 1}',
      '{"a": NaN}', '{"a": 1e400}', '{"a": 123456789012345678901234567890}', '{"a": 1, "a": 2}',
      '{"a": "\\ud83d\\ude00"}', '{"a": 1.0}', ' {"a": 1} \n')),
    *((JSONL, [], body) for body in ("", '{"a": 1}\n{"a": 2}', '{"a": 1}\n\n{"a": 2}\n',
      '{"a": 1}\r\n{"a": 2}\r\n', '{"a": 1}\nno\n{"a": 3}', '[1, 2]\n{"b": 1}', '{"a": 1}\n{"a":')),
    *((JSONL, ["a"], body) for body in ('{"a": 1}\n{"a": [2, 3]}', '{"b": 1}\n{"a": {"c": 1}}')),
    *((CSV, [], body) for body in ("", "a,b", "a,b\n1,2\n", "a,b\r\n1,2\r\n3,4",
      'a,b\n"1,1","x""y"\n',
      'a\n"two\nlines"\n', "a,b\n\n1,2\n", "a,b\nü,é\n")),
    *(({**CSV, "delimiter": mark}, [], "a;b\tc\n1;2\t3\n") for mark in (";", "\\t", "\t")),
    ({**CSV, "encoding": "latin-1"}, [], "a,b\nx,y\n"),
    ({**CSV, "set_values_to_none": ["", "N/A"]}, [], "a,b\nN/A,\n0,x\n"),
    *((XML, path, body) for path in ([], ["r"], ["r", "i"]) for body in (
        "", "<r/>", "<r><i>1</i><i>2</i></r>", "<r><i a='1'>t</i></r>", "<r><i>1</i></r>", "<r><i>",
        "no", "<r><i><k>1</k></i></r>")),
]  # fmt: skip

RECORDS = [
    {}, {"a": 1}, {"a": 2, "b": {"c": "x", "d": None}}, {"a": "5", "l": [{"k": 1}, {"k": 2}]},
    {"id": "é", "a": None, "b": {}}, {"a_x": 1, "a_y": 2, "b": {"a_x": 3}},
]  # fmt: skip
FILTERS = [
    "", "{{ record.a == 1 }}", "{{ record['a'] }}", "{{ record.get('a') is none }}", "True",
    "false",
    "{{ config['n'] == 3 }}", "{{ record.b.c == 'x' }}", "{{ 'a' in record }}",
    "{{ record.l | length }}",
    "{{ record.a > 1 }}", "{{ stream_slice.day == 'd' }}", "{{ record['missing'] }}",
]  # fmt: skip


def field(path, value, **more):
    return {"type": "AddedFieldDefinition", "path": path, "value": value, **more}


ADDITIONS = [
    {"fields": [field(["n"], "text")]},
    {"fields": [field(["n"], "{{ config['word'] }}")]},
    *({"fields": [field(["n"], text)]} for text in ("{{ 1 + 1 }}", "{{ record.a }}", "007", "1.50",
      "{{ config['list'] }}", "{{ record }}", "None", "{{ none }}", "true", "[1, 'x']", "{{ '5' }}",
      "2024-01-01", "{{ record['a'] | string }}", "{{ record.get('b') }}", "", "{{ '' }}",
      "a{{ 1 }}b",
      "{{ stream_slice['day'] }}")),
    *({"fields": [field(["n"], text, value_type=kind)]} for kind in ("string", "integer", "number",
      "boolean") for text in ("5", "5.5", "true", "x", "{{ 7 }}", "{{ record.a }}", "")),
    {"fields": [field(["b", "new"], "x")]},
    {"fields": [field(["deep", "er", "est"], "x")]},
    {"fields": [field(["a"], "over")]},
    {"fields": [field(["x"], "1"), field(["y"], "{{ record.x + 1 }}")]},
    {"fields": [field(["l", 1, "k"], "x")]},
    {"fields": [field(["l", 3], "x")]},
    {"fields": [field(["n"], "x")], "condition": "{{ record.a == 1 }}"},
    {"fields": [field(["n"], "{{ record.a }}")], "condition": "{{ value is not none }}"},
    {"fields": [field(["n"], "x"), field(["m"], "y")], "condition": "{{ path == ['m'] }}"},
]  # fmt: skip
REMOVALS = [
    *({"field_pointers": pointers} for pointers in ([["a"]], [["b", "c"]], [["missing"]], [["*"]],
      [["a_*"]], [["b", "*"]], [["**", "a_x"]], [["a"], ["b"]], [["l", 0]], [["l", "*", "k"]],
      [["b", "c", "x"]])),
    {"field_pointers": [["b", "*"]], "condition": "{{ property is none }}"},
    {"field_pointers": [["*"]], "condition": "{{ property == 1 }}"},
    {"field_pointers": [["a"], ["b"]], "condition": "{{ property is none }}"},
    {"field_pointers": [["a"]], "condition": ""},
    {"field_pointers": [["a"]], "condition": "{{ property | length > 0 }}"},
]  # fmt: skip

KEYS = [
    "id", "ID", "CustomerID", "customerId", "customer id", "HTTPServer2Name", "2nd", "a1b2", "a__b", "_x",
    "x_", "_", "__", "", "$a.b$", "été", "ÀÉÎ", "Straße", "ключ", "名前", "한국", "x-Y/z", "ABCDef", "a B c",
    "😀ok", "1", "x1", "1x", "-1-", "🇫🇷", "ＡＢ", "ﬁne",
]  # fmt: skip
NESTED = [
    {}, {"a": 1}, {"a": {"b": 1, "c": {"d": 2}}}, {"a": {"x": 1}, "b": {"x": 2}}, {"l": [1, {"x": 2}], "x": 3},
    {"a": {"l": [[1], []]}, "b": {}}, {"o": {"a": 1}, "a": 2}, {"o": {"x y": 1}, "x y z": {"x y": 2}, "l": [{"x y": 3}]},
    {"p": {"q": {"r": 1}}, "s": {"q": {"t": 2}}}, {"o": None}, {"o": "text"}, {"o": {}}, {"o": [{"a": 1}]},
    {"b": {"w": 1}}, {"o": {"é": 1}},
]  # fmt: skip
RENAMES = [
    {"type": "FlattenFields"}, {"type": "FlattenFields", "flatten_lists": False},
    *({"type": "KeysReplace", "old": old, "new": new} for old, new in ((" ", "_"), ("x", ""), ("", "-"), ("a", "{{ config['word'] }}"),
      ("{{ record.keys() | first }}", "k"), ("x", "{{ stream_slice.day }}"), ("1", "2"), ("é", "e"))),
    *({"type": "DpathFlattenFields", "field_path": path, **more} for path in (["o"], ["p", "q"], ["*", "q"], ["missing"], ["a", "c"],
      ["{{ config['path'] }}"], ["l", 1], ["*"])
      for more in ({}, {"delete_origin_value": True}, {"replace_record": True}, {"delete_origin_value": True, "replace_record": True},
      {"key_transformation": {"type": "KeyTransformation", "prefix": "p_", "suffix": "_s"}},
      {"key_transformation": {"type": "KeyTransformation", "prefix": "{{ config['n'] }}"}, "delete_origin_value": True},
      {"key_transformation": {"type": "KeyTransformation", "suffix": "0"}})),
]  # fmt: skip

VALUES = [
    None, True, False, 0, 1, -5, 1.5, 1.0, 1e300, "", "5", "-7", "+8", "1_000", " 9 ", "1.5",
    "1e3", "1__0", "_1", "1_", "1_0.5_0", "nan", "-inf", "0x10", "- 5", "+-5",
    "x", "true", "No", "on", "0", [], [1], ["a", 2], {}, {"a": 1}, 10**20, "12345678901234567890",
]  # fmt: skip
TYPES = [
    "string", "integer", "number", "boolean", "array", "object", ["null", "string"],
    ["integer", "null"], ["number", "null"], ["null", "boolean"], ["string", "integer"],
    ["null", "array"],
]  # fmt: skip
SCHEMAS = [
    {"properties": {"v": {"type": "object", "properties": {"a": {"type": "string"}}}}},
    {"properties": {"v": {"type": "array", "items": {"type": "string"}}}},
    {"properties": {"v": {"type": ["null", "array"], "items": {"type": ["null", "string"]}}}},
    {"properties": {"v": {"$ref": "#/definitions/n"}}, "definitions": {"n": {"type": "string"}}},
    {"properties": {"v": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}},
    {"properties": {"v": {}}},
    {},
]


def option(place, name):
    return {"type": "RequestOption", "inject_into": place, "field_name": name}


PARAMETER = option("request_parameter", "page")
OPTIONS = [
    {"page_token_option": PARAMETER},
    {"page_token_option": option("header", "X-Page")},
    {"page_token_option": option("body_json", "page")},
    {"page_token_option": option("body_data", "page")},
    {"page_token_option": {"type": "RequestPath"}},
    {"page_token_option": PARAMETER, "page_size_option": option("request_parameter", "size")},
]
STRATEGIES = [
    *({"type": "PageIncrement", **more} for more in ({}, {"page_size": 2}, {"page_size": "2"},
      {"page_size": 2, "start_from_page": 1}, {"page_size": 2, "inject_on_first_request": True},
      {"page_size": "{{ config['n'] }}"}, {"page_size": 2, "start_from_page": 5,
       "inject_on_first_request": True})),
    *({"type": "OffsetIncrement", **more} for more in ({}, {"page_size": 2}, {"page_size": "2"},
      {"page_size": 2, "inject_on_first_request": True}, {"page_size": "{{ config['n'] }}"})),
    *({"type": "CursorPagination", "page_size": 2, **more} for more in (
      {"cursor_value": "{{ response.next }}"}, {"cursor_value": "{{ response['next'] }}"},
      {"cursor_value": "{{ headers['X-Next'] }}"}, {"cursor_value": "{{ headers.link.next.url }}"},
      {"cursor_value": "{{ last_record['id'] }}"}, {"cursor_value": "{{ last_page_size }}"},
      {"cursor_value": "{{ last_page_token_value }}"}, {"cursor_value": "x"},
      {"cursor_value": "{{ response.next }}", "stop_condition": "{{ not response.more }}"},
      {"cursor_value": "{{ response.next }}", "stop_condition": "{{ last_page_size < 2 }}"},
      {"cursor_value": "{{ response.next or none }}"},
      {"cursor_value": "{{ (last_page_token_value or 0) + 1 }}"})),
]  # fmt: skip
PAGES = [
    {"body": "{}", "size": 0},
    {"body": '{"next": "n2", "more": true}', "size": 2, "last_record": {"id": 7}},
    {"body": '{"next": 5}', "size": 1, "last_record": {"id": "é"}, "last_token": 4},
    {"body": '{"next": "http://api.test/p?c=1"}', "size": 3, "last_record": {}, "last_token": "t"},
    {"body": '{"next": ""}', "size": 2, "last_record": {"id": None}, "last_token": 2,
     "headers": {"X-Next": "h1", "Link": '<http://api.test/2>; rel="next"'}},
]  # fmt: skip


def create(node):
    return FACTORY.create_component(getattr(models, node["type"]), node, CONFIG)


def answer(body):
    response = requests.Response()
    response.status_code = 200
    response.raw = urllib3.HTTPResponse(body=io.BytesIO(body.encode()), preload_content=False)
    response.url = "http://api.test"
    return response


def extract(decoder, path, body):
    extractor = FACTORY.create_component(
        models.DpathExtractor,
        {"type": "DpathExtractor", "field_path": path},
        CONFIG,
        decoder=create(decoder),
    )
    records = list(extractor.extract_records(answer(body)))
    if body and not is_whole(decoder, body):
        raise ValueError("the CDK reads no rows here; the engine fails: docs/dev/deviations.md")
    return records


def is_whole(decoder, body):
    """Whether a body of one document can be read to its end."""
    read = {"JsonDecoder": json.loads, "XmlDecoder": xmltodict.parse}.get(decoder["type"], str)
    try:
        read(body)
    except (ValueError, ExpatError):
        return False
    return True


def keep(condition, record):
    node = {"type": "RecordFilter", "condition": condition}
    kept = create(node).filter_records(
        [record], stream_state={}, stream_slice=SLICE, next_page_token=None
    )
    return bool(list(kept))


def transform(node, record):
    create(node).transform(record, config=CONFIG, stream_state={}, stream_slice=SLICE)
    return record


def normalize(schema, record):
    TypeTransformer(TransformConfig.DefaultSchemaNormalization).transform(record, schema)
    return record


def tell(paginator, token):
    """What the request of a token gets."""
    given = {"next_page_token": {"next_page_token": token} if token is not None else None}
    return {
        "parameters": paginator.get_request_params(**given),
        "headers": paginator.get_request_headers(**given),
        "data": paginator.get_request_body_data(**given),
        "json": paginator.get_request_body_json(**given),
        "path": paginator.path(**given),
    }


def paginate(node, page):
    paginator = FACTORY.create_component(
        models.DefaultPaginator, node, CONFIG, url_base="http://api.test"
    )
    first = paginator.get_initial_token()
    response = answer(page["body"])
    response.headers.update(page.get("headers", {}))
    token = paginator.next_page_token(
        response, page["size"], page.get("last_record"), page.get("last_token")
    )
    token = token and token["next_page_token"]
    return {"initial": first, "first": tell(paginator, first), "next": token,
            "second": token and tell(paginator, token)}  # fmt: skip


def case(out, kind, given, run):
    line = {"kind": kind, **copy.deepcopy(given)}
    try:
        line["is"] = run()
        text = json.dumps(line, ensure_ascii=False)
    except Exception:
        line.pop("is", None)
        text = json.dumps(line, ensure_ascii=False)
    out.write(text + "\n")


def write_renames(out):
    cases = [
        ({"type": kind}, {key: 1}) for kind in ("KeysToLower", "KeysToSnakeCase") for key in KEYS
    ]
    cases += [({"type": "KeysToSnakeCase"}, record) for record in NESTED]
    cases += [(node, record) for node in RENAMES for record in NESTED]
    for node, record in cases:
        case(out, "transform", {"component": node, "record": record},
             lambda: transform(copy.deepcopy(node), copy.deepcopy(record)))  # fmt: skip


def write(out):
    for decoder, path, body in EXTRACTIONS:
        node = {"type": "DpathExtractor", "field_path": path}
        case(out, "extract", {"component": node, "decoder": decoder, "body": body},
             lambda: extract(decoder, path, body))  # fmt: skip
    paginators = [(strategy, OPTIONS[0]) for strategy in STRATEGIES]
    paginators += [(strategy, more) for strategy in STRATEGIES[1:13:5] for more in OPTIONS[1:]]
    for strategy, more in paginators:
        node = {"type": "DefaultPaginator", "pagination_strategy": strategy, **more}
        for page in PAGES:
            case(out, "paginate", {"component": node, "page": page},
                 lambda: paginate(copy.deepcopy(node), page))  # fmt: skip
    for condition in FILTERS:
        for record in RECORDS:
            node = {"type": "RecordFilter", "condition": condition}
            case(out, "filter", {"component": node, "record": record},
                 lambda: keep(condition, copy.deepcopy(record)))  # fmt: skip
    transformations = [
        *({"type": "AddFields", **more} for more in ADDITIONS),
        *({"type": "RemoveFields", **more} for more in REMOVALS),
    ]
    for node in transformations:
        for record in RECORDS:
            case(out, "transform", {"component": node, "record": record},
                 lambda: transform(copy.deepcopy(node), copy.deepcopy(record)))  # fmt: skip
    write_renames(out)
    schemas = [{"properties": {"v": {"type": name}}} for name in TYPES] + SCHEMAS
    for schema in schemas:
        for value in VALUES:
            record = {"v": value, "other": "1"}
            case(out, "normalize", {"schema": schema, "record": record},
                 lambda: normalize(schema, copy.deepcopy(record)))  # fmt: skip


def main():
    with open(Path(sys.argv[1]) / "records.jsonl", "w", encoding="utf-8") as out:
        write(out)


main()
