"""The steps of a job's run, kept in the store under the lease of whoever carries it out."""

import asyncio
from collections.abc import Sequence

from pressrun.agents.outcome import Call
from pressrun.agents.steps import Steps
from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.jobs import checkpoints
from pressrun.jobs.checkpoints import GROUP_LIMIT, Checkpoint
from pressrun.jobs.job import Claim
from pressrun.store.grouping import Grouped
from pressrun.store.store import Store, Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

PATIENCE_S = 30.0


class JobSteps(Steps):
    """One claim's; `models` are those that answered earlier, `counted` the calls whose cost is in the store already."""

    def __init__(
        self, claim: Claim, done: dict[str, bytes], models: dict[str, str], keeper: Grouped[Checkpoint, bool]
    ) -> None:
        self._claim = claim
        self.models = models
        self._done = done
        self._keeper = keeper
        self.counted: list[Call] = []

    def done(self, step: str) -> str | None:
        """See Steps.done."""
        payload = self._done.get(step)
        return None if payload is None else payload.decode()

    async def keep(self, step: str, text: str, call: Call) -> None:
        """See Steps.keep: when somebody else holds the job, whatever comes after would be paid for in vain.

        A run that is interrupted meanwhile (another value of its fan-out has failed) waits for the end of it: the call
        is paid for, and nobody but us could tell later whether its cost is counted already.
        """
        keeping = asyncio.ensure_future(self._keep(step, text, call))
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.gather(keeping, return_exceptions=True)
            raise

    async def _keep(self, step: str, text: str, call: Call) -> None:
        try:
            kept = await self._keeper.submit(Checkpoint(self._claim, step, text.encode(), call.as_counted()))
        except PressrunError as error:  # unprotected, but still in this run's memory
            log.warn(ServerEvent.WORKER_TROUBLED, job=self._claim.id, error=str(error))
            return
        if not kept:
            raise RunFailure(FailureCode.WORKER_LOST, "another worker holds the job now")
        self.counted.append(call)


class Stepping:
    """The steps of every claim of a worker; what is kept at the same moment shares a transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keeper: Grouped[Checkpoint, bool] = Grouped(
            store, checkpoints.keep, limit=GROUP_LIMIT, witness=_witness, patience_s=PATIENCE_S
        )

    async def of(self, claim: Claim) -> JobSteps:
        """A claim's, with what earlier attempts have finished; raises PressrunError when the store is away."""
        if claim.attempts == 1:
            return JobSteps(claim, {}, {}, self._keeper)

        async def work(tx: Transaction) -> JobSteps:
            known, models = await checkpoints.load(tx, claim), await checkpoints.answered_by(tx, claim)
            return JobSteps(claim, known, models, self._keeper)

        return await self._store.read(work)


async def _witness(tx: Transaction, done: Sequence[Checkpoint], kept: Sequence[bool]) -> bool:
    for one, is_kept in zip(done, kept, strict=True):
        if is_kept:
            return one.step in await checkpoints.load(tx, one.claim)
    return True
