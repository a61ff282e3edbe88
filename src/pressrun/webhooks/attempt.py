"""What one attempt needs of the store before it, and leaves in it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pressrun.errors import Code, PressrunError
from pressrun.models.vault import Vault
from pressrun.organizations import audit
from pressrun.organizations.audit import Action, Actor
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction
from pressrun.webhooks import delivery, endpoint, figures, secret
from pressrun.webhooks.delivery import Delivery, Verdict
from pressrun.webhooks.endpoint import TEST, EndpointState
from pressrun.webhooks.message import Describe, body
from pressrun.webhooks.verdict import undeliverable

PATIENCE_US = 5 * 86_400 * SECOND
"""How long an endpoint may take nothing before it is told nothing more."""

GONE_REASON = "it answered 410 Gone: it wants nothing more"
FAILING_REASON = "it has taken no message for five days"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to be signed and sent."""

    url: str
    body: bytes
    secrets: Sequence[str] = field(repr=False)


async def prepare(tx: Transaction, vault: Vault, describe: Describe, held: Delivery) -> Parcel | Verdict:
    """What is to be sent, or why nothing is; changes nothing. An empty `secrets` means that there is none yet."""
    url = held.url
    if held.webhook_id:
        try:
            told = await endpoint.find(tx, held.organization_id, held.webhook_id)
        except PressrunError as error:
            if error.code != Code.NOT_FOUND:
                raise
            return undeliverable("the webhook was removed")
        if told.state == EndpointState.DISABLED and held.event != TEST:
            return undeliverable(f"the webhook is disabled: {told.reason}")
        url = told.wish.url
    try:
        secrets = await secret.current(tx, vault, held.organization_id, held.webhook_id)
    except PressrunError as error:
        return undeliverable(str(error))
    return Parcel(url, body(held, await describe(tx, held)), secrets)


async def settle(tx: Transaction, ended: Sequence[tuple[Delivery, Verdict]]) -> list[bool]:
    """Record attempts and what they say about their endpoints; False for each whose claim was lost."""
    kept = [await delivery.settle(tx, held, verdict) for held, verdict in ended]
    settled = [one for one, is_kept in zip(ended, kept, strict=True) if is_kept]
    await figures.count(tx, settled)
    told = [
        (held, verdict)
        for held, verdict in settled
        if held.webhook_id and held.event != TEST and verdict.attempt is not None
    ]
    for webhook_id, organization_id in sorted({(held.webhook_id, held.organization_id) for held, _ in told}):
        verdicts = [verdict for held, verdict in told if held.webhook_id == webhook_id]
        await _look_after(tx, organization_id, webhook_id, verdicts)
    return kept


async def has_settled(tx: Transaction, ended: Sequence[tuple[Delivery, Verdict]], kept: Sequence[bool]) -> bool:
    """Whether a settlement whose commit went unanswered has happened: the claim is no more."""
    for (held, _), is_kept in zip(ended, kept, strict=True):
        if is_kept:
            return await tx.one("find_webhook_claim", id=held.id, lease_token=held.lease_token) is None
    return True


async def _look_after(tx: Transaction, organization_id: str, webhook_id: str, verdicts: Sequence[Verdict]) -> None:
    names = {"organization_id": organization_id, "webhook_id": webhook_id}
    if any(verdict.gone for verdict in verdicts):
        await _disable(tx, organization_id, webhook_id, GONE_REASON)
    elif any(verdict.well for verdict in verdicts):
        await tx.run("note_webhook_well", **names)
    else:
        row = await tx.one("note_webhook_failing", **names, patience_us=PATIENCE_US)
        if row is not None and row["is_given_up"]:
            await _disable(tx, organization_id, webhook_id, FAILING_REASON)


async def _disable(tx: Transaction, organization_id: str, webhook_id: str, reason: str) -> None:
    row = await tx.one("disable_webhook", organization_id=organization_id, webhook_id=webhook_id, reason=reason)
    if row is not None:
        await audit.record(tx, Actor(organization_id), Action.WEBHOOK_DISABLED, webhook_id, reason=reason)
