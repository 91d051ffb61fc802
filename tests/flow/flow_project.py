"""Projects, the program and the simulator for the tests of the whole flow.

SPIKE and SPIKE_SIMULATOR name the programs; without them those of build/ are taken.
"""

import json
import os
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import duckdb
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
SPIKE = Path(os.environ.get("SPIKE", ROOT / "build/spike"))
SIMULATOR = Path(os.environ.get("SPIKE_SIMULATOR", ROOT / "build/spike-simulator"))
PLATFORMS = ("cellxpert", "mexos")
ACCOUNTS = ("lucky-comet", "royal-otter")
FIRST, LAST, NOW = "2026-01-03", "2026-01-05", "2026-01-06T06:00:00Z"

# Secrets of the accounts as the simulator knows them; no output may ever show one.
SECRET = {"cellxpert": "key-{}", "mexos": "password-{}"}
ENVIRONMENT = {
    f"{platform}_{account}".upper().replace("-", "_"): text.format(account)
    for platform, text in SECRET.items()
    for account in ACCOUNTS
}
RUNNING, DONE, HELD = 0, 1, 2

CONFIG = {
    "cellxpert": """
connector: {root}/connectors/cellxpert/manifest.yaml
config:
  start_date: {first}
  affiliate_id: "1001"
  tracker_login_id: "${{account}}"
  base_url: {base}/cellxpert/${{account}}
accounts:
  lucky-comet: {{api_key: "${{env:CELLXPERT_LUCKY_COMET}}"}}
  royal-otter: {{api_key: "${{env:CELLXPERT_ROYAL_OTTER}}"}}
""",
    "mexos": """
connector: {root}/connectors/mexos/manifest.yaml
config:
  start_date: {first}
  campaign_id: "77"
  tracker_login_id: "${{account}}"
  base_url: {base}/mexos/${{account}}
  username: user-${{account}}
accounts:
  lucky-comet: {{password: "${{env:MEXOS_LUCKY_COMET}}"}}
  royal-otter: {{password: "${{env:MEXOS_ROYAL_OTTER}}"}}
""",
}
PROJECT = """
storage: sqlite:spike.db
transient: file:transient
raw: file:raw
warehouse: duckdb:warehouse.duckdb
"""


class Simulator:
    def __init__(self, folder, now=NOW):
        port_file = folder / "port"
        self.process = subprocess.Popen(
            [SIMULATOR, "--now", now, "--port-file", port_file], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{int(port_file.read_text())}"

    def control(self, **scenario):
        body = json.dumps(scenario).encode()
        with urlopen(Request(self.url + "/_control", body, method="POST"), timeout=30) as answer:
            assert answer.status == 200

    def faults(self, platform, account, *faults):
        self.control(accounts=[{"platform": platform, "account": account, "faults": faults}])

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


@dataclass
class Result:
    status: int
    stdout: str
    stderr: str

    @property
    def text(self):
        return self.stdout + self.stderr


def check_no_secret(text):
    for secret in ENVIRONMENT.values():
        assert secret not in text


class Project:
    """A project folder of both platforms, two accounts each."""

    def __init__(self, folder, base_url):
        self.folder, self.url = folder, base_url
        (folder / "platforms").mkdir(parents=True)
        (folder / "spike.yaml").write_text(PROJECT)
        for platform in PLATFORMS:
            text = CONFIG[platform].format(root=ROOT, base=base_url, first=FIRST)
            self.platform_file(platform).write_text(text)
        self.env = {**os.environ, **ENVIRONMENT}

    def platform_file(self, platform):
        return self.folder / "platforms" / f"{platform}.yaml"

    def replace(self, path, old, new):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def start(self, *words, **options):
        return subprocess.Popen(
            [SPIKE, *words],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def spike(self, *words, **options):
        process = self.start(*words, **options)
        stdout, stderr = process.communicate(timeout=120)
        check_no_secret(stdout + stderr)
        return Result(process.returncode, stdout, stderr)

    def run(self, platform, *words, **options):
        return self.spike("run", platform, "--to", LAST, *words, **options)

    def resume(self, platform):
        return self.spike("run", platform, "--resume")

    # ---- what is there ----

    def ask(self, statement, *values):
        database = self.folder / "spike.db"
        if not database.exists():
            return []
        connection = sqlite3.connect(database, timeout=30)
        try:
            return connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def last_run(self, platform):
        """(id, status) of the newest run, or None."""
        rows = self.ask(
            "SELECT id, status FROM run WHERE platform = ? ORDER BY started_us DESC LIMIT 1",
            platform,
        )
        return rows[0] if rows else None

    def files(self, top):
        """Visible objects under a folder of the project, sorted."""
        folder = self.folder / top
        found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return sorted(path for path in found if ".spike-tmp" not in path.parts)

    def raw_rows(self):
        """(platform, account, stream, day) -> a sorted list of records per version of the day."""
        days = {}
        for path in self.files("raw"):
            platform, account, stream, *day = path.parts[:-1]
            table = pq.read_table(self.folder / "raw" / path)
            rows = zip(table["raw_data"].to_pylist(), table["additional_cntx"].to_pylist())
            records = sorted((raw, without_run(context)) for raw, context in rows)
            days.setdefault((platform, account, stream, "-".join(day)), []).append(records)
        return days

    def storage_rows(self):
        """All that a run leaves in storage, but for its ids, times and compressed sizes."""
        return {
            name: sorted(self.ask(f"SELECT {columns} FROM {name}"))
            for name, columns in {
                "run": "platform, status, repair, first_day, last_day, days, step, error",
                "run_step": "step",
                "extraction": "account, stream, status, state, error, failed_requests, row_count",
                "batch": "account, stream, day, status, row_count, record_count, empty_proven,"
                " proof, failed_requests, field_names, newest_us",
                "verdict": "account, stream, day, check_name, outcome, expected, actual, message",
                "published_file": "platform, account, stream, day, row_count, linked",
                "cursor_state": "platform, account, stream, state",
                "day_metric": "platform, account, stream, day, row_count, field_names",
            }.items()
        }

    def warehouse_rows(self, platform):
        """Counts of rows per account, stream and day, as the warehouse sees them."""
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(
                "SELECT operator_account, stream_name, dt, count(*), count(DISTINCT airbyte_id)"
                f" FROM raw.{platform} GROUP BY ALL ORDER BY ALL"
            ).fetchall()

    def snapshot(self, platform):
        return {
            "raw": self.raw_rows(),
            "transient": self.files("transient"),
            "warehouse": self.warehouse_rows(platform),
            **self.storage_rows(),
        }


def without_run(context):
    values = json.loads(context)
    values.pop("run")
    return json.dumps(values, sort_keys=True)
