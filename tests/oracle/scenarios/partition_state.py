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
