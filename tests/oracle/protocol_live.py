"""The messages of `spike source` against those of airbyte-cdk 7.39.1, in their order.

    python -m pytest tests/oracle/protocol_live.py     (needs airbyte-cdk==7.39.1 and pytest; SPIKE names the program)

Of each stream the whole sequence is compared: statuses with their reasons, records, states with their counts, failures.
Between streams there is no order. source_live.py compares what is asked and what comes of it in many more manifests.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SPIKE = os.environ.get("SPIKE", "build/spike")
CDK = pathlib.Path(sys.executable).parent / "source-declarative-manifest"
SECRET = "secret-value-9876"

pytestmark = pytest.mark.skipif(
    not pathlib.Path(SPIKE).exists() or not CDK.exists(), reason="needs build/spike and airbyte-cdk"
)

ITEMS = [{"id": 1, "at": "2024-01-01"}, {"id": 2, "at": "2024-01-03"}]


class Api(BaseHTTPRequestHandler):
    counts = {}

    def do_GET(self):
        path = self.path.split("?")[0]
        self.counts[path] = count = self.counts.get(path, 0) + 1
        status, body = {
            "/items": (200, {"items": ITEMS}),
            "/empty": (200, {"items": []}),
            "/gone": (404, {"error": f"no {SECRET}"}),
            "/locked": (401, {}),
            "/busy": (429, {}) if count == 1 else (200, {"items": ITEMS[:1]}),
            "/second_page_fails": (200, {"items": ITEMS}) if count == 1 else (400, {}),
            "/slow": (200, {"items": ITEMS}),
        }[path]
        if path == "/slow" and count > 1:
            time.sleep(20)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Says nothing."""


def stream(path, **more):
    return {
        "type": "DeclarativeStream",
        "name": path,
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object"}},
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                "type": "HttpRequester",
                "url": f"{{{{ config['base'] }}}}/{path}",
                "authenticator": {
                    "type": "BearerAuthenticator",
                    "api_token": "{{ config['key'] }}",
                },
            },
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": ["items"]},
            },
            "paginator": more.pop("paginator", {"type": "NoPagination"}),
        },
        **more,
    }


CURSOR = {
    "type": "DatetimeBasedCursor",
    "cursor_field": "at",
    "datetime_format": "%Y-%m-%d",
    "start_datetime": "2024-01-01",
    "end_datetime": "2024-01-04",
}
PAGES = {
    "type": "DefaultPaginator",
    "page_token_option": {
        "type": "RequestOption",
        "inject_into": "request_parameter",
        "field_name": "page",
    },
    "pagination_strategy": {"type": "PageIncrement", "page_size": 2},
}
MANIFEST = {
    "version": "7.0.0",
    "type": "DeclarativeSource",
    "check": {"type": "CheckStream", "stream_names": ["items"]},
    "streams": [
        stream("items", incremental_sync=CURSOR),
        stream("empty"),
        stream("gone"),
        stream("locked"),
        stream("busy"),
        stream("second_page_fails", paginator=PAGES),
        stream("slow", paginator=PAGES),
    ],
    "spec": {
        "type": "Spec",
        "connection_specification": {
            "type": "object",
            "required": ["base", "key"],
            "properties": {
                "base": {"type": "string"},
                "key": {"type": "string", "airbyte_secret": True},
            },
        },
    },
}


@pytest.fixture(scope="module")
def base():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class Run:
    """A folder with the files of a run, and both engines in it."""

    def __init__(self, folder, base):
        self.folder = folder
        self.write("manifest.yaml", MANIFEST)
        self.write("config.json", {"base": base, "key": SECRET})

    def write(self, name, value):
        text = value if isinstance(value, str) else json.dumps(value)
        (self.folder / name).write_text(text)

    def select(self, *names, mode="incremental"):
        modes = ["full_refresh", "incremental"]
        streams = [
            {
                "stream": {"name": name, "json_schema": {}, "supported_sync_modes": modes},
                "sync_mode": mode,
                "destination_sync_mode": "append",
            }
            for name in names
        ]
        self.write("catalog.json", {"streams": streams})

    def start(self, engine, command, *words):
        program = [str(CDK)] if engine == "cdk" else [os.path.abspath(SPIKE), "source"]
        Api.counts.clear()
        return subprocess.Popen(
            [*program, command, "--manifest-path", "manifest.yaml", *words],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def both(self, command, *words):
        """(messages, exit status) of the CDK and of spike."""
        found = []
        for engine in ("cdk", "spike"):
            process = self.start(engine, command, *words)
            stdout, stderr = process.communicate(timeout=60)
            assert SECRET not in stdout.replace(f"no {SECRET}", "") + stderr
            messages = [json.loads(line) for line in stdout.splitlines()]
            found.append((messages, process.returncode))
        return found

    def read(self, *words):
        return self.both("read", "--config", "config.json", "--catalog", "catalog.json", *words)


@pytest.fixture
def run(tmp_path, base):
    return Run(tmp_path, base)


def what(message):
    """The stream that a message is of (None: of the run), and what it says of it."""
    kind = message["type"]
    if kind == "RECORD":
        body = message["record"]
        assert isinstance(body["emitted_at"], int)
        return body["stream"], ("RECORD", json.dumps(body["data"]))
    if kind == "STATE":
        body = message["state"]
        name = body["stream"]["stream_descriptor"]["name"]
        return name, ("STATE", json.dumps(body | {"stream": body["stream"]["stream_state"]}))
    trace = message["trace"]
    if trace["type"] == "STREAM_STATUS":
        body = trace["stream_status"]
        assert set(body) <= {"stream_descriptor", "status", "reasons"}
        reasons = [reason["type"] for reason in body.get("reasons", [])]
        return body["stream_descriptor"]["name"], (body["status"], *reasons)
    error = trace["error"]
    assert error["message"]
    return error.get("stream_descriptor", {}).get("name"), ("ERROR", error.get("failure_type"))


def sequences(messages):
    found = {}
    for message in messages:
        if message["type"] in ("RECORD", "STATE", "TRACE"):
            stream_name, said = what(message)
            found.setdefault(stream_name, []).append(said)
    whole = found.pop(None, [])  # of the run: the CDK says config_error whatever happened
    return found, len(whole)


@pytest.mark.parametrize(
    "streams",
    [
        ["items"],
        ["empty"],
        ["items", "empty"],
        ["gone"],
        ["locked", "items"],
        ["busy"],
        ["second_page_fails"],
        ["items", "not_in_the_manifest"],
        [],
    ],
    ids="+".join,
)
def test_messages_come_in_the_order_of_the_cdk(run, streams):
    run.select(*streams)
    (cdk, cdk_status), (spike, spike_status) = run.read()
    assert sequences(spike) == sequences(cdk)
    assert (spike_status == 0) == (cdk_status == 0)


def test_a_lone_stream_that_the_manifest_lacks_is_incomplete(run):
    """A deliberate difference: the CDK says nothing where it has no other stream to read."""
    run.select("not_in_the_manifest")
    (cdk, _), (spike, _) = run.read()
    assert sequences(cdk)[0] == {}
    assert sequences(spike)[0] == {"not_in_the_manifest": [("INCOMPLETE",)]}


def test_logs_tell_which_stream_and_how_many_records(run):
    run.select("items", "gone")
    wanted = {"Syncing stream: items", "Read 2 records from items stream", "Syncing stream: gone"}
    wanted.add("Read 0 records from gone stream")
    for messages, _ in run.read():
        logs = [each["log"] for each in messages if each["type"] == "LOG"]
        assert wanted <= {log["message"] for log in logs if log["level"] == "INFO"}


STREAM_STATE = {"stream_descriptor": {"name": "items"}, "stream_state": {"at": "2024-01-02"}}


@pytest.mark.parametrize(
    "state",
    [
        [{"type": "STREAM", "stream": STREAM_STATE}],
        [{"type": "LEGACY", "data": {"items": {"at": "2024-01-02"}}}],
        [{"type": "GLOBAL", "global": {"stream_states": [STREAM_STATE]}}],
        [],
        {},
        "null",
        [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "items"}}}],
        [{"type": "STREAM", "stream": STREAM_STATE | {"stream_descriptor": {"name": "other"}}}],
    ],
    ids=json.dumps,
)
def test_states_are_taken_as_by_the_cdk(run, state):
    run.select("items")
    run.write("state.json", state)
    (cdk, cdk_status), (spike, spike_status) = run.read("--state", "state.json")
    assert sequences(spike) == sequences(cdk)
    assert spike_status == cdk_status == 0


def test_the_state_of_old_platforms_is_taken(run):
    """A deliberate difference: the CDK refuses {STREAM: stream_state}."""
    run.select("items")
    run.write("state.json", {"items": {"at": "2024-01-02"}})
    (_, cdk_status), (spike, spike_status) = run.read("--state", "state.json")
    assert (cdk_status, spike_status) == (1, 0)
    assert '"2024-01-03"' in json.dumps(spike)


def test_a_state_whose_cursor_is_null_is_an_empty_one(run):
    """A deliberate difference: the CDK fails, for None is no date."""
    run.select("items")
    null = {"stream_descriptor": {"name": "items"}, "stream_state": {"at": None}}
    run.write("state.json", [{"type": "STREAM", "stream": null}])
    (_, cdk_status), (spike, spike_status) = run.read("--state", "state.json")
    assert (cdk_status, spike_status) == (1, 0)
    assert sum(each["type"] == "RECORD" for each in spike) == len(ITEMS)
    assert '"at":"2024-01-03"' in json.dumps(spike, separators=(",", ":"))


def test_an_address_without_a_scheme_is_the_fault_of_the_config(run):
    """A deliberate difference: the CDK says system_error."""
    run.select("items")
    run.write("config.json", {"base": "host", "key": SECRET})
    kinds = [
        {
            each["trace"]["error"]["failure_type"]
            for each in messages
            if each["type"] == "TRACE"
            and each["trace"].get("error", {}).get("stream_descriptor") is not None
        }
        for messages, _ in run.read()
    ]
    assert kinds == [{"system_error"}, {"config_error"}]


@pytest.mark.parametrize("name", ["config", "catalog", "state"])
@pytest.mark.parametrize("text", ["{no json", "7", None])
def test_files_that_cannot_be_read_are_failures(run, name, text):
    run.select("items")
    run.write("state.json", [])
    (run.folder / f"{name}.json").unlink() if text is None else run.write(f"{name}.json", text)
    (cdk, cdk_status), (spike, spike_status) = run.read("--state", "state.json")
    assert (cdk_status, spike_status) == (1, 4)
    for messages in (cdk, spike):
        assert [what(each) for each in messages if each["type"] == "TRACE"]
        assert not [each for each in messages if each["type"] == "RECORD"]
    error = spike[-1]["trace"]["error"]
    assert name in error["message"]
    assert error["failure_type"] == "config_error"


@pytest.mark.parametrize(
    ("config", "status"),
    [
        ({}, ("CONNECTION_STATUS", "FAILED", True)),
        ({"key": 7}, ("CONNECTION_STATUS", "FAILED", True)),
        ("{no json", ("TRACE", None, False)),
        ("[]", ("TRACE", None, False)),
        (None, ("TRACE", None, False)),
    ],
    ids=str,
)
def test_a_config_that_does_not_fit_is_an_answer_and_one_that_cannot_be_read_a_failure(
    run, config, status
):
    (run.folder / "config.json").unlink() if config is None else run.write("config.json", config)
    for messages, code in run.both("check", "--config", "config.json"):
        last = [each for each in messages if each["type"] != "LOG"][-1]
        told = last.get("connectionStatus", {}).get("status")
        assert (last["type"], told, code == 0) == status


@pytest.mark.parametrize(
    ("streams", "status"), [(["items", "empty"], "SUCCEEDED"), (["gone"], "FAILED")], ids=str
)
def test_check_says_what_the_cdk_says(run, streams, status):
    run.write("manifest.yaml", MANIFEST | {"check": MANIFEST["check"] | {"stream_names": streams}})
    for messages, code in run.both("check", "--config", "config.json"):
        answers = [each["connectionStatus"] for each in messages if "connectionStatus" in each]
        assert [answer["status"] for answer in answers] == [status]
        assert code == 0
        if status == "FAILED":
            assert "Stream gone is not available: " in answers[0]["message"]


@pytest.mark.parametrize(
    "words", [["check"], ["discover"], ["read", "--config", "config.json"]], ids=" ".join
)
def test_words_that_are_missing_are_wrong_usage(run, words):
    for messages, code in run.both(*words):
        assert (messages, code) == ([], 2)


def start_slow_read(run):
    run.select("slow")
    process = run.start("spike", "read", "--config", "config.json", "--catalog", "catalog.json")
    lines = []
    while len(lines) < 2:
        line = process.stdout.readline()
        if '"RECORD"' in line:
            lines.append(line)
    return process


def test_sigterm_ends_it_at_once_with_whole_lines_and_no_final_status(run):
    process = start_slow_read(run)
    process.send_signal(signal.SIGTERM)
    stdout, _ = process.communicate(timeout=5)
    assert process.returncode == -signal.SIGTERM
    for line in stdout.splitlines():
        json.loads(line)
    assert "COMPLETE" not in stdout


def test_a_reader_that_goes_away_ends_it_with_a_failure(run):
    run.select("items")
    process = run.start("spike", "read", "--config", "config.json", "--catalog", "catalog.json")
    process.stdout.close()
    assert process.wait(timeout=20) == 1


def test_debug_tells_of_requests_without_secrets(run):
    run.select("items")
    _, (messages, status) = run.read("--debug")
    logs = [each["log"] for each in messages if each["type"] == "LOG"]
    assert status == 0
    assert any("/items status=200" in log["message"] for log in logs if log["level"] == "DEBUG")
