"""`spike destination write` fed by real sources of the Python package index: their rows in Parquet.

The sources are those of tools/requirements/sources.txt. Two need no network; the third reads its API
through a proxy of this file, which answers in that API's place.
"""

import datetime
import http.server
import json
import os
import pathlib
import random
import signal
import socket
import ssl
import subprocess
import threading
import time

import pyarrow.parquet as pq
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPIKE = pathlib.Path(os.environ.get("SPIKE", ROOT / "build" / "spike"))
KILLS = int(os.environ.get("KILLS", "10"))
POKEMON = {"id": 25, "name": "pikachu", "height": 4, "weight": 60, "is_default": True}

pytestmark = pytest.mark.skipif(not SPIKE.exists(), reason="spike is not built")


@pytest.fixture(scope="module")
def sources():
    made = subprocess.run(
        [ROOT / "tools/venv", "sources"], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"the sources cannot be installed: {made.stderr.strip().splitlines()[-1]}")
    return pathlib.Path(made.stdout.strip()) / "bin"


def write_json(path, value):
    path.write_text(json.dumps(value))
    return path


def messages(text):
    return [json.loads(line) for line in text.splitlines()]


def of_type(found, kind):
    return [message[kind.lower()] for message in found if message["type"] == kind]


def configure(catalog, mode="append"):
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": stream["supported_sync_modes"][-1],
                "destination_sync_mode": mode,
                "cursor_field": stream.get("default_cursor_field", []),
            }
            for stream in catalog["streams"]
        ]
    }


class Destination:
    def __init__(self, folder, catalog, **config):
        self.folder = folder / "transient"
        self.config = write_json(
            folder / "destination.json", {"transient": str(self.folder)} | config
        )
        self.catalog = write_json(folder / "catalog.json", catalog)

    def words(self):
        return [SPIKE, "destination", "write", "--config", self.config, "--catalog", self.catalog]

    def write(self, text):
        return subprocess.run(
            self.words(), input=text, capture_output=True, text=True, timeout=120, check=False
        )

    def batches(self):
        return [
            json.loads(path.read_text()) | {"folder": path.parent}
            for path in sorted(self.folder.rglob("batch.json"))
        ]

    def rows(self):
        """What the batches say: stream -> records, from exactly the files they list."""
        found = {}
        for batch in self.batches():
            rows = found.setdefault(batch["stream"], [])
            before = len(rows)
            for file in batch["files"]:
                table = pq.read_table(self.folder / file["key"])
                assert len(table) == file["rows"]
                rows += [json.loads(text) for text in table["raw_data"].to_pylist()]
            assert len(rows) - before == batch["rows"] == batch["records"]
        return found


def read_source(program, folder, config, **environment):
    """The messages of a source, as it printed them, and the catalog that it was given."""
    config = write_json(folder / "source.json", config)
    environment = os.environ | environment
    told = subprocess.run(
        [program, "discover", "--config", config],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    catalog = configure(of_type(messages(told.stdout), "CATALOG")[0])
    file = write_json(folder / "source-catalog.json", catalog)
    read = subprocess.run(
        [program, "read", "--config", config, "--catalog", file],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return read.stdout, catalog


def check_all_rows_landed(tmp_path, text, catalog):
    destination = Destination(tmp_path, catalog, account="shop")
    done = destination.write(text)
    assert done.returncode == 0, done.stdout[-2000:]
    sent = messages(text)
    expected = {entry["stream"]["name"]: [] for entry in catalog["streams"]}
    for record in of_type(sent, "RECORD"):
        expected[record["stream"]].append(record["data"])
    assert destination.rows() == expected
    assert all(batch["complete"] for batch in destination.batches())
    answers = of_type(messages(done.stdout), "STATE")
    told = of_type(sent, "STATE")
    stats = [answer.pop("destinationStats") for answer in answers]
    assert sorted(map(json.dumps, answers)) == sorted(map(json.dumps, told))
    assert sum(each["recordCount"] for each in stats) <= sum(map(len, expected.values()))
    assert [each["recordCount"] for each in sorted(stats, key=str)] == [
        state["sourceStats"]["recordCount"]
        for state in sorted(told, key=lambda state: str(state["sourceStats"]))
    ]
    assert sum(map(len, expected.values())) > 0


def test_rows_of_source_faker_are_those_in_parquet(tmp_path, sources):
    config = {"count": 250, "seed": 7, "records_per_slice": 50, "parallelism": 2}
    text, catalog = read_source(sources / "source-faker", tmp_path, config)
    check_all_rows_landed(tmp_path, text, catalog)


def test_rows_of_source_hardcoded_records_are_those_in_parquet(tmp_path, sources):
    program = sources / "source-hardcoded-records"
    text, catalog = read_source(program, tmp_path, {"count": 500})
    check_all_rows_landed(tmp_path, text, catalog)


def make_certificate(folder, host):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2049, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = folder / "host.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return file


class Proxy(http.server.BaseHTTPRequestHandler):
    """Takes CONNECT and answers any GET behind it itself."""

    context = None

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        with self.context.wrap_socket(self.connection, server_side=True) as tls:
            while tls.recv(65536):
                body = json.dumps(POKEMON).encode()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                tls.sendall(head.encode() + b"\r\n" + body)
        self.close_connection = True

    def log_message(self, *_):
        """Says nothing."""


def test_rows_of_source_pokeapi_are_those_in_parquet(tmp_path, sources):
    certificate = make_certificate(tmp_path, "pokeapi.co")
    (tmp_path / "sitecustomize.py").write_text(  # the source trusts certifi's file and no other
        f"import certifi\ncertifi.where = lambda: {str(certificate)!r}\n"
    )
    Proxy.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Proxy.context.load_cert_chain(certificate)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = f"http://127.0.0.1:{server.server_address[1]}"
    text, catalog = read_source(
        sources / "source-pokeapi", tmp_path, {"pokemon_name": "pikachu"},
        HTTPS_PROXY=proxy, https_proxy=proxy, NO_PROXY="", no_proxy="",
        PYTHONPATH=str(tmp_path),
    )  # fmt: skip
    server.shutdown()
    check_all_rows_landed(tmp_path, text, catalog)


# ---- what a real source rarely does

CATALOG = configure({"streams": [{"name": "s", "supported_sync_modes": ["incremental"]}]})


def record(number, stream="s", **more):
    body = {"stream": stream, "data": {"number": number} | more, "emitted_at": 1700000000000}
    return json.dumps({"type": "RECORD", "record": body}) + "\n"


def state(number, stream="s"):
    body = {"stream_descriptor": {"name": stream}, "stream_state": {"number": number}}
    return json.dumps({"type": "STATE", "state": {"type": "STREAM", "stream": body}}) + "\n"


def status(which, stream="s"):
    body = {"stream_descriptor": {"name": stream}, "status": which}
    trace = {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": body}
    return json.dumps({"type": "TRACE", "trace": trace}) + "\n"


def answered(stdout):
    return [told["stream"]["stream_state"]["number"] for told in of_type(messages(stdout), "STATE")]


def numbers(destination):
    return [row["number"] for row in destination.rows().get("s", [])]


def test_a_stream_that_does_not_end_complete_keeps_what_was_answered(tmp_path):
    for i, last in enumerate(["", status("INCOMPLETE"), "no message\n", '{"type":"RECORD"}\n']):
        folder = tmp_path / str(i)
        folder.mkdir()
        destination = Destination(folder, CATALOG, checkpoint_seconds=0)
        done = destination.write(record(1) + record(2) + state(2) + record(3) + last)
        assert done.returncode in (1, 5)
        assert answered(done.stdout) == [2]
        assert numbers(destination) == [1, 2]
        assert not any(batch["complete"] for batch in destination.batches())
        assert len(list(destination.folder.rglob("*.parquet"))) == 1


def test_rows_that_no_state_covers_are_dropped_with_their_stream(tmp_path):
    destination = Destination(tmp_path, CATALOG)
    done = destination.write(record(1) + state(1) + record(2))
    assert done.returncode == 5
    assert answered(done.stdout) == []
    assert destination.batches() == []


def test_a_broken_line_is_named_by_its_number(tmp_path):
    bad = {
        "{": "line 2",
        "[]": "line 2: not a message",
        '{"type":"RECORD","record":{"stream":"x","data":{},"emitted_at":1}}': "stream 'x'",
        '{"type":"RECORD","record":{"stream":"s","data":[],"emitted_at":1}}': "no object",
        '{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":-1}}': "emitted_at",
        '{"type":"STATE"}': "no object",
    }
    for i, (line, text) in enumerate(bad.items()):
        folder = tmp_path / str(i)
        folder.mkdir()
        done = Destination(folder, CATALOG).write(record(1) + line + "\n" + status("COMPLETE"))
        error = of_type(messages(done.stdout), "TRACE")[-1]["error"]
        assert done.returncode == 1
        assert text in error["message"]
        assert "line 2" in error["message"]


def test_days_and_parts_and_messages_of_other_kinds(tmp_path):
    other = '{"type":"NEW","new":1}\n\n{"type":"CATALOG","catalog":{}}\n'
    log = '{"type":"LOG","log":{"level":"INFO","message":"hello"}}\n'
    late = record(2).replace("1700000000000", "1700090000000")
    destination = Destination(tmp_path, CATALOG, run="one", platform="p", account="a/b")
    text = record(1) + other + log + late + record(3) + state(3) + status("COMPLETE")
    done = destination.write(text)
    assert done.returncode == 0, done.stdout
    assert [batch["day"] for batch in destination.batches()] == ["2023-11-14", "2023-11-15"]
    assert sorted(numbers(destination)) == [1, 2, 3]
    assert '"hello"' in done.stdout
    table = pq.read_table(next(iter(destination.folder.rglob("*.parquet"))))
    context = json.loads(table["additional_cntx"][0].as_py())
    assert context == {"run": "one", "platform": "p", "account": "a/b"}
    again = destination.write(text)
    assert again.returncode == 4
    assert "run one" in again.stdout


def test_a_stream_without_records_has_an_empty_batch(tmp_path):
    destination = Destination(tmp_path, CATALOG)
    done = destination.write(status("STARTED") + status("COMPLETE") + state(0))
    assert done.returncode == 0
    assert answered(done.stdout) == [0]
    assert [(batch["rows"], len(batch["files"])) for batch in destination.batches()] == [(0, 1)]


@pytest.mark.parametrize("mode", ["append_dedup", "upsert"])
def test_sync_modes_that_cannot_be_done_are_refused(tmp_path, mode):
    catalog = configure({"streams": [{"name": "s", "supported_sync_modes": ["incremental"]}]}, mode)
    done = Destination(tmp_path, catalog).write("")
    assert done.returncode == 4
    assert f"'{mode}' is not supported" in done.stdout


def test_large_records_take_bounded_memory(tmp_path):
    destination = Destination(tmp_path, CATALOG, checkpoint_seconds=0)
    large = "x" * (1 << 20)
    process = subprocess.Popen(
        destination.words(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for number in range(120):
        process.stdin.write(record(number, text=large))
    process.stdin.write(state(119) + status("COMPLETE"))
    process.stdin.flush()
    usage = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 0, stdout
    peak_mb = int(usage.split("VmHWM:")[1].split()[0]) // 1024
    assert peak_mb < 96
    assert numbers(destination) == list(range(120))


def test_a_record_of_many_megabytes_is_read_back_by_others(tmp_path):
    destination = Destination(tmp_path, CATALOG)
    text = record(0, text="x" * (30 << 20)) + record(1) + state(1) + status("COMPLETE")
    subprocess.run(destination.words(), input=text, text=True, stdout=subprocess.PIPE, check=True)
    assert numbers(destination) == [0, 1]


def test_no_state_is_answered_whose_rows_are_not_there_after_a_kill(tmp_path):
    chance = random.Random(3)
    seen = 0
    for attempt in range(KILLS):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        destination = Destination(folder, CATALOG, checkpoint_seconds=0)
        reader, writer = socket.socketpair()
        process = subprocess.Popen(destination.words(), stdin=reader, stdout=subprocess.PIPE)
        reader.close()
        thread = threading.Thread(target=send_until_closed, args=(writer,))
        thread.start()
        time.sleep(chance.uniform(0.02, 0.4))
        process.send_signal(signal.SIGKILL)
        stdout, _ = process.communicate(timeout=60)
        writer.close()
        thread.join()
        states = answered(stdout.decode().rpartition("\n")[0])
        assert states == sorted(states)
        seen += len(states)
        there = numbers(destination)
        assert there == list(range(len(there)))
        assert len(there) > max(states, default=-1)
        assert not any(batch["complete"] for batch in destination.batches())
    assert seen > 0


def send_until_closed(writer):
    try:
        for number in range(1_000_000):
            line = record(number) + (state(number) if number % 10 == 9 else "")
            writer.sendall(line.encode())
    except OSError:
        return
