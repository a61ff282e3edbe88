"""Deliveries under any order of steps of several senders that claim, answer late, die and come back."""

import random
from dataclasses import dataclass
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from pressrun.ids import new_lease_token
from pressrun.outgoing.reply import Cause, OutgoingError, Reply
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction
from pressrun.webhooks import attempt, delivery, endpoint
from pressrun.webhooks.delivery import LEASE_S, Delivery, DeliveryState, Filter
from pressrun.webhooks.endpoint import EndpointState, Wish
from pressrun.webhooks.outbox import fan_out
from pressrun.webhooks.schedule import TRIES, WAITS_S
from pressrun.webhooks.verdict import judge
from tests.fake_clock import START
from tests.simulation.arena import Arena

OUTCOMES = st.sampled_from([200, 204, 302, 404, 410, 429, 500, 503, None])
WAITS = st.sampled_from([1, 5, LEASE_S, 300, 86_400])


@dataclass
class Known:
    """What a delivery must look like."""

    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    tries: int = 0
    next_at: int = START
    token: str | None = None


class DeliveryMachine(RuleBasedStateMachine):
    """One endpoint, some messages, and a model of what must become of them."""

    arena: ClassVar[Arena]
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.arena.clock.now = START
        self.arena.empty()
        self.known: dict[str, Known] = {}
        self.enabled = True

    @initialize(number=st.integers(1, 4))
    def set_the_scene(self, number: int) -> None:
        async def work(tx: Transaction) -> None:
            await tx.run("add_webhook", webhook_id="hook", organization_id="o", agent_id="", name="", url="http://x/",
                         events="job.completed", batch_rows=0, lifetime_us=None)  # fmt: skip
            for one in range(number):
                await tx.each("record_outbox", [{"id": f"m{one}", "organization_id": "o", "job_id": f"j{one}",
                              "event": "job.completed", "payload": b'{"generation":1,"agent_id":"a"}'}])  # fmt: skip

        self.arena.write(work)
        assert self.arena.write(fan_out) == number
        assert self.arena.write(fan_out) == 0
        self.known = {one.message_id: Known() for one in self.stored()}
        assert len(self.known) == number

    def stored(self) -> list[Delivery]:
        """What the store holds."""

        async def work(tx: Transaction) -> list[Delivery]:
            return await delivery.page(tx, "o", Filter(), before=2**62, limit=100)

        return self.arena.write(work)

    @rule(seconds=WAITS)
    def time_passes(self, seconds: int) -> None:
        self.arena.clock.advance(seconds)

    @rule(target=claims, limit=st.integers(1, 3))
    def claim(self, limit: int):  # type: ignore[no-untyped-def] # noqa: ANN201 - Hypothesis' own type
        token, now = new_lease_token(), self.arena.clock.now
        held = self.arena.write(lambda tx: delivery.claim(tx, "hook", token, limit))
        due = {name for name, one in self.known.items() if one.state == DeliveryState.PENDING and one.next_at <= now}
        assert {one.message_id for one in held} <= due
        assert len(held) == min(limit, len(due))
        for one in held:
            self.known[one.message_id].token = token
            self.known[one.message_id].next_at = now + LEASE_S * SECOND
        return multiple(*held)

    @rule(held=claims, status=OUTCOMES)
    def end(self, held: Delivery, status: int | None) -> None:
        """An attempt ends, of whoever holds the message or of somebody who lost it long ago."""
        known, now = self.known[held.message_id], self.arena.clock.now
        outcome = OutgoingError(Cause.TIMEOUT, "") if status is None else Reply(status, {})
        verdict = judge(held, outcome, began_at=now, duration_s=1, now_s=0, random=lambda: 0.0)
        (kept,) = self.arena.write(lambda tx: attempt.settle(tx, [(held, verdict)]))
        assert kept == (known.token == held.lease_token)
        if not kept:
            return
        known.token, known.attempts, known.tries = None, known.attempts + 1, known.tries + 1
        if status in {200, 204}:
            known.state = DeliveryState.DELIVERED
        elif status == 410 or known.tries == TRIES:
            known.state = DeliveryState.FAILED
            self.enabled = self.enabled and status != 410
        else:
            known.next_at = now + WAITS_S[known.tries - 1] * SECOND

    @rule(held=claims)
    def stop(self, held: Delivery) -> None:
        """A sender that ends gives back what it holds."""
        known = self.known[held.message_id]
        self.arena.write(lambda tx: delivery.release(tx, [held]))
        if known.token == held.lease_token:
            known.token, known.next_at = None, self.arena.clock.now

    @rule(pick=st.randoms(use_true_random=False))
    def send_again(self, pick: random.Random) -> None:
        one = pick.choice(sorted(self.stored(), key=lambda found: found.message_id))
        self.arena.write(lambda tx: delivery.resend(tx, "o", one.id))
        known = self.known[one.message_id]
        known.state, known.tries, known.token, known.next_at = DeliveryState.PENDING, 0, None, self.arena.clock.now

    @rule()
    def enable(self) -> None:
        async def work(tx: Transaction) -> None:
            await endpoint.change(tx, "o", "hook", Wish("http://x/"), EndpointState.ENABLED, None)

        self.arena.write(work)
        self.enabled = True

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        if not self.known:
            return
        found = {one.message_id: one for one in self.stored()}
        assert found.keys() == self.known.keys()
        for name, known in self.known.items():
            one = found[name]
            assert (one.state, one.attempts, one.tries, one.lease_token) == (
                known.state, known.attempts, known.tries, known.token,
            )  # fmt: skip
            assert one.state != DeliveryState.PENDING or one.next_at == known.next_at
            assert len(one.log) == min(one.attempts, delivery.LOG_LIMIT)
        told = self.arena.write(lambda tx: endpoint.find(tx, "o", "hook"))
        assert told.state != EndpointState.DISABLED or not self.enabled or told.failing_since is not None
