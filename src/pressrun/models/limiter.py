"""Calls wait for their permit here: the limits of an account hold over all workers, and are kept in the store.

Calls of one process share transactions (`store/grouping.py`), and an account without limits that is well costs none.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

from pressrun.accounts import ledger
from pressrun.accounts.account import Limits
from pressrun.accounts.ledger import GROUP_LIMIT, Answer, Ended, Item, Permit, Told, Wanted
from pressrun.accounts.window import MINUTE_S, PERMIT_S, Denied
from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.ids import new_id
from pressrun.models.provider import Question, Usage
from pressrun.models.token_estimate import likely_tokens
from pressrun.store.grouping import Grouped
from pressrun.store.store import Store

LONGEST_WAIT_S = 20.0
"""How long a call waits for its permit in its worker; after that its job waits in the queue and makes room."""

LONGEST_NAP_S = 5.0
"""The longest sleep between two wishes: limits may be raised meanwhile."""

PATIENCE_S = 10.0
AFTER_S = 30.0
"""Seconds beyond its time-out after which a call has surely ended."""

MOST_PACED = 100_000
"""Calls of the last minute that are remembered for an account."""


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Account:
    """Whose permit a call needs; `troubled`: the provider has said something of it that all workers must mind."""

    organization_id: str
    name: str
    model: str
    limits: Limits = NO_LIMITS
    troubled: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether a call needs a permit at all."""
        return bool(self.limits) or self.troubled


@dataclass(slots=True)
class Pace:
    """When calls to an account began, over the last minute; seconds of the process's own clock."""

    begun: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_PACED))

    def note(self, now_s: float) -> None:
        self.begun.append(now_s)
        while self.begun and self.begun[0] < now_s - MINUTE_S:
            self.begun.popleft()


class Calling:
    """One call: permitted when it is entered, told when it is left. `usage` and `pause_s` are what was learnt of it."""

    __slots__ = ("_account", "_limiter", "_permit", "_question", "_timeout_s", "pause_s", "usage")

    def __init__(self, limiter: "Limiter", account: Account, question: Question, timeout_s: float) -> None:
        self._limiter = limiter
        self._account = account
        self._question = question
        self._timeout_s = timeout_s
        self._permit: Permit | None = None
        self.usage: Usage | None = None
        self.pause_s: float | None = None

    async def __aenter__(self) -> Self:
        """Raises RunFailure when the call may not begin."""
        account = self._account
        if account.is_limited:
            tokens = likely_tokens(self._question)
            self._permit = await self._limiter.permit(account, tokens, self._timeout_s, self._question.may_wait)
        self._limiter.pace(account).note(self._limiter.clock_s())
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Gives the permit back with what the call took, in the background; waits only where the provider refused."""
        if isinstance(error, RunFailure) and error.code in TOLD:
            await self._limiter.refused(self._account, self._permit, error)
        elif error is not None:
            if self._permit is not None:
                self._limiter.give_back(self._ended(Told.NOTHING))
        elif self._permit is not None or self.pause_s is not None:
            self._limiter.give_back(self._ended(Told.ANSWERED))

    def _ended(self, told: Told) -> Ended:
        account, usage = self._account, self.usage
        tokens = usage.prompt_tokens + usage.completion_tokens if usage is not None else 0
        reason = f"the provider of {account.model!r} said that this was the last call for now"
        name = account.organization_id, account.name
        return Ended(*name, self._permit, tokens or None, told, self.pause_s, reason=reason)


TOLD = {FailureCode.MODEL_RATE_LIMITED: Told.REFUSED, FailureCode.MODEL_QUOTA_EXHAUSTED: Told.EXHAUSTED}
"""Failures that say something of the account."""


class Limiter:
    """Hands out permits of the store for the calls of `worker_id`; `clock_s` and `sleep` are this process's time.

    `learnt` hears of every organization of one of whose accounts something new was said.
    """

    def __init__(
        self,
        store: Store,
        learnt: Callable[[str], None],
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.worker_id: str | None = None
        self.clock_s = clock_s
        self._learnt = learnt
        self._sleep = sleep
        self._paces: dict[tuple[str, str], Pace] = {}
        self._returning: set[asyncio.Task[Answer]] = set()
        self._keeper: Grouped[Item, Answer] = Grouped(
            store, ledger.keep, limit=GROUP_LIMIT, witness=ledger.witness, patience_s=PATIENCE_S
        )

    def call(self, account: Account, question: Question, timeout_s: float) -> Calling:
        """One call, to be made inside."""
        return Calling(self, account, question, timeout_s)

    def pace(self, account: Account) -> "Pace":
        """How often an account is asked by this process."""
        name = account.organization_id, account.name
        found = self._paces.get(name)
        if found is None:
            found = self._paces[name] = Pace()
        return found

    async def close(self) -> None:
        """Wait for what is being given back."""
        await asyncio.gather(*self._returning, return_exceptions=True)

    async def permit(self, account: Account, tokens: int, timeout_s: float, may_wait: bool) -> Permit:
        """Leave to make one call now; raises RunFailure when there is none, or none soon if it `may_wait`."""
        began = self.clock_s()
        while True:
            asked = self.clock_s()
            wanted = Wanted(
                new_id(),
                account.organization_id,
                account.name,
                tokens,
                account.limits,
                timeout_s + AFTER_S,
                self.worker_id,
            )
            answer = await self._submitted(wanted)
            now = self.clock_s()
            if isinstance(answer, Permit):
                if now - asked <= PERMIT_S:
                    return answer
                # Begun now, the call would count in another minute than the one it was permitted in.
                self.give_back(Ended(account.organization_id, account.name, answer, unused=True))
                answer = Denied(0.0, "the database takes too long to permit a call")
            assert isinstance(answer, Denied)
            if not may_wait or now - began + answer.wait_s > LONGEST_WAIT_S:
                raise _not_now(account, answer)
            await self._sleep(min(max(answer.wait_s, 0.05), LONGEST_NAP_S))

    async def _submitted(self, wanted: Wanted) -> Answer:
        """A permit that nobody waits for any more is given back as soon as it comes."""
        asking = asyncio.ensure_future(self._keeper.submit(wanted))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            asking.add_done_callback(lambda done: self._nobody_waits(wanted, done))
            raise

    def _nobody_waits(self, wanted: Wanted, done: "asyncio.Future[Answer]") -> None:
        if done.cancelled() or done.exception() is not None:
            return
        answer = done.result()
        if isinstance(answer, Permit):
            self.give_back(Ended(wanted.organization_id, wanted.account, answer, unused=True))

    async def refused(self, account: Account, permit: Permit | None, failure: RunFailure) -> None:
        """A provider asked for patience or money: all workers know when this returns, the failure says how long."""
        ended = Ended(
            account.organization_id,
            account.name,
            permit,
            told=TOLD[failure.code],
            pause_s=failure.retry_after_s,
            pace=len(self.pace(account).begun),
            reason=failure.message.replace("\x00", "\ufffd"),
        )
        try:
            answer = await self._keeper.submit(ended)
        except PressrunError:
            return  # the store is away: what the provider said is told again with the next call
        self._learnt(account.organization_id)
        if isinstance(answer, Denied):
            failure.retry_after_s = max(answer.wait_s, failure.retry_after_s or 0.0)

    def give_back(self, ended: Ended) -> None:
        """In the background: nobody waits for it, and if it is lost the account is thought to be busier than it is."""
        task = asyncio.ensure_future(self._keeper.submit(ended))
        self._returning.add(task)
        task.add_done_callback(lambda task: self._gave_back(ended, task))

    def _gave_back(self, ended: Ended, task: "asyncio.Task[Answer]") -> None:
        self._returning.discard(task)
        if not task.cancelled() and task.exception() is None and ended.pause_s is not None:
            self._learnt(ended.organization_id)


def _not_now(account: Account, denied: Denied) -> RunFailure:
    code = FailureCode.MODEL_QUOTA_EXHAUSTED if denied.quota else FailureCode.MODEL_RATE_LIMITED
    shared = "" if account.name == account.model else f" (account {account.name!r})"
    return RunFailure(
        code,
        f"the model {account.model!r}{shared} cannot be asked now: {denied.reason}",
        retryable=True,
        retry_after_s=denied.wait_s,
        model=account.model,
        called=False,
    )
