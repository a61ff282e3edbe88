"""Something that listeners of a batch must be told, in the transaction that makes it true."""

from collections.abc import Mapping

import msgspec

from pressrun.ids import new_id
from pressrun.store.store import Transaction
from pressrun.telemetry.events import BatchEvent


async def tell(
    tx: Transaction, *, organization_id: str, batch_id: str, event: BatchEvent, payload: Mapping[str, str]
) -> None:
    """Note it in the outbox."""
    await tx.run(
        "record_batch_outbox",
        id=new_id(),
        organization_id=organization_id,
        batch_id=batch_id,
        event=event,
        payload=msgspec.json.encode(payload),
    )
