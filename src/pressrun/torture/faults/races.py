"""Many clients at once: the same key, the same retry, a cancel beside a completion."""

import asyncio

from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.faults import batch_races
from pressrun.torture.testbed import AGENT, Testbed

POSTS = 64
RETRIES = 32
AT_ONCE = 10
CALL_MS = 300
OFFSET_S = 0.02


async def same_key(bed: Testbed) -> None:
    """64 concurrent creates under one key: of one body, then of two."""
    await bed.serve()
    strange: list[str] = []
    for _ in range(bed.repetitions):
        key, nonces = f"key-{next(bed.ids)}", [bed.nonce("ms0")]
        async with bed.fault("64 creates, one key, one body"):
            done = await asyncio.gather(*(bed.client.submit(AGENT, nonces, key=key) for _ in range(POSTS)))
        if len({one.job_id for one in done if one.job_id}) != 1 or any(one.status not in {202, 409} for one in done):
            strange.append(f"{key}: {sorted({str(one.status) for one in done})}")
        key, bodies = f"key-{next(bed.ids)}", ([bed.nonce("ms0")], [bed.nonce("ms0")])
        async with bed.fault("64 creates, one key, two bodies"):
            done = await asyncio.gather(
                *(bed.client.submit(AGENT, bodies[number % 2], key=key) for number in range(POSTS))
            )
        statuses = {one.status for one in done}
        if len({one.job_id for one in done if one.job_id}) != 1 or not {202, 422} <= statuses <= {202, 409, 422}:
            strange.append(f"{key}: {statuses}")
    bed.find("keys answered in another way", strange, ok=not strange, bar="one job; 202, 422 for the other body")


async def same_retry(bed: Testbed) -> None:
    """32 concurrent retries of one failed job start one generation."""
    await bed.serve(concurrency=50)
    left, wrong = bed.repetitions, []
    while left > 0:
        wrong += [one for one in await asyncio.gather(*(_retry_one(bed) for _ in range(min(AT_ONCE, left)))) if one]
        left -= AT_ONCE
    bed.find("jobs that ran more or less than once more", wrong, ok=not wrong, bar="none")


async def _retry_one(bed: Testbed) -> str | None:
    nonce = bed.nonce("retry400")
    job_id = (await bed.client.submit(AGENT, [nonce])).job_id
    assert job_id is not None
    await ended(bed.client, job_id)
    async with bed.fault("32 retries of one job"):
        await asyncio.gather(*(bed.client.retry(job_id) for _ in range(RETRIES)))
    job = await ended(bed.client, job_id)
    calls = bed.provider.calls(nonce)
    if (job["generation"], calls, job["state"]) == (2, 2, "completed"):
        return None
    return f"{job_id}: generation {job['generation']}, {calls} calls, {job['state']}"


async def cancel_beside_completion(bed: Testbed) -> None:
    """A cancel within 20 ms of the provider's answer, or at once after the create: one outcome, and it stays."""
    await bed.serve(concurrency=50)
    left, contradictions = bed.repetitions, []
    while left > 0:
        found = await asyncio.gather(*(_cancel_one(bed, number) for number in range(min(40, left))))
        contradictions += [one for one in found if one]
        left -= 40
    bed.find("answers the end contradicts", contradictions, ok=not contradictions, bar="none")
    bed.notes["ends"] = _ends(bed)


async def _cancel_one(bed: Testbed, number: int) -> str | None:
    at_once = number % 4 == 0
    nonce = bed.nonce(f"ms{CALL_MS}")
    job_id = (await bed.client.submit(AGENT, [nonce])).job_id
    assert job_id is not None
    if not at_once:
        async with asyncio.timeout(90):
            await bed.provider.called(lambda: bed.provider.calls(nonce) > 0)
        await asyncio.sleep(CALL_MS / 1000 + bed.random.uniform(-OFFSET_S, OFFSET_S))
    async with bed.fault("cancel"):
        status, said = await bed.client.cancel(job_id)
    job = await ended(bed.client, job_id)
    if status != 200 or (said in {"completed", "cancelled", "failed"} and said != job["state"]):
        return f"{job_id}: cancel was answered {status} {said}, the job is {job['state']}"
    return None


def _ends(bed: Testbed) -> dict[str, int]:
    polled = {poll.job_id: poll.state or "" for poll in bed.history().polls}
    return {state: sum(1 for one in polled.values() if one == state) for state in set(polled.values())}


FAULTS = (
    Fault(
        "F40",
        "64 concurrent creates under one idempotency key, with one body and with two",
        same_key,
        {"p": 10, "r": 200},
        cost_s=10,
        promise="G2",
        batches=batch_races.same_key,
        always=("sqlite",),
    ),
    Fault(
        "F41",
        "32 concurrent retries of one failed job",
        same_retry,
        {"p": 10, "r": 200},
        cost_s=9,
        promise="G12",
        batches=batch_races.same_retry,
        always=("sqlite", "postgres"),
    ),
    Fault(
        "F42",
        "Cancel within 20 ms of a completion, and at once after the create",
        cancel_beside_completion,
        {"p": 160, "r": 2000},
        cost_s=12,
        promise="G11",
        batches=batch_races.cancel_beside_completion,
        always=("sqlite",),
    ),
)
