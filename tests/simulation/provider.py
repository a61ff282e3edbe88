"""The model's provider, simulated: how a call ends is the nature of its job, and every answer names its call."""

import asyncio
import json
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from pressrun.errors import FailureCode
from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Again, Call, Completed, Failed, Outcome

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World

NATURES = ("good",) * 12 + ("slow", "slow", "flaky", "flaky", "bad", "deadly")


class Provider:
    """`calls` counts the calls of each (job, generation); `leases` are those that were worked on."""

    def __init__(self, world: "World", random: Random) -> None:
        self.calls: Counter[tuple[str, int]] = Counter()
        self.leases: set[tuple[str, str]] = set()
        self.faults: list[str] = []
        self.ended: dict[tuple[str, int], str] = {}
        self._world = world
        self._random = random

    async def perform(self, process: "Process", claim: Claim, calls: list[Call]) -> Outcome:
        """See worker.Perform."""
        self._check(claim)
        nature = json.loads(claim.inputs)["nature"]
        number = self.calls[claim.id, claim.generation] = self.calls[claim.id, claim.generation] + 1
        process.say(f"calls for {claim.id} ({nature}), {claim.generation}/{claim.attempts}")
        luck = Random(f"{self._world.seed}/{claim.id}/{claim.generation}/{number}")
        await asyncio.sleep(luck.uniform(1, 6) if nature == "slow" else luck.uniform(0.05, 1.0))
        if nature == "deadly":
            self._world.loop.call_soon(self._world.kill, process.name)
            await asyncio.sleep(1)
        calls.append(Call("default", "completed", 0.5, 1, 1))
        if nature == "bad":
            return Failed(FailureCode.MODEL_REFUSED, "no")
        if nature == "flaky" and luck.random() < 0.6:
            code = FailureCode.MODEL_UNAVAILABLE
            if claim.errors + 1 >= claim.max_attempts:
                return Failed(code, "gave up")
            return Again(luck.uniform(0, 5), code, "later", charged=luck.random() < 0.8)
        answer = {"job": claim.id, "generation": claim.generation, "attempt": claim.attempts}
        return Completed(json.dumps(answer).encode())

    def _check(self, claim: Claim) -> None:
        """No lease is worked on twice, and nothing that somebody has been told is over."""
        lease = claim.id, claim.lease_token
        if lease in self.leases:
            self.faults.append(f"{claim.id}: one lease was worked on twice")
        self.leases.add(lease)
        state = self.ended.get((claim.id, claim.generation))
        if state is not None:
            self.faults.append(f"{claim.id}: a call in generation {claim.generation}, which was told to be {state}")
