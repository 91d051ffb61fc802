"""dlt's rest_api source into Parquet files: what `spike run` and spike-bench-land are held against.

Usage: dlt_rest.py URL RECORDS FOLDER
"""

import os
import sys

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def main():
    url, records, folder = sys.argv[1:4]
    source = rest_api_source(
        {
            "client": {
                "base_url": url,
                "paginator": {
                    "type": "cursor",
                    "cursor_path": "next",
                    "cursor_param": "after",
                },
            },
            "resources": [
                {
                    "name": "records",
                    "endpoint": {"path": f"{records}/cursor", "data_selector": "data"},
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        pipeline_name="spike_bench",
        pipelines_dir=os.path.join(folder, "state"),
        destination=dlt.destinations.filesystem(bucket_url=os.path.join(folder, "out")),
        dataset_name="bench",
    )
    pipeline.run(source, loader_file_format="parquet")
    rows = pipeline.last_trace.last_normalize_info.row_counts["records"]
    if rows != int(records):
        sys.exit(f"dlt landed {rows} rows instead of {records}")


if __name__ == "__main__":
    main()
