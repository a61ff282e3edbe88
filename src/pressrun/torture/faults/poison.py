"""Jobs that kill whoever runs them, among jobs that do no harm and workers that die for no reason."""

import asyncio
from collections import Counter

from pressrun.torture import processes, seals
from pressrun.torture.fault import Fault
from pressrun.torture.testbed import AGENT, Testbed

DEATHS_ALLOWED = 3
INNOCENT = 60
SLOW = "ms800"
"""What every second innocent asks for: long enough to be cut off again and again."""

BESIDE = 2
"""Calls under way that a worker must have to be killed at random: one that may run a suspect alone never has two."""


async def poison(bed: Testbed) -> None:
    """The nemesis kills every worker that asks the provider for a poisonous nonce, and others at random."""
    await bed.serve(concurrency=10)
    killing = [asyncio.create_task(kill(bed)) for kill in (_kill_whoever_asks, _kill_at_random)]
    bad = [bed.nonce("poison") for _ in range(bed.repetitions)]
    innocent = [bed.nonce(SLOW if number % 2 else "ok") for number in range(INNOCENT * bed.repetitions // 2)]
    mixed = [*bad, *innocent]
    bed.random.shuffle(mixed)
    try:
        ids = {nonce: (await bed.client.submit(AGENT, [nonce])).job_id for nonce in mixed}
        await bed.drained(150)
    finally:
        for task in killing:
            task.cancel()
        await asyncio.gather(*killing, return_exceptions=True)
    calls = [bed.provider.calls(nonce) for nonce in bad]
    bed.find("deaths of each poisonous job", calls, ok=max(calls) <= DEATHS_ALLOWED, bar=f"<= {DEATHS_ALLOWED}")
    bed.notes["calls of the innocent job that was cut off most"] = max(map(bed.provider.calls, innocent))
    ends = {nonce: await bed.client.poll(job_id) for nonce, job_id in ids.items() if job_id}
    wrong = [nonce for nonce in innocent if (ends.get(nonce) or {}).get("state") != "completed"]
    bed.find("innocent jobs that did not complete", wrong, ok=not wrong, bar="none")
    codes = sorted({str((ends.get(nonce) or {}).get("error_code")) for nonce in bad})
    bed.find("how poisonous jobs end", codes, ok=codes == ["poison"], bar="failed: poison")


async def _kill_whoever_asks(bed: Testbed) -> None:
    def poisonous() -> list[str]:
        return [nonce for nonce in bed.provider.in_flight if seals.word_of(nonce) == "poison"]

    while True:
        await bed.provider.called(lambda: bool(poisonous()))
        for nonce in poisonous():
            port = bed.provider.in_flight.get(nonce)
            pid = None if port is None else processes.owner_of_port(port, bed.server.worker_pids())
            if pid is not None:
                async with bed.fault("a poisonous job kills its worker", nonce):
                    processes.kill(pid)
                    while processes.alive(pid) or bed.provider.in_flight.get(nonce) == port:
                        await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)  # who asked may be dead already: the provider needs its turn to see it


async def _kill_at_random(bed: Testbed) -> None:
    """Twice as often as there are poisonous jobs: a worker that runs several."""
    for _ in range(2 * bed.repetitions):
        await asyncio.sleep(bed.random.uniform(0.2, 0.8))
        await bed.provider.called(lambda: len(bed.provider.in_flight) > BESIDE)
        victim = _busy(bed)
        if victim is not None:
            async with bed.fault("kill a worker", str(victim)):
                processes.kill(victim)


def _busy(bed: Testbed) -> int | None:
    """A worker with at least so many calls under way, drawn by lot; to look for whose a connection is takes long."""
    pids, ports = bed.server.worker_pids(), list(bed.provider.in_flight.values())
    bed.random.shuffle(ports)
    seen: Counter[int] = Counter()
    for port in ports:
        owner = processes.owner_of_port(port, pids)
        if owner is not None:
            seen[owner] += 1
            if seen[owner] >= BESIDE:
                return owner
    return None


FAULTS = (
    Fault(
        "F46",
        "Jobs that kill their worker, among innocent ones and workers killed at random",
        poison,
        {"p": 2, "r": 5},
        cost_s=25,
        promise="G8",
        always=("sqlite",),
    ),
)
