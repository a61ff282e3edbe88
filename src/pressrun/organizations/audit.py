"""The audit log: who did what, from where; written in the action's transaction, never changed afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from pressrun.store.store import Row, Transaction

DATABASE = "database"
"""What was acted on where it was everything."""


class Action(StrEnum):
    """What is kept in the audit log; docs/security.md lists them all."""

    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    SESSION_REFUSED = "session.refused"
    LINK_MADE = "link.made"
    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    PERSON_REMOVED = "person.removed"
    AGENT_CREATED = "agent.created"
    AGENT_CHANGED = "agent.changed"
    AGENT_DEPLOYED = "agent.deployed"
    AGENT_ROLLED_BACK = "agent.rolled_back"
    AGENT_DELETED = "agent.deleted"
    JOB_DELETED = "job.deleted"
    BATCH_PAUSED = "batch.paused"
    BATCH_RESUMED = "batch.resumed"
    BATCH_CANCELLED = "batch.cancelled"
    BATCH_RETRIED = "batch.retried"
    BATCH_CORRECTED = "batch.corrected"
    BATCH_CHANGED = "batch.changed"
    BATCH_DELETED = "batch.deleted"
    MODEL_ADDED = "model.added"
    MODEL_CHANGED = "model.changed"
    MODEL_REMOVED = "model.removed"
    MODEL_MADE_DEFAULT = "model.made_default"
    GRAPH_CREATED = "graph.created"
    GRAPH_CHANGED = "graph.changed"
    GRAPH_DELETED = "graph.deleted"
    GRAPH_FILE_ADDED = "graph.file_added"
    GRAPH_FILE_REMOVED = "graph.file_removed"
    LIMITS_CHANGED = "limits.changed"
    FILE_DELETED = "file.deleted"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_ROTATED = "webhook.rotated"
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_RESENT = "webhook.resent"
    DATABASE_BACKED_UP = "database.backed_up"
    DATABASE_RESTORED = "database.restored"
    DATABASE_MOVED = "database.moved"
    SECRET_KEY_CHANGED = "secret_key.changed"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the key or the person, the address, the request's id; all None for the server itself."""

    organization_id: str
    key_id: str | None = None
    address: str | None = None
    request_id: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line; `at` is microseconds since the epoch, `target` what was acted on, `by` the name of who acted."""

    seq: int
    at: int
    key_id: str | None
    person_id: str | None
    by: str | None
    address: str | None
    request_id: str | None
    action: str
    target: str
    data: Mapping[str, Any]

    @classmethod
    def from_row(cls, row: Row) -> "AuditEntry":
        """A line from a row of `audit_log`."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "data": msgspec.json.decode(row["data"], type=dict[str, Any])})


async def record(tx: Transaction, actor: Actor, action: Action, target: str, **data: Any) -> None:
    """Write a line; `data` holds no secrets."""
    await tx.run(
        "record_audit",
        organization_id=actor.organization_id,
        key_id=actor.key_id,
        person_id=actor.person_id,
        address=actor.address,
        request_id=actor.request_id,
        action=action,
        target=target,
        data=msgspec.json.encode(data),
    )


async def is_recorded(tx: Transaction, organization_id: str, at: int, action: Action, target: str) -> bool:
    """Whether the line of an action whose commit went unanswered is there; `at` is the time of its transaction."""
    row = await tx.one("find_audit", organization_id=organization_id, at=at, action=action, target=target)
    return row is not None


async def record_everywhere(tx: Transaction, action: Action, **data: Any) -> None:
    """The same line in every organization's log: what the operator did with the whole database, nothing of others."""
    for organization in await tx.all("list_organizations"):
        await record(tx, Actor(organization["id"]), action, DATABASE, **data)


async def entries(
    tx: Transaction, organization_id: str, *, before: int, limit: int, action: str = ""
) -> list[AuditEntry]:
    """At most `limit` lines with a `seq` below `before`, the newest first; `action` picks one kind."""
    rows = await tx.all("list_audit", organization_id=organization_id, before=before, limit=limit, action=action)
    return [AuditEntry.from_row(row) for row in rows]
