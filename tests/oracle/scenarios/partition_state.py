"""State per partition and of parents."""

from scenarios.partitions import serve_two_levels, two_levels
from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    in_window,
    lists,
    paginator,
    parents,
    scenario,
    source,
    stream,
)


def per_partition(**extra):
    return stream(router=lists(["a", "b", "c"]), incremental_sync=cursor(**extra))


def serve_partitions(r):
    return in_window(r, r.query["kind"], *{"a": (1, 2), "b": (3,), "c": ()}[r.query["kind"]])


@scenario
def state_per_partition():
    return Scenario(source(per_partition()), serve_partitions)


@scenario
def state_per_partition_with_steps():
    return Scenario(source(per_partition(step="P2D", cursor_granularity="P1D")), serve_partitions)


@scenario
def partitions_resume_and_new_ones_start_from_the_global_state():
    state = {
        "states": [
            {"partition": {"kind": "a"}, "cursor": {"at": "2024-01-02"}},
            {"partition": {"kind": "gone"}, "cursor": {"at": "2024-01-01"}},
        ],
        "state": {"at": "2024-01-03"},
        "lookback_window": 86400,
        "use_global_cursor": False,
    }
    return Scenario(source(per_partition()), serve_partitions, state={"items": state})


@scenario
def state_of_partitions_without_global_one():
    state = {"states": [{"partition": {"kind": "b"}, "cursor": {"at": "2024-01-03"}}]}
    return Scenario(source(per_partition()), serve_partitions, state={"items": state})


@scenario
def plain_state_is_taken_for_all_partitions():
    return Scenario(
        source(per_partition()), serve_partitions, state={"items": {"at": "2024-01-02"}}
    )


@scenario
def global_substream_cursor():
    return Scenario(source(per_partition(global_substream_cursor=True)), serve_partitions)


@scenario
def global_cursor_in_the_state():
    state = {"use_global_cursor": True, "state": {"at": "2024-01-02"}, "lookback_window": 1}
    return Scenario(source(per_partition()), serve_partitions, state={"items": state})


@scenario
def substream_with_state():
    return Scenario(
        source(two_levels({"incremental_sync": cursor()})),
        lambda r: serve_two_levels(r) if r.path == "/tops" else in_window(r, r.path, 2, 4),
    )


@scenario
def legacy_state_of_a_substream():
    node = two_levels(
        {
            "incremental_sync": cursor(),
            "state_migrations": [{"type": "LegacyToPerPartitionStateMigration"}],
        }
    )
    return Scenario(
        source(node),
        lambda r: serve_two_levels(r) if r.path == "/tops" else in_window(r, r.path, 2, 4),
        state={"items": {"1": {"at": "2024-01-03"}, "five": {"at": "2024-01-04"}}},
    )


@scenario
def client_side_incremental_per_partition():
    state = {
        "states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-02"}}],
        "state": {"at": "2024-01-02"},
    }
    return Scenario(
        source(per_partition(is_client_side_incremental=True)),
        lambda r: dated(r.query["kind"], 1, 2, 3),
        state={"items": state},
    )


@scenario
def data_feed_per_partition():
    node = stream(
        router=lists(["a", "b"]),
        incremental_sync=cursor(is_data_feed=True),
        page=paginator({"type": "PageIncrement", "page_size": 2, "start_from_page": 1}),
    )
    state = {"states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-03"}}]}
    return Scenario(
        source(node),
        lambda r: dated(r.query["kind"], 5, 4, 3, 2, 1)[(int(r.query.get("page", 1)) - 1) * 2 :][
            :2
        ],
        state={"items": state},
    )


# ---------------------------------------------------------------- parents with state
def dependent(parent_sync=None, **extra):
    top = stream("tops", incremental_sync=parent_sync or cursor())
    return stream(
        path="/tops/{{ stream_partition.parent }}/items",
        incremental_sync=cursor(),
        router=parents(top, incremental_dependency=True),
        **extra,
    )


def serve_dependent(r):
    return in_window(r, "t", 1, 2, 4) if r.path == "/tops" else in_window(r, r.path, 3)


@scenario
def incremental_dependency():
    return Scenario(source(dependent()), serve_dependent)


@scenario
def incremental_dependency_resumes():
    state = {
        "states": [
            {"partition": {"parent": "t-1", "parent_slice": {}}, "cursor": {"at": "2024-01-03"}}
        ],
        "state": {"at": "2024-01-03"},
        "parent_state": {"tops": {"at": "2024-01-02"}},
    }
    return Scenario(source(dependent()), serve_dependent, state={"items": state})


@scenario
def incremental_dependency_on_a_parent_with_windows():
    return Scenario(
        source(dependent(cursor(step="P1D", cursor_granularity="P1D"))), serve_dependent
    )


@scenario
def incremental_dependency_with_a_child_state_of_one_value():
    return Scenario(source(dependent()), serve_dependent, state={"items": {"at": "2024-01-02"}})


@scenario
def incremental_dependency_over_two_levels():
    top = stream("tops", incremental_sync=cursor())
    middle = stream(
        "middles",
        path="/tops/{{ stream_partition.top }}/middles",
        incremental_sync=cursor(),
        router=parents(top, field_name="top", incremental_dependency=True),
    )
    leaf = stream(
        path="/middles/{{ stream_partition.middle }}/items",
        incremental_sync=cursor(),
        router=parents(middle, field_name="middle", incremental_dependency=True),
    )

    def serve(r):
        if r.path == "/tops":
            return in_window(r, "t", 1, 2)
        return (
            in_window(r, "m" + r.path.split("/")[2], 3)
            if r.path.endswith("middles")
            else in_window(r, r.path, 4)
        )

    return Scenario(source(leaf), serve)


# ---------------------------------------------------------------- shapes of the state
def with_state(state, more=None, **sync):
    return Scenario(
        source(
            stream(router=lists(["a", "b", "c"]), incremental_sync=cursor(**sync), **(more or {}))
        ),
        serve_partitions,
        state={"items": state},
    )


def kind(name, at):
    return {"partition": {"kind": name}, "cursor": {"at": at}}


@scenario
def partitions_with_a_global_state_and_steps():
    state = {"states": [kind("b", "2024-01-03")], "state": {"at": "2024-01-02"}}
    return with_state(state, step="P1D", cursor_granularity="P1D")


@scenario
def partitions_newer_than_the_end():
    state = {"states": [kind("a", "2024-02-01"), kind("b", "2024-01-05")]}
    return with_state(state, step="P1D", cursor_granularity="P1D")


@scenario
def partitions_with_lookback_of_both_kinds():
    state = {
        "state": {"at": "2024-01-04"},
        "lookback_window": 86400,
        "states": [kind("a", "2024-01-04")],
    }
    return with_state(state, lookback_window="P1D", step="P1D", cursor_granularity="P1D")


@scenario
def a_global_cursor_of_the_manifest_with_states_of_partitions():
    state = {"states": [kind("a", "2024-01-02")], "state": {"at": "2024-01-02"}}
    return with_state(state, global_substream_cursor=True)


@scenario
def a_global_cursor_of_the_manifest_goes_on():
    state = {"state": {"at": "2024-01-02"}, "use_global_cursor": True, "lookback_window": 86400}
    return with_state(state, global_substream_cursor=True)


@scenario
def a_lookback_in_a_text():
    return with_state({"state": {"at": "2024-01-04"}, "lookback_window": "86400"})


@scenario
def a_state_of_another_field():
    return with_state({"elsewhere": "2024-01-04"})


@scenario
def a_state_of_full_refreshes():
    return with_state({"__ab_no_cursor_state_message": True})


@scenario
def states_that_are_empty():
    return with_state({"states": []})


@scenario
def a_partition_whose_state_has_other_keys():
    item = {"partition": {"kind": "a"}, "cursor": {"at": "2024-01-02", "more": [1]}}
    return with_state({"states": [item]})


@scenario
def a_partition_whose_state_is_of_another_format():
    state = {"states": [kind("a", "02.01.2024")], "state": {"at": "03.01.2024"}}
    return with_state(state, cursor_datetime_formats=["%d.%m.%Y", "%Y-%m-%d"])


@scenario
def keys_of_partitions_are_sorted():
    made = Scenario(
        source(
            stream(router=[lists(["x"], "zed"), lists(["y"], "abc")], incremental_sync=cursor())
        ),
        lambda r: in_window(r, "a", 2, 3, 4),
        state={
            "items": {
                "states": [{"partition": {"zed": "x", "abc": "y"}, "cursor": {"at": "2024-01-03"}}]
            }
        },
    )
    return made


@scenario
def offsets_in_states_of_partitions():
    fmt = "%Y-%m-%dT%H:%M:%S%z"
    start, end = "2024-01-01T00:00:00+0000", "2024-01-05T00:00:00+0000"
    node = stream(router=lists(["a", "b"]), incremental_sync=cursor(start, end, fmt))
    answers = {"a": "2024-01-02T20:00:00-0800", "b": "2024-01-02T06:00:00+0200"}
    return Scenario(source(node), lambda r: [{"id": 1, "at": answers[r.query["kind"]]}])


@scenario
def partitions_of_whole_weeks():
    return Scenario(
        source(
            per_partition(
                clamping={"target": "WEEK", "target_details": {"weekday": "MONDAY"}},
                end_datetime="2024-02-01",
                step="P1W",
                cursor_granularity="P1D",
            )
        ),
        lambda r: [{"id": 1, "at": r.query["from"]}],
    )


@scenario
def a_failed_window_of_a_partition():
    def serve(r):
        if r.query["kind"] == "a" and r.query["from"] == "2024-01-03":
            return 403, "no"
        return in_window(r, r.query["kind"], 1, 2, 3, 4, 5)

    return Scenario(source(per_partition(step="P1D", cursor_granularity="P1D")), serve)


@scenario
def partitions_whose_records_have_no_cursor():
    return Scenario(source(per_partition()), lambda r: [{"id": 1}, {"id": 2, "at": "soon"}])


@scenario
def partitions_without_records():
    state = {"state": {"at": "2024-01-04"}, "lookback_window": 5}
    return Scenario(source(per_partition()), lambda r: [], state={"items": state})


@scenario
def no_partitions():
    state = {"states": [kind("gone", "2024-01-04")], "state": {"at": "2024-01-04"}}
    top = stream("tops")
    node = stream(router=parents(top), incremental_sync=cursor())
    return Scenario(source(node), lambda r: [], state={"items": state})


@scenario
def client_side_partitions_with_lookback():
    state = {
        "states": [kind("a", "2024-01-04")],
        "state": {"at": "2024-01-04"},
        "lookback_window": 86400,
    }
    made = with_state(state, is_client_side_incremental=True, lookback_window="P1D")
    made.serve = lambda r: dated(r.query["kind"], 1, 2, 3, 4, 5)
    return made


@scenario
def client_side_partitions_of_a_global_cursor():
    state = {"state": {"at": "2024-01-03"}, "use_global_cursor": True, "lookback_window": 0}
    made = with_state(state, is_client_side_incremental=True, global_substream_cursor=True)
    made.serve = lambda r: dated(r.query["kind"], 1, 2, 3, 4, 5)
    return made


# ---------------------------------------------------------------- legacy states
def legacy(state, **extra):
    node = two_levels(
        {
            "incremental_sync": cursor(),
            "state_migrations": [{"type": "LegacyToPerPartitionStateMigration"}],
            **extra,
        }
    )
    return Scenario(
        source(node),
        lambda r: serve_two_levels(r) if r.path == "/tops" else in_window(r, r.path, 2, 4),
        state={"items": state},
    )


@scenario
def a_legacy_state_of_no_partitions():
    return legacy({})


@scenario
def a_state_that_is_legacy_in_part():
    return legacy({"1": {"at": "2024-01-03"}, "2": {"other": "2024-01-03"}})


@scenario
def a_state_of_two_fields_is_not_legacy():
    return legacy({"1": {"at": "2024-01-03", "more": 1}})


@scenario
def a_state_of_today_is_not_legacy():
    return legacy(
        {
            "states": [
                {"partition": {"parent": 1, "parent_slice": {}}, "cursor": {"at": "2024-01-03"}}
            ]
        }
    )


@scenario
def a_plain_state_is_not_legacy():
    return legacy({"at": "2024-01-03"})


# ---------------------------------------------------------------- parents' states
@scenario
def a_parents_state_of_another_name():
    state = {"state": {"at": "2024-01-03"}, "parent_state": {"others": {"at": "2024-01-02"}}}
    return Scenario(source(dependent()), serve_dependent, state={"items": state})


@scenario
def a_parents_state_without_a_global_one():
    state = {
        "states": [
            {"partition": {"parent": "t-1", "parent_slice": {}}, "cursor": {"at": "2024-01-02"}}
        ],
        "parent_state": {},
    }
    return Scenario(source(dependent()), serve_dependent, state={"items": state})


@scenario
def a_child_that_fails():
    def serve(r):
        return (403, "no") if r.path == "/tops/t-2/items" else serve_dependent(r)

    return Scenario(source(dependent(cursor(step="P1D", cursor_granularity="P1D"))), serve)


@scenario
def a_parent_without_records():
    state = {"state": {"at": "2024-01-03"}, "parent_state": {"tops": {"at": "2024-01-02"}}}
    return Scenario(
        source(dependent()),
        lambda r: [] if r.path == "/tops" else serve_dependent(r),
        state={"items": state},
    )
