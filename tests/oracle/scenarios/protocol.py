"""The protocol's edges: forms of a state, streams that are missing or fail beside others, names."""

from scenarios.parts import (
    Scenario,
    cursor,
    in_window,
    lists,
    refuse,
    rows,
    scenario,
    source,
    stream,
)

DAILY = source(stream(incremental_sync=cursor()))


def serve_days(request):
    return in_window(request, "a", 1, 3, 4)


def one(name="items", at="2024-01-03", **descriptor):
    return {"stream_descriptor": {"name": name, **descriptor}, "stream_state": {"at": at}}


@scenario
def states_of_other_streams_do_not_count():
    state = [{"type": "STREAM", "stream": one("others")}, {"type": "STREAM", "stream": one()}]
    return Scenario(DAILY, serve_days, state=state)


@scenario
def the_last_state_of_a_stream_counts():
    state = [
        {"type": "STREAM", "stream": one(at="2024-01-02")},
        {"type": "STREAM", "stream": one()},
    ]
    return Scenario(DAILY, serve_days, state=state)


@scenario
def a_state_of_another_namespace_does_not_count():
    return Scenario(DAILY, serve_days, state=[{"type": "STREAM", "stream": one(namespace="n")}])


@scenario
def a_state_without_content_is_none():
    stream_state = {"stream_descriptor": {"name": "items"}}
    return Scenario(DAILY, serve_days, state=[{"type": "STREAM", "stream": stream_state}])


@scenario
def a_state_of_an_old_platform_is_none():
    state = [{"type": "LEGACY", "data": {"items": {"at": "2024-01-03"}}}]
    return Scenario(DAILY, serve_days, state=state)


@scenario
def streams_of_a_global_state_count():
    state = [{"type": "GLOBAL", "global": {"stream_states": [one("others"), one()]}}]
    return Scenario(DAILY, serve_days, state=state)


@scenario
def a_mark_of_no_cursor_is_no_state():
    mark = {"items": {"__ab_no_cursor_state_message": True}}
    return Scenario(source(stream()), lambda r: rows(2), state=mark)


@scenario
def a_stream_that_fails_leaves_the_others_alone():
    def serve(request):
        return refuse(request) if request.path == "/gone" else rows(2)

    manifest = source(stream("gone"), stream("items"), stream("more"))
    return Scenario(manifest, serve, streams=["gone", "items", "more"])


@scenario
def all_streams_fail():
    return Scenario(source(stream("a"), stream("b")), refuse, streams=["a", "b"])


@scenario
def a_stream_that_the_manifest_lacks_is_incomplete():
    return Scenario(source(stream()), lambda r: rows(1), streams=["nobody", "items"])


@scenario
def a_slice_that_fails_keeps_the_records_before_it():
    def serve(request):
        return (400, {}) if request.query["kind"] == "b" else rows(2)

    return Scenario(source(stream(router=lists(["a", "b", "c"]))), serve)


@scenario
def names_of_streams_are_any_text():
    name = 'Größe "x"/\\ 1'
    return Scenario(source(stream(name, path="/x")), lambda r: rows(1), streams=[name])


@scenario
def records_are_any_json():
    record = {"id": 1, "none": None, "deep": {"none": None, "list": [None, 1.0, "é\u2028"]}}
    return Scenario(source(stream()), lambda r: [record, {"id": 2, "": "empty key"}])


@scenario
def a_check_of_a_stream_that_fails():
    return Scenario(source(stream()), refuse, op="check")


@scenario
def a_catalog_of_streams_with_and_without_cursor():
    manifest = source(stream("plain"), stream("daily", incremental_sync=cursor()))
    return Scenario(manifest, refuse, op="discover", asks_nothing=True)
