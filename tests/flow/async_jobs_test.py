"""What asynchronous jobs do when time passes: polls that fail again and again, a time limit. The clock runs
faster, so libfaketime is needed; without it the tests are skipped."""

import http.server
import json
import os
import shutil
import subprocess
import threading

import pytest
from flow_project import SPIKE

pytestmark = pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")


class Api:
    """Jobs that say `status` (a word, or an HTTP status) and remember what was asked of them."""

    def __init__(self, status):
        self.seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def answer(self):
                outer.seen.append(self.path)
                code = status if isinstance(status, int) and "/ask/" in self.path else 200
                body = json.dumps({"id": len(outer.seen), "status": status}).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def count(self, part):
        return sum(part in path for path in self.seen)


def manifest(port, **retriever):
    def requester(path, method):
        return {
            "type": "HttpRequester",
            "url_base": f"http://127.0.0.1:{port}",
            "path": path,
            "http_method": method,
        }

    dpath = {"type": "DpathExtractor", "field_path": ["status"]}
    stream = {
        "type": "DeclarativeStream",
        "name": "items",
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object"}},
        "retriever": {
            "type": "AsyncRetriever",
            "status_mapping": {
                "running": ["run"],
                "completed": ["ok"],
                "failed": [],
                "timeout": [],
            },
            "status_extractor": dpath,
            "record_selector": {"type": "RecordSelector", "extractor": dpath},
            "creation_requester": requester("/make", "POST"),
            "polling_requester": requester("/ask/{{ creation_response.id }}", "GET"),
            "abort_requester": requester("/abort/{{ creation_response.id }}", "POST"),
            "download_requester": requester("/file", "GET"),
            **retriever,
        },
    }
    return {
        "type": "DeclarativeSource",
        "version": "6.0.0",
        "check": {"type": "CheckStream", "stream_names": ["items"]},
        "spec": {"type": "Spec", "connection_specification": {"type": "object"}},
        "streams": [stream],
    }


def read(folder, api, faster, **retriever):
    catalog = {
        "streams": [
            {
                "stream": {
                    "name": "items",
                    "json_schema": {},
                    "supported_sync_modes": ["full_refresh"],
                },
                "sync_mode": "full_refresh",
                "destination_sync_mode": "append",
            }
        ]
    }
    made = manifest(api.http.server_port, **retriever)
    for name, content in (("manifest.yaml", made), ("catalog.json", catalog), ("config.json", {})):
        (folder / name).write_text(json.dumps(content))
    command = ["faketime", "-f", f"+0 x{faster}", str(SPIKE), "source", "--manifest"]
    command += [str(folder / "manifest.yaml"), "read", "--config", str(folder / "config.json")]
    command += ["--catalog", str(folder / "catalog.json")]
    environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, done.stdout


def test_a_job_whose_status_cannot_be_had_is_aborted_and_made_again(tmp_path):
    api = Api(404)
    code, output = read(tmp_path, api, 100)
    assert code == 1 and '"status":"INCOMPLETE"' in output
    assert (api.count("/make"), api.count("/ask/"), api.count("/abort/")) == (3, 9, 3)


def test_a_status_that_is_not_mapped_says_so(tmp_path):
    api = Api("paused")
    code, output = read(tmp_path, api, 100)
    assert code == 1 and "the API's status 'paused' is not in status_mapping" in output
    assert (api.count("/make"), api.count("/ask/")) == (3, 9)


def test_a_job_over_its_time_is_aborted_and_made_again(tmp_path):
    api = Api("run")
    code, output = read(tmp_path, api, 100, polling_job_timeout="{{ 1 }}")
    assert code == 1 and "did not end in time, in 3 attempts" in output
    assert (api.count("/make"), api.count("/abort/")) == (3, 3)
    assert 3 * 10 <= api.count("/ask/") <= 3 * 13  # every 5 seconds of a minute
