"""Downloads as files: ResponseToFileExtractor, which reads CSV as pandas does."""

import gzip

from scenarios.async_jobs import api, job_stream
from scenarios.parts import Scenario, parents, scenario, selector, source, stream


def csv_job(body, headers=None, **extra):
    """One job whose download is the body."""
    extractor = {"type": "ResponseToFileExtractor", **extra}
    content = body if isinstance(body, bytes) else body.encode()
    return Scenario(
        source(job_stream(retriever={"download_extractor": extractor})),
        api(lambda r: (200, content, headers or {"Content-Type": "text/csv"})),
    )


MISSING = [
    "NA",
    "N/A",
    "NULL",
    "None",
    "nan",
    "null",
    "#N/A",
    "<NA>",
    "NaN",
    "n/a",
    "-nan",
    "-NaN",
    "1.#IND",
    "-1.#IND",
    "1.#QNAN",
    "-1.#QNAN",
    "#NA",
]


@scenario
def a_file_has_rows():
    return csv_job('id,name\n1,"one, two"\n2,"say ""hi"""\n')


@scenario
def a_file_without_a_last_line_end():
    return csv_job("id,name\r\n1,one\r\n2,two")


@scenario
def a_file_is_packed():
    return csv_job(gzip.compress(b"id,name\n1,one\n"))


@scenario
def a_file_in_a_packed_answer():
    return csv_job(
        gzip.compress(b"id,name\n1,one\n"),
        {"Content-Type": "text/csv", "Content-Encoding": "gzip"},
    )


@scenario
def a_file_with_nul_bytes():
    return csv_job('"FIRST_\x00NAME","LAST"\n"a first n\x00ame","a last na\x00me"\n\x00')


@scenario
def missing_values_are_null():
    lines = "".join(f'"{mark}",{mark},x\n' for mark in [*MISSING, "#N/A N/A", "na", "NONE", ""])
    return csv_job("a,b,c\n" + lines)


@scenario
def marks_of_missing_values_are_kept():
    lines = "".join(f'"{mark}",{mark},x\n' for mark in [*MISSING, "#N/A N/A", ""])
    return csv_job("a,b,c\n" + lines, preserve_na_values=True)


@scenario
def a_file_with_short_rows():
    return csv_job('a,b,c\n1\n1,2\n1,2,3\n"",\n')


@scenario
def a_file_with_short_rows_whose_marks_are_kept():
    return csv_job('a,b,c\n1\n1,2\n1,2,3\n"",\n', preserve_na_values=True)


@scenario
def a_file_with_blank_lines():
    return csv_job("\n\na,b\n\n1,2\n   \n\t\n3,4\n\n\n")


@scenario
def a_file_with_one_column():
    return csv_job('a\n1\n""\n\n x \n')


@scenario
def a_file_with_names_that_come_twice():
    return csv_job("a,b,a,a.1,a,,b,,Unnamed: 5\n1,2,3,4,5,6,7,8,9\n")


@scenario
def a_file_with_a_byte_order_mark():
    return csv_job("\ufeffid,name\n1,Ünïcode\n")


@scenario
def a_file_with_line_ends_inside_quotes():
    return csv_job('id,name\n1,"a\nb\r\nc\rd"\n2,x"y"z\n3,"q"r\n')


@scenario
def a_file_whose_lines_end_with_cr():
    return csv_job("id,name\r1,one\r2,two\r")


@scenario
def an_empty_file():
    return csv_job("")


@scenario
def a_file_of_blank_lines():
    return csv_job("\n\n")


@scenario
def a_file_with_a_header_only():
    return csv_job("id,name\n")


@scenario
def a_file_that_is_no_utf_8():
    return csv_job("id,name\n1,Stra\xdfe\n".encode("latin-1"))


@scenario
def a_file_with_many_rows():
    return csv_job("id,name\n" + "".join(f"{i},name {i}\n" for i in range(5000)))


# ---- files that belong to records


def uploader(extractor=("url",), **extra):
    return {
        "type": "FileUploader",
        "requester": {"type": "HttpRequester", "url_base": "{{ download_target }}"},
        "download_target_extractor": {"type": "DpathExtractor", "field_path": list(extractor)},
        **extra,
    }


def with_files(files, serve_file=None, count=2, **extra):
    """Records 0, 1, ... of /items, whose files are at /files/ID."""

    def serve(request):
        if request.path.startswith("/files/"):
            return (serve_file or (lambda r: (200, b"\x00\xff of " + r.path.encode(), {})))(request)
        host = request.headers["Host"]
        return [
            {"id": i, "name": f"n {i}.png", "url": f"http://{host}/files/{i}"} for i in range(count)
        ]

    return Scenario(source(stream(file_uploader=files, **extra.pop("own", {}))), serve, **extra)


@scenario
def files_have_random_names():
    return with_files(uploader())


@scenario
def files_have_the_names_of_their_records():
    return with_files(uploader(filename_extractor="/{{ record.id }}//{{ record['name'] }}/"))


@scenario
def a_file_name_sees_config_and_parameters():
    files = uploader(
        filename_extractor="{{ config.folder }}/./{{ parameters.kind }}_{{ record.id }}"
    )
    files["$parameters"] = {"kind": "image"}
    return with_files(files, config={"folder": "f"})


@scenario
def files_may_be_empty_or_large():
    return with_files(
        uploader(filename_extractor="f{{ record.id }}"),
        serve_file=lambda r: b"" if r.path.endswith("0") else bytes(range(256)) * 5000,
    )


@scenario
def files_are_fetched_with_a_login():
    files = uploader(filename_extractor="f{{ record.id }}")
    files["requester"]["authenticator"] = {
        "type": "BearerAuthenticator",
        "api_token": "{{ config['key'] }}",
    }
    files["requester"]["request_headers"] = {"X-Target": "{{ download_target }}"}
    return with_files(files, config={"key": "k"})


@scenario
def a_record_without_a_file_fails_the_stream():
    return with_files(uploader(["missing"]))


@scenario
def a_file_that_is_no_text_fails_the_stream():
    return with_files(uploader(["id"]), count=3)


@scenario
def a_file_that_is_not_there_fails_the_stream():
    return with_files(
        uploader(), serve_file=lambda r: (404, b"none", {}) if r.path.endswith("1") else b"x"
    )


@scenario
def files_of_records_that_are_left_out_are_not_fetched():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['id'] != 1 }}"}
    )
    return with_files(
        uploader(filename_extractor="{{ record.name }}"), count=3, own={"select": select}
    )


@scenario
def files_see_transformed_records():
    field = {"type": "AddedFieldDefinition", "path": ["name"], "value": "new-{{ record['id'] }}"}
    return with_files(
        uploader(filename_extractor="{{ record.name }}"),
        own={"transformations": [{"type": "AddFields", "fields": [field]}]},
    )


@scenario
def check_fetches_one_file():
    return with_files(uploader(), op="check")


@scenario
def a_stream_of_files_is_told_in_the_catalog():
    made = with_files(uploader(), op="discover", asks_nothing=True)
    made.manifest["streams"].append(stream("others"))
    return made


@scenario
def files_of_a_parent_are_fetched_too():
    made = with_files(uploader(filename_extractor="p{{ record.id }}"))
    parent = made.manifest["streams"][0]
    child = stream("children", path="/of/{{ stream_partition.parent }}", router=parents(parent))
    made.manifest["streams"].insert(0, child)
    made.streams = ["children"]
    return made
