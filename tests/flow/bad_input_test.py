"""Bad input of every kind: a clear error with its place and the next step, the exit status that
tells what to do, no secret anywhere, and nothing lost: once mended, the next run ends right."""

import gzip
import http.server
import os
import resource
import shutil
import subprocess
import threading
import time

import pytest
from flow_project import ACCOUNTS, DONE, PLATFORMS, PROJECT, ROOT, RUNNING, SPIKE, Project

DONE_STATUS, FAILED, USAGE, HOLDS, ACT, AGAIN = range(6)  # exit statuses
ALL_BATCHES = {"cellxpert": 30, "mexos": 12}


def check_end(project, platform):
    """All days of all accounts are published and visible, and nothing lies around."""
    assert project.last_run(platform)[1] == DONE
    raw = {key: files for key, files in project.raw_rows().items() if key[0] == platform}
    days = project.ask(
        "SELECT account, stream, day FROM batch JOIN run ON run.id = batch.run"
        " WHERE platform = ? AND batch.status = 3",
        platform,
    )
    assert len(set(days)) == ALL_BATCHES[platform]
    counts = [count for *_, count, _ in project.warehouse_rows(platform)]
    assert sum(counts) == sum(len(records) for files in raw.values() for records in files)


# ---- files that people write ----

PLATFORM_FILES = [
    # what is replaced in platforms/cellxpert.yaml, by what, exit status, what the error says
    ("config:\n", "config: [\n", ACT, "cellxpert.yaml:"),
    ("config:\n", "lookback_days: soon\nconfig:\n", ACT, "must be an integer from 0 to 366"),
    ("config:\n", "lookbak_days: 2\nconfig:\n", ACT, "did you mean lookback_days?"),
    ("config:\n", "rule: some\nconfig:\n", ACT, "cellxpert.yaml:3:7: rule"),
    ("cellxpert/manifest.yaml", "cellxprt/manifest.yaml", ACT, "cellxprt/manifest.yaml"),
    ('  affiliate_id: "1001"\n', "", ACT, "'affiliate_id' is a required property"),
    ('"${env:CELLXPERT_LUCKY_COMET}"', "key-in-the-open", ACT, "api_key"),
]


@pytest.mark.parametrize("old,new,status,says", PLATFORM_FILES)
@pytest.mark.parametrize("command", [["validate"], ["run", "cellxpert", "--to", "2026-01-05"]])
def test_a_mistake_in_a_platform_file_has_its_place(project, command, old, new, status, says):
    path = project.platform_file("cellxpert")
    project.replace(path, old, new)
    result = project.spike(*command)
    assert (result.status, says in result.text) == (status, True), result.text
    assert "key-in-the-open" not in result.text
    project.replace(path, new, old) if new else path.write_text(
        Project(project.folder / "again", project.url).platform_file("cellxpert").read_text()
    )
    assert project.run("cellxpert").status == DONE_STATUS
    check_end(project, "cellxpert")


ROTATING = """    authenticator:
      type: OAuthAuthenticator
      token_refresh_endpoint: "{{ config['base_url'] }}/token"
      client_id: c
      client_secret: s
      refresh_token_updater: {}
"""
MANIFESTS = [
    (
        "type: SimpleRetriever",
        "type: SimplRetriever",
        "'SimplRetriever' is none of SimpleRetriever",
    ),
    (
        "components.BodyRuleErrorHandler",
        "components.NoSuch",
        "no error handler is called 'source_declarative_manifest.components.NoSuch'",
    ),
    (
        "    http_method: GET\n",
        "    http_method: GET\n" + ROTATING,
        "a new refresh token each time",
    ),
    (
        "cursor_granularity: P1D",
        "cursor_granularity: [1]",
        "cursor_granularity: [1] is not of type 'string'",
    ),
    ("    cursor_field: date\n", "", "cursor_field"),
    ("\nstreams:", "\nstreams: [", "m.yaml:11:3"),
    ("config.get('gateway')", "config.get('gateway'", "m.yaml:72:9: template of HttpReq"),
]


@pytest.mark.parametrize("old,new,says", MANIFESTS)
def test_a_mistake_in_a_manifest_has_its_place(project, old, new, says):
    good = (ROOT / "connectors/cellxpert/manifest.yaml").read_text()
    manifest, platform = project.folder / "m.yaml", project.platform_file("cellxpert")
    assert old in good
    manifest.write_text(good.replace(old, new))
    project.replace(platform, str(ROOT / "connectors/cellxpert/manifest.yaml"), "../m.yaml")
    result = project.run("cellxpert")
    assert (result.status, says in result.text) == (ACT, True), result.text
    if "template" not in result.text:  # templates are looked at when they are needed
        validated = project.spike("validate")
        assert (validated.status, says in validated.text) == (ACT, True), validated.text
    manifest.write_text(good)
    assert project.run("cellxpert").status == DONE_STATUS
    check_end(project, "cellxpert")


def test_malformed_spike_yaml_is_told_with_its_place(project):
    project.replace(project.folder / "spike.yaml", "raw: file:raw", "raw: [file:raw")
    result = project.spike("validate")
    assert result.status == ACT and "spike.yaml:5:" in result.text and "next:" in result.text


@pytest.mark.parametrize(
    "words,says",
    [
        (["run"], "platform is missing"),
        (["rn"], "did you mean 'run'?"),
        (["run", "cellxpert", "--form", "2026-01-01"], "did you mean --from?"),
        (["run", "cellxpert", "--from", "yesterday"], "from"),
    ],
)
def test_a_wrong_command_line_is_a_matter_of_usage(project, words, says):
    result = project.spike(*words)
    assert result.status == USAGE and says in result.text


def test_a_missing_secret_is_named_and_asks_for_a_person(project):
    for account in ACCOUNTS:
        del project.env[f"CELLXPERT_{account}".upper().replace("-", "_")]
    result = project.run("cellxpert")
    assert result.status == ACT, result.text
    assert "CELLXPERT_LUCKY_COMET is not set" in result.text
    project.env.update(Project(project.folder / "again", project.url).env)
    assert project.run("cellxpert").status == DONE_STATUS
    check_end(project, "cellxpert")


# ---- answers of operators ----

FAULTS = [
    ("cellxpert", "wrong_key", ACT, "refuses the API key"),
    ("cellxpert", "ip_blocked", ACT, "does not accept this IP address"),
    ("cellxpert", "html_page", ACT, "the answer is a web page"),
    ("cellxpert", "unknown_body", FAILED, "not recognised"),
    ("cellxpert", "bad_json", FAILED, "no JSON: 1:"),
    ("cellxpert", "bad_xml", FAILED, "no XML: "),
    ("cellxpert", "silent_empty", HOLDS, "unproven_empty"),
    ("mexos", "wrong_key", ACT, "refuses the user name or the password"),
    ("mexos", "html_page", ACT, "holds no token"),
    ("mexos", "bad_json", FAILED, "no JSON: 1:"),
    ("mexos", "silent_empty", HOLDS, "unproven_empty"),
]


@pytest.mark.parametrize("platform,fault,status,says", FAULTS)
def test_a_bad_answer_publishes_nothing_and_the_next_run_ends_right(
    project, simulator, platform, fault, status, says
):
    for account in ACCOUNTS:
        simulator.faults(platform, account, {"fault": fault})
    result = project.run(platform)
    for account in ACCOUNTS:
        simulator.faults(platform, account)
    assert (result.status, says in result.text) == (status, True), result.text
    assert project.files("raw") == []
    assert project.run(platform).status == DONE_STATUS
    check_end(project, platform)


@pytest.mark.parametrize("fault", ["truncated", "reset", "http_500"])
def test_a_connection_that_breaks_once_is_tried_again(project, simulator, fault):
    simulator.faults("cellxpert", ACCOUNTS[0], {"fault": fault, "count": 1})
    result = project.run("cellxpert")
    simulator.faults("cellxpert", ACCOUNTS[0])
    assert result.status == DONE_STATUS and "request.retried" in result.text, result.text
    check_end(project, "cellxpert")


# ---- bodies that are too much, or broken ----

HEAD, MEGABYTE = b'[{"n":"', b"x" * (1 << 20)
BODIES = {
    "/depth": lambda: (b"[" * 100_000 + b"]" * 100_000, None),
    "/truncated.json": lambda: (b'[{"n": 1}, {"n"', None),
    "/truncated.gzip": lambda: (gzip.compress(b'[{"n": 1}]' * 999)[:40], "gzip"),
    "/bomb": lambda: (gzip.compress(HEAD + MEGABYTE * 256 + b'"}]', 9), "gzip"),
    "/truncated.xml": lambda: (b"<rows><row><n>1</n></row><row>", None),
    "/quote.csv": lambda: (b'n,m\n1,"2\n', None),
}


class Operator(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/endless":
            self.endless()
            return
        body, encoding = BODIES[path]()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def endless(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self.wfile.write(HEAD)
            for _ in range(2200):
                self.wfile.write(MEGABYTE)
        except OSError:
            pass  # the reader has had enough, which is the point

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def operator():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Operator)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


MANIFEST = """
version: 7.0.0
type: DeclarativeSource
check: {{type: CheckStream, stream_names: [s]}}
streams:
  - type: DeclarativeStream
    name: s
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url_base: {base}
        path: {path}
        error_handler: {{type: DefaultErrorHandler, max_retries: 0}}
      record_selector:
        type: RecordSelector
        extractor: {{type: DpathExtractor, field_path: []}}
      decoder: {decoder}
    schema_loader: {{type: InlineSchemaLoader, schema: {{type: object, properties: {{}}}}}}
spec:
  type: Spec
  connection_specification: {{type: object, properties: {{}}, additionalProperties: true}}
"""


def small_project(folder, base, path, decoder="{type: JsonDecoder}"):
    (folder / "platforms").mkdir()
    (folder / "spike.yaml").write_text(PROJECT)
    (folder / "m.yaml").write_text(MANIFEST.format(base=base, path=path, decoder=decoder))
    (folder / "platforms/p.yaml").write_text("connector: ../m.yaml\naccounts: {anna: {}}\n")


def run_limited(folder, megabytes):
    """(status, output, seconds, peak megabytes) of a run that may address so much memory."""
    began = time.monotonic()
    output = folder / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [SPIKE, "run", "p"],
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_AS, (megabytes << 20, megabytes << 20)
            ),
        )
        _, wait_status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(wait_status)
    seconds = time.monotonic() - began
    return process.returncode, output.read_text(), seconds, usage.ru_maxrss >> 10


@pytest.mark.parametrize(
    "path,decoder,says",
    [
        ("/depth", "{type: JsonDecoder}", "nest"),
        ("/truncated.json", "{type: JsonDecoder}", "no JSON: 1:"),
        ("/truncated.gzip", "{type: JsonDecoder}", "/truncated.gzip"),
        ("/bomb", "{type: JsonDecoder}", "times"),
        ("/truncated.xml", "{type: XmlDecoder}", "no XML"),
        ("/quote.csv", "{type: CsvDecoder}", "record 2, line 2: the text ends inside a quoted"),
    ],
)
def test_a_broken_or_exploding_body_fails_in_bounded_memory(
    tmp_path, operator, path, decoder, says
):
    small_project(tmp_path, operator, path, decoder)
    status, output, seconds, peak = run_limited(tmp_path, 4096)
    assert status in (FAILED, AGAIN) and says in output, output
    assert seconds < 30 and peak < 300


def test_a_page_of_two_gigabytes_ends_with_a_clear_error(tmp_path, operator):
    small_project(tmp_path, operator, "/endless")
    status, output, seconds, peak = run_limited(tmp_path, 8192)
    assert status == FAILED and "/endless: the body is larger than" in output, output
    assert peak < 2300 and seconds < 60


# ---- places ----


def test_a_full_disk_stops_the_run_and_resume_finishes_it(make_project):
    if os.geteuid() != 0:
        pytest.skip("a small file system needs root")
    project = make_project()
    disk = project.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a small file system")
    try:
        project.replace(project.folder / "spike.yaml", "file:transient", "file:disk/transient")
        result = project.run("cellxpert")
        assert result.status == FAILED and "No space left" in result.text, result.text
        assert "--resume" in result.text
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        result = project.resume("cellxpert")
        assert result.status == DONE_STATUS, result.text
        check_end(project, "cellxpert")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_raw_zone_that_is_read_only_stops_the_run_and_resume_finishes_it(make_project):
    project = make_project()
    raw = project.folder / "raw"
    raw.mkdir()
    root = os.geteuid() == 0
    if root:
        command = ["mount", "-t", "tmpfs", "-o", "ro,size=64m", "none", raw]
        if subprocess.run(command, check=False).returncode:
            pytest.skip("no right to mount a file system that is read-only")
    else:
        raw.chmod(0o500)
    try:
        result = project.run("cellxpert")
        assert result.status == ACT and str(raw) in result.text, result.text
        assert "--resume" in result.text and "next:" in result.text
        if root:
            subprocess.run(["mount", "-o", "remount,rw", raw], check=True)
        else:
            raw.chmod(0o700)
        assert project.resume("cellxpert").status == DONE_STATUS
        check_end(project, "cellxpert")
    finally:
        if root:
            subprocess.run(["umount", "-l", raw], check=True)


def test_a_second_run_of_a_platform_is_sent_away_and_told_by_whom(project, simulator):
    for account in ACCOUNTS:
        simulator.faults("cellxpert", account, {"fault": "slow", "seconds": 1, "count": 1})
    first = project.start("run", "cellxpert", "--to", "2026-01-05")
    deadline = time.monotonic() + 20
    while not project.last_run("cellxpert") and time.monotonic() < deadline:
        time.sleep(0.01)
    second = project.run("cellxpert")
    other = project.run("mexos")
    first.communicate(timeout=60)
    for account in ACCOUNTS:
        simulator.faults("cellxpert", account)
    assert second.status == AGAIN and f"pid {first.pid}" in second.text, second.text
    assert (other.status, first.returncode) == (DONE_STATUS, DONE_STATUS)
    check_end(project, "cellxpert")


def test_a_run_that_is_open_is_not_begun_again(project):
    shutil.rmtree(project.folder / "raw", ignore_errors=True)
    (project.folder / "raw").write_text("not a folder")
    assert project.run("cellxpert").status in (FAILED, ACT)
    assert project.last_run("cellxpert")[1] == RUNNING
    result = project.run("cellxpert")
    assert result.status == ACT and "spike run cellxpert --resume" in result.text
    (project.folder / "raw").unlink()
    assert project.resume("cellxpert").status == DONE_STATUS
    check_end(project, "cellxpert")


def test_secrets_appear_nowhere_in_a_project(project):
    for platform in PLATFORMS:
        assert project.run(platform).status == DONE_STATUS
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    for name, secret in project.env.items():
        if name.startswith(("CELLXPERT_", "MEXOS_")):
            assert not [path for path in files if secret.encode() in path.read_bytes()]
