"""AsyncRetriever: jobs that are created, polled, downloaded, aborted and deleted."""

import functools
import gzip
import io
import json
import zipfile

from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    lists,
    option,
    parents,
    requester,
    rows,
    scenario,
    selector,
    source,
    stream,
)


def dpath(*path):
    return {"type": "DpathExtractor", "field_path": list(path)}


def job_requester(path, method="GET", **extra):
    return requester(path, http_method=method, **extra)


STATUSES = {
    "running": ["QUEUED", "WORKING"],
    "completed": ["DONE"],
    "failed": ["BROKEN"],
    "timeout": ["LATE"],
}


def job_stream(name="items", window=False, retriever=None, statuses=None, **extra):
    """Jobs of /jobs: the id of a job is its window (or `all`) and how often it was asked for."""
    what = "{{ stream_interval.start_time }}" if window else "all"
    parts = {
        "type": "AsyncRetriever",
        "record_selector": selector("not", "used"),
        "status_mapping": {"type": "AsyncJobStatusMap", **STATUSES, **(statuses or {})},
        "status_extractor": dpath("status"),
        "download_target_extractor": dpath("url"),
        "creation_requester": job_requester("/jobs", "POST", request_parameters={"what": what}),
        "polling_requester": job_requester("/jobs/{{ creation_response['id'] }}"),
        "download_requester": {
            "type": "HttpRequester",
            "url_base": "{{ download_target }}",
            "http_method": "GET",
        },
        **(retriever or {}),
    }
    made = stream(name, **extra)
    made["retriever"] = {key: value for key, value in parts.items() if value is not None}
    return made


jobs = functools.partial(Scenario, waits=True)


def host(request):
    return f"http://{request.headers['Host']}"


def api(download, status=lambda job, count: "DONE", create=None):
    """A server of jobs; `status` may also give a whole answer."""

    def serve(request):
        if request.path == "/jobs":
            if create and (refused := create(request)):
                return refused
            return {"id": f"{request.query['what']}.{request.count}"}
        if request.path.startswith("/jobs/"):
            job = request.path[len("/jobs/") :]
            if job.endswith(("/abort", "/delete")):
                return {}
            word = status(job, request.count)
            if not isinstance(word, str):
                return word
            return {"status": word, "url": f"{host(request)}/files/{job}"}
        return download(request)

    return serve


def windows(**extra):
    return cursor(step="P2D", cursor_granularity="P1D", **extra)


def file_of_window(request):
    day = request.path[len("/files/") :].split(".")[0]
    return dated("x", int(day[-2:])) if day != "all" else rows(2)


def rows_of(count):
    return lambda request: rows(count)


@scenario
def a_job_is_created_polled_and_downloaded():
    statuses = ["QUEUED", "WORKING", "DONE"]
    return jobs(
        source(job_stream()), api(lambda r: rows(3), lambda job, count: statuses[count - 1])
    )


@scenario
def windows_are_jobs_and_make_a_state():
    return jobs(
        source(
            job_stream(window=True, incremental_sync=windows()), max_concurrent_async_job_count=3
        ),
        api(file_of_window),
    )


@scenario
def windows_are_jobs_one_at_a_time():
    return jobs(source(job_stream(window=True, incremental_sync=windows())), api(file_of_window))


@scenario
def jobs_start_from_a_state():
    return jobs(
        source(
            job_stream(window=True, incremental_sync=windows()),
            max_concurrent_async_job_count="{{ 1 + 1 }}",
        ),
        api(file_of_window),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def partitions_with_windows_have_states_of_their_own():
    creation = job_requester(
        "/jobs",
        "POST",
        request_parameters={"what": "{{ stream_partition.kind }}-{{ stream_slice.start_time }}"},
    )
    return jobs(
        source(
            job_stream(
                incremental_sync=windows(),
                retriever={
                    "partition_router": lists(["a", "b"]),
                    "creation_requester": creation,
                },
            ),
            max_concurrent_async_job_count=4,
        ),
        api(file_of_window),
        state={
            "items": {
                "states": [{"partition": {"kind": "b"}, "cursor": {"at": "2024-01-03"}}],
                "use_global_cursor": False,
            }
        },
    )


@scenario
def jobs_per_parent_record():
    creation = job_requester(
        "/jobs",
        "POST",
        request_parameters={"what": "{{ stream_partition.parent }}"},
        request_headers={"X-Name": "{{ stream_slice.extra_fields['name'] }}"},
    )
    router = parents(stream("owners"), extra_fields=[["name"]])

    def serve(request):
        if request.path == "/owners":
            return [{"id": 1, "name": "eva"}, {"id": 2, "name": "tom"}]
        return api(lambda r: [{"id": r.path}])(request)

    return jobs(
        source(
            job_stream(retriever={"partition_router": router, "creation_requester": creation}),
            stream("owners"),
        ),
        serve,
    )


@scenario
def a_failed_job_is_created_again_twice():
    return jobs(
        source(job_stream()),
        api(lambda r: [{"id": r.path}], lambda job, count: "DONE" if job == "all.3" else "BROKEN"),
    )


@scenario
def a_job_that_fails_three_times_leaves_the_others():
    def status(job, count):
        return "BROKEN" if job.startswith("2024-01-03") else "DONE"

    return jobs(
        source(
            job_stream(window=True, incremental_sync=windows()), max_concurrent_async_job_count=2
        ),
        api(file_of_window, status),
    )


@scenario
def a_failed_job_waits_before_it_is_created_again():
    return jobs(
        source(job_stream(retriever={"failed_retry_wait_time_in_seconds": "{{ 1 }}"})),
        api(rows_of(2), lambda job, count: "DONE" if job == "all.2" else "BROKEN"),
    )


ABORT = job_requester("/jobs/{{ creation_response.id }}/abort", "POST")
DELETE = job_requester("/jobs/{{ creation_response['id'] }}/delete", "POST")


@scenario
def a_late_job_is_aborted_and_created_again():
    return jobs(
        source(job_stream(retriever={"abort_requester": ABORT})),
        api(rows_of(2), lambda job, count: "DONE" if job == "all.2" else "LATE"),
    )


@scenario
def a_job_that_is_late_three_times_is_aborted_each_time():
    return jobs(
        source(job_stream(retriever={"abort_requester": ABORT})),
        api(rows_of(2), lambda job, count: "LATE"),
    )


@scenario
def a_skipped_job_is_not_downloaded():
    return jobs(
        source(
            job_stream(window=True, statuses={"skipped": ["EMPTY"]}, incremental_sync=windows()),
            max_concurrent_async_job_count=2,
        ),
        api(file_of_window, lambda job, count: "EMPTY" if "-03" in job else "DONE"),
    )


@scenario
def a_creation_that_is_refused_is_tried_again():
    return jobs(
        source(job_stream()),
        api(rows_of(2), create=lambda r: (400, {"error": "busy"}) if r.count < 3 else None),
    )


@scenario
def a_creation_that_is_refused_three_times_fails():
    return jobs(source(job_stream()), api(rows_of(2), create=lambda r: (400, {"error": "no"})))


@scenario
def a_creation_that_is_ignored_makes_no_job():
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {"type": "HttpResponseFilter", "action": "IGNORE", "http_codes": [409]}
        ],
    }
    creation = job_requester(
        "/jobs", "POST", request_parameters={"what": "all"}, error_handler=handler
    )
    return jobs(
        source(job_stream(retriever={"creation_requester": creation})),
        api(rows_of(2), create=lambda r: (409, {"error": "there is one"})),
    )


@scenario
def a_creation_that_a_person_must_look_at_ends_all_jobs():
    def create(request):
        return (401, {"error": "who?"}) if "-03" in request.query["what"] else None

    return jobs(
        source(
            job_stream(
                window=True, incremental_sync=windows(), retriever={"abort_requester": ABORT}
            ),
            max_concurrent_async_job_count=3,
        ),
        api(file_of_window, lambda job, count: "WORKING", create),
    )


@scenario
def a_poll_that_fails_once_fails_the_stream_in_the_end():
    def status(job, count):
        return (404, {"error": "not yet"}) if count == 1 else "DONE"

    return jobs(source(job_stream()), api(rows_of(2), status))


@scenario
def a_poll_that_a_person_must_look_at_ends_all_jobs():
    return jobs(
        source(job_stream(retriever={"abort_requester": ABORT})),
        api(rows_of(2), lambda job, count: (403, {"error": "no"})),
    )


@scenario
def an_ignored_poll_still_has_a_status():
    handler = {
        "type": "DefaultErrorHandler",
        "response_filters": [
            {"type": "HttpResponseFilter", "action": "IGNORE", "http_codes": [404]}
        ],
    }
    polling = job_requester("/jobs/{{ creation_response['id'] }}", error_handler=handler)

    def status(job, count):
        return (404, {"status": "WORKING"}) if count == 1 else "DONE"

    return jobs(
        source(job_stream(retriever={"polling_requester": polling})), api(rows_of(2), status)
    )


@scenario
def a_read_job_is_deleted():
    return jobs(
        source(
            job_stream(
                window=True,
                incremental_sync=windows(),
                retriever={"delete_requester": DELETE},
            )
        ),
        api(file_of_window),
    )


@scenario
def a_delete_that_fails_fails_its_slice():
    def serve(request):
        if request.path.endswith("/delete"):
            return 404, {"error": "gone"}
        return api(file_of_window)(request)

    return jobs(
        source(
            job_stream(
                window=True, incremental_sync=windows(), retriever={"delete_requester": DELETE}
            )
        ),
        serve,
    )


@scenario
def targets_are_asked_for_and_are_several():
    def serve(request):
        if request.path == "/targets":
            return {"parts": [{"url": f"{host(request)}/files/{i}"} for i in range(3)]}
        return api(lambda r: [{"id": r.path}])(request)

    return jobs(
        source(
            job_stream(
                retriever={
                    "download_target_requester": job_requester(
                        "/targets", request_parameters={"of": "{{ polling_response['url'] }}"}
                    ),
                    "download_target_extractor": dpath("parts", "*", "url"),
                }
            )
        ),
        serve,
    )


@scenario
def targets_that_are_asked_for_but_not_found_are_an_error():
    return jobs(
        source(
            job_stream(
                retriever={
                    "download_target_requester": job_requester("/targets"),
                }
            )
        ),
        lambda r: (404, "none") if r.path == "/targets" else api(rows_of(1))(r),
    )


@scenario
def a_job_without_targets_has_no_records():
    return jobs(
        source(job_stream(retriever={"download_target_extractor": dpath("missing")})),
        api(rows_of(1)),
    )


@scenario
def without_an_extractor_there_is_one_download():
    download = job_requester(
        "/result",
        request_parameters={
            "target": "{{ download_target }}",
            "job": "{{ creation_response['id'] }}",
            "status": "{{ polling_response.status }}",
            "hook": "{{ stream_slice.extra_fields['creation_response']['id'] }}",
        },
    )
    return jobs(
        source(
            job_stream(
                retriever={"download_target_extractor": None, "download_requester": download}
            )
        ),
        api(rows_of(2)),
    )


@scenario
def answers_have_headers_and_their_requests():
    creation = job_requester(
        "/jobs",
        "POST",
        request_parameters={"what": "all"},
        request_headers={"X-Scope": "seven"},
        request_body_json={"report": "r"},
    )
    polling = job_requester(
        "/jobs/{{ creation_response['id'] }}",
        request_parameters={
            "scope": "{{ creation_response.request.headers['X-Scope'] }}",
            "place": "{{ creation_response.headers['X-Place'] }}",
            "lower": "{{ creation_response['headers']['x-place'] }}",
            "method": "{{ creation_response.request.method }}",
            "asked": "{{ creation_response.request.url }}",
            "missing": "{{ creation_response.other }}",
        },
    )
    download = {
        "type": "HttpRequester",
        "url_base": "{{ polling_response['url'] }}",
        "http_method": "GET",
        "request_headers": {
            "X-Place": "{{ polling_response.headers['X-Place'] }}",
            "X-Both": "{{ creation_response.id }}/{{ polling_response.status }}",
        },
    }

    def serve(request):
        answer = api(rows_of(2))(request)
        return 200, answer, {"X-Place": "place of " + request.path.split("/")[1]}

    return jobs(
        source(
            job_stream(
                retriever={
                    "creation_requester": creation,
                    "polling_requester": polling,
                    "download_requester": download,
                }
            )
        ),
        serve,
    )


@scenario
def a_download_has_pages():
    page = {
        "type": "DefaultPaginator",
        "page_token_option": option("locator"),
        "pagination_strategy": {
            "type": "CursorPagination",
            "cursor_value": "{{ headers['X-Locator'] }}",
            "stop_condition": "{{ not headers['X-Locator'] }}",
        },
    }

    def download(request):
        token = request.query.get("locator", "0")
        return (
            200,
            rows(2, int(token) * 2),
            {"X-Locator": str(int(token) + 1)} if token < "2" else {},
        )

    return jobs(source(job_stream(retriever={"download_paginator": page})), api(download))


@scenario
def a_download_has_numbered_pages():
    page = {
        "type": "DefaultPaginator",
        "page_token_option": option("page"),
        "page_size_option": option("size"),
        "pagination_strategy": {"type": "PageIncrement", "page_size": 2, "start_from_page": 1},
    }

    def download(request):
        return {"rows": rows(2 if request.query.get("page", "1") < "3" else 1)}

    return jobs(
        source(
            job_stream(
                retriever={"download_paginator": page, "download_extractor": dpath("rows")},
                select=None,
            )
        ),
        api(download),
    )


@scenario
def downloaded_records_are_filtered_transformed_and_normalised():
    select = selector(
        "not",
        "used",
        record_filter={"type": "RecordFilter", "condition": "{{ record['id'] != '1' }}"},
        schema_normalization="Default",
    )
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    transformations = [
        {
            "type": "AddFields",
            "fields": [
                {
                    "type": "AddedFieldDefinition",
                    "path": ["day"],
                    "value": "{{ stream_slice['start_time'] }}/{{ stream_interval.end_time }}",
                }
            ],
        }
    ]
    return jobs(
        source(
            job_stream(
                window=True,
                schema=schema,
                incremental_sync=windows(),
                transformations=transformations,
                retriever={
                    "record_selector": select,
                    "download_decoder": {"type": "CsvDecoder"},
                },
            ),
            max_concurrent_async_job_count=2,
        ),
        api(lambda r: "id,at\n1,2024-01-01\n2,2024-01-02\n3,2024-01-03\n"),
    )


@scenario
def a_download_of_json_lines():
    return jobs(
        source(job_stream(retriever={"download_decoder": {"type": "JsonlDecoder"}})),
        api(lambda r: "\n".join(json.dumps(row) for row in rows(3))),
    )


@scenario
def windows_of_a_client_side_cursor_are_not_filtered():
    return jobs(
        source(
            job_stream(
                window=True,
                incremental_sync=windows(is_client_side_incremental=True),
            )
        ),
        api(lambda r: dated("x", 1, 4)),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def options_of_the_cursor_are_not_sent():
    return jobs(
        source(
            job_stream(
                window=True,
                incremental_sync=windows(),
                retriever={"partition_router": lists(["a"])},
            )
        ),
        api(file_of_window),
    )


@scenario
def a_download_that_is_refused_fails_its_slice():
    def download(request):
        return (404, "gone") if "-03" in request.path else file_of_window(request)

    return jobs(
        source(
            job_stream(window=True, incremental_sync=windows()), max_concurrent_async_job_count=9
        ),
        api(download),
    )


@scenario
def two_streams_share_the_jobs():
    return jobs(
        source(
            job_stream(window=True, incremental_sync=windows()),
            job_stream("others", window=True, incremental_sync=windows(end="2024-01-09")),
        ),
        api(file_of_window),
        streams=["items", "others"],
    )


@scenario
def check_runs_a_job():
    return jobs(source(job_stream()), api(rows_of(2)), op="check")


@scenario
def check_fails_where_no_job_can_be_made():
    return jobs(
        source(job_stream()), api(rows_of(2), create=lambda r: (403, {"error": "no"})), op="check"
    )


@scenario
def check_does_not_delete_what_it_did_not_read():
    return jobs(
        source(job_stream(retriever={"delete_requester": DELETE})), api(rows_of(2)), op="check"
    )


@scenario
def twenty_workers_over_jobs_of_three_streams():
    def many(name, **extra):
        what = name + "-{{ stream_partition.kind }}-{{ stream_slice.start_time }}"
        parts = {
            "partition_router": lists(list("abcde")),
            "creation_requester": job_requester("/jobs", "POST", request_parameters={"what": what}),
        }
        return job_stream(name, incremental_sync=windows(**extra), retriever=parts)

    return jobs(
        source(
            many("items"),
            many("more"),
            many("third", global_substream_cursor=True),
            max_concurrent_async_job_count=12,
            concurrency_level={"type": "ConcurrencyLevel", "default_concurrency": 20},
        ),
        api(lambda r: dated(r.path, 1, 2, 3)),
        streams=["items", "more", "third"],
    )


@scenario
def jobs_of_an_incrementing_count():
    count = {
        "type": "IncrementingCountCursor",
        "cursor_field": "id",
        "start_value": 1,
    }
    return jobs(
        source(job_stream(incremental_sync=count)), api(rows_of(4)), state={"items": {"id": 2}}
    )


@scenario
def a_creation_whose_retries_are_used_up_is_tried_again():
    handler = {
        "type": "DefaultErrorHandler",
        "max_retries": 1,
        "backoff_strategies": [
            {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}
        ],
    }
    creation = job_requester(
        "/jobs", "POST", request_parameters={"what": "all"}, error_handler=handler
    )
    return jobs(
        source(job_stream(retriever={"creation_requester": creation})),
        api(rows_of(2), create=lambda r: (503, "busy") if r.count < 4 else None),
    )


def packed(request):
    return 200, gzip.compress(b"id,at\n1,2024-01-01\n2,2024-01-02\n"), {"Content-Type": "text/csv"}


@scenario
def a_download_of_packed_csv():
    decoder = {"type": "GzipDecoder", "decoder": {"type": "CsvDecoder"}}
    return jobs(source(job_stream(retriever={"download_decoder": decoder})), api(packed))


@scenario
def a_download_of_a_zip_file():
    def download(request):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("a.jsonl", '{"id": 1}\n{"id": 2}\n')
            archive.writestr("b.jsonl", '{"id": 3}\n')
        return 200, content.getvalue(), {"Content-Type": "application/zip"}

    decoder = {"type": "ZipfileDecoder", "decoder": {"type": "JsonlDecoder"}}
    return jobs(source(job_stream(retriever={"download_decoder": decoder})), api(download))


@scenario
def a_schema_comes_from_a_job():
    schema = {
        "type": "DynamicSchemaLoader",
        "retriever": job_stream()["retriever"],
        "schema_type_identifier": {"schema_pointer": ["fields"], "key_pointer": ["name"]},
    }
    items = stream()
    items["schema_loader"] = schema

    def serve(request):
        if request.path == "/items":
            return rows(2)
        return api(lambda r: [{"fields": [{"name": "id"}, {"name": "x"}]}])(request)

    return jobs(source(items), serve)


def handled(action, *codes, **extra):
    filters = [{"type": "HttpResponseFilter", "action": action, "http_codes": list(codes)}]
    return {"type": "DefaultErrorHandler", "response_filters": filters, **extra}


@scenario
def a_job_asks_for_no_page_that_could_be_smaller():
    polling = job_requester(
        "/jobs/{{ creation_response['id'] }}", error_handler=handled("REDUCE_PAGE_SIZE", 413)
    )
    return jobs(
        source(job_stream(retriever={"polling_requester": polling})), api(rows_of(1)), refused=True
    )


@scenario
def a_job_asks_for_no_window_that_could_be_smaller():
    errors = {
        "type": "CompositeErrorHandler",
        "error_handlers": [handled("SPLIT_REQUEST_WINDOW", 413)],
    }
    download = {
        "type": "HttpRequester",
        "url_base": "{{ download_target }}",
        "error_handler": errors,
    }
    return jobs(
        source(job_stream(retriever={"download_requester": download})),
        api(rows_of(1)),
        refused=True,
    )


@scenario
def a_target_requester_needs_an_extractor():
    return jobs(
        source(
            job_stream(
                retriever={
                    "download_target_requester": job_requester("/targets"),
                    "download_target_extractor": None,
                }
            )
        ),
        api(rows_of(1)),
        refused=True,
    )


@scenario
def a_status_has_one_meaning():
    return jobs(source(job_stream(statuses={"skipped": ["DONE"]})), api(rows_of(1)), refused=True)


@scenario
def a_download_whose_retries_are_used_up():
    backoff = {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}
    download = {
        "type": "HttpRequester",
        "url_base": "{{ download_target }}",
        "error_handler": handled("RETRY", 503, max_retries=1, backoff_strategies=[backoff]),
    }
    return jobs(
        source(job_stream(retriever={"download_requester": download})), api(lambda r: (503, "busy"))
    )


@scenario
def a_creation_that_is_limited_waits():
    creation = job_requester(
        "/jobs",
        "POST",
        request_parameters={"what": "all"},
        error_handler=handled(
            "RATE_LIMITED",
            429,
            backoff_strategies=[{"type": "WaitTimeFromHeader", "header": "Retry-After"}],
        ),
    )
    return jobs(
        source(job_stream(retriever={"creation_requester": creation})),
        api(
            rows_of(2),
            create=lambda r: (429, "slowly", {"Retry-After": "0.1"}) if r.count == 1 else None,
        ),
    )


@scenario
def numbers_of_the_config():
    return jobs(
        source(
            job_stream(
                retriever={
                    "polling_job_timeout": "{{ config['minutes'] }}",
                    "failed_retry_wait_time_in_seconds": "{{ config.wait or 1 }}",
                }
            )
        ),
        api(rows_of(2), lambda job, count: "DONE" if job == "all.2" else "BROKEN"),
        config={"minutes": 30},
    )


@scenario
def a_timeout_that_is_no_number():
    return jobs(
        source(job_stream(retriever={"polling_job_timeout": "{{ config['minutes'] }}"})),
        api(rows_of(2)),
        config={"minutes": "soon"},
        refused=True,
    )


@scenario
def records_of_a_client_side_cursor_are_filtered_before_they_are_transformed():
    field = {"type": "AddedFieldDefinition", "path": ["id"], "value": "new"}
    condition = "{{ record['id'] != 'new' and record['at'] != '2024-01-03' }}"
    return jobs(
        source(
            job_stream(
                window=True,
                incremental_sync=windows(is_client_side_incremental=True),
                transformations=[{"type": "AddFields", "fields": [field]}],
                retriever={
                    "record_selector": selector(
                        record_filter={"type": "RecordFilter", "condition": condition}
                    )
                },
            )
        ),
        api(file_of_window),
    )
