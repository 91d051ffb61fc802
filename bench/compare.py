"""Spike beside airbyte-cdk and dlt: the same manifests, the same server, the same run.

Results are ratios per CPU second (user + system of the program alone): they hold on a busy machine
too, where wall time does not. Nothing here fails because something was slow; it fails when the
sides do not give the same records.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

from meter import Meter, Server, median
from whole_run import Project

HERE = pathlib.Path(__file__).resolve().parent
# manifest, records for each unit of --records, what it is, the design's goal and, in brackets, what
# was asked for where that is less
READS = [
    ("cursor", 1, "cursor pagination", "40 (20)"),
    ("page", 5, "page increment", "40 (20)"),
    ("gzip", 1, "page increment, gzip", "40 (20)"),
    ("transform", 1, "AddFields x2 + RemoveFields", 60),
    ("normalisation", 1, "schema normalisation", 60),
    ("xml", 1, "XML pages", 25),
    ("csv", 1, "CSV, one body", 25),
    ("jsonl", 1, "JSONL, one body", 25),
    ("partitions", 0.25, "4 partitions, concurrency 4", "40 (20)"),
    ("substream", None, "2000 parents, one request each", 20),
]
CHILDREN = 40000
SAMPLE = 2000
SPIKE_RUNS_PER_PEER_RUN = 3


class Bench:
    def __init__(self, options, server, folder):
        self.options = options
        self.url = server.url
        self.folder = pathlib.Path(folder)
        self.meter = Meter(options.build)
        self.spike = options.build / "spike"
        self.project = Project(self.folder / "project", self.spike, self.url)
        self.python = pathlib.Path(sys.executable)
        self.catalog = self.write("catalog.json", catalog())
        self.runs = 0
        self.run_sizes = (options.records, options.records * 5)

    def write(self, name, value):
        path = self.folder / name
        path.write_text(json.dumps(value))
        return path

    def config(self, records):
        return self.write(f"config-{records}.json", {"url": self.url, "records": records})

    def command(self, side, op, manifest, records):
        path = HERE / "manifests" / f"{manifest}.yaml"
        if side == "spike":
            words = [self.spike, "source", "--manifest", path, op]
        else:
            cdk = self.python.parent / "source-declarative-manifest"
            words = [cdk, op, "--manifest-path", path]
        if op != "spec" or side == "cdk":
            words += ["--config", self.config(records)]
        return words + (["--catalog", self.catalog] if op == "read" else [])

    def land(self, records):
        self.runs += 1
        out = self.folder / f"spike-{self.runs}"
        path = HERE / "manifests" / "cursor.yaml"
        return [self.options.build / "spike-bench-land", path, self.config(records), out]

    def dlt(self, records):
        self.runs += 1
        out = self.folder / f"dlt-{self.runs}"
        return [self.python, HERE / "peers" / "dlt_rest.py", self.url, str(records), out]

    def limit(self, records, parquet=False):
        words = [self.options.build / "spike-bench-limit", f"{self.url}{records}/page"]
        words.append(str(records // 1000))
        return words + ([self.folder / "limit.parquet"] if parquet else [])

    def records(self, side, manifest):
        command = self.command(side, "read", manifest, SAMPLE)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {manifest} by {side} failed: {done.stdout[-2000:]}")
        messages = (json.loads(line) for line in done.stdout.splitlines())
        return sorted(
            json.dumps(m["record"]["data"], sort_keys=True)
            for m in messages
            if m["type"] == "RECORD"
        )

    def side_by_side(self, ours, theirs):
        """ABAB; ours several times as it is short."""
        a, b = [], []
        for _ in range(self.options.rounds):
            a += [self.meter(ours()) for _ in range(SPIKE_RUNS_PER_PEER_RUN)]
            b.append(self.meter(theirs()))
        return median(a), median(b)


def catalog():
    stream = {"name": "records", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    configured = {"stream": stream, "sync_mode": "full_refresh"}
    return {"streams": [configured | {"destination_sync_mode": "append"}]}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def same_records(bench):
    for manifest, *_ in READS:
        say(f"the same records: {manifest}")
        if bench.records("spike", manifest) != bench.records("cdk", manifest):
            raise SystemExit(f"bench: {manifest}: spike and the CDK read different records")
    say("the same records: spike run")
    bench.project.publish(SAMPLE)
    if bench.project.records() != bench.records("cdk", "cursor"):
        raise SystemExit("bench: spike run publishes other records than the CDK reads")
    for n in bench.run_sizes:
        bench.project.publish(n)


def row(work, records, ours, theirs, goal):
    per_s = records / ours["cpu_s"], records / theirs["cpu_s"]
    return [
        work,
        f"{records:,}",
        f"{per_s[0]:,.0f}",
        f"{per_s[1]:,.0f}",
        f"**{per_s[0] / per_s[1]:.1f}**",
        goal,
        f"{ours['rss_mb']:.1f}",
        f"{theirs['rss_mb']:.0f}",
        f"{ours['wall_s']:.2f}",
        f"{theirs['wall_s']:.2f}",
    ]


COLUMNS = ["work", "records", "spike rec/CPU s", "peer rec/CPU s", "ratio", "goal"]
COLUMNS += ["spike MB", "peer MB", "spike wall s", "peer wall s"]
START_COLUMNS = ["start to", "spike ms", "fastest", "CDK ms", "ratio", "goal"]
START_COLUMNS += ["spike CPU ms", "CDK CPU ms"]
MEMORY_COLUMNS = ["records", "read, peak MB (<= 24)", "Parquet, peak MB (<= 96)"]
MEMORY_COLUMNS += ["spike run, peak MB (<= 96)"]


def reads(bench):
    rows = []
    for manifest, share, work, goal in READS:
        say(work)
        total = CHILDREN if share is None else int(bench.options.records * max(share, 1))
        asked = CHILDREN if share is None else int(bench.options.records * share)
        asked = max(asked // 1000, 1) * 1000
        ours, theirs = bench.side_by_side(
            lambda: bench.command("spike", "read", manifest, asked),
            lambda: bench.command("cdk", "read", manifest, asked),
        )
        rows.append(row(f"{work} (CDK)", total, ours, theirs, f">= {goal}"))
    return rows


def landing(bench):
    say("to Parquet")
    n = bench.options.records
    ours, theirs = bench.side_by_side(lambda: bench.land(n), lambda: bench.dlt(n))
    return [row("landed as Parquet (dlt)", n, ours, theirs, ">= 15 (8)")]


def whole_runs(bench):
    rows = []
    for n in bench.run_sizes:
        say(f"spike run: {n:,} records")
        ours, theirs = bench.side_by_side(
            lambda n=n: bench.project.command(n), lambda n=n: bench.dlt(n)
        )
        bench.project.check(n)
        rows.append(row("spike run: to the raw zone (dlt)", n, ours, theirs, ">= 15 (8)"))
    return rows


def limits(bench):
    """How near to what cannot be beaten, alternating too."""
    rows = []
    n = bench.options.records * 5
    pairs = [
        ("read, page increment", lambda: bench.command("spike", "read", "page", n), False),
        ("landed as Parquet", lambda: bench.land(n), True),
    ]
    for work, ours, parquet in pairs:
        say(f"limit: {work}")
        a, b = [], []
        for _ in range(max(bench.options.rounds, 5)):
            a.append(bench.meter(ours()))
            b.append(bench.meter(bench.limit(n, parquet)))
        a, b = median(a), median(b)
        share = b["cpu_s"] / a["cpu_s"]
        rates = [f"{n / side['cpu_s']:,.0f}" for side in (a, b)]
        rows.append([work, f"{n:,}", *rates, f"**{share:.0%}**", ">= 70%", f"{a['rss_mb']:.1f}"])
    return rows


def starts(bench):
    say("start-up")
    rows = []
    for work, op, first, goal in [
        ("spec", "spec", "SPEC", 10),
        ("first record", "read", "RECORD", 30),
    ]:
        costs = []
        for side, runs in (("spike", 20), ("cdk", 3)):
            command = bench.command(side, op, "page", 1000)
            costs.append([bench.meter(command, f'"{first}"') for _ in range(runs)])
        best = min(cost["first_ms"] for cost in costs[0])
        ours, theirs = map(median, costs)
        cells = [f"{ours['first_ms']:.1f}", f"{best:.1f}", f"{theirs['first_ms']:.0f}"]
        cells += [f"**{theirs['first_ms'] / ours['first_ms']:.0f}**", f"<= {goal} ms"]
        rows.append([work, *cells, f"{ours['cpu_s'] * 1000:.1f}", f"{theirs['cpu_s'] * 1000:.0f}"])
    return rows


def memory(bench):
    say("memory")
    rows = []
    for factor in (1, 5, 25):
        n = bench.options.records * factor
        plain = bench.meter(bench.command("spike", "read", "page", n))
        landed = bench.meter(bench.land(n))
        whole = bench.meter(bench.project.command(n))
        bench.project.check(n)
        rows.append([f"{n:,}", *(f"{cost['rss_mb']:.1f}" for cost in (plain, landed, whole))])
    return rows


def table(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    packages = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in ("airbyte-cdk", "dlt"))
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC; {model}, "
        f"{os.cpu_count()} cores, Linux {platform.release()}; load before {load}; "
        f"Python {platform.python_version()}, {packages}.\n"
    )


def report(bench, facts):
    o = bench.options
    kind = "quick: a smoke test, start-up weighs too much" if o.quick else f"rounds: {o.rounds}"
    parts = [
        "# Speed, side by side\n",
        f"Made by `bench/run` ({kind}). {facts}",
        "Records per second of user + system time of the program alone, start-up included; medians;",
        "memory is the highest peak. Both sides were seen to give the same records first, and the",
        "raw zone to hold all of them. Goals are the design's; in brackets what was asked for.\n",
        table(COLUMNS, reads(bench) + landing(bench) + whole_runs(bench)),
        "`spike run` is a whole run of one day: read, transient Parquet, checks, gate, copy to the raw",
        "zone with its sum verified, link in DuckDB. dlt writes the same records as Parquet files.\n",
        "The limit is a loop of libcurl, yyjson and write (or Parquet with zstd), without an engine.\n",
        table(["work", "records", "spike", "limit", "share", "goal", "spike MB"], limits(bench)),
        table(START_COLUMNS, starts(bench)),
        table(MEMORY_COLUMNS, memory(bench)),
    ]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true", help="one round of 50,000 records")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "RESULTS.md")
    options = parser.parse_args()
    if options.quick:
        options.records, options.rounds = 50_000, 1
    facts = machine()
    with Server(options.build) as server, tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, server, folder)
        same_records(bench)
        text = report(bench, facts)
    options.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
