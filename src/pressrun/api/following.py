"""Waiting for a job's end on behalf of a client."""

import asyncio
import time

from starlette.requests import Request

from pressrun.api.state import stopping_of, system_of
from pressrun.jobs import read
from pressrun.jobs.job import OPEN, Job

LOOK_EVERY_S = 1.0
"""Bells may be lost."""

LOOK_AT_MOST_EVERY_S = 0.05
"""However often the bell rings: a thousand jobs a second may end, and one is waited for."""


async def follow(request: Request, organization_id: str, job_id: str, wait_s: float) -> Job | None:
    """The job once it has ended, or as it stands after `wait_s` seconds; None when there is none."""
    store = system_of(request).store
    stopping = stopping_of(request)
    until = time.monotonic() + wait_s
    bell = store.bells.listen("finished")
    try:
        while True:
            job = await store.read(lambda tx: read.find(tx, organization_id, job_id.replace("\x00", "")))
            left_s = until - time.monotonic()
            if job is None or job.state not in OPEN or left_s <= 0 or stopping.is_set():
                return job
            await bell.wait(min(left_s, LOOK_EVERY_S))
            await asyncio.sleep(min(LOOK_AT_MOST_EVERY_S, max(0.0, until - time.monotonic())))
    finally:
        store.bells.leave("finished", bell)
