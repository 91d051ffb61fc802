"""kill -9 of `spike run` at any moment, also while it resumes: nothing is lost, nothing doubled.

KILLS=200 kills that often (25 without it), SEED=N chooses other moments.
"""

import os
import random
import shutil
import signal
import time

import pyarrow.parquet as pq
import pytest
from flow_project import DONE, PLATFORMS, RUNNING

KILLS = int(os.environ.get("KILLS", "25"))
SEED = int(os.environ.get("SEED", "1"))
RESUMES_KILLED = 0.4  # the share of resumes that are killed as well


def next_words(project, platform):
    """What finishes the platform now: a run, its resume, or None where it is done."""
    last = project.last_run(platform)
    if not last:
        return ["run", platform, "--to", "2026-01-05"]
    if last[1] == RUNNING:
        return ["run", platform, "--resume"]
    assert last[1] == DONE
    return None


def kill_after(project, words, seconds):
    """True where the program was still there to be killed."""
    process = project.start(*words)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGKILL, 0), stdout + stderr
    return process.returncode == -signal.SIGKILL


def check_visible_files(project):
    """What is visible is whole, and what storage calls published is there."""
    visible = project.files("raw")
    for path in visible:
        pq.ParquetFile(project.folder / "raw" / path).close()
    for path in project.files("transient"):
        if path.suffix == ".parquet":
            pq.ParquetFile(project.folder / "transient" / path).close()
    published = project.ask("SELECT platform, object_key FROM published_file")
    assert {f"{platform}/{key}" for platform, key in published} <= {str(path) for path in visible}


class Killer:
    def __init__(self, platform, duration, chance):
        self.platform, self.duration, self.chance = platform, duration, chance
        self.kills = 0

    def moment(self):
        return self.chance.uniform(0, 1.05 * self.duration)

    def kill(self, project, words):
        self.kills += kill_after(project, words, self.moment())
        check_visible_files(project)

    def run(self, project):
        """Kills a run, and maybe some of its resumes; then lets it come to its end."""
        self.kill(project, next_words(project, self.platform))
        while words := next_words(project, self.platform):
            if self.chance.random() < RESUMES_KILLED:
                self.kill(project, words)
                continue
            result = project.spike(*words)
            assert result.status == 0, result.text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_run_that_is_killed_anywhere_resumes_to_the_undisturbed_end(make_project, platform):
    undisturbed = make_project()
    began = time.monotonic()
    result = undisturbed.run(platform)
    duration = time.monotonic() - began
    assert result.status == 0, result.text
    expected = undisturbed.snapshot(platform)
    assert expected["transient"] == [] and not undisturbed.ask("SELECT * FROM spk_lock")
    assert len(expected["raw"]) > 6 and all(len(files) == 1 for files in expected["raw"].values())
    killer = Killer(platform, duration, random.Random(f"{SEED} {platform}"))
    while killer.kills < (KILLS + 1) // len(PLATFORMS):
        project = make_project()
        killer.run(project)
        found = project.snapshot(platform)
        for part, value in expected.items():
            assert found[part] == value, f"{part} after {killer.kills} kills, seed {SEED}"
        shutil.rmtree(project.folder)
    print(f"{platform}: {killer.kills} kills within {duration:.2f} s")
