"""Both manifests through the command line of each engine, against the simulator."""

import json
from collections import Counter

import pytest
import yaml
from conftest import ROOT, STREAMS, Engine, find_program

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
def test_check_succeeds(simulator, engine, platform):
    status = engine.check(platform, simulator.config(platform, "acme"))
    assert status["status"] == "SUCCEEDED", status


@pytest.mark.parametrize("platform", PLATFORMS)
def test_discover_lists_every_stream_with_its_cursor(simulator, engine, platform):
    run = engine.run("discover", platform, simulator.config(platform, "acme"))
    streams = run.of("CATALOG")[0]["catalog"]["streams"]
    assert [stream["name"] for stream in streams] == STREAMS[platform]
    assert all(stream["default_cursor_field"] == ["date"] for stream in streams)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_stream_has_exactly_the_rows_of_every_day(simulator, engine, platform):
    run = engine.read(platform, simulator.config(platform, "acme"))
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


def test_cellxpert_rows_keep_the_platforms_names_and_both_lead_columns(simulator, engine):
    run = engine.read("cellxpert", simulator.config("cellxpert", "acme"))
    row = {record["stream"]: record["data"]["data"] for record in run.records}
    assert {"User_ID", "Registration_Date", "afp"} <= set(row["RegistrationReportStream"])
    assert {"userId", "Brand", "Net_Deposits"} <= set(row["DynamicVariablesReportStream"])
    assert {"Leads", "Leads_2", "FTD"} <= set(row["MediaReportStream"])
    assert {"id", "CommissionType", "Commission", "created"} <= set(row["CommissionReportStream"])
    amounts = [
        float(record["data"]["data"]["Commission"])
        for record in run.records
        if record["stream"] == "CommissionReportStream"
    ]
    assert min(amounts) < 0 < max(amounts)


def test_mexos_streams_reconcile_and_pages_are_whole(simulator, engine):
    simulator.control(accounts=[{"platform": "mexos", "account": "big", "scale": 30}])
    config = simulator.config("mexos", "big", start_date="2026-01-30")
    run = engine.read("mexos", config)
    assert run.status == 0, run.text
    rows = {stream: [] for stream in STREAMS["mexos"]}
    for record in run.records:
        rows[record["stream"]].append(record["data"]["data"])
    details, (total,) = rows["DynamicVariablesReportStream"], rows["DailyReportStream"]
    assert len(details) == simulator.truth("mexos", "big", MAIN["mexos"], "2026-01-30") > 1000
    assert sum(row["Unique Clicks"] for row in details) == total["Unique Clicks"]
    assert sum(row["Casino RFD Cnt"] for row in details) == total["Casino RFD Cnt"]
    assert len({row["Var 1"] for row in details}) == len(details)


def test_mexos_logs_in_once_for_all_days_and_threads_of_a_stream(simulator, engine):
    config = simulator.config("mexos", "acme", num_workers=8)
    engine.read("mexos", config, [MAIN["mexos"]])
    streams = Counter(request["stream"] for request in simulator.requests())
    assert streams == {"login": 1, "trackLogin": 1, MAIN["mexos"]: len(DAYS)}


def test_the_older_query_authentication_works(simulator, engine):
    config = simulator.config("cellxpert", "acme", auth_style="query")
    run = engine.read("cellxpert", config, [MAIN["cellxpert"]])
    assert run.status == 0 and run.records, run.text
    request = simulator.requests()[0]
    assert "api_password" in request["query"] and "x-api-key" not in request["headers"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_gateway_gets_the_request_and_the_operators_host(simulator, engine, platform):
    gone = f"https://operator.example/{platform}/acme"
    config = simulator.config(platform, "acme", base_url=gone, gateway=simulator.url)
    run = engine.read(platform, config, [MAIN[platform]])
    assert run.status == 0 and run.records, run.text
    hosts = {request["headers"]["Host"] for request in simulator.requests()}
    assert hosts == {"operator.example"}


# ---- no false success


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_key_fails_check_and_read(simulator, engine, platform):
    wrong = {"cellxpert": {"api_key": "not-the-key"}, "mexos": {"password": "not-the-password"}}
    config = simulator.config(platform, "acme", **wrong[platform])
    status = engine.check(platform, config)
    assert status["status"] == "FAILED"
    assert "key" in status["message"] or "password" in status["message"]
    run = engine.read(platform, config)
    assert run.status != 0 and not run.records
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
    simulator, engine, platform, stream, fault, failure
):
    simulator.faults(platform, "acme", {"fault": fault, "stream": stream, "day_from": DAYS[1]})
    run = engine.read(platform, simulator.config(platform, "acme"), [stream])
    assert run.status != 0
    assert run.stream_statuses[stream] == "INCOMPLETE"
    assert run.errors[0]["failure_type"] == failure, run.errors
    assert set(per_day(run, stream)) <= {DAYS[0]}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", ["empty", "silent_empty"])
def test_a_day_without_rows_is_a_success_when_it_is_proven(simulator, engine, platform, fault):
    simulator.faults(platform, "acme", {"fault": fault, "day_from": DAYS[1], "day_to": DAYS[1]})
    run = engine.read(platform, simulator.config(platform, "acme"))
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
def test_a_passing_fault_is_survived_without_loss(simulator, engine, platform, fault):
    stream = MAIN[platform]
    simulator.faults(platform, "acme", {**fault, "stream": stream, "after": 1, "count": 1})
    run = engine.read(platform, simulator.config(platform, "acme"), [stream])
    assert run.status == 0, run.text
    assert per_day(run, stream) == truth(simulator, platform, "acme", stream)


def test_a_session_that_ends_in_the_middle_is_renewed(simulator, engine):
    stream = MAIN["mexos"]
    fault = {"fault": "token_expiry", "stream": stream, "after": 1, "count": 1}
    simulator.faults("mexos", "acme", fault)
    run = engine.read("mexos", simulator.config("mexos", "acme"), [stream])
    assert run.status == 0, run.text
    assert per_day(run, stream) == truth(simulator, "mexos", "acme", stream)
    assert Counter(request["stream"] for request in simulator.requests())["login"] == 2


@pytest.mark.parametrize("platform", PLATFORMS)
def test_columns_that_drift_come_through(simulator, engine, platform):
    simulator.faults(platform, "acme", {"fault": "drift"})
    run = engine.read(platform, simulator.config(platform, "acme"), [MAIN[platform]])
    assert run.status == 0, run.text
    row = run.records[0]["data"]["data"]
    assert {"Loyalty_Points", "Loyalty Points"} & set(row)
    assert {"NetDeposits", "Casino Wins"} & set(row)


# ---- days


def test_the_next_run_reads_the_last_days_again_and_sees_the_restatement(simulator, engine):
    stream = MAIN["cellxpert"]
    simulator.control(accounts=[{"platform": "cellxpert", "account": "big", "scale": 20}])
    first = engine.read("cellxpert", simulator.config("cellxpert", "big"), [stream])
    simulator.control(now="2026-02-01T06:00:00Z")
    simulator.call("DELETE", "/_control/requests")
    config = simulator.config("cellxpert", "big", end_date="2026-01-31")
    second = engine.read("cellxpert", config, [stream], state=[first_state(first)])
    asked = sorted({request["query"]["fromdate"] for request in simulator.requests()})
    assert asked == ["2026-01-28", "2026-01-29", "2026-01-30", "2026-01-31"]
    assert data_of(first, DAYS[0]) == data_of(second, DAYS[0])  # final since the third day
    assert data_of(first, DAYS[1]) != data_of(second, DAYS[1])


def first_state(run):
    return {"type": "STREAM", "stream": run.states[-1]["stream"]}


def data_of(run, day):
    rows = [record["data"]["data"] for record in run.records if record["data"]["date"] == day]
    return sorted(rows, key=lambda row: row["User_ID"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_recovery_reads_just_the_named_days_and_moves_no_cursor(simulator, engine, platform):
    named = ["2026-01-05", "2026-01-17"]
    config = simulator.config(platform, "acme", recovery_dates=",".join(named))
    run = engine.read(platform, config)
    assert run.status == 0, run.text
    for stream in STREAMS[platform]:
        assert per_day(run, stream) == truth(simulator, platform, "acme", stream, named)
    assert all("date" not in state["stream"]["stream_state"] for state in run.states)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_day_in_the_future_is_refused(simulator, engine, platform):
    config = simulator.config(platform, "acme", start_date="2026-01-31", end_date="2026-02-01")
    run = engine.read(platform, config, [MAIN[platform]])
    assert run.status != 0 and run.stream_statuses[MAIN[platform]] == "INCOMPLETE"


# ---- what the components are for, and that both engines agree


def strip_components(node):
    """The manifest as it would be with the CDK's own parts alone."""
    if isinstance(node, list):
        return [strip_components(item) for item in node]
    if not isinstance(node, dict):
        return node
    kind = node.get("class_name", "").rpartition(".")[2]
    if kind == "BodyRuleErrorHandler":
        return {"type": "DefaultErrorHandler"}
    if kind == "JsonRecordExtractor":
        return {"type": "DpathExtractor", "field_path": node["record_path"]}
    return {key: strip_components(value) for key, value in node.items()}


def test_without_the_components_a_wrong_key_is_a_green_run(simulator, cdk, tmp_path):
    manifest = yaml.safe_load((ROOT / "connectors/cellxpert/manifest.yaml").read_text())
    stock = tmp_path / "stock.yaml"
    stock.write_text(yaml.safe_dump(strip_components(manifest), sort_keys=False))
    config = simulator.config("cellxpert", "acme", api_key="not-the-key")
    assert cdk.check("cellxpert", config, stock)["status"] == "SUCCEEDED"
    run = cdk.read("cellxpert", config, [MAIN["cellxpert"]], manifest=stock)
    assert (run.status, run.records, run.errors) == (0, [], [])


def same_json(text):
    return json.dumps(json.loads(text)) if text else ""


def seen(simulator, name, tmp_path, platform):
    """Everything an outsider can compare: records, last states, statuses, requests."""
    simulator.call("DELETE", "/_control/requests")
    folder = tmp_path / name
    folder.mkdir()
    run = Engine(name, folder).read(platform, simulator.config(platform, "acme"))
    assert run.status == 0, run.text
    records = sorted(json.dumps([r["stream"], r["data"]], sort_keys=True) for r in run.records)
    states = {s["stream"]["stream_descriptor"]["name"]: s["stream"] for s in run.states}
    requests = Counter(
        (r["method"], r["path"], json.dumps(r["query"]), same_json(r["body"]))
        for r in simulator.requests()
        if "ogin" not in r["stream"]
    )
    return records, states, run.stream_statuses, requests


@pytest.mark.parametrize("platform", PLATFORMS)
def test_both_engines_do_the_same(simulator, tmp_path, platform):
    if find_program("SPIKE", "spike") is None:
        pytest.skip("no engine: run 'make build', or set SPIKE")
    expected = seen(simulator, "cdk", tmp_path, platform)
    assert seen(simulator, "spike", tmp_path, platform) == expected
