"""The simulator as a process, and each engine's command line as a function.

The engines that run a manifest: airbyte-cdk (always) and Spike's own (SPIKE, or build/spike;
skipped, visibly, without it). Every test of test_connectors.py holds for both.
"""

import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMPONENTS = ROOT / "python/spike-components/spike_components/components.py"
sys.path.insert(0, str(COMPONENTS.parents[1]))

RUN_CDK = "from airbyte_cdk.cli.source_declarative_manifest import run; run()"
START_SECONDS = 20
RUN_SECONDS = 120
NOW = "2026-01-31T06:00:00Z"

STREAMS = {
    "cellxpert": [
        "RegistrationReportStream",
        "FTD_REGISTRATION_REPORT",
        "DynamicVariablesReportStream",
        "MediaReportStream",
        "CommissionReportStream",
    ],
    "mexos": ["DynamicVariablesReportStream", "DailyReportStream"],
}


@dataclass
class Simulator:
    url: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def control(self, **scenario: Any) -> Any:
        return self.call("POST", "/_control", scenario)

    def faults(self, platform: str, account: str, *faults: Dict[str, Any]) -> None:
        entry = {"platform": platform, "account": account, "faults": list(faults)}
        self.control(accounts=[entry])

    def truth(self, platform: str, account: str, stream: str, day: str) -> int:
        query = urllib.parse.urlencode(
            {"platform": platform, "account": account, "stream": stream, "day": day}
        )
        return self.call("GET", f"/_control/truth?{query}")["rows"]

    def requests(self) -> List[Dict[str, Any]]:
        return self.call("GET", "/_control/requests")["requests"]

    def config(self, platform: str, account: str, **changes: Any) -> Dict[str, Any]:
        config = {
            "base_url": f"{self.url}/{platform}/{account}",
            "tracker_login_id": "4711",
            "start_date": "2026-01-28",
        }
        if platform == "cellxpert":
            config.update(affiliate_id="1001", api_key=f"key-{account}")
        else:
            config.update(username=f"user-{account}", password=f"password-{account}")
            config.update(campaign_id="77")
        config.update(end_date="2026-01-30")
        config.update(changes)
        return {key: value for key, value in config.items() if value is not None}


def find_program(variable: str, name: str) -> Optional[Path]:
    path = Path(os.environ.get(variable) or ROOT / "build" / name)
    return path if path.exists() else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory):
    program = find_program("SPIKE_SIMULATOR", "spike-simulator")
    if program is None:
        pytest.skip("no simulator: run 'make build', or set SPIKE_SIMULATOR")
    port_file = tmp_path_factory.mktemp("simulator") / "port"
    process = subprocess.Popen([program, "--now", NOW, "--port-file", port_file])
    deadline = time.monotonic() + START_SECONDS
    while not (port_file.exists() and port_file.read_text().endswith("\n")):
        assert process.poll() is None, "the simulator ended at its start"
        assert time.monotonic() < deadline, "the simulator did not say its port"
        time.sleep(0.02)
    yield Simulator(f"http://127.0.0.1:{port_file.read_text().strip()}")
    process.terminate()
    assert process.wait(START_SECONDS) == 0


@pytest.fixture
def simulator(server: Simulator) -> Simulator:
    server.control(now=NOW, reset_faults=True, token_seconds=1800)
    server.call("DELETE", "/_control/requests")
    return server


@dataclass
class Run:
    status: int
    messages: List[Dict[str, Any]]
    text: str
    records: List[Dict[str, Any]] = field(default_factory=list)
    errors: List[Dict[str, Any]] = field(default_factory=list)
    stream_statuses: Dict[str, str] = field(default_factory=dict)
    states: List[Dict[str, Any]] = field(default_factory=list)

    def of(self, kind: str) -> List[Dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]


class Engine:
    """Runs a manifest as Airbyte does: one command line, messages on stdout."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def _file(self, name: str, content: Any) -> str:
        path = self._folder / name
        path.write_text(json.dumps(content))
        return str(path)

    def _words(self, command: str, manifest: Path) -> List[str]:
        if self.name == "spike":
            program = str(find_program("SPIKE", "spike"))
            return [program, "source", "--manifest", str(manifest), command]
        more = ["--manifest-path", str(manifest), "--components-path", str(COMPONENTS)]
        return [sys.executable, "-c", RUN_CDK, command, *more]

    def run(
        self,
        command: str,
        platform: str,
        config: Dict[str, Any],
        *more: str,
        manifest: Optional[Path] = None,
    ) -> Run:
        manifest = manifest or ROOT / "connectors" / platform / "manifest.yaml"
        words = self._words(command, manifest)
        words += ["--config", self._file("config.json", config), *more]
        environment = {**os.environ, "AIRBYTE_ENABLE_UNSAFE_CODE": "true"}
        done = subprocess.run(
            words, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS
        )
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        run = Run(done.returncode, messages, done.stdout + done.stderr)
        run.records = [message["record"] for message in run.of("RECORD")]
        run.states = [message["state"] for message in run.of("STATE")]
        for message in run.of("TRACE"):
            trace = message["trace"]
            if trace["type"] == "ERROR":
                run.errors.append(trace["error"])
            elif trace["type"] == "STREAM_STATUS":
                status = trace["stream_status"]
                run.stream_statuses[status["stream_descriptor"]["name"]] = status["status"]
        return run

    def check(
        self, platform: str, config: Dict[str, Any], manifest: Optional[Path] = None
    ) -> Dict[str, Any]:
        run = self.run("check", platform, config, manifest=manifest)
        assert run.of("CONNECTION_STATUS"), run.text
        return run.of("CONNECTION_STATUS")[0]["connectionStatus"]

    def read(
        self,
        platform: str,
        config: Dict[str, Any],
        streams: Optional[List[str]] = None,
        state: Optional[List[Dict[str, Any]]] = None,
        manifest: Optional[Path] = None,
    ) -> Run:
        catalog = {
            "streams": [
                {
                    "stream": {
                        "name": name,
                        "json_schema": {},
                        "supported_sync_modes": ["full_refresh", "incremental"],
                    },
                    "sync_mode": "incremental",
                    "destination_sync_mode": "append",
                }
                for name in streams or STREAMS[platform]
            ]
        }
        more = ["--catalog", self._file("catalog.json", catalog)]
        if state is not None:
            more += ["--state", self._file("state.json", state)]
        return self.run("read", platform, config, *more, manifest=manifest)


@pytest.fixture(params=["cdk", "spike"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "spike" and find_program("SPIKE", "spike") is None:
        pytest.skip("no engine: run 'make build', or set SPIKE")
    return Engine(request.param, tmp_path)


@pytest.fixture
def cdk(tmp_path: Path) -> Engine:
    return Engine("cdk", tmp_path)
