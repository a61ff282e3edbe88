"""Ends that somebody wants to hear of, noted in the transaction that makes them true; where nobody does, nothing is.

Whether anybody does is looked up under a shared lock that a change of the listeners takes alone: an end that is
committed after the answer to such a change has been seen by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from pressrun.ids import new_id
from pressrun.store.store import Row, Transaction


@dataclass(frozen=True, slots=True)
class Listener:
    """An endpoint as far as it decides what is told: `agent_id` empty means any, `rows` jobs of batches too."""

    id: str
    url: str
    agent_id: str
    events: frozenset[str]
    rows: bool

    @classmethod
    def from_row(cls, row: Row) -> "Listener":
        """A listener from a row of `webhooks`."""
        return cls(
            row["id"], row["url"], row["agent_id"], frozenset(row["events"].split()), rows=bool(row["batch_rows"])
        )

    def wants(self, event: str, agent_id: str, *, is_row: bool) -> bool:
        """Whether it is told this; `is_row` of a job that belongs to a batch."""
        return event in self.events and self.agent_id in {"", agent_id} and (self.rows or not is_row)


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that has ended."""

    organization_id: str
    job_id: str
    generation: int
    event: str


async def record(tx: Transaction, ended: Sequence[Ended]) -> None:
    """Note what somebody listens for."""
    if not ended:
        return
    await tx.one("share_listening")
    organizations = sorted({one.organization_id for one in ended})
    rows = await tx.each("find_listening", [{"organization_id": one} for one in organizations])
    listeners = {row["organization_id"]: await list_listeners(tx, row["organization_id"]) for row in rows}
    if not listeners:
        return
    heard = [one for one in ended if one.organization_id in listeners]
    told = {row["id"]: row for row in await tx.each("find_told_jobs", [_named(one) for one in heard])}
    wanted = [
        one for one in heard if one.job_id in told and _is_wanted(one, told[one.job_id], listeners[one.organization_id])
    ]
    await tx.each("record_outbox", [_entry(one, told[one.job_id]) for one in wanted])


async def list_listeners(tx: Transaction, organization_id: str) -> list[Listener]:
    """Those of an organization that are told something."""
    return [Listener.from_row(row) for row in await tx.all("list_listeners", organization_id=organization_id)]


def _is_wanted(one: Ended, job: Row, listeners: Sequence[Listener]) -> bool:
    is_row = bool(job["batch_id"])
    return job["url"] is not None or any(
        listener.wants(one.event, job["agent_id"], is_row=is_row) for listener in listeners
    )


def _named(one: Ended) -> Mapping[str, str]:
    return {"organization_id": one.organization_id, "job_id": one.job_id}


def _entry(one: Ended, job: Row) -> Mapping[str, Any]:
    payload = {"generation": one.generation, "agent_id": job["agent_id"], "batch_id": job["batch_id"]}
    return {**_named(one), "id": new_id(), "event": one.event, "payload": msgspec.json.encode(payload)}
