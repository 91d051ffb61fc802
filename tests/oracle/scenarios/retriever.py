"""Pages that are read in another way: from the start again, smaller, in smaller windows."""

from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    in_window,
    lists,
    option,
    paginator,
    parents,
    requester,
    rows,
    scenario,
    selector,
    source,
    stream,
)


def handler(action, codes=(400,), **extra):
    matching = {"type": "HttpResponseFilter", "action": action, "http_codes": list(codes), **extra}
    return {"type": "DefaultErrorHandler", "response_filters": [matching]}


def asking(action, **extra):
    return requester(error_handler=handler(action, **extra))


def pages(size=2, **extra):
    return paginator({"type": "PageIncrement", "page_size": size, "start_from_page": 1, **extra})


def page_of(r, all_rows, size=2):
    return all_rows[(int(r.query.get("page", 1)) - 1) * size :][:size]


# ---------------------------------------------------------------- pagination_reset
def resetting(serve, reset=None, page=None, asks_nothing=False, **extra):
    parts = {"pagination_reset": {"type": "PaginationReset", **reset}} if reset else {}
    node = stream(
        request=asking("RESET_PAGINATION"), page=page or pages(), retriever=parts, **extra
    )
    return Scenario(source(node), serve, asks_nothing=asks_nothing)


@scenario
def a_reset_starts_again_from_the_first_page():
    def serve(r):
        if r.query.get("page") == "2" and r.count == 1:
            return 400, "expired"
        return page_of(r, rows(5))

    return resetting(serve)


@scenario
def a_reset_happens_once_only():
    return resetting(lambda r: (400, "no") if r.query.get("page") == "2" else rows(2))


@scenario
def a_reset_of_the_first_page():
    return resetting(lambda r: (400, "no") if r.count == 1 else [])


@scenario
def a_reset_by_its_rules():
    def serve(r):
        return (400, "no") if r.query.get("page") == "3" and r.count == 1 else page_of(r, rows(5))

    return resetting(serve, {"action": "RESET"})


@scenario
def a_reset_by_its_rules_happens_once_only():
    return resetting(
        lambda r: (400, "no") if r.query.get("page") == "2" else rows(2), {"action": "RESET"}
    )


@scenario
def a_reset_in_each_slice():
    def serve(r):
        if r.query.get("page") == "2" and r.count == 1:
            return 400, "expired"
        return page_of(r, rows(3))

    return resetting(serve, {"action": "RESET"}, router=lists(["a", "b"]))


def limits(count):
    return {"type": "PaginationResetLimits", "number_of_records": count}


@scenario
def a_reset_at_a_limit_without_a_cursor():
    return resetting(
        lambda r: page_of(r, rows(7)), {"action": "RESET", "limits": limits(4)}, pages()
    )


@scenario
def a_reset_at_a_limit_that_is_not_reached():
    return resetting(lambda r: page_of(r, rows(3)), {"action": "RESET", "limits": limits(4)})


@scenario
def a_reset_with_limits_and_a_filter_is_refused():
    select = selector(record_filter={"type": "RecordFilter", "condition": "{{ record.id > 1 }}"})
    return resetting(
        lambda r: [], {"action": "RESET", "limits": limits(4)}, select=select, asks_nothing=True
    )


@scenario
def a_reset_with_no_number_in_its_limits():
    return resetting(
        lambda r: page_of(r, rows(5)),
        {"action": "RESET", "limits": {"type": "PaginationResetLimits"}},
    )


SPLIT = {"action": "SPLIT_USING_CURSOR"}


def growing(r, size=2, *days):
    return page_of(r, in_window(r, "a", *(days or (1, 2, 3, 4, 5))), size)


@scenario
def a_limit_splits_using_the_cursor():
    return resetting(
        lambda r: growing(r), {**SPLIT, "limits": limits(2)}, incremental_sync=cursor()
    )


@scenario
def a_limit_splits_windows_using_the_cursor():
    return resetting(
        lambda r: growing(r),
        {**SPLIT, "limits": limits(2)},
        incremental_sync=cursor(step="P3D", cursor_granularity="P1D"),
    )


@scenario
def a_split_that_does_not_get_on():
    return resetting(
        lambda r: page_of(r, dated("a", 2, 2, 2, 2, 2)),
        {**SPLIT, "limits": limits(2)},
        incremental_sync=cursor(),
    )


@scenario
def a_split_of_records_without_a_cursor():
    return resetting(
        lambda r: page_of(r, rows(5)), {**SPLIT, "limits": limits(2)}, incremental_sync=cursor()
    )


@scenario
def an_answer_splits_using_the_cursor():
    def serve(r):
        return (
            (400, "too far")
            if r.query.get("page") == "2" and r.query["from"] < "2024-01-04"
            else growing(r)
        )

    return resetting(serve, SPLIT, incremental_sync=cursor())


@scenario
def an_answer_splits_before_any_record():
    return resetting(lambda r: (400, "too far"), SPLIT, incremental_sync=cursor())


@scenario
def a_split_without_a_cursor_is_a_reset():
    return resetting(lambda r: page_of(r, rows(7)), {**SPLIT, "limits": limits(4)})


@scenario
def a_split_in_partitions():
    return resetting(
        lambda r: growing(r),
        {**SPLIT, "limits": limits(2)},
        incremental_sync=cursor(),
        router=lists(["a", "b"]),
    )


@scenario
def a_split_by_numbers():
    counting = {
        "type": "IncrementingCountCursor",
        "cursor_field": "id",
        "start_value_option": option("since"),
    }

    def serve(r):
        return page_of(r, [row for row in rows(7) if row["id"] >= int(r.query["since"])])

    return resetting(serve, {**SPLIT, "limits": limits(2)}, incremental_sync=counting)


@scenario
def a_split_sees_the_slice_in_templates():
    request = requester(
        request_parameters={"window": "{{ stream_interval.start_time }}"},
        error_handler=handler("RESET_PAGINATION"),
    )
    transformed = {
        "type": "AddFields",
        "fields": [{"path": ["seen"], "value": "{{ stream_slice.start_time }}"}],
    }
    node = stream(
        request=request,
        page=pages(),
        retriever={"pagination_reset": {"type": "PaginationReset", **SPLIT, "limits": limits(2)}},
        incremental_sync=cursor(),
        transformations=[transformed],
    )
    return Scenario(source(node), lambda r: growing(r))


@scenario
def a_split_with_offsets():
    page = paginator({"type": "OffsetIncrement", "page_size": 2}, "offset")

    def serve(r):
        return in_window(r, "a", 1, 2, 3, 4, 5)[int(r.query.get("offset", 0)) :][:2]

    return resetting(serve, {**SPLIT, "limits": limits(4)}, page, incremental_sync=cursor())


@scenario
def a_split_of_a_parent():
    top = stream(
        "tops",
        page=pages(),
        retriever={"pagination_reset": {"type": "PaginationReset", **SPLIT, "limits": limits(2)}},
        incremental_sync=cursor(),
    )
    node = stream(
        path="/tops/{{ stream_partition.parent }}", router=parents(top, incremental_dependency=True)
    )
    return Scenario(source(node), lambda r: growing(r) if r.path == "/tops" else rows(1))


# ---------------------------------------------------------------- page_size_reduction
def offsets(size=8, **extra):
    return {
        **paginator({"type": "OffsetIncrement", "page_size": size, **extra}, "offset"),
        "page_size_option": option("limit"),
    }


def reducing(serve, page=None, request=None, asks_nothing=False, more=None, **reduction):
    rules = {"type": "PageSizeReduction", "backoff_seconds": 0, **reduction}
    node = stream(
        request=request or asking("REDUCE_PAGE_SIZE", codes=[502]),
        page=page or offsets(),
        retriever={"page_size_reduction": rules},
        **(more or {}),
    )
    return Scenario(source(node), serve, asks_nothing=asks_nothing)


def up_to(most, all_rows=None, when=lambda r: True):
    all_rows = all_rows or rows(20)

    def serve(r):
        size = int(r.query["limit"])
        if size > most and when(r):
            return 502, "too much"
        return all_rows[int(r.query.get("offset", 0)) :][:size]

    return serve


@scenario
def pages_get_smaller():
    return reducing(up_to(2))


@scenario
def pages_get_smaller_by_a_factor():
    return reducing(up_to(3), reduction_factor=1.5)


@scenario
def pages_get_smaller_once_and_then_larger_again():
    def heavy(r):
        return int(r.query.get("offset", 0)) == 8

    return reducing(up_to(2, when=heavy), reset_policy="AFTER_SUCCESSFUL_PAGE")


@scenario
def pages_stay_small():
    return reducing(up_to(2, when=lambda r: r.query.get("offset") == "8"), reset_policy="NEVER")


@scenario
def pages_of_one_record_are_refused():
    return reducing(lambda r: (502, "too much"))


@scenario
def pages_are_made_smaller_so_often():
    return reducing(lambda r: (502, "too much"), offsets(1000), max_attempts=3)


@scenario
def pages_are_not_made_smaller_than_that():
    return reducing(lambda r: (502, "too much"), minimum_page_size=3)


@scenario
def a_least_page_is_tried_again():
    return reducing(
        lambda r: rows(3) if r.count > 2 else (502, "too much"),
        minimum_page_size=4,
        retries_at_minimum_page_size=2,
    )


@scenario
def a_least_page_is_tried_again_in_vain():
    return reducing(
        lambda r: (502, "x"),
        minimum_page_size=4,
        retries_at_minimum_page_size=2,
        failure_message="Ask for less.",
    )


@scenario
def attempts_begin_anew_after_a_page():
    def serve(r):
        refused = r.count == 1 and int(r.query["limit"]) > 1
        return (
            (502, "x")
            if refused
            else rows(40)[int(r.query.get("offset", 0)) :][: int(r.query["limit"])]
        )

    return reducing(serve, offsets(16), max_attempts=2, reset_policy="AFTER_SUCCESSFUL_PAGE")


@scenario
def smaller_pages_by_cursor():
    page = {
        **paginator(
            {
                "type": "CursorPagination",
                "cursor_value": "{{ last_record.id }}",
                "stop_condition": "{{ last_page_size < page_size }}",
                "page_size": 8,
            },
            "after",
        ),
        "page_size_option": option("limit"),
    }

    def serve(r):
        size = int(r.query["limit"])
        start = int(r.query["after"]) + 1 if "after" in r.query else 0
        return (502, "x") if size > 3 else rows(9)[start:][:size]

    return reducing(serve, page)


@scenario
def smaller_pages_in_each_slice():
    return reducing(
        up_to(4, rows(6), lambda r: r.query["kind"] == "a"), more={"router": lists(["a", "b"])}
    )


@scenario
def smaller_pages_of_a_template():
    made = reducing(up_to(2, rows(5)), offsets("{{ config['size'] }}"))
    made.config = {"size": 6}
    return made


@scenario
def smaller_pages_than_the_least_of_a_template():
    made = reducing(up_to(2, rows(5)), offsets("{{ config['size'] }}"), minimum_page_size=10)
    made.config = {"size": 6}
    return made


@scenario
def smaller_pages_in_a_body():
    page = {**offsets(4), "page_size_option": option("limit", "body_json")}
    page["page_token_option"] = option("offset", "body_json")
    request = requester(http_method="POST", error_handler=handler("REDUCE_PAGE_SIZE", codes=[502]))

    def serve(r):
        import json

        asked = json.loads(r.body)
        if asked["limit"] > 2:
            return 502, "x"
        return rows(5)[asked.get("offset", 0) :][: asked["limit"]]

    return reducing(serve, page, request)


@scenario
def smaller_pages_by_a_composite_handler():
    handlers = [handler("IGNORE", [404]), handler("REDUCE_PAGE_SIZE", [502])]
    request = requester(error_handler={"type": "CompositeErrorHandler", "error_handlers": handlers})
    return reducing(up_to(2, rows(5)), request=request)


def refused(**extra):
    return reducing(lambda r: [], asks_nothing=True, **extra)


@scenario
def smaller_pages_need_rules():
    node = stream(request=asking("REDUCE_PAGE_SIZE"), page=offsets())
    return Scenario(source(node), lambda r: [], asks_nothing=True)


@scenario
def smaller_pages_need_a_paginator():
    made = refused()
    del made.manifest["streams"][0]["retriever"]["paginator"]
    return made


@scenario
def smaller_pages_need_a_page_size_option():
    return refused(page=paginator({"type": "OffsetIncrement", "page_size": 8}, "offset"))


@scenario
def smaller_pages_do_not_go_with_page_numbers():
    return refused(page={**pages(), "page_size_option": option("limit")})


@scenario
def smaller_pages_do_not_go_with_next_links():
    page = paginator(
        {"type": "CursorPagination", "cursor_value": "{{ response.next }}", "page_size": 4},
        None,
        "limit",
    )
    return refused(page=page)


@scenario
def smaller_pages_need_room():
    return refused(page=offsets(4), minimum_page_size=4)


@scenario
def smaller_pages_need_a_factor_above_one():
    return refused(reduction_factor=1)


def stopping(condition, asks_nothing=True):
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ last_record.id }}",
        "stop_condition": condition,
        "page_size": 4,
    }
    page = {**paginator(strategy, "after"), "page_size_option": option("limit")}

    def serve(r):
        size, start = int(r.query["limit"]), int(r.query.get("after", -1)) + 1
        return (502, "x") if size > 2 else rows(5)[start:][:size]

    return reducing(serve, page, asks_nothing=asks_nothing)


@scenario
def a_condition_of_a_fixed_size_does_not_go_with_smaller_pages():
    return stopping("{{ last_page_size < 4 }}")


@scenario
def a_mirrored_condition_of_a_fixed_size():
    return stopping("{{ 4 > last_page_size }}")


@scenario
def a_condition_of_a_size_of_the_configuration():
    made = stopping("{{ last_page_size < config['size'] or 1 == 2 }}")
    made.config = {"size": 4}
    return made


@scenario
def a_condition_of_an_empty_page_goes_with_smaller_pages():
    return stopping("{{ last_page_size == 0 }}", False)


@scenario
def a_condition_of_the_page_size_goes_with_smaller_pages():
    return stopping("{{ last_page_size < page_size }}", False)


@scenario
def a_condition_of_the_answer_goes_with_smaller_pages():
    return stopping("{{ last_record.id == 4 }}", False)


@scenario
def a_page_size_that_is_read_must_be_given():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ last_record.id }}",
        "stop_condition": "{{ last_page_size < page_size }}",
    }
    node = stream(page=paginator(strategy, "after"))
    return Scenario(source(node), lambda r: [], asks_nothing=True)


def in_groups():
    return {
        "type": "QueryProperties",
        "property_list": ["a", "b"],
        "property_chunking": {
            "type": "PropertyChunking",
            "property_limit_type": "property_count",
            "property_limit": 1,
            "record_merge_strategy": {"type": "GroupByKeyMergeStrategy", "key": "id"},
        },
    }


@scenario
def a_reset_of_pages_in_groups_of_properties():
    request = requester(
        request_parameters={"fields": in_groups()}, error_handler=handler("RESET_PAGINATION")
    )
    node = stream(request=request, page=pages())

    def serve(r):
        if r.query["fields"].startswith("b") and r.query.get("page") == "2" and r.count == 1:
            return 400, "expired"
        return [{"id": str(row["id"]), r.query["fields"]: 1} for row in page_of(r, rows(3))]

    return Scenario(source(node), serve)


@scenario
def smaller_pages_do_not_go_with_groups_of_properties():
    request = requester(
        request_parameters={"fields": in_groups()},
        error_handler=handler("REDUCE_PAGE_SIZE", codes=[502]),
    )
    return refused(request=request)


# ---------------------------------------------------------------- request_window_splitting
def splitting(serve, rules=None, sync=None, asks_nothing=False, more=None):
    parts = {"request_window_splitting": {"type": "RequestWindowSplitting", **(rules or {})}}
    node = stream(
        request=asking("SPLIT_REQUEST_WINDOW", codes=[413]),
        page=pages(),
        retriever=parts,
        incremental_sync=sync or cursor(step="P10D", cursor_granularity="P1D"),
        **(more or {}),
    )
    return Scenario(source(node), serve, asks_nothing=asks_nothing)


def days_of(r):
    return int(r.query["to"][-2:]) - int(r.query["from"][-2:]) + 1


def no_longer_than(days, when=lambda r: True):
    return lambda r: (413, "too long") if days_of(r) > days and when(r) else growing(r)


@scenario
def windows_are_split():
    return splitting(no_longer_than(2))


@scenario
def windows_are_split_to_the_unit():
    return splitting(no_longer_than(1))


@scenario
def windows_of_one_unit_are_refused():
    return splitting(lambda r: (413, "too long"))


@scenario
def windows_are_split_no_further_than_told():
    return splitting(
        lambda r: (413, "x") if r.query["from"] > "2024-01-03" else growing(r),
        {"min_split_window": "P1D", "failure_message": "Ask for less."},
    )


@scenario
def windows_are_split_on_a_later_page():
    return splitting(no_longer_than(2, lambda r: r.query.get("page") == "2"))


@scenario
def windows_are_split_in_partitions():
    return splitting(no_longer_than(2), more={"router": lists(["a", "b"])})


@scenario
def windows_are_split_with_a_state():
    made = splitting(no_longer_than(1))
    made.state = {"items": {"at": "2024-01-03"}}
    return made


@scenario
def windows_are_split_too_often():
    sync = cursor("1000000000", "1000100000", "%s", step="P10D", cursor_granularity="PT1S")
    return splitting(lambda r: (413, "too long"), sync=sync)


@scenario
def windows_are_split_in_templates():
    transformed = {
        "type": "AddFields",
        "fields": [{"path": ["seen"], "value": "{{ stream_slice.start_time }}"}],
    }
    return splitting(no_longer_than(2), more={"transformations": [transformed]})


def unsplittable(**extra):
    return splitting(lambda r: [], asks_nothing=True, **extra)


@scenario
def split_windows_need_rules():
    node = stream(request=asking("SPLIT_REQUEST_WINDOW"), incremental_sync=cursor())
    return Scenario(source(node), lambda r: [], asks_nothing=True)


@scenario
def split_windows_need_a_granularity():
    return unsplittable(sync=cursor())


@scenario
def split_windows_need_a_cursor():
    made = unsplittable()
    del made.manifest["streams"][0]["incremental_sync"]
    return made


@scenario
def split_windows_do_not_go_with_a_client_side_cursor():
    return unsplittable(
        sync=cursor(step="P10D", cursor_granularity="P1D", is_client_side_incremental=True)
    )


@scenario
def split_windows_need_a_format_for_their_unit():
    return unsplittable(sync=cursor(step="P10D", cursor_granularity="PT1S"))


@scenario
def split_windows_need_a_fixed_least_length():
    return unsplittable(rules={"min_split_window": "P1M"})


# ---------------------------------------------------------------- slicer parameters on later pages
def ignoring(token):
    page = paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}, token)
    if token is None:
        page = paginator({"type": "CursorPagination", "cursor_value": "{{ response.next }}"}, None)
    node = stream(
        page=page,
        select=selector("items") if token is None else None,
        router=lists(["a", "b"]),
        retriever={"ignore_stream_slicer_parameters_on_paginated_requests": True},
        incremental_sync=cursor(),
    )

    def serve(r):
        if token:
            return page_of(r, dated("a", 1, 2, 3))
        first = "next" not in r.query
        link = f"http://{r.headers['Host']}/items?next=1"
        return {"items": dated("a", 1), "next": link if first else None}

    return Scenario(source(node), serve)


@scenario
def later_pages_without_the_slicers_parameters():
    return ignoring("page")


@scenario
def next_links_without_the_slicers_parameters():
    return ignoring(None)


@scenario
def a_first_token_is_sent_with_the_first_page():
    page = pages(inject_on_first_request=True)
    node = stream(page=page, request=asking("RESET_PAGINATION"))

    def serve(r):
        return (400, "x") if r.query["page"] == "2" and r.count == 1 else page_of(r, rows(3))

    return Scenario(source(node), serve)
