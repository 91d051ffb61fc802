"""What happens to a record."""

import csv
import io

from scenarios.parts import Scenario, paginator, rows, scenario, selector, source, stream


@scenario
def fields_are_added_and_removed():
    added = [
        {"type": "AddedFieldDefinition", "path": ["a", "b"], "value": "{{ record['id'] + 1 }}"},
        {
            "type": "AddedFieldDefinition",
            "path": ["text"],
            "value": "{{ record.id }}",
            "value_type": "string",
        },
        {"type": "AddedFieldDefinition", "path": ["word"], "value": "{{ config['word'] }}"},
    ]
    transformations = [
        {"type": "AddFields", "fields": added},
        {"type": "RemoveFields", "field_pointers": [["secret"], ["deep", "*", "x"], ["absent"]]},
    ]
    answer = [{"id": 1, "secret": "s", "deep": {"p": {"x": 1, "y": 2}, "q": {"x": 3}}}]
    return Scenario(
        source(stream(transformations=transformations)), lambda r: answer, config={"word": "007"}
    )


@scenario
def records_are_filtered_and_pages_count_before_that():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['id'] % 2 == 0 }}"}
    )
    page = paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})
    return Scenario(
        source(stream(select=select, page=page)),
        lambda r: rows(5)[(int(r.query.get("page", 1)) - 1) * 2 :][:2],
    )


@scenario
def schema_normalization():
    schema = {
        "type": "object",
        "properties": {
            "id": {"type": ["null", "string"]},
            "n": {"type": "number"},
            "i": {"type": "integer"},
            "b": {"type": "boolean"},
            "s": {"type": "string"},
            "list": {"type": "array", "items": {"type": "integer"}},
            "any": {},
            "o": {"type": "object", "properties": {"n": {"type": ["null", "number"]}}},
        },
    }
    answer = [
        {
            "id": 1,
            "n": "1.5",
            "i": "7",
            "b": "true",
            "s": {"a": 1},
            "list": ["1", 2],
            "any": "1",
            "o": {"n": "2"},
        },
        {
            "id": None,
            "n": 5,
            "i": "x",
            "b": "no",
            "s": True,
            "list": 3,
            "any": None,
            "o": {"n": None},
        },
    ]
    return Scenario(
        source(stream(schema=schema, select=selector(schema_normalization="Default"))),
        lambda r: answer,
    )


@scenario
def csv_body():
    out = io.StringIO()
    csv.writer(out).writerows([["id", "name"], ["1", "a,b"], ["2", ""], ["3", "x\ny"]])
    return Scenario(
        source(stream(decoder={"type": "CsvDecoder"})),
        lambda r: (200, out.getvalue(), {"Content-Type": "text/csv"}),
    )


@scenario
def jsonl_body():
    return Scenario(
        source(stream(decoder={"type": "JsonlDecoder"})),
        lambda r: (200, '{"id": 1}\n{"id": 2, "x": [1]}\n'),
    )


@scenario
def xml_body():
    text = '<r><row id="1"><name>a</name></row><row id="2"><name/></row><n>2</n></r>'
    return Scenario(
        source(stream(select=selector("r", "row"), decoder={"type": "XmlDecoder"})),
        lambda r: (200, text, {"Content-Type": "text/xml"}),
    )
