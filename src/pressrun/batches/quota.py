"""Batches whose model has no quota left: paused with the reason, and on again when it is time to ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pressrun.accounts import ledger
from pressrun.accounts.rooms import Name, Room, find_rooms
from pressrun.batches.batch import Batch, PauseCode, State
from pressrun.batches.telling import tell
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.store.store import Row, Transaction
from pressrun.telemetry.events import BatchEvent

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """A batch that is to be paused for a reason, or to go on (None)."""

    organization_id: str
    batch_id: str
    reason: str | None


async def turns(tx: Transaction) -> list[Turn]:
    """What has to be done; nothing as long as every account has money. Prompts with several models wait for none."""
    batches = await tx.all("list_batches_by_models")
    if not batches:
        return []
    limits = await tx.all("list_model_limits")
    rooms = await find_rooms(tx, limits)
    found = []
    for row in batches:
        reason = _why(row["organization_id"], _meant(row, limits), rooms)
        if (reason is None) == (row["state"] == State.PAUSED):
            found.append(Turn(row["organization_id"], row["id"], reason))
    return found


async def take(tx: Transaction) -> bool:
    """Pause and resume what has to be; whether anything can be claimed that could not before."""
    runnable = False
    for turn in await turns(tx):
        names = {"organization_id": turn.organization_id, "batch_id": turn.batch_id}
        if turn.reason is None:
            runnable |= await tx.one("resume_batch", **names) is not None
        elif await tx.one("pause_batch", **names, code=PauseCode.QUOTA, reason=turn.reason) is not None:
            await tell(tx, **names, event=BatchEvent.PAUSED, payload={"pause_code": "quota", "reason": turn.reason})
    return runnable


async def believe(tx: Transaction, batch: Batch) -> None:
    """Whoever resumes a batch by hand says that there is money: one call may ask at once."""
    row = await tx.one("find_agent_models", organization_id=batch.organization_id, agent_id=batch.agent_id)
    limits = await tx.all("list_model_limits")
    own = {one["name"]: one for one in limits if one["organization_id"] == batch.organization_id}
    for model in _meant({"organization_id": batch.organization_id, "models": row["models"]}, limits) if row else ():
        account = own[model]["account"] if model in own else None
        await ledger.ask_again(tx, batch.organization_id, account or model)
    await tx.run("wake_rows_without_quota", organization_id=batch.organization_id, batch_id=batch.id)


def _meant(batch: Row, limits: Sequence[Row]) -> list[str]:
    """The names of the models that a batch's rows cannot do without."""
    default = next(
        (one["name"] for one in limits if one["is_default"] and one["organization_id"] == batch["organization_id"]),
        DEFAULT_MODEL,
    )
    return [default if model == DEFAULT_MODEL else model for model in json.loads(batch["models"])]


def _why(organization_id: str, models: Sequence[str], rooms: Mapping[Name, Room]) -> str | None:
    for model in models:
        room = rooms.get((organization_id, model))
        if room is not None and room.denied is not None and room.denied.quota:
            at = (EPOCH + timedelta(microseconds=room.at, seconds=room.denied.wait_s)).strftime("%H:%M:%S UTC")
            return f"the model {model!r} has no quota left: {room.denied.reason}; asked again at {at}, or on resume"
    return None
