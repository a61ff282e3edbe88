"""What any server process may do at any time, so that nothing depends on one of them being alive."""

from dataclasses import dataclass

from pressrun.accounts import ledger
from pressrun.jobs import cancel, checkpoints, claim, idempotency, overview, rescue, spending, tokens, workers
from pressrun.jobs.floors import RETURNED
from pressrun.store.clock import SECOND
from pressrun.store.store import Store, Transaction

OUTBOX_KEEP_US = 14 * 86_400 * SECOND
"""How long an ended job is remembered for listeners while no server process lives that would tell them."""

DELIVERIES_KEEP_US = 30 * 86_400 * SECOND
"""How long a webhook's delivery stays in the log after its end."""

DELIVERIES_LIMIT = 5000
"""Deliveries forgotten in one transaction."""

URLS_KEEP_US = 3600 * SECOND
"""How long a URL is kept at least whose job is gone: it may be there before its job."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round of upkeep did, and whether suspects wait for a worker that runs nothing else."""

    buried: list[str]
    rescued: int
    expired: int
    cancelled: int = 0
    suspects: bool = False

    @property
    def touched(self) -> int:
        """How many jobs were moved."""
        return self.rescued + self.expired + self.cancelled


async def upkeep(store: Store, lease_s: float, *, may_bury: bool = True) -> Upkeep:
    """One round: free the jobs of silent workers, end what is past its deadline; `lease_s` in seconds.

    Of several processes that do this at the same moment one does, the others do nothing.
    Whoever could not see the heartbeats for a while passes `may_bury=False`: the workers could not write them either.
    """

    async def work(tx: Transaction) -> Upkeep:
        lock = await tx.one("try_lock_upkeep")
        if lock is None or not lock["locked"]:
            return Upkeep([], 0, 0)
        buried = await workers.bury_silent(tx, lease_s) if may_bury else []
        rescued, expired = await rescue.rescue(tx), await rescue.expire(tx)
        cancelled = await cancel.cancel_of_deleted_agents(tx)
        return Upkeep(buried, rescued, expired, cancelled, await claim.has_suspects(tx))

    done = await store.write(work)
    if done.rescued:
        store.bells.ring("jobs")
        store.bells.ring(RETURNED)
    if done.expired or done.cancelled:
        store.bells.ring("finished")
    if done.cancelled:
        store.bells.ring("cancels")
    return done


async def tidy(store: Store) -> None:
    """Forget what no promise needs any more: old idempotency keys, workers that ended, old outbox rows."""

    async def work(tx: Transaction) -> None:
        await tx.run("forget_idempotency_keys", window_us=idempotency.KEEP_US)
        await tx.run("forget_workers", keep_us=workers.KEEP_US)
        await tx.run("forget_outbox", keep_us=OUTBOX_KEEP_US)
        await tx.run("forget_webhook_deliveries", keep_us=DELIVERIES_KEEP_US, limit=DELIVERIES_LIMIT)
        await tx.run("forget_webhook_urls", keep_us=URLS_KEEP_US)
        await tx.run("forget_expired_webhooks")
        await tx.run("forget_webhook_secrets")
        await tx.run("forget_request_counts")
        await tx.run("forget_sessions")
        await tx.run("forget_sign_in_links")
        await tx.run("forget_sign_in_counts")
        await tx.run("forget_token_counts", days=tokens.KEEP_DAYS)
        await tx.run("forget_usage", days=spending.KEEP_DAYS)
        await tx.run("forget_ended_counts", hours=overview.KEEP_HOURS)
        await ledger.tidy(tx)
        await tx.run("forget_checkpoints", keep_us=checkpoints.KEEP_US)

    await store.write(work)
