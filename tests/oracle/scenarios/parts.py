"""What scenarios are made of. A scenario is a function of another module here that returns a Scenario; its name is the
scenario's.

`serve(request)` answers a request of either engine: a JSON value or text (status 200), or (status, body[, headers]).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SCENARIOS = []


@dataclass
class Request:
    method: str
    path: str
    query: dict
    body: bytes
    headers: Any
    count: int  # how often this path and query were asked in this run


@dataclass
class Scenario:
    manifest: dict
    serve: Callable
    streams: list = field(default_factory=lambda: ["items"])
    config: dict = field(default_factory=dict)
    state: dict = field(default_factory=dict)  # by stream; a list: the messages themselves
    cursor_fields: dict = field(default_factory=dict)  # by stream: what the catalog names
    schemas: dict = field(default_factory=dict)  # of the configured catalog, by stream
    asks_once: bool = (
        False  # the CDK may send a request twice (streams race for its cache), the engine must not
    )
    headers_by_chance: bool = False  # which worker comes first decides about what a request carries
    refused: bool = False  # the manifest is at fault: nothing is asked, nothing read
    asks_nothing: bool = False  # it fails before, or there is nothing to read
    waits: bool = False  # the engine waits for seconds: its clock runs faster, where faketime is
    ends_alike: bool = True  # what fails as a whole has the CDK's failure type
    op: str = "read"
    name: str = ""


def scenario(make):
    made = make()
    made.name = make.__name__
    SCENARIOS.append(made)
    return make


def option(name, into="request_parameter"):
    return {"type": "RequestOption", "inject_into": into, "field_name": name}


def requester(path="/items", **extra):
    return {"type": "HttpRequester", "url_base": "{{ config['base'] }}", "path": path, **extra}


def selector(*path, **extra):
    return {
        "type": "RecordSelector",
        "extractor": {"type": "DpathExtractor", "field_path": list(path)},
        **extra,
    }


def paginator(strategy, token="page", size=None):
    made = {
        "type": "DefaultPaginator",
        "pagination_strategy": strategy,
        "page_token_option": {"type": "RequestPath"} if token is None else option(token),
    }
    if size:
        made["page_size_option"] = option(size)
    return made


def stream(
    name="items",
    path=None,
    schema=None,
    request=None,
    select=None,
    page=None,
    router=None,
    decoder=None,
    retriever=None,
    **extra,
):
    made = {
        "type": "SimpleRetriever",
        "requester": request or requester(path or "/" + name),
        "record_selector": select or selector(),
        **(retriever or {}),
    }
    for key, value in (("paginator", page), ("partition_router", router), ("decoder", decoder)):
        if value:
            made[key] = value
    return {
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": "id",
        "retriever": made,
        "schema_loader": {
            "type": "InlineSchemaLoader",
            "schema": schema or {"type": "object", "properties": {}},
        },
        **extra,
    }


def source(*streams, **extra):
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "streams": list(streams),
        "check": {"type": "CheckStream", "stream_names": [streams[0]["name"]]},
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
        **extra,
    }


def cursor(start="2024-01-01", end="2024-01-05", fmt="%Y-%m-%d", **extra):
    return {
        "type": "DatetimeBasedCursor",
        "cursor_field": "at",
        "datetime_format": fmt,
        "start_datetime": start,
        "end_datetime": end,
        "start_time_option": option("from"),
        "end_time_option": option("to"),
        **extra,
    }


def lists(values, name="kind", with_option=True):
    made = {"type": "ListPartitionRouter", "values": values, "cursor_field": name}
    return {**made, "request_option": option(name)} if with_option else made


def parents(stream_node, key="id", field_name="parent", **extra):
    config = {
        "type": "ParentStreamConfig",
        "stream": stream_node,
        "parent_key": key,
        "partition_field": field_name,
        **extra,
    }
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [config]}


def rows(count, first=0, **extra):
    return [{"id": first + i, **extra} for i in range(count)]


def dated(prefix, *days):
    return [{"id": f"{prefix}-{day}", "at": f"2024-01-{day:02}"} for day in days]


def in_window(request, prefix, *days):
    low, high = request.query.get("from", "2024-01-01"), request.query.get("to", "2024-12-31")
    return [row for row in dated(prefix, *days) if low <= row["at"] <= high]


def refuse(request):
    return 404, "nothing here"
