"""From the bytes of a body to documents."""

import gzip
import io
import json
import zipfile

from scenarios.parts import Scenario, paginator, requester, rows, scenario, selector, source, stream

ITEMS = [
    {"id": 1, "name": "café", "n": 1.5},
    {"id": 2, "name": "", "deep": {"a": [1, {"b": None}]}},
    {"id": 3, "ok": True, "big": 9007199254740993},
]
CSV = 'id,name,note\n1,café,"a, ""b"""\n2,,\n3,x,"two\nlines"\n4,short\n'


def jsonl(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def archive(*files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in files:
            data = text.encode() if isinstance(text, str) else text
            made.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def read(decoder, body="", select=None, headers=None, **extra):
    node = {"type": decoder} if isinstance(decoder, str) else decoder
    answer = (200, body, headers or {})
    return Scenario(source(stream(decoder=node, select=select, **extra)), lambda r: answer)


def refused(decoder, **extra):
    made = read(decoder, **extra)
    made.refused = True
    return made


PAGES = paginator({"type": "PageIncrement", "page_size": 1})


def packed(decoder, outer="GzipDecoder"):
    return {"type": outer, "decoder": {"type": decoder} if isinstance(decoder, str) else decoder}


def items(path, **extra):
    return {"type": "JsonItemsDecoder", "items_path": path, **extra}


# ---- JSON ----


@scenario
def json_array_is_documents_of_its_own():
    return read("JsonDecoder", [{"data": rows(2)}, {"data": rows(1, 7)}, {}], selector("data"))


@scenario
def json_array_and_the_next_token_in_its_first_item():
    page = paginator(
        {"type": "CursorPagination", "cursor_value": "{{ response.get('next') }}"}, token="at"
    )

    def serve(r):
        return [{"id": 5, "next": "b"}, {"id": 6}] if r.query.get("at") is None else [{"id": 7}]

    return Scenario(source(stream(page=page)), serve)


@scenario
def json_empty_body():
    return read("JsonDecoder", "")


@scenario
def json_big_numbers_nan_and_surrogates():
    return read(
        "JsonDecoder",
        '{"data": [{"id": 1, "n": 1e400}, {"id": 2, "n": NaN}, {"id": 3, "s": "\\ud83d\\ude00"}]}',
        selector("data"),
    )


# ---- lines ----


@scenario
def jsonl_lines():
    return read("JsonlDecoder", jsonl(ITEMS))


@scenario
def jsonl_without_a_last_line_end_with_blank_lines_and_carriage_returns():
    return read("JsonlDecoder", '{"id": 1}\r\n\r\n\n  {"id": 2} \n{"id": 3}')


@scenario
def jsonl_lines_that_are_no_json_are_skipped():
    return read("JsonlDecoder", '{"id": 1}\n{"id": \nnope\n{"id": 2}\n{"id": 3')


@scenario
def jsonl_field_path():
    return read("JsonlDecoder", '{"a": [{"id": 1}]}\n{"b": 1}\n{"a": {"id": 2}}\n', selector("a"))


@scenario
def jsonl_lines_that_are_arrays():
    return read("JsonlDecoder", '[{"id": 1}, {"id": 2}]\n{"id": 3}\n')


@scenario
def jsonl_arrays_have_no_fields():
    return read("JsonlDecoder", '[{"a": {"id": 1}}]\n{"a": {"id": 3}}\n', selector("a"))


@scenario
def jsonl_empty_body():
    return read("JsonlDecoder", "")


@scenario
def jsonl_numbers_of_any_size():
    return read("JsonlDecoder", '{"id": 1, "n": 123456789012345678901234567890}\n{"id": 2}\n')


@scenario
def jsonl_bytes_that_are_no_text_fail():
    return read("JsonlDecoder", b'{"id": 1}\n{"id": "\xff"}\n{"id": 3}\n')


@scenario
def jsonl_cannot_paginate():
    return refused("JsonlDecoder", page=PAGES)


@scenario
def iterable_lines():
    return read("IterableDecoder", "one\ntwo\r\nthree\rfour\n\nsix")


@scenario
def iterable_empty_body():
    return read("IterableDecoder", "")


@scenario
def iterable_cannot_paginate():
    return refused("IterableDecoder", page=PAGES)


# ---- items of an array ----


@scenario
def json_items():
    return read(items("data.users"), {"x": [1, {"data": 2}], "data": {"users": ITEMS, "n": 3}})


@scenario
def json_items_path_through_arrays_and_dotted_keys():
    body = {"a": [{"b": rows(2)}, {"c": 1}, {"b": rows(1, 5)}], "a.item.b": rows(1, 9)}
    return read(items("a.item.b"), body)


@scenario
def json_items_with_a_field_path():
    return read(items("data"), {"data": [{"r": {"id": 1}}, {"r": [{"id": 2}]}]}, selector("r"))


@scenario
def json_items_nothing_at_the_path():
    return read(items("data"), {"other": rows(2), "data": {}})


@scenario
def json_items_one_object_under_the_name_item():
    return read(items("data"), {"data": {"item": {"id": 1}}})


@scenario
def json_items_cut_document_fails_after_its_records():
    return read(items("data"), '{"data": [{"id": 1}, {"id": 2}, {"id"')


@scenario
def json_items_empty_body_fails():
    return read(items("data"), "")


@scenario
def json_items_of_a_page_of_html_fails():
    return read(items("data"), "<html>log in</html>")


@scenario
def json_items_text_behind_the_document_fails():
    return read(items("data"), '{"data": [{"id": 1}]} x')


@scenario
def json_items_in_another_encoding():
    body = json.dumps({"data": ITEMS}, ensure_ascii=False).encode("latin-1")
    return read(items("data", encoding="iso-8859-1"), body)


@scenario
def json_items_need_a_path():
    return refused({"type": "JsonItemsDecoder"})


# ---- CSV ----


@scenario
def json_records_that_are_no_objects_fail():
    return read("JsonDecoder", {"data": [{"id": 1}, 7, {"id": 2}]}, selector("data"))


@scenario
def csv_rows():
    return read("CsvDecoder", CSV)


@scenario
def csv_with_more_and_fewer_fields_than_names():
    return read("CsvDecoder", "id,a\n1,2\n3\n\n4,\n")


@scenario
def csv_escaped_delimiters():
    return read({"type": "CsvDecoder", "delimiter": "\\t"}, "id\tname\n1\ta,b\n2\t\n")


@scenario
def csv_delimiter_by_its_number():
    return read({"type": "CsvDecoder", "delimiter": "\\x01"}, "id\x01name\n1\x01a\n")


@scenario
def csv_delimiter_by_its_unicode_number():
    return read({"type": "CsvDecoder", "delimiter": "\\u007c"}, "id|name\n1|a\n")


@scenario
def csv_empty_delimiter_is_a_comma():
    return read({"type": "CsvDecoder", "delimiter": ""}, "id,name\n1,a\n")


@scenario
def csv_texts_that_are_null():
    node = {"type": "CsvDecoder", "set_values_to_none": ["", "NULL"]}
    return read(node, "id,a,b\n1,,NULL\n2,null,x\n3,y\n")


@scenario
def csv_latin_1():
    return read({"type": "CsvDecoder", "encoding": "latin-1"}, CSV.encode("latin-1"))


@scenario
def csv_utf_16():
    return read({"type": "CsvDecoder", "encoding": "utf-16"}, CSV.encode("utf-16"))


@scenario
def csv_byte_order_mark_dropped():
    return read({"type": "CsvDecoder", "encoding": "utf-8-sig"}, CSV.encode("utf-8-sig"))


@scenario
def csv_byte_order_mark_kept():
    return read("CsvDecoder", CSV.encode("utf-8-sig"))


@scenario
def csv_bytes_of_another_encoding_fail():
    return read("CsvDecoder", CSV.encode("latin-1"))


@scenario
def csv_empty_body():
    return read("CsvDecoder", "")


@scenario
def csv_header_alone():
    return read("CsvDecoder", "id,name\n")


@scenario
def csv_field_path():
    return read("CsvDecoder", "id,name\n1,a\n2,\n", selector("name"))


@scenario
def csv_cannot_paginate():
    return refused("CsvDecoder", page=paginator({"type": "OffsetIncrement", "page_size": 1}))


@scenario
def csv_of_many_rows():
    return read("CsvDecoder", "id,name\n" + "".join(f"{i},n{i}\n" for i in range(30000)))


# ---- gzip ----


@scenario
def gzip_of_each_kind_csv():
    return read(packed("CsvDecoder"), gzip.compress(CSV.encode()))


@scenario
def gzip_of_jsonl():
    return read(packed("JsonlDecoder"), gzip.compress(jsonl(ITEMS).encode()))


@scenario
def gzip_of_json():
    return read(packed("JsonDecoder"), gzip.compress(json.dumps(ITEMS).encode()))


@scenario
def gzip_of_json_items():
    body = gzip.compress(json.dumps({"data": ITEMS}).encode())
    return read(packed(items("data")), body)


@scenario
def gzip_twice():
    twice = gzip.compress(gzip.compress(jsonl(ITEMS).encode()))
    return read(packed(packed("JsonlDecoder")), twice)


@scenario
def gzip_decoder_of_a_plain_body():
    return read(packed("CsvDecoder"), CSV)


@scenario
def gzip_decoder_of_an_empty_body():
    return read(packed("CsvDecoder"), "")


@scenario
def gzip_of_several_members():
    lines = jsonl(ITEMS).encode()
    return read(packed("JsonlDecoder"), gzip.compress(lines[:20]) + gzip.compress(lines[20:]))


@scenario
def gzip_that_the_headers_tell():
    body = gzip.compress(CSV.encode())
    return read(packed("CsvDecoder"), body, headers={"Content-Encoding": "gzip"})


@scenario
def gzip_within_the_transports_gzip():
    body = gzip.compress(gzip.compress(CSV.encode()))
    return read(packed("CsvDecoder"), body, headers={"Content-Encoding": "gzip"})


@scenario
def gzip_by_content_type():
    body = gzip.compress(CSV.encode())
    return read(packed("CsvDecoder"), body, headers={"Content-Type": "application/gzip"})


@scenario
def gzip_cut_fails():
    return read(packed("CsvDecoder"), gzip.compress(CSV.encode())[:-20])


@scenario
def gzip_of_broken_json_fails():
    return read(packed("JsonDecoder"), gzip.compress(b'{"id": 1'))


@scenario
def gzip_of_null_fails():
    return read(packed("JsonDecoder"), gzip.compress(b"null"))


@scenario
def gzip_of_no_json_fails():
    return read(packed("JsonDecoder"), "")


@scenario
def gzip_json_pages_by_number():
    page = paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})

    def serve(r):
        at = int(r.query.get("page", 1)) - 1
        return 200, gzip.compress(json.dumps(rows(5)[at * 2 :][:2]).encode()), {}

    return Scenario(source(stream(page=page, decoder=packed("JsonDecoder"))), serve)


@scenario
def gzip_json_hides_its_body_from_the_paginator():
    page = paginator(
        {
            "type": "CursorPagination",
            "cursor_value": "{{ response.get('next', 'none') }}",
            "stop_condition": "{{ response.get('next') is none or last_page_size == 0 }}",
        },
        token="at",
    )

    def serve(r):
        found = rows(2) if r.query.get("at") is None else []
        return 200, gzip.compress(json.dumps({"data": found, "next": "b"}).encode()), {}

    decoder = packed("JsonDecoder")
    return Scenario(source(stream(page=page, decoder=decoder, select=selector("data"))), serve)


@scenario
def gzip_of_xml_is_refused():
    return refused(packed("XmlDecoder"))


@scenario
def gzip_csv_cannot_paginate():
    return refused(packed("CsvDecoder"), page=PAGES)


# ---- zip ----


@scenario
def zip_of_several_files():
    body = archive(("b.csv", CSV), ("a.csv", "id,x\n9,8\n"), ("empty.csv", ""))
    return read(packed("CsvDecoder", "ZipfileDecoder"), body)


@scenario
def zip_stored():
    body = archive(("a.jsonl", jsonl(ITEMS)), method=zipfile.ZIP_STORED)
    return read(packed("JsonlDecoder", "ZipfileDecoder"), body)


@scenario
def zip_of_json():
    body = archive(("a.json", json.dumps(ITEMS)), ("b.json", json.dumps({"id": 9})))
    return read(packed("JsonDecoder", "ZipfileDecoder"), body)


@scenario
def zip_of_json_items():
    body = archive(("a.json", json.dumps({"data": ITEMS})))
    return read(packed(items("data"), "ZipfileDecoder"), body)


@scenario
def zip_of_gzip():
    body = archive(("a.json.gz", gzip.compress(jsonl(ITEMS).encode())))
    return read(packed(packed("JsonlDecoder"), "ZipfileDecoder"), body)


@scenario
def zip_with_one_broken_file_fails():
    body = archive(("a.json", json.dumps(rows(1))), ("b.json", "{"), ("c.json", "[]"))
    return read(packed("JsonDecoder", "ZipfileDecoder"), body)


@scenario
def zip_that_is_none_fails():
    return read(packed("CsvDecoder", "ZipfileDecoder"), CSV)


@scenario
def zip_empty_body_fails():
    return read(packed("CsvDecoder", "ZipfileDecoder"), "")


@scenario
def zip_without_files():
    return read(packed("CsvDecoder", "ZipfileDecoder"), archive())


@scenario
def zip_cannot_paginate():
    return refused(packed("JsonDecoder", "ZipfileDecoder"), page=PAGES)


# ---- XML ----


@scenario
def xml_rows():
    body = "<r><i id='1'><a>x</a></i><i id='2'><a/><a>y</a></i></r>"
    return read("XmlDecoder", body, selector("r", "i"), {"Content-Type": "application/xml"})


@scenario
def xml_in_the_charset_of_the_header():
    body = "<r><i><id>é</id></i></r>".encode("latin-1")
    headers = {"Content-Type": "text/xml; charset=ISO-8859-1"}
    return read("XmlDecoder", body, selector("r", "i"), headers)


@scenario
def xml_whose_declaration_the_header_overrules():
    body = "<?xml version='1.0' encoding='iso-8859-1'?><r><i><id>é</id></i></r>".encode()
    headers = {"Content-Type": "text/xml; charset=utf-8"}
    return read("XmlDecoder", body, selector("r", "i"), headers)


# ---- what else needs the body, and answers that are none ----


@scenario
def streamed_answer_after_a_retry():
    def serve(r):
        return (500, "busy") if r.count == 1 else (200, jsonl(ITEMS), {})

    return Scenario(source(stream(decoder={"type": "JsonlDecoder"})), serve)


@scenario
def streamed_answer_that_is_refused():
    return Scenario(
        source(stream(decoder={"type": "CsvDecoder"})), lambda r: (403, "who are you?", {})
    )


@scenario
def streamed_answer_that_a_status_filter_ignores():
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {"type": "HttpResponseFilter", "http_codes": [404], "action": "IGNORE"}
        ],
    }
    return Scenario(
        source(stream(decoder={"type": "CsvDecoder"}, request=requester(error_handler=handler))),
        lambda r: (404, "id,name\n1,a\n", {}),
    )


@scenario
def streamed_answer_whose_error_message_a_filter_reads():
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {
                "type": "HttpResponseFilter",
                "error_message_contains": "no rights",
                "action": "IGNORE",
            }
        ],
    }
    return Scenario(
        source(stream(decoder={"type": "JsonlDecoder"}, request=requester(error_handler=handler))),
        lambda r: (403, {"error": "no rights at all"}, {}),
    )


@scenario
def streamed_good_answer_that_a_status_filter_retries():
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {"type": "HttpResponseFilter", "http_codes": [202], "action": "RETRY"}
        ],
        "backoff_strategies": [{"type": "WaitTimeFromHeader", "header": "Retry-After"}],
    }

    def serve(r):
        if r.count == 1:
            return 202, "not yet\n" * 9, {"Retry-After": "1"}
        return 200, jsonl(ITEMS), {}

    request = requester(error_handler=handler)
    return Scenario(source(stream(decoder={"type": "JsonlDecoder"}, request=request)), serve)
