"""Wait for a job, and tell how it ended."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.status import Status
from rich.text import Text

from pressrun.cli.client import Server, Unreachable, at
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import errors, plain, print_json, print_result

WAIT_S = 30
"""How long one request waits for the job."""

ANSWER_S = WAIT_S + 15.0
PATIENCE_S = 60.0
"""How long a server that is gone may take to come back: it may be starting anew, and the job is safe on its disk."""

PAUSE_S = 0.5


async def ended(server: Server, job_id: str) -> dict[str, Any]:
    """The job, once it has ended; raises Failure."""
    while True:
        job = await patiently(server, job_id, WAIT_S)
        if job["status"] != "in_progress":
            return job


async def patiently(server: Server, job_id: str, wait_s: int) -> dict[str, Any]:
    """The job when it ends or after `wait_s`; a server that is away for a moment is waited for."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            job: dict[str, Any] = await server.ask(
                "GET", at("applications", "jobs", job_id), query={"wait": wait_s}, timeout_s=ANSWER_S
            )
        except Unreachable as unreachable:
            if time.monotonic() > until:
                raise Unreachable(f"{unreachable}; {how_to_find(job_id)}") from None
            await asyncio.sleep(PAUSE_S)
        else:
            return job


@contextmanager
def waiting_for(job_id: str) -> Iterator[None]:
    """A sign of life on a terminal; Ctrl-C ends the waiting, not the job, and says so."""
    try:
        if not sys.stderr.isatty():
            yield
            return
        with Status(Text(plain(f"waiting for job {job_id}")), console=errors()):
            yield
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Failure(f"stopped waiting; {how_to_find(job_id)}", code=ExitCode.INTERRUPTED) from None


def how_to_find(job_id: str) -> str:
    """What to type to see a job again."""
    return f"the job goes on: `pressrun jobs watch {job_id}` follows it, `pressrun jobs cancel {job_id}` ends it"


def tell(job: dict[str, Any], *, as_json: bool) -> None:
    """Print what a job came to; raises Failure when it failed."""
    if as_json:
        print_json(job)
    elif job["status"] == "completed":
        print_result(job["data"]["suggestion"])
    if job["status"] == "failed":
        again = f"`pressrun jobs retry {job['id']}` runs it again"
        raise Failure(f"job {job['id']} {job['state']}: {job['error']} ({job['error_code']}); {again}")
