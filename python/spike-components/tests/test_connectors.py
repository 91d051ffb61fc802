"""Both manifests through airbyte-cdk's command line, against the simulator."""

from collections import Counter

import pytest
from conftest import STREAMS

pytestmark = pytest.mark.simulator

PLATFORMS = ["cellxpert", "mexos"]
DAYS = ["2026-01-28", "2026-01-29", "2026-01-30"]
MAIN = {"cellxpert": "RegistrationReportStream", "mexos": "DynamicVariablesReportStream"}


def per_day(run, stream):
    rows = [record["data"] for record in run.records if record["stream"] == stream]
    return Counter(row["date"] for row in rows)


def truth(simulator, platform, account, stream, days=DAYS):
    counts = {day: simulator.truth(platform, account, stream, day) for day in days}
    return {day: rows for day, rows in counts.items() if rows > 0}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_check_succeeds(simulator, cdk, platform):
    status = cdk.check(platform, simulator.config(platform, "acme"))
    assert status["status"] == "SUCCEEDED", status


@pytest.mark.parametrize("platform", PLATFORMS)
def test_discover_lists_every_stream_with_its_cursor(simulator, cdk, platform):
    run = cdk.run("discover", platform, simulator.config(platform, "acme"))
    streams = run.of("CATALOG")[0]["catalog"]["streams"]
    assert [stream["name"] for stream in streams] == STREAMS[platform]
    assert all(stream["default_cursor_field"] == ["date"] for stream in streams)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_stream_has_exactly_the_rows_of_every_day(simulator, cdk, platform):
    run = cdk.read(platform, simulator.config(platform, "acme"))
    assert run.status == 0, run.text
    for stream in STREAMS[platform]:
        expected = truth(simulator, platform, "acme", stream)
        assert expected and per_day(run, stream) == expected
    for record in run.records:
        assert set(record["data"]) == {"data", "date", "tracker_login_id"}
        assert record["data"]["tracker_login_id"] == "4711"
    assert all(status == "COMPLETE" for status in run.stream_statuses.values())
    days = [request["query"].get("fromdate") for request in simulator.requests()]
    if platform == "cellxpert":
        assert Counter(days) == {day: len(STREAMS[platform]) for day in DAYS}


def test_cellxpert_rows_keep_the_platforms_names_and_both_lead_columns(simulator, cdk):
    run = cdk.read("cellxpert", simulator.config("cellxpert", "acme"))
    row = {record["stream"]: record["data"]["data"] for record in run.records}
    assert {"User_ID", "Registration_Date", "afp"} <= set(row["RegistrationReportStream"])
    assert {"userId", "Brand", "Net_Deposits"} <= set(row["DynamicVariablesReportStream"])
    assert {"Leads", "Leads_2", "FTD"} <= set(row["MediaReportStream"])
    assert {"id", "CommissionType", "Commission", "created"} == set(row["CommissionReportStream"]) - {
        "TraderId",
        "afp",
        "TrackingCode",
    }
    amounts = [
        float(record["data"]["data"]["Commission"])
        for record in run.records
        if record["stream"] == "CommissionReportStream"
    ]
    assert min(amounts) < 0 < max(amounts)


def test_mexos_streams_reconcile_and_pages_are_whole(simulator, cdk):
    simulator.control(accounts=[{"platform": "mexos", "account": "big", "scale": 30}])
    config = simulator.config("mexos", "big", start_date="2026-01-30")
    run = cdk.read("mexos", config)
    assert run.status == 0, run.text
    rows = {stream: [] for stream in STREAMS["mexos"]}
    for record in run.records:
        rows[record["stream"]].append(record["data"]["data"])
    details, (total,) = rows["DynamicVariablesReportStream"], rows["DailyReportStream"]
    assert len(details) == simulator.truth("mexos", "big", MAIN["mexos"], "2026-01-30") > 1000
    assert sum(row["Unique Clicks"] for row in details) == total["Unique Clicks"]
    assert sum(row["Casino RFD Cnt"] for row in details) == total["Casino RFD Cnt"]
    assert len({row["Var 1"] for row in details}) == len(details)


def test_mexos_logs_in_once_for_all_days_and_threads_of_a_stream(simulator, cdk):
    config = simulator.config("mexos", "acme", num_workers=8)
    cdk.read("mexos", config, [MAIN["mexos"]])
    streams = Counter(request["stream"] for request in simulator.requests())
    assert streams == {"login": 1, "trackLogin": 1, MAIN["mexos"]: len(DAYS)}


def test_the_older_query_authentication_works(simulator, cdk):
    config = simulator.config("cellxpert", "acme", auth_style="query")
    run = cdk.read("cellxpert", config, [MAIN["cellxpert"]])
    assert run.status == 0 and run.records, run.text
    request = simulator.requests()[0]
    assert "api_password" in request["query"] and "x-api-key" not in request["headers"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_gateway_gets_the_request_and_the_operators_host(simulator, cdk, platform):
    gone = f"https://operator.example/{platform}/acme"
    config = simulator.config(platform, "acme", base_url=gone, gateway=simulator.url)
    run = cdk.read(platform, config, [MAIN[platform]])
    assert run.status == 0 and run.records, run.text
    hosts = {request["headers"]["Host"] for request in simulator.requests()}
    assert hosts == {"operator.example"}


# ---- no false success


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_key_fails_check_and_read(simulator, cdk, platform):
    wrong = {"cellxpert": {"api_key": "not-the-key"}, "mexos": {"password": "not-the-password"}}
    config = simulator.config(platform, "acme", **wrong[platform])
    status = cdk.check(platform, config)
    assert status["status"] == "FAILED"
    assert "key" in status["message"] or "password" in status["message"]
    run = cdk.read(platform, config)
    assert run.status == 1 and not run.records
    assert run.errors[0]["failure_type"] == "config_error", run.errors
    assert set(run.stream_statuses.values()) == {"INCOMPLETE"}


@pytest.mark.parametrize(
    "platform, stream, fault, failure",
    [
        ("cellxpert", "RegistrationReportStream", "ip_blocked", "config_error"),
        ("cellxpert", "MediaReportStream", "ip_blocked", "config_error"),
        ("cellxpert", "CommissionReportStream", "html_page", "config_error"),
        ("cellxpert", "DynamicVariablesReportStream", "unknown_body", "system_error"),
        ("cellxpert", "RegistrationReportStream", "bad_json", "system_error"),
        ("cellxpert", "MediaReportStream", "bad_xml", "system_error"),
        ("mexos", "DynamicVariablesReportStream", "ip_blocked", "config_error"),
        ("mexos", "DynamicVariablesReportStream", "html_page", "config_error"),
        ("mexos", "DynamicVariablesReportStream", "unknown_body", "system_error"),
        ("mexos", "DynamicVariablesReportStream", "bad_json", "system_error"),
    ],
)
def test_an_answer_that_is_no_report_fails_the_stream(
    simulator, cdk, platform, stream, fault, failure
):
    simulator.faults(platform, "acme", {"fault": fault, "stream": stream, "day_from": DAYS[1]})
    run = cdk.read(platform, simulator.config(platform, "acme"), [stream])
    assert run.status == 1
    assert run.stream_statuses[stream] == "INCOMPLETE"
    assert run.errors[0]["failure_type"] == failure, run.errors
    assert set(per_day(run, stream)) <= {DAYS[0]}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", ["empty", "silent_empty"])
def test_a_day_without_rows_is_a_success_when_it_is_proven(simulator, cdk, platform, fault):
    simulator.faults(platform, "acme", {"fault": fault, "day_from": DAYS[1], "day_to": DAYS[1]})
    run = cdk.read(platform, simulator.config(platform, "acme"))
    assert run.status == 0, run.text
    for stream in STREAMS[platform]:
        others = truth(simulator, platform, "acme", stream, [DAYS[0], DAYS[2]])
        assert per_day(run, stream) == others


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "http_429", "retry_after": 1},
        {"fault": "http_500"},
        {"fault": "truncated"},
        {"fault": "reset"},
    ],
    ids=lambda fault: fault["fault"],
)
def test_a_passing_fault_is_survived_without_loss(simulator, cdk, platform, fault):
    stream = MAIN[platform]
    simulator.faults(platform, "acme", {**fault, "stream": stream, "after": 1, "count": 1})
    run = cdk.read(platform, simulator.config(platform, "acme"), [stream])
    assert run.status == 0, run.text
    assert per_day(run, stream) == truth(simulator, platform, "acme", stream)


def test_a_session_that_ends_in_the_middle_is_renewed(simulator, cdk):
    stream = MAIN["mexos"]
    fault = {"fault": "token_expiry", "stream": stream, "after": 1, "count": 1}
    simulator.faults("mexos", "acme", fault)
    run = cdk.read("mexos", simulator.config("mexos", "acme"), [stream])
    assert run.status == 0, run.text
    assert per_day(run, stream) == truth(simulator, "mexos", "acme", stream)
    assert Counter(request["stream"] for request in simulator.requests())["login"] == 2


@pytest.mark.parametrize("platform", PLATFORMS)
def test_columns_that_drift_come_through(simulator, cdk, platform):
    simulator.faults(platform, "acme", {"fault": "drift"})
    run = cdk.read(platform, simulator.config(platform, "acme"), [MAIN[platform]])
    assert run.status == 0, run.text
    row = run.records[0]["data"]["data"]
    assert {"Loyalty_Points", "Loyalty Points"} & set(row)
    assert {"NetDeposits", "Casino Wins"} & set(row)


# ---- days


def test_the_next_run_reads_the_last_days_again_and_sees_the_restatement(simulator, cdk):
    stream = MAIN["cellxpert"]
    first = cdk.read("cellxpert", simulator.config("cellxpert", "acme"), [stream])
    simulator.control(now="2026-02-01T06:00:00Z")
    simulator.call("DELETE", "/_control/requests")
    config = simulator.config("cellxpert", "acme", end_date="2026-01-31")
    second = cdk.read("cellxpert", config, [stream], state=[first_state(first)])
    asked = sorted({request["query"]["fromdate"] for request in simulator.requests()})
    assert asked == ["2026-01-28", "2026-01-29", "2026-01-30", "2026-01-31"]
    assert data_of(first, DAYS[0]) != data_of(second, DAYS[0])


def first_state(run):
    return {"type": "STREAM", "stream": run.states[-1]["stream"]}


def data_of(run, day):
    rows = [record["data"]["data"] for record in run.records if record["data"]["date"] == day]
    return sorted(rows, key=lambda row: row["User_ID"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_recovery_reads_just_the_named_days_and_moves_no_cursor(simulator, cdk, platform):
    named = ["2026-01-05", "2026-01-17"]
    config = simulator.config(platform, "acme", recovery_dates=",".join(named))
    run = cdk.read(platform, config)
    assert run.status == 0, run.text
    for stream in STREAMS[platform]:
        assert per_day(run, stream) == truth(simulator, platform, "acme", stream, named)
    assert all("date" not in state["stream"]["stream_state"] for state in run.states)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_day_in_the_future_is_refused(simulator, cdk, platform):
    config = simulator.config(platform, "acme", start_date="2026-01-31", end_date="2026-02-01")
    run = cdk.read(platform, config, [MAIN[platform]])
    assert run.status == 1 and run.stream_statuses[MAIN[platform]] == "INCOMPLETE"
