"""A day that had rows and has none any more: its newer version is a file without rows."""

import duckdb
import pyarrow.parquet as pq
import pytest
from flow_project import ACCOUNTS, FIRST, PLATFORMS
from parquet_test import DUCKDB_TYPES, SCHEMA

DONE_STATUS, HOLDS = 0, 3


def read_first_day_again(project, platform, status):
    result = project.spike("run", platform, "--day", FIRST)
    assert result.status == status, result.text


def check_newest_files(project, simulator, platform):
    simulator.faults(platform, ACCOUNTS[0])
    run, _ = project.last_run(platform)
    rows = project.ask(
        "SELECT object_key, account, row_count, linked FROM published_file WHERE run = ?", run
    )
    empty = [project.folder / "raw" / platform / key for key, _, count, _ in rows if count == 0]
    assert {account for _, account, count, _ in rows if count == 0} == {ACCOUNTS[0]}
    assert all(linked for *_, linked in rows) and project.files("transient") == []
    for path in empty:
        with pq.ParquetFile(path) as file:
            assert file.schema_arrow.equals(SCHEMA) and file.read().num_rows == 0
        types = f"SELECT column_type FROM (DESCRIBE FROM read_parquet('{path}'))"
        assert [kind for (kind,) in duckdb.sql(types).fetchall()] == DUCKDB_TYPES
        assert duckdb.sql(f"FROM read_parquet('{path}')").fetchall() == []
    with duckdb.connect(str(project.folder / "warehouse.duckdb"), read_only=True) as warehouse:
        listed = f"SELECT count(*) FROM raw.{platform}_files WHERE row_count = 0 AND run_id = ?"
        assert warehouse.execute(listed, [run]).fetchone() == (len(empty),)
    assert project.spike("link", "--run", run).status == DONE_STATUS
    return len(empty)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_day_that_is_proven_empty_is_published_as_a_version_without_rows(
    project, simulator, platform
):
    assert project.run(platform).status == DONE_STATUS
    before = project.warehouse_rows(platform)
    simulator.faults(platform, ACCOUNTS[0], {"fault": "empty"})
    read_first_day_again(project, platform, DONE_STATUS)
    assert check_newest_files(project, simulator, platform) > 1
    after = project.warehouse_rows(platform)
    assert [row for row in after if row[0] == ACCOUNTS[0]] == [
        row for row in before if row[0] == ACCOUNTS[0]
    ]


def test_an_empty_day_that_was_held_is_published_when_a_person_releases_it(project, simulator):
    assert project.run("mexos").status == DONE_STATUS
    simulator.faults("mexos", ACCOUNTS[0], {"fault": "silent_empty"})
    read_first_day_again(project, "mexos", HOLDS)
    run, _ = project.last_run("mexos")
    result = project.spike("release", "--run", run, "--reason", "the operator has no data")
    assert result.status == DONE_STATUS, result.text
    assert check_newest_files(project, simulator, "mexos") > 0
