"""The provider answers wrongly, endlessly, or with hostile text."""

import asyncio

from pressrun.torture import processes, seals
from pressrun.torture.behaviours import BROKEN, BROKEN_FOR_EVER
from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.sending import sent
from pressrun.torture.testbed import AGENT, Testbed

CALL_TIMEOUT_S = 3
MOST_GROWTH = 150_000_000
LOOK_EVERY_S = 0.02


async def broken(bed: Testbed) -> None:
    """Cut, stalled, dripping, wrongly measured, garbled, empty, absent, huge and exploding answers."""
    await bed.serve(workers=1, model={"timeout_s": CALL_TIMEOUT_S})
    words = (*BROKEN, *BROKEN_FOR_EVER)
    warm = await bed.client.submit(AGENT, [bed.nonce("ms0")])
    await ended(bed.client, warm.job_id or "")
    (worker,) = bed.server.worker_pids()
    start, most = processes.rss_bytes(worker), 0
    ends: dict[str, str] = {}

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, processes.rss_bytes(worker))
            await asyncio.sleep(LOOK_EVERY_S)

    watching = asyncio.create_task(watch())
    for _ in range(bed.repetitions):
        async with bed.fault("broken answers", " ".join(words)):
            ids = await sent(bed, [bed.nonce(word) for word in words])
            for word, job_id in zip(words, ids, strict=True):
                job = await ended(bed.client, job_id, 120)
                ends[word] = str(job["error_code"] or job["state"])
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    good = all(ends[word] == "completed" for word in BROKEN) and ends["huge"] == "output_too_large"
    bed.find(
        "how jobs end", ends, ok=good and ends["bomb"] != "completed", bar="completed by the second call, or failed"
    )
    same = bed.server.worker_pids() == [worker]
    bed.find("the same worker process all along", same, ok=same)
    bed.find("growth of the worker, MB", (most - start) // 10**6, ok=most - start < MOST_GROWTH, bar="< 150")


async def hostile_text(bed: Testbed) -> None:
    """Answers with NUL, lone surrogates, emoji, right-to-left, escapes, a megabyte in one line: the same comes back."""
    await bed.serve()
    for _ in range(bed.repetitions):
        async with bed.fault("hostile text", " ".join(seals.TAILS)):
            nonces = [bed.nonce(word) for word in seals.TAILS]
            jobs = [await ended(bed.client, job_id) for job_id in await sent(bed, nonces)]
        states = {word: job["state"] for word, job in zip(seals.TAILS, jobs, strict=True)}
        bed.find("ends", states, ok=set(states.values()) == {"completed"}, bar="all completed")
        right = [seals.serial_in(nonce, job["data"]["suggestion"]) for nonce, job in zip(nonces, jobs, strict=True)]
        bed.find("texts that came back whole", sum(one is not None for one in right), ok=None not in right, bar="all")


async def silent(bed: Testbed) -> None:
    """Every answer of the provider is lost in the network, for a while: the call times out and is made again."""
    proxy = await bed.proxy(bed.provider.port)
    model = {"base_url": f"http://127.0.0.1:{proxy.listening_on}/v1", "timeout_s": CALL_TIMEOUT_S}
    await bed.serve(model=model)
    for _ in range(bed.repetitions):
        nonces = [bed.nonce("ms200") for _ in range(10)]
        async with bed.fault("the network to the provider swallows answers"):
            proxy.rules.drop_downstream = bed.provider.unheard = True
            ids = await sent(bed, nonces)
            async with asyncio.timeout(90):
                await bed.provider.called(lambda nonces=nonces: all(bed.provider.calls(one) for one in nonces))  # type: ignore[misc]
            await asyncio.sleep(1)
            proxy.rules.drop_downstream = bed.provider.unheard = False  # what was swallowed stays so
        ends = [(await ended(bed.client, job_id, 90))["state"] for job_id in ids]
        bed.find("ends", ends, ok=set(ends) == {"completed"}, bar="all completed")


FAULTS = (
    Fault("F22", "The network to the provider swallows answers", silent, {"p": 1, "r": 10}, cost_s=10, batches=silent),
    Fault(
        "F32",
        "Answers that are cut, stalled, dripping, wrongly measured, garbled, empty, absent, huge, exploding",
        broken,
        {"p": 1, "r": 10},
        cost_s=10,
        batches=broken,
    ),
    Fault(
        "F33",
        "Hostile text in answers",
        hostile_text,
        {"p": 2, "r": 20},
        cost_s=7,
        promise="G23",
        always=("postgres",),
        batches=hostile_text,
    ),
)
