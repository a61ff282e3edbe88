"""What any server process may do at any time, so that nothing depends on one of them being alive."""

from dataclasses import dataclass

from pressrun.jobs import idempotency, rescue, tokens, workers
from pressrun.store.clock import SECOND
from pressrun.store.store import Store, Transaction

OUTBOX_KEEP_US = 72 * 3600 * SECOND
"""How long an ended job is remembered for listeners that were away."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round of upkeep did."""

    buried: list[str]
    rescued: int
    expired: int


async def upkeep(store: Store, lease_s: float, *, may_bury: bool = True) -> Upkeep:
    """One round: free the jobs of silent workers, end what is past its deadline; `lease_s` in seconds.

    Whoever could not see the heartbeats for a while passes `may_bury=False`: the workers could not write them either.
    """

    async def work(tx: Transaction) -> Upkeep:
        buried = await workers.bury_silent(tx, lease_s) if may_bury else []
        return Upkeep(buried, await rescue.rescue(tx), await rescue.expire(tx))

    done = await store.write(work)
    if done.rescued:
        store.bells.ring("jobs")
    if done.expired:
        store.bells.ring("finished")
    return done


async def tidy(store: Store) -> None:
    """Forget what no promise needs any more: old idempotency keys, workers that ended, old outbox rows."""

    async def work(tx: Transaction) -> None:
        await tx.run("forget_idempotency_keys", window_us=idempotency.KEEP_US)
        await tx.run("forget_workers", keep_us=workers.KEEP_US)
        await tx.run("forget_outbox", keep_us=OUTBOX_KEEP_US)
        await tx.run("forget_request_counts")
        await tx.run("forget_token_counts", days=tokens.KEEP_DAYS)

    await store.write(work)
