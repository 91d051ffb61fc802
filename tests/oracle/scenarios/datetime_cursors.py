"""Windows of time and their state."""

from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    in_window,
    lists,
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


# ---------------------------------------------------------------- texts and instants
ZONED = "%Y-%m-%dT%H:%M:%S%z"


@scenario
def the_state_keeps_the_offset_of_the_record():
    node = stream(
        incremental_sync=cursor("2024-01-01T00:00:00+0000", "2024-01-05T00:00:00+0000", ZONED)
    )
    answer = [
        {"id": 1, "at": "2024-01-02T00:00:00-0800"},
        {"id": 2, "at": "2024-01-02T08:00:00+0000"},
        {"id": 3, "at": "2024-01-02T05:00:00+0200"},
    ]
    return Scenario(source(node), lambda r: answer)


@scenario
def an_offset_that_the_format_cannot_say():
    node = stream(
        incremental_sync=cursor(
            "2024-01-01T00:00:00",
            "2024-01-05T00:00:00",
            "%Y-%m-%dT%H:%M:%S",
            cursor_datetime_formats=[ZONED],
        )
    )
    return Scenario(source(node), lambda r: [{"id": 1, "at": "2024-01-02T20:00:00-0800"}])


@scenario
def windows_go_on_in_the_offset_of_the_state():
    node = stream(
        incremental_sync=cursor(
            "2024-01-01T00:00:00+0000",
            "2024-04-05T00:00:00+0000",
            ZONED,
            step="P1M",
            cursor_granularity="PT1S",
        )
    )
    return Scenario(
        source(node),
        lambda r: [{"id": 1, "at": r.query["from"]}],
        state={"items": {"at": "2024-01-31T20:00:00-0800"}},
    )


@scenario
def a_start_with_an_offset():
    node = stream(
        incremental_sync=cursor(
            "2024-01-01T00:00:00+0530",
            "2024-01-03T00:00:00+0000",
            ZONED,
            step="P1D",
            cursor_granularity="PT1S",
        )
    )
    return Scenario(source(node), lambda r: [])


@scenario
def a_format_that_forgets_the_time():
    node = stream(
        incremental_sync=cursor(
            {
                "type": "MinMaxDatetime",
                "datetime": "2024-01-01T10:30:00Z",
                "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
            },
            {
                "type": "MinMaxDatetime",
                "datetime": "2024-01-04T12:00:00Z",
                "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
            },
            step="P1D",
            cursor_granularity="PT1S",
        )
    )
    return Scenario(source(node), lambda r: [{"id": 1, "at": r.query["from"]}])


def numbers(fmt, first, last, granularity, values):
    node = stream(
        incremental_sync=cursor(first, last, fmt, step="P1D", cursor_granularity=granularity)
    )
    return Scenario(source(node), lambda r: [{"id": i, "at": v} for i, v in enumerate(values)])


@scenario
def seconds_with_a_fraction_of_records():
    return numbers("%s", "1704067200", "1704240000", "PT1S", [1704070000.7, "1704070001", "1.5"])


@scenario
def seconds_as_float():
    return numbers(
        "%s_as_float", "1704067200.0", "1704240000.25", "PT0.001S", [1704070000.125, "1704070001"]
    )


@scenario
def microseconds_since_the_epoch():
    return numbers(
        "%epoch_microseconds",
        "1704067200000000",
        "1704240000000001",
        "PT0.000001S",
        [1704070000000001, "1704070000000002", 1704070000000003.9],
    )


@scenario
def milliseconds_in_a_text():
    return numbers(
        "%Y-%m-%dT%H:%M:%S.%_msZ",
        "2024-01-01T00:00:00.001Z",
        "2024-01-03T00:00:00.020Z",
        "PT0.001S",
        ["2024-01-02T00:00:00.123456Z", "2024-01-02T00:00:00.5Z"],
    )


@scenario
def microseconds_in_a_text():
    return numbers(
        "%Y-%m-%dT%H:%M:%S.%fZ",
        "2024-01-01T00:00:00.001000Z",
        "2024-01-03T00:00:00.020000Z",
        "PT0.001S",
        ["2024-01-02T00:00:00.123456Z", "2024-01-02T00:00:00.5Z"],
    )


@scenario
def a_record_in_the_second_of_three_formats():
    node = stream(
        incremental_sync=cursor(cursor_datetime_formats=["%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d"])
    )
    answer = [{"id": 1, "at": "03.01.2024"}, {"id": 2, "at": "2024/01/04"}, {"id": 3, "at": ""}]
    return Scenario(source(node), lambda r: answer, state={"items": {"at": "02.01.2024"}})


# ---------------------------------------------------------------- clamping
def clamped(target, start, end, step="P1D", details=None, state=None, asks_nothing=False):
    clamping = {"target": target, **({"target_details": details} if details else {})}
    unit = "PT1S" if "T" in start else "P1D"
    extra = {"step": step, "cursor_granularity": unit} if step else {}
    node = stream(incremental_sync=cursor(start, end, clamping=clamping, **extra))
    return Scenario(
        source(node),
        lambda r: [{"id": 1, "at": r.query["from"]}],
        state={"items": state} if state else {},
        config={"target": "MONTH"},
        asks_nothing=asks_nothing,
    )


@scenario
def days_are_whole():
    made = clamped("DAY", "2024-01-01T10:00:00", "2024-01-04T09:00:00", "PT36H")
    made.manifest["streams"][0]["incremental_sync"]["datetime_format"] = "%Y-%m-%dT%H:%M:%S"
    return made


@scenario
def days_are_whole_without_a_step():
    made = clamped("DAY", "2024-01-01T10:00:00", "2024-01-04T09:00:00", None)
    made.manifest["streams"][0]["incremental_sync"]["datetime_format"] = "%Y-%m-%dT%H:%M:%S"
    return made


@scenario
def weeks_begin_on_the_day_that_is_given():
    return clamped("WEEK", "2024-01-02", "2024-02-01", "P1W", {"weekday": "MONDAY"})


@scenario
def weeks_from_sunday_in_short_steps():
    return clamped("WEEK", "2024-01-07", "2024-02-02", "P1D", {"weekday": "SUNDAY"})


@scenario
def weeks_without_a_step():
    return clamped("WEEK", "2024-01-03", "2024-02-02", None, {"weekday": "WEDNESDAY"})


@scenario
def weeks_need_a_weekday():
    return clamped("WEEK", "2024-01-03", "2024-02-02", asks_nothing=True)


@scenario
def months_are_whole():
    return clamped("{{ config['target'] }}", "2024-01-15", "2024-05-10", "P1M")


@scenario
def months_from_the_first():
    return clamped("MONTH", "2024-01-01", "2024-05-01", "P10D")


@scenario
def months_without_a_step():
    return clamped("MONTH", "2023-11-15", "2024-02-10", None)


@scenario
def months_from_a_state():
    return clamped("MONTH", "2023-11-15", "2024-02-10", "P1M", state={"at": "2023-12-31"})


@scenario
def nothing_is_whole_yet():
    return clamped("MONTH", "2024-02-02", "2024-02-10", "P1M", asks_nothing=True)


@scenario
def a_target_that_does_not_exist():
    return clamped("YEAR", "2024-02-02", "2024-02-10", "P1M", asks_nothing=True)


# ---------------------------------------------------------------- properties
@scenario
def strict_comparison_skips_the_window_of_one_instant():
    node = stream(
        incremental_sync=cursor(is_compare_strictly=True, step="P1D", cursor_granularity="P1D")
    )
    both = source(node, stream("others"))
    return Scenario(both, lambda r: [], ["items", "others"], state={"items": {"at": "2024-01-05"}})


@scenario
def strict_comparison_with_a_last_step_of_one_instant():
    node = stream(
        incremental_sync=cursor(is_compare_strictly=True, step="P2D", cursor_granularity="P1D")
    )
    return Scenario(source(node), lambda r: [])


@scenario
def steps_and_lookback_are_templates():
    node = stream(
        incremental_sync=cursor(
            step="{{ config['step'] }}",
            cursor_granularity="P1D",
            lookback_window="P{{ config['back'] }}D",
        )
    )
    return Scenario(
        source(node),
        lambda r: in_window(r, "a", 1, 4),
        config={"step": "P2D", "back": 2},
        state={"items": {"at": "2024-01-04"}},
    )


@scenario
def an_empty_step_is_none():
    node = stream(
        incremental_sync=cursor(
            step="{{ config.get('step') or '' }}",
            cursor_granularity="P1D",
            lookback_window="{{ config.get('back') or '' }}",
        )
    )
    return Scenario(source(node), lambda r: in_window(r, "a", 1, 4))


@scenario
def a_step_that_is_no_duration():
    node = stream(incremental_sync=cursor(step="a day", cursor_granularity="P1D"))
    both = source(node, stream("others"))
    return Scenario(both, lambda r: [], ["items", "others"], asks_nothing=True)


@scenario
def lookback_reaches_no_further_than_the_start():
    node = stream(
        incremental_sync=cursor(lookback_window="P1M", step="P1D", cursor_granularity="P1D")
    )
    return Scenario(source(node), lambda r: [], state={"items": {"at": "2024-01-03"}})


@scenario
def a_state_older_than_the_start():
    node = stream(incremental_sync=cursor(is_client_side_incremental=True, lookback_window="P2D"))
    return Scenario(
        source(node),
        lambda r: dated("a", 1, 2, 3) + [{"id": 9, "at": "2023-11-01"}],
        state={"items": {"at": "2023-12-01"}},
    )


@scenario
def client_side_incremental_with_lookback():
    node = stream(incremental_sync=cursor(is_client_side_incremental=True, lookback_window="P1D"))
    return Scenario(
        source(node), lambda r: dated("a", 1, 2, 3, 4, 5, 9), state={"items": {"at": "2024-01-03"}}
    )


@scenario
def a_data_feed_with_client_side_incremental():
    node = stream(
        incremental_sync=cursor(is_data_feed=True, is_client_side_incremental=True),
        select=selector(
            record_filter={"type": "RecordFilter", "condition": "{{ record.id != 'a-5' }}"}
        ),
        page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
    )

    def serve(r):
        return dated("a", 5, 4, 3, 2, 1)[(int(r.query.get("page", 1)) - 1) * 2 :][:2]

    return Scenario(source(node), serve, state={"items": {"at": "2024-01-03"}})


@scenario
def a_data_feed_of_records_without_a_cursor():
    node = stream(
        incremental_sync=cursor(is_data_feed=True),
        page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
    )
    pages = [[{"id": 1}, {"id": 2, "at": None}], [{"id": 3, "at": "x"}]]
    return Scenario(
        source(node),
        lambda r: pages[int(r.query.get("page", 1)) - 1],
        state={"items": {"at": "2024-01-03"}},
    )


def field_of_the_catalog(field, **extra):
    node = stream(incremental_sync=cursor(**extra))
    answer = [{"id": 1, "at": "2024-01-02", "changed": "2024-01-04"}]
    return Scenario(source(node), lambda r: answer, cursor_fields={"items": field})


@scenario
def the_catalog_may_name_the_cursor_field():
    return field_of_the_catalog(["changed"], allow_catalog_defined_cursor_field=True)


@scenario
def the_catalog_is_not_asked_for_the_cursor_field():
    return field_of_the_catalog(["changed"])


@scenario
def an_empty_cursor_field_in_the_catalog():
    return field_of_the_catalog([""], allow_catalog_defined_cursor_field=True)


@scenario
def the_catalog_names_a_field_for_partitions():
    made = field_of_the_catalog(["changed"], allow_catalog_defined_cursor_field=True)
    made.manifest["streams"][0]["retriever"]["partition_router"] = lists(["a", "b"])
    return made


# ---------------------------------------------------------------- shapes of the state
@scenario
def other_keys_of_the_state_stay():
    node = stream(incremental_sync=cursor())
    return Scenario(
        source(node),
        lambda r: in_window(r, "a", 3),
        state={"items": {"other": {"a": 1}, "at": "2024-01-02"}},
    )


def ranges(*slices):
    state = {"state_type": "date-range", "slices": list(slices)}
    node = stream(incremental_sync=cursor(step="P1D", cursor_granularity="P1D"))
    return Scenario(
        source(node), lambda r: in_window(r, "a", 1, 2, 3, 4, 5), state={"items": state}
    )


@scenario
def a_state_of_one_range():
    return ranges(
        {"start": "2024-01-01", "end": "2024-01-03", "most_recent_cursor_value": "2024-01-02"}
    )


@scenario
def a_state_of_ranges_with_gaps():
    return ranges(
        {"start": "2024-01-02", "end": "2024-01-02"}, {"start": "2024-01-04", "end": "2024-01-04"}
    )


@scenario
def a_state_that_is_no_date():
    node = stream(incremental_sync=cursor())
    both = source(node, stream("others"))
    return Scenario(
        both,
        lambda r: [],
        ["items", "others"],
        state={"items": {"at": "yesterday"}},
        asks_nothing=True,
    )


def global_state(**shared):
    descriptor = {"stream_descriptor": {"name": "items"}, "stream_state": {"at": "2024-01-03"}}
    state = {"type": "GLOBAL", "global": {**shared, "stream_states": [descriptor]}}
    node = stream(incremental_sync=cursor())
    made = Scenario(source(node), lambda r: in_window(r, "a", 4), state=[state])
    made.asks_nothing = bool(shared)
    made.ends_alike = not shared  # a config_error here: a person gave that state
    return made


@scenario
def a_global_state_of_streams():
    return global_state()


@scenario
def a_global_state_with_something_shared():
    return global_state(shared_state={"at": "2024-01-01"})


@scenario
def a_global_state_that_shares_nothing():
    return global_state(shared_state={})


@scenario
def a_stream_state_may_have_no_value():
    node = stream(incremental_sync=cursor())
    return Scenario(source(node), lambda r: in_window(r, "a", 4), state={"items": {}})


@scenario
def a_full_refresh_gives_no_cursor():
    return Scenario(
        source(stream()), lambda r: dated("a", 1), state={"items": {"at": "2024-01-03"}}
    )
