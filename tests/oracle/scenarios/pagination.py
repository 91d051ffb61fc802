"""Pagination."""

from scenarios.parts import Scenario, paginator, requester, rows, scenario, selector, source, stream


@scenario
def page_increment():
    page = paginator(
        {"type": "PageIncrement", "page_size": 2, "start_from_page": 1}, size="per_page"
    )
    return Scenario(
        source(stream(page=page)), lambda r: rows(5)[(int(r.query.get("page", 1)) - 1) * 2 :][:2]
    )


@scenario
def page_increment_on_the_first_request():
    page = paginator(
        {
            "type": "PageIncrement",
            "page_size": 2,
            "start_from_page": 0,
            "inject_on_first_request": True,
        }
    )
    return Scenario(source(stream(page=page)), lambda r: rows(4)[int(r.query["page"]) * 2 :][:2])


@scenario
def offset_increment():
    page = paginator({"type": "OffsetIncrement", "page_size": 3}, "offset", "limit")
    return Scenario(
        source(stream(page=page)), lambda r: rows(7)[int(r.query.get("offset", 0)) :][:3]
    )


@scenario
def cursor_pagination_by_token_in_the_body():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response.next }}",
        "stop_condition": "{{ not response.next }}",
    }
    pages = {None: "t1", "t1": "t2", "t2": None}

    def serve(r):
        token = r.query.get("after")
        return {"rows": rows(2, len(token or "")), "next": pages[token]}

    return Scenario(
        source(stream(select=selector("rows"), page=paginator(strategy, "after"))), serve
    )


@scenario
def cursor_pagination_by_last_record():
    strategy = {
        "type": "CursorPagination",
        "page_size": 2,
        "cursor_value": "{{ last_record['id'] }}",
        "stop_condition": "{{ last_page_size < 2 }}",
    }

    def serve(r):
        return [row for row in rows(5, 1) if row["id"] > int(r.query.get("after", 0))][:2]

    return Scenario(source(stream(page=paginator(strategy, "after", "limit"))), serve)


@scenario
def next_url_as_the_path():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ response.next }}",
        "stop_condition": "{{ not response.next }}",
    }
    request = requester("/items", request_parameters={"size": "2"})

    def serve(r):
        at = int(r.query.get("at", 0))
        host = r.headers["Host"]
        return {
            "rows": rows(2, at),
            "next": f"http://{host}/items?size=2&at={at + 2}" if at < 4 else "",
        }

    return Scenario(
        source(stream(request=request, select=selector("rows"), page=paginator(strategy, None))),
        serve,
    )


@scenario
def link_header():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ headers['link']['next']['url'] }}",
        "stop_condition": "{{ 'next' not in headers['link'] }}",
    }

    def serve(r):
        at = int(r.query.get("at", 0))
        link = (
            f'<http://{r.headers["Host"]}/items?at={at + 1}>; rel="next"'
            if at < 2
            else '<x>; rel="self"'
        )
        return 200, rows(1, at), {"Link": link}

    return Scenario(source(stream(page=paginator(strategy, None))), serve)


@scenario
def cursor_pages_count_the_records_that_were_kept():
    strategy = {
        "type": "CursorPagination",
        "cursor_value": "{{ last_page_size }}",
        "stop_condition": "{{ last_page_size == 0 }}",
    }
    select = selector(record_filter={"type": "RecordFilter", "condition": "{{ record['id'] > 1 }}"})
    node = stream(page=paginator(strategy, "after"), select=select)
    return Scenario(source(node), lambda r: rows(3) if "after" not in r.query else rows(1))
