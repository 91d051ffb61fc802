"""lib/parquet against pyarrow and DuckDB, both ways. Needs pyarrow==26.* and duckdb==1.5.6.

Run by pytest; SPIKE_PARQUET names the helper program (default: the newest of build*/spike-parquet).
"""

import datetime
import decimal
import json
import os
import pathlib
import subprocess

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = 25_000
UTC = datetime.UTC


def program():
    named = os.environ.get("SPIKE_PARQUET")
    built = sorted(ROOT.glob("build*/spike-parquet"), key=lambda path: path.stat().st_mtime)
    found = named or (built and str(built[-1]))
    if not found:
        pytest.skip("spike-parquet is not built; run make build first")
    return found


def spike(*args, status=0):
    done = subprocess.run([program(), *map(str, args)], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done


def rows_of(path, *columns):
    return [json.loads(line) for line in spike("read", path, *columns).stdout.splitlines()]


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    path = tmp_path_factory.mktemp("ours") / "part-1.parquet"
    totals = json.loads(spike("write", path, ROWS).stdout)
    assert totals["rows"] == ROWS
    assert totals["bytes"] == path.stat().st_size
    assert totals["row_groups"] > 2
    return path


def expected_row(i):
    micros = 1707782400123456 + i * 1000003
    at = datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(microseconds=micros)
    row = {
        "airbyte_id": f"00000000-0000-7000-8000-{i:012}",
        "airbyte_date_time": at,
        "raw_data": f'{{"playerId":{i},"deposit":{i * 7919 % 1000}.5}}',
    }
    rest = {
        "additional_cntx": '{"run":"0192"}',
        "amount": i % 1000 / 8,
        "clicks": i * i - 1000,
        "active": i % 3 == 0,
        "day": datetime.date(1970, 1, 1) + datetime.timedelta(days=19765 + i % 30),
        "country": ["DE", "MT", "SE", "åland"][i % 4],
    }
    return row | (dict.fromkeys(rest) if i % 5 == 4 else rest)


def test_pyarrow_reads_our_values(ours):
    assert pq.read_table(ours).to_pylist() == [expected_row(i) for i in range(ROWS)]


def test_pyarrow_sees_our_types(ours):
    schema = pq.read_schema(ours)
    types = {field.name: str(field.type) for field in schema}
    assert types == {
        "airbyte_id": "string",
        "airbyte_date_time": "timestamp[us, tz=UTC]",
        "raw_data": "string",
        "additional_cntx": "string",
        "amount": "double",
        "clicks": "int64",
        "active": "bool",
        "day": "date32[day]",
        "country": "string",
    }
    assert not schema.field("airbyte_id").nullable
    assert schema.field("country").nullable
    logical = pq.ParquetFile(ours).schema.column(1).logical_type
    assert json.loads(logical.to_json())["isAdjustedToUTC"] is True


def test_pyarrow_sees_statistics_notes_and_compression(ours):
    meta = pq.ParquetFile(ours).metadata
    assert meta.metadata[b"spike.run"] == b"0192"
    assert b"ARROW:schema" not in meta.metadata
    first = 0
    for group in range(meta.num_row_groups):
        rows = meta.row_group(group).num_rows
        chunks = {c.path_in_schema: c for c in map(meta.row_group(group).column, range(9))}
        want = [expected_row(i) for i in range(first, first + rows)]
        for name in ("airbyte_id", "airbyte_date_time", "amount", "clicks", "day", "country"):
            present = [row[name] for row in want if row[name] is not None]
            stats = chunks[name].statistics
            assert (stats.min, stats.max) == (min(present), max(present)), name
            assert stats.null_count == rows - len(present)
        assert all(chunk.compression == "ZSTD" for chunk in chunks.values())
        assert "RLE_DICTIONARY" in chunks["country"].encodings
        assert "RLE_DICTIONARY" not in chunks["airbyte_id"].encodings
        first += rows


def test_duckdb_agrees_on_counts_sums_and_bounds(ours):
    got = duckdb.sql(
        f"""select count(*), count(distinct airbyte_id), sum(clicks), sum(amount), count(country),
            min(epoch_us(airbyte_date_time)), max(epoch_us(airbyte_date_time)), min(day),
            sum((raw_data->>'$.deposit')::double), count(*) filter (active)
            from read_parquet('{ours}')"""
    ).fetchone()
    rows = [expected_row(i) for i in range(ROWS)]
    full = [row for row in rows if row["clicks"] is not None]
    assert got == (
        ROWS,
        ROWS,
        sum(row["clicks"] for row in full),
        sum(row["amount"] for row in full),
        len(full),
        1707782400123456,
        1707782400123456 + (ROWS - 1) * 1000003,
        min(row["day"] for row in full),
        sum(json.loads(row["raw_data"])["deposit"] for row in rows),
        sum(row["active"] for row in full),
    )
    types = duckdb.sql(f"describe select * from read_parquet('{ours}')").fetchall()
    assert [row[1] for row in types[:4]] == [
        "VARCHAR",
        "TIMESTAMP WITH TIME ZONE",
        "VARCHAR",
        "VARCHAR",
    ]


def test_a_file_without_rows_is_valid_everywhere(tmp_path):
    path = tmp_path / "empty.parquet"
    spike("write", path, 0)
    assert pq.read_table(path).num_rows == 0
    assert duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchone() == (0,)
    assert rows_of(path) == []


def foreign_table(rows):
    def column(make, every):
        return [None if i % every == every - 1 else make(i) for i in range(rows)]

    start = datetime.datetime(2024, 2, 12, 23, 59, 59, 123456, tzinfo=UTC)
    return pa.table(
        {
            "text": pa.array(column(lambda i: f"v{i % 50}", 7), pa.string()),
            "unique": pa.array([f"{i}-é" for i in range(rows)], pa.large_string()),
            "i32": pa.array(column(lambda i: i - 500, 3), pa.int32()),
            "u8": pa.array(column(lambda i: i % 256, 4), pa.uint8()),
            "i64": pa.array(column(lambda i: i * 10**12, 5), pa.int64()),
            "f32": pa.array(column(lambda i: i / 2, 9), pa.float32()),
            "f64": pa.array(column(lambda i: i / 8, 2), pa.float64()),
            "flag": pa.array(column(lambda i: i % 2 == 0, 11), pa.bool_()),
            "at": pa.array(
                [start + datetime.timedelta(seconds=i) for i in range(rows)],
                pa.timestamp("us", "UTC"),
            ),
            "local": pa.array(column(lambda i: start.replace(tzinfo=None), 6), pa.timestamp("ms")),
            "day": pa.array(column(lambda i: datetime.date(1969, 12, 1 + i % 31), 8), pa.date32()),
            "money": pa.array(
                column(lambda i: decimal.Decimal(i - 20) / 100, 5), pa.decimal128(38, 2)
            ),
            "cents": pa.array(column(lambda i: decimal.Decimal(-i) / 100, 5), pa.decimal128(9, 2)),
        }
    )


def as_text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%dT%H:%M:%S.%f")
        return text + ("Z" if value.tzinfo else "")
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


@pytest.mark.parametrize("integers", [True, False], ids=["int-decimals", "fixed-decimals"])
@pytest.mark.parametrize("codec", ["zstd", "snappy", "gzip", "lz4", "none"])
@pytest.mark.parametrize("pages", ["1.0", "2.0"])
@pytest.mark.parametrize("rows", [0, 1, 1000, 20_000])
def test_we_read_what_pyarrow_writes(tmp_path, rows, pages, codec, integers):
    path = tmp_path / "foreign.parquet"
    table = foreign_table(rows)
    pq.write_table(
        table,
        path,
        compression=codec,
        data_page_version=pages,
        row_group_size=7000,
        store_decimal_as_integer=integers,
    )
    want = [[as_text(value) for value in row.values()] for row in table.to_pylist()]
    assert rows_of(path) == want
    assert rows_of(path, "cents", "text") == [[row[12], row[0]] for row in want]


def test_we_read_what_duckdb_writes(tmp_path):
    path = tmp_path / "duck.parquet"
    duckdb.sql(
        f"""copy (select i as n, 'x' || i as s, to_timestamp(i) as at, i / 4 as q,
            (i * 1.25)::decimal(18, 2) as d from range(10000) t(i))
            to '{path}' (format parquet, compression zstd)"""
    )
    rows = rows_of(path)
    assert len(rows) == 10_000
    assert rows[5] == ["5", "x5", "1970-01-01T00:00:05.000000Z", "1.25", "6.25"]


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A million rows, about 170 MB raw, in row groups of 32 MiB: far below 64 MB of memory."""
    if b"__asan_init" in pathlib.Path(program()).read_bytes():
        pytest.skip("a program under AddressSanitizer needs more memory")
    path = tmp_path / "large.parquet"
    limit = "--data=67108864"  # what the process may allocate, threads and buffers included
    subprocess.run(
        ["prlimit", limit, program(), "write", path, "1000000", str(32 << 20)], check=True
    )
    assert pq.ParquetFile(path).metadata.num_row_groups > 3


def test_nested_and_foreign_types_are_refused_by_name(tmp_path):
    path = tmp_path / "nested.parquet"
    pq.write_table(pa.table({"a": [1], "deep": [[1, 2]]}), path)
    assert "column element is nested" in spike("read", path, status=1).stderr
    assert rows_of(path, "a") == [["1"]]


def test_damage_is_an_error_and_never_rows_that_were_not_there(ours, tmp_path):
    whole = ours.read_bytes()
    path = tmp_path / "damaged.parquet"
    for at in range(100, len(whole), len(whole) // 40):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        path.write_bytes(damaged)
        done = subprocess.run([program(), "read", path], capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        if done.returncode == 1:
            assert b"damaged.parquet" in done.stderr
