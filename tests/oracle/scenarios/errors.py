"""Errors and retries."""

from scenarios.parts import Scenario, refuse, requester, rows, scenario, selector, source, stream


def handled(handler, serve, **extra):
    return Scenario(source(stream(request=requester(error_handler=handler), **extra)), serve)


def backoff(seconds=0.01):
    return [{"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": seconds}]


@scenario
def server_errors_are_tried_again():
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 2, "backoff_strategies": backoff()},
        lambda r: (503, "later") if r.count == 1 else rows(2),
    )


@scenario
def retries_run_out():
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 1, "backoff_strategies": backoff()},
        lambda r: (500, "broken"),
    )


@scenario
def not_found_is_ignored():
    rule = {"type": "HttpResponseFilter", "http_codes": [404], "action": "IGNORE"}
    return handled({"type": "DefaultErrorHandler", "response_filters": [rule]}, refuse)


@scenario
def not_found_fails():
    return Scenario(
        source(stream(), stream("others")),
        lambda r: refuse(r) if r.path == "/items" else rows(1),
        ["items", "others"],
    )


@scenario
def an_error_in_a_body_of_200_is_tried_again():
    rule = {
        "type": "HttpResponseFilter",
        "predicate": "{{ response.error == 'busy' }}",
        "action": "RETRY",
    }
    return handled(
        {
            "type": "DefaultErrorHandler",
            "response_filters": [rule],
            "backoff_strategies": backoff(),
        },
        lambda r: {"error": "busy"} if r.count == 1 else {"rows": rows(1)},
        select=selector("rows"),
    )


@scenario
def composite_handler_takes_the_first_that_knows():
    def rule(**match):
        return {
            "type": "DefaultErrorHandler",
            "response_filters": [{"type": "HttpResponseFilter", **match}],
        }

    handler = {
        "type": "CompositeErrorHandler",
        "error_handlers": [
            rule(http_codes=[403], action="FAIL", error_message="not yours"),
            rule(error_message_contains="gone", action="IGNORE"),
        ],
    }
    return handled(handler, lambda r: (400, '{"message": "it is gone"}'))


@scenario
def wait_time_from_a_header():
    wait = [{"type": "WaitTimeFromHeader", "header": "Retry-After"}]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        lambda r: (429, "slow down", {"Retry-After": "0.1"}) if r.count == 1 else rows(1),
    )
