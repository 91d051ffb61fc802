"""`spike connector` as authors call it: exit statuses, and a case recorded from a live server."""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPIKE = pathlib.Path(os.environ.get("SPIKE", ROOT / "build" / "spike"))

pytestmark = pytest.mark.skipif(not SPIKE.exists(), reason="spike is not built")


def connector(*words):
    return subprocess.run(
        [SPIKE, "connector", *map(str, words)], capture_output=True, text=True, check=False
    )


class Api(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        page = "page=2" in self.path
        items = [{"id": 3, "name": "token-12345"}] if page else [{"id": 1}, {"id": 2}]
        body = json.dumps({"items": items}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    assert connector("new", folder).returncode == 0
    return folder


def test_a_recorded_case_passes_without_its_server_and_holds_no_secret(mine):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    case = mine / "cases" / "live.json"
    config = {"base_url": address, "api_key": "token-12345"}
    case.write_text(json.dumps({"command": "read", "config": config}))
    recorded = connector("test", case, "--record")
    assert recorded.returncode == 0, recorded.stdout + recorded.stderr
    server.shutdown()
    server.server_close()
    assert Api.asked == 2
    assert "token-12345" not in case.read_text()
    again = connector("test", mine)
    assert again.returncode == 0, again.stdout
    assert again.stdout.endswith("2 passed, 0 failed\n")


def test_a_difference_is_shown_and_fails(mine):
    case = mine / "cases" / "read_items.json"
    changed = json.loads(case.read_text())
    changed["expect"]["records"]["items"][0]["name"] = "other"
    changed["exchanges"].append({"request": {"url": "https://api.test/never"}, "response": {}})
    case.write_text(json.dumps(changed))
    done = connector("test", mine)
    assert done.returncode == 1
    assert '- records.items: {"id":1,"name":"other"}' in done.stdout
    assert '+ records.items: {"id":1,"name":"one"}' in done.stdout
    assert "1 of the case's exchanges were never asked for" in done.stdout


def test_a_request_that_nothing_answers_fails(mine):
    case = mine / "cases" / "read_items.json"
    changed = json.loads(case.read_text())
    del changed["exchanges"][1]
    case.write_text(json.dumps(changed))
    done = connector("test", mine)
    assert done.returncode == 1
    assert "which none of 1 exchanges answers" in done.stdout


def test_lint_says_where_and_exits_with_1(mine):
    manifest = mine / "manifest.yaml"
    assert connector("lint", manifest).returncode == 0
    manifest.write_text(manifest.read_text().replace("primary_key", "primry_key"))
    done = connector("lint", manifest)
    assert done.returncode == 1
    assert f"{manifest}:11:5: DeclarativeStream has no field 'primry_key'" in done.stdout
    told = json.loads(connector("lint", manifest, "--json").stdout)
    assert [(each["line"], each["column"]) for each in told] == [(11, 5)]


def test_a_manifest_that_does_not_load_exits_with_4(mine):
    manifest = mine / "manifest.yaml"
    manifest.write_text("streams: [{$ref: '#/definitions/none'}]\n")
    assert connector("lint", manifest).returncode == 4
    assert connector("graph", manifest).returncode == 4


def test_the_commands_that_only_tell(mine):
    graph = json.loads(connector("graph", mine / "manifest.yaml", "--json").stdout)
    assert graph == [{"name": "items", "incremental": False, "parents": []}]
    types = {each["type"]: each for each in json.loads(connector("components", "--json").stdout)}
    paginator = {each["name"]: each for each in types["DefaultPaginator"]["properties"]}
    assert paginator["pagination_strategy"]["kind"] == "pagination strategy"
    assert connector("new", mine).returncode == 4
    assert connector("lint").returncode == 2
    shutil.rmtree(mine)
    assert connector("test", mine).returncode == 1


# ---- classes that are not native

MIXED = """
version: 7.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [known]}
definitions:
  retriever:
    type: SimpleRetriever
    requester: {type: HttpRequester, url: "{{ config['url'] }}"}
    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}
streams:
  - type: DeclarativeStream
    name: other
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    retriever:
      $ref: "#/definitions/retriever"
      record_selector:
        type: RecordSelector
        extractor:
          type: CustomRecordExtractor
          class_name: source_declarative_manifest.components.Doubled
  - type: DeclarativeStream
    name: known
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    retriever: {$ref: "#/definitions/retriever"}
spec:
  type: Spec
  connection_specification: {type: object, properties: {url: {type: string}}}
"""

COMPONENTS = """
from dataclasses import InitVar, dataclass
from typing import Any, Mapping

from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor


@dataclass
class Doubled(RecordExtractor):
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def extract_records(self, response):
        for item in response.json()["items"]:
            yield {"id": item["id"] * 2}
"""


class Source:
    def __init__(self, folder, url):
        self.folder = folder
        (folder / "manifest.yaml").write_text(MIXED)
        (folder / "components.py").write_text(COMPONENTS)
        (folder / "config.json").write_text(json.dumps({"url": url}))

    def run(self, command, *words, streams=(), **environment):
        catalog = {
            "streams": [
                {
                    "stream": {
                        "name": name,
                        "json_schema": {},
                        "supported_sync_modes": ["full_refresh"],
                    },
                    "sync_mode": "full_refresh",
                    "destination_sync_mode": "append",
                }
                for name in streams
            ]
        }
        (self.folder / "catalog.json").write_text(json.dumps(catalog))
        files = ["--config", "config.json"] if command != "spec" else []
        files += ["--catalog", "catalog.json"] if streams else []
        return subprocess.run(
            [SPIKE, "source", "--manifest", "manifest.yaml", command, *files, *words],
            cwd=self.folder, env=os.environ | environment,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@pytest.fixture
def source(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Source(tmp_path, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


def ids(done):
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    return [each["record"]["data"]["id"] for each in messages if each["type"] == "RECORD"]


def test_streams_of_known_components_run_beside_one_that_needs_a_class(source):
    assert source.run("spec").returncode == 0
    assert "SUCCEEDED" in source.run("check").stdout
    done = source.run("read", streams=["known"])
    assert (done.returncode, ids(done)) == (0, [1, 2])


@pytest.mark.parametrize("command", ["read", "discover"])
def test_a_stream_that_needs_a_class_names_it(source, command):
    done = source.run(command, streams=["other"] if command == "read" else [])
    assert done.returncode == 4
    assert "stream other: manifest.yaml:20:23" in done.stdout
    assert "'source_declarative_manifest.components.Doubled'" in done.stdout
    assert "there are: CombinedExtractor, DpathExtractor" in done.stdout
    assert "--engine cdk" in done.stdout


def test_the_cdk_reads_it_where_it_is_installed(source):
    bin_folder = pathlib.Path(os.sys.executable).parent
    if not (bin_folder / "source-declarative-manifest").exists():
        pytest.skip("airbyte-cdk is not installed here")
    for environment in (
        {"PATH": f"{bin_folder}:{os.environ['PATH']}"},
        {"SPIKE_CDK": str(bin_folder / "source-declarative-manifest")},
    ):
        done = source.run("read", "--engine", "cdk", streams=["other"], **environment)
        assert (done.returncode, ids(done)) == (0, [2, 4]), done.stdout[-2000:]


def test_a_cdk_that_is_not_there_is_told(source):
    done = source.run("check", "--engine", "cdk", SPIKE_CDK="no-such-program")
    assert done.returncode == 4
    assert "cannot run no-such-program: it is not there" in done.stdout
    assert "pip install airbyte-cdk" in done.stdout
