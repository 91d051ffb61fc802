"""Downloads as files: ResponseToFileExtractor, which reads CSV as pandas does."""

import gzip

from scenarios.async_jobs import api, job_stream
from scenarios.parts import Scenario, scenario, source


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
