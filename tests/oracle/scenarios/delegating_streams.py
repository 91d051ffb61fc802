"""Streams that are chosen by the state, or by the config."""

from scenarios.parts import (
    Scenario,
    cursor,
    dated,
    in_window,
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

QUIET = {"asks_nothing": True}


def delegating(full=None, incremental=None, name="items", **extra):
    dates = {"incremental_sync": cursor(end="2024-01-10")}
    return {
        "type": "StateDelegatingStream",
        "name": name,
        "full_refresh_stream": full or stream(name, path="/all"),
        "incremental_stream": incremental or stream(name, path="/changes", **dates),
        **extra,
    }


def changing(*days):
    """All of them without a window, or those in it."""
    return lambda r: dated("a", *days) if r.path == "/all" else in_window(r, "c", *days)


@scenario
def without_state_all_is_read():
    return Scenario(source(delegating()), changing(1, 3))


@scenario
def from_a_state_the_changes_are_read():
    return Scenario(source(delegating()), changing(1, 3, 5), state={"items": {"at": "2024-01-03"}})


@scenario
def an_empty_state_is_none():
    return Scenario(source(delegating()), changing(1), state={"items": {}})


@scenario
def after_a_full_refresh_the_changes_are_read():
    return Scenario(
        source(delegating()),
        changing(1, 3),
        state={"items": {"__ab_no_cursor_state_message": True}},
    )


@scenario
def both_streams_have_cursors():
    full = stream(path="/all", incremental_sync=cursor(step="P5D", cursor_granularity="P1D"))
    return Scenario(source(delegating(full)), lambda r: in_window(r, r.path, 2, 4))


@scenario
def the_state_of_another_stream_chooses_nothing():
    return Scenario(
        source(delegating(), stream("others")),
        lambda r: changing(1)(r) if r.path != "/others" else rows(1),
        ["items", "others"],
        state={"others": {"at": "2024-01-03"}},
    )


@scenario
def catalog_of_a_delegating_stream():
    return Scenario(source(delegating(), stream("others")), changing(1), op="discover", **QUIET)


@scenario
def check_of_a_delegating_stream():
    return Scenario(source(delegating()), changing(1), op="check")


@scenario
def check_of_a_delegating_stream_that_is_refused():
    return Scenario(source(delegating()), lambda r: (401, "no"), op="check")


@scenario
def names_of_the_two_streams_differ():
    return Scenario(source(delegating(stream("other", path="/all"))), changing(1), **QUIET)


def kept(period="P30D", full=None, **extra):
    return delegating(full, api_retention_period=period, **extra)


@scenario
def a_state_that_is_too_old_is_forgotten():
    return Scenario(source(kept()), changing(1, 3), state={"items": {"at": "2024-01-03"}})


@scenario
def a_state_that_is_new_enough_is_kept():
    return Scenario(source(kept("P100Y")), changing(1, 5), state={"items": {"at": "2024-01-03"}})


@scenario
def a_period_from_the_config():
    return Scenario(
        source(kept("{{ config['kept'] }}")),
        changing(1, 5),
        state={"items": {"at": "2024-01-03"}},
        config={"kept": "P1W"},
    )


@scenario
def a_period_that_the_config_lacks_is_none():
    return Scenario(
        source(kept("{{ config.get('kept') }}")),
        changing(1, 5),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def a_period_that_is_no_duration():
    return Scenario(
        source(kept("30 days")),
        changing(1, 5),
        state={"items": {"at": "2024-01-03"}},
        **QUIET,
    )


@scenario
def a_period_that_is_no_duration_without_state():
    return Scenario(source(kept("30 days")), changing(1, 5))


@scenario
def a_finished_full_refresh_is_new_enough():
    return Scenario(
        source(kept("P1D")),
        changing(1, 5),
        state={"items": {"__ab_no_cursor_state_message": True}},
    )


@scenario
def a_state_that_no_cursor_can_read_is_forgotten():
    return Scenario(source(kept("P100Y")), changing(1), state={"items": {"other": "x"}})


@scenario
def an_old_state_where_the_full_refresh_has_a_cursor():
    full = stream(path="/all", incremental_sync=cursor())
    return Scenario(
        source(kept("P30D", full)),
        lambda r: in_window(r, r.path, 1, 4),
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def the_age_of_a_state_in_ranges():
    ranges = {
        "state_type": "date-range",
        "slices": [
            {"start": "2024-01-01", "end": "2024-01-02", "most_recent_cursor_value": "2024-01-02"}
        ],
    }
    return Scenario(source(kept("P30D")), changing(1, 3), state={"items": ranges})


@scenario
def the_age_of_a_state_by_partitions():
    dates = {"incremental_sync": cursor(), "router": lists(["a", "b"])}
    incremental = stream(path="/changes", **dates)
    states = {
        "use_global_cursor": False,
        "states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-03"}}],
        "state": {"at": "2024-01-03"},
    }
    return Scenario(
        source(delegating(incremental=incremental, api_retention_period="P1M")),
        changing(1, 3),
        state={"items": states},
    )


@scenario
def a_state_by_partitions_that_is_new_enough():
    dates = {"incremental_sync": cursor(), "router": lists(["a", "b"])}
    incremental = stream(path="/changes", **dates)
    states = {
        "use_global_cursor": False,
        "states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-03"}}],
        "state": {"at": "2024-01-03"},
    }
    return Scenario(
        source(delegating(incremental=incremental, api_retention_period="P100Y")),
        changing(1, 3),
        state={"items": states},
    )


@scenario
def a_state_by_partitions_without_a_global_one_is_forgotten():
    dates = {"incremental_sync": cursor(), "router": lists(["a", "b"])}
    incremental = stream(path="/changes", **dates)
    states = {"states": [{"partition": {"kind": "a"}, "cursor": {"at": "2024-01-03"}}]}
    return Scenario(
        source(delegating(incremental=incremental, api_retention_period="P100Y")),
        changing(1, 3),
        state={"items": states},
    )


COUNT = {"type": "IncrementingCountCursor", "cursor_field": "at", "start_value": 0}


@scenario
def a_count_has_no_age():
    incremental = stream(path="/changes", incremental_sync=COUNT)
    return Scenario(
        source(delegating(incremental=incremental, api_retention_period="P1M")),
        changing(1),
        **QUIET,
    )


CHILD = "/items/{{ stream_partition.parent }}"


def serve_family(r):
    if r.path in ("/all", "/changes"):
        return in_window(r, r.path[1], 2, 4)
    return [{"id": r.path, "at": "2024-01-04"}]


@scenario
def parents_of_a_delegating_stream_keep_no_answers():
    full = stream(path="/full" + CHILD, router=parents(stream("tops")))
    return Scenario(
        source(delegating(full), stream("tops")),
        lambda r: rows(2) if r.path == "/tops" else rows(1, of=r.path),
        ["items", "tops"],
    )


def child(parent=None, **config):
    parent = parent or delegating(name="tops")
    return stream(path=CHILD, router=parents(parent, **config), incremental_sync=cursor())


@scenario
def a_parent_without_state_is_read_whole():
    return Scenario(source(child()), serve_family)


@scenario
def a_parent_goes_on_from_its_part_of_the_state():
    state = {"parent_state": {"tops": {"at": "2024-01-03"}}, "state": {"at": "2024-01-03"}}
    return Scenario(
        source(child(incremental_dependency=True)),
        serve_family,
        state={"items": {"states": [], **state}},
    )


@scenario
def a_parent_goes_on_from_the_global_state():
    state = {"states": [], "state": {"at": "2024-01-03"}}
    return Scenario(
        source(child(incremental_dependency=True)), serve_family, state={"items": state}
    )


@scenario
def a_parent_goes_on_from_an_older_form_of_state():
    return Scenario(
        source(child(incremental_dependency=True)),
        serve_family,
        state={"items": {"at": "2024-01-03"}},
    )


@scenario
def a_parent_that_does_not_depend_is_read_whole():
    state = {"parent_state": {"tops": {"at": "2024-01-03"}}, "state": {"at": "2024-01-03"}}
    return Scenario(source(child()), serve_family, state={"items": {"states": [], **state}})


@scenario
def the_state_of_a_parent_is_too_old():
    state = {"parent_state": {"tops": {"at": "2024-01-03"}}, "state": {"at": "2024-01-03"}}
    top = kept("P30D", stream("tops", path="/all"), name="tops")
    return Scenario(
        source(child(top, incremental_dependency=True)),
        serve_family,
        state={"items": {"states": [], **state}},
    )


@scenario
def a_parent_and_itself():
    return Scenario(
        source(child(), delegating(name="tops")),
        serve_family,
        ["items", "tops"],
        asks_once=True,
    )


@scenario
def a_delegating_child_of_a_delegating_parent():
    full = stream(path="/full" + CHILD, router=parents(delegating(name="tops")))
    incremental = stream(
        path="/some" + CHILD,
        router=parents(delegating(name="tops"), incremental_dependency=True),
        incremental_sync=cursor(),
    )
    both = delegating(full, incremental)
    return Scenario(source(both), serve_family)


@scenario
def a_delegating_child_of_a_delegating_parent_goes_on():
    full = stream(path="/full" + CHILD, router=parents(delegating(name="tops")))
    incremental = stream(
        path="/some" + CHILD,
        router=parents(delegating(name="tops"), incremental_dependency=True),
        incremental_sync=cursor(),
    )
    state = {"states": [], "parent_state": {"tops": {"at": "2024-01-03"}}}
    return Scenario(
        source(delegating(full, incremental)),
        serve_family,
        state={"items": {**state, "state": {"at": "2024-01-03"}}},
    )


@scenario
def a_delegating_parent_that_fails():
    return Scenario(source(child()), lambda r: (403, "no") if r.path == "/all" else rows(1))


@scenario
def migrations_of_a_delegating_stream():
    incremental = stream(
        path=CHILD,
        router=parents(stream("tops")),
        incremental_sync=cursor(),
        state_migrations=[{"type": "LegacyToPerPartitionStateMigration"}],
    )
    return Scenario(
        source(delegating(incremental=incremental)),
        lambda r: rows(2) if r.path == "/tops" else in_window(r, r.path, 2, 4),
        state={"items": {"0": {"at": "2024-01-03"}, "1": {"at": "2024-01-02"}}},
    )


@scenario
def schemas_of_a_delegating_stream():
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    other = {"type": "object", "properties": {"n": {"type": "string"}}}
    select = selector(schema_normalization="Default")
    both = delegating(
        stream(path="/all", schema=schema, select=select),
        stream(path="/changes", schema=other, select=select, incremental_sync=cursor()),
    )
    return Scenario(
        source(both),
        lambda r: [{"n": 5, "at": "2024-01-04"}],
        state={"items": {"at": "2024-01-01"}},
    )


@scenario
def normalization_of_a_parent_that_stands_nowhere_else():
    schema = {"type": "object", "properties": {"id": {"type": "string"}}}
    top = stream("tops", schema=schema, select=selector(schema_normalization="Default"))
    node = stream(router=parents(top, request_option=option("k")))
    return Scenario(source(node), lambda r: rows(2) if r.path == "/tops" else rows(1, **r.query))


def conditional(condition, *streams):
    return {"type": "ConditionalStreams", "condition": condition, "streams": list(streams)}


def with_extra(op, **config):
    manifest = source(
        stream(),
        conditional("{{ config.get('more') }}", stream("others"), stream("rest")),
        conditional("{{ config['plan'] == 'paid' }}", stream("paid")),
    )
    names = ["items", "others", "rest", "paid"]
    return Scenario(manifest, lambda r: rows(1), names, config={"plan": "x", **config}, op=op)


@scenario
def streams_whose_condition_holds():
    return with_extra("read", more=True)


@scenario
def streams_whose_condition_does_not_hold_are_unknown():
    return with_extra("read", plan="paid", more="False")


@scenario
def catalog_of_conditional_streams():
    made = with_extra("discover", more=True)
    made.asks_nothing = True
    return made


@scenario
def check_of_a_stream_whose_condition_does_not_hold():
    made = with_extra("check")
    made.manifest["check"]["stream_names"] = ["items", "others"]
    return made


@scenario
def a_condition_that_cannot_be_evaluated():
    manifest = source(stream(), conditional("{{ config['a']['b'] }}", stream("others")))
    return Scenario(manifest, lambda r: rows(1), **QUIET)


@scenario
def a_condition_without_config_is_false():
    manifest = source(stream(), conditional("{{ config['absent'] }}", stream("others")))
    return Scenario(manifest, lambda r: rows(1), ["items", "others"])


@scenario
def streams_that_the_source_lacks():
    return Scenario(source(stream()), lambda r: rows(1), ["nothing", "items", "nobody"])


@scenario
def an_unknown_stream_with_a_state():
    return Scenario(
        source(stream()), lambda r: rows(1), ["nothing", "items"], state={"nothing": {"at": "x"}}
    )


@scenario
def two_streams_of_one_name():
    return Scenario(source(stream(), stream(path="/second")), lambda r: rows(1, of=r.path))


@scenario
def catalog_with_two_streams_of_one_name():
    manifest = source(stream(), stream(path="/second", primary_key="other"))
    return Scenario(manifest, lambda r: rows(1), op="discover", **QUIET)


def grouped(manifest, **groups):
    return {
        **manifest,
        "stream_groups": {
            name: {"streams": streams, "action": {"type": "BlockSimultaneousSyncsAction"}}
            for name, streams in groups.items()
        },
    }


@scenario
def streams_of_one_group():
    nodes = [stream("items"), stream("others"), stream("rest")]
    manifest = grouped(source(*nodes), g=nodes[:2])
    manifest["concurrency_level"] = {"type": "ConcurrencyLevel", "default_concurrency": 6}
    return Scenario(manifest, lambda r: rows(2), ["items", "others", "rest"])


@scenario
def a_group_of_a_child_and_another_ones_parent():
    top = stream("tops")
    nodes = [child(top), top, stream("others", incremental_sync=cursor())]
    manifest = grouped(source(*nodes), g=[nodes[1], nodes[2]])
    return Scenario(
        manifest,
        lambda r: rows(2) if r.path == "/tops" else in_window(r, r.path, 2),
        ["items", "tops", "others"],
        asks_once=True,
    )


@scenario
def a_child_and_its_parent_in_one_group():
    top = stream("tops")
    node = child(top)
    return Scenario(
        grouped(source(node, top), g=[node, top]), lambda r: rows(1), ["items"], **QUIET
    )


@scenario
def catalog_where_a_child_and_its_parent_are_in_one_group():
    top = stream("tops")
    node = child(top)
    return Scenario(
        grouped(source(node, top), g=[node, top]), lambda r: rows(1), op="discover", **QUIET
    )


@scenario
def check_where_a_child_and_its_parent_are_in_one_group():
    top = stream("tops")
    node = child(top)
    return Scenario(
        grouped(source(node, top), g=[node, top]), lambda r: rows(1), op="check", **QUIET
    )


@scenario
def check_of_a_stream_beside_a_wrong_group():
    top = stream("tops")
    node = child(top)
    manifest = grouped(source(node, top), g=[node, top])
    manifest["check"]["stream_names"] = ["tops"]
    return Scenario(manifest, lambda r: rows(1), op="check")


@scenario
def a_child_without_windows_and_its_parent_in_one_group():
    top = stream("tops")
    node = stream(path=CHILD, router=parents(top))
    return Scenario(
        grouped(source(node, top), g=[node, top]),
        lambda r: rows(1),
        ["items", "tops"],
        asks_once=True,
    )


@scenario
def a_grandparent_in_the_group():
    top = stream("tops")
    middle = stream(
        "middles",
        path="/tops/{{ stream_partition.parent }}",
        router=parents(top),
        incremental_sync=cursor(),
    )
    node = child(middle)
    return Scenario(
        grouped(source(node, middle, top), g=[node, top]), lambda r: rows(1), ["items"], **QUIET
    )


@scenario
def request_of_a_parent_that_gives_up():
    node = stream(
        request=requester(
            CHILD,
            error_handler={"type": "DefaultErrorHandler", "max_retries": 0},
        ),
        router=parents(
            stream(
                "tops",
                request=requester(
                    "/tops",
                    error_handler={"type": "DefaultErrorHandler", "max_retries": 0},
                ),
            )
        ),
        incremental_sync=cursor(),
    )
    return Scenario(source(node), lambda r: (500, "down"))
