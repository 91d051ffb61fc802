"""Check."""

from scenarios.partitions import serve_two_levels, two_levels
from scenarios.parts import Scenario, cursor, in_window, lists, scenario, source, stream


@scenario
def check_reads_no_more_of_a_parent_than_it_needs():
    return Scenario(source(two_levels()), serve_two_levels, op="check")


@scenario
def check_of_an_empty_stream_and_of_a_refused_one():
    manifest = source(stream(), stream("others"))
    manifest["check"]["stream_names"] = ["items", "others"]
    return Scenario(
        manifest, lambda r: [] if r.path == "/items" else (401, "who are you"), op="check"
    )


@scenario
def check_of_a_product_with_windows():
    return Scenario(
        source(
            stream(
                router=[lists(["a", "b"]), lists(["1"], "m")],
                incremental_sync=cursor(step="P1D", cursor_granularity="P1D"),
            )
        ),
        lambda r: in_window(r, "a", 1),
        op="check",
    )
