"""IncrementingCountCursor: numbers that grow."""

from scenarios.parts import (
    Scenario,
    lists,
    option,
    paginator,
    requester,
    scenario,
    source,
    stream,
)


def counted(state=None, numbers=(3, 5, 4), field="id", node=None, **extra):
    cursor = {
        "type": "IncrementingCountCursor",
        "cursor_field": "id",
        "start_value_option": option("since"),
        **extra,
    }
    answer = [{"id": n, "other": n * 10 if isinstance(n, int) else n} for n in numbers]
    return Scenario(
        source(stream(incremental_sync=cursor, **(node or {}))),
        lambda r: answer,
        state={"items": state} if state else {},
        cursor_fields={"items": [field]},
        config={"start": 7},
    )


@scenario
def count_from_the_beginning():
    return counted()


@scenario
def count_from_a_value():
    return counted(start_value=4)


@scenario
def count_from_a_template():
    return counted(start_value="{{ config['start'] }}")


@scenario
def count_from_a_text():
    return counted(start_value="12")


@scenario
def count_from_no_number():
    made = counted(start_value="soon")
    made.asks_nothing = True
    return made


@scenario
def count_goes_on():
    return counted({"id": 4, "else": "x"})


@scenario
def count_goes_on_from_less_than_the_start():
    return counted({"id": 4}, start_value=6)


@scenario
def count_of_older_records():
    return counted({"id": 9})


@scenario
def count_of_nothing():
    return counted(numbers=())


@scenario
def count_of_zeros():
    return counted(numbers=(0, 0))


@scenario
def count_of_fractions():
    return counted(numbers=(1, 2.5, 2))


@scenario
def count_of_big_numbers():
    return counted(numbers=(9007199254740993, 922337203685477580))


@scenario
def count_just_below_the_start():
    return counted(numbers=(6,), start_value=7)


@scenario
def count_of_nulls():
    return counted(numbers=(None, 2))


@scenario
def count_of_a_text_fails():
    return counted(numbers=(1, "two"))


@scenario
def count_in_ranges():
    return counted(
        {
            "state_type": "integer",
            "slices": [{"start": 0, "end": 4, "most_recent_cursor_value": 3}],
        }
    )


@scenario
def count_by_the_catalogs_field():
    return counted(field="other", allow_catalog_defined_cursor_field=True)


@scenario
def count_not_by_the_catalogs_field():
    return counted(field="other")


@scenario
def count_with_a_router_is_refused():
    made = counted(node={"router": lists(["a"])})
    made.asks_nothing = True
    return made


@scenario
def count_over_pages():
    pages = [[{"id": 1}, {"id": 4}], [{"id": 3}]]
    made = counted(
        {"id": 1},
        node={"page": paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1})},
    )
    made.serve = lambda r: pages[int(r.query.get("page", 1)) - 1]
    return made


@scenario
def count_in_templates():
    request = requester(
        request_parameters={"after": "{{ stream_interval.start }}", "end": "{{ stream_slice.end }}"}
    )
    return counted({"id": 5}, node={"request": request})


@scenario
def count_stops_at_a_failed_page():
    made = counted({"id": 1})
    made.serve = lambda r: (403, "no")
    return made
