"""The connector engine against airbyte-cdk 7.39.1, live: both read the same manifest from one local server, and what they
ask, emit, and leave as state is compared.

    python -m pytest tests/oracle/source_live.py        (needs airbyte-cdk==7.39.1 and pytest; SPIKE names the program)

A scenario is a function of scenarios/, found by itself.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
from scenarios import SCENARIOS, Request  # noqa: E402

SPIKE = os.environ.get("SPIKE", "build/spike")
TIMEOUT_S = 60
STAGING = tempfile.TemporaryDirectory()  # where both engines put files
os.environ["AIRBYTE_STAGING_DIRECTORY"] = STAGING.name
HEADERS = ("authorization", "content-type")


class Server:
    """Answers for the scenario of the moment and keeps what was asked."""

    def __init__(self):
        self.lock = threading.Lock()
        self.serve, self.seen, self.faults, self.counts = None, [], [], collections.Counter()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer leaves in one piece
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def answer(self):
                outer.handle(self)

            do_GET = do_POST = do_PUT = do_PATCH = answer

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def start(self, serve):
        with self.lock:
            self.serve, self.seen, self.faults = serve, [], []
            self.counts.clear()

    def handle(self, http):
        url = urllib.parse.urlsplit(http.path)
        body = http.rfile.read(int(http.headers.get("Content-Length") or 0))
        pairs = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        with self.lock:
            self.counts[http.path] += 1
            request = Request(
                http.command, url.path, dict(pairs), body, http.headers, self.counts[http.path]
            )
            self.seen.append(
                (
                    http.command,
                    url.path,
                    sorted(pairs),
                    canonical_body(body),
                    own_headers(http.headers),
                )
            )
            try:
                answer = self.serve(request)
            except Exception as error:  # of the scenario: the test fails, the clients end at once
                self.faults.append(error)
                answer = (401, repr(error))
        status, content, headers = complete(answer)
        http.send_response(status)
        for name, value in headers.items():
            http.send_header(name, value)
        http.send_header("Content-Length", str(len(content)))
        http.end_headers()
        http.wfile.write(content)
        http.wfile.flush()


def complete(answer):
    status, content, headers = (
        (answer + ({},))[:3] if isinstance(answer, tuple) else (200, answer, {})
    )
    if not isinstance(content, (bytes, str)):
        content, headers = json.dumps(content), {"Content-Type": "application/json", **headers}
    return status, content.encode() if isinstance(content, str) else content, headers


def canonical_body(body):
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        return "&".join(sorted(body.decode("utf-8", "replace").split("&")))


def own_headers(headers):
    return sorted(
        (k.lower(), v)
        for k, v in headers.items()
        if k.lower() in HEADERS or k.lower().startswith("x-")
    )


class Oracle:
    """One Python process has the CDK imported and forks for each run: a run costs no import."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "cdk_runner.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def run(self, arguments, out):
        self.process.stdin.write(json.dumps({"arguments": arguments, "out": str(out)}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()), out.read_text()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def run_spike(arguments, manifest, waits):
    command = [SPIKE, "source", "--manifest", str(manifest)] + arguments
    environment = dict(os.environ)
    if waits and shutil.which("faketime"):
        command = ["faketime", "-f", "+0 x50"] + command
        environment["ASAN_OPTIONS"] = "verify_asan_link_order=0"
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S, env=environment
    )
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr[
        -3000:
    ]
    return done.returncode, done.stdout


def without_dates(value):
    """When a token ends depends on when it was had."""
    if isinstance(value, dict):
        return {k: without_dates(v) for k, v in value.items()}
    is_date = isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT.*[+]00:00$", value)
    return "(date)" if is_date else value


def without_clock(value):
    """The lookback of a state is how long the run took."""
    if isinstance(value, dict):
        return {
            k: "(seconds)" if k == "lookback_window" else without_clock(v) for k, v in value.items()
        }
    return [without_clock(v) for v in value] if isinstance(value, list) else value


def without_manifest(config):
    """The CDK's command puts the manifest into the config."""
    return {k: v for k, v in config.items() if k != "__injected_declarative_manifest"}


def filled(stream):
    """A catalog's stream without what is as good as absent."""
    return {k: v for k, v in stream.items() if v not in (None, [])}


def file_of(reference):
    """The file that came with a record: where, how large, what; a random name counts as any."""
    if not reference:
        return ""
    path = pathlib.Path(reference["staging_file_url"])
    assert path == pathlib.Path(STAGING.name) / reference["source_file_relative_path"]
    name = re.sub(
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "(uuid)", str(path.relative_to(STAGING.name))
    )
    return f" {name} {reference['file_size_bytes']} {path.read_bytes()!r}"


def ends_with(failures):
    """How a run failed as a whole. The CDK's first word on a source that it cannot make has no type."""
    if any(stream for _, stream in failures):
        return []
    return sorted(kind for kind, _ in failures if kind)


def outcome(code, output, seen):
    """What of a run both engines must agree on."""
    records, statuses = collections.defaultdict(list), collections.defaultdict(list)
    states, check, failures, controls = {}, None, set(), []
    catalog = None
    for line in output.split("\n"):  # not at U+2028
        if not line.startswith("{"):
            continue
        message = json.loads(line)
        if message["type"] == "RECORD":
            record = message["record"]
            text = json.dumps(record["data"], sort_keys=True)
            records[record["stream"]].append(text + file_of(record.get("file_reference")))
        elif message["type"] == "STATE":
            stream = message["state"]["stream"]
            states[stream["stream_descriptor"]["name"]] = without_clock(stream["stream_state"])
        elif message["type"] == "CATALOG":
            catalog = [filled(stream) for stream in message["catalog"]["streams"]]
        elif message["type"] == "CONTROL":
            own = without_manifest(message["control"]["connectorConfig"]["config"])
            controls.append(without_dates(own))
        elif message["type"] == "CONNECTION_STATUS":
            check = message["connectionStatus"]["status"]
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            if not status.get("reasons"):
                statuses[status["stream_descriptor"]["name"]].append(status["status"])
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            error = message["trace"]["error"]
            stream = (error.get("stream_descriptor") or {}).get("name")
            failures.add((error.get("failure_type"), stream))
    return {
        "failed": code != 0,
        # the summary at the end repeats what the streams said
        "failures": sorted(f for f in failures if f[1]),
        "ends with": ends_with(failures),
        "check": check,
        "catalog": catalog,
        "controls": controls,
        "requests": sorted(seen),
        "records": {name: sorted(items) for name, items in records.items()},
        "states": states,
        "statuses": dict(statuses),
    }


def without_pairing(requests):
    """The requests, and the headers that came with any of them."""
    return sorted(r[:-1] for r in requests) + sorted(r[-1] for r in requests)


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    server.http.shutdown()


@pytest.fixture(scope="module")
def oracle():
    oracle = Oracle()
    yield oracle
    oracle.close()


def catalog_of(scenario):
    def entry(name):
        return {
            "stream": {
                "name": name,
                "json_schema": scenario.schemas.get(name, {}),
                "supported_sync_modes": ["full_refresh", "incremental"],
            },
            "sync_mode": "incremental",
            "destination_sync_mode": "append",
            "cursor_field": scenario.cursor_fields.get(name),
        }

    return {"streams": [entry(name) for name in scenario.streams]}


def state_of(scenario):
    if isinstance(scenario.state, list):
        return scenario.state
    return [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": state}}
        for name, state in scenario.state.items()
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[s.name for s in SCENARIOS])
def test_both_engines_do_the_same(scenario, server, oracle, tmp_path):
    files = {
        "manifest.yaml": scenario.manifest,
        "config.json": {"base": server.base, **scenario.config},
        "catalog.json": catalog_of(scenario),
        "state.json": state_of(scenario),
    }
    config = tmp_path / "config.json"

    def prepare():
        for name, content in files.items():
            (tmp_path / name).write_text(json.dumps(content))
        server.start(scenario.serve)

    def config_now():  # migrations rewrite it
        return without_manifest(json.loads(config.read_text()))

    manifest = tmp_path / "manifest.yaml"
    arguments = [scenario.op, "--config", str(config)]
    if scenario.op == "read":
        arguments += ["--catalog", str(tmp_path / "catalog.json")]
    if scenario.state:
        arguments += ["--state", str(tmp_path / "state.json")]

    prepare()
    code, output = oracle.run(
        arguments + ["--manifest-path", str(manifest)], tmp_path / "oracle.out"
    )
    expected = {**outcome(code, output, server.seen), "config": config_now()}
    prepare()
    code, output = run_spike(arguments, manifest, scenario.waits)
    actual = {**outcome(code, output, server.seen), "config": config_now()}

    assert not server.faults
    if scenario.asks_once:
        expected["requests"] = [
            r for i, r in enumerate(expected["requests"]) if r not in expected["requests"][:i]
        ]
    if scenario.headers_by_chance:
        for side in expected, actual:
            side["requests"] = without_pairing(side["requests"])
    asks = bool(expected["requests"])
    assert scenario.asks_nothing or asks != scenario.refused, "the scenario asks for nothing"
    if scenario.refused:  # there the CDK refuses the source, the engine the streams concerned
        expected = {part: expected[part] for part in ("failed", "requests", "records", "ends with")}
    if not scenario.ends_alike:
        del expected["ends with"]
    for part in expected:
        assert actual[part] == expected[part], part
