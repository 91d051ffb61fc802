"""The simulator from outside, over HTTP. Needs Python and pytest only.

SPIKE_SIMULATOR names the program; without it, build/spike-simulator; skipped, visibly, without one.
"""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("SPIKE_SIMULATOR", ROOT / "build/spike-simulator"))
NOW = "2026-01-31T06:00:00Z"
KEY = {"affiliateid": "1001", "x-api-key": "key-acme"}
REPORTS = {
    "registrations": "command=registrations&json=1",
    "fdd": "command=registrations&daterange=fdd&json=1",
    "update": "command=registrations&daterange=update",
    "activity": "command=activityreport&DateFormat=day&daterange=dd&json=1",
    "media": "command=mediareport&Day=1&Brand=1&TrackingCode=1",
    "commissions": "command=commissions",
}

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"no simulator at {PROGRAM}")


class Simulator:
    def __init__(self, folder, *options):
        port_file = folder / "port"
        self.process = subprocess.Popen([PROGRAM, "--port-file", port_file, *options])
        deadline = time.monotonic() + 20
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        self.port = int(port_file.read_text())

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def control(self, **scenario):
        status, _, text = self.send("POST", "/_control", json.dumps(scenario))
        assert status == 200, text

    def faults(self, platform, *faults, account="acme"):
        self.control(accounts=[{"platform": platform, "account": account, "faults": faults}])

    def report(self, query, day="2026-01-29", until=None, account="acme", headers=None):
        path = f"/cellxpert/{account}/api/?{query}&fromdate={day}&todate={until or day}"
        key = {"affiliateid": "1001", "x-api-key": f"key-{account}"}
        return self.send("GET", path, headers=key if headers is None else headers)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    simulator = Simulator(tmp_path_factory.mktemp("simulator"), "--now", NOW)
    yield simulator
    assert simulator.stop() == 0


@pytest.fixture
def simulator(server):
    server.control(now=NOW, reset_faults=True, token_seconds=1800)
    server.send("DELETE", "/_control/requests")
    return server


# ---- data


@pytest.mark.parametrize("report", REPORTS)
def test_the_same_seed_account_day_and_clock_give_the_same_bytes(simulator, tmp_path, report):
    twin = Simulator(tmp_path, "--now", NOW, "--seed", "1")
    assert simulator.report(REPORTS[report])[2] == twin.report(REPORTS[report])[2]
    assert twin.stop() == 0


def test_another_seed_and_another_account_give_other_data(simulator, tmp_path):
    twin = Simulator(tmp_path, "--now", NOW, "--seed", "2")
    bodies = {
        simulator.report(REPORTS["activity"])[2],
        simulator.report(REPORTS["activity"], account="other")[2],
        twin.report(REPORTS["activity"])[2],
    }
    assert len(bodies) == 3
    assert twin.stop() == 0


LATER = ["02-01T06:00", "02-02T06:00", "02-03T06:00", "02-20T06:00"]


@pytest.mark.parametrize("report", REPORTS)
def test_a_day_changes_at_the_next_day_and_at_the_third_and_then_no_more(simulator, report):
    simulator.control(accounts=[{"platform": "cellxpert", "account": "big", "scale": 20}])
    bodies = []
    for now in ["01-30T23:59", "01-31T06:00", "01-31T23:00", *LATER]:
        simulator.control(now=f"2026-{now}:00Z")
        bodies.append(simulator.report(REPORTS[report], "2026-01-30", account="big")[2])
    on_the_day, next_day, same_day_later, second, third, fourth, long_after = bodies
    assert on_the_day != next_day == same_day_later == second != third == fourth == long_after


def test_late_rows_arrive(simulator):
    counts = []
    for now in ["2026-01-30T12:00:00Z", "2026-01-31T06:00:00Z", "2026-02-02T06:00:00Z"]:
        simulator.control(
            now=now, accounts=[{"platform": "cellxpert", "account": "big", "scale": 20}]
        )
        body = simulator.report(REPORTS["registrations"], "2026-01-30", account="big")[2]
        counts.append(len(json.loads(body)["registrations"]))
    assert counts[0] < counts[1] < counts[2]


def test_a_period_is_the_sum_of_its_days(simulator):
    days = [f"2026-01-{day:02}" for day in range(10, 14)]
    parts = [json.loads(simulator.report(REPORTS["activity"], day)[2]) for day in days]
    whole = json.loads(simulator.report(REPORTS["activity"], days[0], days[-1])[2])
    assert whole["activityreport"] == sum((part["activityreport"] for part in parts), [])


def test_the_streams_of_one_day_agree(simulator):
    media = simulator.report("command=mediareport&Day=1")[2]
    ftd = json.loads(simulator.report(REPORTS["fdd"])[2])["registrations"]
    signups = json.loads(simulator.report(REPORTS["registrations"])[2])["registrations"]
    assert f"<FTD>{len(ftd)}</FTD>" in media
    assert media.count(f"<Leads>{len(signups)}</Leads>") == 2


# ---- Cellxpert's manners


@pytest.mark.parametrize(
    "query, day, until, text",
    [
        ("command=nonsense", "2026-01-29", None, "Bad Command"),
        ("command=mediareport", "2026-01-29", None, "Bad Command"),
        ("command=commissions", "2026-02-01", None, "Invalid date range"),
        ("command=commissions", "29.01.2026", None, "Invalid date range"),
        ("command=commissions", "2025-12-01", "2026-01-01", "limit the date range"),
    ],
)
def test_cellxpert_refuses_with_a_text_and_http_200(simulator, query, day, until, text):
    status, headers, body = simulator.report(query, day, until)
    assert (status, headers["Content-Type"]) == (200, "text/html")
    assert text in body


@pytest.mark.parametrize(
    "headers, query, accepted",
    [
        (KEY, "", True),
        ({}, "&api_username=1001&api_password=key-acme", True),
        ({}, "", False),
        ({**KEY, "x-api-key": "other"}, "", False),
        ({**KEY, "affiliateid": "7"}, "", False),
    ],
)
def test_cellxpert_takes_the_key_in_headers_or_in_the_query(simulator, headers, query, accepted):
    body = simulator.report(REPORTS["activity"] + query, headers=headers)[2]
    assert (body == "Bad Authentication Key") != accepted


def test_a_day_without_rows_is_an_empty_body_or_an_empty_list(simulator):
    simulator.control(accounts=[{"platform": "cellxpert", "account": "tiny", "scale": 1e-9}])
    assert simulator.report(REPORTS["activity"], account="tiny")[2] == "[]"
    assert simulator.report(REPORTS["commissions"], account="tiny")[2] == ""


# ---- Mexos' manners


def template():
    inputs = [
        {"name": name, "label": name, "type": "list", "required": False, "value": ""}
        for name in ["period", "currency", "product", "country", "profile", "report_by"]
    ]
    day = {"value": "2026-01-29"}
    inputs[0]["sublist"] = [{"value": ""}, dict(day), dict(day)]
    inputs[5]["value"] = "var1"
    return {
        "report": {
            "id": "1300",
            "campaignId": "77",
            "input": inputs,
            "output": [],
            "sc": {
                "offset": 0,
                "limit": 1000,
                "order": [{"ascending": True, "column": "1"}],
                "namedQuery": "",
            },
        }
    }


def log_in(simulator, track=True, password="password-acme"):
    basic = base64.b64encode(f"user-acme:{password}".encode()).decode()
    login = {"Authorization": f"Basic {basic}"}
    status, _, text = simulator.send("GET", "/mexos/acme/rest/login", headers=login)
    if status != 200:
        return status
    token = {"X-Auth-Token": json.loads(text)["data"]["value"]}
    if track:
        assert simulator.send("PUT", "/mexos/acme/rest/login/trackLogin", headers=token)[0] == 200
    return token


def run_report(simulator, token, body):
    status, _, text = simulator.send(
        "POST", "/mexos/acme/rest/reports/run/atOnce", json.dumps(body), token
    )
    return status, json.loads(text)


def test_mexos_wants_the_password_a_token_and_the_tracked_login(simulator):
    assert log_in(simulator, password="wrong") == 401
    assert run_report(simulator, {}, template())[0] == 401
    assert run_report(simulator, log_in(simulator, track=False), template())[0] == 403
    status, body = run_report(simulator, log_in(simulator), template())
    assert status == 200 and body["hasData"] is True
    assert body["data"]["headerTitles"][:2] == ["Date", "Var 1"]


def test_mexos_tokens_expire(simulator):
    token = log_in(simulator)
    simulator.faults("mexos", {"fault": "token_expiry", "after": 1, "count": 1})
    assert [run_report(simulator, token, template())[0] for _ in range(3)] == [200, 401, 401]
    assert run_report(simulator, log_in(simulator), template())[0] == 200


def change(*path, value):
    def apply(body):
        node = body["report"]
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value

    return apply


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body["report"]["sc"].pop("namedQuery"),
        change("sc", "order", 0, "column", value=1),
        change("sc", "offset", value="0"),
        change("sc", "limit", value=1001),
        change("id", value=1300),
        change("campaignId", value=77),
        change("campaignId", value="78"),
        change("input", 0, "sublist", 1, "value", value="2026/01/29"),
        change("input", 0, "sublist", 2, "value", value="2026-02-01"),
        change("input", 5, "value", value="var11"),
        lambda body: body["report"]["input"][1].pop("value"),
    ],
)
def test_mexos_refuses_a_template_that_was_damaged(simulator, spoil):
    body = template()
    spoil(body)
    status, answer = run_report(simulator, log_in(simulator), body)
    assert status == 400 and "error" in answer


def test_mexos_pages_join_to_the_whole(simulator):
    token, body = log_in(simulator), template()
    whole = run_report(simulator, token, body)[1]["data"]["values"]
    pages, body["report"]["sc"]["limit"] = [], 7
    while True:
        body["report"]["sc"]["offset"] = len(pages)
        answer = run_report(simulator, token, body)[1]
        if not answer["hasData"]:
            break
        pages += answer["data"]["values"]
    assert len(whole) > 7 and pages == whole


# ---- faults


@pytest.mark.parametrize(
    "fault, text",
    [
        ("wrong_key", "Bad Authentication Key"),
        ("ip_blocked", "IP Not Authenticated"),
        ("html_page", "<!DOCTYPE html>"),
        ("unknown_body", "Report is being prepared"),
    ],
)
def test_a_fault_answers_with_its_text(simulator, fault, text):
    simulator.faults("cellxpert", {"fault": fault})
    status, _, body = simulator.report(REPORTS["activity"])
    assert status == 200 and body.startswith(text)


def test_half_of_the_rows_are_missing_without_a_word(simulator):
    whole = json.loads(simulator.report(REPORTS["activity"])[2])["activityreport"]
    simulator.faults("cellxpert", {"fault": "silent_half"})
    half = json.loads(simulator.report(REPORTS["activity"])[2])["activityreport"]
    assert half == whole[::2]


def test_a_broken_connection_is_cut_or_reset(simulator):
    simulator.faults("cellxpert", {"fault": "truncated"})
    with pytest.raises(http.client.IncompleteRead):
        simulator.report(REPORTS["activity"])
    simulator.faults("cellxpert", {"fault": "reset"})
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        simulator.report(REPORTS["activity"])


@pytest.mark.parametrize("report, parse", [("activity", "json"), ("commissions", "xml")])
def test_a_broken_document_is_whole_and_cannot_be_read(simulator, report, parse):
    from xml.etree import ElementTree

    simulator.faults("cellxpert", {"fault": f"bad_{parse}"})
    body = simulator.report(REPORTS[report])[2]
    with pytest.raises((ValueError, ElementTree.ParseError)):
        json.loads(body) if parse == "json" else ElementTree.fromstring(body)


def test_too_many_requests_with_and_without_the_time_to_wait(simulator):
    simulator.faults("cellxpert", {"fault": "http_429", "retry_after": 7})
    status, headers, _ = simulator.report(REPORTS["activity"])
    assert (status, headers["Retry-After"]) == (429, "7")
    simulator.faults("cellxpert", {"fault": "http_429"})
    status, headers, _ = simulator.report(REPORTS["activity"])
    assert (status, headers["Retry-After"]) == (429, None)


def test_huge_is_many_times_the_rows(simulator):
    usual = len(simulator.report(REPORTS["activity"])[2])
    simulator.faults("cellxpert", {"fault": "huge", "times": 50})
    assert len(simulator.report(REPORTS["activity"])[2]) > 25 * usual


def test_conditions_of_a_fault_must_all_hold(simulator):
    fault = {
        "fault": "wrong_key",
        "stream": "CommissionReportStream",
        "from": "2026-01-31",
        "to": "2026-01-31",
        "day_from": "2026-01-29",
        "day_to": "2026-01-29",
        "after": 1,
        "count": 2,
    }
    simulator.faults("cellxpert", fault)

    def fails(report="commissions", day="2026-01-29"):
        return simulator.report(REPORTS[report], day)[2] == "Bad Authentication Key"

    assert not fails("media") and not fails(day="2026-01-28")
    assert [fails() for _ in range(4)] == [False, True, True, False]
    simulator.faults("cellxpert", {**fault, "after": 0, "to": "2026-01-30", "from": "2026-01-30"})
    assert not fails()


# ---- control


@pytest.mark.parametrize(
    "scenario, part",
    [
        ({"noww": NOW}, "noww"),
        ({"now": "yesterday"}, "now"),
        ({"accounts": [{"platform": "mexos"}]}, "account"),
        ({"accounts": [{"platform": "x", "account": "a"}]}, "platform"),
        (
            {"accounts": [{"platform": "mexos", "account": "a", "faults": [{"fault": "sloow"}]}]},
            "accounts[0]: faults[0]",
        ),
    ],
)
def test_a_scenario_that_is_wrong_is_refused_with_the_place(simulator, scenario, part):
    status, _, text = simulator.send("POST", "/_control", json.dumps(scenario))
    assert status == 400 and part in json.loads(text)["error"]


def test_a_scenario_file_is_applied_at_the_start(tmp_path):
    scenario = {
        "now": NOW,
        "accounts": [{"platform": "cellxpert", "account": "acme", "api_key": "another"}],
    }
    (tmp_path / "scenario.json").write_text(json.dumps(scenario))
    simulator = Simulator(tmp_path, "--scenario", tmp_path / "scenario.json")
    assert simulator.report(REPORTS["activity"])[2] == "Bad Authentication Key"
    other = {"affiliateid": "1001", "x-api-key": "another"}
    assert simulator.report(REPORTS["activity"], headers=other)[2].startswith("{")
    assert simulator.stop() == 0


def test_the_scenario_of_the_demo_is_in_order(simulator):
    scenario = (ROOT / "tests/simulator/scenarios/demo.json").read_text()
    status, _, text = simulator.send("POST", "/_control", scenario)
    assert status == 200, text
    simulator.control(now="2026-01-20T06:00:00Z")
    assert simulator.report(REPORTS["activity"], "2026-01-19", account="royal-otter")[2] == (
        "Bad Authentication Key"
    )
    simulator.control(now="2026-01-22T06:00:00Z")
    assert simulator.report(REPORTS["activity"], "2026-01-19", account="royal-otter")[2][0] == "{"


def test_the_log_has_every_request_and_no_secret(simulator):
    simulator.report(REPORTS["activity"])
    simulator.report(REPORTS["activity"] + "&api_password=secret-word")
    log_in(simulator)
    text = simulator.send("GET", "/_control/requests")[2]
    log = json.loads(text)
    assert log["total"] == 4
    assert [entry["stream"] for entry in log["requests"]] == [
        "DynamicVariablesReportStream",
        "DynamicVariablesReportStream",
        "login",
        "trackLogin",
    ]
    assert "secret-word" not in text and "key-acme" not in text and "Basic" not in text


# ---- the process


def test_many_connections_at_once_get_the_right_answers(simulator):
    expected = simulator.report(REPORTS["activity"])[2]
    wrong = []

    def work():
        for _ in range(20):
            if simulator.report(REPORTS["activity"])[2] != expected:
                wrong.append(True)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_it_ends_at_once_on_sigterm_although_answers_are_slow(tmp_path):
    simulator = Simulator(tmp_path, "--now", NOW)
    simulator.faults("cellxpert", {"fault": "slow", "seconds": 60})
    with socket.create_connection(("127.0.0.1", simulator.port)) as waiting:
        waiting.sendall(b"GET /cellxpert/acme/api/?command=x HTTP/1.1\r\nHost: h\r\n\r\n")
        while json.loads(simulator.send("GET", "/_control/requests")[2])["total"] == 0:
            time.sleep(0.01)
        started = time.monotonic()
        assert simulator.stop() == 0
        assert time.monotonic() - started < 10


def test_a_request_body_over_the_limit_is_refused(simulator):
    body = b"x" * (2 * 1024 * 1024)
    assert simulator.send("POST", "/mexos/acme/rest/reports/run/atOnce", body)[0] == 413


@pytest.mark.parametrize(
    "options", [["--prot", "1"], ["--now", "soon"], ["--scenario", "/nowhere.json"]]
)
def test_a_wrong_option_is_named_and_ends_the_program(options):
    done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert done.stderr.startswith("spike-simulator: ")
