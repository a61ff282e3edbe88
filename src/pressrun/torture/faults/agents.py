"""Agents change while their jobs wait and run."""

import asyncio

from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.history import History
from pressrun.torture.sending import sent
from pressrun.torture.testbed import AGENT, Testbed

QUEUED = 60
RUNNING = 10


async def delete(bed: Testbed) -> None:
    """An agent is deleted with jobs queued and running, in both modes: none of its jobs stays open."""
    await bed.serve(workers=1, concurrency=RUNNING)
    for number in range(bed.repetitions):
        alias = f"short-{number}"
        await bed.deploy(alias=alias)
        nonces = [bed.nonce("ms400") for _ in range(QUEUED)]
        ids = await sent(bed, nonces, alias)
        async with asyncio.timeout(90):
            await bed.provider.called(lambda nonces=nonces: any(bed.provider.calls(one) for one in nonces))  # type: ignore[misc]
        cancelling = number % 2 == 1
        async with bed.fault("delete an agent", "jobs=cancel" if cancelling else "drain"):
            status, answer = await bed.client.ask(
                "DELETE", f"/v1/applications/{alias}" + ("?jobs=cancel" if cancelling else "")
            )
            refused = await bed.client.submit(alias, [bed.nonce()])
        bed.agents.remove(alias)
        bed.orphans += ids
        bed.find("deleted", status, ok=status == 200, bar="200")
        bed.find("a create afterwards", refused.status, ok=refused.status == 404, bar="404")
        states = [str((await ended(bed.client, job_id, 120))["state"]) for job_id in ids]
        left = {state: states.count(state) for state in sorted(set(states))}
        if cancelling:
            bed.find("ends after jobs=cancel", left, ok="cancelled" in left, bar="queued ones cancelled")
        else:
            bed.find("ends after draining", left, ok=set(left) == {"completed"}, bar="all completed")
        _ = answer


async def publish(bed: Testbed) -> None:
    """A new version is deployed while jobs of the old one wait: each runs on the version it was accepted with."""
    await bed.serve(workers=1, concurrency=20)
    for number in range(bed.repetitions):
        old, new = f"v{number}o", f"v{number}n"
        await _prompt(bed, old)
        first = [bed.nonce(f"ms{400 if count < 20 else 50}") for count in range(100)]
        await sent(bed, first)
        async with bed.fault("deploy another version"):
            await _prompt(bed, new)
        second = [bed.nonce("ms50") for _ in range(20)]
        await sent(bed, second)
        await bed.drained(180)
        expected = dict.fromkeys(first, old) | dict.fromkeys(second, new)
        bed.looks.append(lambda history, expected=expected: _pinned(bed, history, expected))  # type: ignore[misc]


async def _prompt(bed: Testbed, marker: str) -> None:
    definition = {
        "name": AGENT,
        "alias": AGENT,
        "inputs": [{"name": "Nonce", "type": "text", "max_fields": 50}],
        "prompts": [{"name": "answer", "model": "sealed", "prompt": f"{marker} @Nonce"}],
    }
    await bed.client.must("PATCH", f"/v1/applications/{AGENT}", definition)
    await bed.client.must("POST", f"/v1/applications/{AGENT}/deploy")


def _pinned(bed: Testbed, history: History, expected: dict[str, str]) -> None:
    wrong = [
        call.nonce
        for call in history.calls
        if call.nonce in expected and not call.prompt.startswith(expected[call.nonce] + " ")
    ]
    bed.find("jobs that ran on another version", len(wrong), ok=not wrong, bar="0")


FAULTS = (
    Fault(
        "F43",
        "Delete an agent with jobs queued and running, in both modes",
        delete,
        {"p": 2, "r": 20},
        cost_s=11,
        promise="G17",
        batches=delete,
    ),
    Fault(
        "F44",
        "Deploy another version while jobs of the old one wait",
        publish,
        {"p": 1, "r": 20},
        cost_s=8,
        batches=publish,
    ),
)
