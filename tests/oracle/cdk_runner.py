"""Runs the CDK's source-declarative-manifest many times: imports it once, then forks for each line of stdin,
{"arguments": [...], "out": FILE}; writes the exit status of each to stdout."""

import json
import os
import sys
import traceback

import airbyte_cdk.sources.declarative.concurrent_declarative_source  # noqa: F401  (imported before the forks)
from airbyte_cdk.cli.source_declarative_manifest import run
from airbyte_cdk.exception_handler import assemble_uncaught_exception
from airbyte_cdk.sources.declarative.async_job.job_orchestrator import AsyncJobOrchestrator

# What it asks for and when it stops asking do not depend on how long it sleeps in between.
AsyncJobOrchestrator._WAIT_TIME_BETWEEN_STATUS_UPDATE_IN_SECONDS = 0.05


def child(job):
    out = os.open(job["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    try:
        sys.argv = ["source-declarative-manifest"] + job["arguments"]
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException as error:
        traceback.print_exc()
        assemble_uncaught_exception(type(error), error).emit_message()  # as the CDK's hook does
        code = 1
    sys.stdout.flush()
    os._exit(code)


def main():
    replies = os.fdopen(os.dup(1), "w")
    print("ready", file=replies, flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), file=replies, flush=True)


if __name__ == "__main__":
    main()
