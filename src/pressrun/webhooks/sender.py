"""Sending: what is due is claimed, a few at a time for each lane, so that one slow endpoint holds up nobody else.

Several senders may run, each in a process of its own: claims are leases, and a message whose sender died is sent again.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from pressrun.errors import PressrunError
from pressrun.ids import new_lease_token
from pressrun.models.vault import Vault
from pressrun.outgoing.reply import OutgoingError, Reply
from pressrun.store.clock import SECOND
from pressrun.store.grouping import Grouped
from pressrun.store.store import Store, Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.webhooks import attempt, delivery, secret
from pressrun.webhooks.attempt import Parcel
from pressrun.webhooks.delivery import Delivery, Verdict
from pressrun.webhooks.message import Describe
from pressrun.webhooks.outbox import FAN_OUT_LIMIT, fan_out
from pressrun.webhooks.signing import signed_headers
from pressrun.webhooks.verdict import judge

POLL_S = 1.0
PAUSE_S, IDLE_PAUSE_S = 0.05, 0.25
"""Between two looks, however often it rings: after one that found something, and after one that did not."""

TROUBLE_S = 2.0
SLOTS, ORGANIZATION_SLOTS, LANE_SLOTS = 200, 60, 8
"""Attempts under way at once: of this process, of one organization, of one endpoint."""

LANES = 500
"""Lanes looked at in one step; the next step goes on after them."""

SETTLE_LIMIT = 200
PATIENCE_S = 10.0
AGENT = "Pressrun-Webhooks/1"


class Outgoing(Protocol):
    """What posts; see outgoing.client.Outgoing."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """The answer; raises OutgoingError."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Sender:
    """Sends what is due. `connect` opens the client when something is; `now_s` is what receivers hold us to."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        describe: Describe,
        connect: Callable[[], Outgoing],
        *,
        random: Callable[[], float],
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._vault = vault
        self._describe = describe
        self._connect = connect
        self._random = random
        self._now_s = now_s
        self._client: Outgoing | None = None
        self._after = ""
        self._lanes: Counter[str] = Counter()
        self._organizations: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._bell = store.bells.listen("finished", "webhooks")
        self._settling = Grouped(
            store, attempt.settle, limit=SETTLE_LIMIT, witness=attempt.has_settled, patience_s=PATIENCE_S
        )

    async def run(self) -> None:
        """Send until cancelled; whatever goes wrong, the next look comes."""
        try:
            while True:
                try:
                    busy = await self.step()
                except Exception as error:  # noqa: BLE001 - see above
                    known = isinstance(error, PressrunError)
                    log.warn(ServerEvent.WEBHOOKS_TROUBLED, error=str(error), exc_info=not known)
                    await asyncio.sleep(TROUBLE_S)
                    continue
                await asyncio.sleep(PAUSE_S if busy else IDLE_PAUSE_S)
                if not busy:
                    await self._bell.wait(POLL_S)
        finally:
            await self.close()

    async def step(self) -> bool:
        """One look: deliveries are made of what happened, and what is due is begun; whether it found anything."""
        found = False
        while await self._store.read(lambda tx: tx.one("has_outbox")):
            found = True
            if await self._store.write(fan_out) < FAN_OUT_LIMIT:
                break
        lanes = await self._store.read(lambda tx: tx.all("list_due_lanes", after=self._after, limit=LANES))
        self._after = lanes[-1]["lane"] if len(lanes) == LANES else ""
        wanted = self._free([(lane["lane"], lane["organization_id"]) for lane in lanes if lane["is_due"]])
        if wanted:
            token = new_lease_token()
            held = await self._store.write(lambda tx: _claim(tx, wanted, token))
            found = found or bool(held)
            for one in held:
                self._begin(one)
        return found or bool(self._after)

    async def settled(self) -> None:
        """Wait until every attempt that is under way has been recorded."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Break off what is under way; it is sent again by whoever comes next."""
        for task in self._tasks:
            task.cancel()
        await self.settled()
        if self._client is not None:
            await self._client.close()

    def _free(self, due: list[tuple[str, str]]) -> dict[str, int]:
        """How many deliveries of each lane may be begun now."""
        left, organizations, free = SLOTS - len(self._tasks), Counter(self._organizations), {}
        for lane, organization_id in due:
            slots = min(LANE_SLOTS - self._lanes[lane], ORGANIZATION_SLOTS - organizations[organization_id], left)
            if slots > 0:
                free[lane] = slots
                organizations[organization_id] += slots
                left -= slots
        return free

    def _begin(self, held: Delivery) -> None:
        self._lanes[held.lane] += 1
        self._organizations[held.organization_id] += 1
        task = asyncio.create_task(self._send(held))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._lanes[held.lane] -= 1
            self._organizations[held.organization_id] -= 1
            self._bell.ring()  # another of its lane may be waiting
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warn(ServerEvent.WEBHOOKS_TROUBLED, delivery=held.id, error=str(error), exc_info=error)

        task.add_done_callback(ended)

    async def _send(self, held: Delivery) -> None:
        try:
            verdict = await self._attempt(held)
        except asyncio.CancelledError:
            with contextlib.suppress(PressrunError):  # the lease runs out all the same
                await self._store.write(lambda tx: delivery.release(tx, [held]))
            raise
        if verdict.error is not None:
            log.warn(ServerEvent.WEBHOOK_FAILED, delivery=held.id, webhook=held.webhook_id, error=verdict.error)
        await self._settling.submit((held, verdict))

    async def _attempt(self, held: Delivery) -> Verdict:
        parcel = await self._store.read(lambda tx: attempt.prepare(tx, self._vault, self._describe, held))
        if isinstance(parcel, Verdict):
            return parcel
        secrets = parcel.secrets or await self._first_secrets(held)
        if self._client is None:
            self._client = self._connect()
        began_s, started = self._now_s(), time.monotonic()
        outcome = await self._post(self._client, parcel, secrets, held.message_id, began_s)
        return judge(
            held,
            outcome,
            began_at=int(began_s * SECOND),
            duration_s=time.monotonic() - started,
            now_s=self._now_s(),
            random=self._random,
        )

    async def _first_secrets(self, held: Delivery) -> list[str]:
        async def work(tx: Transaction) -> list[str]:
            return await secret.of_organization(tx, self._vault, held.organization_id)

        return await self._store.write(work)

    async def _post(
        self, client: Outgoing, parcel: Parcel, secrets: Sequence[str], message_id: str, now_s: float
    ) -> Reply | OutgoingError:
        signed = signed_headers(secrets, message_id, parcel.body, now_s)
        headers = {"content-type": "application/json", "user-agent": AGENT, **signed}
        try:
            return await client.post(parcel.url, parcel.body, headers)
        except OutgoingError as error:
            return error


async def _claim(tx: Transaction, wanted: Mapping[str, int], token: str) -> list[Delivery]:
    return [one for lane, limit in wanted.items() for one in await delivery.claim(tx, lane, token, limit)]
