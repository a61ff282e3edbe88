"""What an answer, or none, makes of a delivery: pure, so that every case can be tried."""

from collections.abc import Callable

from pressrun.models.retry_after import retry_after_s
from pressrun.outgoing.reply import OutgoingError, Reply
from pressrun.webhooks.delivery import Attempt, Delivery, DeliveryState, Verdict
from pressrun.webhooks.endpoint import TEST
from pressrun.webhooks.schedule import TRIES, wait_s

GONE = 410
ASKS_FOR_PATIENCE = frozenset({429, 503})


def judge(
    held: Delivery,
    outcome: Reply | OutgoingError,
    *,
    began_at: int,
    duration_s: float,
    now_s: float,
    random: Callable[[], float],
) -> Verdict:
    """The verdict on one attempt that began at `began_at`, microseconds since the epoch."""
    status = outcome.status if isinstance(outcome, Reply) else None
    error = _error(outcome)
    attempt = Attempt(began_at, round(duration_s * 1000), status, error)
    if error is None:
        return Verdict(DeliveryState.DELIVERED, attempt, well=True)
    if status == GONE:
        return Verdict(DeliveryState.FAILED, attempt, error, gone=True)
    wish = None
    if isinstance(outcome, Reply) and status in ASKS_FOR_PATIENCE:
        wish = retry_after_s(outcome.headers, now_s)
    wait = None if held.event == TEST else wait_s(held.tries + 1, wish, random)
    if wait is None:
        many = "" if held.event == TEST else f"{TRIES} attempts failed; the last: "
        return Verdict(DeliveryState.FAILED, attempt, f"{many}{error}")
    return Verdict(DeliveryState.PENDING, attempt, error, wait)


def undeliverable(reason: str) -> Verdict:
    """No attempt is made, and none will be until somebody sends the message again."""
    return Verdict(DeliveryState.FAILED, None, reason)


def _error(outcome: Reply | OutgoingError) -> str | None:
    """Why it is no success; None when it is one."""
    if isinstance(outcome, OutgoingError):
        return f"{outcome.cause}: {outcome}"
    if 200 <= outcome.status < 300:
        return None
    if 300 <= outcome.status < 400:
        return f"answered {outcome.status}; redirects are not followed"
    return f"answered {outcome.status}"
