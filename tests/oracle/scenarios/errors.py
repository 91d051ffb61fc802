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


def filters(*rules, **extra):
    made = [{"type": "HttpResponseFilter", **rule} for rule in rules]
    return {"type": "DefaultErrorHandler", "response_filters": made, **extra}


def refuse_with(status, body="no"):
    return lambda r: (status, body)


def status_then_rows(status, body="", headers=None):
    return lambda r: (status, body, headers or {}) if r.count == 1 else rows(2)


@scenario
def unexpected_statuses_are_tried_again():
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 1, "backoff_strategies": backoff()},
        status_then_rows(418),
    )


@scenario
def an_unexpected_status_that_stays():
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 1, "backoff_strategies": backoff()},
        lambda r: (418, "short and stout"),
    )


@scenario
def a_filter_without_an_action_matches_nothing():
    return handled(filters({"http_codes": [400], "failure_type": "config_error"}), refuse_with(400))


@scenario
def failure_type_of_a_filter():
    rule = {"http_codes": [404], "action": "FAIL", "failure_type": "transient_error"}
    return handled(filters(rule), refuse)


@scenario
def failure_type_counts_for_fail_only():
    rule = {"http_codes": [404], "action": "RETRY", "failure_type": "config_error"}
    return handled(
        filters(rule, max_retries=1, backoff_strategies=backoff()),
        refuse,
    )


@scenario
def a_filter_makes_a_failure_of_200():
    rule = {
        "predicate": "{{ 'error' in response }}",
        "action": "FAIL",
        "failure_type": "config_error",
        "error_message": "told: {{ response.error }}",
    }
    return handled(filters(rule), lambda r: {"error": "bad key"})


@scenario
def a_filter_makes_a_success_of_400():
    return handled(
        filters({"http_codes": [400], "action": "SUCCESS"}), refuse_with(400, '[{"id": 1}]')
    )


@scenario
def what_is_ignored_with_200_is_read_all_the_same():
    rule = {"predicate": "{{ headers['X-Skip'] == '1' }}", "action": "IGNORE"}
    return handled(filters(rule), lambda r: (200, '[{"id": 1}]', {"X-Skip": "1"}))


@scenario
def a_predicate_sees_no_config():
    return Scenario(
        source(
            stream(
                request=requester(
                    error_handler=filters(
                        {"predicate": "{{ config['flag'] == 'on' }}", "action": "IGNORE"}
                    )
                )
            )
        ),
        refuse,
        config={"flag": "on"},
    )


@scenario
def the_first_filter_that_matches_decides():
    return handled(
        filters(
            {"http_codes": [403], "action": "IGNORE"},
            {"http_codes": [403], "action": "FAIL"},
        ),
        refuse_with(403),
    )


@scenario
def a_message_in_a_list_of_errors():
    return handled(
        filters({"error_message_contains": "one, two", "action": "IGNORE"}),
        refuse_with(400, '{"errors": [{"detail": "one"}, {"msg": "two"}]}'),
    )


@scenario
def a_message_that_is_no_json():
    return handled(
        filters({"error_message_contains": "broken", "action": "IGNORE"}),
        refuse_with(400, "it is broken"),
    )


@scenario
def a_rate_limit_without_a_time():
    return handled({"type": "DefaultErrorHandler"}, status_then_rows(429))


@scenario
def a_rate_limit_that_stays():
    return handled({"type": "DefaultErrorHandler", "max_retries": 1}, refuse_with(429))


@scenario
def a_rate_limit_by_a_filter():
    return handled(
        filters({"http_codes": [403], "action": "RATE_LIMITED"}, max_retries=1), refuse_with(403)
    )


@scenario
def a_limit_and_a_failure_count_their_own_tries():
    turns = [429, 503, 429, 503, 200]

    def serve(r):
        status = turns[r.count - 1]
        return rows(1) if status == 200 else (status, "not now", {"Retry-After": "0.01"})

    wait = [
        {"type": "WaitTimeFromHeader", "header": "Nowhere"},
        {"type": "WaitTimeFromHeader", "header": "Retry-After"},
    ]
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 4, "backoff_strategies": wait}, serve
    )


@scenario
def told_waits_start_anew_after_a_failure():
    turns = [429, 503, 429, 200]

    def serve(r):
        status = turns[r.count - 1]
        if status == 200:
            return rows(1)
        return (status, "not now", {"Retry-After": "0.01"} if status == 429 else {})

    wait = [{"type": "WaitTimeFromHeader", "header": "Retry-After"}]
    return handled(
        {"type": "DefaultErrorHandler", "max_retries": 1, "backoff_strategies": wait}, serve
    )


@scenario
def no_retries_at_all():
    return handled({"type": "DefaultErrorHandler", "max_retries": 0}, refuse_with(500))


@scenario
def retries_by_the_config():
    handler = {
        "type": "DefaultErrorHandler",
        "max_retries": "{{ config['tries'] }}",
        "backoff_strategies": backoff(),
    }
    return Scenario(
        source(stream(request=requester(error_handler=handler))),
        refuse_with(500),
        config={"tries": 2},
    )


@scenario
def a_wait_longer_than_allowed():
    wait = [
        {
            "type": "WaitTimeFromHeader",
            "header": "Retry-After",
            "max_waiting_time_in_seconds": 5,
        }
    ]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        lambda r: (429, "slow", {"Retry-After": "5"}),
    )


@scenario
def a_wait_by_a_pattern():
    wait = [{"type": "WaitTimeFromHeader", "header": "X-Wait", "regex": "[.\\d]+"}]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        status_then_rows(503, "slow", {"X-Wait": "0.1;burst=7"}),
    )


@scenario
def a_wait_until_a_time_long_ago():
    wait = [
        {"type": "WaitUntilTimeFromHeader", "header": "X-Reset"},
        {"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 0.01},
    ]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        status_then_rows(503, "slow", {"X-Reset": "1000"}),
    )


@scenario
def a_wait_until_far_away():
    wait = [
        {
            "type": "WaitUntilTimeFromHeader",
            "header": "X-Reset",
            "min_wait": "{{ config['least'] }}",
            "max_waiting_time_in_seconds": "60",
        }
    ]
    handler = {"type": "DefaultErrorHandler", "backoff_strategies": wait}
    return Scenario(
        source(stream(request=requester(error_handler=handler))),
        lambda r: (503, "slow", {"X-Reset": "4000000000"}),
        config={"least": 1},
    )


@scenario
def a_wait_in_the_body():
    wait = [{"type": "WaitTimeFromResponse", "wait_time_in_seconds": "{{ response.after }}"}]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        status_then_rows(503, '{"after": 0.01}'),
    )


@scenario
def a_wait_in_the_body_that_is_too_long():
    wait = [
        {
            "type": "WaitTimeFromResponse",
            "wait_time_in_seconds": "{{ response.after }}",
            "max_waiting_time_in_seconds": "{{ config['most'] }}",
        }
    ]
    handler = {"type": "DefaultErrorHandler", "backoff_strategies": wait}
    return Scenario(
        source(stream(request=requester(error_handler=handler))),
        refuse_with(429, '{"after": 30}'),
        config={"most": 10},
    )


@scenario
def a_body_of_another_shape_leaves_the_wait_to_the_next():
    wait = [
        {"type": "WaitTimeFromResponse", "wait_time_in_seconds": "{{ response.error.after + 1 }}"},
        {
            "type": "ConstantBackoffStrategy",
            "backoff_time_in_seconds": 0.01,
            "jitter_range_in_seconds": 0.01,
        },
    ]
    turns = ["[1, 2]", '{"error": "text"}', "no JSON"]
    return handled(
        {"type": "DefaultErrorHandler", "backoff_strategies": wait},
        lambda r: (503, turns[r.count - 1]) if r.count <= len(turns) else rows(1),
    )


@scenario
def a_composite_takes_its_waits_from_all_handlers():
    handler = {
        "type": "CompositeErrorHandler",
        "error_handlers": [
            filters({"http_codes": [409], "action": "RETRY"}, max_retries=2),
            filters(
                {"http_codes": [409], "action": "FAIL"}, max_retries=7, backoff_strategies=backoff()
            ),
        ],
    }
    return handled(handler, refuse_with(409))


@scenario
def a_composite_of_composites():
    inner = {
        "type": "CompositeErrorHandler",
        "error_handlers": [
            filters({"http_codes": [402], "action": "FAIL"}),
            filters({"http_codes": [404], "action": "FAIL", "failure_type": "config_error"}),
        ],
    }
    handler = {
        "type": "CompositeErrorHandler",
        "error_handlers": [inner, filters({"http_codes": [400], "action": "IGNORE"})],
    }
    return handled(handler, refuse)


@scenario
def a_refresh_that_the_authenticator_cannot_do():
    rule = {"http_codes": [401], "action": "REFRESH_TOKEN_THEN_RETRY"}
    handler = filters(rule, max_retries=2, backoff_strategies=backoff())
    return Scenario(
        source(
            stream(
                request=requester(
                    error_handler=handler,
                    authenticator={"type": "BearerAuthenticator", "api_token": "t"},
                )
            )
        ),
        status_then_rows(401),
    )
