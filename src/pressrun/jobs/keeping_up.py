"""Upkeep round after round, in every server process: jobs end in time as long as one of them lives."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from pressrun.errors import PressrunError
from pressrun.jobs.upkeep import Upkeep, tidy, upkeep
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

TIDY_S = 600.0


def _since_boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)  # the monotonic clock stands still while a machine sleeps


async def keep_up(
    store: Store,
    lease_s: float,
    *,
    every_s: float,
    tidies: bool = False,
    first: Callable[[], Awaitable[None]] | None = None,
    then: Callable[[Upkeep], Awaitable[None]] | None = None,
    since_boot_s: Callable[[], float] = _since_boot_s,
) -> None:
    """Do a round every `every_s` seconds until cancelled; `tidies`: forget old things too.

    `first` is done before each round, `then` hears what the round did.

    Whoever could not see the heartbeats for a while cannot tell silent workers from its own blindness: at the start,
    and from the first round that went well after one that did not, it watches for a lease before it buries anybody.
    A machine that slept, by `since_boot_s`, has seen no heartbeat either: its workers slept too and go on.
    """
    tidied = 0.0
    looked = since_boot_s()
    watching_since: float | None = time.monotonic()
    while True:
        if since_boot_s() - looked > every_s + lease_s / 2:
            watching_since = None
        try:
            if first is not None:
                await first()
            may_bury = watching_since is not None and time.monotonic() - watching_since > lease_s
            done = await upkeep(store, lease_s, may_bury=may_bury)
            watching_since = watching_since or time.monotonic()
            if done.touched:
                log.emit(
                    ServerEvent.UPKEEP_DONE,
                    buried=done.buried,
                    rescued=done.rescued,
                    expired=done.expired,
                    cancelled=done.cancelled,
                )
            if then is not None:
                await then(done)
            if tidies and time.monotonic() - tidied > TIDY_S:
                await tidy(store)
                tidied = time.monotonic()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
            log.warn(ServerEvent.UPKEEP_FAILED, error=str(error), exc_info=not isinstance(error, PressrunError))
            watching_since = None
        looked = since_boot_s()
        await asyncio.sleep(every_s)
