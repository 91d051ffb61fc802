"""Every Parquet file of a run, as others read it: pyarrow and DuckDB."""

import json
import re

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flow_project import PLATFORMS

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SCHEMA = pa.schema(
    [
        pa.field("airbyte_id", pa.string(), nullable=False),
        pa.field("airbyte_date_time", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("raw_data", pa.string(), nullable=False),
        pa.field("additional_cntx", pa.string(), nullable=False),
    ]
)
DUCKDB_TYPES = ["VARCHAR", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "VARCHAR"]


@pytest.fixture(params=PLATFORMS)
def published(request, project):
    """The project after a run, and (path, row of published_file) of every file."""
    result = project.run(request.param)
    assert result.status == 0, result.text
    rows = project.ask(
        "SELECT f.object_key, f.account, f.stream, f.row_count, f.byte_count, b.row_count,"
        " b.record_count FROM published_file f JOIN batch b ON b.run = f.run"
        " AND b.account = f.account AND b.stream = f.stream AND b.day = f.day"
    )
    top = project.folder / "raw" / request.param
    files = [(top / key, row) for key, *row in rows]
    assert {path.relative_to(project.folder / "raw") for path, _ in files} == set(
        project.files("raw")
    )
    assert len(files) > 6
    return project, request.param, files


def check_statistics(file):
    metadata = file.metadata
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            assert chunk.compression == "ZSTD"
            if chunk.path_in_schema == "raw_data":  # bounds of a JSON text would be its copies
                continue
            assert chunk.statistics.has_min_max and chunk.statistics.null_count == 0
            assert chunk.statistics.num_values == metadata.row_group(group).num_rows


def test_every_file_has_the_columns_types_and_statistics_that_were_promised(published):
    project, platform, files = published
    for path, (account, *_) in files:
        with pq.ParquetFile(path) as file:
            assert file.schema_arrow.equals(SCHEMA), file.schema_arrow
            check_statistics(file)
            table = file.read()
        ids = table["airbyte_id"].to_pylist()
        assert all(UUID.fullmatch(one) for one in ids) and len(set(ids)) == len(ids)
        assert all(isinstance(json.loads(raw), dict) for raw in table["raw_data"].to_pylist())
        for context in map(json.loads, table["additional_cntx"].to_pylist()):
            assert (context["platform"], context["account"]) == (platform, account)
            assert context["run"] == project.last_run(platform)[0] and context["slice"]
        start = f"SELECT column_type FROM (DESCRIBE FROM read_parquet('{path}'))"
        assert [kind for (kind,) in duckdb.sql(start).fetchall()] == DUCKDB_TYPES


def test_rows_records_and_counts_agree_everywhere(published):
    project, platform, files = published
    for path, (_, _, rows, size, batch_rows, records) in files:
        assert path.stat().st_size == size
        assert pq.read_metadata(path).num_rows == rows == batch_rows == records
        read = duckdb.sql(f"SELECT count(*), count(raw_data) FROM read_parquet('{path}')")
        assert read.fetchone() == (rows, rows)
    counted = sum(count for *_, count, _ in project.warehouse_rows(platform))
    extracted = project.ask("SELECT sum(row_count) FROM extraction")[0][0]
    assert counted == extracted == sum(row[2] for _, row in files)


def test_the_time_in_a_file_is_that_of_its_extraction(published):
    _, _, files = published
    for path, _ in files:
        times = pq.read_table(path)["airbyte_date_time"].to_pylist()
        name = times[0].strftime("%Y_%m_%d_%H%M")
        assert path.name.startswith(name[:10])
        assert (max(times) - min(times)).total_seconds() < 60
