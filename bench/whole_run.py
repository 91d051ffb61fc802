"""The project folder of a whole run: one account, one stream, one day, all of it local."""

import json
import pathlib
import shutil
import subprocess

import pyarrow.parquet

MANIFEST = pathlib.Path(__file__).resolve().parent / "manifests" / "day.yaml"
DAY = "2026-03-02"
SETTINGS = """\
storage: sqlite:spike.db
transient: file:transient
raw: file:raw
warehouse: duckdb:warehouse.duckdb
"""
PLATFORM = """\
connector: {manifest}
config: {{url: "{url}", records: {records}, start_date: "{day}", end_date: "{day}"}}
accounts: {{server: {{}}}}
"""


class Project:
    def __init__(self, folder, spike, url):
        self.folder, self.spike, self.url = folder, spike, url

    def command(self, records):
        """A run of a project that has not run before: nothing published, an empty warehouse."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "platforms").mkdir(parents=True)
        (self.folder / "spike.yaml").write_text(SETTINGS)
        text = PLATFORM.format(manifest=MANIFEST, url=self.url, records=records, day=DAY)
        (self.folder / "platforms" / "bench.yaml").write_text(text)
        words = [self.spike, "run", "bench", "--from", DAY, "--to", DAY]
        return [*words, "--project", self.folder]

    def publish(self, records):
        """Runs once, and sees by the files of the raw zone that every record is there."""
        done = subprocess.run(self.command(records), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: spike run failed: {done.stderr[-2000:]}")
        self.check(records)

    def check(self, records):
        rows = sum(pyarrow.parquet.read_metadata(file).num_rows for file in self.files())
        if rows != records:
            raise SystemExit(f"bench: spike run published {rows} rows instead of {records}")

    def files(self):
        return list((self.folder / "raw").rglob("*.parquet"))

    def records(self):
        """What is published, each record as sorted JSON."""
        texts = []
        for file in self.files():
            texts += pyarrow.parquet.read_table(file, columns=["raw_data"])["raw_data"].to_pylist()
        return sorted(json.dumps(json.loads(text), sort_keys=True) for text in texts)
