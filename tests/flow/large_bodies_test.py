"""Bodies of any size in bounded memory, and connections that break inside them: `spike source read` against a server
that makes what it sends.

STRESS_MB=1024 sends pages of 1 GB (100 MB otherwise).
"""

import gzip
import http.server
import io
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import zipfile

import pytest
from flow_project import SPIKE

MEGABYTES = int(os.environ.get("STRESS_MB", "100"))
FAILED, ACT, AGAIN = 1, 4, 5
MOST_MEGABYTES = 24  # of memory, at any number of records
RECORD_MEGABYTES = 50
LINES = 4096  # in a block of about 1 MB


def record(number):
    noise = "".join(f"{(number * k * 2654435761) % (1 << 64):016x}" for k in range(3, 14))
    return {"id": number, "name": f"player {number}", "noise": noise}


RECORDS = [record(number) for number in range(LINES)]
JSONL = "".join(json.dumps(r) + "\n" for r in RECORDS).encode()
CSV = "".join(",".join(map(str, r.values())) + "\n" for r in RECORDS).encode()
JSON = ",".join(json.dumps(r) for r in RECORDS).encode()
PACKED = gzip.compress(JSONL, 1)
BIG = b"x" * (RECORD_MEGABYTES << 20)


class ZipOut(io.RawIOBase):
    def __init__(self, write):
        self.send = write

    def writable(self):
        return True

    def write(self, data):
        self.send(bytes(data))
        return len(data)


def zip_to(write):
    with zipfile.ZipFile(ZipOut(write), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, blocks in (("a.jsonl", MEGABYTES // 2), ("b.jsonl", MEGABYTES - MEGABYTES // 2)):
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(blocks):
                    member.write(JSONL)


def blocks(head, block, between=b"", tail=b""):
    def send(write):
        write(head + block)
        for _ in range(MEGABYTES - 1):
            write(between + block)
        write(tail)

    return send


BODIES = {
    "/jsonl": blocks(b"", JSONL),
    "/csv": blocks(b"id,name,noise\n", CSV),
    "/gzip": blocks(b"", PACKED),
    "/zip": zip_to,
    "/items": blocks(b'{"n": 1, "data": [', JSON, b",", b"]}"),
    "/big.jsonl": lambda write: write(b'{"id": 1}\n{"id": "' + BIG + b'"}\n{"id": 2}\n'),
    "/big.csv": lambda write: write(b"id,b\n1,\n" + BIG + b",\n2,\n"),
    "/big.json": lambda write: write(b'[{"id": 1}, {"id": "' + BIG + b'"}, {"id": 2}]'),
    "/refused": blocks(b"who are you?", BIG),
    "/line": lambda write: write(b'{"id": 1}\n' + BIG * 12),
    "/bomb": lambda write: write(gzip.compress(b'{"id": 1}\n' + bytes(256 << 20), 9)),
    "/depth": lambda write: write(b'{"id": 1}\n' + b"[" * (4 << 20)),
}


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gone = threading.Event()  # a body was given up by its reader
    tries = {}

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/busy"):
            self.busy(path)
            return
        self.send_response(403 if path == "/refused" else 200)
        self.send_header("Connection", "close")
        if path == "/silent":
            self.end_headers()
            self.wfile.write(JSONL + b'{"id"')
            self.wfile.flush()
            self.connection.recv(1)  # until the reader has had enough
            self.close_connection = True
            return
        if path in ("/reset", "/cut"):
            self.send_header("Content-Length", str(4 * len(JSONL)))
            self.end_headers()
            self.break_off(path == "/reset")
            return
        self.end_headers()
        try:
            BODIES[path](self.wfile.write)
        except OSError:
            Server.gone.set()

    def break_off(self, reset):
        self.wfile.write(JSONL)
        self.wfile.flush()
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())  # the server's own end would begin with a FIN
        self.close_connection = True

    def busy(self, path):
        """The first try of each is one too many."""
        tried = Server.tries.get(self.path, 0)
        Server.tries[self.path] = tried + 1
        body = b'{"id": 1}\n' if tried else b"slow down"
        self.send_response(200 if tried else 429)
        self.send_header("Content-Length", str(len(body)))
        if path == "/busy/until":
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    made.daemon_threads = True
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_address[1]}"
    made.shutdown()


JSONL_DECODER = {"type": "JsonlDecoder"}


def manifest(base, path, decoder, **retriever):
    requester = {"type": "HttpRequester", "url_base": base, "path": path}
    requester.update(retriever.pop("requester", {}))
    stream = {
        "type": "DeclarativeStream",
        "name": "s",
        "retriever": {
            "type": "SimpleRetriever",
            "requester": requester,
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": []},
            },
            "decoder": decoder,
            **retriever,
        },
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object"}},
    }
    return {
        "version": "7.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["s"]},
        "streams": [stream],
        "spec": {"type": "Spec", "connection_specification": {"type": "object"}},
    }


def peak_megabytes(pid):
    """Of the program alone: what wait4 tells counts this process before the exec too."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0


def write_files(folder, made):
    stream = {"name": "s", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    entry = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    (folder / "m.json").write_text(json.dumps(made))
    (folder / "config.json").write_text("{}")
    (folder / "catalog.json").write_text(json.dumps({"streams": [entry]}))


def command(folder, op):
    words = [SPIKE, "source", "--manifest", folder / "m.json", op]
    words += ["--config", folder / "config.json"]
    return words + (["--catalog", folder / "catalog.json"] if op == "read" else [])


class Result:
    """Counts what comes out without keeping it."""

    def __init__(self, folder, made, op="read"):
        write_files(folder, made)
        words = command(folder, op)
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.records, self.text, self.megabytes = 0, "", 0
        open_line = []  # pieces of it
        for piece in iter(lambda: process.stdout.read1(1 << 20), b""):
            self.megabytes = peak_megabytes(process.pid) or self.megabytes
            first, *more = piece.split(b"\n")
            open_line.append(first)
            for following in more:
                self.take(b"".join(open_line))
                open_line = [following]
        process.stdout.close()
        self.status = process.wait()

    def take(self, line):
        if line.startswith(b'{"type":"RECORD"'):
            self.records += 1
        else:
            self.text += line.decode() + "\n"


@pytest.mark.parametrize(
    "path,decoder",
    [
        ("/jsonl", JSONL_DECODER),
        ("/csv", {"type": "CsvDecoder"}),
        ("/gzip", {"type": "GzipDecoder", "decoder": JSONL_DECODER}),
        ("/zip", {"type": "ZipfileDecoder", "decoder": JSONL_DECODER}),
        ("/items", {"type": "JsonItemsDecoder", "items_path": "data"}),
        ("/jsonl", {"type": "IterableDecoder"}),
    ],
)
def test_a_page_of_any_size_is_read_in_bounded_memory(tmp_path, server, path, decoder):
    result = Result(tmp_path, manifest(server, path, decoder))
    assert result.status == 0, result.text
    assert result.records == MEGABYTES * LINES
    print(f"{path}: {MEGABYTES} MB, peak {result.megabytes:.1f} MB")
    assert result.megabytes <= MOST_MEGABYTES


@pytest.mark.parametrize(
    "path,decoder",
    [
        ("/big.jsonl", JSONL_DECODER),
        ("/big.csv", {"type": "CsvDecoder"}),
        ("/big.json", {"type": "JsonDecoder"}),
    ],
)
def test_a_record_of_fifty_megabytes_passes(tmp_path, server, path, decoder):
    result = Result(tmp_path, manifest(server, path, decoder))
    assert (result.status, result.records) == (0, 3), result.text
    assert result.megabytes <= 6 * RECORD_MEGABYTES


@pytest.mark.parametrize(
    "path,decoder,says",
    [
        ("/line", JSONL_DECODER, "line 2 is larger than 536870912 bytes"),
        ("/depth", JSONL_DECODER, "line 2 of the response is nested too deeply"),
        ("/bomb", {"type": "GzipDecoder", "decoder": JSONL_DECODER}, "a decompression bomb"),
    ],
)
def test_what_has_no_end_fails_with_a_clear_error(tmp_path, server, path, decoder, says):
    result = Result(tmp_path, manifest(server, path, decoder))
    assert result.status == FAILED and says in result.text, result.text
    assert result.records <= 1 and "INCOMPLETE" in result.text


@pytest.mark.parametrize(
    "path,says", [("/reset", "the connection was reset"), ("/cut", "the body ended too early")]
)
def test_a_break_inside_a_body_fails_the_stream_and_doubles_nothing(tmp_path, server, path, says):
    result = Result(tmp_path, manifest(server, path, JSONL_DECODER))
    assert result.status == AGAIN and says in result.text, result.text
    assert result.records <= LINES and "INCOMPLETE" in result.text
    assert "transient_error" in result.text


def test_a_refusal_without_end_is_read_as_far_as_it_may_say_why(tmp_path, server):
    result = Result(tmp_path, manifest(server, "/refused", JSONL_DECODER))
    assert result.status == ACT and "HTTP 403" in result.text, result.text
    assert result.megabytes <= 100


def test_a_check_reads_no_more_than_it_needs(tmp_path, server):
    Server.gone.clear()
    result = Result(tmp_path, manifest(server, "/jsonl", JSONL_DECODER), "check")
    assert result.status == 0 and "SUCCEEDED" in result.text, result.text
    assert Server.gone.wait(10), "the whole body was taken"


@pytest.mark.parametrize("path", ["/busy/until", "/busy/for-a-while"])
def test_a_storm_of_429_ends_when_the_server_calms_down(tmp_path, server, path):
    values = [str(number) for number in range(20)]
    option = {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "p"}
    router = {
        "type": "ListPartitionRouter",
        "values": values,
        "cursor_field": "p",
        "request_option": option,
    }
    backoff = {"type": "WaitTimeFromHeader", "header": "Retry-After"}
    handler = {"type": "DefaultErrorHandler", "backoff_strategies": [backoff]}
    made = manifest(
        server, path, JSONL_DECODER, partition_router=router, requester={"error_handler": handler}
    )
    made["concurrency_level"] = {"type": "ConcurrencyLevel", "default_concurrency": 20}
    began = time.monotonic()
    result = Result(tmp_path, made)
    assert (result.status, result.records) == (0, len(values)), result.text
    assert "RATE_LIMITED" in result.text and time.monotonic() - began < 30


def start(folder, made):
    write_files(folder, made)
    words = command(folder, "read")
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_a_server_that_falls_silent_is_left_after_the_read_timeout(tmp_path, server):
    handler = {"type": "DefaultErrorHandler", "max_retries": 0}
    limits = {"read_timeout_in_seconds": 1, "error_handler": handler}
    result = Result(tmp_path, manifest(server, "/silent", JSONL_DECODER, requester=limits))
    assert result.status == AGAIN and "no answer came in time" in result.text, result.text
    assert result.records == LINES


def test_a_reader_slower_than_the_read_timeout_gets_all(tmp_path, server):
    """The transfer is paused meanwhile, which is no silence of the server."""
    limits = {"read_timeout_in_seconds": 1}
    process = start(tmp_path, manifest(server, "/jsonl", JSONL_DECODER, requester=limits))
    records = process.stdout.read1(1 << 16).count(b'{"type":"RECORD"')
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:  # a reader that is busy elsewhere
        pathlib.Path(f"/proc/{process.pid}/status").read_text()
        threading.Event().wait(0.1)
    rest = process.stdout.read()
    assert process.wait() == 0
    assert records + rest.count(b'{"type":"RECORD"') >= MEGABYTES * LINES


def test_who_stops_listening_ends_the_read(tmp_path, server):
    """SIGPIPE or a closed pipe, not a hang."""
    process = start(tmp_path, manifest(server, "/jsonl", JSONL_DECODER))
    assert process.stdout.read(1000)
    process.stdout.close()
    assert process.wait(30) in (FAILED, -signal.SIGPIPE)
