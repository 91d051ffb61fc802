"""Where the records are in a body."""

import json

from scenarios.parts import (
    Scenario,
    option,
    paginator,
    requester,
    rows,
    scenario,
    selector,
    source,
    stream,
)

BODY = {
    "data": [
        {
            "id": 1,
            "name": "one",
            "lines": {"data": [{"id": "a", "q": 1}, {"id": "b", "name": "own"}], "more": False},
            "tags": ["x", 2, None],
        },
        {"id": 2, "name": "two", "lines": {"data": [], "more": False}, "tags": []},
        {"id": 3, "name": "three", "lines": None},
    ],
    "other": [{"id": 9, "name": "nine", "lines": {"data": [{"id": "z"}]}}],
    "empty": [],
}


def extracting(extractor, body=BODY, **extra):
    made = stream(select={"type": "RecordSelector", "extractor": extractor}, **extra)
    return Scenario(source(made), lambda r: body, config={"key": "lines", "glob": "*"})


def dpath(*path, **expander):
    made = {"type": "DpathExtractor", "field_path": list(path)}
    if expander:
        made["record_expander"] = {"type": "RecordExpander", **expander}
    return made


def expanding(**extra):
    return dpath("data", expand_records_from_field=["lines", "data"], **extra)


def combined(*extractors, **extra):
    return {"type": "CombinedExtractor", "extractors": list(extractors), **extra}


@scenario
def items_of_a_list_become_records():
    return extracting(expanding())


@scenario
def a_record_without_items_is_kept():
    return extracting(expanding(on_no_records="emit_parent"))


@scenario
def items_carry_the_whole_record():
    return extracting(expanding(remain_original_record=True))


@scenario
def items_carry_fields_of_the_record():
    fields = [
        {"parent_path": ["name"], "record_path": ["parent", "name"]},
        {"type": "ParentFieldPath", "parent_path": ["tags", "1"], "record_path": ["second"]},
        {"parent_path": ["{{ config['key'] }}", "more"], "record_path": ["{{ config.key }}_more"]},
        {"parent_path": ["missing", "x"], "record_path": ["id"]},
    ]
    return extracting(expanding(parent_fields=fields))


@scenario
def a_parents_field_that_cannot_be_written_fails_the_stream():
    fields = [{"parent_path": ["name"], "record_path": ["id", "x"]}]
    return extracting(expanding(parent_fields=fields))


@scenario
def items_are_merged_with_the_record():
    return extracting(expanding(merge_parent=True))


@scenario
def items_carry_all_there_is():
    fields = [{"parent_path": ["tags"], "record_path": ["name"]}]
    return extracting(
        expanding(merge_parent=True, parent_fields=fields, remain_original_record=True)
    )


@scenario
def scalars_in_a_list_become_records_of_a_value():
    return extracting(dpath("data", expand_records_from_field=["tags"], merge_parent=True))


@scenario
def lists_of_any_name_are_expanded():
    body = {"data": [{"id": 1, "s": {"p": {"i": [{"n": 1}]}, "q": {"i": [{"n": 2}], "j": [1]}}}]}
    return extracting(
        dpath("data", expand_records_from_field=["s", "*", "i"], merge_parent=True), body
    )


@scenario
def an_object_is_expanded():
    return extracting(dpath("data", "0", expand_records_from_field=["{{ config['key'] }}", "data"]))


@scenario
def records_of_any_key_are_expanded():
    return extracting(dpath("*", "0", expand_records_from_field=["lines", "data"]))


@scenario
def an_empty_path_expands_nothing():
    return extracting(dpath("data", expand_records_from_field=[]))


@scenario
def what_transformations_change_in_an_item_stays_in_it():
    fields = [{"type": "AddedFieldDefinition", "path": ["original_record", "x"], "value": "1"}]
    return extracting(
        expanding(remain_original_record=True),
        transformations=[{"type": "AddFields", "fields": fields}],
    )


def truncated(count=3, more=True, page=None, **extra):
    retriever = {
        "type": "SimpleRetriever",
        "requester": requester("/items/{{ stream_slice['parent_record']['id'] }}/lines"),
        "record_selector": selector("lines"),
    }
    if page:
        retriever["paginator"] = page
    extractor = dpath(
        "data",
        expand_records_from_field=["lines", "data"],
        truncation_indicator_path=["lines", "more"],
        truncated_list_retriever=retriever,
        **extra,
    )
    answer = [
        {"id": 1, "lines": {"data": rows(2), "more": more, "total_count": count}},
        {"id": 2, "lines": {"data": rows(1, 50), "more": False}},
        {"id": 3, "lines": {"data": rows(1, 60), "more": "yes"}},
    ]

    def serve(request):
        if request.path == "/items":
            return {"data": answer}
        if request.path == "/items/3/lines":
            return {"lines": []}
        first = 2 * int(request.query.get("page", 0))
        return {"lines": rows(count)[first : first + 2]}

    made = stream(
        select={"type": "RecordSelector", "extractor": extractor},
        transformations=[{"type": "RemoveFields", "field_pointers": [["gone"]]}],
    )
    return Scenario(source(made), serve)


@scenario
def a_truncated_list_is_read_whole():
    return truncated(page=paginator({"type": "PageIncrement", "page_size": 2}))


@scenario
def a_truncated_list_of_which_one_page_is_read():
    return truncated(count=5, merge_parent=True)


@scenario
def a_truncated_list_without_retriever():
    extractor = dpath(
        "data",
        expand_records_from_field=["lines", "data"],
        truncation_indicator_path=["lines", "more"],
        on_no_records="emit_parent",
    )
    return extracting(extractor, {"data": [{"id": 1, "lines": {"data": rows(2), "more": 1}}]})


@scenario
def a_truncated_list_whose_request_fails():
    made = truncated()
    answer = made.serve
    made.serve = lambda r: (404, "gone") if r.path.endswith("/lines") else answer(r)
    return made


@scenario
def records_of_several_paths():
    return extracting(combined(dpath("other"), dpath("empty"), dpath("data")))


@scenario
def records_of_the_first_path_that_has_some():
    return extracting(
        combined(
            dpath("empty"), dpath("missing"), dpath("other"), dpath("data"), mode="first_match"
        )
    )


@scenario
def combined_extractors_nest():
    inner = combined(dpath("missing"), dpath("data", "0"), mode="first_match")
    return extracting(combined(inner, dpath("other", "0")))


@scenario
def empty_records_are_left_out_but_counted():
    extractor = combined(dpath("data"), dpath("other"), mode="first_match", skip_empty_records=True)
    page = paginator({"type": "PageIncrement", "page_size": 3})

    def serve(request):
        pages = [
            {"data": [{"id": 1}, None, {}], "other": rows(1, 90)},
            {"data": [None, {}], "other": rows(3, 10)},
            {"data": [None, {"id": 5}]},
        ]
        return pages[int(request.query.get("page", 0))]

    made = stream(select={"type": "RecordSelector", "extractor": extractor}, page=page)
    return Scenario(source(made), serve)


@scenario
def offset_pagination_over_a_first_match():
    extractor = combined(dpath("none"), dpath("data"), mode="first_match", skip_empty_records=True)
    made = stream(
        select={"type": "RecordSelector", "extractor": extractor},
        page=paginator({"type": "OffsetIncrement", "page_size": 2}, token="offset"),
    )

    def serve(request):
        first = int(request.query.get("offset", 0))
        return {"data": [{"id": 1}, None, {"id": 3}, {"id": 4}, {"id": 5}][first : first + 2]}

    return Scenario(source(made), serve)


@scenario
def an_xml_body_is_combined():
    text = "<r><a><id>1</id></a><b><id>2</id></b><b><id>3</id></b></r>"
    made = extracting(combined(dpath("r", "a"), dpath("r", "b")), decoder={"type": "XmlDecoder"})
    made.serve = lambda r: (200, text, {"Content-Type": "text/xml"})
    return made


@scenario
def a_path_of_templates_and_indices():
    return extracting(dpath("data", "{{ 0 }}", "{{ config['key'] }}", "data"))


@scenario
def a_path_with_any_key_that_is_a_template():
    return extracting(dpath("{{ config['glob'] }}", "0", "lines"))


@scenario
def a_record_that_is_no_object_is_left_to_the_filter():
    select = selector("data", record_filter={"type": "RecordFilter", "condition": "{{ record }}"})
    return Scenario(source(stream(select=select)), lambda r: {"data": [{"id": 1}, {}, {"id": 2}]})


@scenario
def extra_fields_of_a_document_are_not_lost():
    text = json.dumps({"data": [{"id": 10**18, "f": 1.50, "s": "é", "n": None}]})
    made = stream(select=selector("data"))
    return Scenario(source(made), lambda r: (200, text, {"Content-Type": "application/json"}))


@scenario
def a_filter_sees_the_token_of_its_page():
    condition = "{{ next_page_token and record['id'] < next_page_token['next_page_token'] * 10 }}"
    select = selector(record_filter={"type": "RecordFilter", "condition": condition})
    made = stream(
        select=select,
        page={
            "type": "DefaultPaginator",
            "pagination_strategy": {"type": "PageIncrement", "page_size": 2},
            "page_token_option": option("page"),
        },
    )
    return Scenario(source(made), lambda r: rows(5)[2 * int(r.query.get("page", 0)) :][:2])
