-- Runs, what they read, what was judged, what was published.
-- Instants are microseconds, days are days since 1970, statuses the numbers of storage.h.

CREATE TABLE run (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    status BIGINT NOT NULL,
    repair BIGINT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    days TEXT NOT NULL,
    step BIGINT NOT NULL,
    started_us BIGINT NOT NULL,
    ended_us BIGINT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX run_newest ON run (platform, started_us);
-- One run of a platform that is not ended.
CREATE UNIQUE INDEX run_open ON run (platform) WHERE status = 0;

CREATE TABLE run_step (
    run TEXT NOT NULL REFERENCES run (id),
    step BIGINT NOT NULL,
    done_us BIGINT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, step)
);

CREATE TABLE extraction (
    run TEXT NOT NULL REFERENCES run (id),
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    status BIGINT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    failure BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    retries BIGINT NOT NULL,
    failed_requests BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    PRIMARY KEY (run, account, stream)
);

CREATE TABLE batch (
    run TEXT NOT NULL,
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    day BIGINT NOT NULL,
    status BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    record_count BIGINT NOT NULL,
    empty_proven BIGINT NOT NULL,
    proof TEXT NOT NULL,
    failed_requests BIGINT NOT NULL,
    field_names TEXT NOT NULL,
    newest_us BIGINT NOT NULL,
    extracted_us BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (run, account, stream, day),
    FOREIGN KEY (run, account, stream) REFERENCES extraction (run, account, stream)
);

CREATE TABLE verdict (
    run TEXT NOT NULL REFERENCES run (id),
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    day BIGINT NOT NULL,
    check_name TEXT NOT NULL,
    outcome BIGINT NOT NULL,
    expected TEXT NOT NULL,
    actual TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (run, account, stream, day, check_name)
);

-- Who released or discarded what, and why.
CREATE TABLE audit (
    run TEXT NOT NULL REFERENCES run (id),
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    day BIGINT NOT NULL,
    action TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (run, account, stream, day, action)
);

CREATE TABLE published_file (
    platform TEXT NOT NULL,
    object_key TEXT NOT NULL,
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    day BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    run TEXT NOT NULL REFERENCES run (id),
    extracted_us BIGINT NOT NULL,
    published_us BIGINT NOT NULL,
    linked BIGINT NOT NULL,
    PRIMARY KEY (platform, object_key)
);
CREATE INDEX published_file_unlinked ON published_file (platform) WHERE linked = 0;

CREATE TABLE cursor_state (
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    state TEXT NOT NULL,
    run TEXT NOT NULL REFERENCES run (id),
    PRIMARY KEY (platform, account, stream)
);

-- The history that checks look at: the latest published version of each day.
CREATE TABLE day_metric (
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    stream TEXT NOT NULL,
    day BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    field_names TEXT NOT NULL,
    run TEXT NOT NULL REFERENCES run (id),
    extracted_us BIGINT NOT NULL,
    PRIMARY KEY (platform, account, stream, day)
);
