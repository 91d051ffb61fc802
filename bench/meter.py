"""Runs programs and says what they cost; starts the server that they talk to."""

import json
import statistics
import subprocess


class Server:
    """spike-bench-server, for the time of a `with`."""

    def __init__(self, build):
        self.program = build / "spike-bench-server"

    def __enter__(self):
        self.process = subprocess.Popen([self.program], stdout=subprocess.PIPE, text=True)
        port = self.process.stdout.readline().split()[1]
        self.url = f"http://127.0.0.1:{port}/"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Meter:
    """spike-bench-measure: the small parent that a program's peak of memory needs."""

    def __init__(self, build):
        self.program = build / "spike-bench-measure"

    def __call__(self, command, first=""):
        words = [self.program, "--first", first, *command] if first else [self.program, *command]
        done = subprocess.run(words, capture_output=True, text=True)
        cost = json.loads(done.stdout.splitlines()[-1])
        if cost["status"] != 0:
            raise SystemExit(f"bench: {command[0]} failed: {done.stderr[-2000:]}")
        return cost


def median(costs):
    """The median of each figure, but the highest of the memory."""
    merged = {key: statistics.median(c[key] for c in costs) for key in costs[0]}
    merged["rss_mb"] = max(c["rss_mb"] for c in costs)
    return merged
