"""The provider is away, throttles, or refuses the key."""

import asyncio
import time
from collections import Counter

from pressrun.torture.behaviours import RETRY_AFTER
from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.history import History
from pressrun.torture.sending import sent
from pressrun.torture.testbed import AGENT, Testbed

LEASE_S = 2.0
OUTAGE_LEASES = 10
JOBS = 60
MOST_ASKED = JOBS + int(OUTAGE_LEASES * LEASE_S)
"""Each job may be called once before the circuit opens, afterwards one of them asks each second at most."""

LONGEST_WAIT_S = 60.0
RUSH = 1.2
KEYS = ("first-key-of-the-auditor", "second-key-of-the-auditor")


async def outage(bed: Testbed) -> None:
    """The provider answers 503 for ten leases: jobs wait, none fails, and there is no rush when it is back."""
    await bed.serve(lease_s=LEASE_S)
    for _ in range(bed.repetitions):
        nonces = [bed.nonce() for _ in range(JOBS)]
        async with bed.fault("the provider answers 503"):
            bed.provider.down = True
            ids = await sent(bed, nonces)
            await asyncio.sleep(OUTAGE_LEASES * LEASE_S)
            asked = sum(bed.provider.calls(nonce) for nonce in nonces)
            bed.find("calls of it while it is away", asked, ok=asked <= MOST_ASKED, bar=f"<= {MOST_ASKED}")
            states = Counter([str((await bed.client.poll(job_id) or {}).get("state")) for job_id in ids])
            bed.find("states during the outage", dict(states), ok=not states["failed"], bar="none failed")
            bed.provider.down = False
        healed_at = time.monotonic()
        await bed.drained(240)
        ends = Counter([(await ended(bed.client, job_id))["state"] for job_id in ids])
        bed.find("ends", dict(ends), ok=ends["completed"] == len(ids), bar="all completed")
        bed.notes["drained after heal, s"] = round(time.monotonic() - healed_at, 1)
        bed.looks.append(lambda history, at=healed_at: _rush(bed, history, at))  # type: ignore[misc]


def _rush(bed: Testbed, history: History, healed_at: float) -> None:
    """How many calls ran at once after the provider was back: never more than there are slots."""
    steps = sorted(
        step
        for call in history.calls
        if healed_at <= call.t0 < healed_at + 60
        for step in ((call.t0, 1), (call.t1, -1))
    )
    running = most = 0
    for _, step in steps:
        running += step
        most = max(most, running)
    bed.find("most calls at once after heal", most, ok=most <= history.slots * RUSH, bar=f"<= {RUSH} x slots")


async def throttled(bed: Testbed) -> None:
    """429 with every kind of Retry-After: the wait is sane, and the job completes."""
    await bed.serve()
    for _ in range(bed.repetitions):
        async with bed.fault("429 with Retry-After"):
            nonces = [bed.nonce(word) for word in RETRY_AFTER]
            ids = await sent(bed, nonces)
            ends = [(await ended(bed.client, job_id, LONGEST_WAIT_S * 2))["state"] for job_id in ids]
        bed.find("ends", ends, ok=set(ends) == {"completed"}, bar="all completed")
    bed.looks.append(lambda history: _waits(bed, history))


def _waits(bed: Testbed, history: History) -> None:
    waits: dict[str, float] = {}
    for call in history.calls:
        later = [other for other in history.calls_of(call.nonce) if other.serial == 2]
        if call.serial == 1 and later:
            waits[call.nonce.split("~")[1]] = round(later[0].t0 - call.t1, 2)
    sane = all(wait <= LONGEST_WAIT_S for wait in waits.values()) and waits.get("rasecond", 0) >= 1
    bed.find("seconds waited after 429", waits, ok=sane, bar=f"at least the 1 s asked for, at most {LONGEST_WAIT_S:g}")


async def refused_key(bed: Testbed) -> None:
    """The provider's key is revoked in mid-run: jobs fail fast, with one call each; the new key is picked up."""
    bed.provider.key = KEYS[0]
    await bed.serve(model={"api_key": KEYS[0]})
    for number in range(bed.repetitions):
        good, new = KEYS[number % 2], KEYS[(number + 1) % 2]
        before = [bed.nonce("ms500") for _ in range(10)]
        await asyncio.gather(*(bed.client.submit(AGENT, [nonce]) for nonce in before))
        async with bed.fault("the key is revoked"):
            bed.provider.key = new
            nonces = [bed.nonce() for _ in range(20)]
            done = await asyncio.gather(*(bed.client.submit(AGENT, [nonce]) for nonce in nonces))
            jobs = [await ended(bed.client, one.job_id or "") for one in done]
            codes = Counter(str(job["error_code"]) for job in jobs)
            bed.find("error codes", dict(codes), ok=set(codes) == {"model_authentication"}, bar="model_authentication")
            most = max(bed.provider.calls(nonce) for nonce in nonces)
            bed.find("calls of each such job", most, ok=most == 1, bar="1")
            text = str(jobs[0]["error"])
            bed.find("the error does not show the key", good not in text, ok=good not in text)
            named = {"name": "sealed", "base_url": bed.provider.base_url, "replace": True, "api_key": new}
            await bed.client.must("POST", "/v1/models", named)
        picked_up = await _until_completed(bed)
        bed.find("the new key is picked up", picked_up, ok=picked_up, bar="within 30 s")


async def _until_completed(bed: Testbed) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        made = await bed.client.submit(AGENT, [bed.nonce("ms0")])
        if made.job_id and (await ended(bed.client, made.job_id))["state"] == "completed":
            return True
        await asyncio.sleep(0.2)
    return False


FAULTS = (
    Fault(
        "F30",
        "The provider answers 503 for ten leases",
        outage,
        {"p": 1, "r": 10},
        cost_s=35,
        promise="provider outage",
        batches=outage,
    ),
    Fault(
        "F31",
        "429 with Retry-After in seven forms",
        throttled,
        {"p": 1, "r": 10},
        cost_s=11,
        promise="G12",
        batches=throttled,
    ),
    Fault(
        "F34", "The provider's key is revoked in mid-run, a new one is set", refused_key, {"p": 1, "r": 20}, cost_s=9
    ),
)
