"""Permits for calls, handed out and taken back in the store, many in one transaction, exact over all workers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pressrun.accounts.account import LONGEST_PAUSE_S, Limits, Standing
from pressrun.accounts.window import SPAN_S, Denied, Second, Window
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

GROUP_LIMIT = 1000
"""Wishes and returns in one transaction."""

KEEP_US = int(2 * LONGEST_PAUSE_S * SECOND)
"""How long it is remembered what a provider has said; longer than any pause."""

Name = tuple[str, str]
"""Organization and account."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that somebody wants to make: tokens it may take, and seconds after which it has surely ended."""

    permit_id: str
    organization_id: str
    account: str
    tokens: int
    limits: Limits
    expires_s: float
    worker_id: str | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """A call that may begin; `second` is when it was counted, `tokens` what it was counted with."""

    permit_id: str
    second: int
    tokens: int


class Told(StrEnum):
    """What a provider said with the end of a call."""

    NOTHING = "nothing"
    ANSWERED = "answered"
    REFUSED = "refused"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that has ended: with or without a permit, what it really took (None: nobody knows), what was said.

    `pause_s`: the provider wants to be left alone for so long. `pace`: calls this process made in the last minute.
    """

    organization_id: str
    account: str
    permit: Permit | None
    tokens: int | None = None
    told: Told = Told.NOTHING
    pause_s: float | None = None
    pace: int = 0
    reason: str = ""
    unused: bool = False


Item = Wanted | Ended
Answer = Permit | Denied | None


async def keep(tx: Transaction, items: Sequence[Item]) -> list[Answer]:
    """Take returns in, then hand permits out in order; what was asked for by each Wanted, and for an Ended by which the
    account is paused how long."""
    answers: list[Answer] = [None] * len(items)
    by_name: dict[Name, list[int]] = {}
    for number, item in enumerate(items):
        by_name.setdefault((item.organization_id, item.account), []).append(number)
    for name in sorted(by_name):  # in order, so that two transactions never wait for each other's locks
        mine = [(number, items[number]) for number in by_name[name]]
        await _keep_one(tx, name, mine, answers)
    return answers


async def _keep_one(tx: Transaction, name: Name, items: Sequence[tuple[int, Item]], answers: list[Answer]) -> None:
    who = {"organization_id": name[0], "account": name[1]}
    await tx.one("lock_account", **who)
    row = await tx.one("find_account", **who)
    assert row is not None
    now = int(row["at"])
    before = Standing.from_row(row) if row["account"] is not None else Standing()
    standing = before
    ended = [(number, item) for number, item in items if isinstance(item, Ended)]
    wanted = [(number, item) for number, item in items if isinstance(item, Wanted)]
    if any(item.permit for _, item in ended):
        await _take_back(tx, who, [item for _, item in ended])
    seconds = await _seconds(tx, who)
    for number, item in ended:
        standing = _after(standing, now, item, sum(one.requests for one in seconds))
        answers[number] = Window(now, Limits(), standing, (), 0).denied() if item.told != Told.NOTHING else None
    if standing != before:
        await _note(tx, who, standing, now)
    if wanted:
        await _hand_out(tx, who, now, standing, seconds, wanted, answers)


def _after(standing: Standing, now: int, item: Ended, requests: int) -> Standing:
    match item.told:
        case Told.REFUSED:
            return standing.refused(now, max(requests, item.pace), item.pause_s, item.reason)
        case Told.EXHAUSTED:
            return standing.exhausted(now, item.reason)
        case Told.ANSWERED:
            standing = standing.answered()
            return standing if item.pause_s is None else standing.paused(now, item.pause_s, item.reason)
        case _:
            return standing


async def _note(tx: Transaction, who: dict[str, str], standing: Standing, now: int) -> None:
    if standing.is_over(now):
        await tx.run("forget_account", **who)
        return
    fields = {name: getattr(standing, name) for name in Standing.__dataclass_fields__}
    await tx.run("note_account", **who, **fields)


async def _seconds(tx: Transaction, who: dict[str, str]) -> list[Second]:
    rows = await tx.all("list_window", **who, span_s=SPAN_S)
    return [Second(int(row["second"]), int(row["requests"]), int(row["tokens"])) for row in rows]


async def _take_back(tx: Transaction, who: dict[str, str], ended: Sequence[Ended]) -> None:
    """Put what calls really took in the place of what they were counted with; a call that was not made counts not."""
    permits = [item.permit for item in ended if item.permit is not None]
    await tx.each("end_permits", [{**who, "permit_id": permit.permit_id} for permit in permits])
    changes: dict[int, list[int]] = {}
    for item in ended:
        if item.permit is None:
            continue
        change = changes.setdefault(item.permit.second, [0, 0])
        if item.unused:
            change[0] -= 1
            change[1] -= item.permit.tokens
        elif item.tokens is not None:
            change[1] += item.tokens - item.permit.tokens
    for second, (requests, tokens) in sorted(changes.items()):
        if requests or tokens:
            await tx.run("correct_window", **who, second=second, requests=requests, tokens=tokens)


async def _hand_out(
    tx: Transaction,
    who: dict[str, str],
    now: int,
    standing: Standing,
    seconds: Sequence[Second],
    wanted: Sequence[tuple[int, Wanted]],
    answers: list[Answer],
) -> None:
    limits = Limits()
    for _, item in wanted:  # a process that has not seen the newest limits yet must not widen them for the others
        limits = limits.tightened(item.limits)
    await tx.run("forget_lost_permits", **who)
    row = await tx.one("count_permits", **who)
    window = Window(now, limits, standing, seconds, int(row["permits"]) if row else 0)
    second = now // SECOND
    granted: list[Wanted] = []
    for number, item in wanted:
        denied = window.permit(item.tokens)
        answers[number] = denied or Permit(item.permit_id, second, window.counted(item.tokens))
        if denied is None:
            granted.append(item)
    if not granted:
        return
    await tx.run("add_to_window", **who, second=second, requests=window.added_requests, tokens=window.added_tokens)
    await tx.each(
        "add_permits",
        [
            {
                **who,
                "permit_id": item.permit_id,
                "worker_id": item.worker_id,
                "second": second,
                "tokens": window.counted(item.tokens),
                "expires_us": int(item.expires_s * SECOND),
            }
            for item in granted
        ],
    )


async def witness(tx: Transaction, items: Sequence[Item], answers: Sequence[Answer]) -> bool:
    """Whether a transaction whose commit went unanswered has happened: a permit that it handed out is there.

    One that handed nothing out is taken to have happened: at worst the account is thought to be busier than it is.
    """
    for item, answer in zip(items, answers, strict=True):
        if isinstance(item, Wanted) and isinstance(answer, Permit):
            row = await tx.one("find_permit", organization_id=item.organization_id, permit_id=item.permit_id)
            return row is not None
    return True


async def ask_again(tx: Transaction, organization_id: str, account: str) -> None:
    """Somebody says that there is money: one call may find out, before its time."""
    who = {"organization_id": organization_id, "account": account}
    await tx.one("lock_account", **who)
    row = await tx.one("find_account", **who)
    if row is not None and row["account"] is not None and row["quota_failures"]:
        await _note(tx, who, replace(Standing.from_row(row), quota_until=0), int(row["at"]))


async def tidy(tx: Transaction) -> None:
    """Forget seconds, permits and standings that no window reaches any more."""
    await tx.run("forget_windows", span_s=2 * SPAN_S)
    await tx.run("forget_expired_permits")
    await tx.run("forget_old_accounts", keep_us=KEEP_US)
