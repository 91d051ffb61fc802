"""Windows of time and their state."""

from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    in_window,
    paginator,
    requester,
    scenario,
    selector,
    source,
    stream,
)


@scenario
def one_window():
    return Scenario(source(stream(incremental_sync=cursor())), lambda r: in_window(r, "a", 1, 3, 4))


@scenario
def windows_of_two_days():
    node = stream(incremental_sync=cursor(step="P2D", cursor_granularity="P1D"))
    return Scenario(source(node), lambda r: in_window(r, "a", 1, 3, 4))


@scenario
def windows_of_a_month():
    node = stream(
        incremental_sync=cursor("2024-01-31", "2024-04-15", step="P1M", cursor_granularity="P1D")
    )
    return Scenario(source(node), lambda r: [{"id": 1, "at": r.query["from"]}])


@scenario
def state_and_lookback():
    node = stream(
        incremental_sync=cursor(lookback_window="P1D", step="P1D", cursor_granularity="P1D")
    )
    return Scenario(
        source(node),
        lambda r: in_window(r, "a", 1, 2, 3, 4, 5),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def state_newer_than_the_end():
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    both = source(node, stream("others"))
    return Scenario(both, lambda r: [], ["items", "others"], state={"items": {"at": "2024-02-01"}})


@scenario
def state_equal_to_the_end():
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    return Scenario(
        source(node), lambda r: in_window(r, "a", 5), state={"items": {"at": "2024-01-05"}}
    )


@scenario
def formats_of_records_windows_and_bounds():
    node = stream(
        incremental_sync=cursor(
            {
                "type": "MinMaxDatetime",
                "datetime": "2024-01-01T00:00:00Z",
                "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
            },
            "2024-01-03T00:00:00Z",
            "%s",
            cursor_datetime_formats=["%Y-%m-%dT%H:%M:%S.%fZ", "%s"],
            step="P1D",
            cursor_granularity="PT1S",
        )
    )
    answer = [
        {"id": 1, "at": "2024-01-01T10:00:00.5Z"},
        {"id": 2, "at": 1704189600},
        {"id": 3, "at": "never"},
        {"id": 4},
    ]
    manifest = source(node)
    manifest["streams"][0]["incremental_sync"]["end_datetime"] = {
        "type": "MinMaxDatetime",
        "datetime": "2024-01-03T00:00:00Z",
        "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
    }
    return Scenario(manifest, lambda r: answer)


@scenario
def milliseconds():
    node = stream(
        incremental_sync=cursor(
            "1704067200000", "1704240000000", "%ms", step="P1D", cursor_granularity="PT0.001S"
        )
    )
    return Scenario(source(node), lambda r: [{"id": 1, "at": int(r.query["from"]) + 5}])


@scenario
def windows_in_the_slice():
    node = stream(
        incremental_sync=cursor(partition_field_start="lo", partition_field_end="hi"),
        request=requester(
            request_parameters={"window": "{{ stream_interval.lo }}..{{ stream_slice['hi'] }}"}
        ),
    )
    return Scenario(source(node), lambda r: in_window(r, "a", 2))


@scenario
def a_failed_window_holds_the_state_back():
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    return Scenario(
        source(node),
        lambda r: (403, "no") if r.query["from"] == "2024-01-03" else in_window(r, "a", 1, 2, 3, 4),
    )


@scenario
def data_feed_stops_at_known_records():
    node = stream(
        incremental_sync=cursor(is_data_feed=True),
        page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
    )

    def serve(r):
        newest_first = dated("a", 5, 4, 3, 2, 1)
        return newest_first[(int(r.query.get("page", 1)) - 1) * 2 :][:2]

    return Scenario(source(node), serve, state={"items": {"at": "2024-01-03"}})


@scenario
def client_side_incremental():
    select = selector(
        record_filter={"type": "RecordFilter", "condition": "{{ record['id'] != 'a-4' }}"}
    )
    node = stream(
        incremental_sync=cursor(is_client_side_incremental=True),
        select=select,
        page=paginator({"type": "PageIncrement", "page_size": 3, "start_from_page": 1}),
    )
    return Scenario(
        source(node),
        lambda r: dated("a", 1, 2, 3, 4, 5, 6)[(int(r.query.get("page", 1)) - 1) * 3 :][:3],
        state={"items": {"at": "2024-01-03"}},
    )
