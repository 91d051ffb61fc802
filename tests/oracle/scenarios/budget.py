"""Rate limits of a source. That both engines keep to them is seen from when requests come: `serve` refuses what is early."""

import threading
import time

from scenarios.parts import (
    Scenario,
    lists,
    option,
    paginator,
    requester,
    rows,
    scenario,
    source,
    stream,
)


class Window:
    """429 for what comes too soon after the calls before it. What comes again is a new run's."""

    def __init__(self, limit, seconds):
        self.limit, self.seconds, self.lock = limit, seconds, threading.Lock()
        self.calls, self.seen = [], set()

    def __call__(self, r):
        now = time.monotonic()
        with self.lock:
            if str(r.query) in self.seen:
                self.calls, self.seen = [], set()
            self.seen.add(str(r.query))
            self.calls = [at for at in self.calls if now - at < self.seconds * 0.9]
            self.calls.append(now)
            early = len(self.calls) > self.limit
        return (429, "too soon") if early else rows(1)


def limited(policies, serve, count=8, config=None, request=None, **budget):
    """`count` slices; no retries, so that a request that is early fails the stream."""
    handler = {"type": "DefaultErrorHandler", "max_retries": 0}
    made = stream(
        request=request or requester(error_handler=handler),
        router=lists([str(i) for i in range(count)]),
    )
    return Scenario(
        source(made, api_budget={"type": "HTTPAPIBudget", "policies": policies, **budget}),
        serve,
        config=config or {},
    )


def fixed(limit, period="PT1S", *matchers):
    return {
        "type": "FixedWindowCallRatePolicy",
        "period": period,
        "call_limit": limit,
        "matchers": list(matchers),
    }


def moving(*rates, matchers=()):
    return {
        "type": "MovingWindowCallRatePolicy",
        "rates": [{"limit": limit, "interval": interval} for limit, interval in rates],
        "matchers": list(matchers),
    }


@scenario
def a_moving_window():
    return limited([moving((3, "PT0.5S"))], Window(3, 0.5))


@scenario
def two_rates_at_once():
    return limited([moving((2, "PT0.3S"), (4, "PT1S"))], Window(4, 1))


@scenario
def a_rate_by_the_config():
    return limited(
        [moving(("{{ config['calls'] }}", "PT0.4S"))], Window(2, 0.4), config={"calls": 2}
    )


@scenario
def a_policy_that_takes_no_request():
    return limited([fixed(1, "P1D", {"method": "POST"})], lambda r: rows(1))


@scenario
def a_policy_for_another_host():
    return limited([fixed(1, "P1D", {"url_base": "https://other.test"})], lambda r: rows(1))


@scenario
def a_policy_for_another_path():
    return limited([fixed(1, "P1D", {"url_path_pattern": "^/others"})], lambda r: rows(1))


@scenario
def a_policy_for_another_parameter():
    return limited([fixed(1, "P1D", {"params": {"kind": "99"}})], lambda r: rows(1))


@scenario
def a_policy_for_another_header():
    return limited([fixed(1, "P1D", {"headers": {"X-Big": "1"}})], lambda r: rows(1))


@scenario
def an_unlimited_policy_comes_first():
    free = {"type": "UnlimitedCallRatePolicy", "matchers": [{"url_path_pattern": "items"}]}
    return limited([free, fixed(1, "P1D")], lambda r: rows(1))


@scenario
def a_heavy_request():
    heavy = {"url_path_pattern": "/items", "method": "get", "weight": 2}
    return limited([moving((4, "PT0.5S"), matchers=[heavy])], Window(2, 0.5), count=6)


@scenario
def a_request_too_heavy_for_its_limit():
    made = limited([moving((1, "PT1S"), matchers=[{"weight": 2}])], lambda r: rows(1), count=1)
    made.asks_nothing = True
    return made


@scenario
def no_policies():
    return limited([], lambda r: rows(1))


@scenario
def an_answer_tells_the_end_of_the_window():
    """The header names a time that has passed: the window is whole again at once."""
    return limited(
        [fixed(2, "PT1S")],
        lambda r: (200, '[{"id": 1}]', {"X-Reset": str(int(time.time()) - 5)}),
        ratelimit_reset_header="X-Reset",
    )


@scenario
def no_calls_are_left_until_a_moment():
    """A 429 with the time of the reset: what follows waits for it."""
    seen = {"until": 0.0}

    def serve(r):
        if r.query["kind"] == "0" and r.count == 1:
            seen["until"] = int(time.time()) + 2
            return 429, "used up", {"X-Reset": str(int(seen["until"]))}
        return rows(1) if time.time() >= seen["until"] else (400, "too soon")

    handler = {
        "type": "DefaultErrorHandler",
        "max_retries": 3,
        "backoff_strategies": [
            {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01}
        ],
    }
    made = stream(
        request=requester(error_handler=handler),
        router=lists(["0"]),
        page=paginator({"type": "PageIncrement", "page_size": 1}, "page", "size"),
    )
    del made["retriever"]["paginator"]
    budget = {
        "type": "HTTPAPIBudget",
        "policies": [fixed(5, "PT1H")],
        "ratelimit_reset_header": "X-Reset",
        "status_codes_for_ratelimit_hit": [429],
    }
    return Scenario(source(made, api_budget=budget), serve)


@scenario
def answers_that_are_kept_are_no_calls():
    """Four children ask for one parent page; the page counts once."""
    parent = stream("parents", request=requester("/parents"))

    def child(name):
        router = {
            "type": "SubstreamPartitionRouter",
            "parent_stream_configs": [
                {
                    "type": "ParentStreamConfig",
                    "stream": parent,
                    "parent_key": "id",
                    "partition_field": "parent",
                    "request_option": option("parent"),
                }
            ],
        }
        return stream(name, request=requester(f"/{name}"), router=router)

    names = ["a", "b"]
    made = Scenario(
        source(
            *[child(name) for name in names],
            api_budget={
                "type": "HTTPAPIBudget",
                "policies": [fixed(1, "P1D", {"url_path_pattern": "/parents"})],
            },
        ),
        lambda r: rows(2),
        names,
    )
    made.asks_once = True
    return made
