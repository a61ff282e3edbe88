"""Model calls that a request makes itself: whether it may, and the books they come into."""

from pressrun.agents.outcome import Call
from pressrun.jobs import model_calls, spending
from pressrun.jobs.admission import tokens_spent
from pressrun.jobs.spending import Spender
from pressrun.jobs.usage import usage
from pressrun.store.store import Store, Transaction


async def tokens_are_left(store: Store, organization_id: str) -> None:
    """Raises PressrunError (too_many) when the organization has had its tokens of the day."""
    used = await store.read(lambda tx: usage(tx, organization_id))
    if used.most_tokens is not None and used.tokens_today >= used.most_tokens:
        raise tokens_spent(used.most_tokens)


async def count(store: Store, spender: Spender, calls: list[Call]) -> None:
    """Put calls into counters and books, and take them off the list."""
    counted = [call.as_counted() for call in calls]
    calls.clear()

    async def work(tx: Transaction) -> None:
        await model_calls.count(tx, [(spender.organization_id, call) for call in counted])
        await spending.record(tx, [(spender, call) for call in counted])

    if counted:
        await store.write(work)
